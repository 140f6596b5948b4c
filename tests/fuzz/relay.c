/*
 * Replies: the first byte says what is wanted and how the transfer ends, the
 * rest is the body. However it is cut, the same is passed on and judged; and
 * of a stream that goes on only whole events are.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "buf.h"
#include "classify.h"
#include "relay.h"
#include "sse.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct end {
	enum verdict verdict;
	int committed, broken, seen;
	int64_t tokens;
	struct buf out;
};

/* Takes over what is ready; between events nothing has begun. */
static void
pass(struct relay *r, struct sse *s, struct buf *out)
{
	size_t i, used;

	assert(r->ready <= r->hold.len);
	if (!r->committed)
		return;
	assert(buf_add(out, r->hold.d, r->ready) == 0);
	for (i = 0; s != NULL && i < r->ready; i += used)
		(void)sse_feed(s, r->hold.d + i, r->ready - i, &used);
	assert(s == NULL || !sse_pending(s));
	relay_passed(r, r->ready);
	assert(r->ready == 0);
}

/* In pieces of step bytes, or of lengths that seed decides. */
static struct end
feed(int mode, const char *p, size_t n, size_t step, unsigned seed)
{
	static const int ends[] = { TRANSPORT_OK, TRANSPORT_CUT,
		TRANSPORT_TIMEOUT, TRANSPORT_NETWORK };
	enum relay_res res = RELAY_HOLD;
	struct relay r;
	struct end e;
	struct sse s;
	size_t i, len;
	char *piece;

	buf_init(&e.out, RELAY_BODY_MAX);
	sse_init(&s, RELAY_EVENT_MAX);
	if (relay_init(&r, (enum relay_want)(mode & 3), 0, 0) == -1)
		abort();
	relay_head(&r, mode & 16 ? 429 : 200,
	    mode & 32 ? "application/json" : "text/event-stream", NULL);
	for (i = 0; i < n && res < RELAY_DONE; i += len) {
		seed = seed * 1103515245 + 12345;
		len = step > 0 ? step : 1 + (seed >> 16) % 64;
		len = len < n - i ? len : n - i;
		if ((piece = malloc(len)) == NULL)
			abort();
		memcpy(piece, p + i, len);
		res = relay_data(&r, piece, len);
		free(piece);
		assert((res == RELAY_PASS) <= r.committed);
		pass(&r, &s, &e.out);
	}
	if (res != RELAY_BAD)
		relay_end(&r,
		    res == RELAY_DONE ? TRANSPORT_OK : ends[mode >> 2 & 3]);
	pass(&r, r.c->verdict == V_OK || r.c->verdict == V_REASONED ? NULL : &s,
	    &e.out);
	/* The LF of a CRLF may come too late for the event that it ends. */
	if (e.out.len > 1 && strcmp(e.out.d + e.out.len - 2, "\r\n") == 0)
		buf_cut(&e.out, e.out.len - 1);
	e.verdict = r.c->verdict;
	e.committed = r.committed;
	e.broken = r.broken;
	e.seen = r.answer->seen;
	e.tokens = r.answer->completion_tokens;
	relay_free(&r);
	sse_free(&s);
	return e;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	struct end a, b;
	size_t step;

	if (size == 0 || size > 1 << 16)
		return 0;
	a = feed(data[0], p + 1, size - 1, size, 0);
	assert(!a.broken || a.committed);
	assert(a.verdict != V_OK || a.committed);
	assert(a.committed || a.out.len == 0);
	for (step = 0; step < 4; step++) {
		b = feed(data[0], p + 1, size - 1, step, (unsigned)size);
		assert(a.verdict == b.verdict && a.committed == b.committed);
		assert(a.broken == b.broken && a.seen == b.seen);
		assert(a.tokens == b.tokens && a.out.len == b.out.len);
		assert(memcmp(a.out.d, b.out.d, a.out.len) == 0);
		buf_free(&b.out);
	}
	buf_free(&a.out);
	return 0;
}
