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

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct keys *keys = NULL;
	struct fault f = { 0 };
	char **models = NULL, *text;
	size_t i, nmodels = 0;

	if ((text = malloc(n + !n)) == NULL)
		return 0;
	memcpy(text, data, n);
	if (asked_is(text, n)) {
		if (asked_parse(text, n, &models, &nmodels, &keys, &f,
		    NULL) == -1)
			assert(f.status == EX_DATAERR);
		for (i = 0; keys != NULL && i < keys->n; i++)
			assert(strpbrk(keys->v[i].secret, " \t\r\n") == NULL &&
			    *keys->v[i].secret != '\0');
		for (i = 0; i < nmodels; i++) {
			assert(*models[i] != '\0');
			free(models[i]);
		}
		free(models);
		keys_free(keys);
	}
	free(text);
	return 0;
}
