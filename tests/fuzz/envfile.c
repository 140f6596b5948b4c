/* An --env-file: what is set are names and values, or nothing at all. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "envfile.h"
#include "fault.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fault f = { 0 };
	char *text, **e;
	int r;

	/* Exactly n bytes, so that one too far is seen. */
	if ((text = malloc(n + (n == 0))) == NULL)
		return 0;
	memcpy(text, data, n);
	clearenv();
	r = envfile_apply(text, n, "f", &f);
	fuzz_fault(0, r == 0 ? 0 : f.status);
	if (r == -1) {
		if (f.status != EX_DATAERR && f.status != EX_OSERR)
			abort();
		if (environ != NULL && *environ != NULL)
			abort();
	}
	for (e = environ; e != NULL && *e != NULL; e++)
		if (**e == '=' || strchr(*e, '=') == NULL || strlen(*e) > n)
			abort();
	free(text);
	return 0;
}
