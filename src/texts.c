/*
 * A stream of JSON texts. A large one comes in many pieces: until its brackets
 * are closed it is not looked at as a whole again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "fault.h"
#include "splice.h"
#include "texts.h"

enum {
	CHUNK = 64 * 1024 /* what is read at once, if nobody says */
};

/* What is passed over, behind what is wrong. */
enum texts_skip {
	SKIP_NONE,
	SKIP_LINE,
	SKIP_SPREAD /* to a line that begins with an object */
};

void
texts_init(struct texts *t, int fd, const char *name, size_t max)
{
	memset(t, 0, sizeof(*t));
	t->fd = fd;
	t->name = name;
	t->chunk = CHUNK;
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

/*
 * Names the line of the first wrong byte, or where what is cut begins. If
 * that is not where the text begins it was spread over lines.
 */
static int
malformed(struct texts *t, struct fault *f)
{
	const char *s = t->in.d + t->used;
	size_t n = t->in.len - t->used, off = 0;
	char where[64] = "";
	struct splice v;
	long down;

	(void)splice_text(s, n, &v, &off);
	down = off < n ? breaks(s, s + off) : 0;
	t->skip = off < n && down == 0 ? SKIP_LINE : SKIP_SPREAD;
	t->line = t->passed + down + 1;
	if (down > 0)
		snprintf(where, sizeof(where), ", in what begins at line %ld",
		    t->passed + 1);
	return fault_set(f, EX_DATAERR, "%s: line %ld: %s%s", t->name, t->line,
	    off == n		       ? "the JSON ends too early" :
		splice_deep(s, n, off) ? "JSON nested too deep" :
					 "not JSON",
	    where);
}

/* Begins to count brackets at what is not done with yet. */
static void
restart(struct texts *t)
{
	t->seen = t->used;
	t->look = 0;
	t->depth = t->quoted = t->escaped = 0;
}

/* Passes over what is wrong: 1 at the end of it, 0 if that is to be read. */
static int
skip(struct texts *t)
{
	const char *s = t->in.d + t->used, *end = t->in.d + t->in.len, *nl;

	while ((nl = memchr(s, '\n', (size_t)(end - s))) != NULL) {
		s = nl;
		if (t->skip == SKIP_SPREAD && nl + 1 == end && !t->eof)
			break;
		t->passed++;
		s++;
		if (t->skip == SKIP_LINE || (s < end && *s == '{')) {
			t->skip = SKIP_NONE;
			break;
		}
	}
	t->used = (size_t)((t->skip == SKIP_NONE || nl != NULL ? s : end) -
	    t->in.d);
	restart(t);
	return t->skip == SKIP_NONE;
}

static int
more(struct texts *t, struct fault *f)
{
	size_t room;
	ssize_t r;

	buf_drain(&t->in, t->used);
	t->seen -= t->used;
	t->used = 0;
	room = t->in.len > t->chunk ? t->in.len : t->chunk;
	if (room > t->in.max - t->in.len)
		room = t->in.max - t->in.len;
	if (room == 0) {
		t->skip = SKIP_SPREAD;
		return fault_set(f, EX_DATAERR, "%s: line %ld: over %zu bytes",
		    t->name, t->line = t->passed + 1, t->in.max);
	}
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

/*
 * May the text be whole by now? A cheap look at what came since the last. One
 * that lacks a bracket never would be: see look.
 */
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

/* A byte order mark is a habit of editors: 1 if it, or none, is behind us. */
static int
begin(struct texts *t)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t n = t->in.len < 3 ? t->in.len : 3;
	int marked = n > 0 && memcmp(t->in.d, mark, n) == 0;

	if (t->begun || (n > 0 && !marked))
		return t->begun = 1;
	if (n == 3) {
		t->used = 3;
		restart(t);
	}
	t->begun = n == 3 || t->eof;
	return t->begun;
}

/* Is there a whole text in what was read? 1, 0 or -1. */
static int
take(struct texts *t, struct splice *v, struct fault *f)
{
	const char *s, *end;
	size_t n;

	if (!begin(t))
		return 0;
	s = t->in.d + t->used;
	end = t->in.d + t->in.len;
	if (t->skip != SKIP_NONE) {
		if (!skip(t))
			return 0;
		s = t->in.d + t->used;
	}
	n = strspn(s, " \t\r\n");
	t->passed += breaks(s, s + n);
	t->used += n;
	s += n;
	if (n > 0)
		restart(t);
	n = (size_t)(end - s);
	if (!t->eof && n > t->chunk && !closed(t) && n < t->look)
		return 0;
	t->look = 2 * n;
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
