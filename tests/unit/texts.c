/* texts: JSON texts from a pipe, however they are cut. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "fault.h"
#include "splice.h"
#include "tap.h"
#include "texts.h"

enum {
	MANY = 300 * 1024 /* more than is read at once */
};

/* A descriptor from which text[0..n) comes, piece bytes at once. */
static int
feed(const char *text, size_t n, size_t piece)
{
	size_t i;
	int fd[2];

	if (pipe(fd) == -1)
		return -1;
	switch (fork()) {
	case -1:
		return -1;
	case 0:
		close(fd[0]);
		for (i = 0; i < n; i += piece)
			if (write(fd[1], text + i,
				n - i < piece ? n - i : piece) == -1)
				break;
		_exit(0);
	default:
		close(fd[1]);
	}
	return fd[0];
}

static int
before(void *arg, struct fault *f)
{
	(void)f;
	++*(int *)arg;
	return 0;
}

/* What comes out of text: "LENGTH:LINE " of each, and how it ended. */
static const char *
all(const char *text, size_t n, size_t piece)
{
	static char got[4096];
	struct fault f = { 0 };
	struct splice v;
	struct texts t;
	size_t len = 0;
	int fd = feed(text, n, piece), r, reads = 0;

	texts_init(&t, fd, "in", 16 * MANY);
	while ((r = texts_next(&t, &v, before, &reads, &f)) != 0 &&
	    (r == 1 || f.status == EX_DATAERR) && len < sizeof(got) / 2)
		len += r == 1 ? (size_t)snprintf(got + len, sizeof(got) - len,
				    "%zu:%ld ", v.n, t.line) :
				(size_t)snprintf(got + len, sizeof(got) - len,
				    "%s, %ld; ", f.text, t.line);
	snprintf(got + len, sizeof(got) - len, "%s",
	    r == -1	  ? f.text :
		reads > 0 ? "end" :
			    "never read");
	texts_free(&t);
	close(fd);
	while (wait(NULL) != -1)
		continue;
	return got;
}

static void
is(const char *got, const char *want, const char *name, size_t piece)
{
	if (!ok(strcmp(got, want) == 0, "%s, %zu at once", name, piece))
		printf("# got: %s\n# not: %s\n", got, want);
}

static const struct {
	const char *text, *want;
} small[] = {
	{ "", "end" },
	{ " \n\n ", "end" },
	{ "{}", "2:1 end" },
	{ "\xef\xbb\xbf{}\n{}", "2:1 2:2 end" },
	{ "\xef\xbb\xbf", "end" },
	{ "\xef\xbb", "in: line 1: not JSON, 1; end" },
	{ "{}\n\xef\xbb\xbf{}", "2:1 in: line 2: not JSON, 2; end" },
	{ "\n{}\n\n[1,\n2] 3", "2:2 6:4 1:5 end" },
	{ "{}{}", "2:1 2:1 end" },
	{ "{\"a\":\"}\"}{\"b\":\"\\\"{\"}", "9:1 11:1 end" },
	{ "{}\n{\"a\":\n\n",
	    "2:1 in: line 2: the JSON ends too early, 2; end" },
	{ "{}\n\n{]", "2:1 in: line 3: not JSON, 3; end" },
	{ "\n]", "in: line 2: not JSON, 2; end" },
	/* what is wrong is passed over: a line, */
	{ "a\nb\n1\n{}",
	    "in: line 1: not JSON, 1; in: line 2: not JSON, 2; "
	    "1:3 2:4 end" },
	{ "{} a\n\n{}", "2:1 in: line 1: not JSON, 1; 2:3 end" },
	{ "{\"a\":\"b\n[1]\n", "in: line 1: not JSON, 1; 3:2 end" },
	/* or all that an object may have had, */
	{ "{\n  \"a\": x,\n  {},\n  2\n}\n{}\n3",
	    "in: line 2: not JSON, in what begins at line 1, 2; 2:6 1:7 end" },
	{ "[\n x\n]\n\n",
	    "in: line 2: not JSON, in what begins at line 1, 2; end" },
	/* but not the next one */
	{ "{\"a\":[\n{}\n{}\n",
	    "in: line 3: not JSON, in what begins at line 1, 3; "
	    "2:2 2:3 end" },
	{ "{\"a\":\n{}\n", "in: line 1: the JSON ends too early, 1; 2:2 end" },
};

/* A large text, with brackets in its strings, between two small ones. */
static void
large(size_t piece)
{
	static const char part[] = "]}\\\"{[\\\\ ";
	char want[64];
	struct buf b;

	buf_init(&b, 16 * MANY);
	buf_adds(&b, "{}\n\n{\"a\":[[{}],\"");
	while (b.len < MANY)
		buf_adds(&b, part);
	snprintf(want, sizeof(want), "2:1 %zu:3 2:4 end", b.len + 3 - 4);
	buf_adds(&b, "\"]}\n{}");
	is(all(b.d, b.len, piece), want, "a large one", piece);
	b.d[b.len - 4] = ']';
	snprintf(want, sizeof(want), "2:1 in: line 3: not JSON, 3; 2:4 end");
	is(all(b.d, b.len, piece), want, "that closes wrongly", piece);
	buf_cut(&b, b.len - 6);
	snprintf(want, sizeof(want),
	    "2:1 in: line 3: the JSON ends too early, 3; end");
	is(all(b.d, b.len, piece), want, "that is cut", piece);
	buf_free(&b);
}

int
main(void)
{
	const char *got;
	struct buf b;
	size_t i, piece;

	for (i = 0; i < sizeof(small) / sizeof(small[0]); i++)
		for (piece = 1; piece < 64; piece *= 7)
			is(all(small[i].text, strlen(small[i].text), piece),
			    small[i].want, small[i].want, piece);
	for (piece = 1000; piece <= MANY; piece *= 9)
		large(piece);
	buf_init(&b, 32 * MANY);
	buf_adds(&b, "{}");
	while (b.len < 17 * MANY)
		buf_addc(&b, ' ');
	is(all(b.d, b.len, b.len), "2:1 end", "blanks take no room", b.len);
	b.d[2] = '"';
	is(all(b.d, b.len, b.len), "2:1 in: line 1: over 4915200 bytes, 1; end",
	    "but a text has its bound", b.len);
	buf_adds(&b, "\n{}");
	is(all(b.d, b.len, b.len),
	    "2:1 in: line 1: over 4915200 bytes, 1; 2:2 end",
	    "behind which another may come", b.len);
	buf_cut(&b, 0);
	buf_adds(&b, "{\"a\":[\n");
	while (b.len < 17 * MANY)
		buf_adds(&b, "{\"a\":\"bcdefghijklmnopqrstuvwxyz\"},\n");
	got = all(b.d, b.len, b.len);
	ok(strncmp(got, "in: line 1: over 4915200 bytes, 1; 33:2 ", 40) == 0,
	    "one without an end is found by its length: %.40s", got);
	b.d[5] = 'x';
	got = all(b.d, b.len, b.len);
	ok(strncmp(got, "in: line 1: not JSON, 1; 33:2 ", 30) == 0,
	    "or at once: %.40s", got);
	buf_cut(&b, 0);
	for (i = 0; i < 1001; i++)
		buf_adds(&b, "[\"{\",");
	is(all(b.d, b.len, b.len), "in: line 1: JSON nested too deep, 1; end",
	    "too deep", b.len);
	buf_free(&b);
	return done();
}
