/* Chat completions as responses, whole and in events. */
#include <errno.h>
#include <string.h>

#include "buf.h"
#include "responses.h"
#include "tap.h"
#include "translate.h"

enum {
	MAX = 1 << 20
};

static const struct translate *const tr = &responses_translate;

/* ---- bodies ---- */

static void *
begin(const char *request)
{
	static struct translate_in in = {
		.id = "req_1", .model = "org/m", .now = 1790000000
	};

	in.request = request;
	in.n = strlen(request);
	return tr->begin(&in);
}

#define HEAD "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":"
#define STATUS(s, why) \
	HEAD "1790000000,\"status\":\"" s \
	     "\",\"error\":null,\"incomplete_details\":" why \
	     ",\"model\":\"org/m\",\"output\":"
#define USED(in, cached, out, thought, all) \
	",\"usage\":{\"input_tokens\":" in \
	",\"input_tokens_details\":{\"cached_tokens\":" cached \
	"},\"output_tokens\":" out \
	",\"output_tokens_details\":{\"reasoning_tokens\":" thought \
	"},\"total_tokens\":" all "}"
#define TAIL \
	",\"background\":false,\"previous_response_id\":null," \
	"\"store\":false,\"instructions\":null,\"max_output_tokens\":null," \
	"\"metadata\":{},\"parallel_tool_calls\":true,\"reasoning\":" \
	"{\"effort\":null,\"summary\":null},\"temperature\":null,\"text\":" \
	"{\"format\":{\"type\":\"text\"}},\"tool_choice\":\"auto\"," \
	"\"tools\":[],\"top_p\":null,\"truncation\":\"disabled\"," \
	"\"user\":null}"
#define PART(text) \
	"{\"type\":\"output_text\",\"text\":\"" text \
	"\",\"annotations\":[],\"logprobs\":[]}"
#define MESSAGE(n, status, part) \
	"{\"id\":\"msg_1_" n "\",\"type\":\"message\",\"status\":\"" status \
	"\",\"role\":\"assistant\",\"content\":[" part "]}"
#define SUMMARY(text) "{\"type\":\"summary_text\",\"text\":\"" text "\"}"
#define THOUGHT(n, status, part) \
	"{\"id\":\"rs_1_" n "\",\"type\":\"reasoning\",\"status\":\"" status \
	"\",\"summary\":[" part "]}"
#define FUNCTION(n, status, id, name, arguments) \
	"{\"id\":\"fc_1_" n \
	"\",\"type\":\"function_call\",\"status\":\"" status \
	"\",\"call_id\":\"" id "\",\"name\":\"" name \
	"\",\"arguments\":\"" arguments "\"}"
#define BODY(message, finish) \
	"{\"choices\":[{\"index\":0,\"message\":{" message \
	"},\"finish_reason\":\"" finish "\"}]}"

static const struct {
	const char *name, *in, *want;
} bodies[] = {
	{ "text",
	    "{\"choices\":[{\"message\":{\"content\":\"a\\u00e9\\n\"},"
	    "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,"
	    "\"completion_tokens\":4,\"prompt_tokens_details\":"
	    "{\"cached_tokens\":1},\"completion_tokens_details\":"
	    "{\"reasoning_tokens\":2}}}",
	    STATUS("completed", "null") "[" MESSAGE("0", "completed",
		PART("a\xc3\xa9\\n")) "]" USED("3", "1", "4", "2", "7") TAIL },
	{ "reasoning, text and calls",
	    BODY("\"reasoning_content\":\"r\",\"content\":\"a\","
		 "\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
		 "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},{"
		 "\"function\":{\"name\":\"g\",\"arguments\":\"\"}}]",
		"tool_calls"),
	    STATUS("completed", "null") "[" THOUGHT("0", "completed",
		SUMMARY("r")) "," MESSAGE("1", "completed",
		PART("a")) "," FUNCTION("2", "completed", "c1", "f",
		"{}") "," FUNCTION("3", "completed", "fc_1_3", "g",
		"") "],\"usage\":null" TAIL },
	{ "cut at the limit", BODY("\"content\":\"a\"", "length"),
	    STATUS("incomplete",
		"{\"reason\":\"max_output_tokens\"}") "[" MESSAGE("0",
		"incomplete", PART("a")) "],\"usage\":null" TAIL },
	{ "filtered", BODY("\"content\":\"\"", "content_filter"),
	    STATUS("incomplete",
		"{\"reason\":\"content_filter\"}") "[],"
						   "\"usage\":null" TAIL },
};

static void
test_bodies(void)
{
	struct buf out;
	size_t i;
	void *t;

	buf_init(&out, MAX);
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		t = begin("{}");
		if (!ok(t != NULL &&
			    tr->body(t, bodies[i].in, strlen(bodies[i].in),
				&out) == 0 &&
			    strcmp(out.d, bodies[i].want) == 0,
			"body: %s", bodies[i].name))
			printf("# %s\n# %s\n", out.d, bodies[i].want);
		tr->free(t);
		buf_free(&out);
	}
	t = begin("{}");
	errno = 0;
	ok(tr->body(t, "{\"choices\":[]}", 14, &out) == -1 && errno == EINVAL,
	    "a body without an answer");
	errno = 0;
	ok(tr->body(t, "no", 2, &out) == -1 && errno == EINVAL,
	    "a body that is not JSON");
	tr->free(t);
	tr->free(NULL);
}

/* ---- streams ---- */

#define DELTA(s) "{\"choices\":[{\"index\":0,\"delta\":{" s "}}]}"
#define EV(type, n, rest) \
	"event: " type "\ndata: {\"type\":\"" type "\",\"sequence_number\":" n \
	"," rest "}\n\n"
#define WHOLE(type, n, status, why, output, usage) \
	EV(type, n, "\"response\":" STATUS(status, why) output usage TAIL)
#define BEGUN \
	WHOLE("response.created", "0", "in_progress", "null", "[]", \
	    ",\"usage\":null") \
	WHOLE("response.in_progress", "1", "in_progress", "null", "[]", \
	    ",\"usage\":null")
#define ITEM(what, n, i, item) \
	EV("response.output_item." what, n, \
	    "\"output_index\":" i ",\"item\":" item)
#define AT(id, i) "\"item_id\":\"" id "\",\"output_index\":" i
#define TEXT(what, n, i, rest) \
	EV(what, n, AT("msg_1_" i, i) ",\"content_index\":0," rest)
#define THINK(what, n, i, rest) \
	EV("response.reasoning_summary_" what, n, \
	    AT("rs_1_" i, i) ",\"summary_index\":0," rest)
#define ARGUMENTS(what, n, i, rest) \
	EV("response.function_call_arguments." what, n, \
	    AT("fc_1_" i, i) "," rest)

static const char *const talk[] = {
	DELTA("\"role\":\"assistant\",\"content\":\"\""),
	DELTA("\"reasoning_content\":\"hm\",\"content\":\"\""), "not JSON",
	"{\"choices\":null}", DELTA("\"content\":\"a\""),
	DELTA("\"content\":\"\\nb\""),
	"{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}",
	"{\"choices\":[],\"usage\":{\"prompt_tokens\":3,"
	"\"completion_tokens\":4,\"total_tokens\":7}}",
	"[DONE]", NULL
};
static const char *const talked[] = { BEGUN,
	ITEM("added", "2", "0", THOUGHT("0", "in_progress", "")),
	THINK("part.added", "3", "0", "\"part\":" SUMMARY("")),
	THINK("text.delta", "4", "0", "\"delta\":\"hm\""),
	THINK("text.done", "5", "0", "\"text\":\"hm\""),
	THINK("part.done", "6", "0", "\"part\":" SUMMARY("hm")),
	ITEM("done", "7", "0", THOUGHT("0", "completed", SUMMARY("hm"))),
	ITEM("added", "8", "1", MESSAGE("1", "in_progress", "")),
	TEXT("response.content_part.added", "9", "1", "\"part\":" PART("")),
	TEXT("response.output_text.delta", "10", "1",
	    "\"delta\":\"a\",\"logprobs\":[]"),
	TEXT("response.output_text.delta", "11", "1",
	    "\"delta\":\"\\nb\",\"logprobs\":[]"),
	TEXT("response.output_text.done", "12", "1",
	    "\"text\":\"a\\nb\",\"logprobs\":[]"),
	TEXT("response.content_part.done", "13", "1",
	    "\"part\":" PART("a\\nb")),
	ITEM("done", "14", "1", MESSAGE("1", "completed", PART("a\\nb"))),
	WHOLE("response.completed", "15", "completed", "null",
	    "[" THOUGHT("0", "completed", SUMMARY("hm")) "," MESSAGE("1",
		"completed", PART("a\\nb")) "]",
	    USED("3", "0", "4", "0", "7")),
	NULL };

static const char *const work[] = {
	DELTA("\"content\":\"so\",\"tool_calls\":[{\"index\":0,\"id\":\"c1\","
	      "\"type\":\"function\",\"function\":{\"name\":\"f\","
	      "\"arguments\":\"\"}}]"),
	DELTA("\"tool_calls\":[{\"index\":1,\"function\":{\"name\":\"g\","
	      "\"arguments\":\"{\"}},{\"index\":0,\"function\":"
	      "{\"arguments\":\"{}\"}}]"),
	DELTA("\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"}\""
	      "}}]"),
	"{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}", NULL
};
static const char *const worked[] = { BEGUN,
	ITEM("added", "2", "0", MESSAGE("0", "in_progress", "")),
	TEXT("response.content_part.added", "3", "0", "\"part\":" PART("")),
	TEXT("response.output_text.delta", "4", "0",
	    "\"delta\":\"so\",\"logprobs\":[]"),
	TEXT("response.output_text.done", "5", "0",
	    "\"text\":\"so\",\"logprobs\":[]"),
	TEXT("response.content_part.done", "6", "0", "\"part\":" PART("so")),
	ITEM("done", "7", "0", MESSAGE("0", "completed", PART("so"))),
	ITEM("added", "8", "1", FUNCTION("1", "in_progress", "c1", "f", "")),
	ITEM("added", "9", "2",
	    FUNCTION("2", "in_progress", "fc_1_2", "g", "")),
	ARGUMENTS("delta", "10", "1", "\"delta\":\"{}\""),
	ARGUMENTS("delta", "11", "2", "\"delta\":\"{\""),
	ARGUMENTS("delta", "12", "2", "\"delta\":\"}\""),
	ARGUMENTS("done", "13", "1", "\"arguments\":\"{}\",\"name\":\"f\""),
	ITEM("done", "14", "1", FUNCTION("1", "incomplete", "c1", "f", "{}")),
	ARGUMENTS("done", "15", "2", "\"arguments\":\"{}\",\"name\":\"g\""),
	ITEM("done", "16", "2",
	    FUNCTION("2", "incomplete", "fc_1_2", "g", "{}")),
	WHOLE("response.incomplete", "17", "incomplete",
	    "{\"reason\":\"max_output_tokens\"}",
	    "[" MESSAGE("0", "completed", PART("so")) "," FUNCTION("1",
		"incomplete", "c1", "f",
		"{}") "," FUNCTION("2", "incomplete", "fc_1_2", "g", "{}") "]",
	    ",\"usage\":null"),
	NULL };

static const char *const turns[] = { DELTA("\"content\":\"a\""),
	DELTA("\"reasoning\":\"b\""), DELTA("\"content\":\"c\""), NULL };

/* Gives the first n events of a stream; the state after them. */
static void *
stream(const char *const *events, size_t n, struct buf *out)
{
	void *t = begin("{}");
	size_t i;

	for (i = 0; t != NULL && i < n && events[i] != NULL; i++)
		if (tr->event(t, events[i], strlen(events[i]), out) == -1) {
			tr->free(t);
			return NULL;
		}
	return t;
}

static void
check_stream(const char *name, const char *const *events,
    const char *const *expect)
{
	struct buf out, want;
	void *t;

	buf_init(&out, MAX);
	buf_init(&want, MAX);
	while (*expect != NULL)
		(void)buf_adds(&want, *expect++);
	t = stream(events, MAX, &out);
	if (!ok(t != NULL && tr->end(t, &out) == 0 &&
		    strcmp(out.d, want.d) == 0,
		"stream: %s", name))
		printf("# %s\n# %s\n", out.d, want.d);
	tr->free(t);
	buf_free(&want);
	buf_free(&out);
}

/* An error after any number of events: what was told stays, then two more. */
static void
check_fail(size_t n)
{
	static const char error[] = "event: error\ndata: ",
			  failed[] = ",\"error\":{\"type\":"
				     "\"upstream_error\",\"code\":"
				     "\"upstream_error\",\"message\":"
				     "\"gone\",\"param\":null}}"
				     "\n\nevent: response.failed\n";
	struct buf before, out;
	const char *rest;
	void *t;

	buf_init(&before, MAX);
	buf_init(&out, MAX);
	tr->free(stream(talk, n, &before));
	t = stream(talk, n, &out);
	if (before.len == 0)
		(void)buf_adds(&before, BEGUN);
	if (!ok(t != NULL && tr->fail(t, "upstream_error", "gone", &out) == 0 &&
		    out.len > before.len &&
		    memcmp(out.d, before.d, before.len) == 0 &&
		    memcmp(out.d + before.len, error, sizeof(error) - 1) == 0 &&
		    (rest = strstr(out.d + before.len, failed)) != NULL &&
		    strstr(rest, "\"status\":\"failed\",\"error\":{") != NULL &&
		    strstr(rest, "in_progress") == NULL,
		"an error after %zu events", n))
		printf("# %s\n", out.d);
	tr->free(t);
	buf_free(&before);
	buf_free(&out);
}

static void
test_streams(void)
{
	static const char *const none[] = { NULL };
	static const char *const nothing[] = { BEGUN,
		WHOLE("response.completed", "2", "completed", "null", "[]",
		    ",\"usage\":null"),
		NULL };
	struct buf out;
	size_t i;
	void *t;

	check_stream("reasoning and text", talk, talked);
	check_stream("calls, mixed", work, worked);
	check_stream("nothing", none, nothing);
	for (i = 0; talk[i] != NULL; i++)
		check_fail(i);
	buf_init(&out, MAX);
	t = stream(turns, MAX, &out);
	buf_free(&out);
	ok(t != NULL && tr->end(t, &out) == 0 &&
		strstr(out.d,
		    "[" MESSAGE("0", "completed", PART("a")) "," THOUGHT("1",
			"completed", SUMMARY("b")) "," MESSAGE("2", "completed",
			PART("c")) "]") != NULL,
	    "text and reasoning in turns");
	tr->free(t);
	buf_free(&out);
	buf_init(&out, 600);
	t = begin("{}");
	errno = 0;
	ok(tr->event(t, talk[4], strlen(talk[4]), &out) == -1 && errno == EFBIG,
	    "a stream past its ceiling");
	tr->free(t);
	buf_free(&out);
}

int
main(void)
{
	test_bodies();
	test_streams();
	return done();
}
