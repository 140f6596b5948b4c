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
