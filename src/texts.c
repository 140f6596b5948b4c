/*
 * A stream of JSON texts. A large one comes in many pieces: until its brackets
 * are closed it is not looked at as a whole again.
 */
#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "fault.h"
#include "splice.h"
#include "texts.h"

enum {
	CHUNK = 64 * 1024
};

void
texts_init(struct texts *t, int fd, const char *name, size_t max)
{
	memset(t, 0, sizeof(*t));
	t->fd = fd;
	t->name = name;
	buf_init(&t->in, max);
}

void
texts_free(struct texts *t)
{
	buf_free(&t->in);
}

static long
breaks(const char *s, const char *end)
{
	long n = 0;

	for (; (s = memchr(s, '\n', (size_t)(end - s))) != NULL; s++)
		n++;
	return n;
}

/* Names the line of the first wrong byte, or where what is cut begins. */
static int
malformed(struct texts *t, struct fault *f)
{
	const char *s = t->in.d + t->used;
	size_t n = t->in.len - t->used, off = 0;
	struct splice v;
	int cut;

	(void)splice_text(s, n, &v, &off);
	if ((cut = off == n))
		off = 0;
	t->line = t->passed + breaks(s, s + off) + 1;
	return fault_set(f, EX_DATAERR, "%s: line %ld: %s", t->name, t->line,
	    cut ? "the JSON ends too early" : "not JSON");
}

/* Begins to count brackets at what is not done with yet. */
static void
restart(struct texts *t)
{
	t->seen = t->used;
	t->depth = t->quoted = t->escaped = 0;
}

static int
more(struct texts *t, struct fault *f)
{
	size_t room;
	ssize_t r;

	buf_drain(&t->in, t->used);
	t->seen -= t->used;
	t->used = 0;
	room = t->in.len > CHUNK ? t->in.len : CHUNK;
	if (room > t->in.max - t->in.len)
		room = t->in.max - t->in.len;
	if (room == 0)
		return fault_set(f, EX_DATAERR, "%s: line %ld: over %zu bytes",
		    t->name, t->passed + 1, t->in.max);
	if (buf_room(&t->in, room) == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	do
		r = read(t->fd, t->in.d + t->in.len, room);
	while (r == -1 && errno == EINTR);
	if (r == -1)
		return fault_set(f, EX_IOERR, "%s: %s", t->name,
		    strerror(errno));
	t->in.len += (size_t)r;
	t->in.d[t->in.len] = '\0';
	t->eof = r == 0;
	return 0;
}

/* May the text be whole by now? A cheap look at what came since the last. */
static int
closed(struct texts *t)
{
	const char *end = t->in.d + t->in.len, *p = t->in.d + t->seen;

	for (; p < end; p++) {
		if (t->escaped)
			t->escaped = 0;
		else if (*p == '"')
			t->quoted = !t->quoted;
		else if (t->quoted)
			t->escaped = *p == '\\';
		else if (*p == '{' || *p == '[')
			t->depth++;
		else if ((*p == '}' || *p == ']') && --t->depth <= 0)
			break;
	}
	t->seen = (size_t)(p - t->in.d);
	return t->depth <= 0 && !t->quoted;
}

/* Is there a whole text in what was read? 1, 0 or -1. */
static int
take(struct texts *t, struct splice *v, struct fault *f)
{
	const char *s = t->in.d + t->used, *end = t->in.d + t->in.len;
	size_t n;

	n = strspn(s, " \t\r\n");
	t->passed += breaks(s, s + n);
	t->used += n;
	s += n;
	if (n > 0)
		restart(t);
	if (!t->eof && end - s > CHUNK && !closed(t))
		return 0;
	n = splice_first(s, (size_t)(end - s), v);
	if (n == (size_t)-1)
		return malformed(t, f);
	/* A number at the end of what was read may go on. */
	if (n == 0 || (s + n == end && !t->eof && v->s[0] != '{'))
		return 0;
	t->line = t->passed + 1;
	t->passed += breaks(s, s + n);
	t->used += n;
	restart(t);
	return 1;
}

int
texts_next(struct texts *t, struct splice *v,
    int (*before)(void *arg, struct fault *f), void *arg, struct fault *f)
{
	int r;

	while ((r = take(t, v, f)) == 0) {
		if (t->eof)
			break;
		if (before(arg, f) == -1 || more(t, f) == -1)
			return -1;
	}
	if (r == 0 && t->used < t->in.len)
		return malformed(t, f);
	return r;
}
