/* Requests for responses: all but what input holds. */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fault.h"
#include "respask.h"
#include "tap.h"

enum {
	MAX = 1 << 20
};

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
	r = respask_chat(out, p, n, f);
	free(p);
	return r;
}

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
	{ "what input holds", WITH("\"input\":[1]"),
	    "request: input[0]: want an object" },
};

int
main(void)
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
	return done();
}
