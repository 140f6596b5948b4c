/*
 * The ledger: the present day's file and the days before it, whose rests and
 * balances are carried on.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "attempt.h"
#include "buf.h"
#include "day.h"
#include "dayfile.h"
#include "fault.h"
#include "fold.h"
#include "ledger.h"
#include "now.h"
#include "paths.h"
#include "share.h"

enum {
	LEDGER_BEHIND = 256 * 1024, /* bytes until a checkpoint is due */
	LEDGER_PAUSE = 1000,	    /* ms between two, and two looks */
	LEDGER_WARN = 60000,	    /* ms between two warnings */
	LEDGER_HELD = 31,	    /* days that a rest can outlive */
	LEDGER_STALE = 60	    /* s that a checkpoint takes at most */
};

struct ledger {
	char *dir;
	int off;
	int mode;
	int keep_days;
	int64_t day;
	struct dayfile *file;
	int64_t looked;	 /* ms: at the file's name */
	int64_t saved;	 /* ms: a checkpoint */
	int64_t warned;	 /* ms, monotonic; -1 never */
	struct buf text; /* the line that is appended */
};

/* ---- folders ---- */

/* A folder in the ledger's, shared with whom that one is shared with. */
static int
ledger_mkdir(const char *dir, const char *name)
{
	mode_t mode = share_mode(dir);
	char *path;
	int rc;

	if (asprintf(&path, "%s/%s", dir, name) == -1)
		return -1;
	if ((rc = mkdir(path, 0700)) == 0 && mode != 0)
		(void)chmod(path, 0700 | mode);
	if (rc == -1 && errno == EEXIST)
		rc = 0;
	free(path);
	return rc;
}

static int
ledger_folders(const struct ledger *l)
{
	if (paths_mkdir(l->dir) == -1 || ledger_mkdir(l->dir, "usage") == -1)
		return -1;
	return ledger_mkdir(l->dir, "limits");
}

static DIR *
ledger_opendir(const struct ledger *l, const char *name)
{
	char *path;
	DIR *dir;

	if (asprintf(&path, "%s/%s", l->dir, name) == -1)
		return NULL;
	dir = opendir(path);
	free(path);
	return dir;
}

/* The day of a file's name, "DATE.jsonl". 0, or -1: another file. */
static int
ledger_day_named(const char *name, int64_t *day)
{
	enum {
		DATE = DAY_TEXT - 1
	};

	return strlen(name) > DATE && strcmp(name + DATE, ".jsonl") == 0 ?
	    day_parse(name, DATE, day) :
	    -1;
}

/*
 * Removes from one folder the days before first, and temporary files that
 * somebody left behind. The number of days removed, or -1 with errno.
 */
static int
ledger_prune1(const struct ledger *l, const char *name, int64_t first)
{
	time_t stale = time(NULL) - LEDGER_STALE;
	struct dirent *e;
	struct stat st;
	int64_t day;
	int n = 0;
	DIR *dir;

	if ((dir = ledger_opendir(l, name)) == NULL)
		return errno == ENOENT ? 0 : -1;
	while (n != -1 && (e = readdir(dir)) != NULL) {
		if (ledger_day_named(e->d_name, &day) == 0) {
			if (day >= first)
				continue;
			n = unlinkat(dirfd(dir), e->d_name, 0) == 0 ||
				errno == ENOENT ?
			    n + 1 :
			    -1;
		} else if (*e->d_name == '.' && strlen(e->d_name) > DAY_TEXT &&
		    day_parse(e->d_name + 1, DAY_TEXT - 1, &day) == 0 &&
		    fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		    st.st_mtime < stale)
			(void)unlinkat(dirfd(dir), e->d_name, 0);
	}
	closedir(dir);
	return n;
}

int
ledger_prune(struct ledger *l, int64_t first)
{
	int limits, usage;

	/* Checkpoints first: one without its day would be of no day. */
	if ((limits = ledger_prune1(l, "limits", first)) == -1 ||
	    (usage = ledger_prune1(l, "usage", first)) == -1)
		return -1;
	return limits + usage;
}

/* Once a day; that it cannot is no matter. */
static void
ledger_tidy(struct ledger *l)
{
	if (l->mode == LEDGER_WRITE && l->keep_days > 0)
		(void)ledger_prune(l, l->day - l->keep_days);
}

/* The latest day with a file, before day but not before first; or -1. */
static int64_t
ledger_before(const struct ledger *l, int64_t day, int64_t first)
{
	int64_t d, latest = -1;
	struct dirent *e;
	DIR *dir;

	if ((dir = ledger_opendir(l, "usage")) == NULL)
		return -1;
	while ((e = readdir(dir)) != NULL)
		if (ledger_day_named(e->d_name, &d) == 0 && d < day &&
		    d >= first && d > latest)
			latest = d;
	closedir(dir);
	return latest;
}

/* ---- days ---- */

/*
 * The fold that a day begins with: that of the latest day before it, read
 * to its end and turned; which itself began with one, if its checkpoint is
 * lost. NULL with errno.
 */
static struct fold *
ledger_carry(struct ledger *l, int64_t day, int64_t first)
{
	int64_t last = ledger_before(l, day, first);
	struct dayfile *d;
	struct fold *f;
	int rc;

	if (last == -1)
		return fold_new(day, l->off);
	if ((d = dayfile_new(l->dir, last, l->off)) == NULL)
		return NULL;
	if ((rc = dayfile_load(d)) == 0) {
		if ((f = ledger_carry(l, last, first)) == NULL)
			goto err;
		dayfile_begin(d, f);
	}
	/* A day that cannot be read to its end carries what it can. */
	if (rc == -1 || (dayfile_read(d) == -1 && errno == ENOMEM))
		goto err;
	if (dayfile_behind(d) > LEDGER_BEHIND)
		(void)dayfile_save(d);
	f = dayfile_take(d);
	fold_turn(f, day, day_start(day, l->off));
	return f;
err:
	dayfile_free(d);
	return NULL;
}

/* Makes d the present day, with f to begin with, and saves that at once. */
static void
ledger_adopt(struct ledger *l, struct dayfile *d, int64_t day, struct fold *f)
{
	dayfile_begin(d, f);
	/* So that rests that outlive their day live on, if that is pruned. */
	if (ledger_before(l, day, day - LEDGER_HELD) != -1)
		(void)dayfile_save(d);
	dayfile_free(l->file);
	l->file = d;
	l->day = day;
}

/* Begins a day, with its checkpoint or what the days before it left. */
static int
ledger_begin(struct ledger *l, int64_t day)
{
	struct dayfile *d;
	struct fold *f;

	if ((d = dayfile_new(l->dir, day, l->off)) == NULL)
		return -1;
	switch (dayfile_load(d)) {
	case 1:
		dayfile_free(l->file);
		l->file = d;
		l->day = day;
		return 0;
	case 0:
		if ((f = ledger_carry(l, day, day - LEDGER_HELD)) != NULL) {
			ledger_adopt(l, d, day, f);
			return 0;
		}
	}
	dayfile_free(d);
	return -1;
}

/* Goes on to another day. 0, or -1 with errno and the old one kept. */
static int
ledger_turn(struct ledger *l, int64_t day)
{
	struct dayfile *d;
	struct fold *f;

	/*
	 * Our own fold knows what no file does, if a disk was full: take it,
	 * unless the clock went back or others were here in between.
	 */
	if (day < l->day || ledger_before(l, day, day - LEDGER_HELD) > l->day ||
	    dayfile_read(l->file) == 1) {
		if (ledger_begin(l, day) == -1)
			return -1;
	} else {
		if ((d = dayfile_new(l->dir, day, l->off)) == NULL)
			return -1;
		if (dayfile_behind(l->file) > LEDGER_BEHIND)
			(void)dayfile_save(l->file);
		f = dayfile_take(l->file);
		l->file = NULL;
		fold_turn(f, day, day_start(day, l->off));
		ledger_adopt(l, d, day, f);
	}
	ledger_tidy(l);
	return 0;
}

/* ---- the interface ---- */

struct ledger *
ledger_open(const char *dir, int off, int mode, int keep_days, struct fault *f)
{
	int64_t now = now_wall();
	struct ledger *l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		goto err0;
	l->off = off;
	l->mode = mode;
	l->keep_days = keep_days;
	l->warned = -1;
	buf_init(&l->text, ATTEMPT_MAX + 1);
	if ((l->dir = strdup(dir)) == NULL)
		goto err1;
	if (mode == LEDGER_WRITE)
		(void)ledger_folders(l); /* ledger_append() will tell */
	if (ledger_begin(l, day_of(now, off)) == -1)
		goto err1;
	if (ledger_refresh(l, now) == -1 &&
	    (mode == LEDGER_READ || errno == ENOMEM)) {
		fault_set(f, EX_OSERR, "%s: %s", dayfile_path(l->file),
		    strerror(errno));
		ledger_close(l);
		return NULL;
	}
	ledger_tidy(l);
	return l;
err1:
	ledger_close(l);
err0:
	fault_set(f, EX_OSERR, "%s: %s", dir, strerror(ENOMEM));
	return NULL;
}

void
ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	if (l->file != NULL && dayfile_behind(l->file) > LEDGER_BEHIND)
		(void)dayfile_save(l->file);
	dayfile_free(l->file);
	buf_free(&l->text);
	free(l->dir);
	free(l);
}

const struct fold *
ledger_fold(const struct ledger *l)
{
	return dayfile_fold(l->file);
}

const char *
ledger_dir(const struct ledger *l)
{
	return l->dir;
}

/* Has it been so long, or did the clock go back? */
static int
ledger_since(int64_t then, int64_t now)
{
	return now < then || now - then >= LEDGER_PAUSE;
}

int
ledger_refresh(struct ledger *l, int64_t now)
{
	int64_t day = day_of(now, l->off);
	int rc;

	if (day != l->day && ledger_turn(l, day) == -1)
		return -1;
	rc = dayfile_read(l->file);
	if (rc == 0 && ledger_since(l->looked, now)) {
		l->looked = now;
		rc = dayfile_moved(l->file);
	}
	if (rc == 1) {
		if (ledger_begin(l, day) == -1)
			return -1;
		rc = dayfile_read(l->file);
	}
	if (dayfile_behind(l->file) > LEDGER_BEHIND &&
	    ledger_since(l->saved, now)) {
		l->saved = now;
		(void)dayfile_save(l->file);
	}
	return rc == -1 ? -1 : 0;
}

/* Writes the line to another day, that is not followed. */
static int
ledger_write_past(const struct ledger *l, int64_t day)
{
	struct dayfile *d;
	int e, rc;

	if ((d = dayfile_new(l->dir, day, l->off)) == NULL)
		return -1;
	rc = dayfile_append(d, l->text.d, l->text.len);
	e = errno;
	dayfile_free(d);
	errno = e;
	return rc;
}

/* Writes the line to the present day. 0, or -1 with errno. */
static int
ledger_write(struct ledger *l)
{
	int tries;

	for (tries = 0; tries < 3; tries++) {
		if (dayfile_append(l->file, l->text.d, l->text.len) == 0)
			return 0;
		/* Was the file removed, or the folder with it? */
		if (errno == ENOENT) {
			if (ledger_folders(l) == -1)
				return -1;
		} else if (errno != ESTALE || ledger_begin(l, l->day) == -1)
			return -1;
	}
	return -1;
}

int
ledger_append(struct ledger *l, const struct attempt *a, int *warn)
{
	int64_t day = day_of(a->ts, l->off), now;
	int e, rc;

	*warn = 0;
	buf_cut(&l->text, 0);
	if (buf_addc(&l->text, '\n') == -1 ||
	    attempt_line(a, l->off, &l->text) == -1)
		return -1;
	if (day > l->day)
		(void)ledger_refresh(l, a->ts);
	rc = day == l->day ? ledger_write(l) : ledger_write_past(l, day);
	e = errno;
	if (rc == 0) {
		if (day == l->day)
			(void)ledger_refresh(l, a->ts);
		return 0;
	}
	if (day == l->day &&
	    dayfile_line(l->file, l->text.d + 1, l->text.len - 2) == -1)
		e = ENOMEM;
	now = now_mono();
	if (l->warned == -1 || now - l->warned >= LEDGER_WARN) {
		l->warned = now;
		*warn = 1;
	}
	errno = e;
	return -1;
}

struct fold *
ledger_past(const struct ledger *l, int64_t day)
{
	struct dayfile *d;
	struct stat st;
	struct fold *f;
	int e, rc;

	if ((d = dayfile_new(l->dir, day, l->off)) == NULL)
		return NULL;
	if (stat(dayfile_path(d), &st) == -1)
		goto err;
	if ((rc = dayfile_load(d)) == 0) {
		if ((f = fold_new(day, l->off)) == NULL)
			goto err;
		dayfile_begin(d, f);
	}
	if (rc == -1 || dayfile_read(d) == -1)
		goto err;
	if (dayfile_behind(d) > LEDGER_BEHIND)
		(void)dayfile_save(d);
	return dayfile_take(d);
err:
	e = errno;
	dayfile_free(d);
	errno = e;
	return NULL;
}
