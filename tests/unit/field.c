/* Structures as JSON objects, of each kind of member. */
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "buf.h"
#include "field.h"
#include "json.h"
#include "splice.h"
#include "tap.h"

struct inner {
	int64_t a, b;
};

struct outer {
	const char *str;
	int num, truth, word;
	int64_t wide, time;
	double real;
	struct inner in;
	struct splice raw;
};

static const char *
word(int v)
{
	return v == 1 ? "one" : NULL;
}

static int
named(const char *s, size_t n)
{
	return n == 3 && memcmp(s, "one", n) == 0 ? 1 : -1;
}

static const struct field_words words = { word, named };

static const struct field inner[] = {
	FIELD(inner, a, "a", .kind = FIELD_I64, .none = -1),
	FIELD(inner, b, "b", .kind = FIELD_I64, .none = -1),
	FIELD_END,
};

static const struct field_sub sub = { inner };

static const struct field outer[] = {
	FIELD(outer, str, "str", .kind = FIELD_STR, .max = 5),
	FIELD(outer, num, "num", .kind = FIELD_INT),
	FIELD(outer, truth, "truth", .kind = FIELD_TRUTH, .none = -1),
	FIELD(outer, word, "word", .kind = FIELD_WORD, .words = &words),
	FIELD(outer, wide, "wide", .kind = FIELD_I64, .none = -1),
	FIELD(outer, time, "time", .kind = FIELD_TIME),
	FIELD(outer, real, "real", .kind = FIELD_NUM),
	FIELD(outer, in, "in", .kind = FIELD_OBJECT, .sub = &sub),
	FIELD(outer, raw, "raw", .kind = FIELD_RAW),
	FIELD_END,
};

static const struct outer blank = {
	.truth = -1,
	.wide = -1,
	.real = NAN,
	.in = { -1, -1 },
};

static void
test_write(void)
{
	struct outer o = blank;
	struct buf b;
	struct json j;
	int i;

	buf_init(&b, 1000);
	for (i = 0; i < 2; i++) {
		buf_cut(&b, 0);
		json_begin(&j, &b);
		json_object(&j, NULL);
		field_write(outer, &o, 0, &j);
		json_end(&j);
		ok(json_finish(&j) == 0, "written");
		if (i == 0) {
			ok(strcmp(b.d, "{}") == 0, "nothing known");
			o = (struct outer){ .str = "12345\xe4\xbd\xa0",
				.num = 7,
				.truth = 1,
				.word = 1,
				.wide = 0,
				.time = 5,
				.real = 0.5,
				.in = { -1, 3 } };
		}
	}
	ok(strcmp(b.d,
	       "{\"str\":\"12345\",\"num\":7,\"truth\":true,"
	       "\"word\":\"one\",\"wide\":0,"
	       "\"time\":\"1970-01-01T00:00:00.005+00:00\",\"real\":0.5,"
	       "\"in\":{\"b\":3}}") == 0,
	    "all known");
	buf_free(&b);
}

static int
get(const char *text, struct outer *o, struct buf *scratch)
{
	struct splice v = { text, strlen(text) };

	*o = blank;
	buf_cut(scratch, 0);
	return field_read(outer, o, v, scratch);
}

static void
test_read(void)
{
	static const char *const wrong[] = {
		"",
		"[]",
		"{",
		"{\"num\":1",
		"{\"num\":1}}",
		"{\"num\":-1}",
		"{\"num\":2147483648}",
		"{\"num\":1.5}",
		"{\"num\":\"1\"}",
		"{\"str\":1}",
		"{\"truth\":1}",
		"{\"word\":1}",
		"{\"wide\":9223372036854775808}",
		"{\"time\":\"now\"}",
		"{\"time\":5}",
		"{\"real\":\"x\"}",
		"{\"in\":[]}",
		"{\"in\":{\"a\":-1}}",
	};
	struct buf scratch;
	struct outer o;
	size_t i;

	buf_init(&scratch, 1000);
	ok(get(" ", &o, &scratch) == -1, "white space");
	ok(get("{ }", &o, &scratch) == 0 && o.str == NULL && o.wide == -1,
	    "nothing there");
	ok(get("{\"raw\": [1] ,\"in\":{\"b\":3,\"x\":0},\"real\":1e3,"
	       "\"time\":\"1970-01-01T00:00:00.005Z\",\"wide\":7,"
	       "\"word\":\"one\",\"truth\":false,\"num\":9,\"str\":\"a\\nb\"}",
	       &o, &scratch) == 0,
	    "all there, backwards");
	ok(strcmp(o.str, "a\nb") == 0 && o.num == 9 && o.truth == 0 &&
		o.word == 1 && o.wide == 7 && o.time == 5 && o.real == 1000 &&
		o.in.a == -1 && o.in.b == 3 && o.raw.n == 3,
	    "their values");
	ok(get("{\"num\":1,\"x\":{\"num\":5},\"num\":2,\"n\\u0075m\":3}", &o,
	       &scratch) == 0 &&
		o.num == 3,
	    "the last of a name");
	ok(get("{\"num\":null,\"str\":null,\"in\":null,\"time\":null}", &o,
	       &scratch) == 0 &&
		o.num == 0 && o.str == NULL,
	    "null");
	ok(get("{\"word\":\"two\"}", &o, &scratch) == 0 && o.word == -1,
	    "another word");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ok(get(wrong[i], &o, &scratch) == -1, "wrong: %s", wrong[i]);
	buf_free(&scratch);
	buf_init(&scratch, 5);
	ok(get("{\"str\":\"x\"}", &o, &scratch) == -1, "scratch too small");
	buf_free(&scratch);
}

int
main(void)
{
	test_write();
	test_read();
	return done();
}
