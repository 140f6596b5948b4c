/* History: the entries of each day's fold, grouped and added up. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "day.h"
#include "fault.h"
#include "fold.h"
#include "history.h"
#include "keys.h"
#include "ledger.h"

/* An entry of the fold and the group that it is of. */
struct member {
	const char *name;
	const char *id; /* of a key, whose name another may have; else "" */
	const struct fold_ent *e;
};

enum history_by
history_named(const char *name)
{
	static const char *const names[] = {
		"",
		"model",
		"key",
		"token",
	};
	enum history_by by;

	for (by = HISTORY_MODEL; by < HISTORY_MAX; by++)
		if (strcmp(names[by], name) == 0)
			break;
	return by;
}

static int
model_wanted(const struct history *h, const char *id)
{
	size_t i;

	for (i = 0; i < h->nmodels; i++)
		if (strcasecmp(h->models[i], id) == 0)
			return 1;
	return h->nmodels == 0;
}

static int
key_wanted(const struct history *h, const char *id)
{
	size_t i;

	for (i = 0; i < h->nids; i++)
		if (strcmp(h->ids[i], id) == 0)
			return 1;
	return h->nids == 0;
}

/*
 * Does e count? Of the entries of all, of a key, a model and a pair, those
 * count that are as particular as the question, and no others, or a call
 * would count twice.
 */
static int
counts(const struct history *h, const struct fold_ent *e)
{
	int by_key = h->nids > 0 || h->by == HISTORY_KEY;
	int by_model = h->nmodels > 0 || h->by == HISTORY_MODEL;

	if (h->by == HISTORY_TOKEN)
		return *e->token != '\0';
	if (*e->token != '\0' || (*e->key != '\0') != by_key ||
	    (*e->model != '\0') != by_model ||
	    (*e->upstream != '\0') != (by_key || by_model))
		return 0;
	return key_wanted(h, e->key) && model_wanted(h, e->model);
}

/* The name of the group that e is of. */
static const char *
group(const struct history *h, const struct fold_ent *e)
{
	size_t i;

	switch (h->by) {
	case HISTORY_MODEL:
		return e->model;
	case HISTORY_TOKEN:
		return e->token;
	case HISTORY_KEY:
		for (i = 0; i < h->keys->n; i++)
			if (strcmp(h->keys->v[i].id, e->key) == 0)
				return keys_label(&h->keys->v[i]);
		return e->key;
	default:
		return NULL;
	}
}

static int
compare(const void *va, const void *vb)
{
	const struct member *a = va, *b = vb;

	int c = a->name == NULL ? 0 : strcasecmp(a->name, b->name);

	return c != 0 ? c : strcmp(a->id, b->id);
}

/* The entries that count today, those of a group together. */
static int
members(const struct history *h, const struct fold *f, struct member **v,
    size_t *n)
{
	const struct fold_ent *e;
	struct member *m;
	size_t i = 0;

	*v = NULL;
	*n = 0;
	while ((e = fold_each(f, &i)) != NULL) {
		if (!counts(h, e) || e->calls == 0)
			continue;
		if ((m = reallocarray(*v, *n + 1, sizeof(*m))) == NULL) {
			free(*v);
			return -1;
		}
		*v = m;
		m[*n].name = group(h, e);
		m[*n].id = h->by == HISTORY_KEY ? e->key : "";
		m[(*n)++].e = e;
	}
	if (*n > 0)
		qsort(*v, *n, sizeof(**v), compare);
	return 0;
}

/* Adds up the n members of one group. */
static void
add_up(struct history_row *row, const struct member *m, size_t n)
{
	uint32_t latency[FOLD_BUCKETS] = { 0 };
	struct fold_ent all = { .latency = latency };
	size_t b, i;

	for (i = 0; i < n; i++) {
		fold_add(&row->calls, m[i].e->calls);
		fold_add(&row->failures, m[i].e->failures);
		fold_add(&row->prompt_tokens, m[i].e->prompt_tokens);
		fold_add(&row->completion_tokens, m[i].e->completion_tokens);
		for (b = 0; m[i].e->latency != NULL && b < FOLD_BUCKETS; b++)
			latency[b] += m[i].e->latency[b];
	}
	row->prompt_tokens = fold_tokens(row->prompt_tokens, row->calls,
	    row->failures);
	row->completion_tokens = fold_tokens(row->completion_tokens, row->calls,
	    row->failures);
	row->p50 = fold_latency(&all, 0.5);
	row->p95 = fold_latency(&all, 0.95);
}

/* The rows of one day; f is NULL where there is nothing of it. */
static int
run_day(struct history *h, int64_t day, const struct fold *f,
    int (*fn)(void *arg, const struct history_row *row), void *arg,
    struct fault *fault)
{
	struct member *v = NULL;
	size_t i, n = 0, end;
	int rc = 0;

	if (f != NULL) {
		h->skipped += fold_skipped(f);
		if (members(h, f, &v, &n) == -1)
			return fault_set(fault, EX_OSERR, "%s",
			    strerror(errno));
	}
	if (n == 0 && h->by == HISTORY_ALL) {
		struct history_row none = { .day = day, .p50 = -1, .p95 = -1 };

		rc = fn(arg, &none);
	}
	for (i = 0; rc == 0 && i < n; i = end) {
		struct history_row row = { .day = day, .name = v[i].name };

		for (end = i + 1; end < n && compare(&v[i], &v[end]) == 0;)
			end++;
		add_up(&row, &v[i], end - i);
		rc = fn(arg, &row);
	}
	free(v);
	return rc;
}

int
history_run(struct history *h, int64_t first, int64_t last,
    int (*fn)(void *arg, const struct history_row *row), void *arg,
    struct fault *f)
{
	const struct fold *today = ledger_fold(h->ledger);
	char text[DAY_TEXT];
	struct fold *past;
	int64_t day;
	int rc = 0;

	h->skipped = 0;
	for (day = first; rc == 0 && day <= last; day++) {
		if (day == fold_day(today)) {
			rc = run_day(h, day, today, fn, arg, f);
			continue;
		}
		past = ledger_past(h->ledger, day);
		if (past == NULL && errno != ENOENT) {
			day_text(text, day);
			return fault_set(f, EX_IOERR, "%s/usage/%s.jsonl: %s",
			    ledger_dir(h->ledger), text, strerror(errno));
		}
		rc = run_day(h, day, past, fn, arg, f);
		fold_free(past);
	}
	return rc;
}
