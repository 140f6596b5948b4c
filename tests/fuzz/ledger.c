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

/* Every entry is found by its names; its latencies go up. */
static void
entries(const struct fold *f, int64_t now)
{
	const struct fold_ent *e;
	size_t i = 0;
	int64_t half, most;

	while ((e = fold_each(f, &i)) != NULL) {
		if (*e->token != '\0')
			assert(fold_token(f, e->token) == e);
		else
			assert(fold_get(f, e->upstream, e->key, e->model) == e);
		half = fold_latency(e, 0.5);
		most = fold_latency(e, 0.95);
		assert(half >= -1 && half <= most);
		assert((half == -1) == (most == -1));
		assert(fold_tokens(e->prompt_tokens, e->calls, e->failures) >=
		    -1);
		assert(!fold_broke(e, now) || e->rest_until > now);
	}
	assert(fold_lines(f) >= 0 && fold_skipped(f) >= 0);
	assert(!fold_broke(NULL, now));
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
	entries(g, INT64_C(1795320000000));
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
	entries(f, INT64_C(1795320000000));
	fold_turn(f, 20780, INT64_C(1795363200000));
	assert(fold_lines(f) == 0 && fold_day(f) == 20780);
	entries(f, INT64_C(1795363200000));
	fold_free(f);
	free(copy);
	return 0;
}
