/*
 * Messages: the first line is the request, each other one an event of the
 * chat stream, and all of them a body too. What comes out is JSON, event by
 * event; a block is begun once, and only deltas of it come before its stop.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "anthropic.h"
#include "buf.h"
#include "fault.h"
#include "messages.h"
#include "splice.h"
#include "sse.h"
#include "translate.h"
#include "fuzz.h"

enum {
	MAX = 1 << 26
};

static const struct translate *const tr = &messages_translate;

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* The line at *p in its own memory, without its end; NULL: no more. */
static char *
next_line(const char **p, size_t *left, size_t *n)
{
	const char *end = memchr(*p, '\n', *left);
	char *line;

	if (*left == 0)
		return NULL;
	*n = end == NULL ? *left : (size_t)(end - *p);
	if ((line = malloc(*n + (*n == 0))) == NULL)
		abort();
	memcpy(line, *p, *n);
	*left -= *n + (end != NULL);
	*p += *n + (end != NULL);
	return line;
}

static void
check_request(const char *line, size_t n)
{
	struct splice v, m;
	struct fault f;
	struct buf out;
	int r;

	buf_init(&out, MAX);
	f.text[0] = '\0';
	f.status = 0;
	r = tr->request(&out, line, n, &f);
	fuzz_fault(0, f.status);
	if (r == 0) {
		assert(splice_text(out.d, out.len, &v, NULL) == 0);
		assert(v.s[0] == '{');
		assert(splice_find(v, "messages", &m) == 1 && m.s[0] == '[');
		assert(splice_find(v, "system", &m) == 0);
		assert(anthropic_count(line, n) >= 0);
	} else
		assert(f.text[0] != '\0' && out.len == 0);
	buf_free(&out);
}

static void
check_block(struct splice v, struct splice type, unsigned char *open,
    int64_t *blocks)
{
	struct splice m;
	int64_t i;

	if (splice_find(v, "index", &m) != 1)
		return;
	assert(splice_int(m, &i) == 0 && i >= 0);
	if (splice_eq(type, "content_block_start")) {
		assert(i == *blocks);
		++*blocks;
		open[i & 1023] = 1;
		return;
	}
	assert(i < *blocks && open[i & 1023]);
	if (splice_eq(type, "content_block_stop"))
		open[i & 1023] = 0;
}

static void
check_events(const struct buf *out)
{
	unsigned char open[1024] = { 0 };
	struct splice v, m;
	struct sse s;
	size_t at, used;
	int64_t blocks = 0;

	sse_init(&s, MAX);
	for (at = 0; at < out->len; at += used) {
		assert(sse_feed(&s, out->d + at, out->len - at, &used) ==
		    SSE_EVENT);
		assert(splice_text(s.data.d, s.data.len, &v, NULL) == 0);
		assert(splice_find(v, "type", &m) == 1);
		assert(splice_eq(m, s.event.d));
		check_block(v, m, open, &blocks);
	}
	assert(!sse_pending(&s));
	sse_free(&s);
}

static void
check_stream(void *t, const char *p, size_t left)
{
	struct buf out;
	char *line;
	size_t n;
	int r = 0, ends = left % 2 == 0;

	buf_init(&out, MAX);
	while (r == 0 && (line = next_line(&p, &left, &n)) != NULL) {
		r = tr->event(t, line, n, &out);
		free(line);
	}
	if (r == 0)
		r = ends ? tr->end(t, &out) : tr->fail(t, "c", "m", &out);
	if (r == 0)
		check_events(&out);
	else
		assert(errno == EFBIG);
	buf_free(&out);
}

static void
check_body(void *t, const char *p, size_t n)
{
	struct splice v;
	struct buf out;

	buf_init(&out, MAX);
	if (tr->body(t, p, n, &out) == 0)
		assert(splice_text(out.d, out.len, &v, NULL) == 0);
	else
		assert(errno == EINVAL || errno == EFBIG);
	buf_free(&out);
}

/* An error is JSON that holds what it is given, of a type of that API. */
static void
check_error(const char *s, size_t n)
{
	struct splice v, m;
	struct buf out;
	char *message = strndup(s, n);
	size_t i;

	assert(message != NULL);
	for (i = 0; i < 4; i++) {
		buf_init(&out, MAX);
		assert(anthropic_error(&out, anthropic_type(200 + (int)i * 113),
			   message,
			   i & 1     ? "hint" :
			       i & 2 ? "" :
				       NULL,
			   i & 2 ? "req_1" : NULL) == 0);
		assert(splice_text(out.d, out.len, &v, NULL) == 0);
		assert(splice_path(v, &m, "error", "type", NULL) == 1);
		assert(splice_path(v, &m, "error", "hint", NULL) ==
		    (int)(i & 1));
		assert(splice_find(v, "request_id", &m) == (int)(i >> 1));
		buf_free(&out);
	}
	(free)(message);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	struct translate_in in = { .id = "req_1", .model = "m", .now = 1 };
	char *line;
	void *t;

	if (size > MAX / 1024 || (line = next_line(&p, &size, &in.n)) == NULL)
		return 0;
	check_request(line, in.n);
	assert(anthropic_count(line, in.n) >= -1);
	check_error(line, in.n);
	in.request = line;
	if ((t = tr->begin(&in)) != NULL) {
		check_stream(t, p, size);
		(tr->free)(t);
		t = tr->begin(&in);
		assert(t != NULL);
		check_body(t, p, size);
		(tr->free)(t);
	}
	free(line);
	return 0;
}
