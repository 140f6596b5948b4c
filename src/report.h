/* What ms-balance prints: rows as a table, JSON, CSV, keys. Pure. */
#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>

struct balance;
struct balance_row;
struct buf;
struct table_style;

enum report_format {
	REPORT_TABLE,
	REPORT_JSON,
	REPORT_JSONL,
	REPORT_CSV,
	REPORT_KEYS,
	REPORT_MAX
};

struct report {
	enum report_format format;
	unsigned states;		 /* bit 1 << state: select it */
	int attention;			 /* only rows that need it */
	int plugin;			 /* there are thresholds */
	double warn, crit;		 /* NaN: none */
	const struct table_style *style; /* of a table */
};

/* The format of this name, or REPORT_MAX. */
enum report_format report_named(const char *name);

/* Is this row to be printed? */
int report_selects(const struct report *r, const struct balance *b,
    const struct balance_row *row);

/* Appends one item as a line of JSON. 0, or -1 with errno. */
int report_item(const struct balance *b, const struct balance_row *row,
    struct buf *out);

/* Appends the whole. 0, or -1 with errno. */
int report_print(const struct report *r, const struct balance *b,
    struct buf *out);

/*
 * The worst of what balance_level() says of the rows, as plugins rank it:
 * 2, 1, 3, 0.
 */
int report_level(const struct report *r, const struct balance *b);

#endif
