/*
 * Preloaded, fails a system call: see nth.h. $FAIL_HOW says how: "full", as
 * where disk or descriptors have run out; "broken", as where devices are;
 * "signal", by EINTR, where that happens in spite of SA_RESTART or we provide
 * for it; or "short", by reading or writing one byte.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "nth.h"

enum how {
	FULL,
	BROKEN,
	SIGNAL,
	SHORT,
	HOWS
};

/* What each kind of call fails with; 0: it does not, and is not counted. */
enum kind {
	READ,
	WRITE,	/* to files */
	SEND,	/* to a peer */
	PIPE,	/* to a pipe: our own, that wake us */
	OPEN,	/* what is there */
	CREATE, /* what is new, or takes another's place */
	MAKE,	/* a descriptor without a file */
	CONNECT,
	ACCEPT,
	WATCH,
	WAIT,
	KINDS
};

static const int errors[KINDS][HOWS] = {
	[READ] = { 0, EIO, EINTR, -1 },
	[WRITE] = { ENOSPC, EIO, EINTR, -1 },
	[SEND] = { 0, ECONNRESET, EINTR, -1 },
	[PIPE] = { 0, 0, 0, -1 },
	[OPEN] = { EMFILE, EIO, 0, 0 },
	[CREATE] = { ENOSPC, EIO, 0, 0 },
	[MAKE] = { EMFILE, ENFILE, 0, 0 },
	[CONNECT] = { EAGAIN, ECONNREFUSED, 0, 0 },
	[ACCEPT] = { EMFILE, ENFILE, EINTR, 0 },
	[WATCH] = { ENOSPC, ENOMEM, 0, 0 },
	[WAIT] = { 0, 0, EINTR, 0 },
};
static enum how how;

/* Real calls, past our own; looked up once, which no handler may interrupt. */
#define NEXT(name) \
	static __typeof__(&(name)) next; \
	if (next == NULL) \
	*(void **)&next = nth_next(#name)

/* 0: goes on; -1 with errno: fails; 1: is short. */
static int
fails(enum kind kind, const char *what)
{
	int e = errors[kind][how];

	if (e == 0 || !nth_fails(what))
		return 0;
	if (e == -1)
		return 1;
	errno = e;
	return -1;
}

static enum kind
kind_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return PIPE;
	return S_ISREG(st.st_mode) ? WRITE : S_ISSOCK(st.st_mode) ? SEND : PIPE;
}

/* ---- what is written through stdio: its calls are not to be seen ---- */

static ssize_t
cookie_write(void *fd, const char *p, size_t n)
{
	ssize_t done = 0, w;

	for (; n > 0; done += w, p += w, n -= (size_t)w) {
		if (how == SIGNAL)
			w = syscall(SYS_write, (int)(intptr_t)fd, p, n);
		else
			w = write((int)(intptr_t)fd, p, n);
		if (w == -1)
			return 0;
	}
	return done;
}

static int
cookie_close(void *fd)
{
	return close((int)(intptr_t)fd);
}

static const cookie_io_functions_t cookie = {
	.write = cookie_write,
	.close = cookie_close,
};
static struct {
	FILE *fp;
	int fd;
} cookies[16];

static FILE *
cookie_open(int fd)
{
	FILE *fp = fopencookie((void *)(intptr_t)fd, "w", cookie);
	size_t i = 0;

	while (cookies[i].fp != NULL && cookies[i].fd != fd)
		i++;
	cookies[i].fp = fp;
	cookies[i].fd = fd;
	return fp;
}

int
fileno(FILE *fp)
{
	NEXT(fileno);
	size_t i;

	for (i = 0; cookies[i].fp != NULL; i++)
		if (cookies[i].fp == fp)
			return cookies[i].fd;
	return next(fp);
}

FILE *
fdopen(int fd, const char *mode)
{
	NEXT(fdopen);

	return *mode == 'w' && fd != -1 ? cookie_open(fd) : next(fd, mode);
}

FILE *
fopen(const char *path, const char *mode)
{
	NEXT(fopen);
	int fd;

	if (*mode != 'w')
		return fails(OPEN, "fopen") == 0 ? next(path, mode) : NULL;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return fd == -1 ? NULL : cookie_open(fd);
}

char *
setlocale(int category, const char *locale)
{
	static const char *const hows[] = { "full", "broken", "signal",
		"short" };
	const char *v = getenv("FAIL_HOW");
	NEXT(setlocale);

	while (how < SHORT && v != NULL && strcmp(v, hows[how]) != 0)
		how++;
	if (v != NULL && getenv("FAIL_AT") != NULL)
		stdout = cookie_open(STDOUT_FILENO);
	(void)!write(-1, "", 0); /* what our handlers call is looked up here */
	nth_begin();
	return next(category, locale);
}

/* ---- reading and writing ---- */

/* With n, the size, among the params. */
#define TRANSFER(kind, name, params, args) \
	ssize_t name params \
	{ \
		NEXT(name); \
\
		switch (n > 0 ? fails(kind, #name) : 0) { \
		case -1: \
			return -1; \
		case 1: \
			n = 1; \
		} \
		return next args; \
	}
TRANSFER(READ, read, (int fd, void *p, size_t n), (fd, p, n))
TRANSFER(READ, pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
TRANSFER(READ, recv, (int fd, void *p, size_t n, int flags), (fd, p, n, flags))
TRANSFER(kind_of(fd), write, (int fd, const void *p, size_t n), (fd, p, n))
TRANSFER(WRITE, pwrite, (int fd, const void *p, size_t n, off_t at),
    (fd, p, n, at))
TRANSFER(SEND, send, (int fd, const void *p, size_t n, int flags),
    (fd, p, n, flags))

/* What pread() is where its caller is compiled to check sizes. */
ssize_t __pread_chk(int, void *, size_t, off_t, size_t);

ssize_t
__pread_chk(int fd, void *p, size_t n, off_t at, size_t size)
{
	return n <= size ? pread(fd, p, n, at) : -1;
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int flags)
{
	NEXT(sendmsg);

	switch (fails(SEND, "sendmsg")) {
	case -1:
		return -1;
	case 1:
		return (ssize_t)syscall(SYS_sendto, fd, m->msg_iov->iov_base, 1,
		    flags, NULL, 0);
	}
	return next(fd, m, flags);
}

/* ---- all others ---- */

#define CALL(kind, type, bad, name, params, args) \
	type name params \
	{ \
		NEXT(name); \
\
		return fails(kind, #name) == 0 ? next args : (bad); \
	}
CALL(OPEN, DIR *, NULL, opendir, (const char *path), (path))
CALL(CREATE, int, -1, mkostemp, (char *path, int flags), (path, flags))
CALL(CREATE, int, -1, rename, (const char *from, const char *to), (from, to))
CALL(CREATE, int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
CALL(CREATE, int, -1, ftruncate, (int fd, off_t n), (fd, n))
CALL(CREATE, int, -1, fsync, (int fd), (fd))
CALL(MAKE, int, -1, dup, (int fd), (fd))
CALL(MAKE, int, -1, pipe2, (int fds[2], int flags), (fds, flags))
CALL(MAKE, int, -1, socket, (int a, int b, int c), (a, b, c))
CALL(MAKE, int, -1, socketpair, (int a, int b, int c, int fds[2]),
    (a, b, c, fds))
CALL(ACCEPT, int, -1, accept4,
    (int fd, struct sockaddr *sa, socklen_t *len, int flags),
    (fd, sa, len, flags))
CALL(WAIT, int, -1, poll, (struct pollfd * v, nfds_t n, int ms), (v, n, ms))
CALL(WAIT, int, -1, epoll_wait,
    (int ep, struct epoll_event *ev, int max, int ms), (ep, ev, max, ms))
CALL(MAKE, int, -1, epoll_create1, (int flags), (flags))
CALL(CONNECT, int, -1, connect,
    (int fd, const struct sockaddr *sa, socklen_t n), (fd, sa, n))

/* Memory is needed for one more, and for nothing else. */
int
epoll_ctl(int ep, int op, int fd, struct epoll_event *ev)
{
	NEXT(epoll_ctl);

	if (op == EPOLL_CTL_ADD && fails(WATCH, "epoll_ctl") == -1)
		return -1;
	return next(ep, op, fd, ev);
}

int
open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;
	NEXT(open);

	va_start(ap, flags);
	if ((flags & O_CREAT) != 0)
		mode = (mode_t)va_arg(ap, unsigned);
	va_end(ap);
	if (fails((flags & O_CREAT) != 0 ? CREATE : OPEN, "open") == -1)
		return -1;
	return next(path, flags, mode);
}

/* Closed is closed, whatever it says. */
int
close(int fd)
{
	int bad = fails(CREATE, "close"), e = errno;
	NEXT(close);

	if (next(fd) == -1)
		return -1;
	errno = e;
	return bad;
}
