/*
 * What ms-quota --history prints: rows as they come as JSON or CSV, or in the
 * end a table with a bar chart.
 */
#ifndef ANNALS_H
#define ANNALS_H

#include <stdint.h>
#include <stdio.h>

struct annals;
struct history_row;
struct table_style;

enum annals_format {
	ANNALS_TABLE,
	ANNALS_JSON,
	ANNALS_CSV,
	ANNALS_MAX
};

/* The format of this name, or ANNALS_MAX. */
enum annals_format annals_named(const char *name);

/*
 * Begins to print to fp (borrowed); by is the name of the groups, or NULL.
 * NULL with errno.
 */
struct annals *annals_new(FILE *fp, enum annals_format format, const char *by,
    int64_t first, int64_t last);

/* One row, for history_run(). 0, or -1 if memory is out. */
int annals_row(void *annals, const struct history_row *row);

/* Prints what is left to print, and frees. 0, or -1 with errno. */
int annals_end(struct annals *a, const struct table_style *style);

#endif
