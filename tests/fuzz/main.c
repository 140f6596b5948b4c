/*
 * Stands in for libFuzzer: gives each file named as an argument to the fuzz
 * target it is linked with, so that what was once found is tried again.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
replay(const char *path)
{
	enum { MAX = 4 << 20 };
	uint8_t *data;
	FILE *fp;
	size_t n;

	if ((fp = fopen(path, "rb")) == NULL)
		err(1, "%s", path);
	if ((data = malloc(MAX)) == NULL)
		err(1, NULL);
	n = fread(data, 1, MAX, fp);
	if (ferror(fp))
		err(1, "%s", path);
	fclose(fp);
	if ((data = realloc(data, n + (n == 0))) == NULL)
		err(1, NULL);
	LLVMFuzzerTestOneInput(data, n);
	free(data);
}

int
main(int argc, char *argv[])
{
	int i;

	for (i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%d inputs\n", argc - 1);
	return 0;
}
