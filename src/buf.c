/* A growing byte buffer with a ceiling. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"

enum {
	BUF_MIN = 64,
	BUF_CHUNK = 16384
};

/* What every empty buffer points to; never written but with its own NUL. */
static char buf_empty[1];

void
buf_init(struct buf *b, size_t max)
{
	b->d = buf_empty;
	b->len = b->cap = 0;
	b->max = max < PTRDIFF_MAX ? max : PTRDIFF_MAX;
}

void
buf_free(struct buf *b)
{
	if (b->cap > 0)
		free(b->d);
	buf_init(b, b->max);
}

void
buf_wipe(struct buf *b)
{
	if (b->cap > 0)
		explicit_bzero(b->d, b->cap);
	buf_free(b);
}

int
buf_room(struct buf *b, size_t n)
{
	size_t cap;
	char *d;

	if (n > b->max - b->len) {
		errno = EFBIG;
		return -1;
	}
	if (n < b->cap - b->len)
		return 0;
	cap = b->cap < BUF_MIN / 2 ? BUF_MIN : b->cap * 2;
	if (cap > b->max + 1)
		cap = b->max + 1;
	if (cap < b->len + n + 1)
		cap = b->len + n + 1;
	if ((d = realloc(b->cap > 0 ? b->d : NULL, cap)) == NULL)
		return -1;
	d[b->len] = '\0';
	b->d = d;
	b->cap = cap;
	return 0;
}

int
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return 0;
	if (buf_room(b, n) == -1)
		return -1;
	memcpy(b->d + b->len, p, n);
	b->len += n;
	b->d[b->len] = '\0';
	return 0;
}

int
buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int
buf_addc(struct buf *b, char c)
{
	if (buf_room(b, 1) == -1)
		return -1;
	b->d[b->len++] = c;
	b->d[b->len] = '\0';
	return 0;
}

int
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = buf_addv(b, fmt, ap);
	va_end(ap);
	return rc;
}

int
buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0 || buf_room(b, (size_t)n) == -1)
		return -1;
	if (n > 0)
		vsnprintf(b->d + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
	return 0;
}

void
buf_drain(struct buf *b, size_t n)
{
	b->len -= n;
	if (b->len > 0)
		memmove(b->d, b->d + n, b->len);
	b->d[b->len] = '\0';
}

void
buf_cut(struct buf *b, size_t n)
{
	b->len = n;
	b->d[n] = '\0';
}

char *
buf_detach(struct buf *b)
{
	char *d;

	if (buf_room(b, 0) == -1)
		return NULL;
	d = b->d;
	buf_init(b, b->max);
	return d;
}

/* One read into p, waiting where a non-blocking descriptor has nothing. */
static ssize_t
buf_read1(int fd, char *p, size_t n)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	ssize_t got;

	while ((got = read(fd, p, n)) == -1) {
		if (errno == EAGAIN)
			poll(&pfd, 1, -1);
		else if (errno != EINTR)
			break;
	}
	return got;
}

int
buf_read(struct buf *b, int fd)
{
	size_t room;
	ssize_t got;
	char c;

	do {
		room = b->max - b->len;
		if (room > BUF_CHUNK)
			room = BUF_CHUNK;
		if (room == 0) {
			/* Full: is that the end of the file? */
			if ((got = buf_read1(fd, &c, 1)) > 0) {
				errno = EFBIG;
				return -1;
			}
			break;
		}
		if (buf_room(b, room) == -1)
			return -1;
		got = buf_read1(fd, b->d + b->len, b->cap - b->len - 1);
		if (got > 0)
			buf_cut(b, b->len + (size_t)got);
	} while (got > 0);
	return got == -1 ? -1 : 0;
}

int
buf_write(int fd, const char *p, size_t n)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	ssize_t w;

	while (n > 0) {
		if ((w = write(fd, p, n)) != -1) {
			p += w;
			n -= (size_t)w;
		} else if (errno == EAGAIN)
			(void)poll(&pfd, 1, -1);
		else if (errno != EINTR)
			return -1;
	}
	return 0;
}

int
buf_load(struct buf *b, const char *path)
{
	int e, fd, rc;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1)
		return -1;
	rc = buf_read(b, fd);
	e = errno;
	close(fd);
	errno = e;
	return rc;
}
