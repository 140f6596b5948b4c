/* What stands on stdin alone: a prompt, a request, or neither. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "fault.h"
#include "input.h"
#include "tap.h"

enum {
	BAD = -1
};

static const struct {
	const char *name, *in;
	int kind;	  /* or BAD */
	const char *text; /* then, a part of what is said */
} rows[] = {
	{ "nothing", "", INPUT_PROMPT, "" },
	{ "white space", " \n", INPUT_PROMPT, "" },
	{ "words", "what is {} in C?", INPUT_PROMPT, "" },
	{ "an array", "[{\"messages\":[]}]", INPUT_PROMPT, "" },
	{ "a string", "\"messages\"", INPUT_PROMPT, "" },
	{ "a request", "{\"messages\":[]}", INPUT_REQUEST, "" },
	{ "a request with space around", "\r\n\t {\"messages\":1} \n",
	    INPUT_REQUEST, "" },
	{ "a name with escapes", "{\"m\\u0065ssages\":[]}", INPUT_REQUEST, "" },
	{ "a prompt in JSON", "{\"a\":1,\"prompt\":\"x\"}", INPUT_REQUEST, "" },
	{ "messages deeper are none", "{\"a\":{\"messages\":[]}}", INPUT_PROMPT,
	    "" },
	{ "another object", "{\"a\":1}", INPUT_PROMPT, "" },
	{ "an object, then words", "{\"a\":1} what is this?", INPUT_PROMPT,
	    "" },
	{ "code", "{ int i; }", INPUT_PROMPT, "" },
	{ "a brace", "{", INPUT_PROMPT, "" },
	{ "two requests", "{\"messages\":[]}\n{\"messages\":[]}\n", BAD,
	    "--batch" },
	{ "two in one line", "{\"prompt\":\"a\"}{\"prompt\":\"b\"}", BAD,
	    "--batch" },
	{ "two other objects", "{\"a\":1}\n{\"b\":2}\n", BAD, "--batch" },
	{ "Batch lines",
	    "{\"custom_id\":\"1\",\"body\":{}}\n"
	    "{\"custom_id\":\"2\",\"body\":{}}\n",
	    BAD, "--batch" },
	{ "one Batch line", "{\"custom_id\":\"1\",\"body\":{}}\n", BAD,
	    "--batch" },
	{ "a custom_id alone", "{\"custom_id\":\"1\"}", INPUT_PROMPT, "" },
	{ "a request cut", "{\"messages\":[{\"role\":", BAD, "byte 22" },
	{ "a request with a comma too many", "{\"messages\":[],}", BAD,
	    "byte 16" },
	{ "a request with words behind it", "{\"messages\":[]} x", BAD,
	    "byte 17" },
	{ "two requests, the second cut", "{\"messages\":[]}\n{\"mess", BAD,
	    "--batch" },
};

int
main(void)
{
	enum input_kind kind;
	struct fault f;
	size_t i, n;
	char *s;
	int r;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		n = strlen(rows[i].in);
		if ((s = malloc(n + (n == 0))) == NULL)
			abort();
		memcpy(s, rows[i].in, n);
		memset(&f, 0, sizeof(f));
		r = input_kind(s, n, &kind, &f);
		free(s);
		ok(rows[i].kind == BAD ? r == -1 && f.status == EX_DATAERR :
					 r == 0 && (int)kind == rows[i].kind,
		    "%s", rows[i].name);
		ok(strstr(f.text, rows[i].text) != NULL, "%s: %s", rows[i].name,
		    f.text);
	}
	return done();
}
