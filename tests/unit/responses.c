/* Responses as chat completions, and back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fault.h"
#include "responses.h"
#include "splice.h"
#include "tap.h"
#include "translate.h"

enum {
	MAX = 1 << 20
};

static const struct translate *const tr = &responses_translate;

/* In its own memory, so that a byte too far is seen. */
static int
ask(const char *s, struct buf *out, struct fault *f)
{
	size_t n = strlen(s);
	char *p;
	int r;

	if ((p = malloc(n + (n == 0))) == NULL)
		return -2;
	memcpy(p, s, n);
	r = tr->request(out, p, n, f);
	free(p);
	return r;
}

#define IN(items) "{\"model\":\"m\",\"input\":[" items "]}"
#define OUT(messages) "{\"model\":\"m\",\"messages\":[" messages "]}"
#define WITH(more) "{\"model\":\"m\",\"input\":\"a\"," more "}"
#define GIVES(more) \
	"{\"model\":\"m\"" more \
	",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]"
#define TOOL \
	"{\"type\":\"function\",\"name\":\"f\",\"description\":\"d\"," \
	"\"strict\":true,\"parameters\":{\"maximum\":12345678901234567890}}"
#define NESTED \
	"\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"," \
	"\"description\":\"d\",\"parameters\":" \
	"{\"maximum\":12345678901234567890},\"strict\":true}}]"
#define CALL(n) \
	"{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"c" n \
	"\",\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1.0}\"," \
	"\"status\":\"completed\"}"
#define CALLED(n) \
	"{\"id\":\"c" n "\",\"type\":\"function\",\"function\":{" \
	"\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1.0}\"}}"
#define RESULT(n, output) \
	"{\"type\":\"function_call_output\",\"call_id\":\"c" n \
	"\",\"output\":" output "}"
#define ASKED "{\"role\":\"user\",\"content\":\"q\"}"

static const struct {
	const char *name, *in, *want;
} requests[] = {
	{ "a string", "{\"model\":\"m\",\"input\":\"a\"}", GIVES("") "}" },
	{ "as it came", " {\"input\":\"\\u00e9\", \"top_p\":1.0,\"seed\":1}",
	    " {\"top_p\":1.0,\"seed\":1,\"messages\":[{\"role\":\"user\","
	    "\"content\":\"\\u00e9\"}]}" },
	{ "our own members",
	    WITH("\"models\":[\"x\"],\"routing\":{},\"smart_route\":true,"
		 "\"model_id\":\"y\""),
	    GIVES(",\"models\":[\"x\"],\"routing\":{},\"smart_route\":true,"
		  "\"model_id\":\"y\"") "}" },
	{ "messages are ours", WITH("\"messages\":[]"),
	    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	    "\"content\":\"a\"}]}" },
	{ "what means nothing here",
	    WITH("\"store\":true,\"metadata\":{\"a\":\"b\"},\"include\":[],"
		 "\"truncation\":\"auto\",\"service_tier\":\"auto\","
		 "\"previous_response_id\":null,\"background\":false"),
	    GIVES("") "}" },
	{ "instructions", WITH("\"instructions\":\"be\\n\""),
	    "{\"model\":\"m\",\"messages\":[{\"role\":\"system\","
	    "\"content\":\"be\\n\"},{\"role\":\"user\",\"content\":\"a\"}]}" },
	{ "a stream", WITH("\"stream\":true"),
	    GIVES(",\"stream\":true") ",\"stream_options\":"
				      "{\"include_usage\":true}}" },
	{ "its options", WITH("\"stream\":true,\"stream_options\":{\"x\":1}"),
	    "{\"model\":\"m\",\"stream\":true,\"stream_options\":"
	    "{\"include_usage\":true},\"messages\":[{\"role\":\"user\","
	    "\"content\":\"a\"}]}" },
	{ "no stream", WITH("\"stream\":false"),
	    GIVES(",\"stream\":false") "}" },
	{ "null is none", WITH("\"stream\":null,\"tools\":null"),
	    GIVES("") "}" },
	{ "a limit", WITH("\"max_output_tokens\":7"),
	    GIVES("") ",\"max_tokens\":7}" },
	{ "effort", WITH("\"reasoning\":{\"effort\":\"high\"}"),
	    GIVES("") ",\"reasoning_effort\":\"high\"}" },
	{ "no effort", WITH("\"reasoning\":{\"effort\":\"none\"}"),
	    GIVES("") ",\"enable_thinking\":false}" },
	{ "effort in the caller's own words",
	    WITH("\"enable_thinking\":true,\"reasoning\":{\"effort\":"
		 "\"none\"}"),
	    GIVES(",\"enable_thinking\":true") "}" },
	{ "a summary", WITH("\"reasoning\":{\"summary\":\"auto\"}"),
	    GIVES("") "}" },
	{ "text", WITH("\"text\":{\"format\":{\"type\":\"text\"}}"),
	    GIVES("") "}" },
	{ "JSON", WITH("\"text\":{\"format\":{\"type\":\"json_object\"}}"),
	    GIVES("") ",\"response_format\":{\"type\":\"json_object\"}}" },
	{ "a schema",
	    WITH("\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":"
		 "\"n\",\"strict\":true,\"schema\":{\"const\":1.0}},"
		 "\"verbosity\":\"low\"}"),
	    GIVES("") ",\"response_format\":{\"type\":\"json_schema\","
		      "\"json_schema\":{\"name\":\"n\",\"schema\":"
		      "{\"const\":1.0},\"strict\":true}}}" },
	{ "tools", WITH("\"tools\":[" TOOL "]"),
	    "{\"model\":\"m\"," NESTED ",\"messages\":[{\"role\":\"user\","
	    "\"content\":\"a\"}]}" },
	{ "a choice of tools",
	    WITH("\"tools\":[" TOOL "],\"tool_choice\":\"required\","
		 "\"parallel_tool_calls\":false"),
	    "{\"model\":\"m\"," NESTED ",\"tool_choice\":\"required\","
	    "\"parallel_tool_calls\":false,\"messages\":[{\"role\":\"user\","
	    "\"content\":\"a\"}]}" },
	{ "one tool",
	    WITH("\"tools\":[" TOOL "],\"tool_choice\":{\"type\":"
		 "\"function\",\"name\":\"f\"}"),
	    "{\"model\":\"m\"," NESTED ",\"tool_choice\":{\"type\":"
	    "\"function\",\"function\":{\"name\":\"f\"}},\"messages\":["
	    "{\"role\":\"user\",\"content\":\"a\"}]}" },
	{ "a choice of none",
	    WITH("\"tools\":[],\"tool_choice\":\"auto\","
		 "\"parallel_tool_calls\":true"),
	    GIVES("") "}" },
	{ "no items", IN(""), OUT("") },
	{ "a message", IN("{\"role\":\"user\",\"content\":\"q\"}"),
	    OUT(ASKED) },
	{ "a part",
	    IN("{\"type\":\"message\",\"role\":\"user\",\"content\":["
	       "{\"type\":\"input_text\",\"text\":\"q\"}]}"),
	    OUT(ASKED) },
	{ "parts",
	    IN("{\"role\":\"user\",\"content\":[{\"type\":\"input_text\","
	       "\"text\":\"a\\\"\"},{\"type\":\"input_text\",\"text\":\"\"},"
	       "{\"type\":\"input_text\",\"text\":\"b\"}]}"),
	    OUT("{\"role\":\"user\",\"content\":\"a\\\"\\n\\nb\"}") },
	{ "no parts", IN("{\"role\":\"user\",\"content\":[]}"),
	    OUT("{\"role\":\"user\",\"content\":\"\"}") },
	{ "an image",
	    IN("{\"role\":\"user\",\"content\":[{\"type\":\"input_text\","
	       "\"text\":\"q\"},{\"type\":\"input_image\",\"image_url\":"
	       "\"data:image/png;base64,AA==\",\"detail\":\"low\"}]}"),
	    OUT("{\"role\":\"user\",\"content\":[{\"type\":\"text\","
		"\"text\":\"q\"},{\"type\":\"image_url\",\"image_url\":{"
		"\"url\":\"data:image/png;base64,AA==\",\"detail\":\"low\"}}]"
		"}") },
	{ "sound",
	    IN("{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\","
	       "\"input_audio\":{\"data\":\"AA==\",\"format\":\"mp3\"}}]}"),
	    OUT("{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\","
		"\"input_audio\":{\"data\":\"AA==\",\"format\":\"mp3\"}}]}") },
	{ "developers are the system",
	    "{\"instructions\":\"a\",\"input\":[{\"role\":\"developer\","
	    "\"content\":\"b\"},{\"role\":\"system\",\"content\":[{\"type\":"
	    "\"input_text\",\"text\":\"c\"}]}," ASKED "]}",
	    "{\"messages\":[{\"role\":\"system\",\"content\":\"a\\nb\\nc\"}"
	    "," ASKED "]}" },
	{ "a conversation",
	    IN(ASKED ",{\"type\":\"message\",\"id\":\"msg_1\",\"role\":"
		     "\"assistant\",\"status\":\"completed\",\"content\":[{"
		     "\"type\":\"output_text\",\"text\":\"r\",\"annotations\""
		     ":[]}]}," ASKED),
	    OUT(ASKED ",{\"role\":\"assistant\",\"content\":\"r\"}," ASKED) },
	{ "a refusal",
	    IN("{\"role\":\"assistant\",\"content\":[{\"type\":\"refusal\","
	       "\"refusal\":\"no\"}]}"),
	    OUT("{\"role\":\"assistant\",\"content\":\"no\"}") },
	{ "a call", IN(ASKED "," CALL("1") "," RESULT("1", "\"r\"")),
	    OUT(ASKED ",{\"role\":\"assistant\",\"content\":null,"
		      "\"tool_calls\":[" CALLED(
			  "1") "]},{\"role\":\"tool\",\"tool_call_id\":"
			       "\"c1\",\"content\":\"r\"}") },
	{ "calls and words are one message",
	    IN("{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[]},"
	       "{\"role\":\"assistant\",\"content\":\"w\"}," CALL(
		   "1") ","
			"{\"type\":\"item_reference\",\"id\":\"rs_2\"}," CALL(
			    "2") "," RESULT("1", "\"r\"") "," RESULT("2",
			    "[{\"type\":"
			    "\"input_text\",\"text\":\"s\"}]")),
	    OUT("{\"role\":\"assistant\",\"content\":\"w\",\"tool_calls\":[" CALLED(
		"1") "," CALLED("2") "]},{\"role\":\"tool\","
				     "\"tool_call_id\":\"c1\",\"content\":\"r\"},{\"role\":"
				     "\"tool\",\"tool_call_id\":\"c2\",\"content\":\"s\"}") },
	{ "calls one by one",
	    IN(CALL("1") "," RESULT("1", "\"r\"") "," CALL("2") "," RESULT("2",
		"\"s\"")),
	    OUT("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" CALLED(
		"1") "]},{\"role\":\"tool\",\"tool_call_id\":\"c1\","
		     "\"content\":\"r\"},{\"role\":\"assistant\",\"content\":null,"
		     "\"tool_calls\":[" CALLED(
			 "2") "]},{\"role\":\"tool\","
			      "\"tool_call_id\":\"c2\",\"content\":\"s\"}") },
};

static const struct {
	const char *name, *in, *why;
} refusals[] = {
	{ "nothing", "", "request: not JSON at byte 1" },
	{ "cut", "{\"input\":", "request: not JSON at byte 10" },
	{ "an array", "[]", "request: want an object" },
	{ "no input", "{}", "request: input: want a string or an array" },
	{ "input null", "{\"input\":null}",
	    "request: input: want a string or an array" },
	{ "what was kept", WITH("\"previous_response_id\":\"resp_1\""),
	    "request: previous_response_id: responses are not kept here; send "
	    "the whole conversation as input" },
	{ "a conversation", WITH("\"conversation\":{\"id\":\"conv_1\"}"),
	    "request: conversation: conversations are not kept here; send the "
	    "whole of it as input" },
	{ "a prompt", WITH("\"prompt\":{\"id\":\"pmpt_1\"}"),
	    "request: prompt: prompts are not kept here; send instructions "
	    "and input" },
	{ "later", WITH("\"background\":true"),
	    "request: background: nothing is answered later; ask for a "
	    "stream" },
	{ "instructions", WITH("\"instructions\":[]"),
	    "request: instructions: want a string" },
	{ "a tool of the service",
	    WITH("\"tools\":[" TOOL ",{\"type\":\"web_search\"}]"),
	    "request: tools[1]: there is no tool \"web_search\" for this "
	    "model, only functions of yours" },
	{ "a tool without a type", WITH("\"tools\":[{}]"),
	    "request: tools[0]: want an object with a type" },
	{ "a tool without a name",
	    WITH("\"tools\":[{\"type\":\"function\",\"function\":{}}]"),
	    "request: tools[0].name: want a string" },
	{ "tools", WITH("\"tools\":{}"), "request: tools: want an array" },
	{ "a choice",
	    WITH("\"tools\":[" TOOL "],\"tool_choice\":{\"type\":"
		 "\"allowed_tools\"}"),
	    "request: tool_choice: want none, auto, required, or a function "
	    "with its name" },
	{ "a format", WITH("\"text\":{\"format\":{\"type\":\"grammar\"}}"),
	    "request: text.format.type: want text, json_object or "
	    "json_schema" },
	{ "a format without a type", WITH("\"text\":{\"format\":\"json\"}"),
	    "request: text.format: want an object with a type" },
	{ "a limit", WITH("\"max_output_tokens\":\"7\""),
	    "request: max_output_tokens: want a whole number" },
	{ "a stream", WITH("\"stream\":\"yes\""),
	    "request: stream: want true or false" },
	{ "reasoning", WITH("\"reasoning\":\"high\""),
	    "request: reasoning: want an object" },
	{ "effort", WITH("\"reasoning\":{\"effort\":3}"),
	    "request: reasoning.effort: want a string" },
	{ "an item", IN(ASKED ",1"), "request: input[1]: want an object" },
	{ "a reference", IN("{\"type\":\"item_reference\",\"id\":\"msg_1\"}"),
	    "request: input[0]: \"msg_1\" is not kept here; send \"store\": "
	    "false and the items themselves" },
	{ "a reference without a type", IN("{\"id\":\"msg_1\"}"),
	    "request: input[0]: \"msg_1\" is not kept here; send \"store\": "
	    "false and the items themselves" },
	{ "an item of another type",
	    IN(ASKED ",{\"type\":\"web_search_call\",\"id\":\"ws_1\"}"),
	    "request: input[1]: an item of type \"web_search_call\" cannot be "
	    "sent to this model" },
	{ "a role", IN("{\"role\":\"tool\",\"content\":\"a\"}"),
	    "request: input[0]: role: want user, assistant, system or "
	    "developer" },
	{ "no content", IN("{\"role\":\"user\"}"),
	    "request: input[0]: content: want a string or an array" },
	{ "a part", IN("{\"role\":\"user\",\"content\":[\"a\"]}"),
	    "request: input[0].content[0]: want an object" },
	{ "a part without text",
	    IN(ASKED ",{\"role\":\"user\",\"content\":[{\"type\":"
		     "\"input_text\"}]}"),
	    "request: input[1].content[0]: text: want a string" },
	{ "a file",
	    IN("{\"role\":\"user\",\"content\":[{\"type\":\"input_text\","
	       "\"text\":\"q\"},{\"type\":\"input_file\",\"file_id\":\"f\"}"
	       "]}"),
	    "request: input[0].content[1]: a part of type \"input_file\" "
	    "cannot be sent to this model" },
	{ "a kept image",
	    IN("{\"role\":\"user\",\"content\":[{\"type\":\"input_image\","
	       "\"file_id\":\"f\"}]}"),
	    "request: input[0].content[0]: images need an image_url: files "
	    "are not kept here" },
	{ "an image of the assistant",
	    IN("{\"role\":\"assistant\",\"content\":[{\"type\":"
	       "\"input_image\",\"image_url\":\"u\"}]}"),
	    "request: input[0].content[0]: only a user can send this" },
	{ "a call without arguments",
	    IN("{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\"}"),
	    "request: input[0]: arguments: want a string" },
	{ "a result of another type",
	    IN("{\"type\":\"function_call_output\",\"call_id\":\"c\","
	       "\"output\":{}}"),
	    "request: input[0]: output: want a string or an array" },
};

static void
test_requests(void)
{
	struct fault f;
	struct buf out;
	size_t i;

	buf_init(&out, MAX);
	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		f.text[0] = '\0';
		if (!ok(ask(requests[i].in, &out, &f) == 0 &&
			    strcmp(out.d, requests[i].want) == 0,
			"request: %s", requests[i].name))
			printf("# %s\n# %s\n# %s\n", out.d, requests[i].want,
			    f.text);
		buf_free(&out);
	}
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (!ok(ask(refusals[i].in, &out, &f) == -1 &&
			    strcmp(f.text, refusals[i].why) == 0,
			"refused: %s", refusals[i].name))
			printf("# %s\n# %s\n", f.text, refusals[i].why);
	buf_init(&out, 8);
	ok(ask(WITH("\"top_p\":1"), &out, &f) == -1 &&
		strcmp(f.text, "request: over 64 MiB") == 0,
	    "a request past its ceiling");
	buf_free(&out);
}

/* ---- answers ---- */

static void *
begin(const char *request)
{
	struct translate_in in = { .request = request,
		.n = strlen(request),
		.id = "req_1",
		.model = "org/m",
		.now = 1790000000 };

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

/* What of the request is repeated: as it came, but on one line. */
static void
test_echo(void)
{
	static const char request[] = "{\"input\":\"a\",\"temperature\":1.0,"
				      "\"tools\":[{\n\"a\" :\"\\n\"\r\n}],"
				      "\"user\":null,\"top_p\":0.10}",
			  body[] = BODY("\"content\":\"a\"", "stop");
	struct buf out;
	void *t = begin(request);

	buf_init(&out, MAX);
	ok(t != NULL && tr->body(t, body, sizeof(body) - 1, &out) == 0 &&
		strstr(out.d, "\"temperature\":1.0,") != NULL &&
		strstr(out.d, "\"tools\":[{ \"a\" :\"\\n\"  }],") != NULL &&
		strstr(out.d, "\"user\":null") != NULL &&
		strstr(out.d, "\"top_p\":0.10,") != NULL &&
		memchr(out.d, '\n', out.len) == NULL,
	    "the request is repeated on one line");
	tr->free(t);
	buf_free(&out);
	ok(begin("no") == NULL, "no answer to what was no request");
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
			  failed[] = ",\"code\":\"upstream_error\","
				     "\"message\":\"gone\",\"param\":null}"
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
	test_requests();
	test_bodies();
	test_echo();
	test_streams();
	return done();
}
