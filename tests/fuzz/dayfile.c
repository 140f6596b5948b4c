/*
 * A day of the ledger on disk: the input is the file. However it came to be,
 * at once, in pieces, or from a checkpoint and what came behind it, the fold
 * is the same; a line that is appended is the last of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "dayfile.h"
#include "fold.h"
#include "snapshot.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum {
	DAY = 20779,
	EAST8 = 8 * 3600
};

static char root[64], usage[128], limits[128];

/* Nothing stays behind. */
static void
leave(void)
{
	char path[128];

	(void)unlink(usage);
	(void)unlink(limits);
	snprintf(path, sizeof(path), "%s/usage", root);
	(void)rmdir(path);
	snprintf(path, sizeof(path), "%s/limits", root);
	(void)rmdir(path);
	(void)rmdir(root);
}

static void
begin(void)
{
	char path[128];

	if (*root == '\0') {
		snprintf(root, sizeof(root), "/tmp/ms-fuzz.XXXXXX");
		if (mkdtemp(root) == NULL)
			abort();
		snprintf(path, sizeof(path), "%s/usage", root);
		(void)mkdir(path, 0700);
		snprintf(path, sizeof(path), "%s/limits", root);
		(void)mkdir(path, 0700);
		snprintf(usage, sizeof(usage), "%s/usage/2026-11-22.jsonl",
		    root);
		snprintf(limits, sizeof(limits), "%s/limits/2026-11-22.jsonl",
		    root);
		atexit(leave);
	}
	(void)unlink(usage);
	(void)unlink(limits);
}

/* Adds to a file; the fold hears of it when it is read. */
static void
put(const char *path, const uint8_t *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd == -1 || write(fd, p, n) != (ssize_t)n || close(fd) == -1)
		abort();
}

enum how {
	START,
	LOAD, /* the checkpoint, if it is of this file */
	SAVED /* which it is */
};

static struct dayfile *
follow(enum how how)
{
	struct dayfile *d = dayfile_new(root, DAY, EAST8);
	int loaded;

	assert(d != NULL);
	loaded = how != START ? dayfile_load(d) : 0;
	if (loaded == 0)
		dayfile_begin(d, fold_new(DAY, EAST8));
	assert(loaded != -1 && loaded >= (how == SAVED));
	assert(dayfile_fold(d) != NULL);
	if (dayfile_read(d) != 0) {
		dayfile_free(d);
		assert(0);
	}
	return d;
}

/* The fold's text; d is freed. */
static struct buf
text(struct dayfile *d)
{
	struct fold *f = dayfile_take(d);
	struct buf b;

	buf_init(&b, (size_t)1 << 26);
	assert(f != NULL && fold_day(f) == DAY && snapshot_write(f, &b) == 0);
	fold_free(f);
	return b;
}

static void
same(struct dayfile *a, struct dayfile *b)
{
	struct buf x = text(a), y = text(b);

	assert(x.len == y.len && memcmp(x.d, y.d, x.len) == 0);
	buf_free(&x);
	buf_free(&y);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char line[] =
	    "\n{\"ts\":\"2026-11-22T10:00:00.000+08:00\",\"key\":\"0123abcd\","
	    "\"upstream\":\"u\",\"model\":\"m\",\"op\":\"chat\","
	    "\"status\":200,\"verdict\":\"ok\"}\n";
	struct dayfile *d, *e;
	size_t half = size > 0 ? data[0] * size / 256 : 0;
	int64_t before, skipped;

	begin();
	put(limits, data, size); /* is none of this file */
	put(usage, data, half);
	d = follow(LOAD);
	assert(dayfile_save(d) == 0 && dayfile_behind(d) == 0);
	assert(!dayfile_moved(d));
	put(usage, data + half, size - half);
	assert(dayfile_read(d) == 0);
	e = follow(SAVED);
	same(d, e);

	d = follow(SAVED);
	before = fold_lines(dayfile_fold(d));
	skipped = fold_skipped(dayfile_fold(d));
	assert(dayfile_append(d, line, sizeof(line) - 1) == 0);
	assert(dayfile_read(d) == 0);
	assert(fold_lines(dayfile_fold(d)) == before + 1);
	assert(fold_skipped(dayfile_fold(d)) - skipped <= 1);
	same(d, follow(START));

	d = follow(START);
	if (truncate(usage, 0) == -1)
		abort();
	assert(dayfile_read(d) == 1);
	assert(dayfile_append(d, line, sizeof(line) - 1) == 0);
	(void)unlink(usage);
	assert(dayfile_moved(d) && dayfile_read(d) == 1);
	assert(dayfile_append(d, line, sizeof(line) - 1) == -1);
	assert(errno == ESTALE);
	dayfile_free(d);
	return 0;
}
