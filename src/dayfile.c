/*
 * One day of the ledger. Many processes append to the file at once, and any
 * may be killed inside a write: what is read is taken line by line, and only
 * lines that have their LF.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attempt.h"
#include "buf.h"
#include "day.h"
#include "dayfile.h"
#include "field.h"
#include "fold.h"
#include "json.h"
#include "share.h"
#include "snapshot.h"
#include "splice.h"

enum {
	DAYFILE_VERSION = 1,
	DAYFILE_PIECE = 256 * 1024, /* read at once */
	DAYFILE_TAIL = 4096,	    /* hashed for a checkpoint */
	DAYFILE_HEX = 17,
	DAYFILE_CHECKPOINT = 256 * 1024 * 1024, /* no longer one is read */
	DAYFILE_TRIES = 3
};

struct dayfile {
	char *path;   /* usage/DATE.jsonl */
	char *limits; /* limits/DATE.jsonl */
	int64_t day;
	int off;
	struct fold *fold;
	int fd; /* -1: not there yet */
	int writable;
	dev_t dev;
	ino_t ino;
	int64_t at;	    /* folded up to here */
	int64_t size;	    /* at the last look */
	int64_t saved;	    /* at of the last checkpoint */
	int64_t torn;	    /* a line begun here is folded already */
	int overlong;	    /* at is inside a line too long */
	struct buf scratch; /* strings of the line at hand */
};

struct dayfile_head {
	int version;
	const char *inode, *hash;
	int64_t offset;
};

static const struct field dayfile_heads[] = {
	FIELD(dayfile_head, version, "ledger", .kind = FIELD_INT),
	FIELD(dayfile_head, inode, "inode", .kind = FIELD_STR),
	FIELD(dayfile_head, offset, "offset", .kind = FIELD_I64, .none = -1),
	FIELD(dayfile_head, hash, "hash", .kind = FIELD_STR),
	FIELD_END,
};

struct dayfile *
dayfile_new(const char *dir, int64_t day, int off)
{
	struct dayfile *d;
	char date[DAY_TEXT];

	if ((d = calloc(1, sizeof(*d))) == NULL)
		return NULL;
	d->day = day;
	d->off = off;
	d->fd = -1;
	d->torn = -1;
	buf_init(&d->scratch, ATTEMPT_MAX);
	day_text(date, day);
	if (asprintf(&d->path, "%s/usage/%s.jsonl", dir, date) == -1)
		d->path = NULL;
	if (asprintf(&d->limits, "%s/limits/%s.jsonl", dir, date) == -1)
		d->limits = NULL;
	if (d->path == NULL || d->limits == NULL) {
		dayfile_free(d);
		errno = ENOMEM;
		return NULL;
	}
	return d;
}

void
dayfile_free(struct dayfile *d)
{
	if (d == NULL)
		return;
	if (d->fd != -1)
		close(d->fd);
	fold_free(d->fold);
	buf_free(&d->scratch);
	free(d->path);
	free(d->limits);
	free(d);
}

struct fold *
dayfile_fold(const struct dayfile *d)
{
	return d->fold;
}

struct fold *
dayfile_take(struct dayfile *d)
{
	struct fold *f = d->fold;

	d->fold = NULL;
	dayfile_free(d);
	return f;
}

const char *
dayfile_path(const struct dayfile *d)
{
	return d->path;
}

int64_t
dayfile_behind(const struct dayfile *d)
{
	return d->overlong ? 0 : d->at - d->saved;
}

void
dayfile_begin(struct dayfile *d, struct fold *f)
{
	fold_free(d->fold);
	d->fold = f;
	d->at = d->size = d->saved = 0;
}

/* Opens a file that must be a regular one. Its fd, or -1 with errno. */
static int
dayfile_open(const char *path, int flags, mode_t mode, struct stat *st)
{
	int fd;

	/* O_NONBLOCK: a fifo by that name must not hold us. */
	if ((fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		 mode)) == -1)
		return -1;
	if (fstat(fd, st) == -1 || !S_ISREG(st->st_mode)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

/* Takes fd for the file, unless it is another one than before. */
static int
dayfile_adopt(struct dayfile *d, int fd, const struct stat *st)
{
	if (d->fd != -1 && (st->st_dev != d->dev || st->st_ino != d->ino)) {
		close(fd);
		errno = ESTALE;
		return -1;
	}
	if (d->fd != -1)
		close(d->fd);
	d->fd = fd;
	d->dev = st->st_dev;
	d->ino = st->st_ino;
	return 0;
}

static int
dayfile_open_read(struct dayfile *d)
{
	struct stat st;
	int fd;

	if (d->fd != -1)
		return 0;
	if ((fd = dayfile_open(d->path, O_RDONLY, 0, &st)) == -1)
		return -1;
	return dayfile_adopt(d, fd, &st);
}

/* Reads n bytes from the offset at, less at the end of the file only. */
static ssize_t
dayfile_pread(const struct dayfile *d, void *p, size_t n, int64_t at)
{
	size_t got = 0;
	ssize_t r;

	while (got < n) {
		r = pread(d->fd, (char *)p + got, n - got, at + (int64_t)got);
		if (r == 0)
			break;
		if (r > 0)
			got += (size_t)r;
		else if (errno != EINTR)
			return -1;
	}
	return (ssize_t)got;
}

/* ---- the checkpoint ---- */

/* FNV-1a of what stands before the offset at, in hex. 0, or -1. */
static int
dayfile_hash(const struct dayfile *d, int64_t at, char hex[DAYFILE_HEX])
{
	uint64_t h = UINT64_C(14695981039346656037);
	size_t i, n = at < DAYFILE_TAIL ? (size_t)at : DAYFILE_TAIL;
	unsigned char tail[DAYFILE_TAIL];

	if (dayfile_pread(d, tail, n, at - (int64_t)n) != (ssize_t)n)
		return -1;
	for (i = 0; i < n; i++)
		h = (h ^ tail[i]) * UINT64_C(1099511628211);
	snprintf(hex, DAYFILE_HEX, "%016" PRIx64, h);
	return 0;
}

static void
dayfile_inode(const struct dayfile *d, char hex[DAYFILE_HEX])
{
	snprintf(hex, DAYFILE_HEX, "%" PRIx64, (uint64_t)d->ino);
}

/* Was the checkpoint with this head made of the file as it is? */
static int
dayfile_fits(struct dayfile *d, const struct dayfile_head *h)
{
	char hash[DAYFILE_HEX], inode[DAYFILE_HEX];
	struct stat st;

	if (h->version != DAYFILE_VERSION || h->inode == NULL ||
	    h->hash == NULL || h->offset == -1)
		return 0;
	if (h->offset == 0) /* of no byte yet: of any file */
		return 1;
	if (dayfile_open_read(d) == -1 || fstat(d->fd, &st) == -1 ||
	    st.st_size < h->offset || dayfile_hash(d, h->offset, hash) == -1)
		return 0;
	dayfile_inode(d, inode);
	return strcmp(inode, h->inode) == 0 && strcmp(hash, h->hash) == 0;
}

/* Takes the text of a checkpoint. 1, or 0 if it is none for this file. */
static int
dayfile_restore(struct dayfile *d, const struct buf *text)
{
	struct dayfile_head head = { .offset = -1 };
	const char *lf = memchr(text->d, '\n', text->len);
	struct splice line = { text->d, 0 };
	struct buf scratch;
	struct fold *f = NULL;

	if (lf == NULL)
		return 0;
	line.n = (size_t)(lf - text->d);
	buf_init(&scratch, DAYFILE_TAIL);
	if (field_read(dayfile_heads, &head, line, &scratch) == 0 &&
	    dayfile_fits(d, &head))
		f = snapshot_read(lf + 1, text->len - line.n - 1, d->off);
	buf_free(&scratch);
	if (f == NULL)
		return 0;
	if (fold_day(f) != d->day) {
		fold_free(f);
		return 0;
	}
	dayfile_begin(d, f);
	d->at = d->saved = head.offset;
	return 1;
}

int
dayfile_load(struct dayfile *d)
{
	struct stat st;
	struct buf text;
	int fd, rc;

	if ((fd = dayfile_open(d->limits, O_RDONLY, 0, &st)) == -1)
		return 0;
	buf_init(&text, DAYFILE_CHECKPOINT);
	rc = buf_read(&text, fd) == 0 ? dayfile_restore(d, &text) : 0;
	buf_free(&text);
	close(fd);
	return rc;
}

/* Gives a new file, ours alone so far, to whom its folder is shared with. */
static int
dayfile_share(int fd, const char *path)
{
	const char *slash = strrchr(path, '/');
	mode_t mode;
	char *dir;

	if ((dir = strndup(path, (size_t)(slash - path))) == NULL)
		return -1;
	mode = share_mode(dir) & 0060;
	free(dir);
	return mode != 0 ? fchmod(fd, 0600 | mode) : 0;
}

static int
dayfile_replace(struct dayfile *d, const struct buf *text)
{
	const char *date = strrchr(d->limits, '/') + 1;
	char *name;
	int e, fd;

	/* limits/.DATE.XXXXXX: what a killed process leaves, prune removes. */
	if (asprintf(&name, "%.*s.%.*s.XXXXXX", (int)(date - d->limits),
		d->limits, DAY_TEXT - 1, date) == -1)
		return -1;
	if ((fd = mkostemp(name, O_CLOEXEC)) == -1)
		goto err1;
	if (dayfile_share(fd, name) == -1 ||
	    buf_write(fd, text->d, text->len) == -1) {
		e = errno;
		close(fd);
		goto err2;
	}
	if (close(fd) == 0 && rename(name, d->limits) == 0) {
		free(name);
		return 0;
	}
	e = errno;
err2:
	(void)unlink(name);
	errno = e;
err1:
	free(name);
	return -1;
}

int
dayfile_save(struct dayfile *d)
{
	char hash[DAYFILE_HEX], inode[DAYFILE_HEX];
	struct dayfile_head head = {
		.version = DAYFILE_VERSION,
		.inode = inode,
		.hash = hash,
		.offset = d->at,
	};
	struct buf text;
	struct json j;
	int rc = -1;

	if (dayfile_hash(d, d->at, hash) == -1)
		return -1;
	dayfile_inode(d, inode);
	buf_init(&text, DAYFILE_CHECKPOINT);
	json_begin(&j, &text);
	json_object(&j, NULL);
	field_write(dayfile_heads, &head, 0, &j);
	json_end(&j);
	if (json_finish(&j) == 0 && buf_addc(&text, '\n') == 0 &&
	    snapshot_write(d->fold, &text) == 0)
		rc = dayfile_replace(d, &text);
	buf_free(&text);
	d->saved = d->at; /* or tried: not again at once */
	return rc;
}

/* ---- following ---- */

int
dayfile_line(struct dayfile *d, const char *line, size_t n)
{
	return attempt_fold(d->fold, line, n, &d->scratch) == -1 ? -1 : 0;
}

/*
 * Folds the lines of p[0..n), which stands at d->at; *used says how far they
 * go. 0, or -1 with ENOMEM.
 */
static int
dayfile_lines(struct dayfile *d, const char *p, size_t n, size_t *used)
{
	const char *end = p + n, *lf, *s = p;

	*used = 0;
	while ((lf = memchr(s, '\n', (size_t)(end - s))) != NULL) {
		if (d->overlong) {
			fold_skip(d->fold);
			d->overlong = 0;
		} else if (d->at + (s - p) != d->torn &&
		    dayfile_line(d, s, (size_t)(lf - s)) == -1)
			return -1;
		s = lf + 1;
		*used = (size_t)(s - p);
	}
	return 0;
}

/* Reads and folds up to the offset end, in pieces. */
static int
dayfile_follow(struct dayfile *d, int64_t end, char *piece, size_t cap)
{
	size_t used;
	ssize_t n;
	int rc;

	while (d->at < end) {
		if ((n = dayfile_pread(d, piece, cap, d->at)) == -1)
			return -1;
		rc = dayfile_lines(d, piece, (size_t)n, &used);
		d->at += (int64_t)used;
		if (rc == -1)
			return -1;
		if (used == 0 && n < DAYFILE_PIECE)
			break; /* a line without its LF */
		if (used == 0) {
			d->at += n;
			d->overlong = 1;
		}
	}
	return 0;
}

int
dayfile_read(struct dayfile *d)
{
	struct stat st;
	size_t cap;
	char *piece;
	int rc;

	if (dayfile_open_read(d) == -1)
		return errno == ENOENT ? 0 : -1;
	if (fstat(d->fd, &st) == -1)
		return -1;
	if (st.st_nlink == 0 || st.st_size < d->at || st.st_size < d->size)
		return 1;
	if (st.st_size == d->size)
		return 0;
	cap = st.st_size - d->at < DAYFILE_PIECE ?
	    (size_t)(st.st_size - d->at) :
	    DAYFILE_PIECE;
	if ((piece = malloc(cap)) == NULL)
		return -1;
	rc = dayfile_follow(d, st.st_size, piece, cap);
	free(piece);
	if (rc == 0)
		d->size = st.st_size;
	return rc;
}

int
dayfile_moved(const struct dayfile *d)
{
	struct stat st;

	return d->fd != -1 &&
	    (stat(d->path, &st) == -1 || st.st_dev != d->dev ||
		st.st_ino != d->ino);
}

/* ---- appending ---- */

static int
dayfile_open_append(struct dayfile *d)
{
	enum {
		HOW = O_RDWR | O_APPEND
	};
	struct stat st;
	int fd, tries;

	for (tries = 0; !d->writable && tries < DAYFILE_TRIES; tries++) {
		fd = dayfile_open(d->path, HOW, 0, &st);
		if (fd == -1 && errno == ENOENT) {
			fd = dayfile_open(d->path, HOW | O_CREAT | O_EXCL, 0600,
			    &st);
			if (fd != -1)
				(void)dayfile_share(fd, d->path);
		}
		if (fd == -1 && errno == EEXIST)
			continue; /* by another, in between */
		if (fd == -1 || dayfile_adopt(d, fd, &st) == -1)
			return -1;
		d->writable = 1;
	}
	return d->writable ? 0 : -1;
}

/* Does a line begin at the offset? -1 with errno. */
static int
dayfile_begins(const struct dayfile *d, int64_t at)
{
	char c;

	if (at == 0 || (at == d->at && d->fold != NULL && !d->overlong))
		return 1;
	switch (dayfile_pread(d, &c, 1, at - 1)) {
	case 1:
		return c == '\n';
	case 0:
		errno = ESTALE; /* cut short behind our back */
		return -1;
	default:
		return -1;
	}
}

/*
 * Writes the line, with the LF before it if it needs one. Sets *at to where
 * the line begins. 0; 1 with errno: a piece of it, behind which it can be
 * written anew; or -1 with errno.
 */
static int
dayfile_append1(struct dayfile *d, const char *text, size_t n, int64_t *at)
{
	struct stat st;
	size_t len;
	ssize_t w;
	int begins;

	if (fstat(d->fd, &st) == -1)
		return -1;
	if (st.st_nlink == 0) {
		errno = ESTALE;
		return -1;
	}
	if ((begins = dayfile_begins(d, st.st_size)) == -1)
		return -1;
	len = n - (size_t)begins;
	while ((w = write(d->fd, text + begins, len)) == -1 && errno == EINTR)
		continue;
	if (w == -1)
		return -1;
	/* O_APPEND leaves the position behind what was written. */
	*at = lseek(d->fd, 0, SEEK_CUR) - w + !begins;
	if ((size_t)w == len)
		return 0;
	if (w > !begins)
		d->torn = *at;
	errno = ENOSPC;
	return (size_t)w < len - 1 ? 1 : -1; /* whole but for its LF: no */
}

/* Folds our own line, if nobody wrote before it: spares reading it back. */
static void
dayfile_own(struct dayfile *d, int64_t at, const char *line, size_t n)
{
	if (d->fold != NULL && d->at == at && dayfile_line(d, line, n - 1) == 0)
		d->at = d->size = at + (int64_t)n;
}

int
dayfile_append(struct dayfile *d, const char *text, size_t n)
{
	int64_t at;
	int begins, rc, tries;

	if (dayfile_open_append(d) == -1)
		return -1;
	/*
	 * Again after a piece; and if another was killed inside a write of his
	 * just before ours: our line has become the end of his.
	 */
	for (tries = 0; tries < DAYFILE_TRIES; tries++) {
		if ((rc = dayfile_append1(d, text, n, &at)) == 1)
			continue;
		if (rc == -1 || (begins = dayfile_begins(d, at)) == -1)
			return -1;
		if (begins) {
			dayfile_own(d, at, text + 1, n - 1);
			return 0;
		}
	}
	errno = rc == 1 ? ENOSPC : EIO;
	return -1;
}
