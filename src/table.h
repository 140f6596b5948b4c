/*
 * Tables for a terminal: columns as wide as what is in them, in characters as
 * they are displayed (Chinese ones take two columns), made to fit a width by
 * shortening with an ellipsis and leaving out what matters least. Pure.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct table;

struct table_style {
	int width;  /* of a line; 0: without bound */
	int utf8;   /* else every character is ASCII */
	int colour; /* escapes are welcome */
};

enum {			  /* flags of a column */
	TABLE_RIGHT = 1,  /* numbers */
	TABLE_SHRINK = 2, /* may be shortened */
	TABLE_SPARE = 4,  /* may be left out, the last such first */
	TABLE_BAR = 8	  /* cells are bars over the width that is left */
};

struct table_column {
	const char *name;
	int flags;
};

enum table_colour {
	TABLE_PLAIN,
	TABLE_GOOD,
	TABLE_WARN,
	TABLE_BAD,
	TABLE_DIM
};

/* columns (n of them) are borrowed until table_free(). NULL with ENOMEM. */
struct table *table_new(const struct table_column *columns, size_t n);
void table_free(struct table *t);

/*
 * Adds the next cell, from left to right and from top to bottom. NULL is an
 * unknown value, shown as a dash. Lack of memory is told by table_print().
 */
void table_cell(struct table *t, const char *text, enum table_colour c);
void table_cellf(struct table *t, enum table_colour c, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* A count; -1 is unknown. */
void table_known(struct table *t, int64_t v);

/* A cell of a bar column: value out of the largest value of that column. */
void table_bar(struct table *t, double value);

/*
 * Appends the table with its heading, a line a row; a column in which no
 * cell holds anything is left out. 0, or -1 with errno.
 */
int table_print(struct table *t, const struct table_style *s, struct buf *out);

/*
 * Appends text as this style can show it, at most width columns of it (0: no
 * bound), ending in an ellipsis where it was cut. Control bytes and invalid
 * UTF-8 become '?'. Returns the columns it takes, or -1 with errno.
 */
int table_text(struct buf *out, const char *text, int width,
    const struct table_style *s);

/*
 * Appends text with its LF, broken at spaces where a line would pass the
 * style's width. 0, or -1 with errno.
 */
int table_prose(struct buf *out, const char *text, const struct table_style *s);

/* Columns that UTF-8 text takes on a terminal. */
int table_width(const char *text);

#endif
