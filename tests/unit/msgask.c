/* Requests for messages as chat requests, but for their turns. */
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "msgask.h"
#include "tap.h"

enum {
	MAX = 1 << 20
};

#define M "\"messages\":"
#define HI "[{\"role\":\"user\",\"content\":\"hi\"}]"
#define WITH(more) "{" more "," M HI "}"
#define TOOLS(choice) \
	WITH("\"tools\":[{\"name\":\"f\"}],\"tool_choice\":" choice)
static const struct {
	const char *name, *in, *want; /* want NULL: refused, and says */
	const char *says;
} cases[] = {
	{ "words", "{\"model\":\"m\",\"max_tokens\":9," M HI "}",
	    "{\"model\":\"m\",\"max_tokens\":9," M HI "}", NULL },
	{ "what we do not know stays, what is not chat's goes",
	    "{\"seed\":9007199254740993,\"metadata\":{\"user_id\":\"u\"}," M HI
	    ",\"top_k\": 1.0,\"service_tier\":\"auto\"}",
	    "{\"seed\":9007199254740993," M HI ",\"top_k\": 1.0}", NULL },
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
	{ "a format by its old name",
	    "{\"output_format\":{\"type\":\"json_schema\","
	    "\"schema\":{}}," M HI "}",
	    "{" M HI ",\"response_format\":{\"type\":\"json_schema\","
	    "\"json_schema\":{\"name\":\"answer\",\"schema\":{}}}}",
	    NULL },
	{ "no object", "[]", NULL, "request: want an object" },
	{ "not JSON", "{\"a\":", NULL, "request: not JSON at byte 6" },
	{ "no messages", "{}", NULL, "request: messages: want an array" },
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
	{ "a tool to choose without its name", TOOLS("{\"type\":\"tool\"}"),
	    NULL,
	    "request: tool_choice.type: want auto, any, none, or tool with "
	    "its name" },
	{ "no tool, but some are there", TOOLS("{\"type\":\"none\"}"),
	    "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":"
	    "\"f\"}}],\"tool_choice\":\"none\"," M HI "}",
	    NULL },
	{ "a choice in a word", TOOLS("\"auto\""), NULL,
	    "request: tool_choice: want an object" },
	{ "tools that are no list", WITH("\"tools\":{}"), NULL,
	    "request: tools: want an array" },
	{ "a tool that is none", WITH("\"tools\":[3]"), NULL,
	    "request: tools[0]: want an object" },
	{ "a tool without a name", WITH("\"tools\":[{\"type\":\"custom\"}]"),
	    NULL, "request: tools[0].name: want a string" },
	{ "another format", WITH("\"output_format\":{\"type\":\"text\"}"), NULL,
	    "request: output_config.format: want a json_schema" },
	{ "a format in a word", WITH("\"output_config\":{\"format\":\"json\"}"),
	    NULL, "request: output_config.format: want a json_schema" },
	{ "no format, but an older one",
	    WITH("\"output_config\":{\"format\":null},"
		 "\"output_format\":{\"type\":\"json_schema\"}"),
	    "{" M HI ",\"response_format\":{\"type\":\"json_schema\","
	    "\"json_schema\":{\"name\":\"answer\"}}}",
	    NULL },
	{ "thinking", WITH("\"thinking\":{\"type\":\"enabled\"}"),
	    "{" M HI ",\"enable_thinking\":true}", NULL },
	{ "thinking as the model likes",
	    WITH("\"thinking\":{\"type\":\"adaptive\"}"), "{" M HI "}", NULL },
	{ "thinking in a word", WITH("\"thinking\":true"), NULL,
	    "request: thinking: want an object" },
	{ "half a token", WITH("\"max_tokens\":1.5"), NULL,
	    "request: max_tokens: want a whole number" },
	{ "an end that is no list", WITH("\"stop_sequences\":\"x\""), NULL,
	    "request: stop_sequences: want an array" },
	{ "no stream", WITH("\"stream\":false"), "{\"stream\":false," M HI "}",
	    NULL },
	{ "a stream in a word", WITH("\"stream\":\"yes\""), NULL,
	    "request: stream: want true or false" },
};

int
main(void)
{
	struct fault f;
	struct buf out;
	size_t i;
	int r;

	buf_init(&out, MAX);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f.text[0] = '\0';
		r = msgask_chat(&out, cases[i].in, strlen(cases[i].in), &f);
		if (cases[i].want != NULL ?
			!ok(r == 0 && strcmp(out.d, cases[i].want) == 0, "%s",
			    cases[i].name) :
			!ok(r == -1 && f.status == EX_DATAERR &&
				strcmp(f.text, cases[i].says) == 0,
			    "refused: %s", cases[i].name))
			printf("# %s\n# %s\n", out.d, f.text);
		buf_free(&out);
	}
	return done();
}
