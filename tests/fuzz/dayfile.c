/*
 * A day of the ledger on disk: the input is the file. However it came to be,
 * at once, in pieces, or from a checkpoint and what came behind it, the fold
 * is the same; a line that is appended is the last of it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "attempt.h"
#include "buf.h"
#include "classify.h"
#include "day.h"
#include "dayfile.h"
#include "fault.h"
#include "fold.h"
#include "ledger.h"
#include "slots.h"
#include "snapshot.h"
#include "utf8.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum {
	DAY = 20779,
	EAST8 = 8 * 3600
};

static const char line[] =
    "\n{\"ts\":\"2026-11-22T10:00:00.000+08:00\",\"key\":\"0123abcd\","
    "\"upstream\":\"u\",\"model\":\"m\",\"op\":\"chat\","
    "\"status\":200,\"verdict\":\"ok\"}\n";

static int foreign; /* of no byte yet, it may be of any file */
static int is_utf8; /* else a checkpoint has other names for some */
static char root[64], usage[128], limits[128];

/* Removes the files of a folder; usage, limits and what else may come. */
static void
clear(const char *name)
{
	char path[512];
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	if ((dir = opendir(path)) == NULL)
		return;
	while ((e = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s/%s", root, name, e->d_name);
		(void)unlink(path);
	}
	closedir(dir);
}

/* Nothing stays behind. */
static void
leave(void)
{
	static const char *const names[] = { "usage", "limits", "." };
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		clear(names[i]);
		snprintf(path, sizeof(path), "%s/%s", root, names[i]);
		(void)rmdir(path);
	}
	(void)rmdir(root);
}

static void
begin(void)
{
	char path[128], clock[32];

	if (*root == '\0') {
		snprintf(clock, sizeof(clock), "%lld",
		    (long long)(day_start(DAY + 1, EAST8) / 1000 + 60 -
			time(NULL)));
		setenv("MS_TEST_CLOCK", clock, 1);
		fuzz_folder(root);
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
	clear("usage");
	clear("limits");
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
	foreign |= how == LOAD && loaded == 1;
	if (loaded == 0)
		dayfile_begin(d, fold_new(DAY, EAST8));
	assert(loaded == 1 || (loaded == 0 && how != SAVED));
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

	assert(!is_utf8 || (x.len == y.len && memcmp(x.d, y.d, x.len) == 0));
	buf_free(&x);
	buf_free(&y);
}

/* Of two there may be two, and not a third. */
static void
taken(void)
{
	struct slots *s;
	int a, b;

	s = slots_open(root);
	assert(s != NULL);
	a = slots_take(s, "0123abcd", 2);
	b = slots_take(s, "0123abcd", 2);
	if (a != -1 && b != -1) {
		assert(a != b && slots_take(s, "0123abcd", 2) == -1);
		assert(errno == EAGAIN);
		slots_give(s, a);
		a = slots_take(s, "0123abcd", 2);
	}
	slots_close(s);
	assert(a != -1 && b != -1);
}

/* A file that is not there is made by who appends, for all of the folder. */
static void
made(mode_t folder)
{
	char path[128];
	struct dayfile *d;
	struct stat st;

	begin();
	snprintf(path, sizeof(path), "%s/usage", root);
	(void)chmod(path, folder);
	d = follow(START);
	assert(strcmp(dayfile_path(d), usage) == 0 && !dayfile_moved(d));
	assert(dayfile_append(d, line, sizeof(line) - 1) == 0);
	assert(fold_lines(dayfile_fold(d)) == 1 && dayfile_save(d) == 0);
	assert(stat(usage, &st) == 0);
	assert((st.st_mode & 0777) == (folder & 0660));
	same(d, follow(SAVED));
	(void)chmod(path, 0700);
}

/* One that took its place is not written to. */
static void
replaced(const uint8_t *data, size_t n)
{
	struct dayfile *d;

	begin();
	put(usage, data, n);
	d = follow(START);
	if (rename(usage, limits) == -1)
		abort();
	put(usage, data, n);
	assert(dayfile_moved(d));
	assert(dayfile_append(d, line, sizeof(line) - 1) == -1);
	assert(errno == ESTALE);
	dayfile_free(d);
}

/* A line longer than any is skipped, when it has its end. */
static void
overlong(void)
{
	static uint8_t text[600 * 1024];
	struct dayfile *d;

	memset(text, 'x', sizeof(text));
	begin();
	put(usage, text, sizeof(text));
	d = follow(START);
	assert(dayfile_behind(d) == 0 && fold_skipped(dayfile_fold(d)) == 0);
	put(usage, (const uint8_t *)line, sizeof(line) - 1);
	assert(dayfile_read(d) == 0);
	assert(fold_skipped(dayfile_fold(d)) == 1);
	assert(fold_lines(dayfile_fold(d)) == 1);
	same(d, follow(START));
}

static void
record(struct ledger *l, int64_t day, int64_t before)
{
	struct attempt a;
	int warn;

	attempt_init(&a);
	a.ts = day_start(day, EAST8) + 1000;
	a.upstream = "u";
	a.model = "m";
	a.op = "chat";
	a.verdict = V_OK;
	if (ledger_append(l, &a, &warn) == -1)
		assert(warn == 0);
	else
		assert(fold_lines(ledger_fold(l)) == before + 1);
}

/* The days behind it: it is told of for itself, carried over, and pruned. */
static void
later(const uint8_t *data, size_t n)
{
	struct ledger *l;
	struct fold *f;
	struct fault fault;
	int a, b;

	begin();
	put(usage, data, n);
	l = ledger_open(root, EAST8, LEDGER_WRITE, 90, &fault);
	assert(l != NULL);
	record(l, DAY + 1, 0);
	record(l, DAY + 2, 0);
	record(l, DAY + 1, 0);
	f = ledger_past(l, DAY + 1);
	a = f != NULL && fold_lines(f) == 2;
	fold_free(f);
	b = ledger_prune(l, DAY + 1);
	ledger_close(l);
	assert(a && b >= 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dayfile *d;
	size_t half = size > 0 ? data[0] * size / 256 : 0;
	int64_t before, skipped;

	is_utf8 = utf8_span((const char *)data, size) == size;
	begin();
	put(limits, data, size); /* is none of this file */
	put(usage, data, half);
	foreign = 0;
	d = follow(LOAD);
	assert(dayfile_save(d) == 0 && dayfile_behind(d) == 0);
	assert(!dayfile_moved(d));
	put(usage, data + half, size - half);
	assert(dayfile_read(d) == 0);
	same(d, follow(SAVED));

	d = follow(SAVED);
	before = fold_lines(dayfile_fold(d));
	skipped = fold_skipped(dayfile_fold(d));
	assert(dayfile_append(d, line, sizeof(line) - 1) == 0);
	assert(dayfile_read(d) == 0);
	/* which ends the one before it, if that had no end */
	before = fold_lines(dayfile_fold(d)) - before;
	skipped = fold_skipped(dayfile_fold(d)) - skipped;
	assert(before >= 1 && before + skipped <= 2);
	assert(before + skipped == 1 || data[size - 1] != '\n');
	same(d, follow(foreign ? SAVED : START));

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
	if (size < 2) { /* the same for all */
		made(size == 0 ? 0700 : 0770);
		taken();
	}
	replaced(data, half);
	later(data, size);
	if (size > 0 && data[0] == 'L')
		overlong();
	return 0;
}
