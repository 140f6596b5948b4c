/* Where a result goes: stdout, or a file that appears when it is whole. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "fault.h"
#include "now.h"
#include "out.h"

struct out {
	LIST_ENTRY(out) entry; /* if it has a tmp */
	FILE *fp;
	int fd;
	int64_t until; /* see out_until() */
	char *path;    /* for messages, and where to rename to */
	char *tmp;     /* written to; NULL: the target itself is */
	int why;       /* errno of the first write that failed */
};

/* What is not to outlive us. */
static LIST_HEAD(, out) outs = LIST_HEAD_INITIALIZER(outs);

static void
out_clear(void)
{
	struct out *o;

	LIST_FOREACH(o, &outs, entry)
	(void)unlink(o->tmp);
}

static void
out_signal(int sig)
{
	out_clear();
	signal(sig, SIG_DFL);
	raise(sig);
}

/* Has o->tmp removed if we end before it is renamed. */
static void
out_guard(struct out *o)
{
	static const int deadly[] = { SIGHUP, SIGINT, SIGTERM };
	static int begun;
	struct sigaction sa;
	size_t i;

	LIST_INSERT_HEAD(&outs, o, entry);
	if (begun++)
		return;
	(void)atexit(out_clear);
	for (i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
		if (sigaction(deadly[i], NULL, &sa) == 0 &&
		    sa.sa_handler == SIG_DFL)
			signal(deadly[i], out_signal);
}

static void
out_free(struct out *o)
{
	if (o->tmp != NULL)
		LIST_REMOVE(o, entry);
	free(o->path);
	free(o->tmp);
	free(o);
}

/* Opens a temporary file beside the target, with the mode it will have. */
static int
out_beside(struct out *o, const struct stat *old)
{
	mode_t mask, mode;
	int fd;

	if (asprintf(&o->tmp, "%s.XXXXXX", o->path) == -1) {
		o->tmp = NULL;
		return -1;
	}
	if ((fd = mkostemp(o->tmp, O_CLOEXEC)) == -1) {
		free(o->tmp);
		o->tmp = NULL;
		return -1;
	}
	out_guard(o);
	if (old != NULL) {
		mode = old->st_mode & 0777;
	} else {
		mask = umask(0);
		umask(mask);
		mode = 0666 & ~mask;
	}
	if (fchmod(fd, mode) == -1 || (o->fp = fdopen(fd, "w")) == NULL) {
		close(fd);
		return -1;
	}
	o->fd = fd;
	return 0;
}

/* Waits until there is room. 0: the time was over before. */
static int
out_wait(const struct out *o)
{
	struct pollfd pfd = { .fd = o->fd, .events = POLLOUT };
	int64_t left = -1;
	int r;

	do {
		if (o->until != 0 && (left = o->until - now_mono()) < 0)
			left = 0;
		r = poll(&pfd, 1, left < INT_MAX ? (int)left : INT_MAX);
	} while (left != 0 && (r == 0 || (r == -1 && errno == EINTR)));
	return r > 0;
}

/*
 * Who shares it with us may have set it not to block: then it is waited for,
 * as if it did. Bytes written: fewer than n with errno.
 */
static ssize_t
out_write(void *cookie, const char *p, size_t n)
{
	const struct out *o = cookie;
	size_t done = 0, len;
	ssize_t w;

	while (done < n) {
		len = n - done;
		if (o->until != 0) {
			if (!out_wait(o)) {
				errno = ETIMEDOUT;
				break;
			}
			len = len < PIPE_BUF ? len : PIPE_BUF;
		}
		if ((w = write(o->fd, p + done, len)) != -1)
			done += (size_t)w;
		else if (errno == EAGAIN)
			(void)out_wait(o);
		else if (errno != EINTR)
			break;
	}
	return (ssize_t)done;
}

static int
out_close(void *cookie)
{
	return close(((struct out *)cookie)->fd);
}

/* A stream to what is written to directly. */
static int
out_direct(struct out *o, int fd)
{
	static const cookie_io_functions_t ours = { .write = out_write,
		.close = out_close };

	o->fd = fd;
	if ((o->fp = fopencookie(o, "w", ours)) == NULL)
		return -1;
	if (isatty(fd))
		(void)setvbuf(o->fp, NULL, _IOLBF, 0);
	return 0;
}

/*
 * A device or FIFO cannot be renamed to, and /dev/fd/N may be a file that
 * someone else has open: those are written to directly.
 */
static int
out_target(struct out *o, const char *path)
{
	struct stat st;
	int fd;

	if (stat(path, &st) == -1) {
		if (errno != ENOENT || *path == '\0' ||
		    (o->path = strdup(path)) == NULL)
			return -1;
		return out_beside(o, NULL);
	}
	if (!S_ISREG(st.st_mode) || strncmp(path, "/dev/", 5) == 0) {
		if ((o->path = strdup(path)) == NULL)
			return -1;
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (fd == -1 || out_direct(o, fd) == 0)
			return fd == -1 ? -1 : 0;
		close(fd);
		return -1;
	}
	/* Through symbolic links, and not where a plain write may not. */
	if ((o->path = realpath(path, NULL)) == NULL ||
	    access(o->path, W_OK) == -1)
		return -1;
	return out_beside(o, &st);
}

struct out *
out_open(const char *path, struct fault *f)
{
	struct out *o;

	if ((o = calloc(1, sizeof(*o))) == NULL) {
		fault_set(f, EX_OSERR, "%s", strerror(errno));
		return NULL;
	}
	if (path == NULL || strcmp(path, "-") == 0)
		path = "/dev/stdout";
	if ((strcmp(path, "/dev/stdout") == 0 ? out_direct(o, STDOUT_FILENO) :
						out_target(o, path)) == -1) {
		fault_set(f, EX_CANTCREAT, "%s: %s", path, strerror(errno));
		out_abort(o);
		return NULL;
	}
	return o;
}

FILE *
out_file(struct out *o)
{
	return o->fp;
}

int
out_fd(const struct out *o)
{
	return o->fd;
}

int
out_room(const struct out *o)
{
	struct pollfd pfd = { .fd = o->fd, .events = POLLOUT };

	return poll(&pfd, 1, 0) != 0;
}

void
out_until(struct out *o, int64_t t)
{
	o->until = t;
}

int
out_flush(struct out *o)
{
	if (o->why == 0 && (fflush(o->fp) == EOF || ferror(o->fp)))
		o->why = errno != 0 ? errno : EIO;
	if (o->why == 0)
		return 0;
	errno = o->why;
	return -1;
}

int
out_commit(struct out *o, struct fault *f)
{
	int why = out_flush(o) == -1 ? errno : 0;

	if (fclose(o->fp) == EOF && why == 0)
		why = errno;
	o->fp = NULL;
	if (why == 0 && o->tmp != NULL && rename(o->tmp, o->path) == -1)
		why = errno;
	if (why != 0) {
		fault_set(f, why == ETIMEDOUT ? EX_TEMPFAIL : EX_IOERR,
		    "%s: %s", o->path != NULL ? o->path : "stdout",
		    why == ETIMEDOUT ? "timed out" : strerror(why));
		out_abort(o);
		errno = why;
		return -1;
	}
	out_free(o);
	return 0;
}

void
out_abort(struct out *o)
{
	if (o == NULL)
		return;
	if (o->fp != NULL)
		fclose(o->fp);
	if (o->tmp != NULL)
		unlink(o->tmp);
	out_free(o);
}
