/* Tables of members: what is filled in, and how places are named. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "json.h"
#include "member.h"
#include "tap.h"

struct thing {
	char *word;
	int truth, number, more, time, offset, api;
	struct {
		int number;
	} inner;
};

#define AT(m) offsetof(struct thing, m)

static const struct member inner_members[] = {
	{ "number", MEMBER_INTEGER, AT(inner.number), -5, 5, NULL },
	{ NULL, MEMBER_LATER, 0, 0, 0, NULL },
};

static const struct member members[] = {
	{ "word", MEMBER_STRING, AT(word), 0, 0, NULL },
	{ "truth", MEMBER_TRUTH, AT(truth), 0, 0, NULL },
	{ "number", MEMBER_INTEGER, AT(number), 1, 4, NULL },
	{ "more", MEMBER_INTEGER, AT(more), 0, INT_MAX, NULL },
	{ "time", MEMBER_SECONDS, AT(time), 0, 0, NULL },
	{ "offset", MEMBER_OFFSET, AT(offset), 0, 0, NULL },
	{ "api", MEMBER_API, AT(api), 0, 0, NULL },
	{ "inner", MEMBER_OBJECT, 0, 0, 0, inner_members },
	{ "later", MEMBER_LATER, 0, 0, 0, NULL },
	{ NULL, MEMBER_LATER, 0, 0, 0, NULL },
};

static const struct {
	const char *text, *want;
} bad[] = {
	{ "{\"word\":[]}", "f: top.word: want a string, got an array" },
	{ "{\"word\":\"\\u0001\"}", "f: top.word: has control characters" },
	{ "{\"truth\":1}", "f: top.truth: want true or false, got a number" },
	{ "{\"number\":5}", "f: top.number: want 1 to 4, got 5" },
	{ "{\"number\":-1e99}", "f: top.number: want 1 to 4, got -1e+99" },
	{ "{\"more\":2147483648}",
	    "f: top.more: want 0 or more, got "
	    "2.14748e+09" },
	{ "{\"time\":0}", "f: top.time: want 0.001 to 86400 seconds, got 0" },
	{ "{\"offset\":\"8:00\"}",
	    "f: top.offset: want an offset like \"+08:00\"" },
	{ "{\"offset\":\"+0a:00\"}",
	    "f: top.offset: want an offset like \"+08:00\"" },
	{ "{\"offset\":\"+08:60\"}",
	    "f: top.offset: want -14:59 to +14:59, got +08:60" },
	{ "{\"api\":null}", "f: top.api: want \"ollama\" or \"openai\"" },
	{ "{\"inner\":7}", "f: top.inner: want an object, got a number" },
	{ "{\"inner\":{\"number\":6}}",
	    "f: top.inner.number: want -5 to 5, got 6" },
};

static int
fill(const char *text, struct thing *t, struct fault *f, struct buf *warn)
{
	struct member_in in = { .path = "f", .f = f, .warn = warn };
	jv o = json_parse(text, strlen(text));
	int rc;

	member_place(&in, "%s", "top");
	rc = member_fill(&in, o, members, t);
	jv_free(o);
	return rc;
}

static void
test_good(void)
{
	static const char text[] =
	    "{\"word\":\"w\",\"truth\":true,"
	    "\"number\":4.0,\"more\":2147483647,\"time\":0.0015,"
	    "\"offset\":\"-14:59\",\"api\":\"openai\",\"later\":{},"
	    "\"inner\":{\"number\":-5,\"x\":0},\"y\":1}";
	struct thing t = { .word = NULL };
	struct fault f;
	struct buf warn;

	buf_init(&warn, 1000);
	ok(fill(text, &t, &f, &warn) == 0, "every kind");
	ok(t.word != NULL && strcmp(t.word, "w") == 0 && t.truth == 1 &&
		t.number == 4 && t.more == INT_MAX && t.time == 2 &&
		t.offset == -(14 * 60 + 59) * 60 && t.api == 1 &&
		t.inner.number == -5,
	    "is filled in");
	ok(strcmp(warn.d,
	       "f: top.inner.x: unknown, ignored\n"
	       "f: top.y: unknown, ignored\n") == 0,
	    "unknown: %zu", warn.len);
	free(t.word);
	buf_free(&warn);
}

static int
count(void *arg, jv v)
{
	*(int *)arg += jv_array_length(jv_copy(v));
	return 0;
}

static void
test_section(void)
{
	struct fault f = { 0 };
	struct member_in in = { .path = "f", .f = &f };
	jv o = json_parse("{\"a\":[1,2],\"b\":{}}", 18);
	int n = 0;

	ok(member_section(&in, o, "a", JV_KIND_ARRAY, count, &n) == 0 && n == 2,
	    "a section that is there");
	ok(member_section(&in, o, "c", JV_KIND_ARRAY, count, &n) == 0 && n == 2,
	    "one that is not");
	ok(member_section(&in, o, "b", JV_KIND_ARRAY, count, &n) == -1 &&
		strcmp(f.text, "f: b: want an array, got an object") == 0,
	    "one of another kind: %s", f.text);
	jv_free(o);
}

int
main(void)
{
	struct thing t = { .word = NULL };
	struct fault f;
	char *text;
	size_t i;

	test_good();
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		f.text[0] = '\0';
		ok(fill(bad[i].text, &t, &f, NULL) == -1 &&
			f.status == EX_CONFIG &&
			strcmp(f.text, bad[i].want) == 0,
		    "bad: %s", f.text);
	}
	if (asprintf(&text, "{\"word\":\"%0*d\"}", MEMBER_STRING_MAX + 1, 0) ==
	    -1)
		return 1;
	ok(fill(text, &t, &f, NULL) == -1 &&
		strcmp(f.text, "f: top.word: want at most 512 bytes") == 0,
	    "a long string");
	free(text);
	test_section();
	free(t.word);
	return done();
}
