/* Structures as JSON objects and back, by tables. */
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "buf.h"
#include "day.h"
#include "field.h"
#include "json.h"
#include "splice.h"

/* Members are read and written by memcpy: a table says only where. */
static int64_t
field_int64(const struct field *f, const void *base)
{
	const char *p = (const char *)base + f->at;
	int64_t l;
	int i;

	if (f->kind == FIELD_I64 || f->kind == FIELD_TIME) {
		memcpy(&l, p, sizeof(l));
		return l;
	}
	memcpy(&i, p, sizeof(i));
	return i;
}

static void
field_write_str(const struct field *f, const void *base, struct json *j)
{
	const char *s;
	size_t n;

	memcpy(&s, (const char *)base + f->at, sizeof(s));
	if (s == NULL || *s == '\0')
		return;
	n = strlen(s);
	if (f->max > 0 && n > f->max) {
		/* Not inside a character, which has four bytes at most. */
		for (n = f->max; n + 3 > f->max && (s[n] & 0xc0) == 0x80; n--)
			continue;
	}
	json_strn(j, f->name, s, n);
}

static void
field_write_num(const struct field *f, const void *base, struct json *j)
{
	double d;

	memcpy(&d, (const char *)base + f->at, sizeof(d));
	if (!isnan(d))
		json_num(j, f->name, d);
}

/* Is anything of the structure known? Its numbers are all that count. */
static int
field_known(const struct field *table, const void *base)
{
	const struct field *f;

	for (f = table; f->name != NULL; f++)
		if (field_int64(f, base) != f->none)
			return 1;
	return 0;
}

static void
field_write_one(const struct field *f, const void *base, int off,
    struct json *j)
{
	char stamp[DAY_STAMP];
	const char *word;
	int64_t n = field_int64(f, base);

	if (f->kind == FIELD_WORD) {
		if ((word = f->words->word((int)n)) != NULL)
			json_str(j, f->name, word);
	} else if (n != f->none && f->kind == FIELD_TIME) {
		day_stamp(stamp, n, off);
		json_str(j, f->name, stamp);
	} else if (n != f->none && f->kind == FIELD_TRUTH)
		json_bool(j, f->name, n != 0);
	else if (n != f->none)
		json_int(j, f->name, n);
}

void
field_write(const struct field *table, const void *base, int off,
    struct json *j)
{
	const struct field *f;
	const void *sub;

	for (f = table; f->name != NULL; f++)
		switch (f->kind) {
		case FIELD_STR:
			field_write_str(f, base, j);
			break;
		case FIELD_NUM:
			field_write_num(f, base, j);
			break;
		case FIELD_OBJECT:
			sub = (const char *)base + f->at;
			if (!field_known(f->sub->table, sub))
				break;
			json_object(j, f->name);
			field_write(f->sub->table, sub, off, j);
			json_end(j);
			break;
		case FIELD_RAW:
			break;
		default:
			field_write_one(f, base, off, j);
		}
}

/*
 * Appends a string and a NUL to scratch, which has the room, and points p
 * at it.
 */
static int
field_read_str(char *p, struct splice v, struct buf *scratch)
{
	size_t start;
	const char *s;

	if (scratch == NULL || v.n < 2 || *v.s != '"')
		return -1;
	start = scratch->len;
	if (memchr(v.s, '\\', v.n) == NULL) {
		memcpy(scratch->d + start, v.s + 1, v.n - 2);
		scratch->len += v.n - 2;
	} else if (splice_str(v, scratch) == -1)
		return -1;
	scratch->d[scratch->len++] = '\0';
	s = scratch->d + start;
	memcpy(p, &s, sizeof(s));
	return 0;
}

static int
field_read_number(const struct field *f, char *p, struct splice v)
{
	double d;
	int64_t l;
	int i;

	if (f->kind == FIELD_NUM) {
		if (splice_num(v, &d) == -1)
			return -1;
		memcpy(p, &d, sizeof(d));
		return 0;
	}
	if (splice_int(v, &l) == -1 || l < 0)
		return -1;
	if (f->kind == FIELD_I64) {
		memcpy(p, &l, sizeof(l));
		return 0;
	}
	if (l > INT_MAX)
		return -1;
	i = (int)l;
	memcpy(p, &i, sizeof(i));
	return 0;
}

static int
field_read_one(const struct field *f, char *p, struct splice v,
    struct buf *scratch)
{
	int64_t ms;
	int i;

	if (f->kind == FIELD_RAW) {
		memcpy(p, &v, sizeof(v));
		return 0;
	}
	if (*v.s == 'n')
		return 0;
	switch (f->kind) {
	case FIELD_STR:
		return field_read_str(p, v, scratch);
	case FIELD_TRUTH:
		if (*v.s != 't' && *v.s != 'f')
			return -1;
		i = *v.s == 't';
		memcpy(p, &i, sizeof(i));
		return 0;
	case FIELD_TIME:
		if (*v.s != '"' || day_unstamp(v.s + 1, v.n - 2, &ms) == -1)
			return -1;
		memcpy(p, &ms, sizeof(ms));
		return 0;
	case FIELD_WORD:
		if (*v.s != '"')
			return -1;
		i = f->words->named(v.s + 1, v.n - 2);
		memcpy(p, &i, sizeof(i));
		return 0;
	case FIELD_OBJECT:
		return field_read(f->sub->table, p, v, scratch);
	default:
		return field_read_number(f, p, v);
	}
}

/*
 * The row of a name, looked for from the row "from" on and around: what we
 * wrote ourselves comes in the table's order.
 */
static const struct field *
field_find(const struct field *table, const struct field *from,
    struct splice name)
{
	const struct field *f = from;
	int plain = memchr(name.s, '\\', name.n) == NULL;

	do {
		if (f->name == NULL) {
			f = table;
			continue;
		}
		if (plain ? strncmp(f->name, name.s + 1, name.n - 2) == 0 &&
			    f->name[name.n - 2] == '\0' :
			    splice_is(name, f->name))
			return f;
		f++;
	} while (f != from);
	return NULL;
}

int
field_read(const struct field *table, void *base, struct splice v,
    struct buf *scratch)
{
	const struct field *f, *from = table;
	struct splice_walk w;
	int rc;

	if (v.n == 0 || *v.s != '{')
		return -1;
	/* All the room at once, so that strings stay where they are. */
	if (scratch != NULL && buf_room(scratch, v.n) == -1)
		return -1;
	splice_begin(&w, v);
	while ((rc = splice_next(&w)) == 1) {
		if ((f = field_find(table, from, w.name)) == NULL)
			continue;
		if (field_read_one(f, (char *)base + f->at, w.value, scratch) ==
		    -1)
			return -1;
		from = f + 1;
	}
	return rc;
}
