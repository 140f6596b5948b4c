/*
 * The text is cut into windows of equal length, and a hash of each marks a
 * bit: so one pass over a long request finds what it shares with the text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "echo.h"
#include "fault.h"
#include "splice.h"

enum {
	ECHO_TEXT = 1024, /* bytes of a text that are looked at */
	ECHO_RUN = 16,
	ECHO_LEAST = 4,
	ECHO_DEPTH = 8, /* of messages, parts, what tools gave, and theirs */
	ECHO_BITS = 16,
	ECHO_BASE = 16777619,
	ECHO_GROWS = 4 /* bytes of one that is not printable */
};

struct echo {
	char *s;
	size_t len;
	char hidden[ECHO_TEXT];
	unsigned char seen[(1 << ECHO_BITS) / 8];
	uint32_t out; /* ECHO_BASE to the power of ECHO_RUN */
	struct buf text, plain;
};

static uint32_t
hash(const char *p, uint32_t h, uint32_t out, int full)
{
	h = h * ECHO_BASE + (unsigned char)*p;
	return full ? h - out * (unsigned char)p[-ECHO_RUN] : h;
}

static unsigned
bit(uint32_t h)
{
	return h * UINT32_C(2654435761) >> (32 - ECHO_BITS);
}

static void
begin(struct echo *e, char *s)
{
	uint32_t h = 0;
	size_t i;

	memset(e, 0, sizeof(*e));
	e->s = s;
	e->len = strlen(s) < ECHO_TEXT ? strlen(s) : ECHO_TEXT;
	for (e->out = 1, i = 0; i < ECHO_RUN; i++)
		e->out *= ECHO_BASE;
	for (i = 0; i < e->len; i++) {
		h = hash(s + i, h, e->out, i >= ECHO_RUN);
		if (i + 1 >= ECHO_RUN)
			e->seen[bit(h) / 8] |= (unsigned char)(1 << bit(h) % 8);
	}
}

/* Marks p[0..n) wherever it stands in the text. Does it? */
static int
mark(struct echo *e, const char *p, size_t n)
{
	const char *at = e->s, *end = e->s + e->len;
	int found = 0;

	for (; (at = memmem(at, (size_t)(end - at), p, n)) != NULL; at++) {
		memset(e->hidden + (at - e->s), 1, n);
		found = 1;
	}
	return found;
}

/* Is a member of this name no text of anybody's? */
static int
is_label(struct splice name)
{
	return name.n > 0 &&
	    (splice_is(name, "role") || splice_is(name, "type") ||
		splice_is(name, "name") || splice_is(name, "id"));
}

/* A window that was found once need not be found again. */
static void
compare(struct echo *e, const char *p, size_t n)
{
	unsigned char one;
	uint32_t h = 0;
	size_t i;

	if (n < ECHO_RUN) {
		if (n >= ECHO_LEAST)
			(void)mark(e, p, n);
		return;
	}
	for (i = 0; i < n; i++) {
		h = hash(p + i, h, e->out, i >= ECHO_RUN);
		one = (unsigned char)(1 << bit(h) % 8);
		if (i + 1 >= ECHO_RUN && e->seen[bit(h) / 8] & one &&
		    mark(e, p + i + 1 - ECHO_RUN, ECHO_RUN))
			e->seen[bit(h) / 8] &= (unsigned char)~one;
	}
}

/* All strings of a value, as they would be printed. 0, or -1. */
static int
look(struct echo *e, struct splice v, int depth)
{
	struct splice_walk w;
	int r;

	if (v.s[0] == '"') {
		buf_cut(&e->text, 0);
		buf_cut(&e->plain, 0);
		if (splice_str(v, &e->text) == -1 ||
		    buf_room(&e->plain, ECHO_GROWS * e->text.len) == -1)
			return -1;
		fault_clean(e->plain.d, ECHO_GROWS * e->text.len + 1, e->text.d,
		    e->text.len);
		compare(e, e->plain.d, strlen(e->plain.d));
		return 0;
	}
	if (depth == 0 || (v.s[0] != '[' && v.s[0] != '{'))
		return 0;
	splice_begin(&w, v);
	while ((r = splice_next(&w)) == 1)
		if (!is_label(w.name) && look(e, w.value, depth - 1) == -1)
			return -1;
	return r;
}

static int
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Writes the text without what is marked; no character is cut. */
static void
hide(struct echo *e)
{
	size_t i, n = 0;

	for (i = e->len; i-- > 1;)
		if (is_continuation(e->s[i]) && e->hidden[i])
			e->hidden[i - 1] = 1;
	for (i = 0; i < e->len; i++) {
		if (i > 0 && is_continuation(e->s[i]) && e->hidden[i - 1])
			e->hidden[i] = 1;
		if (!e->hidden[i])
			e->s[n++] = e->s[i];
		else if (i == 0 || !e->hidden[i - 1]) {
			memcpy(e->s + n, "...", 3);
			n += 3;
		}
	}
	memmove(e->s + n, e->s + e->len, strlen(e->s + e->len) + 1);
}

void
echo_hide(char *s, const char *json, size_t n)
{
	static const char *const asked[] = { "messages", "prompt", "input",
		"system", "instructions" };
	struct splice v, m;
	struct echo *e;
	size_t i;
	int r = 0;

	if (*s == '\0' || splice_text(json, n, &v, NULL) == -1 || *v.s != '{')
		return;
	if ((e = malloc(sizeof(*e))) == NULL) {
		*s = '\0';
		return;
	}
	begin(e, s);
	buf_init(&e->text, n);
	buf_init(&e->plain, ECHO_GROWS * n + 1);
	for (i = 0; i < sizeof(asked) / sizeof(asked[0]) && r == 0; i++)
		if (splice_find(v, asked[i], &m) == 1)
			r = look(e, m, ECHO_DEPTH);
	hide(e);
	if (r == -1)
		*s = '\0';
	buf_free(&e->text);
	buf_free(&e->plain);
	free(e);
}
