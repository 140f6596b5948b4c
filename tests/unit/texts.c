/* texts: JSON texts from a pipe, however they are cut. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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
	while ((r = texts_next(&t, &v, before, &reads, &f)) == 1 &&
	    len < sizeof(got) / 2)
		len += (size_t)snprintf(got + len, sizeof(got) - len,
		    "%zu:%ld ", v.n, t.line);
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
	{ "\n{}\n\n[1,\n2] 3", "2:2 6:4 1:5 end" },
	{ "{}{}", "2:1 2:1 end" },
	{ "{\"a\":\"}\"}{\"b\":\"\\\"{\"}", "9:1 11:1 end" },
	{ "{}\n{\"a\":\n\n", "2:1 in: line 2: the JSON ends too early" },
	{ "{}\n\n{]", "2:1 in: line 3: not JSON" },
	{ "\n]", "in: line 2: not JSON" },
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
	snprintf(want, sizeof(want), "2:1 in: line 3: not JSON");
	is(all(b.d, b.len, piece), want, "that closes wrongly", piece);
	buf_cut(&b, b.len - 6);
	snprintf(want, sizeof(want), "2:1 in: line 3: the JSON ends too early");
	is(all(b.d, b.len, piece), want, "that is cut", piece);
	buf_free(&b);
}

int
main(void)
{
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
	is(all(b.d, b.len, b.len), "2:1 in: line 1: over 4915200 bytes",
	    "but a text has its bound", b.len);
	buf_free(&b);
	return done();
}
