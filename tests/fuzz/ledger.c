/*
 * What the ledger reads: lines into a fold, and a fold's text. What was
 * read is written and must be read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "buf.h"
#include "fold.h"
#include "snapshot.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum {
	EAST8 = 8 * 3600
};

static void
line(struct fold *f, const char *s, size_t n)
{
	struct buf again, scratch;
	struct attempt a;

	buf_init(&again, ATTEMPT_MAX);
	buf_init(&scratch, ATTEMPT_MAX);
	if (attempt_parse(s, n, &a, &scratch) == 0) {
		if (attempt_line(&a, EAST8, &again) == -1 ||
		    attempt_parse(again.d, again.len - 1, &a, &scratch) == -1)
			abort();
	}
	attempt_fold(f, s, n, &scratch);
	buf_free(&again);
	buf_free(&scratch);
}

static void
text(const char *s, size_t n)
{
	struct fold *f = snapshot_read(s, n, EAST8), *g;
	struct buf again;

	if (f == NULL)
		return;
	buf_init(&again, (size_t)1 << 26);
	if (snapshot_write(f, &again) == -1 ||
	    (g = snapshot_read(again.d, again.len, EAST8)) == NULL)
		abort();
	buf_free(&again);
	fold_free(f);
	fold_free(g);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fold *f = fold_new(20779, EAST8);
	const char *lf, *p;
	char *copy = malloc(size > 0 ? size : 1);
	size_t left = size, n;

	assert(f != NULL);
	memcpy(copy, data, size);
	text(copy, size);
	for (p = copy; left > 0; p += n, left -= n) {
		lf = memchr(p, '\n', left);
		n = lf != NULL ? (size_t)(lf - p) : left;
		line(f, p, n);
		n += lf != NULL;
	}
	fold_turn(f, 20780, INT64_C(1795363200000));
	fold_free(f);
	free(copy);
	return 0;
}
