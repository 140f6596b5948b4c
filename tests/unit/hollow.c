/* What is an answer; the bodies of whole replies are in classify.c. */
#include <string.h>

#include "hollow.h"
#include "splice.h"
#include "tap.h"

int
main(void)
{
	static const struct {
		const char *text;
		char want;
	} kinds[] = {
		{ "", 0 },
		{ "null", 0 },
		{ "false", 0 },
		{ "0", 0 },
		{ "\"\"", 0 },
		{ "[]", 0 },
		{ "[ ]", 0 },
		{ "{ }", 0 },
		{ "true", 't' },
		{ "10", '1' },
		{ "-1", '-' },
		{ "\"a\"", '"' },
		{ "[0]", '[' },
		{ "{\"a\":null}", '{' },
	};
	static const struct {
		const char *body;
		enum hollow want;
	} bodies[] = {
		{ "{\"choices\":[{\"message\":{\"content\":\"a\"}}]}",
		    HOLLOW_NO },
		{ "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}",
		    HOLLOW_NO },
		{ "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\","
		  "\"text\":\"\"}],\"reasoning\":\"a\"}}]}",
		    HOLLOW_REASONED },
		{ "{\"choices\":[{\"message\":{\"content\":[\"a\"]}}]}",
		    HOLLOW_NO },
		{ "{\"choices\":[{\"message\":{\"audio\":{\"id\":\"a\"}}}]}",
		    HOLLOW_NO },
		{ "{\"choices\":{\"a\":1}}", HOLLOW_YES },
		{ "{\"choices\":[{\"message\":{\"content\":\"\"},"
		  "\"finish_reason\":\"stop\"}]}",
		    HOLLOW_NO },
		{ "{\"choices\":[{\"message\":{\"content\":\"\","
		  "\"reasoning\":\"a\"},\"finish_reason\":\"stop\"}]}",
		    HOLLOW_NO },
		{ "{\"choices\":[{\"message\":{\"content\":null},"
		  "\"finish_reason\":\"stop\"}]}",
		    HOLLOW_NO },
		{ "{\"choices\":[{\"message\":{\"content\":\"\"},"
		  "\"finish_reason\":\"length\"}]}",
		    HOLLOW_REASONED },
		{ "{\"output\":[{\"type\":\"message\",\"content\":[]}]}",
		    HOLLOW_YES },
		{ "{\"output\":[{\"type\":\"message\",\"content\":[{\"type\":"
		  "\"output_text\",\"text\":\"\"}]}]}",
		    HOLLOW_YES },
		{ "{\"status\":\"completed\",\"output\":[{\"type\":"
		  "\"message\",\"content\":[{\"type\":\"output_text\","
		  "\"text\":\"\"}]}]}",
		    HOLLOW_NO },
		{ "{\"stop_reason\":\"end_turn\",\"content\":[{\"type\":"
		  "\"text\",\"text\":\"\"}]}",
		    HOLLOW_NO },
		{ "{\"stop_reason\":null,\"content\":[{\"type\":\"text\","
		  "\"text\":\"\"}]}",
		    HOLLOW_YES },
		{ "{\"output\":{\"text\":\"a\"}}", HOLLOW_NO },
		{ "{\"output\":{\"text\":\"a\"},\"error\":{\"code\":1}}",
		    HOLLOW_YES },
		{ "{\"content\":[{\"type\":\"redacted_thinking\"}]}",
		    HOLLOW_REASONED },
		{ "{\"task_status\":\"PENDING\"}", HOLLOW_NO },
		{ "{\"input_tokens\":12}", HOLLOW_NO },
		{ "{\"usage\":{\"output_tokens\":5},\"content\":[]}",
		    HOLLOW_REASONED },
		{ "{\"id\":\"x\",\"model\":\"y\"}", HOLLOW_YES },
	};
	struct splice v;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		v.s = kinds[i].text;
		v.n = strlen(v.s);
		ok(hollow_kind(v) == kinds[i].want, "kind of '%s'", v.s);
	}
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		v.s = bodies[i].body;
		v.n = strlen(v.s);
		ok(hollow_judge(v) == bodies[i].want, "%s", v.s);
	}
	ok(hollow_blank(" \t\r\n", 4) && hollow_blank("", 0) &&
		!hollow_blank(" \0", 2),
	    "blank");
	return done();
}
