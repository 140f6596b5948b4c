/* The lines of a keys file, where keys are found, and how they are hidden. */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "fault.h"
#include "keys.h"
#include "tap.h"

#define A "ms-0a1b2c3d-0000-4000-8000-00000000aaaa"
#define B "0a1b2c3d-0000-4000-8000-00000000bbbb"

/* NAME/SECRET/UPSTREAMS and a space for each key, notes behind them. */
static const struct {
	const char *text, *want;
} good[] = {
	{ "", "" },
	{ "\n \t\n# only\n  # comments\n", "" },
	{ A, "-/" A "/- " },
	{ A "\n" B "\n", "-/" A "/- -/" B "/- " },
	{ "\xef\xbb\xbf" A "\r\n\r\n" B "\r\n", "-/" A "/- -/" B "/- " },
	{ "alice " A "\n", "alice/" A "/- " },
	{ "\talice \t" A "  # hers\n", "alice/" A "/- " },
	{ "b " B " modelscope-ai,other", "b/" B "/modelscope-ai,other " },
	{ "\xe5\xb0\x8f\xe7\x8e\x8b " A, "\xe5\xb0\x8f\xe7\x8e\x8b/" A "/- " },
	{ "sk-not#ours\n", "-/sk-not#ours/- " },
	{ A "\nalice " A "\n",
	    "-/" A "/- f: line 2: a key that was there "
	    "before, dropped\n" },
};

static const struct {
	const char *text, *want;
} bad[] = {
	{ "a\n" A " alice\n", "f: line 2: want NAME KEY, in this order" },
	{ "alice " A " " B, "f: line 1: want NAME KEY, in this order" },
	{ "a b c d", "f: line 1: want KEY, NAME KEY or NAME KEY UPSTREAM" },
	{ "a b c d e", "f: line 1: want KEY, NAME KEY or NAME KEY UPSTREAM" },
	{ "a b ,,", "f: line 1: want the name of an upstream" },
	{ "\xe5\xb0\x8f", "f: line 1: the key has bytes that no key has" },
	{ "a\rb", "f: line 1: the key has bytes that no key has" },
	{ "a b\x7f", "f: line 1: the key has bytes that no key has" },
	{ "\xff " A, "f: line 1: the name is not UTF-8 text" },
	{ "a\033[m " A, "f: line 1: the name is not UTF-8 text" },
};

static void
dump(const struct keys *k, struct buf *out)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		buf_addf(out, "%s/%s/%s ",
		    k->v[i].name != NULL ? k->v[i].name : "-", k->v[i].secret,
		    k->v[i].upstreams != NULL ? k->v[i].upstreams : "-");
}

static void
test_lines(void)
{
	struct buf out, notes;
	struct fault f;
	struct keys *k;
	size_t i;

	buf_init(&out, 4096);
	buf_init(&notes, 4096);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		buf_cut(&out, 0);
		buf_cut(&notes, 0);
		k = keys_parse(good[i].text, strlen(good[i].text), "f", &f,
		    &notes);
		if (k != NULL)
			dump(k, &out);
		buf_adds(&out, notes.d);
		ok(strcmp(out.d, good[i].want) == 0, "good, row %zu", i);
		keys_free(k);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		k = keys_parse(bad[i].text, strlen(bad[i].text), "f", &f, NULL);
		ok(k == NULL && f.status == EX_DATAERR &&
			strcmp(f.text, bad[i].want) == 0,
		    "bad: %s", f.text);
	}
	buf_free(&out);
	buf_free(&notes);
}

static void
test_limits(void)
{
	char text[600], name[80];
	struct fault f;
	struct keys *k;

	memset(text, 'x', sizeof(text));
	k = keys_parse(text, 512, "f", &f, NULL);
	ok(k != NULL && k->n == 1, "a key of 512 bytes");
	keys_free(k);
	ok(keys_parse(text, 513, "f", &f, NULL) == NULL, "one of 513");
	memset(name, 'n', sizeof(name));
	memcpy(name + 65, " k", 2);
	k = keys_parse(name + 1, 66, "f", &f, NULL);
	ok(k != NULL && k->n == 1, "a name of 64 bytes");
	keys_free(k);
	ok(keys_parse(name, 67, "f", &f, NULL) == NULL, "one of 65");
	ok(keys_parse("a\0b", 3, "f", &f, NULL) == NULL, "a NUL byte");
}

static void
test_many(void)
{
	struct buf b;
	struct fault f;
	struct keys *k;
	int i;

	buf_init(&b, 1024 * 1024);
	for (i = 0; i < 10000; i++)
		buf_addf(&b, "key-%d\n", i);
	k = keys_parse(b.d, b.len, "f", &f, NULL);
	ok(k != NULL && k->n == 10000, "10000 keys");
	keys_free(k);
	buf_adds(&b, "key-9\nkey-a\n");
	ok(keys_parse(b.d, b.len, "f", &f, NULL) == NULL &&
		f.status == EX_DATAERR,
	    "not 10001: %s", f.text);
	buf_free(&b);
}

static void
test_mask(void)
{
	static const struct {
		const char *secret, *shown;
	} rows[] = {
		{ A,
		    "ms-0a1b\xe2\x80\xa6"
		    "aaaa" },
		{ B,
		    "0a1b2c3\xe2\x80\xa6"
		    "bbbb" },
		{ "0123456789abcdef",
		    "0123456\xe2\x80\xa6"
		    "cdef" },
		{ "0123456789abcde", "*******" },
		{ "abc", "***" },
	};
	char shown[KEYS_SHOWN], id[KEYS_ID];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		keys_mask(rows[i].secret, shown);
		ok(strcmp(shown, rows[i].shown) == 0, "shown as %s", shown);
	}
	keys_id("abc", id);
	ok(strcmp(id, "ba7816bf") == 0, "id %s", id);
}

static void
test_choice(void)
{
	static const char text[] = "alice " A "\nbob " B " modelscope-ai,x\n"
				   "unnamed-key-0001\n";
	struct fault f = { 0 };
	struct keys *k = keys_parse(text, strlen(text), "f", &f, NULL);

	ok(keys_at(&k->v[0], "modelscope") && !keys_at(&k->v[0], "x"),
	    "no upstream: modelscope");
	ok(keys_at(&k->v[1], "modelscope-ai") && keys_at(&k->v[1], "x") &&
		!keys_at(&k->v[1], "modelscope") && !keys_at(&k->v[1], ""),
	    "a list of upstreams");
	ok(strcmp(keys_label(&k->v[0]), "alice") == 0 &&
		strcmp(keys_label(&k->v[2]),
		    "unnamed\xe2\x80\xa6"
		    "0001") == 0,
	    "labels");
	ok(keys_only(k, A, &f) == -1 && f.status == EX_CONFIG &&
		strstr(f.text, A) == NULL && k->n == 3,
	    "none: %s", f.text);
	ok(keys_only(k, "bob", &f) == 0 && k->n == 1 &&
		strcmp(k->v[0].secret, B) == 0,
	    "by name");
	ok(keys_only(k, k->v[0].id, &f) == 0 && k->n == 1, "by id");
	ok(keys_only(k, k->v[0].shown, &f) == 0 && k->n == 1, "by mask");
	keys_free(k);
	keys_free(NULL);
}

static void
test_scrub(void)
{
	static const char text[] = A "\n" A "-longer\nshort\n";
	struct fault f;
	struct keys *k = keys_parse(text, strlen(text), "f", &f, NULL);
	struct buf b;

	buf_init(&b, 4096);
	buf_adds(&b, "<" A ">" A "-longer<short>" A A " ms-0a1b ms-");
	buf_cut(&b, keys_scrub(k, b.d, b.len));
	ok(strcmp(b.d,
	       "<ms-0a1b\xe2\x80\xa6"
	       "aaaa>ms-0a1b\xe2\x80\xa6"
	       "nger<*****>ms-0a1b\xe2\x80\xa6"
	       "aaaams-0a1b\xe2\x80\xa6"
	       "aaaa ms-0a1b ms-") == 0,
	    "scrubbed: %s", b.d);
	buf_cut(&b, 0);
	buf_add(&b, "<" A, sizeof(A) - 3);
	buf_cut(&b, keys_scrub(k, b.d, b.len));
	ok(strcmp(b.d, "<") == 0, "scrubbed, cut in a key: %s", b.d);
	buf_cut(&b, 0);
	buf_add(&b, "short\0more\0", 11);
	buf_cut(&b, keys_scrub(k, b.d, b.len));
	ok(b.len == 11 && memcmp(b.d, "*****\0more\0", 11) == 0,
	    "scrubbed, with NULs");
	buf_free(&b);
	keys_free(k);
}

static char dir[] = "/tmp/ms-keys.XXXXXX";

/* A file of this mode in dir, whose path is returned until the next. */
static const char *
file(const char *name, int mode, const char *text)
{
	static char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (write(fd, text, strlen(text)) == -1 || fchmod(fd, mode) == -1)
		abort();
	close(fd);
	return path;
}

/* Loads, and compares the first secret, or the number if want is NULL. */
static int
loads(const char *path, struct fault *f, struct buf *notes, const char *want)
{
	struct keys *k = keys_load(path, f, notes);
	int same;

	same = k != NULL &&
	    (want == NULL ? k->n == 0 :
			    k->n > 0 && strcmp(k->v[0].secret, want) == 0);
	keys_free(k);
	return same;
}

/* Where a manager of services put it, though links lead there; or not. */
static void
test_links(struct buf *notes)
{
	char link[64], path[96];
	struct fault f;

	snprintf(link, sizeof(link), "%s.link", dir);
	if (symlink(dir, link) == -1)
		abort();
	snprintf(path, sizeof(path), "%s/ms-keys", link);
	ok(loads(path, &f, notes, "from-systemd"), "a link to it: %s", f.text);
	snprintf(path, sizeof(path), "%s/", link);
	setenv("CREDENTIALS_DIRECTORY", path, 1);
	ok(loads(NULL, &f, notes, "from-systemd"), "a link to the folder: %s",
	    f.text);
	unlink(link);
	file("c", 0644, "secret");
	snprintf(link, sizeof(link), "%s/ms", dir);
	setenv("CREDENTIALS_DIRECTORY", link, 1);
	snprintf(path, sizeof(path), "%s/../c", link);
	ok(keys_load(path, &f, NULL) == NULL && f.status == EX_CONFIG,
	    "one that only seems to lie there: %s", f.text);
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
}

static void
test_order(struct buf *notes)
{
	struct fault f;

	setenv("XDG_CONFIG_HOME", dir, 1);
	ok(loads(NULL, &f, notes, NULL) && f.status == 0 &&
		strstr(f.hint, "ms key add") != NULL,
	    "none: %s", f.hint);
	file("ms/keys", 0600, "from-config");
	ok(loads(NULL, &f, notes, "from-config"), "the user's file");
	setenv("MODELSCOPE_API_KEY", " , ", 1);
	ok(loads(NULL, &f, notes, "from-config"), "an empty variable");
	setenv("MODELSCOPE_API_KEY", "from-env, second\nthird", 1);
	ok(loads(NULL, &f, notes, "from-env"), "MODELSCOPE_API_KEY");
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	ok(loads(NULL, &f, notes, "from-env"), "no credentials there");
	file("ms-keys", 0644, "from-systemd");
	ok(loads(NULL, &f, notes, "from-systemd") && notes->len > 0,
	    "credentials that others can read: %s", notes->d);
	test_links(notes);
	setenv("MS_KEYS_FILE", file("a", 0600, "from-a"), 1);
	ok(loads(NULL, &f, notes, "from-a"), "MS_KEYS_FILE");
	ok(loads(file("b", 0600, "from-b"), &f, notes, "from-b"), "--keys");
}

static void
test_refused(void)
{
	const char *path;
	struct fault f;

	setenv("CREDENTIALS_DIRECTORY", "/nowhere", 1);
	path = file("c", 0640, "secret");
	ok(keys_load(path, &f, NULL) == NULL && f.status == EX_CONFIG &&
		strstr(f.text, "others can read it") != NULL &&
		strstr(f.hint, "chmod 600 /tmp/ms-keys.") != NULL,
	    "others can read it: %s", f.hint);
	ok(loads(file("c", 0600, "\n# none\n"), &f, NULL, NULL) &&
		*f.hint != '\0',
	    "an empty file");
	setenv("MS_KEYS_FILE", "/nowhere/keys", 1);
	ok(keys_load(NULL, &f, NULL) == NULL && f.status == EX_NOINPUT,
	    "a named file that is not there: %s", f.text);
	ok(keys_load("/", &f, NULL) == NULL && f.status == EX_NOINPUT,
	    "a folder: %s", f.text);
}

static void
test_load(void)
{
	static const char *const names[] = { "MS_KEYS_FILE", "XDG_CONFIG_HOME",
		"CREDENTIALS_DIRECTORY", "MODELSCOPE_API_KEY", "HOME" };
	static const char *const made[] = { "a", "b", "c", "ms-keys",
		"ms/keys" };
	struct buf notes;
	struct fault f;
	char path[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	ok(loads(NULL, &f, NULL, NULL) && f.status == 0, "no home");
	if (mkdtemp(dir) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/ms", dir);
	mkdir(path, 0700);
	buf_init(&notes, 4096);
	test_order(&notes);
	test_refused();
	buf_free(&notes);
	for (i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		unlinkat(AT_FDCWD, file(made[i], 0600, ""), 0);
	rmdir(path);
	rmdir(dir);
}

int
main(void)
{
	test_lines();
	test_limits();
	test_many();
	test_mask();
	test_choice();
	test_scrub();
	test_load();
	return done();
}
