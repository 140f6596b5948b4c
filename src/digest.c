/* A status as JSON, Prometheus metrics and tables. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "classify.h"
#include "conf.h"
#include "day.h"
#include "digest.h"
#include "json.h"
#include "keys.h"
#include "prom.h"
#include "state.h"
#include "status.h"
#include "table.h"

/* ---- JSON ---- */

static void
stamp(struct json *j, const char *name, int64_t ms, int off)
{
	char text[DAY_STAMP];

	if (ms == 0) {
		json_null(j, name);
		return;
	}
	day_stamp(text, ms, off);
	json_str(j, name, text);
}

static void
model(struct json *j, const struct status *s, const struct status_model *m)
{
	json_object(j, NULL);
	json_str(j, "model_id", m->model->id);
	json_str(j, "name", m->model->name);
	json_int(j, "tier", m->model->tier);
	json_int(j, "priority", m->priority);
	json_bool(j, "enabled", m->model->enabled);
	json_bool(j, "available", m->available);
	json_known(j, "daily_limit", m->limit);
	json_int(j, "usage", m->usage);
	json_known(j, "remaining", m->left);
	stamp(j, "resting_until", m->resting_until, s->conf->day_offset);
	json_str(j, "last_error",
	    m->last_error == -1 ? NULL : verdict_info(m->last_error)->name);
	json_end(j);
}

static void
key(struct json *j, const struct status_key *k)
{
	json_object(j, NULL);
	json_str(j, "key", keys_label(k->key));
	json_str(j, "state", state_info(k->state)->name);
	json_num(j, "balance", k->balance);
	json_int(j, "usage", k->usage);
	json_end(j);
}

int
digest_json(const struct status *s, struct buf *out)
{
	char day[DAY_TEXT];
	struct json j;
	size_t i;

	day_text(day, s->day);
	json_begin(&j, out);
	json_object(&j, NULL);
	json_known(&j, "global_daily_limit", s->limit);
	json_int(&j, "total_usage", s->usage);
	json_known(&j, "remaining", s->left);
	json_bool(&j, "smart_routing_enabled", s->conf->smart_routing);
	/* the built-in scorer needs no server */
	json_bool(&j, "smart_routing_available", s->conf->smart_routing);
	json_array(&j, "models");
	for (i = 0; i < s->nmodels; i++)
		model(&j, s, &s->models[i]);
	json_end(&j);
	json_array(&j, "keys");
	for (i = 0; i < s->nkeys; i++)
		key(&j, &s->keys[i]);
	json_end(&j);
	json_str(&j, "day", day);
	json_num(&j, "credits", s->credits);
	json_int(&j, "failures", s->failures);
	json_known(&j, "prompt_tokens", s->prompt_tokens);
	json_known(&j, "completion_tokens", s->completion_tokens);
	json_end(&j);
	if (json_finish(&j) == -1)
		return -1;
	return buf_addc(out, '\n');
}

/* ---- Prometheus ---- */

static double
known(int64_t v)
{
	return v == -1 ? NAN : (double)v;
}

static double
model_metric(const struct status_model *m, int which)
{
	switch (which) {
	case 0:
		return m->available;
	case 1:
		return (double)m->usage;
	case 2:
		return known(m->limit);
	case 3:
		return known(m->left);
	default:
		return m->available || m->resting_until > 0 ?
		    (double)m->resting_until / 1000 :
		    NAN;
	}
}

static int
prom_models(const struct status *s, struct buf *out)
{
	static const char *const names[][2] = {
		{ "ms_model_available", "Whether the model can be called." },
		{ "ms_model_calls", "Calls of the model today." },
		{ "ms_model_limit", "Calls of the model a day, all keys." },
		{ "ms_model_remaining", "Calls of the model left today." },
		{ "ms_model_resting_until_seconds",
		    "When the model may be called again, 0 if now." }
	};
	struct prom_label l[] = { { "model", NULL }, { "tier", NULL },
		{ NULL, NULL } };
	char tier[16];
	size_t i, n;

	l[1].value = tier;
	for (n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		if (prom_family(out, names[n][0], "gauge", names[n][1]) == -1)
			return -1;
		for (i = 0; i < s->nmodels; i++) {
			l[0].value = s->models[i].model->id;
			snprintf(tier, sizeof(tier), "%d",
			    s->models[i].model->tier);
			if (prom_sample(out, names[n][0], l,
				model_metric(&s->models[i], (int)n)) == -1)
				return -1;
		}
	}
	return 0;
}

static double
key_metric(const struct status_key *k, int which)
{
	switch (which) {
	case 0:
		return 1;
	case 1:
		return k->balance;
	case 2:
		return (double)k->usage;
	case 3:
		return known(k->limit);
	default:
		return known(k->left);
	}
}

static int
prom_keys(const struct status *s, struct buf *out)
{
	static const char *const names[][2] = {
		{ "ms_key_state", "1 for the state that the key is in." },
		{ "ms_key_credits", "Credits that the key has." },
		{ "ms_key_calls", "Calls with the key today." },
		{ "ms_key_limit", "Calls of the account a day." },
		{ "ms_key_remaining", "Calls of the account left today." }
	};
	/* Names may be given twice, ids are not. */
	struct prom_label l[] = { { "key", NULL }, { "id", NULL },
		{ "state", NULL }, { NULL, NULL } };
	size_t i, n;

	for (n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		if (prom_family(out, names[n][0], "gauge", names[n][1]) == -1)
			return -1;
		for (i = 0; i < s->nkeys; i++) {
			l[0].value = keys_label(s->keys[i].key);
			l[1].value = s->keys[i].key->id;
			l[2].name = n == 0 ? "state" : NULL;
			l[2].value = state_info(s->keys[i].state)->name;
			if (prom_sample(out, names[n][0], l,
				key_metric(&s->keys[i], (int)n)) == -1)
				return -1;
		}
	}
	return 0;
}

static int
prom_one(struct buf *out, const char *name, const char *help, double v)
{
	if (prom_family(out, name, "gauge", help) == -1)
		return -1;
	return prom_sample(out, name, NULL, v);
}

/* How the calls ended, where those of all models and keys are shown. */
static int
prom_verdicts(const struct status *s, struct buf *out)
{
	static const char name[] = "ms_attempts";
	struct prom_label l[] = { { "verdict", NULL }, { NULL, NULL } };
	int v;

	if (s->verdicts == NULL)
		return 0;
	if (prom_family(out, name, "gauge", "Calls today by how they ended.") ==
	    -1)
		return -1;
	for (v = 0; v < V_MAX; v++) {
		l[0].value = verdict_info(v)->name;
		if (s->verdicts[v] > 0 &&
		    prom_sample(out, name, l, (double)s->verdicts[v]) == -1)
			return -1;
	}
	return 0;
}

int
digest_prometheus(const struct status *s, struct buf *out)
{
	if (prom_one(out, "ms_calls", "Calls today.", (double)s->usage) == -1 ||
	    prom_one(out, "ms_failures", "Failed calls today.",
		(double)s->failures) == -1 ||
	    prom_verdicts(s, out) == -1 ||
	    prom_one(out, "ms_prompt_tokens", "Tokens asked today.",
		known(s->prompt_tokens)) == -1 ||
	    prom_one(out, "ms_completion_tokens", "Tokens answered today.",
		known(s->completion_tokens)) == -1 ||
	    prom_one(out, "ms_credits", "Credits of all keys.", s->credits) ==
		-1 ||
	    prom_models(s, out) == -1)
		return -1;
	return prom_keys(s, out);
}

/* ---- tables ---- */

/* "12:34" of today, else "11-22 12:34". */
static void
until(struct table *t, const struct status *s, int64_t ms)
{
	char text[DAY_STAMP];

	day_stamp(text, ms, s->conf->day_offset);
	text[10] = ' ';
	text[16] = '\0';
	table_cell(t,
	    day_of(ms, s->conf->day_offset) == s->day ? text + 11 : text + 5,
	    TABLE_PLAIN);
}

static void
model_row(struct table *t, const struct status *s, const struct status_model *m)
{
	table_cell(t, m->model->id, TABLE_PLAIN);
	table_cellf(t, TABLE_PLAIN, "%d", m->model->tier);
	if (m->available)
		table_cell(t, "available", TABLE_GOOD);
	else if (!m->model->enabled)
		table_cell(t, "disabled", TABLE_DIM);
	else if (m->resting_until != 0)
		table_cell(t, "resting", TABLE_WARN);
	else
		table_cell(t, "no key", TABLE_BAD);
	table_known(t, m->usage);
	table_known(t, m->limit);
	table_known(t, m->left);
	if (m->resting_until != 0)
		until(t, s, m->resting_until);
	else
		table_cell(t, "", TABLE_PLAIN);
	table_cell(t,
	    m->last_error == -1 ? "" : verdict_info(m->last_error)->words,
	    TABLE_DIM);
}

static int
models(const struct status *s, const struct table_style *style, struct buf *out)
{
	static const struct table_column columns[] = {
		{ "MODEL", TABLE_SHRINK },
		{ "TIER", TABLE_RIGHT | TABLE_SPARE },
		{ "STATE", 0 },
		{ "USED", TABLE_RIGHT },
		{ "LIMIT", TABLE_RIGHT | TABLE_SPARE },
		{ "LEFT", TABLE_RIGHT },
		{ "UNTIL", 0 },
		{ "LAST ERROR", TABLE_SHRINK | TABLE_SPARE },
	};
	struct table *t;
	size_t i;
	int rc;

	if (s->nmodels == 0)
		return 0;
	t = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	if (t == NULL)
		return -1;
	for (i = 0; i < s->nmodels; i++)
		model_row(t, s, &s->models[i]);
	rc = table_print(t, style, out);
	table_free(t);
	return rc == 0 ? buf_addc(out, '\n') : -1;
}

static int
keys(const struct status *s, const struct table_style *style, struct buf *out)
{
	static const struct table_column columns[] = {
		{ "KEY", TABLE_SHRINK },
		{ "STATE", 0 },
		{ "CREDITS", TABLE_RIGHT },
		{ "USED", TABLE_RIGHT },
		{ "LIMIT", TABLE_RIGHT | TABLE_SPARE },
		{ "LEFT", TABLE_RIGHT },
	};
	const struct state_info *state;
	struct table *t;
	size_t i;
	int rc;

	if (s->nkeys == 0)
		return 0;
	t = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	if (t == NULL)
		return -1;
	for (i = 0; i < s->nkeys; i++) {
		table_cell(t, keys_label(s->keys[i].key), TABLE_PLAIN);
		state = state_info(s->keys[i].state);
		table_cell(t, state->name, (enum table_colour)state->colour);
		if (isnan(s->keys[i].balance))
			table_cell(t, NULL, TABLE_PLAIN);
		else
			table_cellf(t, TABLE_PLAIN, "%.10g",
			    s->keys[i].balance);
		table_known(t, s->keys[i].usage);
		table_known(t, s->keys[i].limit);
		table_known(t, s->keys[i].left);
	}
	rc = table_print(t, style, out);
	table_free(t);
	return rc == 0 ? buf_addc(out, '\n') : -1;
}

int
digest_table(const struct status *s, const struct table_style *style,
    struct buf *out)
{
	char day[DAY_TEXT], line[256];
	int n;

	day_text(day, s->day);
	if (models(s, style, out) == -1 || keys(s, style, out) == -1)
		return -1;
	n = snprintf(line, sizeof(line),
	    "%s: %" PRId64 " calls, %" PRId64 " failed", day, s->usage,
	    s->failures);
	if (s->prompt_tokens != -1)
		n += snprintf(line + n, sizeof(line) - (size_t)n,
		    ", %" PRId64 " tokens asked", s->prompt_tokens);
	if (s->completion_tokens != -1)
		snprintf(line + n, sizeof(line) - (size_t)n,
		    ", %" PRId64 " answered", s->completion_tokens);
	return table_prose(out, line, style);
}
