/* A history as JSON, CSV, or a table with bars. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "annals.h"
#include "buf.h"
#include "csv.h"
#include "day.h"
#include "history.h"
#include "json.h"
#include "table.h"

enum {
	OUT_MAX = 64 * 1024 * 1024,
	HELD = 8 * 1024 * 1024, /* bytes of a line of JSON, lest it be half */
	COLUMNS = 9
};

struct annals {
	FILE *fp;
	enum annals_format format;
	const char *by;
	int64_t first;
	size_t rows;
	struct buf out; /* not yet written */
	struct json json;
	struct table *table;
	struct table_column columns[COLUMNS];
	int err; /* an errno, sticky */
};

static const struct table_column columns[COLUMNS] = {
	{ "DAY", 0 },
	{ NULL, TABLE_SHRINK }, /* the group */
	{ "CALLS", TABLE_RIGHT },
	{ "FAILED", TABLE_RIGHT },
	{ "ASKED", TABLE_RIGHT | TABLE_SPARE },
	{ "ANSWERED", TABLE_RIGHT | TABLE_SPARE },
	{ "P50 MS", TABLE_RIGHT | TABLE_SPARE },
	{ "P95 MS", TABLE_RIGHT | TABLE_SPARE },
	{ "", TABLE_BAR },
};

enum annals_format
annals_named(const char *name)
{
	static const char *const names[] = {
		"table",
		"json",
		"csv",
	};
	enum annals_format f;

	for (f = 0; f < ANNALS_MAX; f++)
		if (strcmp(names[f], name) == 0)
			break;
	return f;
}

static void
begin_json(struct annals *a, int64_t first, int64_t last)
{
	char day[DAY_TEXT];

	json_begin(&a->json, &a->out);
	json_object(&a->json, NULL);
	day_text(day, first);
	json_str(&a->json, "first", day);
	day_text(day, last);
	json_str(&a->json, "last", day);
	json_str(&a->json, "by", a->by);
	json_array(&a->json, "history");
}

static void
begin_csv(struct annals *a)
{
	if (csv_str(&a->out, "day") == -1 ||
	    (a->by != NULL && csv_str(&a->out, a->by) == -1) ||
	    buf_adds(&a->out,
		"calls,failures,prompt_tokens,"
		"completion_tokens,p50_ms,p95_ms\r\n") == -1)
		a->err = errno;
}

static void
begin_table(struct annals *a)
{
	static const char *const groups[HISTORY_MAX] = { "", "MODEL", "KEY",
		"TOKEN" };

	memcpy(a->columns, columns, sizeof(columns));
	a->columns[1].name = a->by == NULL ? "" : groups[history_named(a->by)];
	if ((a->table = table_new(a->columns, COLUMNS)) == NULL)
		a->err = errno;
}

struct annals *
annals_new(FILE *fp, enum annals_format format, const char *by, int64_t first,
    int64_t last)
{
	struct annals *a;

	if ((a = calloc(1, sizeof(*a))) == NULL)
		return NULL;
	a->fp = fp;
	a->format = format;
	a->by = by;
	a->first = first;
	buf_init(&a->out, OUT_MAX);
	if (format == ANNALS_JSON)
		begin_json(a, first, last);
	else if (format == ANNALS_CSV)
		begin_csv(a);
	else
		begin_table(a);
	return a;
}

static void
row_json(struct json *j, const char *by, const char *day,
    const struct history_row *r)
{
	json_object(j, NULL);
	json_str(j, "day", day);
	if (by != NULL)
		json_str(j, by, r->name);
	json_int(j, "calls", r->calls);
	json_int(j, "failures", r->failures);
	json_known(j, "prompt_tokens", r->prompt_tokens);
	json_known(j, "completion_tokens", r->completion_tokens);
	json_known(j, "p50_ms", r->p50);
	json_known(j, "p95_ms", r->p95);
	json_end(j);
}

static int
row_csv(struct buf *out, const char *by, const char *day,
    const struct history_row *r)
{
	if (csv_str(out, day) == -1 ||
	    (by != NULL && csv_str(out, r->name) == -1) ||
	    csv_known(out, r->calls) == -1 ||
	    csv_known(out, r->failures) == -1 ||
	    csv_known(out, r->prompt_tokens) == -1 ||
	    csv_known(out, r->completion_tokens) == -1 ||
	    csv_known(out, r->p50) == -1 || csv_known(out, r->p95) == -1)
		return -1;
	return csv_end(out);
}

static void
row_table(struct table *t, const char *day, const struct history_row *r)
{
	table_cell(t, day, TABLE_PLAIN);
	table_cell(t, r->name != NULL ? r->name : "", TABLE_PLAIN);
	table_known(t, r->calls);
	table_known(t, r->failures);
	table_known(t, r->prompt_tokens);
	table_known(t, r->completion_tokens);
	table_known(t, r->p50);
	table_known(t, r->p95);
	table_bar(t, (double)r->calls);
}

/* Writes what is there; errors of fp are its owner's to see. */
static void
flush(struct annals *a)
{
	fwrite(a->out.d, 1, a->out.len, a->fp);
	buf_cut(&a->out, 0);
}

int
annals_row(void *annals, const struct history_row *row)
{
	struct annals *a = annals;
	char day[DAY_TEXT];

	if (a->err != 0)
		return -1;
	day_text(day, row->day);
	a->rows++;
	switch (a->format) {
	case ANNALS_JSON:
		row_json(&a->json, a->by, day, row);
		a->err = a->json.err;
		break;
	case ANNALS_CSV:
		if (row_csv(&a->out, a->by, day, row) == -1)
			a->err = errno;
		break;
	default:
		row_table(a->table, day, row);
	}
	if (a->format != ANNALS_JSON || a->out.len > HELD)
		flush(a);
	return a->err != 0 ? -1 : 0;
}

/* The table, or that there is nothing in it. */
static void
end_table(struct annals *a, const struct table_style *style)
{
	char day[DAY_TEXT];

	day_text(day, a->first);
	if ((a->rows > 0 ? table_print(a->table, style, &a->out) :
			   buf_addf(&a->out, "no calls since %s\n", day)) == -1)
		a->err = errno;
}

int
annals_end(struct annals *a, const struct table_style *style)
{
	int err;

	if (a->format == ANNALS_JSON) {
		json_end(&a->json);
		json_end(&a->json);
		if (json_finish(&a->json) == -1 ||
		    buf_addc(&a->out, '\n') == -1)
			a->err = errno;
	} else if (a->table != NULL) {
		end_table(a, style);
	}
	flush(a);
	err = a->err;
	table_free(a->table);
	buf_free(&a->out);
	free(a);
	errno = err;
	return err != 0 ? -1 : 0;
}
