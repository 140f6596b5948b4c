/* The writer, quoting, and the helpers around jq's values. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "json.h"
#include "tap.h"

static void
writing(void)
{
	struct buf b;
	struct json j;

	buf_init(&b, 1000);
	json_begin(&j, &b);
	json_object(&j, NULL);
	json_str(&j, "s", "x");
	json_str(&j, "no", NULL);
	json_array(&j, "a");
	json_int(&j, NULL, INT64_MIN);
	json_known(&j, NULL, -1);
	json_known(&j, NULL, 0);
	json_object(&j, NULL);
	json_end(&j);
	json_array(&j, NULL);
	json_end(&j);
	json_end(&j);
	json_bool(&j, "t", 7);
	json_bool(&j, "f", 0);
	json_null(&j, "\"");
	json_raw(&j, "r", "[1.0]", 5);
	json_strn(&j, "n", "a\0b", 3);
	json_end(&j);
	ok(json_finish(&j) == 0 &&
		strcmp(b.d,
		    "{\"s\":\"x\",\"no\":null,"
		    "\"a\":[-9223372036854775808,null,0,{},[]],\"t\":true,"
		    "\"f\":false,\"\\\"\":null,\"r\":[1.0],\"n\":\"a\\u0000b\"}") ==
		    0,
	    "all kinds of values");
	buf_cut(&b, 0);
	json_begin(&j, &b);
	json_int(&j, NULL, 1);
	ok(json_finish(&j) == 0 && strcmp(b.d, "1") == 0, "a value alone");
	buf_free(&b);
}

static void
sticking(void)
{
	struct buf b;
	struct json j;
	int i;

	buf_init(&b, 8);
	json_begin(&j, &b);
	json_array(&j, NULL);
	json_str(&j, NULL, "too long for it");
	json_int(&j, NULL, 1);
	json_end(&j);
	errno = 0;
	ok(json_finish(&j) == -1 && errno == EFBIG, "an error sticks");
	buf_free(&b);

	buf_init(&b, 1000);
	json_begin(&j, &b);
	json_object(&j, NULL);
	ok(json_finish(&j) == -1 && errno == EINVAL, "not ended");
	json_begin(&j, &b);
	json_end(&j);
	ok(json_finish(&j) == -1 && errno == EINVAL, "ended too often");

	buf_cut(&b, 0);
	json_begin(&j, &b);
	for (i = 1; i < JSON_LEVELS; i++)
		json_array(&j, NULL);
	for (i = 1; i < JSON_LEVELS; i++)
		json_end(&j);
	ok(json_finish(&j) == 0 && b.len == 2 * (JSON_LEVELS - 1),
	    "as deep as may be");
	json_begin(&j, &b);
	for (i = 0; i < 1000; i++)
		json_array(&j, NULL);
	for (i = 0; i < 1000; i++)
		json_end(&j);
	ok(json_finish(&j) == -1 && errno == EOVERFLOW, "too deep");
	buf_free(&b);
}

static const struct {
	double v;
	const char *text;
} numbers[] = {
	{ 0, "0" },
	{ -0.0, "-0" },
	{ 1, "1" },
	{ -17, "-17" },
	{ 0.1, "0.1" },
	{ 0.3, "0.3" },
	{ 0.1 + 0.2, "0.30000000000000004" },
	{ 2.5, "2.5" },
	{ 1e15, "1000000000000000" },
	{ 1234567890123456, "1234567890123456" },
	{ 9007199254740992, "9007199254740992" },
	{ 1e22, "1e+22" },
	{ 1e-7, "1e-07" },
	{ 1.5e300, "1.5e+300" },
	{ DBL_MAX, "1.7976931348623157e+308" },
	{ DBL_MIN, "2.2250738585072014e-308" },
	{ INFINITY, "null" },
	{ -INFINITY, "null" },
	{ NAN, "null" },
};

static void
numbering(void)
{
	struct buf b;
	struct json j;
	size_t i;

	buf_init(&b, 1000);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		buf_cut(&b, 0);
		json_begin(&j, &b);
		json_num(&j, NULL, numbers[i].v);
		if (!ok(json_finish(&j) == 0 &&
			    strcmp(b.d, numbers[i].text) == 0,
			"number %s", numbers[i].text))
			printf("# got %s\n", b.d);
	}
	buf_free(&b);
}

/* Any double reads back as itself. */
static void
roundtrip(void)
{
	uint64_t seed = 1;
	struct json j;
	struct buf b;
	double v;
	int i;

	buf_init(&b, 1000);
	for (i = 0; i < 20000; i++) {
		seed = seed * 6364136223846793005U + 1442695040888963407U;
		memcpy(&v, &seed, sizeof(v));
		buf_cut(&b, 0);
		json_begin(&j, &b);
		json_num(&j, NULL, v);
		if (isfinite(v) && strtod(b.d, NULL) != v)
			break;
	}
	ok(i == 20000, "20000 numbers read back as themselves");
	buf_free(&b);
}

#define FFFD "\xef\xbf\xbd"

static const struct {
	const char *name, *in, *out;
} quotes[] = {
	{ "empty", "", "" },
	{ "plain", "Hello, world", "Hello, world" },
	{ "quote and backslash", "\"\\/", "\\\"\\\\/" },
	{ "controls with a letter", "\b\f\n\r\t", "\\b\\f\\n\\r\\t" },
	{ "other controls", "\001\037", "\\u0001\\u001f" },
	{ "DEL", "\177", "\177" },
	{ "UTF-8", "\u00e9\u4f60\U0001f600", "\u00e9\u4f60\U0001f600" },
	{ "the last of each length", "\xdf\xbf\xef\xbf\xbf\xf4\x8f\xbf\xbf",
	    "\xdf\xbf\xef\xbf\xbf\xf4\x8f\xbf\xbf" },
	{ "around the surrogates", "\xed\x9f\xbf\xee\x80\x80",
	    "\xed\x9f\xbf\xee\x80\x80" },
	{ "U+2028", "\u2028", "\u2028" },
	{ "stray bytes", "a\x80z\xff", "a" FFFD "z" FFFD },
	{ "overlong slash", "\xc0\xaf", FFFD FFFD },
	{ "overlong in three", "\xe0\x9f\xbf", FFFD FFFD FFFD },
	{ "overlong in four", "\xf0\x8f\xbf\xbf", FFFD FFFD FFFD FFFD },
	{ "surrogate", "\xed\xa0\x80", FFFD FFFD FFFD },
	{ "past U+10FFFF", "\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD },
	{ "cut", "\xe4\xbd", FFFD FFFD },
	{ "cut by ASCII",
	    "\xe4\xbd"
	    "a\xf0\x9f\x98",
	    FFFD FFFD "a" FFFD FFFD FFFD },
};

static void
quoting(void)
{
	char want[100];
	struct buf b;
	size_t i;

	buf_init(&b, 100);
	for (i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
		buf_cut(&b, 0);
		snprintf(want, sizeof(want), "\"%s\"", quotes[i].out);
		ok(json_quote(&b, quotes[i].in, strlen(quotes[i].in)) == 0 &&
			strcmp(b.d, want) == 0,
		    "quotes: %s", quotes[i].name);
	}
	buf_free(&b);
	for (i = 0; i < 10; i++) {
		buf_init(&b, i);
		if (json_quote(&b, "ab\n\xff\001", 5) == 0 || b.len != 0)
			break;
		buf_free(&b);
	}
	ok(i == 10, "without room nothing is added");
}

static const struct {
	const char *in;
	int valid;
} parses[] = {
	{ "{\"a\":[1,2,{}]}", 1 },
	{ " 1 ", 1 },
	{ "null", 1 },
	{ "\"secret", 0 },
	{ "", 0 },
	{ " \t", 0 },
	{ "1 2", 0 },
	{ "{} {}", 0 },
	{ "{}x", 0 },
	{ "{\"a\":}", 0 },
	{ "[1", 0 },
	{ "secret", 0 },
	{ "{\"secret\" 1}", 0 },
};

static void
parsing(void)
{
	const char *why;
	jv msg, v;
	size_t i;

	for (i = 0; i < sizeof(parses) / sizeof(parses[0]); i++) {
		v = json_parse(parses[i].in, strlen(parses[i].in));
		if (parses[i].valid) {
			ok(jv_is_valid(v), "parses '%s'", parses[i].in);
			jv_free(v);
			continue;
		}
		ok(!jv_is_valid(v), "refuses '%s'", parses[i].in);
		msg = jv_invalid_get_msg(v);
		why = jv_get_kind(msg) == JV_KIND_STRING ?
		    jv_string_value(msg) :
		    "";
		ok(*why != '\0' && strstr(why, "secret") == NULL,
		    "and says: %s", why);
		jv_free(msg);
	}
}

static void
getting(void)
{
	static const char text[] = "{\"s\":\"x\",\"n\":2.5,\"t\":true,"
				   "\"f\":false,\"z\":null}";
	jv v = json_parse(text, strlen(text)), one = jv_number(1);

	ok(strcmp(json_get_str(v, "s", "d"), "x") == 0, "a string");
	ok(strcmp(json_get_str(v, "n", "d"), "d") == 0, "a number is none");
	ok(json_get_str(v, "no", NULL) == NULL, "absent");
	ok(json_get_num(v, "n", 1) == 2.5 && json_get_num(v, "s", 1) == 1 &&
		json_get_num(v, "no", -1) == -1,
	    "a number");
	ok(json_get_bool(v, "t", 0) == 1 && json_get_bool(v, "f", 1) == 0 &&
		json_get_bool(v, "z", 1) == 1 && json_get_bool(v, "no", 0) == 0,
	    "truth");
	ok(strcmp(json_get_str(one, "s", "d"), "d") == 0 &&
		json_get_num(one, "n", 3) == 3 &&
		json_get_bool(one, "t", 1) == 1,
	    "of no object: the default");
	jv_free(one);
	jv_free(v);
}

/* Out of memory in libjq is an exit status. ASan has its own opinion. */
static void
starving(void)
{
#if !defined(__SANITIZE_ADDRESS__)
	const struct rlimit little = { 256 << 20, 256 << 20 };
	int status;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == 0) {
		close(STDERR_FILENO);
		json_nomem();
		setrlimit(RLIMIT_AS, &little);
		jv_free(jv_string_empty(1 << 30));
		_exit(0);
	}
	ok(waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
		WEXITSTATUS(status) == EX_OSERR,
	    "no memory: 71");
#endif
}

int
main(void)
{
	writing();
	sticking();
	numbering();
	roundtrip();
	quoting();
	parsing();
	getting();
	starving();
	return done();
}
