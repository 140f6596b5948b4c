/* Event streams: every line ending, cut anywhere, within bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "sse.h"
#include "tap.h"

enum {
	MAX = 1000
};

/*
 * What a stream tells, "type:data;" for each event, fed in pieces of step
 * bytes, or of random lengths if step is 0. Each piece is its own memory.
 */
static enum sse_res
tell(struct buf *out, struct sse *s, const char *p, size_t n, size_t step)
{
	enum sse_res res = SSE_MORE;
	size_t i, len, used;
	char *piece;

	for (i = 0; i < n; i += len) {
		len = step > 0 ? step : (size_t)(rand() % 7 + 1);
		if (len > n - i)
			len = n - i;
		if ((piece = malloc(len)) == NULL)
			return SSE_NOMEM;
		memcpy(piece, p + i, len);
		res = sse_feed(s, piece, len, &used);
		free(piece);
		if (used > len || (used == 0 && res == SSE_MORE))
			buf_adds(out, "BAD");
		len = used;
		if (res == SSE_EVENT) {
			buf_add(out, s->event.d, s->event.len);
			buf_addc(out, ':');
			buf_add(out, s->data.d, s->data.len);
			buf_addc(out, ';');
		} else if (res != SSE_MORE) {
			break;
		}
	}
	return res;
}

static const struct {
	const char *name, *in, *out;
	int pending;
} streams[] = {
	{ "nothing", "", "", 0 },
	{ "one event", "data: a\n\n", ":a;", 0 },
	{ "no space", "data:a\n\n", ":a;", 0 },
	{ "one space is dropped, not two", "data:  a \n\n", ": a ;", 0 },
	{ "a tab is kept", "data:\ta\n\n", ":\ta;", 0 },
	{ "CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", ":a;:b;", 0 },
	{ "CR", "data: a\r\rdata: b\r\r", ":a;:b;", 0 },
	{ "CR LF CRLF", "data: a\rdata: b\ndata: c\r\n\r\n", ":a\nb\nc;", 0 },
	{ "LF CR", "data: a\n\rdata: b\n\r", ":a;:b;", 0 },
	{ "CRLF CR", "data: a\r\n\rdata: b\r\r\n", ":a;:b;", 0 },
	{ "CR CRLF", "data: a\r\r\ndata: b\n\r\n", ":a;:b;", 0 },
	{ "CRLF is one ending", "data: a\r\ndata: b\r\n\r\n", ":a\nb;", 0 },
	{ "more empty lines", "\n\n\r\n\rdata: a\n\n\n\n", ":a;", 0 },
	{ "several data lines", "data: a\ndata:\ndata: b\n\n", ":a\n\nb;", 0 },
	{ "empty data", "data:\n\n", ":;", 0 },
	{ "data without colon", "data\n\n", ":;", 0 },
	{ "two of them", "data\ndata\n\n", ":\n;", 0 },
	{ "a type", "event: x\ndata: a\n\ndata: b\n\n", "x:a;:b;", 0 },
	{ "the last type", "event: x\nevent:y\ndata: a\n\n", "y:a;", 0 },
	{ "type after data", "data: a\nevent: x\n\n", "x:a;", 0 },
	{ "an empty type", "event: x\nevent\ndata: a\n\n", ":a;", 0 },
	{ "type alone is no event", "event: x\n\ndata: a\n\n", ":a;", 0 },
	{ "comments", ": hi\n\n:\n:x: y\n\ndata: a\n: z\n\n", ":a;", 0 },
	{ "other fields", "id: 1\nretry: 5\nfoo\nfoo: bar\ndata: a\n\n", ":a;",
	    0 },
	{ "names are exact",
	    "Data: a\ndata : b\n data: c\ndat: d\ndataa: e\n"
	    "events: f\ndata: g\n\n",
	    ":g;", 0 },
	{ "colons in data", "data: a: b\ndata::\n\n", ":a: b\n:;", 0 },
	{ "BOM",
	    "\xef\xbb\xbf"
	    "data: a\n\n",
	    ":a;", 0 },
	{ "BOM and a comment", "\xef\xbb\xbf: x\ndata: a\n\n", ":a;", 0 },
	{ "BOM alone on a line", "\xef\xbb\xbf\ndata: a\n\n", ":a;", 0 },
	{ "a second BOM is of the name",
	    "\xef\xbb\xbf\xef\xbb\xbf"
	    "data: a\n"
	    "data: b\n\n",
	    ":b;", 0 },
	{ "BOM later is of the name",
	    "data: a\n\xef\xbb\xbf"
	    "data: b\n\n",
	    ":a;", 0 },
	{ "half a BOM",
	    "\xef\xbb"
	    "data: a\n\ndata: b\n\n",
	    ":b;", 0 },
	{ "bytes as they are", "data: \xff\x80\v\f\033\n\n",
	    ":\xff\x80\v\f\033;", 0 },
	{ "JSON", "data: {\"a\":1}\n\ndata: [DONE]\n\n", ":{\"a\":1};:[DONE];",
	    0 },
	{ "begun", "data: a\n\ndata: b", ":a;", 1 },
	{ "begun, the line ended", "data: a\n\ndata: b\n", ":a;", 1 },
	{ "begun by its name", "dat", "", 1 },
	{ "begun by its type", "event: x\n", "", 1 },
	{ "ended by a CR alone", "data: a\r\n\r", ":a;", 0 },
	{ "only a comment begun", ": keep-ali", "", 0 },
	{ "only a comment", "data: a\n\n: keep-alive\n\n", ":a;", 0 },
};

static void
stream(size_t k)
{
	size_t n = strlen(streams[k].in), step;
	struct buf out;
	struct sse s;
	int bad = 0;

	buf_init(&out, MAX);
	for (step = 0; step <= n + 30; step++) {
		sse_init(&s, MAX);
		buf_cut(&out, 0);
		tell(&out, &s, streams[k].in, n, step > n ? 0 : n - step + 1);
		if (strcmp(out.d, streams[k].out) != 0 ||
		    sse_pending(&s) != streams[k].pending) {
			printf("# step %zu: %s\n", step, out.d);
			bad++;
		}
		sse_free(&s);
	}
	buf_free(&out);
	ok(bad == 0, "%s", streams[k].name);
}

static void
nuls(void)
{
	static const char in[] = "data: a\0b\n\0\ndata\0: c\nevent: x\0y\n\n";
	struct sse s;
	size_t used;

	sse_init(&s, MAX);
	ok(sse_feed(&s, in, sizeof(in) - 1, &used) == SSE_EVENT &&
		used == sizeof(in) - 1 && s.data.len == 3 &&
		memcmp(s.data.d, "a\0b", 3) == 0 && s.event.len == 3 &&
		memcmp(s.event.d, "x\0y", 3) == 0,
	    "NULs are bytes");
	sse_free(&s);
}

/* How much of each piece is taken, and how long the data can be read. */
static void
taking(void)
{
	static const char in[] = "data: a\r\n\r\n: x\n\ndata: b\n\nda";
	struct sse s;
	size_t used;

	sse_init(&s, MAX);
	ok(sse_feed(&s, in, 0, &used) == SSE_MORE && used == 0, "nothing");
	ok(sse_feed(&s, in, sizeof(in) - 1, &used) == SSE_EVENT && used == 11,
	    "the LF of an event's last CRLF goes with it");
	ok(strcmp(s.data.d, "a") == 0 && !sse_pending(&s),
	    "the data is there after it");
	ok(sse_feed(&s, in + 11, sizeof(in) - 12, &used) == SSE_EVENT &&
		used == 14 && strcmp(s.data.d, "b") == 0,
	    "a comment goes with what follows");
	ok(sse_feed(&s, in + 25, 2, &used) == SSE_MORE && used == 2 &&
		s.data.len == 0 && sse_pending(&s),
	    "the next has begun");
	sse_free(&s);

	sse_init(&s, MAX);
	ok(sse_feed(&s, in, 10, &used) == SSE_EVENT && used == 10,
	    "an event ends at its CR, without waiting");
	ok(sse_feed(&s, "\n", 1, &used) == SSE_MORE && used == 1 &&
		!sse_pending(&s),
	    "the LF that comes late begins nothing");
	sse_free(&s);
}

/* What streams tell under a ceiling, and whether they pass it. */
static const struct {
	const char *in;
	size_t max;
	const char *out;
	int toobig;
} ceilings[] = {
	{ "data: a\n\ndata: b\n\n", 9, ":a;:b;", 0 },
	{ "data: a\n\ndata: b\n\n", 8, "", 1 },
	{ "data: a\n\ndata: bc\n\n", 9, ":a;", 1 },
	{ "data: a\r\r\ndata: b\r\r\n", 9, ":a;:b;", 0 },
	{ ": 345678\n\n:345678\n\n:\n\ndata: b\n\n", 10, ":b;", 0 },
	{ ": 345678\n\n", 9, "", 1 },
	{ "data: a\ndata: b\n\n", 16, "", 1 },
	{ "data: a\ndata: b\n\n", 17, ":a\nb;", 0 },
	{ "event: 89\nx", 10, "", 1 },
	{ "0123456789", 10, "", 0 },
	{ "0123456789a", 10, "", 1 },
	{ "a", 0, "", 1 },
};

static void
ceiling(size_t k)
{
	struct buf out;
	struct sse s;
	enum sse_res res;
	size_t step;
	int bad = 0;

	buf_init(&out, MAX);
	for (step = 0; step < 40; step++) {
		buf_cut(&out, 0);
		sse_init(&s, ceilings[k].max);
		res = tell(&out, &s, ceilings[k].in, strlen(ceilings[k].in),
		    step);
		bad += (res == SSE_TOOBIG) != ceilings[k].toobig ||
		    strcmp(out.d, ceilings[k].out) != 0;
		sse_free(&s);
	}
	buf_free(&out);
	ok(bad == 0, "ceiling %zu", k);
}

/* Lines of every length around those that are looked at in parts. */
static void
long_lines(void)
{
	static const char *const ends[] = { "\n\n", "\r\r", "\r\n\r\n" };
	struct buf in, out, want;
	struct sse s;
	size_t i, n, bad = 0;

	buf_init(&in, MAX);
	buf_init(&out, MAX);
	buf_init(&want, MAX);
	for (n = 230; n < 530; n++)
		for (i = 0; i < 3; i++) {
			buf_cut(&in, 0);
			buf_cut(&out, 0);
			buf_cut(&want, 0);
			buf_addf(&in, "data:%0*d%s", (int)n, 7, ends[i]);
			buf_addf(&want, ":%0*d;", (int)n, 7);
			sse_init(&s, MAX);
			tell(&out, &s, in.d, in.len, in.len);
			bad += strcmp(out.d, want.d) != 0;
			sse_free(&s);
		}
	buf_free(&in);
	buf_free(&out);
	buf_free(&want);
	ok(bad == 0, "long lines");
}

/* Ten thousand events of a stream are told in bounded memory. */
static void
long_stream(void)
{
	static const char one[] =
	    "id: 7\r\ndata: {\"x\":\"0123456789\"}\r\n\r\n";
	struct sse s;
	size_t used;
	int i, n = 0;

	sse_init(&s, 64);
	for (i = 0; i < 10000; i++) {
		n += sse_feed(&s, one, 20, &used) == SSE_EVENT;
		n += sse_feed(&s, one + 20, sizeof(one) - 21, &used) ==
		    SSE_EVENT;
	}
	ok(n == 10000 && s.line.cap + s.data.cap <= 256, "a long stream");
	sse_free(&s);
}

int
main(void)
{
	size_t i;

	srand(1);
	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		stream(i);
	nuls();
	taking();
	long_lines();
	for (i = 0; i < sizeof(ceilings) / sizeof(ceilings[0]); i++)
		ceiling(i);
	long_stream();
	return done();
}
