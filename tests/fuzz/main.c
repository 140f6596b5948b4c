/*
 * Stands in for libFuzzer: gives each file named as an argument to the fuzz
 * target it is linked with, so that what was once found is tried again.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* In an exact-size allocation, so that a byte too far is noticed. */
static void
replay(const char *path)
{
	static uint8_t all[4 * 1024 * 1024];
	uint8_t *data;
	FILE *fp;
	size_t n;

	if ((fp = fopen(path, "rb")) == NULL)
		err(1, "%s", path);
	n = fread(all, 1, sizeof(all), fp);
	if (ferror(fp))
		err(1, "%s", path);
	fclose(fp);
	if ((data = malloc(n + (n == 0))) == NULL)
		err(1, NULL);
	memcpy(data, all, n);
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
