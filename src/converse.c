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

static int
read_messages(const char *path, int fd, struct buf *out, struct fault *f)
{
	struct buf b;
	int r = 0;

	buf_init(&b, REQUEST_MAX);
	if (buf_read(&b, fd) == -1)
		r = fault_set(f, EX_NOINPUT, "%s: %s", path, strerror(errno));
	else if (b.len > 0 && request_messages(out, b.d, b.len, 0) == -1)
		r = fault_set(f, EX_DATAERR,
		    "%s: not a conversation "
		    "(want {\"messages\":[...]})",
		    path);
	buf_free(&b);
	return r;
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
	int fd, r;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1) {
		if (errno == ENOENT)
			return may_add(path, 1, f);
		return fault_set(f, EX_NOINPUT, "%s: %s", path,
		    strerror(errno));
	}
	r = read_messages(path, fd, out, f);
	close(fd);
	return r == -1 ? -1 : may_add(path, 0, f);
}

static int
write_file(const char *path, const struct buf *old, const char *messages,
    size_t n, struct fault *f)
{
	struct out *o;
	FILE *fp;

	if ((o = out_open(path, f)) == NULL)
		return -1;
	fp = out_file(o);
	fprintf(fp, "{\"messages\":[\n%s%s", old->d, old->len > 0 ? ",\n" : "");
	fwrite(messages, 1, n, fp);
	fputs("\n]}\n", fp);
	return out_commit(o, f);
}

int
converse_add(const char *path, const char *messages, size_t n, struct fault *f)
{
	struct buf old;
	int fd, r;

	if ((fd = lock_open(path, 1)) == -1)
		return fault_set(f, EX_CANTCREAT, "%s: %s", path,
		    strerror(errno));
	buf_init(&old, REQUEST_MAX);
	if ((r = read_messages(path, fd, &old, f)) == 0)
		r = write_file(path, &old, messages, n, f);
	buf_free(&old);
	close(fd);
	return r;
}
