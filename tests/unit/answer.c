/* Answers: what an event or a body says, and what it all amounts to. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "buf.h"
#include "json.h"
#include "tap.h"

enum {
	MAX = 1000
};

/* The flags as letters, for tables. */
static const char *
letters(int flags)
{
	static char s[8];
	size_t i, n = 0;

	if (flags == -1)
		return "bad";
	for (i = 0; i < 5; i++)
		if (flags & 1 << i)
			s[n++] = "trfed"[i];
	s[n] = '\0';
	return s;
}

/* Each in its own memory, so that a byte too far is seen. */
static int
take(struct answer *a, const char *s, size_t n)
{
	char *p;
	int r;

	if ((p = malloc(n + (n == 0))) == NULL)
		return -2;
	memcpy(p, s, n);
	r = answer_event(a, p, n);
	free(p);
	return r;
}

#define CHOICE(s) "{\"choices\":[{\"index\":0," s "}]}"
#define DELTA(s) CHOICE("\"delta\":{" s "}")

static const struct {
	const char *name, *in, *want; /* t r f e d, or bad */
} events[] = {
	{ "done", "[DONE]", "d" },
	{ "done and more, as openai-python reads it", "[DONE] x", "d" },
	{ "not quite done", "[DONE", "bad" },
	{ "nothing", "", "bad" },
	{ "an array", "[]", "bad" },
	{ "a number", "1", "bad" },
	{ "cut", "{\"choices\":[", "bad" },
	{ "two objects", "{}{}", "bad" },
	{ "an empty object", "{}", "" },
	{ "choices null", "{\"choices\":null}", "" },
	{ "choices empty", "{\"choices\":[]}", "" },
	{ "choices an object", "{\"choices\":{\"delta\":1}}", "" },
	{ "choices of other things", "{\"choices\":[null,1,[],\"a\",{}]}", "" },
	{ "the role alone", DELTA("\"role\":\"assistant\",\"content\":\"\""),
	    "" },
	{ "content null", DELTA("\"content\":null"), "" },
	{ "content", DELTA("\"content\":\"a\""), "t" },
	{ "content of a space", DELTA("\"content\":\" \""), "t" },
	{ "content empty, reasoning",
	    DELTA("\"content\":\"\","
		  "\"reasoning_content\":\"a\""),
	    "r" },
	{ "reasoning as Ollama calls it", DELTA("\"reasoning\":\"a\""), "r" },
	{ "both reasonings",
	    DELTA("\"reasoning\":\"a\","
		  "\"reasoning_content\":\"a\""),
	    "r" },
	{ "both empty", DELTA("\"content\":\"\",\"reasoning_content\":\"\""),
	    "" },
	{ "content and reasoning",
	    DELTA("\"content\":\"a\",\"reasoning\":\"b\""), "tr" },
	{ "content of parts", DELTA("\"content\":[{\"text\":\"a\"}]"), "t" },
	{ "content of no parts", DELTA("\"content\":[ ]"), "" },
	{ "content of another type", DELTA("\"content\":1"), "" },
	{ "a name with escapes", DELTA("\"c\\u006fntent\":\"a\""), "t" },
	{ "a refusal in words", DELTA("\"refusal\":\"no\""), "t" },
	{ "no refusal", DELTA("\"refusal\":null"), "" },
	{ "a tool call", DELTA("\"tool_calls\":[{\"index\":0}]"), "t" },
	{ "no tool calls", DELTA("\"tool_calls\":[]"), "" },
	{ "tool calls null", DELTA("\"tool_calls\":null"), "" },
	{ "a function call", DELTA("\"function_call\":{\"name\":\"f\"}"), "t" },
	{ "a completion's text", CHOICE("\"text\":\"a\""), "t" },
	{ "a completion's empty text", CHOICE("\"text\":\"\""), "" },
	{ "a message",
	    CHOICE("\"message\":{\"content\":\"a\"},"
		   "\"finish_reason\":\"stop\""),
	    "tf" },
	{ "not finished", CHOICE("\"finish_reason\":null"), "" },
	{ "finished by nothing", CHOICE("\"finish_reason\":\"\""), "" },
	{ "another choice counts too",
	    "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"a\"}}]}",
	    "t" },
	{ "a tool call of another choice",
	    "{\"choices\":[{\"index\":1,\"delta\":{\"tool_calls\":[{}]}}]}",
	    "t" },
	{ "an error", "{\"error\":{\"message\":\"m\"}}", "e" },
	{ "an error in words", "{\"error\":\"m\"}", "e" },
	{ "errors, as it once was", "{\"errors\":{\"message\":\"m\"}}", "e" },
	{ "no error", "{\"error\":null}", "" },
	{ "errors that say nothing",
	    "{\"error\":{},\"errors\":[],\"error\":\"\",\"error\":false}", "" },
	{ "an error beside content",
	    "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"error\":\"m\"}",
	    "te" },
	{ "an error deeper is none", DELTA("\"error\":\"m\""), "" },
};

static void
flags(void)
{
	struct answer a;
	size_t i;
	int keep, r;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		for (keep = 0; keep <= 1; keep++) {
			answer_init(&a, keep, MAX);
			r = take(&a, events[i].in, strlen(events[i].in));
			ok(strcmp(letters(r), events[i].want) == 0 &&
				a.seen == (r == -1 ? 0 : r),
			    "%s%s: %s", events[i].name, keep ? ", kept" : "",
			    letters(r));
			answer_free(&a);
		}
}

#define TOOL(index, s) "{\"index\":" #index "," s "}"
#define ID(s) "\"id\":\"" s "\",\"type\":\"function\""
#define ARGS(s) "\"function\":{\"arguments\":\"" s "\"}"

/* Streams, and the message and end of the completion they amount to. */
static const struct {
	const char *name, *in[6], *message, *end;
} streams[] = {
	{ "text",
	    { DELTA("\"role\":\"assistant\",\"content\":\"\""),
		DELTA("\"content\":\"Hel\""), DELTA("\"content\":\"lo\""),
		CHOICE("\"delta\":{},\"finish_reason\":\"length\"") },
	    "\"content\":\"Hello\"", "length" },
	{ "nothing", { "{}" }, "\"content\":\"\"", "stop" },
	{ "escapes", { DELTA("\"content\":\"a\\n\\\"\\ud83d\\ude00\\u0000\"") },
	    "\"content\":\"a\\n\\\"\U0001f600\\u0000\"", "stop" },
	{ "reasoning",
	    { DELTA("\"reasoning_content\":\"th\",\"content\":\"\""),
		DELTA("\"reasoning_content\":\"ink\""),
		DELTA("\"content\":\"a\"") },
	    "\"content\":\"a\",\"reasoning_content\":\"think\"", "stop" },
	{ "reasoning said twice is once",
	    { DELTA("\"reasoning\":\"a\",\"reasoning_content\":\"a\"") },
	    "\"content\":\"\",\"reasoning_content\":\"a\"", "stop" },
	{ "parts",
	    { DELTA("\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
		    "1,{\"text\":2},{\"text\":\"b\"}]") },
	    "\"content\":\"ab\"", "stop" },
	{ "the first choice only",
	    { "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}},"
	      "{\"index\":0,\"delta\":{\"content\":\"a\"}}]}" },
	    "\"content\":\"a\"", "stop" },
	{ "choices without an index go by their place",
	    { "{\"choices\":[{\"delta\":{\"content\":\"a\"}},"
	      "{\"delta\":{\"content\":\"b\"}}]}" },
	    "\"content\":\"a\"", "stop" },
	{ "a completion's text",
	    { CHOICE("\"text\":\"a\""), CHOICE("\"text\":\"b\"") },
	    "\"content\":\"ab\"", "stop" },
	{ "a refusal in words", { DELTA("\"refusal\":\"no\"") },
	    "\"content\":\"no\"", "stop" },
	{ "the end escaped", { CHOICE("\"finish_reason\":\"s\\u0074op\"") },
	    "\"content\":\"\"", "stop" },
	{ "an end too long to be one",
	    { CHOICE(
		"\"finish_reason\":\"01234567890123456789012345678901\"") },
	    "\"content\":\"\"", "stop" },
	{ "the longest end",
	    { CHOICE("\"finish_reason\":\"0123456789012345678901234567890\"") },
	    "\"content\":\"\"", "0123456789012345678901234567890" },
	{ "a tool call in pieces",
	    { DELTA("\"content\":null,\"tool_calls\":[" TOOL(0,
		  ID("c1") ",\"function\":{\"name\":\"f\","
			   "\"arguments\":\"\"}") "]"),
		DELTA("\"tool_calls\":[" TOOL(0, ARGS("{\\\"a\\\"")) "]"),
		DELTA("\"tool_calls\":[" TOOL(0, ARGS(":1}")) "]") },
	    "\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":"
	    "\"function\",\"function\":{\"name\":\"f\","
	    "\"arguments\":\"{\\\"a\\\":1}\"}}]",
	    "stop" },
	{ "two at once, then mixed",
	    { DELTA("\"tool_calls\":[" TOOL(0, ID("a")) "," TOOL(1,
		  ID("b")) "]"),
		DELTA("\"tool_calls\":[" TOOL(1, ARGS("1")) "," TOOL(0,
		    ARGS("0")) "]"),
		DELTA("\"tool_calls\":[" TOOL(1, ID("x")) "]") },
	    "\"content\":null,\"tool_calls\":[{\"id\":\"a\",\"type\":"
	    "\"function\",\"function\":{\"name\":\"\",\"arguments\":\"0\"}},"
	    "{\"id\":\"b\",\"type\":\"function\",\"function\":{\"name\":\"\","
	    "\"arguments\":\"1\"}}]",
	    "stop" },
	{ "calls that are all numbered 0",
	    { DELTA("\"tool_calls\":[" TOOL(0,
		  ID("a") ",\"function\":{\"name\":\"f\","
			  "\"arguments\":\"1\"}") "]"),
		DELTA("\"tool_calls\":[" TOOL(0,
		    ID("b") ",\"function\":{\"name\":\"f\","
			    "\"arguments\":\"2\"}") "]"),
		DELTA("\"tool_calls\":[" TOOL(0, ARGS("3")) "]") },
	    "\"content\":null,\"tool_calls\":[{\"id\":\"a\",\"type\":"
	    "\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}},"
	    "{\"id\":\"b\",\"type\":\"function\",\"function\":{\"name\":\"f\","
	    "\"arguments\":\"23\"}}]",
	    "stop" },
	{ "tool calls of a body have no index",
	    { CHOICE("\"message\":{\"content\":\"a\",\"tool_calls\":["
		     "{\"id\":\"a\"},{\"id\":\"b\"},null]}") },
	    "\"content\":\"a\",\"tool_calls\":[{\"id\":\"a\",\"type\":"
	    "\"function\",\"function\":{\"name\":\"\",\"arguments\":\"\"}},"
	    "{\"id\":\"b\",\"type\":\"function\",\"function\":{\"name\":\"\","
	    "\"arguments\":\"\"}}]",
	    "stop" },
};

static void
assembled(void)
{
	struct buf want, out;
	struct answer a;
	size_t i, k;

	buf_init(&want, MAX);
	buf_init(&out, MAX);
	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		answer_init(&a, 1, MAX);
		for (k = 0; k < 6 && streams[i].in[k] != NULL; k++)
			take(&a, streams[i].in[k], strlen(streams[i].in[k]));
		buf_cut(&want, 0);
		buf_addf(&want,
		    "{\"id\":\"\",\"object\":\"chat.completion\",\"created\":0,"
		    "\"model\":\"\",\"choices\":[{\"index\":0,\"message\":{"
		    "\"role\":\"assistant\",%s},\"finish_reason\":\"%s\"}]}",
		    streams[i].message, streams[i].end);
		buf_cut(&out, 0);
		if (!ok(answer_completion(&a, &out) == 0 &&
			    strcmp(out.d, want.d) == 0,
			"%s", streams[i].name))
			printf("# %s\n", out.d);
		answer_free(&a);
	}
	buf_free(&want);
	buf_free(&out);
}

static void
envelope(void)
{
	static const char *const in[] = {
		"{\"id\":null,\"created\":0,\"model\":\"\",\"usage\":null}",
		"{\"id\":\"x1\",\"model\":\"a/b\",\"created\":17,\"usage\":"
		"{\"prompt_tokens\":1,\"completion_tokens\":1.5e1}}",
		"{\"id\":\"x2\",\"model\":\"c\",\"created\":18,\"usage\":"
		"{ \"prompt_tokens\": 2, \"completion_tokens\": \"9\" }}",
		"{\"usage\":7}"
	};
	struct answer a;
	struct buf out;
	size_t i;

	answer_init(&a, 1, MAX);
	ok(a.prompt_tokens == -1 && a.completion_tokens == -1,
	    "counts are unknown at first");
	for (i = 0; i < 4; i++)
		take(&a, in[i], strlen(in[i]));
	ok(strcmp(a.id.d, "x1") == 0 && strcmp(a.model.d, "a/b") == 0,
	    "id and model are the first that were said");
	ok(a.prompt_tokens == 2 && a.completion_tokens == 15,
	    "counts are the last that were numbers");
	buf_init(&out, MAX);
	ok(answer_completion(&a, &out) == 0 &&
		strstr(out.d,
		    "\"usage\":{ \"prompt_tokens\": 2, "
		    "\"completion_tokens\": \"9\" }}") != NULL,
	    "usage goes on as it came");
	buf_free(&out);
	answer_free(&a);
}

/* What is kept has one ceiling, whatever it is kept as. */
static void
ceiling(void)
{
	static const char piece[] = DELTA("\"content\":\"0123456789\"");
	static const char other[] = DELTA("\"reasoning\":\"0123456789\"");
	char tool[200];
	struct answer a;
	int i, r = 0;

	answer_init(&a, 1, 20);
	ok(take(&a, piece, sizeof(piece) - 1) != -1 &&
		take(&a, other, sizeof(other) - 1) != -1,
	    "up to the ceiling");
	ok(take(&a, piece, sizeof(piece) - 1) == -1 && errno == EFBIG &&
		a.content.len == 10,
	    "past it by content and reasoning together");
	answer_free(&a);

	answer_init(&a, 1, 100);
	for (i = 0; i < 20 && r != -1; i++) {
		snprintf(tool, sizeof(tool),
		    DELTA("\"tool_calls\":[" TOOL(% d, ARGS("0123456789")) "]"),
		    i);
		r = take(&a, tool, strlen(tool));
	}
	ok(r == -1 && errno == EFBIG && i == 11, "past it by many tool calls");
	answer_free(&a);

	answer_init(&a, 1, MAX);
	for (i = 0, r = 0; i < 2000 && r != -1; i++) {
		snprintf(tool, sizeof(tool),
		    DELTA("\"tool_calls\":[{\"index\":%d}]"), i);
		r = take(&a, tool, strlen(tool));
	}
	ok(r == -1 && errno == EFBIG && a.ntools < 2000,
	    "tool calls that say nothing have a bound of their own");
	answer_free(&a);

	answer_init(&a, 0, 0);
	ok(take(&a, piece, sizeof(piece) - 1) == ANSWER_TEXT &&
		a.content.len == 0,
	    "nothing is kept where nothing is to be");
	answer_free(&a);
}

static const struct {
	const char *data;
	int on;
} going[] = {
	{ "", 0 },
	{ "\"", 0 },
	{ "{\"choices\":[]}", 1 },
	{ "{\"choices\"", 0 },
	{ "{\"choices\":", 1 },
	{ ":\"choices\"\t\n:[]", 1 },
	{ "\"es\":\"ces\":", 0 },
	{ "{\"choices", 0 },
	{ "{\"Choices\":[]}", 0 },
	{ "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}", 1 },
	{ "{\"usage\":null,\"choices\":[{\"finish_reason\":null}]}", 1 },
	{ "{\"usage\" : null,\"choices\":[]}", 1 },
	{ "{\"choices\":[{\"finish_reason\":\"stop\"}]}", 0 },
	{ "{\"choices\":[],\"usage\":{}}", 0 },
	{ "{\"choices\":[],\"usage\"\t:\t0", 0 },
	{ "{\"choices\":[],\"usage\"\n:\r\n null", 1 },
	{ "{\"choices\":[],\"usage\":", 0 },
	{ "{\"choices\":[],\"usage\":null,\"usage\":{}}", 0 },
	{ "{\"choices\":[],\"error\":{}}", 0 },
	{ "[DONE]{\"choices\":[]}", 0 },
	{ "{\"type\":\"response.completed\",\"response\":{\"tools\":[{"
	  "\"choices\":{}}]}}",
	    0 },
	{ "{\"choices\":[],\"error\":null}", 1 },
	{ "{\"choices\":[],\"errors\":{}}", 0 },
	{ "{\"choices\":[],\"errorsome\":{}}", 1 },
	{ "{\"choices\":[{\"text\":\"a \\\"usage\\\":{} b\"}]}", 1 },
};

/* Events in memory of just their size. */
static void
goes_on(void)
{
	size_t i, n;
	char *p;

	for (i = 0; i < sizeof(going) / sizeof(going[0]); i++) {
		n = strlen(going[i].data);
		if ((p = malloc(n + (n == 0))) == NULL)
			abort();
		memcpy(p, going[i].data, n);
		ok(answer_goes_on(p, n) == going[i].on, "goes on: %s",
		    going[i].data);
		free(p);
	}
}

int
main(void)
{
	goes_on();
	flags();
	assembled();
	envelope();
	ceiling();
	return done();
}
