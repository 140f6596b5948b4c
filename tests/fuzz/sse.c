/* Event streams: taken whole, by bytes or in pieces, they tell the same. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sse.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* What a stream told: a sum over its events, and how it ended. */
struct told {
	uint64_t sum;
	size_t events;
	int pending;
	enum sse_res end;
};

static uint64_t
add(uint64_t sum, const struct buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		sum = (sum ^ (unsigned char)b->d[i]) * 0x100000001b3;
	return (sum ^ 0x100) * 0x100000001b3;
}

static struct told
tell(const char *p, size_t n, size_t step, size_t max)
{
	struct told t = { .end = SSE_MORE };
	enum sse_res res;
	struct sse s;
	size_t i, len, used;

	sse_init(&s, max);
	for (i = 0; i < n && t.end == SSE_MORE; i += used) {
		len = n - i < step ? n - i : step;
		res = sse_feed(&s, p + i, len, &used);
		assert(used <= len && (used > 0 || res == SSE_TOOBIG));
		if (res == SSE_EVENT) {
			assert(s.data.len < max && s.event.len < max);
			assert(!sse_pending(&s));
			t.sum = add(add(t.sum, &s.data), &s.event);
			t.events++;
		} else if (res == SSE_MORE) {
			assert(used == len);
		} else {
			t.end = res;
		}
	}
	t.pending = sse_pending(&s);
	sse_free(&s);
	return t;
}

static void
same(struct told a, struct told b)
{
	assert(a.sum == b.sum && a.events == b.events && a.end == b.end);
	assert(a.end != SSE_MORE || a.pending == b.pending);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t ceilings[] = { 40, 1 << 20 };
	struct told whole;
	size_t i, step;
	char *p;

	if ((p = malloc(size + (size == 0))) == NULL)
		return 0;
	if (size > 0)
		memcpy(p, data, size);
	for (i = 0; i < 2; i++) {
		whole = tell(p, size, size, ceilings[i]);
		for (step = 1; step < 8; step++)
			same(whole, tell(p, size, step, ceilings[i]));
	}
	free(p);
	return 0;
}
