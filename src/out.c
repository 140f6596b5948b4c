/* Where a result goes: stdout, or a file that appears when it is whole. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "fault.h"
#include "out.h"

struct out {
	LIST_ENTRY(out) entry; /* if it has a tmp */
	FILE *fp;
	char *path; /* for messages, and where to rename to */
	char *tmp;  /* written to; NULL: the target itself is */
	int why;    /* errno of the first write that failed */
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

	if (stat(path, &st) == -1) {
		if (errno != ENOENT || *path == '\0' ||
		    (o->path = strdup(path)) == NULL)
			return -1;
		return out_beside(o, NULL);
	}
	if (!S_ISREG(st.st_mode) || strncmp(path, "/dev/", 5) == 0) {
		if ((o->path = strdup(path)) == NULL)
			return -1;
		o->fp = fopen(path, "we");
		return o->fp == NULL ? -1 : 0;
	}
	/* Through symbolic links, and not where a plain write may not. */
	if ((o->path = realpath(path, NULL)) == NULL ||
	    access(o->path, W_OK) == -1)
		return -1;
	return out_beside(o, &st);
}

/*
 * Who shares stdout with us may have set it not to block: then it is waited
 * for, as if it did. Bytes written: fewer than n with errno.
 */
static ssize_t
out_write(void *cookie, const char *p, size_t n)
{
	struct pollfd pfd = { .fd = STDOUT_FILENO, .events = POLLOUT };
	size_t done = 0;
	ssize_t w;

	(void)cookie;
	while (done < n) {
		if ((w = write(STDOUT_FILENO, p + done, n - done)) != -1)
			done += (size_t)w;
		else if (errno == EAGAIN)
			(void)poll(&pfd, 1, -1);
		else if (errno != EINTR)
			break;
	}
	return (ssize_t)done;
}

static int
out_close(void *cookie)
{
	(void)cookie;
	return close(STDOUT_FILENO);
}

static int
out_stdout(struct out *o)
{
	static const cookie_io_functions_t ours = { .write = out_write,
		.close = out_close };

	if ((o->fp = fopencookie(NULL, "w", ours)) == NULL)
		return -1;
	if (isatty(STDOUT_FILENO))
		(void)setvbuf(o->fp, NULL, _IOLBF, 0);
	return 0;
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
	if ((strcmp(path, "/dev/stdout") == 0 ? out_stdout(o) :
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
	int fd = fileno(o->fp);

	return fd == -1 ? STDOUT_FILENO : fd;
}

int
out_room(const struct out *o)
{
	struct pollfd pfd = { .fd = out_fd(o), .events = POLLOUT };

	return poll(&pfd, 1, 0) != 0;
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
		fault_set(f, EX_IOERR, "%s: %s",
		    o->path != NULL ? o->path : "stdout", strerror(why));
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
