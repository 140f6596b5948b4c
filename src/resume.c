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
	int64_t foreign; /* no results; a torn one is the last */
};

/* One line with its LF: what it is, by the tally. 1: it stands. */
static int
tally(struct tally *t, const char *line, size_t n, struct buf *id,
    struct idset *ids)
{
	enum batchline_state s = BATCHLINE_NONE;
	int new;

	buf_cut(id, 0);
	if (line[n - 1] == '\n')
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
		if (r == 1 && to != NULL)
			fwrite(line, 1, (size_t)n, to);
	}
	if (r != -1)
		r = ferror(from) ?
		    fault_set(f, EX_IOERR, "%s: %s", path, strerror(errno)) :
		    0;
	else
		fault_set(f, EX_OSERR, "%s: %s", path, strerror(errno));
	free(line);
	buf_free(&id);
	return r;
}

/* Puts a copy of what stands in the file's place; fd becomes the copy. */
static int
rewrite(const char *path, FILE *from, int *fd, struct fault *f)
{
	struct idset *again;
	char *part;
	FILE *to = NULL;
	struct tally t;
	int new = -1, r = -1;

	if (asprintf(&part, "%s.part", path) == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	if ((again = idset_new()) == NULL) {
		fault_set(f, EX_OSERR, "%s", strerror(errno));
		goto out;
	}
	/* under the lock this name is ours; a rest of a killed run goes */
	new = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (new == -1 || flock(new, LOCK_EX | LOCK_NB) == -1 ||
	    (to = fdopen(dup(new), "we")) == NULL) {
		fault_set(f, EX_CANTCREAT, "%s: %s", part, strerror(errno));
		goto out;
	}
	rewind(from);
	if (pass(path, from, to, again, &t, f) == -1)
		goto out;
	if (fflush(to) != 0 || ferror(to)) {
		fault_set(f, EX_IOERR, "%s: %s", part, strerror(errno));
		unlink(part);
		goto out;
	}
	if (rename(part, path) == -1) {
		fault_set(f, EX_CANTCREAT, "%s: %s", path, strerror(errno));
		goto out;
	}
	close(*fd);
	*fd = new;
	new = -1;
	r = 0;
out:
	if (to != NULL)
		fclose(to);
	if (new != -1)
		close(new);
	idset_free(again);
	free(part);
	return r;
}

int
resume_open(const char *path, struct idset *done, int64_t *bad, struct fault *f)
{
	struct tally t;
	FILE *from;
	int fd;

	if ((fd = lock_open(path, 0)) == -1) {
		if (errno == EWOULDBLOCK)
			return fault_set(f, EX_TEMPFAIL,
			    "%s: another run is writing it", path);
		return fault_set(f, EX_CANTCREAT, "%s: %s", path,
		    strerror(errno));
	}
	if ((from = fdopen(dup(fd), "re")) == NULL) {
		close(fd);
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	}
	if (pass(path, from, NULL, done, &t, f) == -1)
		goto fail;
	if (t.foreign > 1) { /* hardly ours: not to be touched */
		fault_set(f, EX_DATAERR, "%s: not a file of results", path);
		goto fail;
	}
	if (t.redo + t.foreign > 0 && rewrite(path, from, &fd, f) == -1)
		goto fail;
	fclose(from);
	*bad = t.bad;
	if (lseek(fd, 0, SEEK_END) == -1 ||
	    fcntl(fd, F_SETFL, O_APPEND) == -1) {
		close(fd);
		return fault_set(f, EX_IOERR, "%s: %s", path, strerror(errno));
	}
	return fd;
fail:
	fclose(from);
	close(fd);
	return -1;
}
