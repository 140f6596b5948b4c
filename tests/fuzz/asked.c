/*
 * Requests for balances from the web: whatever they are, keys have no white
 * space, models are words, and a fault quotes nothing of them.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "asked.h"
#include "fault.h"
#include "keys.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct asked a = { 0 };
	struct fault f = { 0 };
	char *text;
	size_t i;
	int r, keyed;

	if ((text = malloc(n + !n)) == NULL)
		return 0;
	memcpy(text, data, n);
	keyed = asked_keyed(text, n);
	if (asked_is(text, n)) {
		r = asked_parse(text, n, &a, &f, NULL);
		fuzz_fault(0, r == 0 ? 0 : f.status);
		assert(r == 0 || f.status == EX_DATAERR);
		for (i = 0; a.keys != NULL && i < a.keys->n; i++)
			assert(strpbrk(a.keys->v[i].secret, " \t\r\n") ==
				NULL &&
			    *a.keys->v[i].secret != '\0');
		assert(a.keys == NULL || a.keys->n == 0 || keyed);
		for (i = 0; i < a.nmodels; i++) {
			assert(*a.models[i] != '\0');
			free(a.models[i]);
		}
		free(a.models);
		keys_free(a.keys);
	}
	free(text);
	return 0;
}
