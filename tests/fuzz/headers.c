/*
 * Header blocks as somebody's script hands them over: whatever they are, what
 * is read lies inside them, and numbers are known or -1.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"
#include "fold.h"
#include "headers.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct headers h;
	struct limits l;
	int64_t s;
	char *text;

	if ((text = malloc(n + !n)) == NULL)
		return 0;
	memcpy(text, data, n);
	if (headers_parse(text, n, &h, &l) == 0) {
		assert(h.status >= 100 && h.status < 600);
		assert(h.body >= text && h.body + h.nbody == text + n);
		assert(l.limit >= -1 && l.left >= -1);
		assert(l.model_limit >= -1 && l.model_left >= -1);
		if (h.retry_after != NULL) {
			s = classify_retry_after(h.retry_after, h.nretry, 0);
			assert(s >= -1 && s <= 86400);
		}
	}
	free(text);
	return 0;
}
