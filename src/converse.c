/*
 * Conversations: read before, added to after, under a lock.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "converse.h"
#include "fault.h"
#include "lock.h"
#include "out.h"
#include "request.h"
#include "splice.h"

/* Reads the file's text, and appends its messages to out. */
static int
read_messages(const char *path, int fd, struct buf *text, struct buf *out,
    struct fault *f)
{
	if (buf_read(text, fd) == -1)
		return fault_set(f, EX_NOINPUT, "%s: %s", path,
		    strerror(errno));
	if (text->len > 0 && request_messages(out, text->d, text->len, 0) == -1)
		return fault_set(f, EX_DATAERR,
		    "%s: not a conversation "
		    "(want {\"messages\":[...]})",
		    path);
	return 0;
}

/* May the file be changed, or made where there is none (missing)? */
static int
may_add(const char *path, int missing, struct fault *f)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	int r = -1;

	if (!missing) {
		r = access(path, W_OK);
	} else if (*path == '\0') {
		errno = ENOENT;
	} else if (slash == NULL) {
		r = access(".", W_OK | X_OK);
	} else if ((dir = strndup(path, (size_t)(slash - path) + 1)) != NULL) {
		r = access(dir, W_OK | X_OK);
		free(dir);
	}
	return r == -1 ?
	    fault_set(f, EX_CANTCREAT, "%s: %s", path, strerror(errno)) :
	    0;
}

int
converse_read(const char *path, struct buf *out, struct fault *f)
{
	struct buf text;
	int fd, r;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1) {
		if (errno == ENOENT)
			return may_add(path, 1, f);
		return fault_set(f, EX_NOINPUT, "%s: %s", path,
		    strerror(errno));
	}
	buf_init(&text, REQUEST_MAX);
	r = read_messages(path, fd, &text, out, f);
	buf_free(&text);
	close(fd);
	return r == -1 ? -1 : may_add(path, 0, f);
}

/* Replaces the file: what an object holds beside its messages stays. */
static int
write_file(const char *path, const struct buf *text, const struct buf *messages,
    struct fault *f)
{
	struct splice_edit e = { "messages", messages->d, messages->len };
	struct buf b;
	struct out *o;

	buf_init(&b, 2 * (size_t)REQUEST_MAX);
	if ((splice_edit(&b, text->d, text->len, &e, 1) == -1 &&
		(errno != EINVAL ||
		    buf_addf(&b, "{\"messages\":%s}", messages->d) == -1)) ||
	    (b.d[b.len - 1] != '\n' && buf_addc(&b, '\n') == -1)) {
		buf_free(&b);
		return fault_set(f, EX_OSERR, "%s: %s", path, strerror(errno));
	}
	if ((o = out_open(path, f)) != NULL)
		fwrite(b.d, 1, b.len, out_file(o));
	buf_free(&b);
	return o == NULL ? -1 : out_commit(o, f);
}

/* Makes all the array of the messages that were there and the new ones. */
static int
join(struct buf *all, const struct buf *old, const char *messages, size_t n)
{
	if (buf_adds(all, "[\n") == -1 ||
	    buf_add(all, old->d, old->len) == -1 ||
	    (old->len > 0 && buf_adds(all, ",\n") == -1) ||
	    buf_add(all, messages, n) == -1)
		return -1;
	return buf_adds(all, "\n]");
}

int
converse_add(const char *path, const char *messages, size_t n, struct fault *f)
{
	struct buf text, old, all;
	int fd, r;

	if ((fd = lock_open(path, 1)) == -1)
		return fault_set(f, EX_CANTCREAT, "%s: %s", path,
		    strerror(errno));
	buf_init(&text, REQUEST_MAX);
	buf_init(&old, REQUEST_MAX);
	buf_init(&all, 2 * (size_t)REQUEST_MAX);
	if ((r = read_messages(path, fd, &text, &old, f)) == 0)
		r = join(&all, &old, messages, n) == -1 ?
		    fault_set(f, EX_OSERR, "%s: %s", path, strerror(errno)) :
		    write_file(path, &text, &all, f);
	buf_free(&text);
	buf_free(&old);
	buf_free(&all);
	close(fd);
	return r;
}
