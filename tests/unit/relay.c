/* Replies held back, passed on and judged, however they are cut. */
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "buf.h"
#include "classify.h"
#include "relay.h"
#include "tap.h"

#define SSE "text/event-stream; charset=utf-8"
#define JSON "application/json"

#define EVENT(s) "data: {\"choices\":[{\"index\":0," s "}]}\n\n"
#define ROLE EVENT("\"delta\":{\"role\":\"assistant\",\"content\":\"\"}")
#define TEXT EVENT("\"delta\":{\"content\":\"Hi\"}")
#define THINK EVENT("\"delta\":{\"reasoning_content\":\"hm\"}")
#define STOP EVENT("\"delta\":{},\"finish_reason\":\"stop\"")
#define LENGTH EVENT("\"delta\":{},\"finish_reason\":\"length\"")
#define USAGE \
	"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3," \
	"\"completion_tokens\":4}}\n\n"
#define DONE "data: [DONE]\n\n"
#define ERROR "data: {\"error\":{\"message\":\"Too many requests\"}}\n\n"
#define HALF "data: {\"choices\":"
#define COMPLETION(content, end) \
	"{\"id\":\"\",\"object\":\"chat.completion\",\"created\":0," \
	"\"model\":\"\",\"choices\":[{\"index\":0,\"message\":{\"role\":" \
	"\"assistant\",\"content\":\"" content "\"},\"finish_reason\":\"" end \
	"\"}]}"
#define BODY \
	"{\"choices\":[{\"message\":{\"content\":\"Hi\"}," \
	"\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3," \
	"\"completion_tokens\":4}}"

/* What comes of a reply. */
struct end {
	int verdict;
	int committed, broken;
	size_t passed; /* bytes, of all together */
	struct buf out;
};

struct reply_in {
	enum relay_want want;
	int status;
	const char *type, *body;
	int transport;
	const char *coding;
};

/* Gives a reply in pieces of step bytes, each in its own memory. */
static void
feed(const struct reply_in *in, size_t step, struct end *e)
{
	size_t i, len, n = strlen(in->body);
	enum relay_res res = RELAY_HOLD;
	struct relay r;
	char *piece;

	buf_init(&e->out, RELAY_BODY_MAX);
	relay_init(&r, in->want, 0, 0);
	relay_head(&r, in->status, in->type, in->coding);
	for (i = 0; i < n && res < RELAY_DONE; i += len) {
		len = n - i < step ? n - i : step;
		if ((piece = malloc(len)) == NULL)
			abort();
		memcpy(piece, in->body + i, len);
		res = relay_data(&r, piece, len);
		free(piece);
		if (r.committed) {
			buf_add(&e->out, r.hold.d, r.ready);
			relay_passed(&r, r.ready);
		}
	}
	if (res != RELAY_BAD)
		relay_end(&r, res == RELAY_DONE ? TRANSPORT_OK : in->transport);
	if (r.committed)
		buf_add(&e->out, r.hold.d, r.ready);
	e->verdict = (int)r.c->verdict;
	e->committed = r.committed;
	e->broken = r.broken;
	relay_free(&r);
}

static const struct {
	const char *name;
	struct reply_in in;
	int verdict;
	const char *out; /* NULL: nothing was committed */
	int broken;
} replies[] = {
	/* plain */
	{ "plain", { RELAY_PLAIN, 200, JSON, BODY, TRANSPORT_OK, NULL }, V_OK,
	    BODY, 0 },
	{ "plain, cut", { RELAY_PLAIN, 200, JSON, BODY, TRANSPORT_CUT, NULL },
	    V_CUT, NULL, 0 },
	{ "plain, late",
	    { RELAY_PLAIN, 200, JSON, BODY, TRANSPORT_TIMEOUT, NULL },
	    V_TIMEOUT, NULL, 0 },
	{ "plain, hollow",
	    { RELAY_PLAIN, 200, JSON, "{\"id\":\"\",\"choices\":null}",
		TRANSPORT_OK, NULL },
	    V_HOLLOW, NULL, 0 },
	{ "plain, empty", { RELAY_PLAIN, 200, JSON, "", TRANSPORT_OK, NULL },
	    V_HOLLOW, NULL, 0 },
	{ "plain, a page",
	    { RELAY_PLAIN, 200, "text/html", "<html>", TRANSPORT_OK, NULL },
	    V_BAD_REPLY, NULL, 0 },
	{ "plain, but it streams",
	    { RELAY_PLAIN, 200, SSE, TEXT STOP DONE, TRANSPORT_OK, NULL },
	    V_BAD_REPLY, NULL, 0 },
	{ "plain, without a type",
	    { RELAY_PLAIN, 200, NULL, BODY, TRANSPORT_OK, NULL }, V_OK, BODY,
	    0 },
	{ "refused",
	    { RELAY_PLAIN, 401, JSON,
		"{\"error\":{\"message\":\"Authentication failed\"}}",
		TRANSPORT_OK, NULL },
	    V_BAD_KEY, NULL, 0 },
	{ "a stream refused",
	    { RELAY_STREAM, 429, SSE,
		"{\"error\":{\"message\":\"Too many requests\"}}", TRANSPORT_OK,
		NULL },
	    V_TOO_MANY, NULL, 0 },
	{ "refused, cut",
	    { RELAY_STREAM, 429, JSON, "{\"error\":{\"message\":\"Too",
		TRANSPORT_CUT, NULL },
	    V_TOO_MANY, NULL, 0 },
	{ "nobody there",
	    { RELAY_STREAM, 0, NULL, "", TRANSPORT_NETWORK, NULL }, V_NETWORK,
	    NULL, 0 },
	{ "out of memory",
	    { RELAY_STREAM, 0, NULL, "", TRANSPORT_SYSTEM, NULL }, V_SYSTEM,
	    NULL, 0 },
	{ "another 2xx", { RELAY_PLAIN, 206, JSON, BODY, TRANSPORT_OK, NULL },
	    V_OK, BODY, 0 },
	{ "encoded", { RELAY_PLAIN, 200, JSON, BODY, TRANSPORT_OK, "gzip" },
	    V_BAD_REPLY, NULL, 0 },
	{ "encoded as it is",
	    { RELAY_PLAIN, 200, JSON, BODY, TRANSPORT_OK, "Identity" }, V_OK,
	    BODY, 0 },
	{ "a refusal, encoded",
	    { RELAY_PLAIN, 500, JSON, BODY, TRANSPORT_OK, "gzip" }, V_SERVER,
	    NULL, 0 },
	/* streams */
	{ "a stream under another 2xx",
	    { RELAY_STREAM, 206, SSE, TEXT STOP DONE, TRANSPORT_OK, NULL },
	    V_OK, TEXT STOP DONE, 0 },
	{ "a stream, encoded",
	    { RELAY_STREAM, 200, SSE, TEXT STOP DONE, TRANSPORT_OK, "gzip" },
	    V_BAD_REPLY, NULL, 0 },
	{ "out of memory inside",
	    { RELAY_STREAM, 200, SSE, TEXT HALF, TRANSPORT_SYSTEM, NULL },
	    V_SYSTEM, TEXT, 0 },
	{ "a stream",
	    { RELAY_STREAM, 200, SSE, ROLE TEXT TEXT STOP USAGE DONE,
		TRANSPORT_OK, NULL },
	    V_OK, ROLE TEXT TEXT STOP USAGE DONE, 0 },
	{ "its type in other letters",
	    { RELAY_STREAM, 200, "Text/Event-Stream", TEXT STOP DONE,
		TRANSPORT_OK, NULL },
	    V_OK, TEXT STOP DONE, 0 },
	{ "comments before and after",
	    { RELAY_STREAM, 200, SSE, ": a\n\n" TEXT STOP ": b\n\n",
		TRANSPORT_OK, NULL },
	    V_OK, ": a\n\n" TEXT STOP ": b\n\n", 0 },
	{ "events of nothing",
	    { RELAY_STREAM, 200, SSE, "data:\n\n" TEXT "data\n\n" STOP DONE,
		TRANSPORT_OK, NULL },
	    V_OK, "data:\n\n" TEXT "data\n\n" STOP DONE, 0 },
	{ "without [DONE]",
	    { RELAY_STREAM, 200, SSE, TEXT STOP, TRANSPORT_OK, NULL }, V_OK,
	    TEXT STOP, 0 },
	{ "without a finish_reason",
	    { RELAY_STREAM, 200, SSE, TEXT DONE, TRANSPORT_OK, NULL }, V_OK,
	    TEXT DONE, 0 },
	{ "without either",
	    { RELAY_STREAM, 200, SSE, TEXT, TRANSPORT_OK, NULL }, V_CUT, TEXT,
	    0 },
	{ "cut inside an event",
	    { RELAY_STREAM, 200, SSE, TEXT HALF, TRANSPORT_CUT, NULL }, V_CUT,
	    TEXT, 0 },
	{ "stalled",
	    { RELAY_STREAM, 200, SSE, TEXT HALF, TRANSPORT_TIMEOUT, NULL },
	    V_TIMEOUT, TEXT, 0 },
	{ "cut before any content",
	    { RELAY_STREAM, 200, SSE, ROLE, TRANSPORT_CUT, NULL }, V_CUT, NULL,
	    0 },
	{ "ended before any content",
	    { RELAY_STREAM, 200, SSE, ROLE, TRANSPORT_OK, NULL }, V_CUT, NULL,
	    0 },
	{ "cut behind its end",
	    { RELAY_STREAM, 200, SSE, TEXT STOP, TRANSPORT_CUT, NULL }, V_OK,
	    TEXT STOP, 0 },
	{ "cut behind its end, inside an event",
	    { RELAY_STREAM, 200, SSE, TEXT STOP HALF, TRANSPORT_CUT, NULL },
	    V_OK, TEXT STOP, 0 },
	{ "its last event has no empty line",
	    { RELAY_STREAM, 200, SSE, TEXT STOP "data: [DONE]\n", TRANSPORT_OK,
		NULL },
	    V_OK, TEXT STOP "data: [DONE]\n", 0 },
	{ "hollow",
	    { RELAY_STREAM, 200, SSE,
		"data: {\"id\":\"\",\"choices\":null}\n\n" DONE, TRANSPORT_OK,
		NULL },
	    V_HOLLOW, NULL, 0 },
	{ "hollow, and plain",
	    { RELAY_STREAM, 200, JSON, "{\"id\":\"\",\"choices\":null}",
		TRANSPORT_OK, NULL },
	    V_HOLLOW, NULL, 0 },
	{ "an answer that is no stream",
	    { RELAY_STREAM, 200, JSON, BODY, TRANSPORT_OK, NULL }, V_BAD_REPLY,
	    NULL, 0 },
	{ "an error first",
	    { RELAY_STREAM, 200, SSE, ROLE ERROR TEXT, TRANSPORT_OK, NULL },
	    V_TOO_MANY, NULL, 0 },
	{ "an error behind content",
	    { RELAY_STREAM, 200, SSE, TEXT ERROR, TRANSPORT_OK, NULL },
	    V_TOO_MANY, TEXT ERROR, 1 },
	{ "an error behind content, then as if nothing were",
	    { RELAY_STREAM, 200, SSE, TEXT ERROR TEXT STOP DONE, TRANSPORT_OK,
		NULL },
	    V_TOO_MANY, TEXT ERROR, 1 },
	{ "more behind the end, then a cut",
	    { RELAY_STREAM, 200, SSE, TEXT DONE "\n" TEXT ERROR, TRANSPORT_CUT,
		NULL },
	    V_OK, TEXT DONE, 0 },
	{ "more behind an end in CR",
	    { RELAY_STREAM, 200, SSE, TEXT "data: [DONE]\r\r" TEXT,
		TRANSPORT_CUT, NULL },
	    V_OK, TEXT "data: [DONE]\r\r", 0 },
	{ "more behind an end in CRLF",
	    { RELAY_STREAM, 200, SSE, TEXT "data: [DONE]\r\n\r\n\n" TEXT,
		TRANSPORT_CUT, NULL },
	    V_OK, TEXT "data: [DONE]\r\n\r\n", 0 },
	{ "garbage first",
	    { RELAY_STREAM, 200, SSE, "data: <html>\n\n" TEXT, TRANSPORT_OK,
		NULL },
	    V_BAD_REPLY, NULL, 0 },
	{ "garbage behind content",
	    { RELAY_STREAM, 200, SSE, TEXT "data: x\n\n" STOP, TRANSPORT_OK,
		NULL },
	    V_OK, TEXT "data: x\n\n" STOP, 0 },
	/* reasoning */
	{ "reasoning commits",
	    { RELAY_STREAM, 200, SSE, THINK ERROR, TRANSPORT_OK, NULL },
	    V_TOO_MANY, THINK ERROR, 1 },
	{ "text behind reasoning is an answer, also a cut one",
	    { RELAY_STREAM, 200, SSE, THINK TEXT TEXT LENGTH, TRANSPORT_OK,
		NULL },
	    V_OK, THINK TEXT TEXT LENGTH, 0 },
	{ "and one without a finish_reason",
	    { RELAY_STREAM, 200, SSE, THINK TEXT DONE, TRANSPORT_OK, NULL },
	    V_OK, THINK TEXT DONE, 0 },
	{ "reasoning alone does not, if lazy",
	    { RELAY_LAZY, 200, SSE, THINK ERROR, TRANSPORT_OK, NULL },
	    V_TOO_MANY, NULL, 0 },
	{ "lazy, and content",
	    { RELAY_LAZY, 200, SSE, THINK TEXT STOP, TRANSPORT_OK, NULL }, V_OK,
	    THINK TEXT STOP, 0 },
	{ "reasoning used it all up",
	    { RELAY_LAZY, 200, SSE, THINK LENGTH DONE, TRANSPORT_OK, NULL },
	    V_REASONED, THINK LENGTH DONE, 0 },
	{ "lazy, and plain",
	    { RELAY_LAZY, 200, JSON, BODY, TRANSPORT_OK, NULL }, V_OK, BODY,
	    0 },
	/* assembled */
	{ "assembled",
	    { RELAY_ASSEMBLE, 200, SSE, ROLE TEXT TEXT STOP DONE, TRANSPORT_OK,
		NULL },
	    V_OK, COMPLETION("HiHi", "stop"), 0 },
	{ "assembled, and cut behind its end",
	    { RELAY_ASSEMBLE, 200, SSE, TEXT LENGTH HALF, TRANSPORT_CUT, NULL },
	    V_OK, COMPLETION("Hi", "length"), 0 },
	{ "not assembled when cut",
	    { RELAY_ASSEMBLE, 200, SSE, TEXT, TRANSPORT_CUT, NULL }, V_CUT,
	    NULL, 0 },
	{ "not assembled with an error in it",
	    { RELAY_ASSEMBLE, 200, SSE, TEXT ERROR, TRANSPORT_OK, NULL },
	    V_TOO_MANY, NULL, 0 },
	{ "not assembled with garbage in it",
	    { RELAY_ASSEMBLE, 200, SSE, TEXT "data: x\n\n" STOP, TRANSPORT_OK,
		NULL },
	    V_BAD_REPLY, NULL, 0 },
	{ "need not be assembled",
	    { RELAY_ASSEMBLE, 200, JSON, BODY, TRANSPORT_OK, NULL }, V_OK, BODY,
	    0 },
};

static void
judged(void)
{
	struct end e;
	size_t i, n, step;
	int bad;

	for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		n = strlen(replies[i].in.body);
		for (bad = 0, step = n + 1; step > 0; step--) {
			feed(&replies[i].in, step, &e);
			if (e.verdict != replies[i].verdict ||
			    e.broken != replies[i].broken ||
			    e.committed != (replies[i].out != NULL) ||
			    (e.committed &&
				strcmp(e.out.d, replies[i].out) != 0)) {
				printf("# by %zu: verdict %d, %s\n", step,
				    e.verdict, e.out.d);
				bad = 1;
			}
			buf_free(&e.out);
		}
		ok(!bad, "%s", replies[i].name);
	}
}

/* An event too large is refused before content, and ends what had begun. */
static void
large(void)
{
	static const size_t steps[] = { 4 << 20, 100000, 4096 };
	struct reply_in r;
	struct buf in;
	struct end e;
	size_t i, k;
	int bad;

	buf_init(&in, 4 << 20);
	for (k = 0; k < 2; k++) {
		buf_cut(&in, 0);
		buf_adds(&in, k == 0 ? ROLE "data: " : TEXT "data: ");
		while (in.len < RELAY_EVENT_MAX + 1000)
			buf_adds(&in, "0123456789");
		for (bad = 0, i = 0; i < 3; i++) {
			r = (struct reply_in){ RELAY_STREAM, 200, SSE, in.d,
				TRANSPORT_OK, NULL };
			feed(&r, steps[i], &e);
			bad |= e.verdict != V_TOO_LARGE ||
			    strcmp(e.out.d, k == 0 ? "" : TEXT) != 0;
			buf_free(&e.out);
		}
		ok(!bad, "an event too large, %s",
		    k == 0 ? "first" : "behind content");
	}
	buf_cut(&in, 0);
	while (in.len < RELAY_ERROR_MAX + 1000)
		buf_adds(&in, "Authentication failed ");
	r = (struct reply_in){ RELAY_PLAIN, 401, "text/plain", in.d,
		TRANSPORT_OK, NULL };
	feed(&r, 10000, &e);
	ok(e.verdict == V_BAD_KEY, "a refusal need not be read whole");
	buf_free(&e.out);
	buf_free(&in);
}

/* What the taker does not take stays, in order. */
static void
slow(void)
{
	static const char all[] = TEXT TEXT TEXT STOP;
	const size_t n = sizeof(all) - 1;
	struct relay r;
	struct buf out;
	size_t i, k;

	buf_init(&out, n);
	relay_init(&r, RELAY_STREAM, 0, 0);
	relay_head(&r, 200, SSE, NULL);
	for (i = 0; i < n; i += 10) {
		relay_data(&r, all + i, n - i < 10 ? n - i : 10);
		k = r.committed && r.ready > 3 ? 3 : 0;
		buf_add(&out, r.hold.d, k);
		relay_passed(&r, k);
	}
	relay_end(&r, TRANSPORT_OK);
	ok(r.ready == r.hold.len && r.ready + out.len == n,
	    "all is ready in the end");
	buf_add(&out, r.hold.d, r.ready);
	relay_passed(&r, r.ready);
	ok(strcmp(out.d, all) == 0 && r.hold.len == 0 && r.hold.cap <= 1024,
	    "nothing is lost, nothing is held");
	relay_free(&r);

	relay_init(&r, RELAY_STREAM, 0, 0);
	relay_head(&r, 200, SSE, NULL);
	relay_data(&r, TEXT USAGE, sizeof(TEXT USAGE) - 1);
	ok(r.answer->prompt_tokens == 3 && r.answer->completion_tokens == 4,
	    "tokens of a stream");
	relay_free(&r);
	relay_init(&r, RELAY_PLAIN, 0, 0);
	relay_head(&r, 200, JSON, NULL);
	relay_data(&r, BODY, sizeof(BODY) - 1);
	relay_end(&r, TRANSPORT_OK);
	ok(r.answer->prompt_tokens == 3 && r.answer->completion_tokens == 4,
	    "tokens of a plain answer");
	relay_free(&r);
	buf_free(&out);
}

/* A header that says 0 left is believed where the words say little. */
static void
none_left(void)
{
	struct relay r;
	int left;

	for (left = 0; left <= 1; left++) {
		relay_init(&r, RELAY_PLAIN, 0, 0);
		relay_head(&r, 429, JSON, NULL);
		r.left = left;
		relay_data(&r, "Too many requests", 17);
		relay_end(&r, TRANSPORT_OK);
		ok(r.c->verdict == (left ? V_QUOTA_DAY : V_TOO_MANY),
		    "too many, %s left", left ? "none" : "some");
		relay_free(&r);
	}
}

int
main(void)
{
	none_left();
	judged();
	large();
	slow();
	return done();
}
