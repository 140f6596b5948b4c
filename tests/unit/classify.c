/* Every row of the tables of verdicts, and what else a reply may be. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "classify.h"
#include "day.h"
#include "tap.h"

enum {
	EAST8 = 8 * 3600
};

#define ERR(text) "{\"error\":{\"message\":\"" text "\"}}"
#define CHAT(choice) \
	"{\"id\":\"x\",\"choices\":[" choice "]," \
	"\"usage\":{\"completion_tokens\":0}}"
#define WROTE(choice) \
	"{\"id\":\"x\",\"choices\":[" choice "]," \
	"\"usage\":{\"completion_tokens\":7}}"
#define MSG(rest) "{\"index\":0,\"message\":{\"role\":\"assistant\"" rest "}}"

static const struct {
	const char *name;
	int status;
	const char *body;
	enum verdict want;
} replies[] = {
	{ "401", 401,
	    ERR("Authentication failed, please make sure that a "
		"valid ModelScope token is supplied."),
	    V_BAD_KEY },
	{ "401, older spelling", 401, ERR("Authenticaton failed"), V_BAD_KEY },
	{ "401 without words", 401, "", V_BAD_KEY },
	{ "401 not bound", 401,
	    ERR("Please bind your Alibaba Cloud account before use."),
	    V_UNBOUND },
	{ "403 not bound", 403, ERR("bind your alibaba cloud account"),
	    V_UNBOUND },
	{ "403 not verified", 403,
	    ERR("Your account must be real name verified"), V_UNVERIFIED },
	{ "403 a premium model", 403,
	    ERR("no permission for Qwen-Ambassador/x"), V_NO_PERMISSION },
	{ "403 without words", 403, "", V_NO_PERMISSION },
	{ "400 no provider", 400,
	    ERR("Model id: Qwen/Qwen2.5-7B-Instruct, has no provider "
		"supported"),
	    V_NO_PROVIDER },
	{ "400 invalid id", 400, ERR("Invalid model id: a/b"), V_BAD_MODEL },
	{ "400 stream only", 400,
	    ERR("This model only support stream mode, "
		"please enable the stream parameter"),
	    V_STREAM_ONLY },
	{ "400 thinking wants a stream", 400,
	    ERR("enable thinking can not be support when `stream=False`."),
	    V_STREAM_ONLY },
	{ "400 thinking off", 400,
	    ERR("parameter.enable_thinking must be set to false for "
		"non-streaming calls"),
	    V_THINK_OFF },
	{ "400 thinking on", 400,
	    ERR("The value of the enable_thinking parameter is restricted to "
		"True."),
	    V_THINK_ON },
	{ "400 a parameter", 400, ERR("invalid temperature: only 1 is allowed"),
	    V_BAD_REQUEST },
	{ "400 without words", 400, "", V_BAD_REQUEST },
	{ "404 no such model", 404, ERR("The model `a/b` does not exist"),
	    V_BAD_MODEL },
	{ "404 as Ollama", 404, ERR("model 'qwen9' not found"), V_BAD_MODEL },
	{ "404 a path", 404, "404 page not found", V_BAD_REQUEST },
	{ "405", 405, "", V_BAD_REQUEST },
	{ "413", 413, "", V_BAD_REQUEST },
	{ "422", 422, ERR("field required"), V_BAD_REQUEST },
	{ "408", 408, "", V_SERVER },
	{ "409", 409, "", V_SERVER },
	{ "425", 425, "", V_SERVER },
	{ "402", 402, "", V_NO_CREDITS },
	{ "402 with words", 402, ERR("insufficient balance"), V_NO_CREDITS },
	{ "402 of the provider", 402, ERR("insufficient balance (1008)"),
	    V_PROVIDER },
	{ "429 credits out", 429, ERR("insufficient balance"), V_NO_CREDITS },
	{ "429 provider's credits, by text", 429,
	    ERR("insufficient balance (1008)"), V_PROVIDER },
	{ "429 provider's credits, by type", 429,
	    "{\"error\":{\"message\":\"insufficient balance\","
	    "\"type\":\"insufficient_balance_error\"}}",
	    V_PROVIDER },
	{ "429 quota of the day", 429,
	    ERR("You have exceeded today's quota "
		"for model a/b, please try again tomorrow"),
	    V_QUOTA_DAY },
	{ "429 quota of the day, escaped", 429,
	    ERR("exceeded today\\u0027s quota for model a\\/b"), V_QUOTA_DAY },
	{ "429 quota of the month", 429,
	    ERR("exceeded this month's quota for model a/b"), V_QUOTA_MONTH },
	{ "429 current quota", 429,
	    ERR("You exceeded your current quota, "
		"please check your plan and billing details"),
	    V_BURST },
	{ "429 insufficient_quota by code", 429,
	    "{\"error\":{\"message\":\"wait\",\"code\":\"insufficient_quota\"}}",
	    V_BURST },
	{ "429 insufficient_quota by type", 429,
	    "{\"error\":{\"message\":\"wait\",\"type\":\"insufficient_quota\","
	    "\"code\":null}}",
	    V_BURST },
	{ "429 allocated quota", 429,
	    ERR("Allocated quota exceeded, please "
		"increase your quota limit"),
	    V_BURST },
	{ "429 burst by code", 429,
	    "{\"error\":{\"message\":\"x\",\"code\":\"limit_burst_rate\"}}",
	    V_BURST },
	{ "429 requests rate", 429, ERR("Requests rate limit exceeded"),
	    V_BURST },
	{ "429 request limit", 429, ERR("Request limit exceeded."),
	    V_TOO_MANY },
	{ "429 too many", 429, ERR("TOO MANY REQUESTS"), V_TOO_MANY },
	{ "429 unknown words", 429, ERR("slow down"), V_TOO_MANY },
	{ "429 without words", 429, "", V_TOO_MANY },
	{ "500", 500, ERR("Internal Server Error"), V_SERVER },
	{ "502", 502, "<html><h1>502 Bad Gateway</h1></html>", V_SERVER },
	{ "503", 503, "", V_SERVER },
	{ "504", 504, "", V_SERVER },
	{ "599", 599, "", V_SERVER },
	{ "301", 301, "<html>", V_BAD_REPLY },
	{ "307", 307, "", V_BAD_REPLY },
	{ "101", 101, "", V_BAD_REPLY },
	{ "999", 999, "", V_BAD_REPLY },
	/* Envelopes. */
	{ "errors, plural", 429,
	    "{\"errors\":{\"message\":\"exceeded today's quota\"}}",
	    V_QUOTA_DAY },
	{ "error is a string", 429, "{\"error\":\"insufficient balance\"}",
	    V_NO_CREDITS },
	{ "message at the top", 429, "{\"message\":\"insufficient balance\"}",
	    V_NO_CREDITS },
	{ "Anthropic's", 401,
	    "{\"type\":\"error\",\"error\":{\"type\":"
	    "\"authentication_error\",\"message\":\"Authentication failed\"}}",
	    V_BAD_KEY },
	{ "plain words", 429, "insufficient balance", V_NO_CREDITS },
	{ "error is a number", 429, "{\"error\":5}", V_TOO_MANY },
	{ "error is empty", 400, "{\"error\":{}}", V_BAD_REQUEST },
	{ "an array", 400, "[\"Invalid model id\"]", V_BAD_MODEL },
	{ "cut JSON", 429,
	    "{\"error\":{\"message\":\"exceeded today's quota "
	    "for",
	    V_QUOTA_DAY },
	/* Successes. */
	{ "200 an answer", 200, CHAT(MSG(",\"content\":\"hi\"")), V_OK },
	{ "201 an answer", 201, CHAT(MSG(",\"content\":\"hi\"")), V_OK },
	{ "200 with spaces around", 200,
	    " \r\n" CHAT(MSG(",\"content\":\"hi\"")) "\n\n", V_OK },
	{ "200 content parts", 200,
	    CHAT(MSG(",\"content\":[{\"type\":"
		     "\"text\",\"text\":\"hi\"}]")),
	    V_OK },
	{ "200 tool calls", 200,
	    CHAT(MSG(",\"content\":null,\"tool_calls\":"
		     "[{\"id\":\"1\"}]")),
	    V_OK },
	{ "200 function call", 200,
	    CHAT(MSG(",\"content\":null,"
		     "\"function_call\":{\"name\":\"f\"}")),
	    V_OK },
	{ "200 refusal", 200, CHAT(MSG(",\"content\":null,\"refusal\":\"no\"")),
	    V_OK },
	{ "200 filtered", 200,
	    CHAT("{\"message\":{\"content\":\"\"},"
		 "\"finish_reason\":\"content_filter\"}"),
	    V_OK },
	{ "200 said nothing", 200,
	    WROTE("{\"message\":{\"content\":\"\"},"
		  "\"finish_reason\":\"stop\"}"),
	    V_OK },
	{ "200 said nothing, uncounted", 200,
	    CHAT("{\"message\":{\"content\":"
		 "\"\"},\"finish_reason\":\"stop\"}"),
	    V_OK },
	{ "200 second choice", 200,
	    CHAT("{},{\"message\":{\"content\":\"hi\"}}"), V_OK },
	{ "200 completion", 200, CHAT("{\"text\":\"hi\"}"), V_OK },
	{ "200 error null", 200,
	    "{\"error\":null,\"output\":[{\"type\":"
	    "\"message\",\"content\":[{\"type\":\"output_text\",\"text\":"
	    "\"hi\"}]}]}",
	    V_OK },
	{ "200 a function call of a response", 200,
	    "{\"output\":[{\"type\":"
	    "\"function_call\",\"name\":\"f\"}]}",
	    V_OK },
	{ "200 Anthropic's answer", 200,
	    "{\"type\":\"message\",\"content\":"
	    "[{\"type\":\"text\",\"text\":\"hi\"}]}",
	    V_OK },
	{ "200 Anthropic's tool use", 200,
	    "{\"type\":\"message\",\"content\":"
	    "[{\"type\":\"tool_use\",\"name\":\"f\"}]}",
	    V_OK },
	{ "200 embeddings", 200,
	    "{\"object\":\"list\",\"data\":[{\"embedding\":"
	    "[0.1]}]}",
	    V_OK },
	{ "200 a balance", 200,
	    "{\"success\":true,\"data\":"
	    "{\"available_balance\":3}}",
	    V_OK },
	{ "200 a task", 200, "{\"task_id\":\"7\",\"output_images\":[]}", V_OK },
	{ "200 images", 200, "{\"output_images\":[\"https://x/y\"]}", V_OK },
	{ "200 reasoning only", 200,
	    CHAT(MSG(",\"content\":null,\"reasoning_content\":\"hm\"")),
	    V_REASONED },
	{ "200 reasoning, the other name", 200,
	    CHAT(MSG(",\"content\":\"\",\"reasoning\":\"hm\"")), V_REASONED },
	{ "200 stopped by length", 200,
	    CHAT("{\"message\":{\"content\":null},"
		 "\"finish_reason\":\"length\"}"),
	    V_REASONED },
	{ "200 null, but tokens", 200,
	    WROTE("{\"message\":{\"content\":null}}"), V_REASONED },
	{ "200 cut by length, with text", 200,
	    CHAT("{\"message\":{\"content\":"
		 "\"hi\"},\"finish_reason\":\"length\"}"),
	    V_OK },
	{ "200 Anthropic's thinking only", 200,
	    "{\"content\":[{\"type\":"
	    "\"thinking\",\"thinking\":\"hm\"}],\"stop_reason\":"
	    "\"max_tokens\"}",
	    V_REASONED },
	{ "200 a response's reasoning only", 200,
	    "{\"status\":\"incomplete\","
	    "\"output\":[{\"type\":\"reasoning\",\"summary\":[]}]}",
	    V_REASONED },
	{ "200 hollow", 200,
	    "{\"id\":\"\",\"object\":\"\",\"created\":0,"
	    "\"model\":\"\",\"choices\":null,\"usage\":{\"prompt_tokens\":0,"
	    "\"completion_tokens\":0,\"total_tokens\":0}}",
	    V_HOLLOW },
	{ "200 no choices", 200, "{\"choices\":[ ]}", V_HOLLOW },
	{ "200 choices of null", 200, "{\"choices\":[null]}", V_HOLLOW },
	{ "200 choices of nothing", 200, "{\"choices\":[{}]}", V_HOLLOW },
	{ "200 choices a string", 200, "{\"choices\":\"x\"}", V_HOLLOW },
	{ "200 blank", 200, CHAT(MSG(",\"content\":\"\"")), V_HOLLOW },
	{ "200 Anthropic's without content", 200,
	    "{\"type\":\"message\","
	    "\"content\":[],\"usage\":{\"output_tokens\":0}}",
	    V_HOLLOW },
	{ "200 {}", 200, "{}", V_HOLLOW },
	{ "200 empty", 200, "", V_HOLLOW },
	{ "200 white space", 200, " \n\t\r ", V_HOLLOW },
	{ "204", 204, "", V_HOLLOW },
	{ "200 an error that is known", 200, ERR("insufficient balance"),
	    V_NO_CREDITS },
	{ "200 an error with its status", 200,
	    "{\"error\":{\"message\":\"x\",\"code\":401}}", V_BAD_KEY },
	{ "200 an error, status in words", 200,
	    "{\"error\":{\"message\":\"x\",\"status\":\"429\"}}", V_TOO_MANY },
	{ "200 an error", 200, ERR("something broke"), V_SERVER },
	{ "200 an error string", 200, "{\"error\":\"broke\"}", V_SERVER },
	{ "200 words instead", 200,
	    "{\"success\":false,\"code\":"
	    "\"InvalidAuthentication\",\"message\":\"Authentication\"}",
	    V_HOLLOW },
	{ "200 HTML", 200, "<html>hi</html>", V_BAD_REPLY },
	{ "200 not JSON", 200, "hello", V_BAD_REPLY },
	{ "200 JSON and more", 200, "{\"choices\":[{\"text\":\"a\"}]} x",
	    V_BAD_REPLY },
	{ "200 cut JSON", 200, "{\"choices\":[{\"text\":\"a\"}", V_BAD_REPLY },
	{ "200 an array", 200, "[{\"text\":\"a\"}]", V_BAD_REPLY },
	{ "200 a string", 200, "\"hi\"", V_BAD_REPLY },
	{ "200 null", 200, "null", V_BAD_REPLY },
	{ "200 a stream", 200, "data: {\"choices\":[]}\n\n", V_BAD_REPLY },
};

/* The body in memory of exactly its size. */
static enum verdict
judge(int status, const char *body, size_t n, struct classified *c)
{
	struct reply r = { .status = status, .len = n, .whole = 1 };
	char *p = malloc(n > 0 ? n : 1);

	memcpy(p, body, n);
	r.body = p;
	classify(&r, c);
	free(p);
	return c->verdict;
}

static void
test_replies(void)
{
	struct classified c;
	enum verdict v;
	size_t i;

	for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		v = judge(replies[i].status, replies[i].body,
		    strlen(replies[i].body), &c);
		ok(v == replies[i].want, "%s: %s", replies[i].name,
		    verdict_info(v)->name);
	}
}

static void
test_parts(void)
{
	static const char dash[] =
	    "{\"error\":{\"code\":\"invalid_parameter_"
	    "error\",\"message\":\"a\\nb\\u001b[31m\",\"param\":null,\"type\":"
	    "\"invalid_request_error\"},\"request_id\":\"r-1\"}";
	static const char inner[] =
	    "{\"error\":{\"message\":\"x\",\"request_id\":\"r-2\"}}";
	static const char plural[] =
	    "{\"errors\":{\"message\":\"x\",\"request_id\":\"r-3\"}}";
	static const char number[] =
	    "{\"error\":{\"message\":\"x\",\"code\":1301,\"type\":\"t\"}}";
	static const char nul[] = "insufficient\0balance";
	struct classified c;
	char *big;
	size_t n = 3 << 20;

	judge(400, dash, strlen(dash), &c);
	ok(strcmp(c.code, "invalid_parameter_error") == 0, "code");
	ok(strcmp(c.request_id, "r-1") == 0, "request id beside the error");
	ok(c.message[0] == 'a' && strpbrk(c.message, "\n\033") == NULL,
	    "message is printable");
	judge(400, inner, strlen(inner), &c);
	ok(strcmp(c.request_id, "r-2") == 0, "request id in the error");
	judge(400, plural, strlen(plural), &c);
	ok(strcmp(c.request_id, "r-3") == 0 && strcmp(c.message, "x") == 0,
	    "request id in the errors");
	judge(400, number, strlen(number), &c);
	ok(strcmp(c.code, "1301") == 0, "code is a number");
	judge(502, "<html><title>x</title>", 22, &c);
	ok(c.message[0] == '\0', "a page is no message");
	judge(404, "404 page not found", 18, &c);
	ok(strcmp(c.message, "404 page not found") == 0, "plain words are");
	ok(judge(429, nul, sizeof(nul), &c) == V_TOO_MANY, "NUL in the words");
	ok(judge(200, "{\"choices\":[]}\0", 15, &c) == V_BAD_REPLY,
	    "NUL behind the JSON");
	ok(judge(200, "\0", 1, &c) == V_BAD_REPLY, "NUL alone");

	big = malloc(n);
	memset(big, 'x', n);
	memcpy(big, "{\"error\":\"", 10);
	memcpy(big + n - 2, "\"}", 2);
	ok(judge(429, big, n, &c) == V_TOO_MANY &&
		strlen(c.message) < sizeof(c.message),
	    "a huge message");
	memset(big, '[', n);
	ok(judge(200, big, n, &c) == V_BAD_REPLY, "nested beyond reason");
	memset(big, ' ', n);
	ok(judge(200, big, n, &c) == V_HOLLOW, "a lot of nothing");
	free(big);
}

static void
test_transport(void)
{
	static const struct {
		enum transport t;
		enum verdict want;
	} rows[] = {
		{ TRANSPORT_NETWORK, V_NETWORK },
		{ TRANSPORT_TLS, V_TLS },
		{ TRANSPORT_TIMEOUT, V_TIMEOUT },
		{ TRANSPORT_CUT, V_CUT },
		{ TRANSPORT_TOOBIG, V_TOO_LARGE },
		{ TRANSPORT_SYSTEM, V_SYSTEM },
	};
	struct reply r = { .body = "" };
	struct classified c;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r.transport = rows[i].t;
		r.status = 0;
		classify(&r, &c);
		ok(c.verdict == rows[i].want, "%s, no status",
		    verdict_info(rows[i].want)->name);
		r.status = 200;
		classify(&r, &c);
		ok(c.verdict == rows[i].want, "%s inside a 200",
		    verdict_info(rows[i].want)->name);
		r.status = 401;
		classify(&r, &c);
		ok(c.verdict == V_BAD_KEY, "%s inside a 401",
		    verdict_info(rows[i].want)->name);
	}
	r.transport = TRANSPORT_OK;
	r.status = 0;
	classify(&r, &c);
	ok(c.verdict == V_BAD_REPLY, "no status, no reason");
	r.status = 200;
	classify(&r, &c);
	ok(c.verdict == V_CUT, "a 200 that is not whole");
	r.status = 429;
	r.left = 1;
	classify(&r, &c);
	ok(c.verdict == V_QUOTA_DAY, "429 and the header says 0 left");
	r.body = "{\"error\":\"insufficient balance\"}";
	r.len = strlen(r.body);
	classify(&r, &c);
	ok(c.verdict == V_NO_CREDITS, "the words are more exact than it");
}

static void
test_events(void)
{
	static const struct {
		const char *data;
		enum verdict want;
	} rows[] = {
		{ "{\"error\":{\"message\":\"boom\"}}", V_SERVER },
		{ "{\"error\":{\"message\":\"boom\",\"code\":400}}",
		    V_BAD_REQUEST },
		{ "{\"error\":{\"message\":\"boom\",\"code\":200}}", V_SERVER },
		{ "{\"error\":{\"message\":\"boom\",\"status\":429}}",
		    V_TOO_MANY },
		{ "{\"error\":{\"message\":\"insufficient balance\"}}",
		    V_NO_CREDITS },
		{ "{\"error\":\"exceeded today's quota\"}", V_QUOTA_DAY },
		{ "{\"type\":\"error\",\"error\":{\"type\":"
		  "\"overloaded_error\",\"message\":\"Overloaded\"}}",
		    V_SERVER },
		{ "{\"error\":", V_BAD_REPLY },
		{ "[]", V_BAD_REPLY },
		{ "", V_BAD_REPLY },
	};
	struct classified c;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		classify_event(rows[i].data, strlen(rows[i].data), &c);
		ok(c.verdict == rows[i].want, "event %s: %s", rows[i].data,
		    verdict_info((int)c.verdict)->name);
	}
}

static void
test_verdicts(void)
{
	const struct verdict_info *i;
	int v, good = 1;

	for (v = 0; v < V_MAX; v++) {
		i = verdict_info(v);
		good = good && i->name != NULL && i->words != NULL &&
		    i->state != NULL &&
		    verdict_named(i->name, strlen(i->name)) == v &&
		    (i->scope != SCOPE_NONE) ==
			(classify_rest((enum verdict)v, 0, 0, -1, 0) != 0) &&
		    (v == V_OK) == (i->status == EX_OK);
	}
	ok(good, "every verdict has a name of its own, who rests rests");
	ok(verdict_info(-1) == verdict_info(V_BAD_REPLY) &&
		verdict_info(V_MAX) == verdict_info(V_BAD_REPLY),
	    "out of range");
	ok(verdict_named("okay", 4) == -1 && verdict_named("o", 1) == -1 &&
		verdict_named("", 0) == -1 &&
		verdict_named("burst\0and more", 14) == -1,
	    "no such name");
}

static int64_t
at(const char *stamp)
{
	int64_t ms = 0;

	if (day_unstamp(stamp, strlen(stamp), &ms) == -1)
		abort();
	return ms;
}

static void
test_rests(void)
{
	static const struct {
		enum verdict v;
		int64_t after;
		int strikes;
		int64_t want; /* seconds */
	} rows[] = {
		{ V_OK, -1, 0, 0 },
		{ V_BAD_KEY, -1, 0, 3600 },
		{ V_UNBOUND, -1, 0, 3600 },
		{ V_UNVERIFIED, -1, 0, 3600 },
		{ V_NO_PERMISSION, -1, 0, 3600 },
		{ V_NO_PROVIDER, -1, 0, 86400 },
		{ V_BAD_MODEL, -1, 0, 86400 },
		{ V_PROVIDER, -1, 0, 86400 },
		{ V_STREAM_ONLY, -1, 0, 0 },
		{ V_THINK_OFF, -1, 0, 0 },
		{ V_THINK_ON, -1, 0, 0 },
		{ V_BAD_REQUEST, -1, 0, 0 },
		{ V_REASONED, -1, 0, 0 },
		{ V_CANCELLED, -1, 0, 0 },
		{ V_SYSTEM, -1, 0, 0 },
		{ V_NO_CREDITS, -1, 0, 600 },
		{ V_BURST, -1, 0, 60 },
		{ V_BURST, 7, 0, 7 },
		{ V_BURST, 0, 0, 60 },
		{ V_TOO_MANY, -1, 0, 5 },
		{ V_TOO_MANY, -1, 1, 10 },
		{ V_TOO_MANY, -1, 2, 20 },
		{ V_TOO_MANY, -1, 3, 40 },
		{ V_TOO_MANY, -1, 4, 60 },
		{ V_TOO_MANY, -1, 1 << 30, 60 },
		{ V_TOO_MANY, -1, -1, 5 },
		{ V_TOO_MANY, 30, 0, 30 },
		{ V_SERVER, -1, 9, 60 },
		{ V_HOLLOW, -1, 0, 60 },
		{ V_BAD_REPLY, -1, 0, 60 },
		{ V_TOO_LARGE, -1, 0, 60 },
		{ V_CUT, -1, 0, 60 },
		{ V_NETWORK, -1, 0, 60 },
		{ V_TLS, -1, 0, 60 },
		{ V_TIMEOUT, -1, 0, 60 },
	};
	int64_t now = at("2026-11-21T23:59:59.999+08:00"), got;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		got = classify_rest(rows[i].v, now, EAST8, rows[i].after,
		    rows[i].strikes);
		ok(got == (rows[i].want == 0 ? 0 : now + rows[i].want * 1000),
		    "rest for %s, Retry-After %d, strikes %d",
		    verdict_info((int)rows[i].v)->name, (int)rows[i].after,
		    rows[i].strikes);
	}
	ok(classify_rest(V_QUOTA_DAY, now, EAST8, 5, 0) ==
		at("2026-11-22T00:00:00+08:00"),
	    "until the day ends");
	ok(classify_rest(V_QUOTA_DAY, now + 1, EAST8, 5, 0) ==
		at("2026-11-23T00:00:00+08:00"),
	    "the next one");
	ok(classify_rest(V_QUOTA_MONTH, now, EAST8, 5, 0) ==
		at("2026-12-01T00:00:00+08:00"),
	    "until the month ends");
	ok(classify_rest(V_QUOTA_MONTH, at("2026-12-31T20:00:00Z"), EAST8, -1,
	       0) == at("2027-02-01T00:00:00+08:00"),
	    "the month of the offset");
}

static void
test_retry_after(void)
{
	static const struct {
		const char *s;
		int64_t want;
	} rows[] = {
		{ "0", 0 },
		{ "7", 7 },
		{ " 120\t", 120 },
		{ "007", 7 },
		{ "86400", 86400 },
		{ "86401", 86400 },
		{ "99999999999999999999999999999999999999999999999999999999"
		  "999999999999",
		    86400 },
		{ "", -1 },
		{ " ", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ "1.5", -1 },
		{ "1s", -1 },
		{ "soon", -1 },
		{ "1 2", -1 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 30 },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 30 },
		{ "Sun Nov  6 08:49:37 1994", 30 },
		{ "Sun, 06 Nov 1994 08:49:00 GMT", 0 },
		{ "Sun, 06 Nov 2044 08:49:37 GMT", 86400 },
		{ "Sunday, 06-Nov-45 08:49:37 GMT", 0 },
		{ "Sun, 06 Nov 1994 08:49:37 UTC", -1 },
		{ "Sun, 06 Nov 1994 08:49:37 GMTx", -1 },
		{ "Sun, 06 Nov 1994 24:49:37 GMT", -1 },
		{ "Sun, 32 Nov 1994 08:49:37 GMT", -1 },
		{ "Sun, 06 nov 1994 08:49:37 GMT", -1 },
		{ "Sun, 06 ovD 1994 08:49:37 GMT", -1 },
		{ "Sun, 06 Nov 1994 08:49 GMT", -1 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT and a long tail that goes on "
		  "and on",
		    -1 },
	};
	int64_t now = at("1994-11-06T08:49:07.000Z");
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(classify_retry_after(rows[i].s, strlen(rows[i].s), now) ==
			rows[i].want,
		    "Retry-After '%s': %d", rows[i].s, (int)rows[i].want);
	ok(classify_retry_after("5\0"
				"5",
	       3, now) == -1,
	    "with a NUL");
	ok(classify_retry_after("55", 1, now) == 5, "only n bytes");
}

int
main(void)
{
	test_replies();
	test_parts();
	test_transport();
	test_events();
	test_verdicts();
	test_rests();
	test_retry_after();
	return done();
}
