/*
 * Reads and edits JSON in place. The scan_ functions return the position
 * behind what they passed, or NULL with *bad at the byte that is wrong, which
 * is the end where bytes are missing.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "splice.h"

/* The longest number made a double. */
enum {
	SPLICE_NUMBER = 512
};

/* Past the integers of 64 bits. */
#define SPLICE_2_63 9223372036854775808.0

/* Bits of splice_walk.state. */
enum {
	WALK_OBJECT = 1,
	WALK_LATER = 2,
	WALK_END = 4,
	WALK_BAD = 8
};

static const char *
scan_wrong(const char *p, const char **bad)
{
	*bad = p;
	return NULL;
}

static inline const char *
scan_space(const char *p, const char *end)
{
	while (p < end && (unsigned char)*p <= ' ' &&
	    (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	return p;
}

/* The bytes that a string cannot just have: controls, quote, backslash. */
static const unsigned char scan_stop[256] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, ['"'] = 1, ['\\'] = 1 };

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* p is behind a backslash. */
static const char *
scan_escape(const char *p, const char *end, const char **bad)
{
	int i;

	if (p == end)
		return scan_wrong(p, bad);
	if (*p != 'u')
		return *p == '\0' || strchr("\"\\/bfnrt", *p) == NULL ?
		    scan_wrong(p, bad) :
		    p + 1;
	for (p++, i = 0; i < 4; i++, p++)
		if (p == end || hex_digit(*p) == -1)
			return scan_wrong(p, bad);
	return p;
}

/* Is there one of these among the eight bytes at p? (Or might there be.) */
static inline int
scan_stops(const char *p)
{
	const uint64_t ones = 0x0101010101010101, tops = ones << 7;
	uint64_t w, quote, slash;

	memcpy(&w, p, sizeof(w));
	quote = w ^ ones * '"';
	slash = w ^ ones * '\\';
	w = (w - ones * ' ') & ~w;
	quote = (quote - ones) & ~quote;
	slash = (slash - ones) & ~slash;
	return ((w | quote | slash) & tops) != 0;
}

/* Passes a long stretch of what a string can just have. */
static const char *
scan_long(const char *p, const char *end)
{
	while (end - p >= 8 && !scan_stops(p))
		p += 8;
	while (p < end && !scan_stop[(unsigned char)*p])
		p++;
	return p;
}

static inline const char *
scan_string(const char *p, const char *end, const char **bad)
{
	if (p == end || *p != '"')
		return scan_wrong(p, bad);
	for (p++;;) {
		const char *few = end - p < 16 ? end : p + 16;

		while (p < few && !scan_stop[(unsigned char)*p])
			p++;
		if (p == few)
			p = scan_long(p, end);
		if (p == end)
			return scan_wrong(p, bad);
		if (*p == '"')
			return p + 1;
		if (*p != '\\')
			return scan_wrong(p, bad);
		if ((p = scan_escape(p + 1, end, bad)) == NULL)
			return NULL;
	}
}

static inline int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One digit or more. */
static inline const char *
scan_digits(const char *p, const char *end, const char **bad)
{
	if (p == end || !is_digit(*p))
		return scan_wrong(p, bad);
	do
		p++;
	while (p < end && is_digit(*p));
	return p;
}

static inline const char *
scan_number(const char *p, const char *end, const char **bad)
{
	if (*p == '-')
		p++;
	if (p < end && *p == '0')
		p++;
	else if ((p = scan_digits(p, end, bad)) == NULL)
		return NULL;
	if (p < end && *p == '.' && (p = scan_digits(p + 1, end, bad)) == NULL)
		return NULL;
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		p = scan_digits(p, end, bad);
	}
	return p;
}

static const char *
scan_word(const char *p, const char *end, const char *word, const char **bad)
{
	for (; *word != '\0'; p++, word++)
		if (p == end || *p != *word)
			return scan_wrong(p, bad);
	return p;
}

/* A value that is neither object nor array. */
static inline const char *
scan_scalar(const char *p, const char *end, const char **bad)
{
	if (p == end)
		return scan_wrong(p, bad);
	switch (*p) {
	case '"':
		return scan_string(p, end, bad);
	case 't':
		return scan_word(p, end, "true", bad);
	case 'f':
		return scan_word(p, end, "false", bad);
	case 'n':
		return scan_word(p, end, "null", bad);
	default:
		return scan_number(p, end, bad);
	}
}

/* A name, its colon, and the space around that. */
static inline const char *
scan_name(const char *p, const char *end, const char **bad)
{
	if ((p = scan_string(p, end, bad)) == NULL)
		return NULL;
	p = scan_space(p, end);
	if (p == end || *p != ':')
		return scan_wrong(p, bad);
	return scan_space(p + 1, end);
}

/*
 * What follows a value in the containers open[0..*depth): closes those that
 * end, and stops where the next value begins.
 */
static const char *
scan_after(const char *p, const char *end, const char *open, int *depth,
    const char **bad)
{
	while (*depth > 0) {
		p = scan_space(p, end);
		if (p == end)
			return scan_wrong(p, bad);
		if (*p == ',') {
			p = scan_space(p + 1, end);
			return open[*depth - 1] == '}' ?
			    scan_name(p, end, bad) :
			    p;
		}
		if (*p != open[*depth - 1])
			return scan_wrong(p, bad);
		p++;
		--*depth;
	}
	return p;
}

/* An object or array, max levels deep at most. */
static const char *
scan_nested(const char *p, const char *end, int max, const char **bad)
{
	char open[SPLICE_DEPTH]; /* the bytes that will close them */
	int depth = 0;

	do {
		if (p < end && (*p == '{' || *p == '[')) {
			if (depth == max)
				return scan_wrong(p, bad);
			open[depth++] = *p == '{' ? '}' : ']';
			p = scan_space(p + 1, end);
			if (p == end || *p != open[depth - 1]) {
				if (open[depth - 1] == '}')
					p = scan_name(p, end, bad);
				if (p == NULL)
					return NULL;
				continue;
			}
			p++;
			depth--;
		} else if ((p = scan_scalar(p, end, bad)) == NULL) {
			return NULL;
		}
		if ((p = scan_after(p, end, open, &depth, bad)) == NULL)
			return NULL;
	} while (depth > 0);
	return p;
}

static inline const char *
scan_value(const char *p, const char *end, int max, const char **bad)
{
	if (p < end && (*p == '{' || *p == '['))
		return scan_nested(p, end, max, bad);
	return scan_scalar(p, end, bad);
}

int
splice_text(const char *text, size_t n, struct splice *v, size_t *off)
{
	const char *bad, *end = text + n, *p;

	v->s = scan_space(text, end);
	if ((p = scan_value(v->s, end, SPLICE_DEPTH, &bad)) != NULL) {
		v->n = (size_t)(p - v->s);
		if ((bad = scan_space(p, end)) == end)
			return 0;
	}
	if (off != NULL)
		*off = (size_t)(bad - text);
	return -1;
}

/* How many containers are open at text[off]; what is before it is valid. */
static int
levels(const char *text, size_t off)
{
	const char *p, *bad, *end = text + off;
	int depth = 0;

	for (p = text; p != NULL && p < end;) {
		if (*p == '"') {
			p = scan_string(p, end, &bad);
			continue;
		}
		depth += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
		p++;
	}
	return depth;
}

int
splice_deep(const char *text, size_t n, size_t off)
{
	return off < n && (text[off] == '{' || text[off] == '[') &&
	    levels(text, off) == SPLICE_DEPTH;
}

const char *
splice_wrong(char dst[SPLICE_WRONG], const char *text, size_t n, size_t off)
{
	if (splice_deep(text, n, off))
		snprintf(dst, SPLICE_WRONG,
		    "nested over %d levels deep at byte %zu", SPLICE_DEPTH,
		    off + 1);
	else
		snprintf(dst, SPLICE_WRONG, "not JSON at byte %zu", off + 1);
	return dst;
}

size_t
splice_first(const char *s, size_t n, struct splice *v)
{
	const char *bad, *end = s + n, *p;

	v->s = scan_space(s, end);
	if ((p = scan_value(v->s, end, SPLICE_DEPTH, &bad)) == NULL)
		return bad == end ? 0 : (size_t)-1;
	v->n = (size_t)(p - v->s);
	return (size_t)(p - s);
}

void
splice_begin(struct splice_walk *w, struct splice v)
{
	memset(w, 0, sizeof(*w));
	w->state = WALK_BAD;
	if (v.n == 0 || (*v.s != '{' && *v.s != '['))
		return;
	w->state = *v.s == '{' ? WALK_OBJECT : 0;
	w->end = v.s + v.n;
	w->p = scan_space(v.s + 1, w->end);
}

static int
walk_stop(struct splice_walk *w, int state)
{
	w->state = state;
	return state == WALK_END ? 0 : -1;
}

int
splice_next(struct splice_walk *w)
{
	const char *bad, *end = w->end, *p = w->p;

	if (w->state >= WALK_END)
		return walk_stop(w, w->state);
	if (p < end && *p == (w->state & WALK_OBJECT ? '}' : ']'))
		return walk_stop(w,
		    scan_space(p + 1, end) == end ? WALK_END : WALK_BAD);
	if (w->state & WALK_LATER) {
		if (p == end || *p != ',')
			return walk_stop(w, WALK_BAD);
		p = scan_space(p + 1, end);
	}
	if (w->state & WALK_OBJECT) {
		w->name.s = p;
		if ((p = scan_string(p, end, &bad)) == NULL)
			return walk_stop(w, WALK_BAD);
		w->name.n = (size_t)(p - w->name.s);
		p = scan_space(p, end);
		if (p == end || *p != ':')
			return walk_stop(w, WALK_BAD);
		p = scan_space(p + 1, end);
	}
	w->value.s = p;
	if ((p = scan_value(p, end, SPLICE_DEPTH - 1, &bad)) == NULL)
		return walk_stop(w, WALK_BAD);
	w->value.n = (size_t)(p - w->value.s);
	w->p = scan_space(p, end);
	w->state |= WALK_LATER;
	return 1;
}

/* The four hex digits of a \u escape at p, or -1 if there is none. */
static int
unit(const char *p, const char *end)
{
	int i, v = 0;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (i = 2; i < 6; i++) /* they are digits, or it is no string */
		v = v << 4 | (hex_digit(p[i]) & 0xf);
	return v;
}

/* Writes c as UTF-8: how many bytes. */
static size_t
encode(char *dst, unsigned c)
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t i, len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (i = len - 1; i > 0; i--, c >>= 6)
		dst[i] = (char)(0x80 | (c & 0x3f));
	dst[0] = (char)(lead[len] | c);
	return len;
}

/*
 * Decodes the escape at *p, moving *p behind it, into dst: how many bytes.
 * The string was scanned before, so it is whole.
 */
static size_t
unescape(const char **p, const char *end, char dst[4])
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	int c = unit(*p, end), low;
	const char *known;

	if (c == -1) {
		dst[0] = (*p)[1];
		if ((known = strchr(from, dst[0])) != NULL)
			dst[0] = to[known - from];
		*p += 2;
		return 1;
	}
	*p += 6;
	if (c >= 0xd800 && c < 0xe000) {
		low = c < 0xdc00 ? unit(*p, end) : -1;
		if (low >= 0xdc00 && low < 0xe000) {
			*p += 6;
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		} else {
			c = 0xfffd;
		}
	}
	return encode(dst, (unsigned)c);
}

int
splice_is(struct splice name, const char *want)
{
	const char *end, *p;
	char utf[4];
	size_t i, n;

	if (name.n < 2)
		return 0;
	end = name.s + name.n - 1;
	for (p = name.s + 1; p < end;) {
		if (*p != '\\') {
			if (*p++ != *want++)
				return 0;
			continue;
		}
		n = unescape(&p, end, utf);
		for (i = 0; i < n; i++, want++)
			if (*want == '\0' || utf[i] != *want)
				return 0;
	}
	return *want == '\0';
}

int
splice_eq(struct splice v, const char *want)
{
	return v.n >= 2 && *v.s == '"' && splice_is(v, want);
}

int
splice_find(struct splice v, const char *name, struct splice *value)
{
	struct splice_walk w;
	int found = 0, rc;

	if (v.n == 0 || *v.s != '{')
		return -1;
	splice_begin(&w, v);
	while ((rc = splice_next(&w)) == 1)
		if (splice_is(w.name, name)) {
			*value = w.value;
			found = 1;
		}
	return rc == -1 ? -1 : found;
}

int
splice_path(struct splice v, struct splice *value, ...)
{
	const char *name;
	va_list ap;
	int rc = 1;

	va_start(ap, value);
	while (rc == 1 && (name = va_arg(ap, const char *)) != NULL)
		rc = splice_find(v, name, &v);
	va_end(ap);
	if (rc == 1)
		*value = v;
	return rc;
}

int
splice_str(struct splice v, struct buf *out)
{
	const char *end, *p, *run;
	size_t start = out->len;
	char utf[4];

	if (v.n < 2 || *v.s != '"') {
		errno = EINVAL;
		return -1;
	}
	end = v.s + v.n - 1;
	for (p = v.s + 1; p < end;) {
		if (*p == '\\') {
			if (buf_add(out, utf, unescape(&p, end, utf)) == -1)
				goto err;
			continue;
		}
		run = p;
		if ((p = memchr(p, '\\', (size_t)(end - p))) == NULL)
			p = end;
		if (buf_add(out, run, (size_t)(p - run)) == -1)
			goto err;
	}
	return 0;
err:
	buf_cut(out, start);
	return -1;
}

int
splice_num(struct splice v, double *d)
{
	char text[SPLICE_NUMBER];

	if (v.n == 0 || (*v.s != '-' && !is_digit(*v.s))) {
		errno = EINVAL;
		return -1;
	}
	if (v.n >= sizeof(text)) {
		errno = ERANGE;
		return -1;
	}
	memcpy(text, v.s, v.n);
	text[v.n] = '\0';
	*d = strtod(text, NULL);
	if (*d - *d != 0) { /* too large: infinite */
		errno = ERANGE;
		return -1;
	}
	return 0;
}

int
splice_int(struct splice v, int64_t *n)
{
	int neg = v.n > 0 && *v.s == '-';
	const char *end = v.s + v.n, *p = v.s + neg;
	int64_t sum = 0;
	double d;

	/* Added up below zero, where INT64_MIN is. */
	for (; p < end && is_digit(*p); p++)
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_sub_overflow(sum, *p - '0', &sum))
			goto range;
	if (p == end && v.n > (size_t)neg) {
		if (!neg && sum == INT64_MIN)
			goto range;
		*n = neg ? sum : -sum;
		return 0;
	}
	if (splice_num(v, &d) == -1)
		return -1;
	if (d < -SPLICE_2_63 || d >= SPLICE_2_63)
		goto range;
	if (d != (double)(int64_t)d) {
		errno = EINVAL;
		return -1;
	}
	*n = (int64_t)d;
	return 0;
range:
	errno = ERANGE;
	return -1;
}

/* An edit under way: what of the text is still to be copied to out. */
struct edit {
	struct buf *out;
	const char *pos;  /* all before is copied or dropped */
	const char *last; /* where the member before ends */
	int kept;	  /* a member precedes in out */
	int gap;	  /* nothing kept yet, but one dropped */
};

static int
edit_copy(struct edit *ed, const char *to)
{
	const char *from = ed->pos;

	ed->pos = to;
	return buf_add(ed->out, from, (size_t)(to - from));
}

/* The first edit of that name, or NULL. */
static const struct splice_edit *
edit_find(const struct splice_edit *e, size_t ne, struct splice name)
{
	size_t i;

	for (i = 0; i < ne; i++)
		if (splice_is(name, e[i].name))
			return &e[i];
	return NULL;
}

/* Does an edit before e[i] have its name? */
static int
edit_again(const struct splice_edit *e, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (strcmp(e[k].name, e[i].name) == 0)
			return 1;
	return 0;
}

/* One member, which e, if not NULL, changes or removes. */
static int
edit_member(struct edit *ed, const struct splice_walk *w,
    const struct splice_edit *e)
{
	const char *end = w->value.s + w->value.n;
	int rc = 0;

	if (ed->gap)
		ed->pos = w->name.s;
	ed->gap = 0;
	if (e != NULL && e->value == NULL) {
		ed->gap = !ed->kept;
		rc = edit_copy(ed, ed->kept ? ed->last : w->name.s);
		ed->pos = end;
	} else {
		ed->kept = 1;
	}
	if (e != NULL && e->value != NULL) {
		if (edit_copy(ed, w->value.s) == -1)
			return -1;
		rc = buf_add(ed->out, e->value, e->len);
		ed->pos = end;
	}
	ed->last = end;
	return rc;
}

static int
edit_add(struct edit *ed, const struct splice_edit *e)
{
	if (ed->kept && buf_addc(ed->out, ',') == -1)
		return -1;
	ed->kept = 1;
	if (json_quote(ed->out, e->name, strlen(e->name)) == -1 ||
	    buf_addc(ed->out, ':') == -1)
		return -1;
	return buf_add(ed->out, e->value, e->len);
}

/* The members of v, then those that were not there. */
static int
edit_object(struct edit *ed, struct splice v, const struct splice_edit *e,
    size_t ne)
{
	const struct splice_edit *hit;
	struct splice_walk w;
	uint64_t done = 0;
	size_t i;

	splice_begin(&w, v);
	while (splice_next(&w) == 1) {
		if ((hit = edit_find(e, ne, w.name)) != NULL)
			done |= UINT64_C(1) << (hit - e);
		if (edit_member(ed, &w, hit) == -1)
			return -1;
	}
	if (edit_copy(ed, ed->last) == -1)
		return -1;
	for (i = 0; i < ne; i++) {
		if (e[i].value == NULL || done >> i & 1 || edit_again(e, i))
			continue;
		if (edit_add(ed, &e[i]) == -1)
			return -1;
	}
	return 0;
}

int
splice_edit(struct buf *out, const char *text, size_t n,
    const struct splice_edit *e, size_t ne)
{
	struct edit ed = { .out = out, .pos = text };
	size_t start = out->len;
	struct splice v;

	if (ne > SPLICE_EDITS || splice_text(text, n, &v, NULL) == -1 ||
	    *v.s != '{') {
		errno = EINVAL;
		return -1;
	}
	ed.last = v.s + 1;
	if (edit_object(&ed, v, e, ne) == -1 ||
	    edit_copy(&ed, text + n) == -1) {
		buf_cut(out, start);
		return -1;
	}
	return 0;
}
