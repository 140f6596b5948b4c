/* Lines of an --env-file, and that the environment wins. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "envfile.h"
#include "fault.h"
#include "tap.h"

static const struct {
	const char *text, *want; /* of V; NULL: not set */
} good[] = {
	{ "V=a", "a" },
	{ "V=a\r\n", "a" },
	{ "\xef\xbb\xbfV=a\n", "a" },
	{ "\n# comment\n  # another\nV=a\n\n", "a" },
	{ "export V=a", "a" },
	{ "  export \t V = a b  \n", "a b" },
	{ "V=", "" },
	{ "V=\nW=x", "" },
	{ "V=#a", "#a" },
	{ "V= # nothing", "" },
	{ "V=a#b # c", "a#b" },
	{ "V=a=b", "a=b" },
	{ "V=$HOME", "$HOME" },
	{ "V=\\n", "\\n" },
	{ "V=it's", "it's" },
	{ "V=''", "" },
	{ "V=' a # b ' # c", " a # b " },
	{ "V='a\\'b\\n\\\\'", "a'b\\n\\" },
	{ "V=\"a\\\"b\\n\\t\\\\\\$\\x\"", "a\"b\n\t\\$\\x" },
	{ "V=\"a\nb\"\nW=x", "a\nb" },
	{ "V=a\nV=b\n", "b" },
	{ "EXISTING=new\nV=a", "a" },
	{ "exportV=b", NULL },
	{ "v=b", NULL },
	{ "", NULL },
};

static const struct {
	const char *text;
	const char *want;
} bad[] = {
	{ "V=a\nsecret", "f: line 2: want NAME=value" },
	{ "V=a\n=b", "f: line 2: want NAME=value" },
	{ "1V=a", "f: line 1: want NAME=value" },
	{ "V A=a", "f: line 1: want NAME=value" },
	{ "export V", "f: line 1: want NAME=value" },
	{ "V-A=a", "f: line 1: want NAME=value" },
	{ "V=a\nW='b\n\nc", "f: line 2: a quote is not closed" },
	{ "V=a\nW=\"b\\\"", "f: line 2: a quote is not closed" },
	{ "V=a\nW=\"b\n\" c", "f: line 3: more text after the closing quote" },
};

static void
test_good(size_t i)
{
	struct fault f = { 0 };
	const char *v;
	int rc;

	unsetenv("V");
	setenv("EXISTING", "old", 1);
	rc = envfile_apply(good[i].text, strlen(good[i].text), "f", &f);
	v = getenv("V");
	ok(rc == 0 &&
		(good[i].want == NULL ?
			v == NULL :
			v != NULL && strcmp(v, good[i].want) == 0),
	    "good, row %zu", i);
	ok(strcmp(getenv("EXISTING"), "old") == 0, "the environment wins");
}

static void
test_bad(size_t i)
{
	struct fault f = { 0 };

	unsetenv("V");
	ok(envfile_apply(bad[i].text, strlen(bad[i].text), "f", &f) == -1 &&
		f.status == EX_DATAERR,
	    "bad, row %zu", i);
	ok(strcmp(f.text, bad[i].want) == 0, "says so: %s", f.text);
	ok(getenv("V") == NULL, "nothing is set");
}

static void
test_load(void)
{
	char path[] = "/tmp/ms-envfile.XXXXXX";
	struct fault f = { 0 };
	int fd = mkstemp(path);

	unsetenv("V");
	ok(write(fd, "V=from file\n", 12) == 12 &&
		envfile_load(path, &f) == 0 && getenv("V") != NULL &&
		strcmp(getenv("V"), "from file") == 0,
	    "a file");
	close(fd);
	unlink(path);
	ok(envfile_load(path, &f) == -1 && f.status == EX_NOINPUT &&
		strstr(f.text, path) != NULL,
	    "no file: %s", f.text);
	ok(envfile_load("/", &f) == -1 && f.status == EX_NOINPUT,
	    "a folder: %s", f.text);
}

int
main(void)
{
	struct fault f = { 0 };
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		test_good(i);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		test_bad(i);
	ok(envfile_apply("V=a\0b", 5, "f", &f) == -1 && f.status == EX_DATAERR,
	    "a NUL byte: %s", f.text);
	test_load();
	return done();
}
