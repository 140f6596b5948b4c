/*
 * Requests: the first two bytes choose options and repairs, the rest is what
 * a client sent. What goes upstream is JSON, and every member that nobody
 * asked to change has its bytes and its place.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "classify.h"
#include "fault.h"
#include "request.h"
#include "splice.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char *const sent[] = { "model", "models", "routing", "smart_route",
	"model_id", "stream", "enable_thinking", "max_tokens", NULL };

/* The next member that is none of names. */
static int
next_kept(struct splice_walk *w, const char *const *names)
{
	size_t i;
	int r;

	while ((r = splice_next(w)) == 1) {
		for (i = 0; names[i] != NULL; i++)
			if (splice_is(w->name, names[i]))
				break;
		if (names[i] == NULL)
			break;
	}
	return r;
}

static int
same(struct splice a, struct splice b)
{
	return a.n == b.n && memcmp(a.s, b.s, a.n) == 0;
}

/* Do two objects say the same, names aside? */
static void
kept(struct splice a, struct splice b, const char *const *names)
{
	struct splice_walk x, y;
	int r;

	splice_begin(&x, a);
	splice_begin(&y, b);
	do {
		r = next_kept(&x, names);
		assert(r != -1 && next_kept(&y, names) == r);
		assert(r == 0 ||
		    (same(x.name, y.name) && same(x.value, y.value)));
	} while (r == 1);
}

static struct splice
object(const char *s, size_t n)
{
	struct splice v;

	assert(splice_text(s, n, &v, NULL) == 0 && *v.s == '{');
	return v;
}

static void
try_edit(const char *s, size_t n, int bits, struct buf *out)
{
	static const char old[] = "{\"role\":\"user\",\"content\":\"1\"}";
	static const char *const url = "data:,x";
	static const struct request_param p[] = { { "top_p", "0.50", 4 },
		{ "max_tokens", "7", 1 } };
	const char *names[9] = { "top_p", "max_tokens" };
	struct request_opts o = { .stream = (bits & 3) - 1 };
	struct splice v, m;
	struct fault f;
	size_t k = 2;
	int limited, was, r;

	o.system = bits & 4 ? "s" : NULL;
	o.images = &url;
	o.nimages = bits >> 3 & 1;
	o.history = old;
	o.nhistory = bits & 16 ? sizeof(old) - 1 : 0;
	o.params = p;
	o.nparams = bits >> 5 & 3;
	if (o.nparams == 3)
		o.nparams = 0;
	r = request_edit(out, s, n, &o, &limited, &f);
	fuzz_fault(1, r == 0 ? 0 : f.status);
	assert(r == 0 || (f.status == EX_DATAERR && out->len == 0));
	if (r == -1)
		return;
	v = object(out->d, out->len);
	assert(splice_find(v, "messages", &m) == 1 && *m.s == '[');
	v = object(s, n);
	was = splice_find(v, "messages", &m);
	if (o.stream != -1)
		names[k++] = "stream";
	if (!was || o.system != NULL || o.nimages > 0 || o.nhistory > 0)
		names[k++] = "messages";
	if (!was) {
		names[k++] = "prompt";
		names[k++] = "system";
	}
	kept(v, object(out->d, out->len), names);
	if (o.nparams == 0 && was)
		kept(v, object(out->d, out->len), names + 2);
}

/* A repair is one, and is not done twice. */
static void
repair(const struct request *q, int limited)
{
	int v, bit, done = 0;

	for (v = -1; v <= V_MAX; v++) {
		if ((bit = request_repair(q, done, v, limited)) == 0)
			continue;
		assert((bit & (bit - 1)) == 0 && (bit & done) == 0);
		assert(!(bit & REPAIR_STREAM) || !q->stream);
		assert(!(bit & REPAIR_NO_LIMIT) || limited);
		assert(request_repair(q, done | bit, v, limited) == 0);
		done |= bit;
	}
}

static void
try_send(const char *s, size_t n, int repairs)
{
	struct buf out;
	struct splice v, m;

	buf_init(&out, 1 << 22);
	assert(request_send(&out, s, n, "a/b", repairs) == 0);
	v = object(out.d, out.len);
	assert(splice_find(v, "model", &m) == 1 && splice_eq(m, "a/b"));
	assert(splice_find(v, "models", &m) == 0);
	assert(!(repairs & REPAIR_STREAM) ||
	    (splice_find(v, "stream", &m) == 1 && *m.s == 't'));
	kept(object(s, n), v, sent);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request q;
	struct buf out, said;
	struct fault f;
	char *s;
	int r;

	if (size < 2)
		return 0;
	size -= 2;
	if ((s = malloc(size + (size == 0))) == NULL)
		return 0;
	memcpy(s, data + 2, size);
	buf_init(&out, 1 << 22);
	buf_init(&said, 1 << 22);
	try_edit(s, size, data[0], &out);
	r = request_read(&q, s, size, &f);
	fuzz_fault(0, r == 0 ? 0 : f.status);
	assert(r == 0 || f.status == EX_DATAERR);
	if (r == 0) {
		try_send(s, size, data[1] & 15);
		assert(q.nnames == 0 || *q.names[0] != '\0');
		repair(&q, data[1] & 1);
		request_free(&q);
	}
	if (out.len > 0)
		try_send(out.d, out.len, data[1] & 15);
	(void)request_messages(&said, s, size, data[0] & 1);
	buf_free(&said);
	buf_free(&out);
	free(s);
	return 0;
}
