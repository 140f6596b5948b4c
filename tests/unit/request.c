/* Requests: built, edited, read, sent; what is not edited keeps its bytes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "request.h"
#include "tap.h"

enum {
	MAX = 1 << 20
};

static void
is(int r, const struct buf *out, const char *want, const char *name)
{
	if (!ok(r == 0 && strcmp(out->d, want) == 0, "%s", name))
		printf("# %d: %s\n", r, out->d);
}

/* A copy without the NUL, so that a byte too far is seen. */
static char *
exact(const char *s, size_t *n)
{
	char *p;

	*n = strlen(s);
	if ((p = malloc(*n + (*n == 0))) == NULL)
		abort();
	memcpy(p, s, *n);
	return p;
}

/* ---- options, by names ---- */

static const struct request_param tokens[] = { { "max_tokens", "9", 1 },
	{ "top_p", "0.50", 4 }, { "max_tokens", "7", 1 } };
static const struct request_param no_stream[] = { { "stream", "false", 5 } };
static const char *const urls[] = { "data:a", "https://b/\"" };
static const char history[] = "{\"role\":\"user\",\"content\":\"1\"},\n"
			      "{\"role\":\"assistant\",\"content\":\"2\"}";

static const struct request_opts none = { .stream = -1 };
static const struct request_opts streamed = { .stream = 1 };
static const struct request_opts unstreamed = { .stream = 0 };
static const struct request_opts sys = { .system = "be \"kind\"",
	.stream = -1 };
static const struct request_opts params = {
	.params = tokens, .nparams = 3, .stream = -1
};
static const struct request_opts refused = {
	.params = no_stream, .nparams = 1, .stream = -1
};
static const struct request_opts images = {
	.images = urls, .nimages = 2, .stream = -1
};
static const struct request_opts past = {
	.history = history, .nhistory = sizeof(history) - 1, .stream = -1
};
static const struct request_opts everything = { .system = "s",
	.images = urls,
	.nimages = 1,
	.params = tokens,
	.nparams = 2,
	.history = history,
	.nhistory = sizeof(history) - 1,
	.stream = 1 };

#define IMAGE "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:a\"}}"
#define IMAGES \
	IMAGE ",{\"type\":\"image_url\",\"image_url\":" \
	      "{\"url\":\"https://b/\\\"\"}}"
#define TEXT(s) "{\"type\":\"text\",\"text\":\"" s "\"}"
#define USER(s) "{\"role\":\"user\",\"content\":" s "}"
#define SYSTEM(s) "{\"role\":\"system\",\"content\":" s "}"
#define PAST \
	"{\"role\":\"user\",\"content\":\"1\"},\n" \
	"{\"role\":\"assistant\",\"content\":\"2\"}"
#define USAGE "\"stream_options\":{\"include_usage\":true}"

static const struct {
	const char *name, *in;
	const struct request_opts *o;
	const char *out;
} prompts[] = {
	{ "a prompt", "Hi", &none,
	    "{\"model\":null,\"messages\":[" USER("\"Hi\"") "]}" },
	{ "escaped where need be", "a\n\"\x01\\ \xe4\xbd\xa0", &none,
	    "{\"model\":null,\"messages\":[" USER(
		"\"a\\n\\\"\\u0001\\\\ \xe4\xbd\xa0\"") "]}" },
	{ "not UTF-8", "\xff\xe4\xbd.", &none,
	    "{\"model\":null,\"messages\":[" USER(
		"\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd.\"") "]}" },
	{ "system", "Hi", &sys,
	    "{\"model\":null,\"messages\":[" SYSTEM(
		"\"be \\\"kind\\\"\"") "," USER("\"Hi\"") "]}" },
	{ "streamed", "Hi", &streamed,
	    "{\"model\":null,\"messages\":[" USER(
		"\"Hi\"") "],"
			  "\"stream\":true," USAGE "}" },
	{ "not streamed by a parameter", "Hi", &refused,
	    "{\"model\":null,\"messages\":[" USER(
		"\"Hi\"") "],"
			  "\"stream\":false}" },
	{ "the last of equal parameters counts", "Hi", &params,
	    "{\"model\":null,\"messages\":[" USER(
		"\"Hi\"") "],"
			  "\"top_p\":0.50,\"max_tokens\":7}" },
	{ "images", "Hi", &images,
	    "{\"model\":null,\"messages\":[" USER("[" TEXT("Hi") "," IMAGES
								 "]") "]}" },
	{ "images alone", "", &images,
	    "{\"model\":null,\"messages\":[" USER("[" IMAGES "]") "]}" },
	{ "history", "Hi", &past,
	    "{\"model\":null,\"messages\":[" PAST "," USER("\"Hi\"") "]}" },
	{ "everything", "Hi", &everything,
	    "{\"model\":null,\"messages\":[" SYSTEM("\"s\"") "," PAST "," USER(
		"[" TEXT("Hi") "," IMAGE
			       "]") "],\"max_tokens\":9,"
				    "\"top_p\":0.50,\"stream\":true," USAGE
				    "}" },
};

static void
built(void)
{
	struct fault f = { .status = 0 };
	struct buf out;
	size_t i, n;
	char *in;
	int r;

	buf_init(&out, MAX);
	for (i = 0; i < sizeof(prompts) / sizeof(prompts[0]); i++) {
		in = exact(prompts[i].in, &n);
		buf_cut(&out, 0);
		r = request_prompt(&out, in, n, prompts[i].o, &f);
		is(r, &out, prompts[i].out, prompts[i].name);
		free(in);
	}
	buf_cut(&out, 0);
	is(request_prompt(&out, "a\0b", 3, &none, &f), &out,
	    "{\"model\":null,\"messages\":[" USER("\"a\\u0000b\"") "]}",
	    "a NUL in a prompt");
	buf_free(&out);
	buf_init(&out, 20);
	ok(request_prompt(&out, "Hi", 2, &none, &f) == -1 &&
		f.status == EX_DATAERR && out.len == 0,
	    "too large: %s", f.text);
	buf_free(&out);
}

#define MODEL "\"model\":\"m\""
#define KEPT " \"seed\" : 12345678901234567890 , \"x\":1.0,\"\\u0061\":\"\\/\""

static const struct {
	const char *name, *in;
	const struct request_opts *o;
	int limited;
	const char *out; /* NULL: refused */
} edits[] = {
	{ "nothing to edit", " {" KEPT ",\"messages\":[ ] }\n", &none, 0,
	    " {" KEPT ",\"messages\":[ ] }\n" },
	{ "stream set", "{" KEPT ",\"messages\":[]}", &streamed, 0,
	    "{" KEPT ",\"messages\":[],\"stream\":true}" },
	{ "stream set where it is, twice",
	    "{\"stream\":false,\"messages\":[],\"stream\" : null}", &streamed,
	    0, "{\"stream\":true,\"messages\":[],\"stream\" : true}" },
	{ "stream removed", "{\"messages\":[], \"stream\":true," KEPT "}",
	    &unstreamed, 0, "{\"messages\":[]," KEPT "}" },
	{ "parameters", "{\"max_tokens\":1,\"messages\":[]}", &params, 0,
	    "{\"max_tokens\":7,\"messages\":[],\"top_p\":0.50}" },
	{ "system goes first", "{\"messages\":[" USER("1.0") "]}", &sys, 0,
	    "{\"messages\":[" SYSTEM("\"be \\\"kind\\\"\"") "," USER(
		"1.0") "]}" },
	{ "system takes the place of one",
	    "{\"messages\":[" SYSTEM("\"x\"") ", " USER("1") "]}", &sys, 0,
	    "{\"messages\":[" SYSTEM("\"be \\\"kind\\\"\"") "," USER(
		"1") "]}" },
	{ "a later one stays", "{\"messages\":[" USER("1") "," SYSTEM("2") "]}",
	    &sys, 0,
	    "{\"messages\":[" SYSTEM("\"be \\\"kind\\\"\"") "," USER(
		"1") "," SYSTEM("2") "]}" },
	{ "system alone", "{\"messages\":[]}", &sys, 0,
	    "{\"messages\":[" SYSTEM("\"be \\\"kind\\\"\"") "]}" },
	{ "images join the last user message",
	    "{\"messages\":[" USER("\"1\"") "," USER("\"2\"") ",3]}", &images,
	    0,
	    "{\"messages\":[" USER("\"1\"") "," USER(
		"[" TEXT("2") "," IMAGES "]") ",3]}" },
	{ "images join parts, with other members around",
	    "{\"messages\":[{\"a\" : 1.0,\"content\":[ " TEXT(
		"2") " ],"
		     "\"role\":\"user\"}]}",
	    &images, 0,
	    "{\"messages\":[{\"a\" : 1.0,\"content\":[" TEXT(
		"2") "," IMAGES "],\"role\":\"user\"}]}" },
	{ "images join a message without content",
	    "{\"messages\":[{\"role\":\"user\"}]}", &images, 0,
	    "{\"messages\":[" USER("[" IMAGES "]") "]}" },
	{ "images with nobody to join are a message",
	    "{\"messages\":[" SYSTEM("\"s\"") "]}", &images, 0,
	    "{\"messages\":[" SYSTEM("\"s\"") "," USER("[" IMAGES "]") "]}" },
	{ "history behind the system message",
	    "{\"messages\":[" SYSTEM("\"s\"") "," USER("\"3\"") "]}", &past, 0,
	    "{\"messages\":[" SYSTEM("\"s\"") "," PAST "," USER("\"3\"") "]}" },
	{ "everything", "{\"messages\":[" USER("\"3\"") "]," KEPT "}",
	    &everything, 0,
	    "{\"messages\":[" SYSTEM("\"s\"") "," PAST "," USER("[" TEXT(
		"3") "," IMAGE
		     "]") "]," KEPT
			  ",\"max_tokens\":9,\"top_p\":0.50,\"stream\":true}" },
	/* {prompt, ...} */
	{ "a prompt", "{\"prompt\":\"Hi\\n\",\"model_id\":\"m\"}", &none, 1,
	    "{\"model_id\":\"m\",\"messages\":[" USER(
		"\"Hi\\n\"") "],\"max_tokens\":1000}" },
	{ "a prompt with a limit",
	    "{\"max_tokens\": 5,\"prompt\":\"Hi\",\"system\":\"s\"," KEPT "}",
	    &none, 0,
	    "{\"max_tokens\": 5," KEPT
	    ",\"messages\":[" SYSTEM("\"s\"") "," USER("\"Hi\"") "]}" },
	{ "a limit of null is none", "{\"prompt\":\"Hi\",\"max_tokens\":null}",
	    &none, 1,
	    "{\"max_tokens\":1000,\"messages\":[" USER("\"Hi\"") "]}" },
	{ "a prompt with a limit by option", "{\"prompt\":\"Hi\"}", &params, 0,
	    "{\"messages\":[" USER("\"Hi\"") "],\"max_tokens\":7,"
					     "\"top_p\":0.50}" },
	{ "the option's system counts", "{\"prompt\":\"Hi\",\"system\":\"s\"}",
	    &sys, 1,
	    "{\"messages\":[" SYSTEM("\"be \\\"kind\\\"\"") "," USER(
		"\"Hi\"") "],\"max_tokens\":1000}" },
	{ "a prompt and a system of null",
	    "{\"prompt\":\"Hi\",\"system\":null}", &none, 1,
	    "{\"messages\":[" USER("\"Hi\"") "],\"max_tokens\":1000}" },
	{ "a prompt, streamed", "{\"prompt\":\"Hi\"}", &streamed, 1,
	    "{\"messages\":[" USER("\"Hi\"") "],\"max_tokens\":1000,"
					     "\"stream\":true}" },
	{ "messages count before a prompt",
	    "{\"prompt\":\"Hi\",\"messages\":[]}", &none, 0,
	    "{\"prompt\":\"Hi\",\"messages\":[]}" },
	/* what is none */
	{ "nothing", "", &none, 0, NULL },
	{ "an array", "[]", &none, 0, NULL },
	{ "neither messages nor prompt", "{}", &none, 0, NULL },
	{ "messages not an array", "{\"messages\":{}}", &none, 0, NULL },
	{ "a prompt not a string", "{\"prompt\":1}", &none, 0, NULL },
	{ "cut", "{\"messages\":[", &none, 0, NULL },
	{ "two", "{\"messages\":[]}{}", &none, 0, NULL },
};

static void
edited(void)
{
	struct fault f;
	struct buf out;
	size_t i, n;
	char *in;
	int limited, r;

	buf_init(&out, MAX);
	for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		in = exact(edits[i].in, &n);
		buf_cut(&out, 0);
		limited = -1;
		r = request_edit(&out, in, n, edits[i].o, &limited, &f);
		free(in);
		if (edits[i].out == NULL)
			ok(r == -1 && f.status == EX_DATAERR && out.len == 0,
			    "%s: %s", edits[i].name, r == -1 ? f.text : "");
		else
			is(r == 0 && limited == edits[i].limited ? 0 : -1, &out,
			    edits[i].out, edits[i].name);
	}
	buf_free(&out);
}

/* Names, routing, smart_route, stream, think_off: as one string. */
static const struct {
	const char *name, *in, *want; /* want NULL: refused */
} reads[] = {
	{ "nothing said", "{}", "|-|-1|0|0" },
	{ "a model", "{\"model\":\"a/b\"}", "a/b |-|-1|0|0" },
	{ "models before model", "{\"model\":\"c\",\"models\":[\"a\",\"b\"]}",
	    "a b |-|-1|0|0" },
	{ "no models, so model", "{\"model\":\"c\",\"models\":[]}",
	    "c |-|-1|0|0" },
	{ "null is nothing",
	    "{\"models\":null,\"model\":null,\"model_id\":\"d\","
	    "\"stream\":null,\"smart_route\":null,\"routing\":null}",
	    "d |-|-1|0|0" },
	{ "the last of equal members counts",
	    "{\"model\":\"a\",\"model\":\"b\",\"stream\":true,"
	    "\"stream\":false}",
	    "b |-|-1|0|0" },
	{ "escapes", "{\"m\\u006fdel\":\"\\u4f60\\/b\"}",
	    "\xe4\xbd\xa0/b |-|-1|0|0" },
	{ "all the rest",
	    "{\"stream\":true,\"smart_route\":false,\"routing\":{ \"score\":3},"
	    "\"enable_thinking\":false}",
	    "|{ \"score\":3}|0|1|1" },
	{ "thinking on", "{\"enable_thinking\":true,\"smart_route\":true}",
	    "|-|1|0|0" },
	{ "thinking is upstream's to judge", "{\"enable_thinking\":\"no\"}",
	    "|-|-1|0|0" },
	{ "routing of another kind", "{\"routing\":7}", "|-|-1|0|0" },
	{ "not JSON", "{", NULL },
	{ "not an object", "[]", NULL },
	{ "an empty model", "{\"model\":\"\"}", NULL },
	{ "a model of another type", "{\"model\":1}", NULL },
	{ "a model with a NUL", "{\"model\":\"a\\u0000b\"}", NULL },
	{ "a model that would split a header", "{\"model\":\"a/b\\r\\nx: y\"}",
	    NULL },
	{ "a model with DEL", "{\"models\":[\"a\\u007f\"]}", NULL },
	{ "models not an array", "{\"models\":\"a\"}", NULL },
	{ "models of other things", "{\"models\":[\"a\",{}]}", NULL },
	{ "stream of another type", "{\"stream\":\"yes\"}", NULL },
	{ "smart_route of another type", "{\"smart_route\":0}", NULL },
};

static void
read_all(void)
{
	struct fault f = { .text = "" };
	struct request q;
	struct buf got;
	size_t i, k, n;
	char *in;
	int r;

	buf_init(&got, MAX);
	for (i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		in = exact(reads[i].in, &n);
		r = request_read(&q, in, n, &f);
		free(in);
		if (reads[i].want == NULL) {
			ok(r == -1 && f.status == EX_DATAERR &&
				q.names == NULL && q.nnames == 0,
			    "%s: %s", reads[i].name, r == -1 ? f.text : "");
			continue;
		}
		buf_cut(&got, 0);
		for (k = 0; k < q.nnames; k++)
			buf_addf(&got, "%s ", q.names[k]);
		buf_addf(&got, "|%s|%d|%d|%d",
		    q.routing == NULL ? "-" : q.routing, q.smart_route,
		    q.stream, q.think_off);
		is(r, &got, reads[i].want, reads[i].name);
		request_free(&q);
	}
	buf_cut(&got, 0);
	buf_adds(&got, "{\"models\":[\"0\"");
	for (i = 0; i < 64; i++)
		buf_adds(&got, ",\"a\"");
	buf_adds(&got, "]}");
	ok(request_read(&q, got.d, got.len, &f) == -1, "too many models");
	buf_free(&got);
}

static const struct {
	const char *name, *in, *model;
	int repairs;
	const char *out;
} sends[] = {
	{ "the model's place is kept",
	    " { \"a\":1.0, \"model\" : \"auto\"," KEPT "}\n", "a/B\"", 0,
	    " { \"a\":1.0, \"model\" : \"a/B\\\"\"," KEPT "}\n" },
	{ "every place", "{\"model\":1,\"m\\u006fdel\":2}", "m", 0,
	    "{" MODEL ",\"m\\u006fdel\":\"m\"}" },
	{ "no model yet", "{" KEPT "}", "m", 0, "{" KEPT "," MODEL "}" },
	{ "our own members go",
	    "{\"models\":[],\"messages\":[],\"routing\":{},\"smart_route\":0,"
	    "\"model_id\":\"x\"}",
	    "m", 0, "{\"messages\":[]," MODEL "}" },
	{ "nothing but our own", "{\"routing\":1}", "m", 0, "{" MODEL "}" },
	{ "stream", "{" MODEL "}", "m", REPAIR_STREAM,
	    "{" MODEL ",\"stream\":true}" },
	{ "stream was false", "{\"stream\":false," MODEL "}", "m",
	    REPAIR_STREAM, "{\"stream\":true," MODEL "}" },
	{ "thinking off", "{" MODEL "}", "m", REPAIR_THINK_OFF,
	    "{" MODEL ",\"enable_thinking\":false}" },
	{ "thinking on", "{\"enable_thinking\":false," MODEL "}", "m",
	    REPAIR_THINK_ON, "{" MODEL "}" },
	{ "no limit, and a stream", "{" MODEL ",\"max_tokens\":1}", "m",
	    REPAIR_NO_LIMIT | REPAIR_STREAM, "{" MODEL ",\"stream\":true}" },
};

static void
sent(void)
{
	struct buf out;
	size_t i, n;
	char *in, *long_name;
	int r;

	buf_init(&out, MAX);
	for (i = 0; i < sizeof(sends) / sizeof(sends[0]); i++) {
		in = exact(sends[i].in, &n);
		buf_cut(&out, 0);
		r = request_send(&out, in, n, sends[i].model, sends[i].repairs);
		is(r, &out, sends[i].out, sends[i].name);
		free(in);
	}
	buf_cut(&out, 0);
	ok(request_send(&out, "[]", 2, "m", 0) == -1 && errno == EINVAL,
	    "only objects are sent");
	if ((long_name = calloc(1, 10001)) == NULL)
		abort();
	memset(long_name, 'a', 10000);
	ok(request_send(&out, "{}", 2, long_name, 0) == -1 && errno == EFBIG &&
		out.len == 0,
	    "a model's name has a bound");
	free(long_name);
	buf_free(&out);
}

static const struct {
	const char *name, *in, *out; /* out NULL: refused */
} messages[] = {
	{ "of a request", "{\"model\":1,\"messages\":[ {\"a\":1} , {}]}",
	    "{\"a\":1},\n{}" },
	{ "of an array", " [{\"a\" : 1.0}] ", "{\"a\" : 1.0}" },
	{ "none", "{\"messages\":[]}", "" },
	{ "nothing", "", NULL },
	{ "no messages", "{}", NULL },
	{ "messages not an array", "{\"messages\":1}", NULL },
	{ "messages that are none", "[{},1]", NULL },
	{ "a string", "\"a\"", NULL },
};

static void
extracted(void)
{
	struct buf out;
	size_t i, n;
	char *in;
	int r;

	buf_init(&out, MAX);
	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		in = exact(messages[i].in, &n);
		buf_cut(&out, 0);
		r = request_messages(&out, in, n, 0);
		if (messages[i].out == NULL)
			ok(r == -1 && errno == EINVAL, "messages: %s",
			    messages[i].name);
		else
			is(r, &out, messages[i].out, messages[i].name);
		free(in);
	}
	in = exact("[{\"role\":\"system\"},{\"role\":\"user\"},"
		   "{\"role\":\"developer\"},{}]",
	    &n);
	buf_cut(&out, 0);
	r = request_messages(&out, in, n, 1);
	is(r, &out, "{\"role\":\"user\"},\n{}", "what was said");
	free(in);
	buf_free(&out);
}

int
main(void)
{
	built();
	edited();
	read_all();
	sent();
	extracted();
	return done();
}
