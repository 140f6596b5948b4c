/* Chat completions as messages. */
#include <string.h>

#include "buf.h"
#include "messages.h"
#include "tap.h"
#include "translate.h"

enum {
	MAX = 1 << 20
};

static const struct translate *const tr = &messages_translate;

/* ---- bodies ---- */

static void *
begin(void)
{
	static const struct translate_in in = { .request = "{}",
		.n = 2,
		.id = "req_1",
		.model = "org/m",
		.now = 1 };

	return tr->begin(&in);
}

#define MESSAGE(content, stop, in, out) \
	"{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\"," \
	"\"model\":\"org/m\",\"content\":[" content "],\"stop_reason\":" stop \
	",\"stop_sequence\":null," \
	"\"usage\":{\"input_tokens\":" in ",\"output_tokens\":" out "}}"
#define BODY(message, finish) \
	"{\"choices\":[{\"message\":{" message "},\"finish_reason\":\"" finish \
	"\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}"
#define CALL(arguments) \
	"\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{" \
	"\"name\":\"f\",\"arguments\":\"" arguments "\"}}]"

static const struct {
	const char *name, *in, *want;
} bodies[] = {
	{ "text", BODY("\"content\":\"a\\n\"", "stop"),
	    MESSAGE("{\"type\":\"text\",\"text\":\"a\\n\"}", "\"end_turn\"",
		"3", "4") },
	{ "thinking, text and a call",
	    BODY("\"reasoning_content\":\"r\",\"content\":\"a\"," CALL(
		     "{\\\"x\\\":1.0}"),
		"tool_calls"),
	    MESSAGE("{\"type\":\"thinking\",\"thinking\":\"r\",\"signature\":"
		    "\"\"},{\"type\":\"text\",\"text\":\"a\"},{\"type\":"
		    "\"tool_use\",\"id\":\"c\",\"name\":\"f\",\"input\":"
		    "{\"x\":1.0}}",
		"\"tool_use\"", "3", "4") },
	{ "a call with nothing", BODY(CALL(""), "stop"),
	    MESSAGE("{\"type\":\"tool_use\",\"id\":\"c\",\"name\":\"f\","
		    "\"input\":{}}",
		"\"tool_use\"", "3", "4") },
	{ "cut", BODY("\"content\":\"a\"", "length"),
	    MESSAGE("{\"type\":\"text\",\"text\":\"a\"}", "\"max_tokens\"", "3",
		"4") },
	{ "filtered", BODY("\"content\":\"\"", "content_filter"),
	    MESSAGE("", "\"refusal\"", "3", "4") },
	{ "a call that is no JSON", BODY(CALL("{"), "stop"), NULL },
	{ "a call that was cut", BODY(CALL("{"), "length"),
	    MESSAGE("{\"type\":\"tool_use\",\"id\":\"c\",\"name\":\"f\","
		    "\"input\":{}}",
		"\"max_tokens\"", "3", "4") },
	{ "calls without ids",
	    BODY("\"tool_calls\":[{\"function\":{\"name\":\"f\"}},"
		 "{\"function\":{\"name\":\"g\"}}]",
		"tool_calls"),
	    MESSAGE("{\"type\":\"tool_use\",\"id\":\"toolu_1_0\",\"name\":"
		    "\"f\",\"input\":{}},{\"type\":\"tool_use\",\"id\":"
		    "\"toolu_1_1\",\"name\":\"g\",\"input\":{}}",
		"\"tool_use\"", "3", "4") },
	{ "no answer", "{}", NULL },
	{ "no JSON", "x", NULL },
};

static void
test_bodies(void)
{
	struct buf out;
	size_t i;
	void *t;
	int r;

	buf_init(&out, MAX);
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		t = begin();
		r = tr->body(t, bodies[i].in, strlen(bodies[i].in), &out);
		if (!ok(bodies[i].want == NULL ?
			    r == -1 :
			    r == 0 && strcmp(out.d, bodies[i].want) == 0,
			"body: %s", bodies[i].name))
			printf("# %s\n# %s\n", out.d, bodies[i].want);
		tr->free(t);
		buf_free(&out);
	}
}

/* ---- streams ---- */

#define EVENT(type, rest) \
	"event: " type "\ndata: {\"type\":\"" type "\"" rest "}\n\n"
#define START \
	EVENT("message_start", ",\"message\":" MESSAGE("", "null", "0", "0"))
#define OPEN(n, block) \
	EVENT("content_block_start", \
	    ",\"index\":" n ",\"content_block\":{" block "}")
#define OPEN_TEXT(n) OPEN(n, "\"type\":\"text\",\"text\":\"\"")
#define OPEN_CALL(n, id) \
	OPEN(n, \
	    "\"type\":\"tool_use\",\"id\":\"" id \
	    "\",\"name\":\"f\",\"input\":{}")
#define DELTA(n, rest) \
	EVENT("content_block_delta", ",\"index\":" n ",\"delta\":{" rest "}")
#define SAY(n, s) DELTA(n, "\"type\":\"text_delta\",\"text\":\"" s "\"")
#define INPUT(n, s) \
	DELTA(n, "\"type\":\"input_json_delta\",\"partial_json\":\"" s "\"")
#define STOP(n) EVENT("content_block_stop", ",\"index\":" n)
#define END(why, in, out) \
	EVENT("message_delta", \
	    ",\"delta\":{\"stop_reason\":\"" why \
	    "\",\"stop_sequence\":null},\"usage\":{\"input_tokens\":" in \
	    ",\"output_tokens\":" out "}") \
	EVENT("message_stop", "")
#define CHUNK(delta) "{\"choices\":[{\"index\":0,\"delta\":{" delta "}}]}\n"
#define FINISH(why) \
	"{\"choices\":[{\"delta\":{},\"finish_reason\":\"" why "\"}]}\n"
#define USAGE \
	"{\"choices\":[],\"usage\":{\"prompt_tokens\":3," \
	"\"completion_tokens\":4}}\n[DONE]\n"
#define TOOL(n, id, arguments) \
	CHUNK("\"tool_calls\":[{\"index\":" n "," id \
	      "\"function\":{" arguments "}}]")

static const struct {
	const char *name, *in, *want;
} streams[] = {
	{ "text",
	    CHUNK("\"role\":\"assistant\",\"content\":\"\"")
		CHUNK("\"content\":\"a\"") "no JSON\n{\"choices\":null}\n" CHUNK(
		    "\"content\":\"b\"") FINISH("stop") USAGE,
	    START OPEN_TEXT("0") SAY("0", "a") SAY("0", "b") STOP("0")
		END("end_turn", "3", "4") },
	{ "thinking, then text",
	    CHUNK("\"reasoning_content\":\"r\"") CHUNK("\"content\":\"a\"")
		FINISH("length"),
	    START OPEN("0",
		"\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"")
		DELTA("0", "\"type\":\"thinking_delta\",\"thinking\":\"r\"")
		    STOP("0") OPEN_TEXT("1") SAY("1", "a") STOP("1")
			END("max_tokens", "0", "0") },
	{ "text, then calls",
	    CHUNK("\"content\":\"a\"") TOOL("0", "\"id\":\"c\",",
		"\"name\":\"f\",\"arguments\":\"\"") TOOL("0", "",
		"\"arguments\":\"{\"") TOOL("0", "", "\"arguments\":\"}\"")
		TOOL("1", "\"id\":\"d\",",
		    "\"name\":\"f\",\"arguments\":\"{}\"") FINISH("tool_calls"),
	    START OPEN_TEXT("0") SAY("0", "a") STOP("0") OPEN_CALL("1", "c")
		INPUT("1", "{") INPUT("1", "}") STOP("1") OPEN_CALL("2", "d")
		    INPUT("2", "{}") STOP("2") END("tool_use", "0", "0") },
	{ "calls in turns",
	    TOOL("0", "\"id\":\"c\",", "\"name\":\"f\",\"arguments\":\"{\"")
		TOOL("1", "\"id\":\"d\",", "\"name\":\"f\",\"arguments\":\"{\"")
		    TOOL("0", "", "\"arguments\":\"}\"")
			TOOL("1", "", "\"arguments\":\"}\""),
	    START OPEN_CALL("0", "c") INPUT("0", "{") OPEN_CALL("1", "d")
		INPUT("1", "{") INPUT("0", "}") STOP("0") INPUT("1", "}")
		    STOP("1") END("tool_use", "0", "0") },
	{ "nothing", FINISH("stop"), START END("end_turn", "0", "0") },
};

/* Gives the lines of in as events. */
static int
feed(void *t, const char *in, struct buf *out)
{
	const char *end;

	for (; (end = strchr(in, '\n')) != NULL; in = end + 1)
		if (tr->event(t, in, (size_t)(end - in), out) == -1)
			return -1;
	return 0;
}

static void
test_streams(void)
{
	struct buf out;
	size_t i;
	void *t;

	buf_init(&out, MAX);
	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		t = begin();
		if (!ok(feed(t, streams[i].in, &out) == 0 &&
			    tr->end(t, &out) == 0 &&
			    strcmp(out.d, streams[i].want) == 0,
			"stream: %s", streams[i].name))
			printf("# %s\n# %s\n", out.d, streams[i].want);
		tr->free(t);
		buf_free(&out);
	}
	t = begin();
	ok(feed(t, CHUNK("\"content\":\"a\""), &out) == 0 &&
		tr->fail(t, "api_error", "broke", &out) == 0 &&
		strcmp(out.d,
		    START OPEN_TEXT("0") SAY("0", "a") EVENT("error",
			",\"error\":{\"type\":\"api_error\",\"message\":"
			"\"broke\"},\"request_id\":\"req_1\"")) == 0,
	    "stream: broken");
	tr->free(t);
	buf_free(&out);
}

int
main(void)
{
	test_bodies();
	test_streams();
	tr->free(NULL);
	return done();
}
