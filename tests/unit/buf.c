/* The growing buffer: contents, ceiling, ownership, reading. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "tap.h"

static int
is(const struct buf *b, const char *want)
{
	return b->len == strlen(want) && strcmp(b->d, want) == 0;
}

static void
appending(void)
{
	struct buf b;
	char *d;

	buf_init(&b, 1000);
	ok(b.d != NULL && is(&b, ""), "empty, yet a string");
	ok(buf_add(&b, NULL, 0) == 0 && b.cap == 0, "nothing takes no memory");
	ok(buf_adds(&b, "ab") == 0 && buf_addc(&b, 'c') == 0 &&
		buf_add(&b, "\0d", 2) == 0 && b.len == 5 &&
		memcmp(b.d, "abc\0d", 6) == 0,
	    "bytes, NUL among them");
	buf_cut(&b, 3);
	ok(is(&b, "abc"), "cut");
	ok(buf_addf(&b, "-%d-%s", 42, "x") == 0 && is(&b, "abc-42-x"),
	    "formatted");
	ok(buf_addf(&b, "%s", "") == 0 && is(&b, "abc-42-x"),
	    "formatted nothing");
	buf_drain(&b, 4);
	ok(is(&b, "42-x"), "drained");
	buf_drain(&b, 4);
	ok(is(&b, "") && b.cap > 0, "drained empty, memory kept");
	buf_adds(&b, "mine");
	d = buf_detach(&b);
	ok(d != NULL && strcmp(d, "mine") == 0 && b.cap == 0 && is(&b, ""),
	    "detached");
	free(d);
	d = buf_detach(&b);
	ok(d != NULL && *d == '\0', "detached while empty: a string still");
	free(d);
	buf_adds(&b, "secret");
	buf_wipe(&b);
	ok(is(&b, "") && b.cap == 0 && b.max == 1000, "wiped");
	buf_free(&b);
	ok(is(&b, ""), "freed twice");
}

static void
ceiling(void)
{
	struct buf b;
	size_t i;

	buf_init(&b, 5);
	ok(buf_add(&b, "12345", 5) == 0 && is(&b, "12345"), "to the ceiling");
	errno = 0;
	ok(buf_addc(&b, '6') == -1 && errno == EFBIG && is(&b, "12345"),
	    "one past it: refused, nothing changed");
	buf_cut(&b, 3);
	errno = 0;
	ok(buf_addf(&b, "%d", 678) == -1 && errno == EFBIG && is(&b, "123"),
	    "formatted past it: nothing changed");
	ok(buf_room(&b, SIZE_MAX) == -1 && errno == EFBIG,
	    "room for more than there can be");
	ok(buf_room(&b, 2) == 0 && b.len == 3, "room adds nothing");
	buf_free(&b);
	buf_init(&b, 0);
	ok(buf_adds(&b, "") == 0 && buf_addc(&b, 'x') == -1, "a ceiling of 0");
	buf_free(&b);
	buf_init(&b, SIZE_MAX);
	for (i = 0; i < 100000 && buf_addc(&b, (char)('a' + i % 26)) == 0;)
		i++;
	ok(b.len == 100000 && b.d[99999] == 'a' + 99999 % 26 &&
		b.d[100000] == '\0',
	    "grows byte by byte");
	buf_free(&b);
}

/* Writes n bytes into a new pipe and closes its end; the end to read. */
static int
filled(size_t n)
{
	char bytes[4096];
	int fd[2];

	memset(bytes, 'x', sizeof(bytes));
	if (pipe(fd) == -1 || write(fd[1], bytes, n) != (ssize_t)n)
		return -1;
	close(fd[1]);
	return fd[0];
}

static void
reading(void)
{
	struct buf b;
	int fd;

	buf_init(&b, 4096);
	fd = filled(4096);
	ok(buf_read(&b, fd) == 0 && b.len == 4096, "reads to the ceiling");
	close(fd);
	buf_cut(&b, 0);
	fd = filled(0);
	ok(buf_read(&b, fd) == 0 && b.len == 0, "reads nothing");
	close(fd);
	buf_adds(&b, "y");
	fd = filled(4096);
	errno = 0;
	ok(buf_read(&b, fd) == -1 && errno == EFBIG && b.len == 4096 &&
		b.d[0] == 'y',
	    "one byte too many: EFBIG");
	close(fd);
	ok(buf_read(&b, -1) == -1 && errno == EBADF, "no descriptor");
	ok(buf_load(&b, "nowhere/at all") == -1 && errno == ENOENT, "no file");
	ok(buf_load(&b, "/") == -1 && errno == EISDIR, "a folder");
	buf_cut(&b, 0);
	ok(buf_load(&b, "/dev/null") == 0 && b.len == 0, "a file");
	buf_free(&b);
}

/* A descriptor left non-blocking by who had it before is waited for. */
static void
waiting(void)
{
	struct buf b;
	int fd[2];

	buf_init(&b, 100);
	if (!ok(pipe(fd) == 0 && fcntl(fd[0], F_SETFL, O_NONBLOCK) == 0,
		"pipe"))
		return;
	switch (fork()) {
	case 0:
		usleep(10000);
		_exit(write(fd[1], "late", 4) != 4);
	default:
		close(fd[1]);
	}
	ok(buf_read(&b, fd[0]) == 0 && is(&b, "late"), "waits where it must");
	close(fd[0]);
	buf_free(&b);
}

int
main(void)
{
	appending();
	ceiling();
	reading();
	waiting();
	return done();
}
