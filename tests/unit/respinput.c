/* Input items as messages. */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fault.h"
#include "respinput.h"
#include "splice.h"
#include "tap.h"

enum {
	MAX = 1 << 20
};

#define IN(items) "[" items "]"
#define OUT(messages) "[" messages "]"
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
} inputs[] = {
	{ "a string", "\"\\u00e9\"",
	    OUT("{\"role\":\"user\",\"content\":\"\\u00e9\"}") },
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
	{ "the system in a row",
	    IN("{\"role\":\"developer\",\"content\":\"b\"},{\"role\":"
	       "\"system\",\"content\":[{\"type\":\"input_text\",\"text\":"
	       "\"c\"}]}," ASKED),
	    OUT("{\"role\":\"system\",\"content\":\"b\\nc\"}," ASKED) },
	{ "nothing said before a call",
	    IN("{\"role\":\"assistant\",\"content\":\"\"}," CALL("1")),
	    OUT("{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[" CALLED(
		"1") "]}") },
};

static const struct {
	const char *name, *in, *why;
} refusals[] = {
	{ "nothing", "", "request: input: want a string or an array" },
	{ "an object", "{}", "request: input: want a string or an array" },
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

/* In its own memory, so that a byte too far is seen. */
static int
read_input(const char *s, struct buf *out, struct fault *f)
{
	static const struct splice none = { NULL, 0 };
	struct splice v = { NULL, strlen(s) };
	char *p;
	int r;

	if ((p = malloc(v.n + (v.n == 0))) == NULL)
		return -2;
	memcpy(p, s, v.n);
	v.s = p;
	r = respinput_messages(out, none, v, f);
	free(p);
	return r;
}

static void
test_instructions(void)
{
	static const struct splice be = { "\"be\\n\"", 6 }, one = { "1", 1 },
				   q = { "\"q\"", 3 },
				   more = { "[{\"role\":\"developer\","
					    "\"content\":\"b\"}]",
					   38 };
	struct fault f;
	struct buf out;

	buf_init(&out, MAX);
	ok(respinput_messages(&out, be, q, &f) == 0 &&
		strcmp(out.d,
		    "[{\"role\":\"system\",\"content\":\"be\\n\"}," ASKED
		    "]") == 0,
	    "instructions come first");
	buf_free(&out);
	ok(respinput_messages(&out, be, more, &f) == 0 &&
		strcmp(out.d,
		    "[{\"role\":\"system\",\"content\":\"be\\n\\nb\"}]") == 0,
	    "what a developer adds is the same message");
	buf_free(&out);
	ok(respinput_messages(&out, one, q, &f) == -1 &&
		strcmp(f.text, "request: instructions: want a string") == 0,
	    "refused: instructions");
	buf_free(&out);
	buf_init(&out, 8);
	ok(respinput_messages(&out, be, q, &f) == -1 &&
		strcmp(f.text, "request: over 64 MiB") == 0,
	    "messages past their ceiling");
	buf_free(&out);
}

int
main(void)
{
	struct fault f;
	struct buf out;
	size_t i;

	buf_init(&out, MAX);
	for (i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		f.text[0] = '\0';
		if (!ok(read_input(inputs[i].in, &out, &f) == 0 &&
			    strcmp(out.d, inputs[i].want) == 0,
			"input: %s", inputs[i].name))
			printf("# %s\n# %s\n# %s\n", out.d, inputs[i].want,
			    f.text);
		buf_free(&out);
	}
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (!ok(read_input(refusals[i].in, &out, &f) == -1 &&
			    strcmp(f.text, refusals[i].why) == 0,
			"refused: %s", refusals[i].name))
			printf("# %s\n# %s\n", f.text, refusals[i].why);
		buf_free(&out);
	}
	test_instructions();
	return done();
}
