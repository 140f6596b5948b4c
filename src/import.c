/*
 * Import: for each day a line for each model. The numbers of limits/ belong
 * to the day that they were heard on; a 0 that only a 429 stood for is not
 * believed, since every 429 was taken for the day's end.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sysexits.h>
#include <unistd.h>

#include "attempt.h"
#include "buf.h"
#include "day.h"
#include "fault.h"
#include "fold.h"
#include "import.h"
#include "ledger.h"
#include "splice.h"

enum {
	FILE_MAX = 16 * 1024 * 1024,
	NAME_LEN = 15,			/* "2026-01-31.json" */
	CALLS_MAX = 1000 * 1000 * 1000, /* of a model in a day */
	NOON = 12 * 3600 * 1000
};

struct day {
	struct import *im;
	char name[DAY_TEXT];
	int64_t start;		  /* ms */
	struct buf usage, limits; /* the two files */
	struct splice models;	  /* of limits; n 0: none */
	struct limits account;
	char **known; /* models that the ledger has */
	size_t nknown;
};

static int
fault_file(struct fault *f, int status, const char *dir, const char *sub,
    const char *name, const char *why)
{
	return fault_set(f, status, "%s/%s/%s.json: %s", dir, sub, name, why);
}

/* Reads dir/sub/NAME.json; with maybe, one that is not there is empty. */
static int
read_json(struct buf *b, const char *dir, const char *sub, const char *day,
    int maybe, struct fault *f)
{
	struct stat st;
	char *path;
	int rc = 0;

	if (asprintf(&path, "%s/%s/%s.json", dir, sub, day) == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		rc = fault_set(f, EX_DATAERR, "%s: not a regular file", path);
	else if (buf_load(b, path) == -1 && (!maybe || errno != ENOENT))
		rc = fault_set(f, EX_NOINPUT, "%s: %s", path, strerror(errno));
	free(path);
	return rc;
}

/* ---- limits ---- */

static int64_t
member(struct splice object, const char *name)
{
	struct splice v;
	int64_t n;

	if (object.n == 0 || splice_find(object, name, &v) != 1 ||
	    splice_int(v, &n) == -1 || n < 0)
		return -1;
	return n;
}

/* What one object of limits says; "exhausted" was a guess. */
static void
read_limits(struct splice object, int64_t *limit, int64_t *left)
{
	struct splice v;

	*limit = member(object, "limit");
	*left = member(object, "remaining");
	if (object.n > 0 && splice_find(object, "exhausted", &v) == 1)
		*left = -1;
}

static int
parse_limits(struct day *d, const char *dir, struct fault *f)
{
	struct splice all, v = { NULL, 0 };

	d->models = v;
	if (d->limits.len > 0) {
		if (splice_text(d->limits.d, d->limits.len, &all, NULL) == -1 ||
		    *all.s != '{')
			return fault_file(f, EX_DATAERR, dir, "limits", d->name,
			    "not a JSON object");
		if (splice_find(all, "models", &v) == 1 && *v.s == '{')
			d->models = v;
		if (splice_find(all, "global", &v) != 1)
			v.n = 0;
	}
	read_limits(v, &d->account.limit, &d->account.left);
	return 0;
}

/* ---- what the ledger has ---- */

static int
note_model(struct day *d, const char *model)
{
	char **v;

	if ((v = reallocarray(d->known, d->nknown + 1, sizeof(*v))) == NULL)
		return -1;
	d->known = v;
	if ((v[d->nknown] = strdup(model)) == NULL)
		return -1;
	d->nknown++;
	return 0;
}

static int
is_known(const struct day *d, const char *model)
{
	size_t i;

	for (i = 0; i < d->nknown; i++)
		if (strcasecmp(d->known[i], model) == 0)
			return 1;
	return 0;
}

/* Finds the models that were imported before in the ledger's day. */
static int
scan(struct day *d)
{
	char *line = NULL, *path;
	struct attempt a;
	struct buf scratch;
	size_t cap = 0;
	ssize_t n;
	FILE *fp;
	int rc = 0;

	if (asprintf(&path, "%s/usage/%s.jsonl", ledger_dir(d->im->ledger),
		d->name) == -1)
		return -1;
	fp = fopen(path, "re");
	free(path);
	if (fp == NULL)
		return errno == ENOENT ? 0 : -1;
	buf_init(&scratch, ATTEMPT_MAX);
	while (rc == 0 && (n = getline(&line, &cap, fp)) > 0)
		if (attempt_parse(line, (size_t)n - (line[n - 1] == '\n'), &a,
			&scratch) == 0 &&
		    a.op != NULL && a.model != NULL &&
		    strcmp(a.op, "import") == 0)
			rc = note_model(d, a.model);
	if (ferror(fp))
		rc = -1;
	fclose(fp);
	free(line);
	buf_free(&scratch);
	return rc;
}

/* ---- lines ---- */

/* So many calls of a model on this day. */
static int
add_model(struct day *d, const char *model, int64_t calls, struct fault *f)
{
	struct attempt a;
	struct splice v;
	int say;

	if (calls <= 0 || *model == '\0')
		return 0;
	if (is_known(d, model)) {
		d->im->before++;
		return 0;
	}
	attempt_init(&a);
	a.ts = d->start + NOON < d->im->now ? d->start + NOON : d->im->now;
	a.op = "import";
	a.upstream = d->im->upstream;
	a.key = d->im->key;
	a.model = model;
	a.calls = calls;
	a.limits = d->account;
	if (d->models.n == 0 || splice_find(d->models, model, &v) != 1)
		v.n = 0;
	read_limits(v, &a.limits.model_limit, &a.limits.model_left);
	d->im->lines++;
	d->im->calls += calls;
	if (ledger_append(d->im->ledger, &a, &say) == -1)
		return fault_set(f, EX_IOERR, "%s: %s",
		    ledger_dir(d->im->ledger), strerror(errno));
	return 0;
}

static int
add_models(struct day *d, const char *dir, struct fault *f)
{
	struct splice all;
	struct splice_walk w;
	struct buf name;
	int64_t calls;
	int rc = 0;

	if (splice_text(d->usage.d, d->usage.len, &all, NULL) == -1 ||
	    *all.s != '{')
		return fault_file(f, EX_DATAERR, dir, "usage", d->name,
		    "not a JSON object");
	buf_init(&name, FILE_MAX);
	splice_begin(&w, all);
	while (rc == 0 && splice_next(&w) == 1) {
		buf_cut(&name, 0);
		if (splice_str(w.name, &name) == -1 ||
		    splice_int(w.value, &calls) == -1 || calls > CALLS_MAX)
			rc = fault_file(f, EX_DATAERR, dir, "usage", d->name,
			    "want numbers of calls by model");
		else
			rc = add_model(d, name.d, calls, f);
	}
	buf_free(&name);
	return rc;
}

/* The day called name ("2026-01-31"). */
static int
import_day(struct import *im, const char *dir, const char *name, int64_t day,
    struct fault *f)
{
	struct day d = { .im = im, .account = { -1, -1, -1, -1 } };
	int rc;

	day_text(d.name, day);
	d.start = day_start(day, im->off);
	buf_init(&d.usage, FILE_MAX);
	buf_init(&d.limits, FILE_MAX);
	rc = read_json(&d.usage, dir, "usage", name, 0, f);
	if (rc == 0)
		rc = read_json(&d.limits, dir, "limits", name, 1, f);
	if (rc == 0)
		rc = parse_limits(&d, dir, f);
	if (rc == 0 && scan(&d) == -1)
		rc = fault_set(f, EX_IOERR, "%s/usage/%s.jsonl: %s",
		    ledger_dir(im->ledger), d.name, strerror(errno));
	if (rc == 0)
		rc = add_models(&d, dir, f);
	im->days += rc == 0;
	while (d.nknown > 0)
		free(d.known[--d.nknown]);
	free(d.known);
	buf_free(&d.usage);
	buf_free(&d.limits);
	return rc;
}

/* Has the ledger's days for one import at a time. The descriptor, or -1. */
static int
hold(const struct import *im, struct fault *f)
{
	const char *dir = ledger_dir(im->ledger);
	char *path;
	int fd, rc = -1;

	if (asprintf(&path, "%s/usage", dir) == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd != -1 && (rc = flock(fd, LOCK_EX)) == -1 && errno == EINTR)
		continue;
	if (rc == -1) {
		fault_set(f, EX_IOERR, "%s: %s", path, strerror(errno));
		if (fd != -1)
			close(fd);
	}
	free(path);
	return rc == -1 ? -1 : fd;
}

/* All days of a folder; what is older than is kept would not stay. */
static int
import_days(struct import *im, const char *dir, DIR *dp, struct fault *f)
{
	int64_t day, last = day_of(im->now, im->off);
	struct dirent *e;
	int rc = 0;

	while (rc == 0 && (e = readdir(dp)) != NULL) {
		if (strlen(e->d_name) != NAME_LEN ||
		    strcmp(e->d_name + DAY_TEXT - 1, ".json") != 0 ||
		    day_parse(e->d_name, DAY_TEXT - 1, &day) == -1 ||
		    day > last ||
		    (im->keep_days > 0 && day < last - im->keep_days))
			continue;
		e->d_name[DAY_TEXT - 1] = '\0';
		rc = import_day(im, dir, e->d_name, day, f);
	}
	return rc;
}

int
import_run(struct import *im, const char *dir, struct fault *f)
{
	char *path;
	DIR *dp;
	int fd, rc = -1;

	if (asprintf(&path, "%s/usage", dir) == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	if ((dp = opendir(path)) == NULL) {
		fault_set(f, EX_NOINPUT, "%s: %s", path, strerror(errno));
		free(path);
		return -1;
	}
	free(path);
	if ((fd = hold(im, f)) != -1) {
		rc = import_days(im, dir, dp, f);
		close(fd);
	}
	closedir(dp);
	return rc;
}
