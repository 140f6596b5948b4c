/*
 * Two passes over the old output: what is done, and, if need be, a copy of
 * just that, which takes the file's place under the lock.
 */
#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "batchline.h"
#include "buf.h"
#include "fault.h"
#include "idset.h"
#include "lock.h"
#include "resume.h"

struct tally {
	int64_t bad;	 /* errors that stand */
	int64_t redo;	 /* errors that may pass, and repetitions */
	int64_t foreign; /* no results */
	int torn;	 /* a piece of one at the end */
};

/* One line with its LF: what it is, by the tally. 1: it stands. */
static int
tally(struct tally *t, const char *line, size_t n, struct buf *id,
    struct idset *ids)
{
	static const char begins[] = "{\"id\":";
	enum batchline_state s;
	int new;

	buf_cut(id, 0);
	if (line[n - 1] != '\n') {
		if (n > sizeof(begins) - 1)
			n = sizeof(begins) - 1;
		t->torn = memcmp(line, begins, n) == 0;
		t->foreign += !t->torn;
		return 0;
	}
	s = batchline_look(line, n - 1, id);
	if (s == BATCHLINE_NONE || s == BATCHLINE_REDO) {
		t->foreign += s == BATCHLINE_NONE;
		t->redo += s == BATCHLINE_REDO;
		return 0;
	}
	new = idset_add(ids, id->d, id->len);
	t->bad += new == 1 && s == BATCHLINE_BAD;
	t->redo += new == 0;
	return new;
}

/* Looks through from; what stands is put into ids and, if given, into to. */
static int
pass(const char *path, FILE *from, FILE *to, struct idset *ids, struct tally *t,
    struct fault *f)
{
	struct buf id;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int r = 0;

	buf_init(&id, BATCHLINE_ID_MAX);
	memset(t, 0, sizeof(*t));
	while (r != -1 && (n = getline(&line, &cap, from)) != -1) {
		r = tally(t, line, (size_t)n, &id, ids);
		if (r == 1 && to != NULL &&
		    fwrite(line, 1, (size_t)n, to) != (size_t)n)
			r = -1;
	}
	/* Short of memory getline(3) ends early, and no error is to be seen. */
	if (r == -1 || !feof(from))
		r = fault_set(f, errno == ENOMEM ? EX_OSERR : EX_IOERR,
		    "%s: %s", path, strerror(errno));
	else
		r = 0;
	free(line);
	buf_free(&id);
	return r;
}

/* What stands goes to a file of this name, which takes the place of path. */
static int
copy(const char *path, const char *part, FILE *from, int new,
    struct idset *done, struct fault *f)
{
	struct tally t;
	FILE *to;

	if ((to = fdopen(dup(new), "we")) == NULL)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	rewind(from);
	idset_clear(done);
	if (pass(path, from, to, done, &t, f) == -1) {
		fclose(to);
		return -1;
	}
	if (fclose(to) != 0)
		return fault_set(f, EX_IOERR, "%s: %s", part, strerror(errno));
	if (rename(part, path) == -1)
		return fault_set(f, EX_CANTCREAT, "%s: %s", path,
		    strerror(errno));
	return 0;
}

/* Puts a copy of what stands in the file's place; fd becomes the copy. */
static int
rewrite(const char *path, FILE *from, int *fd, struct idset *done,
    struct fault *f)
{
	struct stat st;
	char *part;
	int new, r = -1;

	if (asprintf(&part, "%s.part", path) == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	/* under the lock this name is ours; a rest of a killed run goes */
	new = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (new == -1 || flock(new, LOCK_EX | LOCK_NB) == -1 ||
	    fstat(*fd, &st) == -1 || fchmod(new, st.st_mode & 0777) == -1)
		fault_set(f, EX_CANTCREAT, "%s: %s", part, strerror(errno));
	else if ((r = copy(path, part, from, new, done, f)) == -1)
		unlink(part);
	free(part);
	if (r == -1) {
		if (new != -1)
			close(new);
		return -1;
	}
	close(*fd);
	*fd = new;
	return 0;
}

/* The results of a file that is locked: what is done, and no more in it. */
static int
take_over(const char *path, int *fd, struct idset *done, int64_t *bad,
    struct fault *f)
{
	struct tally t;
	FILE *from;
	int r;

	if ((from = fdopen(dup(*fd), "re")) == NULL)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	r = pass(path, from, NULL, done, &t, f);
	if (r == 0 && t.foreign > 0) /* not to be touched */
		r = fault_set(f, EX_DATAERR, "%s: not a file of results", path);
	if (r == 0 && t.redo + t.torn > 0)
		r = rewrite(path, from, fd, done, f);
	fclose(from);
	if (r == 0 &&
	    (lseek(*fd, 0, SEEK_END) == -1 ||
		fcntl(*fd, F_SETFL, O_APPEND) == -1))
		r = fault_set(f, EX_IOERR, "%s: %s", path, strerror(errno));
	*bad = t.bad;
	return r;
}

int
resume_open(const char *path, struct idset *done, int64_t *bad, struct fault *f)
{
	struct stat st;
	char *real;
	int fd;

	*bad = 0;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		/* a pipe, a device: nothing is in it */
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		return fd != -1 ?
		    fd :
		    fault_set(f, EX_CANTCREAT, "%s: %s", path, strerror(errno));
	}
	/* where a link leads is replaced, not the link */
	if ((real = realpath(path, NULL)) == NULL &&
	    (real = strdup(path)) == NULL)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	if ((fd = lock_open(real, 0)) == -1) {
		if (errno == EWOULDBLOCK)
			fault_set(f, EX_TEMPFAIL,
			    "%s: another run is writing it", path);
		else
			fault_set(f, EX_CANTCREAT, "%s: %s", path,
			    strerror(errno));
	} else if (take_over(real, &fd, done, bad, f) == -1) {
		close(fd);
		fd = -1;
	}
	free(real);
	return fd;
}
