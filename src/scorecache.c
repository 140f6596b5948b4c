/*
 * Scores by content on disk. A record lies at the place that its hash says,
 * and the latest to come there stays: bounded, and nothing to tidy.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "paths.h"
#include "scorecache.h"

enum {
	RECORDS = 8192,
	HOUR = 3600 * 1000
};

struct record {
	unsigned char hash[24]; /* the rest of it is the place */
	unsigned char score, kind, pad[2];
	uint32_t check;
};

struct header {
	char magic[12];
	uint32_t check;
	int64_t warned;
	char pad[8];
};

static const char magic[12] = "ms-scores 1";

struct scorecache {
	int fd; /* -1: none */
	int64_t warned;
};

/* FNV-1a. */
static uint32_t
checksum(const void *p, size_t n)
{
	const unsigned char *u = p;
	uint32_t h = 2166136261u;

	while (n-- > 0)
		h = (h ^ *u++) * 16777619u;
	return h;
}

static uint32_t
check_header(struct header *h)
{
	return checksum(&h->warned, sizeof(h->warned));
}

/* Is it ours? An empty one is given its header. 1, 0, or -1: it never is. */
static int
is_ours(int fd)
{
	struct header h = { .warned = 0 };
	struct stat st;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return -1;
	memcpy(h.magic, magic, sizeof(h.magic));
	h.check = check_header(&h);
	if (st.st_size == 0)
		return pwrite(fd, &h, sizeof(h), 0) == (ssize_t)sizeof(h) ? 1 :
									    -1;
	return pread(fd, &h, sizeof(h), 0) == (ssize_t)sizeof(h) &&
	    memcmp(h.magic, magic, sizeof(h.magic)) == 0;
}

/* Opens the file; what else is of its name is set aside, as path.old. */
static int
open_file(const char *path)
{
	char *old;
	int fd, ours, tries;

	if (asprintf(&old, "%s.old", path) == -1)
		return -1;
	for (tries = 0, fd = -1; tries < 2 && fd == -1; tries++) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		    0600);
		if (fd == -1 || (ours = is_ours(fd)) == 1)
			break;
		close(fd);
		fd = -1;
		if (ours == -1 || rename(path, old) == -1)
			break;
	}
	free(old);
	return fd;
}

struct scorecache *
scorecache_open(const char *dir)
{
	struct scorecache *c;
	char *path;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	if (asprintf(&path, "%s/scores", dir) == -1) {
		free(c);
		return NULL;
	}
	c->warned = -HOUR;
	c->fd = paths_mkdir(dir) == -1 ? -1 : open_file(path);
	free(path);
	return c;
}

void
scorecache_close(struct scorecache *c)
{
	if (c == NULL)
		return;
	if (c->fd != -1)
		close(c->fd);
	free(c);
}

static off_t
place(const unsigned char *hash)
{
	unsigned n = (unsigned)hash[30] << 8 | hash[31];

	return (off_t)(sizeof(struct header) +
	    n % RECORDS * sizeof(struct record));
}

int
scorecache_get(struct scorecache *c, const unsigned char *hash, int *score,
    int *kind)
{
	struct record r;

	if (c->fd == -1 ||
	    pread(c->fd, &r, sizeof(r), place(hash)) != (ssize_t)sizeof(r) ||
	    memcmp(r.hash, hash, sizeof(r.hash)) != 0 ||
	    r.check != checksum(&r, offsetof(struct record, check)))
		return 0;
	*score = r.score;
	*kind = r.kind;
	return 1;
}

void
scorecache_put(struct scorecache *c, const unsigned char *hash, int score,
    int kind)
{
	struct record r;

	if (c->fd == -1)
		return;
	memset(&r, 0, sizeof(r));
	memcpy(r.hash, hash, sizeof(r.hash));
	r.score = (unsigned char)score;
	r.kind = (unsigned char)kind;
	r.check = checksum(&r, offsetof(struct record, check));
	/* A full disk, say: then nothing more is remembered. */
	if (pwrite(c->fd, &r, sizeof(r), place(hash)) != (ssize_t)sizeof(r)) {
		close(c->fd);
		c->fd = -1;
	}
}

int
scorecache_warn(struct scorecache *c, int64_t now)
{
	struct header h;

	if (c->fd != -1 &&
	    pread(c->fd, &h, sizeof(h), 0) == (ssize_t)sizeof(h) &&
	    h.check == check_header(&h))
		c->warned = h.warned;
	if (c->warned <= now && now - c->warned < HOUR)
		return 0;
	c->warned = now;
	if (c->fd == -1)
		return 1;
	memset(&h, 0, sizeof(h));
	memcpy(h.magic, magic, sizeof(h.magic));
	h.warned = now;
	h.check = check_header(&h);
	if (pwrite(c->fd, &h, sizeof(h), 0) != (ssize_t)sizeof(h)) {
		close(c->fd);
		c->fd = -1;
	}
	return 1;
}
