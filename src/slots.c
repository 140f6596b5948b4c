/*
 * Slots as byte locks. The byte of a key's slot is at the number that the
 * key's hex digits are, times SLOTS_MAX, plus the slot's index: the file
 * stays empty. Locks of one open file description never exclude each other,
 * so what this process holds is kept in a table.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "share.h"
#include "slots.h"

enum {
	SLOTS_MAX = 65536, /* of one key, */
	SLOTS_ASK = 65535  /* of which the last is for its balance */
};

struct slot {
	int taken;
	int locked; /* in the file too */
	off_t at;
};

struct slots {
	int fd;		/* -1: this process only */
	struct slot *v; /* by handle */
	size_t n;
};

struct slots *
slots_open(const char *dir)
{
	struct slots *s;
	char *path;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	if (asprintf(&path, "%s/slots", dir) == -1) {
		free(s);
		return NULL;
	}
	s->fd = open(path,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (s->fd != -1 && (share_mode(dir) & 0020) != 0)
		(void)fchmod(s->fd, 0660);
	free(path);
	return s;
}

void
slots_close(struct slots *s)
{
	if (s == NULL)
		return;
	if (s->fd != -1)
		close(s->fd);
	free(s->v);
	free(s);
}

/* A handle that is free, or -1 with ENOMEM. */
static int
slots_handle(struct slots *s)
{
	struct slot *v;
	size_t i, n;

	for (i = 0; i < s->n; i++)
		if (!s->v[i].taken)
			return (int)i;
	n = s->n > 0 ? s->n * 2 : 16;
	if ((v = reallocarray(s->v, n, sizeof(v[0]))) == NULL)
		return -1;
	s->v = v;
	for (s->n = n; n > i; n--)
		s->v[n - 1].taken = 0;
	return (int)i;
}

static int
slots_lock(const struct slots *s, off_t at, short type)
{
	struct flock lock = {
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = at,
		.l_len = 1,
	};
	int rc;

	while ((rc = fcntl(s->fd, F_OFD_SETLK, &lock)) == -1 && errno == EINTR)
		continue;
	return rc;
}

static int
slots_ours(const struct slots *s, off_t at)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->v[i].taken && s->v[i].at == at)
			return 1;
	return 0;
}

/* Takes the slot at an offset, if it is free. As slots_take(). */
static int
slots_try(struct slots *s, off_t at)
{
	int h, locked;

	errno = EAGAIN;
	if (slots_ours(s, at) || (h = slots_handle(s)) == -1)
		return -1;
	locked = s->fd != -1 && slots_lock(s, at, F_WRLCK) == 0;
	if (s->fd != -1 && !locked && (errno == EAGAIN || errno == EACCES)) {
		errno = EAGAIN;
		return -1;
	}
	/* Where files have no such locks, the table must do. */
	s->v[h] = (struct slot){ 1, locked, at };
	return h;
}

static off_t
slots_first(const char *key)
{
	return (off_t)strtoul(key, NULL, 16) * SLOTS_MAX;
}

int
slots_take(struct slots *s, const char *key, int limit)
{
	off_t first = slots_first(key);
	int h, i;

	if (limit <= 0) {
		if ((h = slots_handle(s)) != -1)
			s->v[h] = (struct slot){ .taken = 1, .at = -1 };
		return h;
	}
	for (i = 0; i < limit && i < SLOTS_ASK; i++)
		if ((h = slots_try(s, first + i)) != -1 || errno != EAGAIN)
			return h;
	errno = EAGAIN;
	return -1;
}

int
slots_ask(struct slots *s, const char *key)
{
	return slots_try(s, slots_first(key) + SLOTS_ASK);
}

void
slots_give(struct slots *s, int handle)
{
	struct slot *slot = &s->v[handle];

	if (slot->locked)
		(void)slots_lock(s, slot->at, F_UNLCK);
	slot->taken = 0;
}
