/* The turns of messages as the messages of chats. */
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "msgturn.h"
#include "splice.h"
#include "tap.h"

enum {
	MAX = 1 << 20
};

#define M "\"messages\":"
#define HI "[{\"role\":\"user\",\"content\":\"hi\"}]"
#define USER(parts) "[{\"role\":\"user\",\"content\":[" parts "]}]"
#define TEXT(s) "{\"type\":\"text\",\"text\":\"" s "\"}"
#define PNG \
	"{\"type\":\"image\",\"source\":{\"type\":\"base64\"," \
	"\"media_type\":\"image/png\",\"data\":\"iVBO\"}}"
#define BASE64(type, data) \
	"{\"type\":\"image\",\"source\":{\"type\":\"base64\"," \
	"\"media_type\":" type ",\"data\":" data "}}"
#define RESULT(content) \
	"{\"type\":\"tool_result\",\"tool_use_id\":\"c\",\"content\":" content \
	"}"
#define PNG_PART \
	"{\"type\":\"image_url\",\"image_url\":{\"url\":" \
	"\"data:image/png;base64,iVBO\"}}"

static const struct {
	const char *name, *in, *want; /* want NULL: refused, and says */
	const char *says;
} cases[] = {
	{ "a system",
	    "{\"system\":[" TEXT(
		"a") ",{\"type\":\"text\",\"text\":\"b\","
		     "\"cache_control\":{\"type\":\"ephemeral\"}}]," M HI "}",
	    "[{\"role\":\"system\",\"content\":\"a\\nb\"},{\"role\":"
	    "\"user\",\"content\":\"hi\"}]",
	    NULL },
	{ "parts of text", "{" M USER(TEXT("a") "," TEXT("b")) "}",
	    "[{\"role\":\"user\",\"content\":\"a\\nb\"}]", NULL },
	{ "an image", "{" M USER(TEXT("a") "," PNG) "}",
	    USER(TEXT("a") "," PNG_PART), NULL },
	{ "an image elsewhere",
	    "{" M USER("{\"type\":\"image\",\"source\":{\"type\":\"url\","
		       "\"url\":\"https://x/y\"}}") "}",
	    USER("{\"type\":\"image_url\",\"image_url\":{\"url\":"
		 "\"https://x/y\"}}"),
	    NULL },
	{ "a document of text",
	    "{" M USER("{\"type\":\"document\",\"source\":{\"type\":\"text\","
		       "\"media_type\":\"text/plain\",\"data\":\"d\"}}") "}",
	    "[{\"role\":\"user\",\"content\":\"d\"}]", NULL },
	{ "a call, its result, and more",
	    "{" M "[{\"role\":\"assistant\",\"content\":[{\"type\":"
	    "\"thinking\",\"thinking\":\"t\",\"signature\":\"\"}," TEXT(
		"a") ",{\"type\":\"tool_use\",\"id\":\"c\",\"name\":\"f\",\"input\":"
		     "{\"x\":1.0}}]},{\"role\":\"user\",\"content\":[" TEXT("b") ",{\"type\":\"tool_result\",\"tool_use_id\":\"c\",\"content\":[" TEXT(
			 "r") "," PNG "]}]}]}",
	    "[{\"role\":\"assistant\",\"content\":\"a\",\"tool_calls\":"
	    "[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":"
	    "\"f\",\"arguments\":\"{\\\"x\\\":1.0}\"}}]},{\"role\":\"tool\","
	    "\"tool_call_id\":\"c\",\"content\":\"r\"},{\"role\":\"user\","
	    "\"content\":[" TEXT("b") "," PNG_PART "]}]",
	    NULL },
	{ "a call without words, a result without any",
	    "{" M "[{\"role\":\"assistant\",\"content\":[{\"type\":"
	    "\"tool_use\",\"id\":\"c\",\"name\":\"f\",\"input\":{}}]},"
	    "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\","
	    "\"tool_use_id\":\"c\"}]}]}",
	    "[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":"
	    "[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":"
	    "\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\","
	    "\"tool_call_id\":\"c\",\"content\":\"\"}]",
	    NULL },
	{ "another role", "{" M "[{\"role\":\"tool\"}]}", NULL,
	    "request: messages[0].role: want user, assistant or system" },
	{ "the system in between",
	    "{" M "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":"
	    "\"system\",\"content\":[" TEXT("b") "," TEXT(
		"c") "]},"
		     "{\"role\":\"system\",\"content\":\"d\"}]}",
	    "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"system\","
	    "\"content\":\"b\\nc\"},{\"role\":\"system\",\"content\":"
	    "\"d\"}]",
	    NULL },
	{ "the system without a word", "{" M "[{\"role\":\"system\"}]}", NULL,
	    "request: messages[0].content: want a string or an array" },
	{ "a document that a tool gave",
	    "{" M USER("{\"type\":\"tool_result\",\"tool_use_id\":\"c\","
		       "\"content\":[" TEXT(
			   "a") ",{\"type\":\"document\","
				"\"source\":{\"type\":\"text\",\"media_type\":"
				"\"text/plain\",\"data\":\"d\"}}]}") "}",
	    "[{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":"
	    "\"a\\nd\"}]",
	    NULL },
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
	{ "an image whose source is a word",
	    "{" M USER("{\"type\":\"image\",\"source\":\"x\"}") "}", NULL,
	    "request: messages[0].content[0]: source: want an object" },
	{ "an image of a file",
	    "{" M
		USER("{\"type\":\"image\",\"source\":{\"type\":\"file\"}}") "}",
	    NULL,
	    "request: messages[0].content[0]: source: want one of type base64 "
	    "or url" },
	{ "an image of no type", "{" M USER(BASE64("1", "\"AA\"")) "}", NULL,
	    "request: messages[0].content[0]: source: want one of type base64 "
	    "or url" },
	{ "an image of no bytes", "{" M USER(BASE64("\"a/b\"", "1")) "}", NULL,
	    "request: messages[0].content[0]: source: want one of type base64 "
	    "or url" },
	{ "a part that is none", "{" M USER("3") "}", NULL,
	    "request: messages[0].content[0]: want an object with a type" },
	{ "a part of no type", "{" M USER("{\"text\":\"a\"}") "}", NULL,
	    "request: messages[0].content[0]: want an object with a type" },
	{ "a text that is none",
	    "{" M USER("{\"type\":\"text\",\"text\":1}") "}", NULL,
	    "request: messages[0].content[0]: text: want a string" },
	{ "a result in a string", "{" M USER(RESULT("\"r\"")) "}",
	    "[{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"r\"}]",
	    NULL },
	{ "a result that is a number", "{" M USER(RESULT("1")) "}", NULL,
	    "request: messages[0].content[0]: content: want a string or an "
	    "array" },
	{ "a result with a part that is none", "{" M USER(RESULT("[1]")) "}",
	    NULL,
	    "request: messages[0].content[0]: want an object with a type" },
	{ "a result of another kind",
	    "{" M USER(RESULT("[{\"type\":\"video\"}]")) "}", NULL,
	    "request: messages[0].content[0]: a part of type \"video\" cannot "
	    "be sent to this model" },
	{ "a result with a document that is no text",
	    "{" M USER(RESULT("[{\"type\":\"document\"}]")) "}", NULL,
	    "request: messages[0].content[0]: this model reads only documents "
	    "of plain text" },
	{ "a result of no call",
	    "{" M USER("{\"type\":\"tool_result\",\"content\":\"r\"}") "}",
	    NULL,
	    "request: messages[0].content[0]: tool_use_id: want a string" },
	{ "a call without a name",
	    "{" M "[{\"role\":\"assistant\",\"content\":[{\"type\":"
	    "\"tool_use\",\"id\":\"c\",\"input\":{}}]}]}",
	    NULL,
	    "request: messages[0].content[0]: want an id, a name and an "
	    "input" },
	{ "what an assistant cannot say",
	    "{" M "[{\"role\":\"assistant\",\"content\":[" TEXT("a") "," PNG
								     "]}]}",
	    NULL,
	    "request: messages[0].content[1]: a part of type \"image\" cannot "
	    "be sent to this model" },
	{ "an assistant who says nothing",
	    "{" M "[{\"role\":\"assistant\",\"content\":[{\"type\":"
	    "\"redacted_thinking\",\"data\":\"x\"}]}]}",
	    "[{\"role\":\"assistant\",\"content\":\"\"}]", NULL },
	{ "a turn that is none", "{" M "[3]}", NULL,
	    "request: messages[0]: want an object" },
	{ "a system of something else", "{\"system\":[3]," M HI "}", NULL,
	    "request: system: want texts" },
	{ "a system whose text is none", "{\"system\":[{\"text\":3}]," M HI "}",
	    NULL, "request: system: want texts" },
	{ "a system that is a number", "{\"system\":3," M HI "}", NULL,
	    "request: system: want a string or an array" },
	{ "an empty system", "{\"system\":\"\"," M HI "}", HI, NULL },
	{ "a user without parts", "{" M USER("") "}", "[]", NULL },
	{ "messages that are none", "{" M "{}}", NULL,
	    "request: messages: want an array" },
};

/* Reads a request for the two members that are read here. */
static int
turns(const char *in, struct buf *out, struct fault *f)
{
	struct splice v, system = { NULL, 0 }, messages = { NULL, 0 };

	if (splice_text(in, strlen(in), &v, NULL) == -1)
		return 1;
	(void)splice_find(v, "system", &system);
	(void)splice_find(v, "messages", &messages);
	return msgturn_messages(out, system, messages, f);
}

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
		r = turns(cases[i].in, &out, &f);
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
