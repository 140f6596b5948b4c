/* Growing byte buffers, and the few things we write into them. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim.h"

char *
buf_room(struct buf *b, size_t n)
{
	size_t cap;

	if (b->off > 0 && b->off == b->len)
		b->off = b->len = 0;
	if (b->cap - b->len >= n)
		return b->p + b->len;
	if (b->off > b->cap / 2) {
		memmove(b->p, b->p + b->off, b->len - b->off);
		b->len -= b->off;
		b->off = 0;
		return buf_room(b, n);
	}
	cap = b->cap < 512 ? 512 : b->cap;
	while (cap - b->len < n)
		cap *= 2;
	if ((b->p = realloc(b->p, cap)) == NULL)
		err(1, "%zu bytes", cap);
	b->cap = cap;
	return b->p + b->len;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_room(b, n), p, n);
	b->len += n;
}

void
buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_span(struct buf *b, struct span s)
{
	buf_add(b, s.p, s.n);
}

void
buf_fill(struct buf *b, char c, size_t n)
{
	memset(buf_room(b, n), c, n);
	b->len += n;
}

void
buf_u64(struct buf *b, uint64_t n)
{
	char text[24], *p = text + sizeof(text);

	do {
		*--p = (char)('0' + n % 10);
	} while ((n /= 10) > 0);
	buf_add(b, p, (size_t)(text + sizeof(text) - p));
}

void
buf_hex(struct buf *b, uint64_t n)
{
	char text[24], *p = text + sizeof(text);

	do {
		*--p = "0123456789abcdef"[n % 16];
	} while ((n /= 16) > 0);
	buf_add(b, p, (size_t)(text + sizeof(text) - p));
}

void
buf_num(struct buf *b, double n)
{
	char text[40];

	snprintf(text, sizeof(text), "%.12g", n);
	buf_str(b, text);
}

void
buf_json(struct buf *b, struct span s)
{
	static const char hex[] = "0123456789abcdef";
	size_t i, from = 0;
	unsigned char ch;
	char esc[6] = { '\\', 'u', '0', '0' };

	for (i = 0; i < s.n; i++) {
		ch = (unsigned char)s.p[i];
		if (ch >= 0x20 && ch != '"' && ch != '\\')
			continue;
		buf_add(b, s.p + from, i - from);
		from = i + 1;
		if (ch < 0x20) {
			esc[4] = hex[ch >> 4];
			esc[5] = hex[ch & 15];
			buf_add(b, esc, sizeof(esc));
		} else {
			LIT(b, "\\");
			buf_add(b, &ch, 1);
		}
	}
	buf_add(b, s.p + from, s.n - from);
}

void
buf_with(struct buf *b, const char *text, char mark, const char *by)
{
	const char *at;

	while ((at = strchr(text, mark)) != NULL) {
		buf_add(b, text, (size_t)(at - text));
		buf_str(b, by);
		text = at + 1;
	}
	buf_str(b, text);
}

size_t
buf_left(const struct buf *b)
{
	return b->len - b->off;
}

void
buf_eat(struct buf *b, size_t n)
{
	b->off += n;
	if (b->off == b->len)
		b->off = b->len = 0;
}

/* A buffer that once was large gives its memory back. */
void
buf_clear(struct buf *b)
{
	if (b->cap > 4 * OUT_BATCH)
		buf_free(b);
	b->off = b->len = 0;
}

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

int
buf_file(struct buf *b, const char *path)
{
	ssize_t n;
	int fd, saved;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	while ((n = read(fd, buf_room(b, 65536), 65536)) > 0)
		b->len += (size_t)n;
	saved = errno;
	close(fd);
	errno = saved;
	return n == -1 ? -1 : 0;
}

struct span
span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

bool
span_is(struct span s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

void
span_copy(char *dst, size_t size, struct span s)
{
	size_t n = s.n < size ? s.n : size - 1;

	if (n > 0)
		memcpy(dst, s.p, n);
	dst[n] = '\0';
}
