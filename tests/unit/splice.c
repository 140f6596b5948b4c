/* JSON in place: what is valid (RFC 8259), the walk, strings, edits. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "splice.h"
#include "tap.h"

/* s in memory of exactly its size, so that ASan sees one byte too far. */
static char *
exact(const char *s, size_t n)
{
	char *p = malloc(n + (n == 0));

	if (p != NULL)
		memcpy(p, s, n);
	return p;
}

static struct splice
value(const char *s)
{
	struct splice v = { s, strlen(s) };

	return v;
}

static const char *const valid[] = {
	"0",
	"-0",
	"1",
	"-1",
	"10",
	"123456789012345678901234567890",
	"0.0",
	"-0.5",
	"1.0",
	"1e0",
	"1E1",
	"1e+5",
	"1e-5",
	"0e0",
	"0E+00",
	"1.25e-007",
	"1e400",
	"-1e999999",
	"1.7976931348623157e308",
	"true",
	"false",
	"null",
	"\"\"",
	"\"a\"",
	"\"\177\"",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
	"\"\\u0000\"",
	"\"\\uAbCd\"",
	"\"\\ud83d\\ude00\"",
	"\"\\ud800\"",
	"\"\\udc00\"",
	"\"\\ud800\\ud800\"",
	"\"\\ude00\\ud83d\"",
	"\"\u00e9\u4f60\U0001f600\"",
	"\"\xff\xc0\x80\"",
	"\"\u2028\u2029\"",
	"\"/\"",
	"\"'\"",
	"[]",
	"{}",
	"[ ]",
	"{ }",
	"[1]",
	"[1,2]",
	"[[],{}]",
	"[[[[]]]]",
	"[null,true,false,\"\",0]",
	"{\"\":0}",
	"{\"a\":1,\"a\":2}",
	"{\"a\":{\"b\":[{\"c\":[]}]}}",
	"{\"a\" : [ 1 , 2 ] , \"b\" : { } }",
	"\n{\r\"a\"\t:\n1\r}\t",
	" 1 ",
	"{\"\\u0061\":1}",
};

/* A text, and the offset of its first wrong byte. */
static const struct {
	const char *text;
	size_t off;
} invalid[] = {
	{ "", 0 },
	{ " ", 1 },
	{ "\n\t\r ", 4 },
	{ "-", 1 },
	{ "+1", 0 },
	{ "01", 1 },
	{ "-01", 2 },
	{ "00", 1 },
	{ "1.", 2 },
	{ ".5", 0 },
	{ "-.5", 1 },
	{ "1.e1", 2 },
	{ "1e", 2 },
	{ "1e+", 3 },
	{ "1e+x", 3 },
	{ "1ee1", 2 },
	{ "1.2.3", 3 },
	{ "0x10", 1 },
	{ "1_000", 1 },
	{ "--1", 1 },
	{ "- 1", 1 },
	{ "1a", 1 },
	{ "NaN", 0 },
	{ "nan", 1 },
	{ "Infinity", 0 },
	{ "-Infinity", 1 },
	{ "tru", 3 },
	{ "truE", 3 },
	{ "True", 0 },
	{ "truee", 4 },
	{ "fals", 4 },
	{ "nul", 3 },
	{ "nulll", 4 },
	{ "undefined", 0 },
	{ "\"", 1 },
	{ "\"a", 2 },
	{ "\"\\", 2 },
	{ "\"\\\"", 3 },
	{ "\"\\x41\"", 2 },
	{ "\"\\U0041\"", 2 },
	{ "\"\\'\"", 2 },
	{ "\"\\u\"", 3 },
	{ "\"\\u12\"", 5 },
	{ "\"\\u123", 6 },
	{ "\"\\u12g4\"", 5 },
	{ "\"\\u 123\"", 3 },
	{ "\"\\u+123\"", 3 },
	{ "\"a\nb\"", 2 },
	{ "\"a\tb\"", 2 },
	{ "\"\037\"", 1 },
	{ "'a'", 0 },
	{ "\"a\" \"b\"", 4 },
	{ "[", 1 },
	{ "[1", 2 },
	{ "[1,", 3 },
	{ "[1,]", 3 },
	{ "[,1]", 1 },
	{ "[1,,2]", 3 },
	{ "[1 2]", 3 },
	{ "[1}", 2 },
	{ "]", 0 },
	{ "[1]]", 3 },
	{ "[:]", 1 },
	{ "[\"a\":1]", 4 },
	{ "{", 1 },
	{ "{\"a\"", 4 },
	{ "{\"a\":", 5 },
	{ "{\"a\":1", 6 },
	{ "{\"a\":1,", 7 },
	{ "{\"a\":1,}", 7 },
	{ "{,}", 1 },
	{ "{\"a\"}", 4 },
	{ "{\"a\" 1}", 5 },
	{ "{\"a\"::1}", 5 },
	{ "{a:1}", 1 },
	{ "{'a':1}", 1 },
	{ "{1:1}", 1 },
	{ "{null:1}", 1 },
	{ "{\"a\":1 \"b\":2}", 7 },
	{ "{\"a\":1;\"b\":2}", 6 },
	{ "{\"a\":1]", 6 },
	{ "}", 0 },
	{ "{}}", 2 },
	{ "{[]:1}", 1 },
	{ "[1}]", 2 },
	{ "{\"a\":[}", 6 },
	{ "// x\n1", 0 },
	{ "1 // x", 2 },
	{ "/**/1", 0 },
	{ "# x\n1", 0 },
	{ "1 2", 2 },
	{ "{} {}", 3 },
	{ "1,", 1 },
	{ "\xef\xbb\xbf{}", 0 },
	{ "\v1", 0 },
	{ "\f1", 0 },
	{ "\xc2\xa0"
	  "1",
	    0 },
	{ "\xe9", 0 },
	{ "[1,\xff]", 3 },
};

static void
grammar(void)
{
	struct splice v;
	size_t i, n, off;
	char *s;

	for (i = 0; i < sizeof(valid) / sizeof(valid[0]); i++) {
		n = strlen(valid[i]);
		s = exact(valid[i], n);
		off = strspn(valid[i], " \t\r\n");
		ok(splice_text(s, n, &v, NULL) == 0 && v.s == s + off &&
			v.n > 0 && strspn(v.s + v.n - 1, " \t\r\n") == 0,
		    "valid %zu", i);
		free(s);
	}
	for (i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		n = strlen(invalid[i].text);
		s = exact(invalid[i].text, n);
		off = SIZE_MAX;
		if (!ok(splice_text(s, n, &v, &off) == -1 &&
			    off == invalid[i].off,
			"invalid %zu, wrong at %zu", i, invalid[i].off))
			printf("# %s: at %zu\n", invalid[i].text, off);
		free(s);
	}
	ok(splice_text("1\0", 2, &v, &off) == -1 && off == 1 &&
		splice_text("\"\0\"", 3, &v, &off) == -1 && off == 1 &&
		splice_text("\"\\\0\"", 4, &v, &off) == -1 && off == 2,
	    "a NUL is a byte like others, and wrong");
	ok(splice_text("{\"a\":1}x", 7, &v, NULL) == 0, "n ends it");
}

static const char sample[] =
    " {\"a\\u00e9\\ud83d\\ude00\" : [-1.5e+10, true,"
    " false,null , {\"\":{}}, [] ],\r\n\t\"b\":\"\\\"x\u4f60\"} ";

/* Every beginning of a text is invalid at its very end. */
static void
truncated(void)
{
	size_t n, off, len = strlen(sample) - 1;
	struct splice v, w;
	int bad = 0;
	char *s;

	for (n = 0; n < len; n++) {
		s = exact(sample, n);
		bad += splice_text(s, n, &v, &off) != -1 || off != n;
		bad += splice_first(s, n, &w) != 0;
		free(s);
	}
	ok(bad == 0, "cut at each of %zu bytes", len);
	ok(splice_text(sample, len, &v, NULL) == 0 &&
		splice_first(sample, len, &w) == len,
	    "whole");
}

/* n brackets of a kind, and back. */
static char *
deep(int n, const char *open, char close)
{
	struct buf b;
	int i;

	buf_init(&b, 1 << 20);
	for (i = 0; i < n; i++)
		buf_adds(&b, open);
	if (close == '}')
		buf_addc(&b, '1');
	for (i = 0; i < n; i++)
		buf_addc(&b, close);
	return buf_detach(&b);
}

static void
depth(void)
{
	static const struct {
		const char *open;
		char close;
	} kinds[] = { { "[", ']' }, { "{\"a\":", '}' } };
	struct splice_walk w;
	struct splice v;
	size_t i, off;
	char *s;

	for (i = 0; i < 2; i++) {
		s = deep(SPLICE_DEPTH, kinds[i].open, kinds[i].close);
		ok(splice_text(s, strlen(s), &v, NULL) == 0, "depth 1000 %s",
		    kinds[i].open);
		splice_begin(&w, v);
		ok(splice_next(&w) == 1 && splice_next(&w) == 0, "and walks");
		free(s);
		s = deep(SPLICE_DEPTH + 1, kinds[i].open, kinds[i].close);
		ok(splice_text(s, strlen(s), &v, &off) == -1 &&
			off == SPLICE_DEPTH * strlen(kinds[i].open),
		    "not 1001");
		ok(splice_deep(s, strlen(s), off), "which is what is wrong");
		s[off] = 'x';
		ok(!splice_deep(s, strlen(s), off) && !splice_deep(s, off, off),
		    "and not in 1000");
		s[off] = *kinds[i].open;
		v = value(s);
		splice_begin(&w, v);
		ok(splice_next(&w) == -1, "nor in a walk");
		free(s);
	}
	s = deep(1000000, "[", ']');
	ok(splice_text(s, strlen(s), &v, NULL) == -1, "nor a million");
	free(s);
}

static const struct {
	const char *text;
	long used; /* 0: more, -1: never */
	const char *value;
} firsts[] = {
	{ "1", 1, "1" },
	{ " 12 34", 3, "12" },
	{ "true\n", 4, "true" },
	{ "{\"a\":1}\n{\"b\":2}\n", 7, "{\"a\":1}" },
	{ "[][]", 2, "[]" },
	{ "\"a\"\"b\"", 3, "\"a\"" },
	{ "", 0, NULL },
	{ "\n ", 0, NULL },
	{ "-", 0, NULL },
	{ "1.", 0, NULL },
	{ "1e", 0, NULL },
	{ "nul", 0, NULL },
	{ "\"a", 0, NULL },
	{ "\"\\u00", 0, NULL },
	{ "{\"a\"", 0, NULL },
	{ "[1, ", 0, NULL },
	{ "x", -1, NULL },
	{ "[1,]", -1, NULL },
	{ "{x", -1, NULL },
	{ "nux", -1, NULL },
	{ "\"\\x", -1, NULL },
	{ "\"\n", -1, NULL },
	{ "]", -1, NULL },
	{ "\xef\xbb\xbf"
	  "1",
	    -1, NULL },
};

static void
measuring(void)
{
	struct splice v;
	size_t i, n, used;
	char *s;

	for (i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		n = strlen(firsts[i].text);
		s = exact(firsts[i].text, n);
		used = splice_first(s, n, &v);
		ok(used == (size_t)firsts[i].used &&
			(firsts[i].value == NULL ||
			    (v.n == strlen(firsts[i].value) &&
				memcmp(v.s, firsts[i].value, v.n) == 0)),
		    "first value %zu: %ld", i, firsts[i].used);
		free(s);
	}
}

/* What a walk over text sees: "name=value;..." and how it ends. */
static const struct {
	const char *text, *seen;
	int rc;
} walks[] = {
	{ "{}", "", 0 },
	{ "[]", "", 0 },
	{ "{ \n}", "", 0 },
	{ "[1 , [2,3],{\"a\":4}]", "=1;=[2,3];={\"a\":4};", 0 },
	{ "{\"a\" : 1,\"b\":\"x\"\n}", "\"a\"=1;\"b\"=\"x\";", 0 },
	{ "{\"a\":1,\"a\":2}", "\"a\"=1;\"a\"=2;", 0 },
	{ "{\"a\":1}\n", "\"a\"=1;", 0 },
	{ "", "", -1 },
	{ "1", "", -1 },
	{ "\"a\"", "", -1 },
	{ " {}", "", -1 },
	{ "{", "", -1 },
	{ "[", "", -1 },
	{ "[1", "=1;", -1 },
	{ "[1,", "=1;", -1 },
	{ "[1,]", "=1;", -1 },
	{ "[,", "", -1 },
	{ "[1 2]", "=1;", -1 },
	{ "[1}", "=1;", -1 },
	{ "{]", "", -1 },
	{ "{\"a\":1,}", "\"a\"=1;", -1 },
	{ "{\"a\"}", "", -1 },
	{ "{\"a\":}", "", -1 },
	{ "{\"a\":1,\"b\":x}", "\"a\"=1;", -1 },
	{ "{\"a\":1}{", "\"a\"=1;", -1 },
	{ "[]]", "", -1 },
};

static void
walking(void)
{
	struct splice_walk w;
	struct splice v;
	struct buf b;
	size_t i;
	int rc;

	buf_init(&b, 1000);
	for (i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		buf_cut(&b, 0);
		v.n = strlen(walks[i].text);
		v.s = exact(walks[i].text, v.n);
		for (splice_begin(&w, v); (rc = splice_next(&w)) == 1;)
			buf_addf(&b, "%.*s=%.*s;", (int)w.name.n, w.name.s,
			    (int)w.value.n, w.value.s);
		ok(rc == walks[i].rc && strcmp(b.d, walks[i].seen) == 0 &&
			splice_next(&w) == rc,
		    "walk %zu", i);
		free((void *)(uintptr_t)v.s);
	}
	buf_free(&b);
}

static const struct {
	const char *name, *want;
	int is;
} names[] = {
	{ "\"model\"", "model", 1 },
	{ "\"\"", "", 1 },
	{ "\"\"", "a", 0 },
	{ "\"model\"", "mode", 0 },
	{ "\"mode\"", "model", 0 },
	{ "\"Model\"", "model", 0 },
	{ "\"mod\\u0065l\"", "model", 1 },
	{ "\"\\u006D\\u006f\\u0064\\u0065\\u006C\"", "model", 1 },
	{ "\"mod\\u0065\"", "model", 0 },
	{ "\"mod\\u0065ls\"", "model", 0 },
	{ "\"a\\/b\"", "a/b", 1 },
	{ "\"a\\n\"", "a\n", 1 },
	{ "\"\\\"\"", "\"", 1 },
	{ "\"\\\\\"", "\\", 1 },
	{ "\"\\b\\f\\r\\t\"", "\b\f\r\t", 1 },
	{ "\"a\\u0000\"", "a", 0 },
	{ "\"\\u0000\"", "", 0 },
	{ "\"\u00e9\"", "\u00e9", 1 },
	{ "\"\\u00e9\"", "\u00e9", 1 },
	{ "\"\\u00e9\"", "\xc3", 0 },
	{ "\"\\ud83d\\ude00\"", "\U0001f600", 1 },
	{ "\"\\ud83d\"", "\xef\xbf\xbd", 1 },
};

static void
naming(void)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ok(splice_is(value(names[i].name), names[i].want) ==
			    names[i].is &&
			splice_eq(value(names[i].name), names[i].want) ==
			    names[i].is,
		    "name %zu: %s", i, names[i].is ? "is" : "is not");
	ok(!splice_eq(value("12"), "") && !splice_eq(value("true"), "ru"),
	    "only a string can be equal to one");
}

static const struct {
	const char *text, *name, *value;
	int rc;
} finds[] = {
	{ "{\"a\":1,\"b\":2}", "b", "2", 1 },
	{ "{\"a\":1}", "b", NULL, 0 },
	{ "{\"a\":1,\"a\":{ }}", "a", "{ }", 1 },
	{ "{}", "a", NULL, 0 },
	{ "{\"x\":{\"a\":1}}", "a", NULL, 0 },
	{ "[1]", "a", NULL, -1 },
	{ "{\"a\":1,", "a", NULL, -1 },
	{ "1", "a", NULL, -1 },
	{ "", "a", NULL, -1 },
	{ "{\"\\u0061\":[1]}", "a", "[1]", 1 },
};

static void
finding(void)
{
	struct splice v;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(finds) / sizeof(finds[0]); i++) {
		rc = splice_find(value(finds[i].text), finds[i].name, &v);
		ok(rc == finds[i].rc &&
			(rc != 1 ||
			    (v.n == strlen(finds[i].value) &&
				memcmp(v.s, finds[i].value, v.n) == 0)),
		    "find %zu", i);
	}
	v = value("{\"a\":{\"b\":{\"c\":7}}}");
	ok(splice_path(v, &v, "a", "b", "c", NULL) == 1 && v.n == 1 &&
		*v.s == '7',
	    "a path");
	v = value("{\"a\":{\"b\":1}}");
	ok(splice_path(v, &v, "x", "b", NULL) == 0 &&
		splice_path(v, &v, "a", "x", NULL) == 0,
	    "a path to nowhere");
	ok(splice_path(v, &v, "a", "b", "c", NULL) == -1,
	    "a path through a number");
	ok(splice_path(v, &v, NULL) == 1 && v.n == 13, "the empty path");
}

static const struct {
	const char *text, *out;
	size_t n;
} strings[] = {
	{ "\"\"", "", 0 },
	{ "\"abc\"", "abc", 3 },
	{ "\"a\\nb\\\\\\\"\\/\"", "a\nb\\\"/", 6 },
	{ "\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t", 5 },
	{ "\"x\\u0000y\"", "x\0y", 3 },
	{ "\"\\u0041\\u00E9\"", "A\u00e9", 3 },
	{ "\"\\u07ff\\u0800\\uffff\"", "\u07ff\u0800\uffff", 8 },
	{ "\"\\ud83d\\ude00!\"", "\U0001f600!", 5 },
	{ "\"\\udbff\\udfff\"", "\U0010ffff", 4 },
	{ "\"\\ud83d\"", "\xef\xbf\xbd", 3 },
	{ "\"\\ude00x\"", "\xef\xbf\xbdx", 4 },
	{ "\"\\ud83d\\u0041\"",
	    "\xef\xbf\xbd"
	    "A",
	    4 },
	{ "\"\\ud83d\\n\"", "\xef\xbf\xbd\n", 4 },
	{ "\"\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbd\U0001f600", 7 },
	{ "\"\\ude00\\ud83d\"", "\xef\xbf\xbd\xef\xbf\xbd", 6 },
	{ "\"\u4f60\xff\"", "\u4f60\xff", 4 },
};

static void
decoding(void)
{
	struct buf b;
	size_t i;

	buf_init(&b, 100);
	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		buf_cut(&b, 0);
		ok(splice_str(value(strings[i].text), &b) == 0 &&
			b.len == strings[i].n &&
			memcmp(b.d, strings[i].out, b.len) == 0,
		    "string %zu", i);
	}
	buf_cut(&b, 0);
	errno = 0;
	ok(splice_str(value("12"), &b) == -1 && errno == EINVAL &&
		splice_str(value(""), &b) == -1,
	    "no string");
	buf_free(&b);
	buf_init(&b, 3);
	ok(splice_str(value("\"ab\\ncd\""), &b) == -1 && errno == EFBIG &&
		b.len == 0,
	    "no room: nothing added");
	buf_free(&b);
}

static const struct {
	const char *text;
	int64_t n;
	int err;
} ints[] = {
	{ "0", 0, 0 },
	{ "-0", 0, 0 },
	{ "7", 7, 0 },
	{ "-12", -12, 0 },
	{ "9223372036854775807", INT64_MAX, 0 },
	{ "-9223372036854775808", INT64_MIN, 0 },
	{ "9223372036854775808", 0, ERANGE },
	{ "-9223372036854775809", 0, ERANGE },
	{ "99999999999999999999999999", 0, ERANGE },
	{ "1.0", 1, 0 },
	{ "12e2", 1200, 0 },
	{ "-1.5e1", -15, 0 },
	{ "9007199254740993", 9007199254740993, 0 },
	{ "1e18", 1000000000000000000, 0 },
	{ "1e19", 0, ERANGE },
	{ "-1e19", 0, ERANGE },
	{ "1e400", 0, ERANGE },
	{ "0e999", 0, 0 },
	{ "1.5", 0, EINVAL },
	{ "1e-1", 0, EINVAL },
	{ "true", 0, EINVAL },
	{ "\"1\"", 0, EINVAL },
	{ "null", 0, EINVAL },
	{ "[1]", 0, EINVAL },
	{ "", 0, EINVAL },
};

static const struct {
	const char *text;
	double d;
	int err;
} doubles[] = {
	{ "0", 0, 0 },
	{ "-0.5", -0.5, 0 },
	{ "1e3", 1000, 0 },
	{ "0.1", 0.1, 0 },
	{ "1.7976931348623157e308", 0x1.fffffffffffffp1023, 0 },
	{ "1e-400", 0, 0 },
	{ "5e-324", 0x1p-1074, 0 },
	{ "1e400", 0, ERANGE },
	{ "-1e400", 0, ERANGE },
	{ "18446744073709551616", 0x1p64, 0 },
	{ "\"1\"", 0, EINVAL },
	{ "false", 0, EINVAL },
	{ "{}", 0, EINVAL },
	{ "", 0, EINVAL },
};

static void
numbering(void)
{
	struct splice v;
	int64_t n;
	double d;
	size_t i;
	char *s;
	int rc;

	for (i = 0; i < sizeof(ints) / sizeof(ints[0]); i++) {
		v.n = strlen(ints[i].text);
		v.s = s = exact(ints[i].text, v.n);
		errno = 0;
		rc = splice_int(v, &n);
		ok(ints[i].err == 0 ? rc == 0 && n == ints[i].n :
				      rc == -1 && errno == ints[i].err,
		    "integer %s", ints[i].text);
		free(s);
	}
	for (i = 0; i < sizeof(doubles) / sizeof(doubles[0]); i++) {
		v.n = strlen(doubles[i].text);
		v.s = s = exact(doubles[i].text, v.n);
		errno = 0;
		rc = splice_num(v, &d);
		ok(doubles[i].err == 0 ? rc == 0 && d == doubles[i].d :
					 rc == -1 && errno == doubles[i].err,
		    "number %s", doubles[i].text);
		free(s);
	}
	if ((s = malloc(100001)) == NULL)
		return;
	memset(s, '9', 100000);
	s[100000] = '\0';
	ok(splice_int(value(s), &n) == -1 && errno == ERANGE &&
		splice_num(value(s), &d) == -1 && errno == ERANGE,
	    "a number of 100000 digits");
	free(s);
}

/* Edits are "name=value" parted by spaces; "name" alone removes. */
static const struct {
	const char *text, *edits, *want;
} edits[] = {
	{ "{}", "", "{}" },
	{ " {\"a\" : 1.0}\n", "", " {\"a\" : 1.0}\n" },
	{ "{\"a\":1}", "a=2", "{\"a\":2}" },
	{ "{ \"a\" : 1 , \"b\":2}", "a=[]", "{ \"a\" : [] , \"b\":2}" },
	{ "{\"a\":1,\"b\":2,\"a\":3}", "a=0", "{\"a\":0,\"b\":2,\"a\":0}" },
	{ "{\"\\u0061\":1}", "a=2", "{\"\\u0061\":2}" },
	{ "{\"x\":{\"a\":1}}", "a=2", "{\"x\":{\"a\":1},\"a\":2}" },
	{ "{}", "a=1", "{\"a\":1}" },
	{ "{ }", "a=1", "{\"a\":1 }" },
	{ "{\"a\":1 }\n", "b=2 c=3", "{\"a\":1,\"b\":2,\"c\":3 }\n" },
	{ "{\"a\":1}", "a", "{}" },
	{ "{\"a\":1,\"b\":2,\"c\":3}", "a", "{\"b\":2,\"c\":3}" },
	{ "{\"a\":1,\"b\":2,\"c\":3}", "b", "{\"a\":1,\"c\":3}" },
	{ "{\"a\":1,\"b\":2,\"c\":3}", "c", "{\"a\":1,\"b\":2}" },
	{ "{\"a\":1,\"b\":2,\"c\":3}", "a b", "{\"c\":3}" },
	{ "{\"a\":1,\"b\":2,\"c\":3}", "b c", "{\"a\":1}" },
	{ "{\"a\":1,\"b\":2,\"c\":3}", "a c", "{\"b\":2}" },
	{ "{\"a\":1,\"b\":2,\"c\":3}", "a b c", "{}" },
	{ "{\"a\":1,\"a\":2}", "a", "{}" },
	{ "{\"a\":1,\"b\":2}", "a b c=3", "{\"c\":3}" },
	{ "{\"a\":1,\"b\":2}", "a c=3", "{\"b\":2,\"c\":3}" },
	{ "{\"a\":1,\"b\":2}", "b c=3", "{\"a\":1,\"c\":3}" },
	{ "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "a", "{\n  \"b\": 2\n}\n" },
	{ "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "b", "{\n  \"a\": 1\n}\n" },
	{ "{\"a\":1}", "b", "{\"a\":1}" },
	{ "{\"a\":1}", "a=2 a=3", "{\"a\":2}" },
	{ "{}", "a=2 a=3", "{\"a\":2}" },
	{ "{}", "a a=3", "{}" },
	{ "{\"a\":1}", "a a=3", "{}" },
	{ "{\"a\":1}", "a=2 a", "{\"a\":2}" },
	{ "{}", "\"\\=1", "{\"\\\"\\\\\":1}" },
	{ "{\"\\\"\":0}", "\"=1", "{\"\\\"\":1}" },
	{ "{\"n\":12345678901234567890,\"f\":1.0,\"s\":\"\\u00e9\\/\"}", "m=1",
	    "{\"n\":12345678901234567890,\"f\":1.0,\"s\":\"\\u00e9\\/\",\"m\":1}" },
};

static size_t
parse_edits(char *list, struct splice_edit *e)
{
	char *word;
	size_t n = 0;

	while ((word = strsep(&list, " ")) != NULL)
		if (*word != '\0') {
			e[n].name = strsep(&word, "=");
			e[n].value = word;
			e[n++].len = word != NULL ? strlen(word) : 0;
		}
	return n;
}

static void
editing(void)
{
	struct splice_edit e[8];
	struct buf again, b;
	char list[100], *s;
	size_t i, n, ne;

	buf_init(&b, 1000);
	buf_init(&again, 1000);
	for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		buf_cut(&b, 0);
		buf_cut(&again, 0);
		buf_addc(&b, '>');
		strlcpy(list, edits[i].edits, sizeof(list));
		ne = parse_edits(list, e);
		n = strlen(edits[i].text);
		s = exact(edits[i].text, n);
		if (!ok(splice_edit(&b, s, n, e, ne) == 0 && *b.d == '>' &&
			    strcmp(b.d + 1, edits[i].want) == 0,
			"edit %zu: %s", i, edits[i].edits))
			printf("# got %s\n", b.d);
		ok(splice_edit(&again, b.d + 1, b.len - 1, e, ne) == 0 &&
			strcmp(again.d, b.d + 1) == 0,
		    "and again: no change");
		free(s);
	}
	buf_free(&again);
	buf_free(&b);
}

static const char *const uneditable[] = {
	"",
	"[]",
	"1",
	"\"a\"",
	"{",
	"{\"a\":1",
	"{\"a\":1,}",
	"{} {}",
	"{}x",
	"null",
};

static void
not_editing(void)
{
	static struct splice_edit many[SPLICE_EDITS + 1];
	struct splice_edit e = { "a", "12345", 5 };
	struct buf b;
	size_t i;

	buf_init(&b, 100);
	buf_adds(&b, ">");
	for (i = 0; i < sizeof(uneditable) / sizeof(uneditable[0]); i++) {
		errno = 0;
		ok(splice_edit(&b, uneditable[i], strlen(uneditable[i]), &e,
		       1) == -1 &&
			errno == EINVAL && strcmp(b.d, ">") == 0,
		    "not edited: '%s'", uneditable[i]);
	}
	for (i = 0; i <= SPLICE_EDITS; i++)
		many[i] = e;
	ok(splice_edit(&b, "{}", 2, many, SPLICE_EDITS) == 0 &&
		strcmp(b.d, ">{\"a\":12345}") == 0,
	    "many edits");
	ok(splice_edit(&b, "{}", 2, many, SPLICE_EDITS + 1) == -1 &&
		errno == EINVAL,
	    "too many");
	buf_free(&b);
	for (i = 0; i < 18; i++) {
		buf_init(&b, i);
		if (splice_edit(&b, "{\"a\":1,\"b\":2} ", 14, &e, 1) != -1 ||
		    errno != EFBIG || b.len != 0)
			break;
		buf_free(&b);
	}
	ok(i == 18, "without room for all, nothing is added");
}

int
main(void)
{
	grammar();
	truncated();
	depth();
	measuring();
	walking();
	naming();
	finding();
	decoding();
	numbering();
	editing();
	not_editing();
	return done();
}
