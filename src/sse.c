/* An incremental scanner over a text/event-stream. */
#include <string.h>

#include "sse.h"

enum {
	PART = 256 /* bytes looked at for an end of line at a time */
};

/* Bits of sse.state. */
enum {
	SSE_FIRST = 1, /* the first line may begin with a BOM */
	SSE_CR = 2,    /* a LF now belongs to the CR before it */
	SSE_ENDED = 4  /* the event in the buffers was told */
};

void
sse_init(struct sse *s, size_t max)
{
	memset(s, 0, sizeof(*s));
	buf_init(&s->line, max);
	buf_init(&s->data, max);
	buf_init(&s->event, max);
	s->max = max;
	s->state = SSE_FIRST;
}

void
sse_free(struct sse *s)
{
	buf_free(&s->line);
	buf_free(&s->data);
	buf_free(&s->event);
}

static void
sse_reset(struct sse *s)
{
	buf_cut(&s->data, 0);
	buf_cut(&s->event, 0);
	s->bytes = 0;
	s->fields = 0;
	s->state &= ~SSE_ENDED;
}

static int
sse_field(struct sse *s, const char *name, size_t n, const char *value,
    size_t len)
{
	if (n == 4 && memcmp(name, "data", 4) == 0) {
		if (s->fields > 0 && buf_addc(&s->data, '\n') == -1)
			return -1;
		s->fields = 1;
		return buf_add(&s->data, value, len);
	}
	if (n == 5 && memcmp(name, "event", 5) == 0) {
		buf_cut(&s->event, 0);
		return buf_add(&s->event, value, len);
	}
	return 0;
}

/* Takes one line, its ending removed. */
static enum sse_res
sse_line(struct sse *s, const char *p, size_t n)
{
	const char *colon, *value;

	if (s->state & SSE_FIRST && n >= 3 &&
	    memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		n -= 3;
	}
	s->state &= ~SSE_FIRST;
	if (n == 0) {
		if (s->fields == 0) {
			sse_reset(s);
			return SSE_MORE;
		}
		s->state |= SSE_ENDED;
		return SSE_EVENT;
	}
	if ((colon = memchr(p, ':', n)) == NULL)
		colon = value = p + n;
	else
		value = colon + 1;
	if (value < p + n && *value == ' ')
		value++;
	if (sse_field(s, p, (size_t)(colon - p), value,
		(size_t)(p + n - value)) == -1)
		return SSE_NOMEM;
	return SSE_MORE;
}

/* Takes the end p[0..n) of a line that may have begun in earlier bytes. */
static enum sse_res
sse_line_end(struct sse *s, const char *p, size_t n)
{
	enum sse_res res;

	if (s->line.len == 0)
		return sse_line(s, p, n);
	if (buf_add(&s->line, p, n) == -1)
		return SSE_NOMEM;
	res = sse_line(s, s->line.d, s->line.len);
	buf_cut(&s->line, 0);
	return res;
}

/*
 * How many bytes of p[0..n) come before a CR or LF. By parts: each of many
 * short lines that end in CR is not to cost a look at all the rest.
 */
static size_t
sse_line_len(const char *p, size_t n)
{
	const char *lf = NULL, *cr = NULL;
	size_t i, part;

	for (i = 0; i < n && lf == NULL && cr == NULL; i += part) {
		part = n - i < PART ? n - i : PART;
		if ((lf = memchr(p + i, '\n', part)) != NULL)
			part = (size_t)(lf - p) - i;
		if ((cr = memchr(p + i, '\r', part)) != NULL)
			part = (size_t)(cr - p) - i;
	}
	return i;
}

enum sse_res
sse_feed(struct sse *s, const char *p, size_t n, size_t *used)
{
	enum sse_res res = SSE_MORE;
	size_t i = 0, start;

	if (s->state & SSE_ENDED)
		sse_reset(s);
	while (i < n && res == SSE_MORE) {
		if (s->state & SSE_CR && p[i] == '\n')
			i++;
		s->state &= ~SSE_CR;
		start = i;
		i += sse_line_len(p + i, n - i);
		s->bytes += i - start + (i < n);
		if (s->bytes > s->max) {
			res = SSE_TOOBIG;
		} else if (i == n) {
			if (buf_add(&s->line, p + start, n - start) == -1)
				res = SSE_NOMEM;
		} else {
			if (p[i] == '\r')
				s->state |= SSE_CR;
			res = sse_line_end(s, p + start, i++ - start);
		}
	}
	/* The LF of a CRLF that ends an event goes with it, if it is here. */
	if (res == SSE_EVENT && s->state & SSE_CR && i < n && p[i] == '\n') {
		s->state &= ~SSE_CR;
		i++;
	}
	*used = i;
	return res;
}

int
sse_cr(const struct sse *s)
{
	return (s->state & SSE_CR) != 0;
}

int
sse_pending(const struct sse *s)
{
	if (s->state & SSE_ENDED)
		return 0;
	return s->fields > 0 || s->event.len > 0 ||
	    (s->line.len > 0 && s->line.d[0] != ':');
}
