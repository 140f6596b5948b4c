/* Answers and refusals as each family of endpoints has them. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "chat.h"
#include "classify.h"
#include "fault.h"
#include "fold.h"
#include "render.h"
#include "route.h"
#include "tap.h"

enum {
	MAX = 64 << 20
};

static const struct limits unknown = { -1, -1, -1, -1 };
static const struct limits limits = { 2000, 1990, 200, 0 };
static struct decision decision;
static const char *const retried[] = { "x/a", "x/b" };

#define QUOTA \
	"\"modelscope-ratelimit-requests-limit\":\"2000\"," \
	"\"modelscope-ratelimit-requests-remaining\":\"1990\"," \
	"\"modelscope-ratelimit-model-requests-limit\":\"200\"," \
	"\"modelscope-ratelimit-model-requests-remaining\":\"0\""
#define LIMITS \
	"\"limits\":{\"model_limit\":200,\"model_remaining\":0," \
	"\"global_limit\":2000,\"global_remaining\":1990}"
#define NO_LIMITS \
	"\"limits\":{\"model_limit\":null,\"model_remaining\":null," \
	"\"global_limit\":null,\"global_remaining\":null}"

static void
is(int good, const struct buf *b, const char *want, const char *name)
{
	if (!ok(good && strcmp(b->d, want) == 0, "%s", name))
		printf("# %s\n", b->d);
}

static struct chat_result
result(int verdict, int status, int exit)
{
	return (struct chat_result){ .verdict = verdict,
		.status = status,
		.exit = exit,
		.message = "why",
		.hint = "",
		.reply = "",
		.retry_after = -1,
		.limits = &unknown };
}

/* ---- refusals ---- */

static const struct {
	const char *name;
	int verdict, status, exit, unknown;
	int64_t after;
	/* then: */
	int want;
	const char *type, *code, *headers;
} refusals[] = {
	{ "no credits", V_NO_CREDITS, 429, EX_TEMPFAIL, 0, -1, 429,
	    "insufficient_quota", "\"insufficient_quota\"",
	    ",\"retry-after\":\"600\",\"x-should-retry\":\"false\"" },
	{ "quota of the day", V_QUOTA_DAY, 429, EX_TEMPFAIL, 0, 9, 429,
	    "insufficient_quota", "\"insufficient_quota\"",
	    ",\"retry-after\":\"600\",\"x-should-retry\":\"false\"" },
	{ "quota of the month", V_QUOTA_MONTH, 429, EX_TEMPFAIL, 0, -1, 429,
	    "insufficient_quota", "\"insufficient_quota\"",
	    ",\"retry-after\":\"600\",\"x-should-retry\":\"false\"" },
	{ "a burst", V_BURST, 429, EX_TEMPFAIL, 0, -1, 429, "rate_limit_error",
	    "\"rate_limit_exceeded\"", ",\"retry-after\":\"5\"" },
	{ "too many, come back in 7 s", V_TOO_MANY, 429, EX_TEMPFAIL, 0, 7, 429,
	    "rate_limit_error", "\"rate_limit_exceeded\"",
	    ",\"retry-after\":\"7\"" },
	{ "too many, come back tomorrow", V_TOO_MANY, 429, EX_TEMPFAIL, 0,
	    86400, 429, "rate_limit_error", "\"rate_limit_exceeded\"",
	    ",\"retry-after\":\"60\"" },
	{ "all keys refused", V_BAD_KEY, 401, EX_NOPERM, 0, -1, 503,
	    "api_error", "\"upstream_key_refused\"",
	    ",\"x-should-retry\":\"false\"" },
	{ "no key", V_BAD_KEY, 0, EX_CONFIG, 0, -1, 503, "api_error",
	    "\"upstream_key_refused\"", ",\"x-should-retry\":\"false\"" },
	{ "not bound", V_UNBOUND, 401, EX_NOPERM, 0, -1, 503, "api_error",
	    "\"upstream_key_refused\"", ",\"x-should-retry\":\"false\"" },
	{ "nobody serves it", V_NO_PROVIDER, 400, EX_UNAVAILABLE, 0, -1, 503,
	    "api_error", "\"model_not_available\"",
	    ",\"x-should-retry\":\"false\"" },
	{ "not allowed", V_NO_PERMISSION, 403, EX_NOPERM, 0, -1, 503,
	    "api_error", "\"model_not_available\"",
	    ",\"x-should-retry\":\"false\"" },
	{ "no model is configured", V_BAD_MODEL, 0, EX_CONFIG, 0, -1, 503,
	    "api_error", "\"model_not_available\"",
	    ",\"x-should-retry\":\"false\"" },
	{ "no such model", V_BAD_MODEL, 0, EX_UNAVAILABLE, 1, -1, 404,
	    "invalid_request_error", "\"model_not_found\"", "" },
	{ "the caller's mistake", V_BAD_REQUEST, 422, EX_UNAVAILABLE, 0, -1,
	    422, "invalid_request_error", "null", "" },
	{ "a mistake without a status", V_BAD_REQUEST, 0, EX_UNAVAILABLE, 0, -1,
	    400, "invalid_request_error", "null", "" },
	{ "a mistake said in an event", V_BAD_REQUEST, 200, EX_UNAVAILABLE, 0,
	    -1, 400, "invalid_request_error", "null", "" },
	{ "only streams", V_STREAM_ONLY, 400, EX_UNAVAILABLE, 0, -1, 400,
	    "invalid_request_error", "null", "" },
	{ "too late", V_TIMEOUT, 0, EX_TEMPFAIL, 0, -1, 504, "api_error",
	    "\"upstream_timeout\"", "" },
	{ "upstream failed", V_SERVER, 500, EX_TEMPFAIL, 0, -1, 502,
	    "api_error", "\"upstream_error\"", "" },
	{ "hollow", V_HOLLOW, 200, EX_TEMPFAIL, 0, -1, 502, "api_error",
	    "\"upstream_error\"", "" },
	{ "no connection", V_NETWORK, 0, EX_TEMPFAIL, 0, -1, 502, "api_error",
	    "\"upstream_error\"", "" },
	{ "too large", V_TOO_LARGE, 200, EX_PROTOCOL, 0, -1, 502, "api_error",
	    "\"upstream_error\"", "" },
	{ "no descriptors", V_SYSTEM, 0, EX_OSERR, 0, -1, 503, "api_error",
	    "\"overloaded\"", ",\"retry-after\":\"1\"" },
	{ "out of memory", V_BAD_REPLY, 0, EX_OSERR, 0, -1, 500, "api_error",
	    "\"internal_error\"", "" },
};

static void
refuse(enum render_kind k, const struct chat_result *r, struct buf *line,
    struct buf *out)
{
	struct render *s = render_new(k);

	buf_cut(line, 0);
	buf_cut(out, 0);
	if (s == NULL || render_end(s, r, line, out) == -1)
		buf_adds(out, "failed");
	render_free(s);
}

static void
refused(void)
{
	struct chat_result r;
	struct buf line, out, want;
	size_t i;

	buf_init(&line, MAX);
	buf_init(&out, MAX);
	buf_init(&want, MAX);
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		r = result(refusals[i].verdict, refusals[i].status,
		    refusals[i].exit);
		r.unknown = refusals[i].unknown;
		r.retry_after = refusals[i].after;
		refuse(RENDER_OPENAI, &r, &line, &out);
		buf_cut(&want, 0);
		buf_addf(&want,
		    "{\"status\":%d,\"type\":\"application/json\",\"headers\":"
		    "{\"x-ms-attempts\":\"0\"%s}}\n",
		    refusals[i].want, refusals[i].headers);
		is(1, &line, want.d, refusals[i].name);
		buf_cut(&want, 0);
		buf_addf(&want,
		    "{\"error\":{\"message\":\"why\",\"type\":\"%s\","
		    "\"param\":null,\"code\":%s}}",
		    refusals[i].type, refusals[i].code);
		is(1, &out, want.d, refusals[i].name);
	}
	buf_free(&line);
	buf_free(&out);
	buf_free(&want);
}

/* Upstream's own words, of which SDKs can read only some. */
static void
replied(void)
{
	static const struct {
		const char *reply;
		int status, passed;
	} replies[] = {
		{ "{ \"error\": {\"message\":\"m\"} }", 400, 1 },
		{ "{\"error\":{\"message\":\"m\"},\"request_id\":1.0}", 422,
		    1 },
		{ "{\"error\":\"m\"}", 400, 0 },
		{ "{\"errors\":{\"message\":\"m\"}}", 400, 0 },
		{ "<html>", 400, 0 },
		{ "{\"error\":{\"message\":\"m\"}}", 200, 0 },
		{ "", 400, 0 },
	};
	struct chat_result r;
	struct buf line, out;
	size_t i;

	buf_init(&line, MAX);
	buf_init(&out, MAX);
	for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		r = result(V_BAD_REQUEST, replies[i].status, EX_UNAVAILABLE);
		r.reply = replies[i].reply;
		r.nreply = strlen(r.reply);
		refuse(RENDER_OPENAI, &r, &line, &out);
		ok((strcmp(out.d, r.reply) == 0) == replies[i].passed,
		    "a reply of %d, %s: %s", r.status, r.reply,
		    replies[i].passed ? "passed on" : "not");
	}
	r = result(V_SERVER, 500, EX_TEMPFAIL);
	r.reply = replies[0].reply;
	r.nreply = strlen(r.reply);
	refuse(RENDER_OPENAI, &r, &line, &out);
	ok(strstr(out.d, "why") != NULL, "a failure's reply is not passed on");

	r = result(V_NO_CREDITS, 429, EX_TEMPFAIL);
	r.hint = "sign in";
	r.model = "x/a";
	r.attempts = 2;
	r.decision = &decision;
	r.limits = &limits;
	refuse(RENDER_NATIVE, &r, &line, &out);
	is(1, &line,
	    "{\"status\":429,\"type\":\"application/json\",\"headers\":{"
	    "\"x-ms-model\":\"x/a\",\"x-ms-attempts\":\"2\","
	    "\"x-ms-tier\":\"1\",\"x-ms-score\":\"8\"," QUOTA
	    ",\"retry-after\":\"600\",\"x-should-retry\":\"false\"}}\n",
	    "all the headers of a refusal");
	is(1, &out, "{\"detail\":\"why\",\"hint\":\"sign in\"}",
	    "a native refusal");
	refuse(RENDER_N8N, &r, &line, &out);
	is(1, &out,
	    "{\"text\":\"\",\"model\":null,\"error\":{\"message\":\"why\","
	    "\"type\":\"insufficient_quota\",\"param\":null,"
	    "\"code\":\"insufficient_quota\",\"hint\":\"sign in\"}}",
	    "n8n's refusal, with a hint");
	r = result(V_BAD_REQUEST, 400, EX_UNAVAILABLE);
	r.id = "req_1";
	r.reply = "{\"error\":{\"message\":\"m\"}}";
	r.nreply = strlen(r.reply);
	refuse(RENDER_MESSAGES, &r, &line, &out);
	is(1, &out,
	    "{\"type\":\"error\",\"error\":{\"type\":"
	    "\"invalid_request_error\",\"message\":\"why\"},"
	    "\"request_id\":\"req_1\"}",
	    "a refusal of messages, whose type upstream did not say");
	r.reply = "{\"type\":\"error\",\"error\":{\"message\":\"m\"}}";
	r.nreply = strlen(r.reply);
	refuse(RENDER_MESSAGES, &r, &line, &out);
	is(1, &out, r.reply, "and one whose type it did");
	buf_free(&line);
	buf_free(&out);
}

static void
faults(void)
{
	static const struct {
		int exit;
		const char *status, *code;
	} rows[] = {
		{ EX_DATAERR, "{\"status\":400,", "\"code\":null" },
		{ EX_TEMPFAIL, "{\"status\":503,", "\"overloaded\"" },
		{ EX_OSERR, "{\"status\":500,", "\"internal_error\"" },
	};
	struct fault f;
	struct buf line, out;
	size_t i;

	buf_init(&line, MAX);
	buf_init(&out, MAX);
	for (i = 0; i < 3; i++) {
		fault_set(&f, rows[i].exit, "\"no\"");
		buf_cut(&line, 0);
		buf_cut(&out, 0);
		ok(render_fault(RENDER_OPENAI, NULL, &f, &line, &out) == 0 &&
			strncmp(line.d, rows[i].status,
			    strlen(rows[i].status)) == 0 &&
			strstr(out.d, rows[i].code) != NULL &&
			strstr(out.d, "\\\"no\\\"") != NULL,
		    "a request that was not read: %s", rows[i].status);
	}
	buf_free(&line);
	buf_free(&out);
}

/* ---- answers ---- */

#define EVENT(s) "data: {\"choices\":[{\"index\":0," s "}]}\n\n"
#define TEXT(s) EVENT("\"delta\":{\"content\":\"" s "\"}")
#define NATIVE(s) \
	"data: {\"model\":\"x/a\",\"content\":\"" s "\",\"done\":false}\n\n"
#define LAST(more) \
	"data: {\"model\":\"x/a\",\"content\":\"\",\"done\":true," more "}\n\n"
#define BODY \
	"{\"choices\":[{\"message\":{\"content\":\"Hi\",\"tool_calls\":[" \
	"{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]," \
	"\"reasoning_content\":\"hm\"},\"finish_reason\":\"stop\"}]," \
	"\"usage\":{ \"prompt_tokens\" : 1 }}"

static const struct {
	const char *name;
	enum render_kind kind;
	int stream;
	const char *in;
	int verdict, exit, told, full;
	const char *out; /* NULL: broken off */
} answers[] = {
	{ "a native stream", RENDER_NATIVE, 1,
	    TEXT("") TEXT("Hel") ": c\n\n" TEXT("lo") EVENT(
		"\"delta\":{},\"finish_reason\":\"stop\"") "data: [DONE]\n\n",
	    V_OK, 0, 0, 0,
	    NATIVE("Hel") NATIVE("lo")
		LAST(NO_LIMITS ",\"routing\":null,\"retried_models\":[]") },
	{ "a native stream, with all there is to say", RENDER_NATIVE, 1,
	    TEXT("a"), V_OK, 0, 0, 1,
	    NATIVE("a") LAST(LIMITS
		",\"routing\":{},\"retried_models\":[\"x/a\",\"x/b\"]") },
	{ "a native stream of nothing", RENDER_NATIVE, 1, "data: [DONE]\n\n",
	    V_OK, 0, 0, 0,
	    LAST(NO_LIMITS ",\"routing\":null,\"retried_models\":[]") },
	{ "a native stream with garbage in it", RENDER_NATIVE, 1,
	    TEXT("a") "data: x\n\n" TEXT("b"), V_OK, 0, 0, 0,
	    NATIVE("a") NATIVE("b")
		LAST(NO_LIMITS ",\"routing\":null,\"retried_models\":[]") },
	{ "a native stream cut", RENDER_NATIVE, 1, TEXT("a"), V_CUT,
	    EX_PROTOCOL, 0, 0, NATIVE("a") "data: {\"error\":\"why\"}\n\n" },
	{ "a native stream that tells its error", RENDER_NATIVE, 1,
	    TEXT("a") "data: {\"error\":{\"message\":\"m\"}}\n\n", V_SERVER,
	    EX_TEMPFAIL, 1, 0, NATIVE("a") "data: {\"error\":\"why\"}\n\n" },
	{ "a native stream that only reasoned", RENDER_NATIVE, 1,
	    EVENT("\"delta\":{\"reasoning\":\"a\"}"), V_REASONED, EX_PROTOCOL,
	    0, 0, LAST(NO_LIMITS ",\"routing\":null,\"retried_models\":[]") },
	{ "a native answer", RENDER_NATIVE, 0, BODY, V_OK, 0, 0, 0,
	    "{\"model\":\"x/a\",\"content\":\"Hi\",\"usage\":{ "
	    "\"prompt_tokens\" : 1 }," NO_LIMITS
	    ",\"routing\":null,\"retried_models\":[],"
	    "\"finish_reason\":\"stop\",\"tool_calls\":[{\"id\":\"c\","
	    "\"type\":\"function\",\"function\":{\"name\":\"f\","
	    "\"arguments\":\"{}\"}}],\"reasoning\":\"hm\"}" },
	{ "a native answer of little", RENDER_NATIVE, 0,
	    "{\"choices\":[{\"message\":{\"content\":\"\"}}]}", V_OK, 0, 0, 0,
	    "{\"model\":\"x/a\",\"content\":\"\",\"usage\":null," NO_LIMITS
	    ",\"routing\":null,\"retried_models\":[]}" },
	{ "a native answer not whole", RENDER_NATIVE, 0, BODY, V_TIMEOUT,
	    EX_TEMPFAIL, 0, 0, NULL },
	{ "n8n's answer", RENDER_N8N, 0, BODY, V_OK, 0, 0, 0,
	    "{\"text\":\"Hi\",\"model\":\"x/a\"}" },
	{ "an answer as it is", RENDER_OPENAI, 0, "", V_OK, 0, 0, 0, "" },
	{ "an answer as it is, but not whole", RENDER_OPENAI, 0, "", V_TIMEOUT,
	    EX_TEMPFAIL, 0, 0, NULL },
	{ "a stream as it is", RENDER_OPENAI, 1, "", V_OK, 0, 0, 0, "" },
	{ "a stream cut", RENDER_OPENAI, 1, "", V_CUT, EX_PROTOCOL, 0, 0,
	    "data: {\"error\":{\"message\":\"why\",\"type\":\"api_error\","
	    "\"param\":null,\"code\":\"upstream_error\"}}\n\n" },
	{ "a stream that tells its error", RENDER_OPENAI, 1, "", V_SERVER,
	    EX_TEMPFAIL, 1, 0, "" },
	{ "messages cut", RENDER_MESSAGES, 1, "", V_CUT, EX_PROTOCOL, 0, 0,
	    "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":"
	    "\"api_error\",\"message\":\"why\"}}\n\n" },
	{ "responses cut", RENDER_RESPONSES, 1, "", V_CUT, EX_PROTOCOL, 0, 0,
	    "event: error\ndata: {\"type\":\"error\",\"sequence_number\":0,"
	    "\"code\":\"upstream_error\",\"message\":\"why\","
	    "\"param\":null,\"error\":{\"type\":\"upstream_error\","
	    "\"code\":\"upstream_error\",\"message\":\"why\","
	    "\"param\":null}}\n\n" },
	{ "responses that tell their error", RENDER_RESPONSES, 1, "", V_SERVER,
	    EX_TEMPFAIL, 1, 0, "" },
	{ "a stream that only reasoned", RENDER_OPENAI, 1, "", V_REASONED,
	    EX_PROTOCOL, 0, 0, "" },
};

/* Gives row i in pieces of step bytes; each answer's own member is {}. */
static int
render(size_t i, size_t step, struct buf *line, struct buf *out)
{
	struct chat_head h = { .model = "x/a",
		.stream = answers[i].stream,
		.attempts = 1,
		.limits = &unknown };
	struct chat_result r = result(answers[i].verdict, 200, answers[i].exit);
	struct render *s = render_new(answers[i].kind);
	size_t at, len, n = strlen(answers[i].in);
	char *piece, *from, *to;
	int e = 0;

	r.told = answers[i].told;
	if (answers[i].full) {
		h.limits = r.limits = &limits;
		h.decision = r.decision = &decision;
		r.retried = retried;
		r.nretried = 2;
	}
	if (s == NULL || render_head(s, &h, line) == -1)
		abort();
	for (at = 0; at < n && e == 0; at += len) {
		len = n - at < step ? n - at : step;
		if ((piece = malloc(len)) == NULL)
			abort();
		memcpy(piece, answers[i].in + at, len);
		e = render_data(s, piece, len, out);
		free(piece);
	}
	if (e == 0)
		e = render_end(s, &r, line, out);
	render_free(s);
	/* what route.c writes is tested there */
	if (answers[i].full && e == 0 &&
	    (from = strstr(out->d, "\"routing\":{")) != NULL &&
	    (to = strchr(from, '}')) != NULL) {
		memmove(from + 11, to, strlen(to) + 1);
		out->len = strlen(out->d);
	}
	return e;
}

static void
answered(void)
{
	struct buf line, out;
	size_t i, step, n;
	int e;

	buf_init(&line, MAX);
	buf_init(&out, MAX);
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		/* By events, so that what came together is told together. */
		n = strlen(answers[i].in);
		for (step = 1; step <= 3; step++) {
			buf_cut(&line, 0);
			buf_cut(&out, 0);
			e = render(i, step, &line, &out);
			is((e == -1) == (answers[i].out == NULL), &out,
			    answers[i].out == NULL ? out.d : answers[i].out,
			    answers[i].name);
		}
		ok(strstr(line.d,
		       answers[i].stream ? "\"text/event-stream\"" :
					   "\"application/json\"") != NULL,
		    "%s: its type", answers[i].name);
		if (n == 0)
			continue;
		buf_cut(&line, 0);
		buf_cut(&out, 0);
		ok((render(i, n, &line, &out) == -1) ==
			(answers[i].out == NULL),
		    "%s: all at once", answers[i].name);
	}
	is(1, &line,
	    "{\"status\":200,\"type\":\"text/event-stream\",\"headers\":{"
	    "\"x-ms-model\":\"x/a\",\"x-ms-attempts\":\"1\"}}\n",
	    "a head");
	buf_free(&line);
	buf_free(&out);
}

/* An answer put together that grows past its ceiling is broken off. */
static void
large(size_t most, int pieces)
{
	struct chat_head h = {
		.model = "x/a", .stream = 1, .attempts = 1, .limits = &unknown
	};
	struct render *s = render_new(RENDER_NATIVE);
	struct buf line, out, event;
	int i, e = 0;

	buf_init(&line, MAX);
	buf_init(&out, MAX);
	buf_init(&event, 1 << 20);
	buf_adds(&event, "data: {\"choices\":[{\"delta\":{\"content\":\"");
	for (i = 0; i < 50000; i++)
		buf_adds(&event, "0123456789");
	buf_adds(&event, "\"}}]}\n\n");
	if (s == NULL || render_head(s, &h, &line) == -1)
		abort();
	render_bounds(s, 0, most);
	for (i = 0; i < 100 && e == 0; i++) {
		buf_cut(&out, 0);
		e = render_data(s, event.d, event.len, &out);
	}
	ok(e == -1 && i == pieces + 1,
	    "an answer too large is broken off behind %d pieces", pieces);
	render_free(s);
	buf_free(&line);
	buf_free(&out);
	buf_free(&event);
}

int
main(void)
{
	enum render_kind k;

	route_score(8, &decision);
	decision.actual_tier = 1;
	ok(render_named("openai", &k) == 0 && k == RENDER_OPENAI &&
		render_named("native", &k) == 0 && k == RENDER_NATIVE &&
		render_named("n8n", &k) == 0 && k == RENDER_N8N &&
		render_named("messages", &k) == 0 && k == RENDER_MESSAGES &&
		render_named("responses", &k) == 0 && k == RENDER_RESPONSES &&
		render_named("", &k) == -1 && render_named("N8N", &k) == -1,
	    "names");
	refused();
	replied();
	faults();
	answered();
	large(0, 67);
	large(1000000, 2);
	large(40 << 20, 83);
	return done();
}
