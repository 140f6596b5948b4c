/* Tables for a terminal: measuring, fitting, printing. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "table.h"
#include "utf8.h"

enum {
	HEADING = TABLE_DIM + 1, /* one colour more */
	GAP = 2,		 /* spaces between columns */
	NARROW = 6,		 /* no column is shortened past this */
	ROOMY = 10,		 /* nor past this to keep spare ones */
	BAR_MIN = 10,
	BAR_MAX = 50,
	CELL_MAX = 4096
};

struct cell {
	char *text;   /* NULL: unknown, or a bar */
	double value; /* of a bar */
	int colour;
};

struct table {
	const struct table_column *columns;
	size_t ncolumns;
	struct cell *cells;
	size_t n, cap;
	int err; /* an errno, sticky */
};

struct fit {	     /* of one column, while printing */
	int width;   /* 0: left out */
	double most; /* largest value of a bar column */
};

/* First and last of each range, in order. */
static const uint32_t wide[][2] = { { 0x1100, 0x115f }, { 0x231a, 0x231b },
	{ 0x2329, 0x232a }, { 0x23e9, 0x23ec }, { 0x25fd, 0x25fe },
	{ 0x2614, 0x2615 }, { 0x2648, 0x2653 }, { 0x26aa, 0x26ab },
	{ 0x26bd, 0x26be }, { 0x2705, 0x2705 }, { 0x274c, 0x274c },
	{ 0x2753, 0x2755 }, { 0x2e80, 0x303e }, { 0x3041, 0x4dbf },
	{ 0x4e00, 0xa4cf }, { 0xa960, 0xa97f }, { 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff }, { 0xfe10, 0xfe19 }, { 0xfe30, 0xfe6f },
	{ 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x16fe0, 0x18aff },
	{ 0x1b000, 0x1b2ff }, { 0x1f18e, 0x1f19a }, { 0x1f200, 0x1f320 },
	{ 0x1f32d, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f7e0, 0x1f7eb },
	{ 0x1f90c, 0x1f9ff }, { 0x1fa70, 0x1faff }, { 0x20000, 0x3fffd } };
static const uint32_t zero[][2] = { { 0x0300, 0x036f }, { 0x0483, 0x0489 },
	{ 0x0591, 0x05bd }, { 0x0610, 0x061a }, { 0x064b, 0x065f },
	{ 0x0900, 0x0902 }, { 0x093c, 0x093c }, { 0x0e31, 0x0e31 },
	{ 0x0e34, 0x0e3a }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
	{ 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x2069 },
	{ 0x20d0, 0x20ff }, { 0x302a, 0x302d }, { 0x3099, 0x309a },
	{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff },
	{ 0xe0100, 0xe01ef } };

static int
in_ranges(uint32_t c, const uint32_t (*r)[2], size_t n)
{
	size_t lo = 0, mid;

	while (lo < n) {
		mid = lo + (n - lo) / 2;
		if (c > r[mid][1])
			lo = mid + 1;
		else if (c < r[mid][0])
			n = mid;
		else
			return 1;
	}
	return 0;
}

/* Directions of text are turned by some of the zero-width ones. */
static int
is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
	    (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	    c == 0x2028 || c == 0x2029;
}

static int
char_width(uint32_t c)
{
	if (in_ranges(c, zero, sizeof(zero) / sizeof(zero[0])))
		return 0;
	return in_ranges(c, wide, sizeof(wide) / sizeof(wide[0])) ? 2 : 1;
}

/* Decodes one character of s; '?' where it is none. Returns its bytes. */
static size_t
decode(const char *s, uint32_t *c)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i, n;

	*c = '?';
	if ((n = utf8_len(s, strnlen(s, 4))) == 0)
		return 1;
	*c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (i = 1; i < n; i++)
		*c = *c << 6 | (p[i] & 0x3f);
	if (is_control(*c))
		*c = '?';
	return n;
}

int
table_width(const char *text)
{
	uint32_t c;
	int w = 0;

	while (*text != '\0') {
		text += decode(text, &c);
		w += char_width(c);
	}
	return w;
}

/*
 * What stands for one character at s in this style: its n bytes at *p, w
 * columns wide. Returns how many bytes of s that is about.
 */
static size_t
glyph(const char *s, const struct table_style *st, const char **p, size_t *n,
    int *w)
{
	uint32_t c;
	size_t len;

	len = decode(s, &c);
	*p = s;
	*n = len;
	*w = char_width(c);
	if (c == '?' || (c > 0x7e && !st->utf8)) {
		*p = c == 0x2026 ? "..." : "?";
		*w = c == 0x2026 ? 3 : *w > 0;
		*n = (size_t)*w;
	}
	return len;
}

static int
glyphs_width(const char *s, const struct table_style *st)
{
	const char *p;
	size_t n;
	int w, sum = 0;

	while (*s != '\0') {
		s += glyph(s, st, &p, &n, &w);
		sum += w;
	}
	return sum;
}

int
table_text(struct buf *out, const char *text, int width,
    const struct table_style *s)
{
	const char *dots = s->utf8 ? "\xe2\x80\xa6" : "...", *p;
	size_t n;
	int cut, w, used = 0;

	cut = width > 0 && glyphs_width(text, s) > width;
	if (cut)
		width -= s->utf8 ? 1 : 3;
	while (*text != '\0') {
		text += glyph(text, s, &p, &n, &w);
		if (cut && used + w > width)
			break;
		if (buf_add(out, p, n) == -1)
			return -1;
		used += w;
	}
	if (cut) {
		if (buf_adds(out, dots) == -1)
			return -1;
		used += s->utf8 ? 1 : 3;
	}
	return used;
}

int
table_prose(struct buf *out, const char *text, const struct table_style *s)
{
	const char *gap = "";
	size_t n, used = 0;

	for (; *text != '\0'; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		if (used > 0 && s->width > 0 &&
		    used + 1 + n > (size_t)s->width) {
			gap = "\n";
			used = 0;
		}
		if (buf_adds(out, gap) == -1 || buf_add(out, text, n) == -1)
			return -1;
		used += n + (*gap == ' ');
		gap = " ";
	}
	return buf_addc(out, '\n');
}

struct table *
table_new(const struct table_column *columns, size_t n)
{
	struct table *t;

	if ((t = calloc(1, sizeof(*t))) == NULL)
		return NULL;
	t->columns = columns;
	t->ncolumns = n;
	return t;
}

void
table_free(struct table *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < t->n; i++)
		free(t->cells[i].text);
	free(t->cells);
	free(t);
}

static struct cell *
next_cell(struct table *t)
{
	struct cell *p;
	size_t cap;

	if (t->err != 0)
		return NULL;
	if (t->n == t->cap) {
		cap = t->cap == 0 ? 64 : t->cap * 2;
		p = reallocarray(t->cells, cap, sizeof(*p));
		if (p == NULL) {
			t->err = errno;
			return NULL;
		}
		t->cells = p;
		t->cap = cap;
	}
	p = &t->cells[t->n++];
	memset(p, 0, sizeof(*p));
	return p;
}

void
table_cell(struct table *t, const char *text, enum table_colour c)
{
	struct cell *p;

	if ((p = next_cell(t)) == NULL)
		return;
	p->colour = c;
	if (text != NULL && (p->text = strdup(text)) == NULL)
		t->err = errno;
}

void
table_cellf(struct table *t, enum table_colour c, const char *fmt, ...)
{
	char text[CELL_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	table_cell(t, text, c);
}

void
table_known(struct table *t, int64_t v)
{
	if (v == -1)
		table_cell(t, NULL, TABLE_PLAIN);
	else
		table_cellf(t, TABLE_PLAIN, "%" PRId64, v);
}

void
table_bar(struct table *t, double value)
{
	struct cell *p;

	if ((p = next_cell(t)) != NULL)
		p->value = value;
}

/* The width that each column wants; 0 for one without any content. */
static void
measure(const struct table *t, const struct table_style *s, struct fit *fit)
{
	const struct cell *p;
	size_t i, c;
	int w;

	for (i = 0; i < t->n; i++) {
		p = &t->cells[i];
		c = i % t->ncolumns;
		if (t->columns[c].flags & TABLE_BAR) {
			if (p->value > fit[c].most)
				fit[c].most = p->value;
			fit[c].width = BAR_MIN;
		} else if (p->text != NULL && *p->text != '\0') {
			w = glyphs_width(p->text, s);
			if (w > fit[c].width)
				fit[c].width = w;
		}
	}
	for (c = 0; c < t->ncolumns; c++) {
		w = table_width(t->columns[c].name);
		if (fit[c].width > 0 && fit[c].width < w)
			fit[c].width = w;
	}
}

static int
total(const struct table *t, const struct fit *fit)
{
	size_t c;
	int w = 0;

	for (c = 0; c < t->ncolumns; c++)
		if (fit[c].width > 0)
			w += fit[c].width + (w > 0 ? GAP : 0);
	return w;
}

/* How much could be saved by shortening all that may be, yet readably. */
static int
slack(const struct table *t, const struct fit *fit)
{
	size_t c;
	int w = 0;

	for (c = 0; c < t->ncolumns; c++)
		if ((t->columns[c].flags & TABLE_SHRINK) &&
		    fit[c].width > ROOMY)
			w += fit[c].width - ROOMY;
	return w;
}

/* The widest column over least that has all of these flags, or NULL. */
static struct fit *
widest(const struct table *t, struct fit *fit, int flags, int least)
{
	struct fit *most = NULL;
	size_t c;

	for (c = 0; c < t->ncolumns; c++)
		if ((t->columns[c].flags & flags) == flags &&
		    fit[c].width > least &&
		    (most == NULL || fit[c].width > most->width))
			most = &fit[c];
	return most;
}

/*
 * Leaves out columns until the rest can be shortened to fit, then does, the
 * spare ones first.
 */
static void
squeeze(const struct table *t, const struct table_style *s, struct fit *fit)
{
	struct fit *f;
	size_t c;

	for (c = t->ncolumns; c-- > 0;)
		if ((t->columns[c].flags & TABLE_SPARE) &&
		    total(t, fit) - slack(t, fit) > s->width)
			fit[c].width = 0;
	while (total(t, fit) > s->width &&
	    ((f = widest(t, fit, TABLE_SHRINK | TABLE_SPARE, ROOMY)) != NULL ||
		(f = widest(t, fit, TABLE_SHRINK, NARROW)) != NULL))
		f->width--;
}

/* Gives the bars what the line has left. */
static void
stretch(const struct table *t, const struct table_style *s, struct fit *fit)
{
	size_t c;
	int left;

	for (c = 0; c < t->ncolumns; c++) {
		if (!(t->columns[c].flags & TABLE_BAR) || fit[c].width == 0)
			continue;
		left = s->width == 0 ? BAR_MAX : s->width - total(t, fit);
		if (left > BAR_MAX - BAR_MIN)
			left = BAR_MAX - BAR_MIN;
		if (left > 0)
			fit[c].width += left;
	}
}

/* A bar of full blocks and one that is some eighths wide. */
static int
bar(struct buf *out, double share, int width, const struct table_style *s)
{
	int eighths, used = 0;

	eighths = (int)lround(share * width * 8);
	if (eighths < (s->utf8 ? 1 : 8)) /* something is not nothing */
		eighths = s->utf8 ? 1 : 8;
	for (; eighths >= (s->utf8 ? 8 : 4); eighths -= 8, used++)
		if (buf_adds(out, s->utf8 ? "\xe2\x96\x88" : "#") == -1)
			return -1;
	if (s->utf8 && eighths > 0) {
		if (buf_addf(out, "\xe2\x96%c", 0x90 - eighths) == -1)
			return -1;
		used++;
	}
	return used;
}

static const char *
escape(int colour)
{
	static const char *const codes[] = {
		[TABLE_GOOD] = "\033[32m",
		[TABLE_WARN] = "\033[33m",
		[TABLE_BAD] = "\033[31m",
		[TABLE_DIM] = "\033[2m",
		[HEADING] = "\033[1m",
	};

	return codes[colour];
}

/* While it prints. */
struct print {
	const struct table *t;
	const struct table_style *s;
	const struct fit *fit;
	struct buf *out;
	int spaces; /* due before the next cell, if one comes */
};

/* One cell in its column's width. */
static int
print_cell(struct print *p, size_t c, const struct cell *cell)
{
	const char *on = NULL, *text = cell->text != NULL ? cell->text : "-";
	const struct fit *fit = &p->fit[c];
	int flags = p->t->columns[c].flags, bars, used, w;

	bars = cell->text == NULL && (flags & TABLE_BAR);
	if (bars ? cell->value <= 0 : *text == '\0') {
		p->spaces += fit->width;
		return 0;
	}
	w = glyphs_width(text, p->s);
	if ((flags & TABLE_RIGHT) && w < fit->width)
		p->spaces += fit->width - w;
	if (p->spaces > 0 && buf_addf(p->out, "%*s", p->spaces, "") == -1)
		return -1;
	if (p->s->colour && (on = escape(cell->colour)) != NULL &&
	    buf_adds(p->out, on) == -1)
		return -1;
	if (bars)
		used = bar(p->out, cell->value / fit->most, fit->width, p->s);
	else
		used = table_text(p->out, text, fit->width, p->s);
	if (used == -1 || (on != NULL && buf_adds(p->out, "\033[0m") == -1))
		return -1;
	p->spaces = flags & TABLE_RIGHT ? 0 : fit->width - used;
	return 0;
}

/* One line; spaces at its end are not written. */
static int
print_row(struct print *p, const struct cell *row)
{
	int first = 1;
	size_t c;

	p->spaces = 0;
	for (c = 0; c < p->t->ncolumns; c++) {
		if (p->fit[c].width == 0)
			continue;
		if (!first)
			p->spaces += GAP;
		first = 0;
		if (print_cell(p, c, &row[c]) == -1)
			return -1;
	}
	return buf_addc(p->out, '\n');
}

/* The names of the columns; they were counted when those were measured. */
static int
print_heading(struct print *p)
{
	size_t c, n = p->t->ncolumns;
	struct cell *row;
	int rc = 0;

	if ((row = calloc(n, sizeof(*row))) == NULL)
		return -1;
	for (c = 0; rc == 0 && c < n; c++) {
		row[c].colour = HEADING;
		if ((row[c].text = strdup(p->t->columns[c].name)) == NULL)
			rc = -1;
	}
	if (rc == 0)
		rc = print_row(p, row);
	for (c = 0; c < n; c++)
		free(row[c].text);
	free(row);
	return rc;
}

int
table_print(struct table *t, const struct table_style *s, struct buf *out)
{
	struct print p = { .t = t, .s = s, .out = out };
	struct fit *fit;
	size_t i;
	int rc;

	if (t->err != 0) {
		errno = t->err;
		return -1;
	}
	if ((fit = calloc(t->ncolumns, sizeof(*fit))) == NULL)
		return -1;
	p.fit = fit;
	measure(t, s, fit);
	if (s->width > 0)
		squeeze(t, s, fit);
	stretch(t, s, fit);
	rc = print_heading(&p);
	for (i = 0; rc == 0 && i + t->ncolumns <= t->n; i += t->ncolumns)
		rc = print_row(&p, &t->cells[i]);
	free(fit);
	return rc;
}
