/* Chat completions as messages, and messages as chat requests. */
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "messages.h"
#include "tap.h"
#include "translate.h"

enum {
	MAX = 1 << 20
};

static const struct translate *const tr = &messages_translate;

/* ---- requests ---- */

#define M "\"messages\":"
#define HI "[{\"role\":\"user\",\"content\":\"hi\"}]"
#define USER(parts) "[{\"role\":\"user\",\"content\":[" parts "]}]"
#define TEXT(s) "{\"type\":\"text\",\"text\":\"" s "\"}"
#define PNG \
	"{\"type\":\"image\",\"source\":{\"type\":\"base64\"," \
	"\"media_type\":\"image/png\",\"data\":\"iVBO\"}}"
#define PNG_PART \
	"{\"type\":\"image_url\",\"image_url\":{\"url\":" \
	"\"data:image/png;base64,iVBO\"}}"

static const struct {
	const char *name, *in, *want; /* want NULL: refused, and says */
	const char *says;
} requests[] = {
	{ "words", "{\"model\":\"m\",\"max_tokens\":9," M HI "}",
	    "{\"model\":\"m\",\"max_tokens\":9," M HI "}", NULL },
	{ "what we do not know stays, what is not chat's goes",
	    "{\"seed\":9007199254740993,\"metadata\":{\"user_id\":\"u\"}," M HI
	    ",\"top_k\": 1.0,\"service_tier\":\"auto\"}",
	    "{\"seed\":9007199254740993," M HI ",\"top_k\": 1.0}", NULL },
	{ "a system",
	    "{\"system\":[" TEXT(
		"a") ",{\"type\":\"text\",\"text\":\"b\","
		     "\"cache_control\":{\"type\":\"ephemeral\"}}]," M HI "}",
	    "{" M "[{\"role\":\"system\",\"content\":\"a\\nb\"},{\"role\":"
	    "\"user\",\"content\":\"hi\"}]}",
	    NULL },
	{ "parts of text", "{" M USER(TEXT("a") "," TEXT("b")) "}",
	    "{" M "[{\"role\":\"user\",\"content\":\"a\\nb\"}]}", NULL },
	{ "an image", "{" M USER(TEXT("a") "," PNG) "}",
	    "{" M USER(TEXT("a") "," PNG_PART) "}", NULL },
	{ "an image elsewhere",
	    "{" M USER("{\"type\":\"image\",\"source\":{\"type\":\"url\","
		       "\"url\":\"https://x/y\"}}") "}",
	    "{" M USER("{\"type\":\"image_url\",\"image_url\":{\"url\":"
		       "\"https://x/y\"}}") "}",
	    NULL },
	{ "a document of text",
	    "{" M USER("{\"type\":\"document\",\"source\":{\"type\":\"text\","
		       "\"media_type\":\"text/plain\",\"data\":\"d\"}}") "}",
	    "{" M "[{\"role\":\"user\",\"content\":\"d\"}]}", NULL },
	{ "a call, its result, and more",
	    "{" M "[{\"role\":\"assistant\",\"content\":[{\"type\":"
	    "\"thinking\",\"thinking\":\"t\",\"signature\":\"\"}," TEXT(
		"a") ",{\"type\":\"tool_use\",\"id\":\"c\",\"name\":\"f\",\"input\":"
		     "{\"x\":1.0}}]},{\"role\":\"user\",\"content\":[" TEXT("b") ",{\"type\":\"tool_result\",\"tool_use_id\":\"c\",\"content\":[" TEXT(
			 "r") "," PNG "]}]}]}",
	    "{" M "[{\"role\":\"assistant\",\"content\":\"a\",\"tool_calls\":"
	    "[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":"
	    "\"f\",\"arguments\":\"{\\\"x\\\":1.0}\"}}]},{\"role\":\"tool\","
	    "\"tool_call_id\":\"c\",\"content\":\"r\"},{\"role\":\"user\","
	    "\"content\":[" TEXT("b") "," PNG_PART "]}]}",
	    NULL },
	{ "a call without words, a result without any",
	    "{" M "[{\"role\":\"assistant\",\"content\":[{\"type\":"
	    "\"tool_use\",\"id\":\"c\",\"name\":\"f\",\"input\":{}}]},"
	    "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\","
	    "\"tool_use_id\":\"c\"}]}]}",
	    "{" M "[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":"
	    "[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":"
	    "\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\","
	    "\"tool_call_id\":\"c\",\"content\":\"\"}]}",
	    NULL },
	{ "tools and a choice",
	    "{\"tools\":[{\"name\":\"f\",\"description\":\"d\","
	    "\"input_schema\":{\"type\":\"object\"},\"cache_control\":null}],"
	    "\"tool_choice\":{\"type\":\"tool\",\"name\":\"f\","
	    "\"disable_parallel_tool_use\":true}," M HI "}",
	    "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
	    "\"description\":\"d\",\"parameters\":{\"type\":\"object\"}}}],"
	    "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":"
	    "\"f\"}}," M HI ",\"parallel_tool_calls\":false}",
	    NULL },
	{ "any tool",
	    "{\"tool_choice\":{\"type\":\"any\"},\"tools\":[{\"type\":"
	    "\"custom\",\"name\":\"f\"}]," M HI "}",
	    "{\"tool_choice\":\"required\",\"tools\":[{\"type\":\"function\","
	    "\"function\":{\"name\":\"f\"}}]," M HI "}",
	    NULL },
	{ "no tools",
	    "{\"tools\":[],\"tool_choice\":{\"type\":\"auto\"}," M HI "}",
	    "{" M HI "}", NULL },
	{ "a stream, an end, no thinking",
	    "{\"stream\":true,\"stop_sequences\":[\"x\"],\"thinking\":{"
	    "\"type\":\"disabled\"}," M HI "}",
	    "{\"stream\":true," M HI ",\"stop\":[\"x\"],\"stream_options\":{"
	    "\"include_usage\":true},\"enable_thinking\":false}",
	    NULL },
	{ "a format",
	    "{\"output_config\":{\"format\":{\"type\":\"json_schema\","
	    "\"schema\":{}}}," M HI "}",
	    "{" M HI ",\"response_format\":{\"type\":\"json_schema\","
	    "\"json_schema\":{\"name\":\"answer\",\"schema\":{}}}}",
	    NULL },
	{ "no object", "[]", NULL, "request: want an object" },
	{ "not JSON", "{\"a\":", NULL, "request: not JSON at byte 6" },
	{ "no messages", "{}", NULL, "request: messages: want an array" },
	{ "another role", "{" M "[{\"role\":\"tool\"}]}", NULL,
	    "request: messages[0].role: want user or assistant" },
	{ "no content", "{" M "[{\"role\":\"user\"}]}", NULL,
	    "request: messages[0].content: want a string or an array" },
	{ "another part", "{" M USER(TEXT("a") ",{\"type\":\"video\"}") "}",
	    NULL,
	    "request: messages[0].content[1]: a part of type \"video\" "
	    "cannot be sent to this model" },
	{ "a document that is no text",
	    "{" M USER("{\"type\":\"document\",\"source\":{\"type\":"
		       "\"base64\"}}") "}",
	    NULL,
	    "request: messages[0].content[0]: this model reads only "
	    "documents of plain text" },
	{ "a tool of the service",
	    "{\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"w\"}]," M
		HI "}",
	    NULL,
	    "request: tools[0]: there is no tool \"web_search_20250305\" for "
	    "this model, only those of yours" },
	{ "another choice",
	    "{\"tools\":[{\"name\":\"f\"}],\"tool_choice\":{\"type\":\"x\"}," M
		HI "}",
	    NULL,
	    "request: tool_choice.type: want auto, any, none, or tool with "
	    "its name" },
};

static void
test_requests(void)
{
	struct fault f;
	struct buf out;
	size_t i;
	int r;

	buf_init(&out, MAX);
	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		f.text[0] = '\0';
		r = tr->request(&out, requests[i].in, strlen(requests[i].in),
		    &f);
		if (requests[i].want != NULL ?
			!ok(r == 0 && strcmp(out.d, requests[i].want) == 0,
			    "request: %s", requests[i].name) :
			!ok(r == -1 && f.status == EX_DATAERR && out.len == 0 &&
				strcmp(f.text, requests[i].says) == 0,
			    "refused: %s", requests[i].name))
			printf("# %s\n# %s\n", out.d, f.text);
		buf_free(&out);
	}
}

/* ---- answers ---- */

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
	test_requests();
	test_bodies();
	test_streams();
	tr->free(NULL);
	return done();
}
