/* A keys file: no message quotes a secret, no scrubbed text holds one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "keys.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(const struct keys *k, char *text, size_t n)
{
	size_t i, left;

	for (i = 0; i < k->n; i++) {
		if (strlen(k->v[i].shown) >= KEYS_SHOWN ||
		    strlen(k->v[i].id) != KEYS_ID - 1 ||
		    strlen(keys_label(&k->v[i])) == 0)
			abort();
		keys_at(&k->v[i], "modelscope");
	}
	left = keys_scrub(k, text, n);
	if (left > n)
		abort();
	/* Masks of short keys may be keys; those of the service's are not. */
	for (i = 0; i < k->n; i++)
		if (strlen(k->v[i].secret) >= 36 &&
		    memmem(text, left, k->v[i].secret,
			strlen(k->v[i].secret)) != NULL)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fault f = { 0 };
	struct keys *k;
	struct buf notes;
	char *text;

	/* Exactly n bytes, so that one too far is seen. */
	if ((text = malloc(n + (n == 0))) == NULL)
		return 0;
	memcpy(text, data, n);
	buf_init(&notes, 1 << 20);
	if ((k = keys_parse(text, n, "f", &f, &notes)) != NULL) {
		check(k, text, n);
		keys_only(k, "alice", &f);
	} else if (f.status != EX_DATAERR && f.status != EX_OSERR) {
		abort();
	}
	keys_free(k);
	buf_free(&notes);
	free(text);
	return 0;
}
