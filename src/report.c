/* The output formats of ms-balance. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "balance.h"
#include "buf.h"
#include "csv.h"
#include "json.h"
#include "keys.h"
#include "report.h"
#include "state.h"
#include "table.h"

/* As plugins exit. */
enum level {
	OK,
	WARNING,
	CRITICAL,
	UNKNOWN
};

enum {
	LINE = 4096
};

static const char *const formats[REPORT_MAX] = { "table", "json", "jsonl",
	"csv", "keys" };

enum report_format
report_named(const char *name)
{
	enum report_format i;

	for (i = 0; i < REPORT_MAX; i++)
		if (strcmp(formats[i], name) == 0)
			break;
	return i;
}

static int
level(const struct report *r, const struct balance *b,
    const struct balance_row *row)
{
	return balance_level(b, row, r->warn, r->crit);
}

int
report_selects(const struct report *r, const struct balance *b,
    const struct balance_row *row)
{
	if (!(r->states & 1u << row->state))
		return 0;
	if (!r->attention)
		return 1;
	return r->plugin ? level(r, b, row) != OK : row->state != STATE_OK;
}

int
report_level(const struct report *r, const struct balance *b)
{
	size_t i, n[4] = { 0, 0, 0, 0 };

	for (i = 0; i < b->nrows; i++)
		n[level(r, b, &b->rows[i])]++;
	if (n[CRITICAL] > 0)
		return CRITICAL;
	if (n[WARNING] > 0)
		return WARNING;
	return n[UNKNOWN] > 0 ? UNKNOWN : OK;
}

/* The name of a row's key, or NULL. */
static const char *
label(const struct balance *b, const struct balance_row *row)
{
	const struct key *k = b->accounts[row->account].key;

	return k != NULL ? keys_label(k) : NULL;
}

/* ---- JSON ---- */

static void
item(struct json *j, const struct balance *b, const struct balance_row *r)
{
	const struct balance_account *a = &b->accounts[r->account];

	json_object(j, NULL);
	json_str(j, "key", label(b, r));
	json_str(j, "model", r->model);
	json_known(j, "request_limit", r->limit);
	json_known(j, "request_remaining", r->left);
	json_known(j, "model_request_limit", r->model_limit);
	json_known(j, "model_request_remaining", r->model_left);
	json_object(j, "balance");
	json_num(j, "available", a->available);
	json_num(j, "total", a->total);
	json_num(j, "frozen", a->frozen);
	json_end(j);
	json_str(j, "state", state_info(r->state)->name);
	json_known(j, "latency_ms", r->latency);
	json_str(j, "error", r->error);
	json_str(j, "hint", state_hint((enum state)r->state, r->verdict));
	json_end(j);
}

int
report_item(const struct balance *b, const struct balance_row *row,
    struct buf *out)
{
	struct json j;

	json_begin(&j, out);
	item(&j, b, row);
	if (json_finish(&j) == -1)
		return -1;
	return buf_addc(out, '\n');
}

static void
message(struct json *j, const struct balance *b, const struct balance_sum *s)
{
	char text[64];

	if (s->failed == 0)
		snprintf(text, sizeof(text), "%zu succeeded", b->nrows);
	else
		snprintf(text, sizeof(text), "%zu succeeded, %zu failed",
		    b->nrows - s->failed, s->failed);
	json_str(j, "message", text);
}

static int
print_json(const struct report *r, const struct balance *b, struct buf *out)
{
	struct balance_sum s;
	struct json j;
	size_t i;

	balance_sum(b, &s);
	json_begin(&j, out);
	json_object(&j, NULL);
	json_bool(&j, "success", s.failed == 0);
	json_array(&j, "data");
	for (i = 0; i < b->nrows; i++)
		if (report_selects(r, b, &b->rows[i]))
			item(&j, b, &b->rows[i]);
	json_end(&j);
	json_object(&j, "summary");
	for (i = 0; i < STATE_MAX; i++)
		json_int(&j, state_info(i)->name, (int64_t)s.count[i]);
	json_num(&j, "credits", s.credits);
	json_end(&j);
	message(&j, b, &s);
	json_end(&j);
	if (json_finish(&j) == -1)
		return -1;
	return buf_addc(out, '\n');
}

static int
print_jsonl(const struct report *r, const struct balance *b, struct buf *out)
{
	size_t i;

	for (i = 0; i < b->nrows; i++)
		if (report_selects(r, b, &b->rows[i]) &&
		    report_item(b, &b->rows[i], out) == -1)
			return -1;
	return 0;
}

/* ---- CSV, keys ---- */

static int
csv_row(const struct balance *b, const struct balance_row *r, struct buf *out)
{
	const struct balance_account *a = &b->accounts[r->account];

	if (csv_str(out, label(b, r)) == -1 || csv_str(out, r->model) == -1 ||
	    csv_known(out, r->limit) == -1 || csv_known(out, r->left) == -1 ||
	    csv_known(out, r->model_limit) == -1 ||
	    csv_known(out, r->model_left) == -1 ||
	    csv_num(out, a->available) == -1 || csv_num(out, a->total) == -1 ||
	    csv_num(out, a->frozen) == -1 ||
	    csv_str(out, state_info(r->state)->name) == -1 ||
	    csv_known(out, r->latency) == -1 || csv_str(out, r->error) == -1)
		return -1;
	return csv_end(out);
}

static int
print_csv(const struct report *r, const struct balance *b, struct buf *out)
{
	size_t i;

	if (buf_adds(out,
		"key,model,request_limit,request_remaining,"
		"model_request_limit,model_request_remaining,available,total,"
		"frozen,state,latency_ms,error\r\n") == -1)
		return -1;
	for (i = 0; i < b->nrows; i++)
		if (report_selects(r, b, &b->rows[i]) &&
		    csv_row(b, &b->rows[i], out) == -1)
			return -1;
	return 0;
}

/* Lines of a keys file: the keys of which a row is selected, each once. */
static int
print_keys(const struct report *r, const struct balance *b, struct buf *out)
{
	const struct key *k, *last = NULL;
	size_t i;

	for (i = 0; i < b->nrows; i++) {
		k = b->accounts[b->rows[i].account].key;
		if (k == NULL || k == last ||
		    !report_selects(r, b, &b->rows[i]))
			continue;
		last = k;
		if (keys_write(k, out) == -1)
			return -1;
	}
	return 0;
}

/* ---- the table ---- */

static const struct table_column columns[] = {
	{ "KEY", TABLE_SHRINK },
	{ "MODEL", TABLE_SHRINK },
	{ "STATE", 0 },
	{ "CREDITS", TABLE_RIGHT },
	{ "FROZEN", TABLE_RIGHT | TABLE_SPARE },
	{ "REQUESTS", TABLE_RIGHT | TABLE_SPARE },
	{ "OF MODEL", TABLE_RIGHT | TABLE_SPARE },
	{ "MS", TABLE_RIGHT | TABLE_SPARE },
	{ "ERROR", TABLE_SHRINK },
};

/* Calls left of a limit; nothing is said of what is not known. */
static void
calls(struct table *t, int64_t left, int64_t limit)
{
	if (left >= 0 && limit >= 0)
		table_cellf(t, TABLE_PLAIN, "%" PRId64 "/%" PRId64, left,
		    limit);
	else if (left >= 0)
		table_cellf(t, TABLE_PLAIN, "%" PRId64, left);
	else
		table_cell(t, NULL, TABLE_PLAIN);
}

static void
table_row(struct table *t, const struct balance *b, const struct balance_row *r)
{
	const struct balance_account *a = &b->accounts[r->account];

	table_cell(t, label(b, r), TABLE_PLAIN);
	table_cell(t, r->model, TABLE_PLAIN);
	table_cell(t, state_info(r->state)->name,
	    (enum table_colour)state_info(r->state)->colour);
	if (isnan(a->available))
		table_cell(t, NULL, TABLE_PLAIN);
	else
		table_cellf(t, TABLE_PLAIN, "%.10g", a->available);
	if (isnan(a->frozen) || a->frozen == 0)
		table_cell(t, "", TABLE_PLAIN);
	else
		table_cellf(t, TABLE_PLAIN, "%.10g", a->frozen);
	calls(t, r->left, r->limit);
	calls(t, r->model_left, r->model_limit);
	table_known(t, r->latency);
	table_cell(t, r->error != NULL ? r->error : "", TABLE_DIM);
}

/* The first line of a monitoring plugin. */
static int
print_level(const struct report *r, const struct balance *b, struct buf *out)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL",
		"UNKNOWN" };
	struct balance_sum s;
	size_t i, n[4] = { 0, 0, 0, 0 };

	for (i = 0; i < b->nrows; i++)
		n[level(r, b, &b->rows[i])]++;
	if (buf_addf(out,
		"BALANCE %s - %zu ok, %zu warning, %zu critical, "
		"%zu unknown",
		words[report_level(r, b)], n[OK], n[WARNING], n[CRITICAL],
		n[UNKNOWN]) == -1)
		return -1;
	balance_sum(b, &s);
	if (!isnan(s.credits) &&
	    buf_addf(out, " | credits=%.10g", s.credits) == -1)
		return -1;
	return buf_addc(out, '\n');
}

/* "3 ok, 1 exhausted; 142.5 credits available" */
static int
counts(const struct balance_sum *s, struct buf *out)
{
	const char *sep = "";
	enum state i;

	for (i = 0; i < STATE_MAX; i++) {
		if (s->count[i] == 0)
			continue;
		if (buf_addf(out, "%s%zu %s", sep, s->count[i],
			state_info(i)->name) == -1)
			return -1;
		sep = ", ";
	}
	if (isnan(s->credits))
		return 0;
	return buf_addf(out, "; %.10g credits available", s->credits);
}

/* The hint of the rows in this state, or NULL. */
static const char *
hint(const struct balance *b, enum state s)
{
	const char *text = NULL;
	size_t i;

	for (i = 0; text == NULL && i < b->nrows; i++)
		if (b->rows[i].state == (int)s)
			text = state_hint(s, b->rows[i].verdict);
	return text;
}

/* The counts, and for each state what a person can do about it. */
static int
print_summary(const struct report *r, const struct balance *b, struct buf *out)
{
	struct balance_sum s;
	const char *text;
	struct buf line;
	enum state i;
	int rc;

	balance_sum(b, &s);
	buf_init(&line, LINE);
	rc = counts(&s, &line);
	if (rc == 0)
		rc = table_prose(out, line.d, r->style);
	for (i = 0; rc == 0 && i < STATE_MAX; i++) {
		if ((text = hint(b, i)) == NULL)
			continue;
		buf_cut(&line, 0);
		rc = buf_addf(&line, "%s: %s", state_info(i)->name, text);
		if (rc == 0)
			rc = table_prose(out, line.d, r->style);
	}
	buf_free(&line);
	return rc;
}

static int
print_table(const struct report *r, const struct balance *b, struct buf *out)
{
	struct table *t;
	size_t i, n = 0;
	int rc = 0;

	t = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	if (t == NULL)
		return -1;
	for (i = 0; i < b->nrows; i++)
		if (report_selects(r, b, &b->rows[i])) {
			table_row(t, b, &b->rows[i]);
			n++;
		}
	if (n > 0 || !r->attention) {
		if (r->plugin)
			rc = print_level(r, b, out);
		if (rc == 0 && n > 0)
			rc = table_print(t, r->style, out);
		if (rc == 0)
			rc = print_summary(r, b, out);
	}
	table_free(t);
	return rc;
}

int
report_print(const struct report *r, const struct balance *b, struct buf *out)
{
	static int (*const print[REPORT_MAX])(const struct report *,
	    const struct balance *, struct buf *) = { print_table, print_json,
		print_jsonl, print_csv, print_keys };

	return print[r->format](r, b, out);
}
