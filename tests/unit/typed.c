/* Events of messages and responses, as an answer takes them. */
#include <string.h>

#include "answer.h"
#include "buf.h"
#include "classify.h"
#include "tap.h"

#define DELTA(rest) "{\"type\":\"content_block_delta\",\"index\":0," rest "}"
#define BLOCK(rest) \
	"{\"type\":\"content_block_start\",\"content_block\":{" rest "}}"
#define ITEM(what, rest) \
	"{\"type\":\"response.output_item." what "\",\"item\":{" rest "}}"
#define RESPONSE(what, rest) \
	"{\"type\":\"response." what "\",\"response\":{\"object\":" \
	"\"response\"," rest "}}"
#define MESSAGE \
	"\"output\":[{\"type\":\"message\",\"content\":[{\"type\":" \
	"\"output_text\",\"text\":\"a\"}]}]"
#define USAGE "\"usage\":{\"input_tokens\":3,\"output_tokens\":4}"

static const struct {
	const char *in;
	int flags;
	const char *finish;
	int64_t prompt, completion;
} events[] = {
	{ "{\"type\":\"ping\"}", 0, "", -1, -1 },
	{ "{\"type\":\"message_start\",\"message\":{\"content\":[]," USAGE "}}",
	    0, "", 3, 4 },
	{ BLOCK("\"type\":\"text\",\"text\":\"\""), 0, "", -1, -1 },
	{ BLOCK("\"type\":\"text\",\"text\":\"a\""), ANSWER_TEXT, "", -1, -1 },
	{ BLOCK("\"type\":\"thinking\",\"thinking\":\"\""), 0, "", -1, -1 },
	{ BLOCK("\"type\":\"redacted_thinking\",\"data\":\"x\""),
	    ANSWER_REASONING, "", -1, -1 },
	{ BLOCK("\"type\":\"tool_use\",\"id\":\"c\",\"input\":{}"), ANSWER_TEXT,
	    "", -1, -1 },
	{ DELTA("\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}"),
	    ANSWER_TEXT, "", -1, -1 },
	{ DELTA("\"delta\":{\"type\":\"text_delta\",\"text\":\"\"}"), 0, "", -1,
	    -1 },
	{ DELTA("\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"a\"}"),
	    ANSWER_REASONING, "", -1, -1 },
	{ DELTA("\"delta\":{\"type\":\"signature_delta\",\"signature\":"
		"\"a\"}"),
	    0, "", -1, -1 },
	{ DELTA("\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":"
		"\"{\"}"),
	    ANSWER_TEXT, "", -1, -1 },
	{ DELTA("\"delta\":null"), 0, "", -1, -1 },
	{ "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":null}}", 0,
	    "", -1, -1 },
	{ "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
	  "\"end_turn\"},\"usage\":{\"output_tokens\":5}}",
	    ANSWER_FINISH, "end_turn", -1, 5 },
	{ "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
	  "\"max_tokens\"}}",
	    ANSWER_FINISH, "length", -1, -1 },
	{ "{\"type\":\"message_stop\"}", ANSWER_DONE, "", -1, -1 },
	{ "{\"type\":\"error\",\"error\":{\"message\":\"a\"}}", ANSWER_ERROR,
	    "", -1, -1 },
	{ RESPONSE("created", "\"output\":[],\"usage\":null"), 0, "", -1, -1 },
	{ ITEM("added", "\"type\":\"message\",\"content\":[]"), 0, "", -1, -1 },
	{ ITEM("added", "\"type\":\"reasoning\",\"summary\":[]"), 0, "", -1,
	    -1 },
	{ ITEM("added", "\"type\":\"function_call\""), ANSWER_TEXT, "", -1,
	    -1 },
	{ ITEM("done", "\"type\":\"message\",\"content\":[{}]"), ANSWER_TEXT,
	    "", -1, -1 },
	{ "{\"type\":\"response.output_text.delta\",\"delta\":\"a\"}",
	    ANSWER_TEXT, "", -1, -1 },
	{ "{\"type\":\"response.output_text.delta\",\"delta\":\"\"}", 0, "", -1,
	    -1 },
	{ "{\"type\":\"response.reasoning_summary_text.delta\",\"delta\":"
	  "\"a\"}",
	    ANSWER_REASONING, "", -1, -1 },
	{ "{\"type\":\"response.function_call_arguments.delta\",\"delta\":"
	  "\"{\"}",
	    ANSWER_TEXT, "", -1, -1 },
	{ RESPONSE("completed", MESSAGE "," USAGE),
	    ANSWER_TEXT | ANSWER_FINISH | ANSWER_DONE, "", 3, 4 },
	{ RESPONSE("completed", "\"output\":[]"), ANSWER_DONE, "", -1, -1 },
	{ RESPONSE("incomplete",
	      MESSAGE ",\"incomplete_details\":{\"reason\":"
		      "\"max_output_tokens\"}"),
	    ANSWER_TEXT | ANSWER_FINISH | ANSWER_DONE, "length", -1, -1 },
	{ RESPONSE("incomplete",
	      "\"status\":\"incomplete\",\"output\":[],"
	      "\"incomplete_details\":{\"reason\":\"content_filter\"}"),
	    ANSWER_FINISH | ANSWER_DONE, "content_filter", -1, -1 },
	{ RESPONSE("failed", "\"error\":{\"message\":\"a\"}"), ANSWER_ERROR, "",
	    -1, -1 },
	{ "{\"type\":\"error\",\"code\":\"x\",\"message\":\"a\"}", ANSWER_ERROR,
	    "", -1, -1 },
	{ "{\"type\":\"response.completed\"}", 0, "", -1, -1 },
	{ "{\"type\":7}", 0, "", -1, -1 },
};

static void
test_errors(void)
{
	static const char *const errors[] = {
		"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
		"\"message\":\"Too many requests\"}}",
		"{\"type\":\"error\",\"code\":\"x\",\"message\":"
		"\"Too many requests\"}",
		RESPONSE("failed",
		    "\"error\":{\"code\":\"x\",\"message\":"
		    "\"Too many requests\"}")
	};
	struct classified c;
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		classify_event(errors[i], strlen(errors[i]), &c);
		ok(c.verdict == V_TOO_MANY &&
			strcmp(c.message, "Too many requests") == 0,
		    "error %zu", i);
	}
}

int
main(void)
{
	struct answer a;
	size_t i;
	int flags;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		answer_init(&a, 0, 0);
		flags = answer_event(&a, events[i].in, strlen(events[i].in));
		if (!ok(flags == events[i].flags && a.seen == flags &&
			    strcmp(a.finish, events[i].finish) == 0 &&
			    a.prompt_tokens == events[i].prompt &&
			    a.completion_tokens == events[i].completion,
			"event %zu", i))
			printf("# %s: %d \"%s\"\n", events[i].in, flags,
			    a.finish);
		answer_free(&a);
	}
	test_errors();
	return done();
}
