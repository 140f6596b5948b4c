/*
 * Why the models are tried in that order.
 */
#include <math.h>
#include <string.h>

#include "buf.h"
#include "classify.h"
#include "conf.h"
#include "day.h"
#include "explain.h"
#include "fold.h"
#include "json.h"
#include "keys.h"
#include "lineup.h"
#include "pick.h"
#include "route.h"
#include "table.h"

enum {
	LINE = 1024
};

static void
put_time(struct json *j, const char *key, int64_t ms, int off)
{
	char at[DAY_STAMP];

	day_stamp(at, ms, off);
	json_str(j, key, at);
}

static int
waits(const struct lineup_model *m)
{
	return !m->disabled && m->state != PICK_READY &&
	    m->state != PICK_NO_KEY;
}

static void
put_model(struct json *j, const struct lineup *l, size_t i, int off)
{
	const struct lineup_model *m = &l->v[i];

	json_object(j, NULL);
	json_str(j, "id", m->id);
	if (m->conf != NULL)
		json_int(j, "tier", m->conf->tier);
	if (i < l->tried)
		json_int(j, "place", (int64_t)i + 1);
	json_str(j, "state", lineup_state(m));
	if (waits(m)) {
		json_str(j, "reason", verdict_info(m->why)->words);
		if (m->until != 0)
			put_time(j, "until", m->until, off);
	}
	if (m->left != -1)
		json_int(j, "remaining", m->left);
	json_end(j);
}

int
explain_json(const struct decision *d, const struct lineup *l, int off,
    struct buf *out)
{
	struct json j;
	size_t i;

	json_begin(&j, out);
	json_object(&j, NULL);
	route_members(&j, d);
	json_array(&j, "models");
	for (i = 0; i < l->n; i++)
		put_model(&j, l, i, off);
	json_end(&j);
	json_end(&j);
	return json_finish(&j) == -1 ? -1 : buf_addc(out, '\n');
}

static int
heading(const struct decision *d, const struct table_style *s, struct buf *out)
{
	struct buf line;
	int r = 0;

	buf_init(&line, LINE);
	if (d->score != 0)
		r = buf_addf(&line, "score %d, ", d->score);
	if (r == 0 && d->target_tier != 0)
		r = buf_addf(&line, "%s, tier %d ", route_complexity(d),
		    d->target_tier);
	if (r == 0)
		r = buf_addf(&line,
		    d->target_tier != 0 ? "(%s; source: %s)" :
					  "%s (source: %s)",
		    d->reason, route_source(d));
	if (r == 0)
		r = table_prose(out, line.d, s);
	buf_free(&line);
	return r == -1 ? -1 : buf_addc(out, '\n');
}

static void
cell_state(struct table *t, const struct lineup_model *m, int tried, int off)
{
	const char *words = verdict_info(m->why)->words;
	char at[DAY_STAMP];

	if (!waits(m)) {
		table_cell(t,
		    m->state == PICK_NO_KEY ? "no key" : lineup_state(m),
		    tried ? TABLE_GOOD : TABLE_DIM);
		return;
	}
	if (m->until == 0 || m->state == PICK_ASK) {
		table_cellf(t, TABLE_WARN, "%s: %s", lineup_state(m), words);
		return;
	}
	day_stamp(at, m->until, off);
	table_cellf(t, tried ? TABLE_WARN : TABLE_BAD,
	    "%s until %.10s %.8s: "
	    "%s",
	    lineup_state(m), at, at + 11, words);
}

int
explain_table(const struct decision *d, const struct lineup *l, int off,
    const struct table_style *s, struct buf *out)
{
	static const struct table_column columns[] = { { "PLACE", TABLE_RIGHT },
		{ "MODEL", TABLE_SHRINK }, { "TIER", TABLE_RIGHT },
		{ "LEFT", TABLE_RIGHT | TABLE_SPARE },
		{ "STATE", TABLE_SHRINK } };
	const struct lineup_model *m;
	struct table *t;
	size_t i;
	int r;

	if ((t = table_new(columns, 5)) == NULL)
		return -1;
	for (i = 0; i < l->n; i++) {
		m = &l->v[i];
		if (i < l->tried)
			table_cellf(t, TABLE_PLAIN, "%zu", i + 1);
		else
			table_cell(t, NULL, TABLE_DIM);
		table_cell(t, m->id, i < l->tried ? TABLE_PLAIN : TABLE_DIM);
		if (m->conf != NULL)
			table_cellf(t, TABLE_PLAIN, "%d", m->conf->tier);
		else
			table_cell(t, NULL, TABLE_PLAIN);
		table_known(t, m->left);
		cell_state(t, m, i < l->tried, off);
	}
	r = heading(d, s, out) == -1 || table_print(t, s, out) == -1 ? -1 : 0;
	table_free(t);
	return r;
}

/* ---- what a policy is told ---- */

static void
put_error(struct json *j, int verdict)
{
	json_str(j, "last_error",
	    verdict == -1 ? NULL : verdict_info(verdict)->name);
}

static void
put_rest(struct json *j, int64_t until, int off, int64_t now)
{
	if (until > now)
		put_time(j, "resting_until", until, off);
	else
		json_null(j, "resting_until");
}

static void
put_upstreams(struct json *j, const struct conf *c,
    const struct lineup_model *m)
{
	size_t i;

	json_array(j, "upstream");
	for (i = 0; m->conf != NULL && i < m->conf->nupstreams; i++)
		json_str(j, NULL, c->upstreams[m->conf->upstreams[i]].name);
	if (m->conf == NULL)
		json_str(j, NULL, c->upstreams[0].name);
	json_end(j);
}

static void
put_candidate(struct json *j, const struct lineup *l, size_t i,
    const struct pick_in *in)
{
	const struct lineup_model *m = &l->v[i];

	json_object(j, NULL);
	json_str(j, "id", m->id);
	json_known(j, "tier", m->conf != NULL ? m->conf->tier : -1);
	put_upstreams(j, in->conf, m);
	json_bool(j, "available", i < l->tried && m->state != PICK_RESTING);
	json_known(j, "remaining", m->left);
	put_rest(j, m->until, in->conf->day_offset, in->now);
	json_null(j, "inflight"); /* another process's to know */
	put_error(j, m->last_error);
	json_end(j);
}

static void
put_key(struct json *j, const struct pick_in *in, const struct key *k,
    const char *upstream)
{
	const struct fold_ent *e = fold_get(in->fold, upstream, k->id, NULL);

	json_object(j, NULL);
	json_str(j, "key", keys_label(k));
	json_str(j, "upstream", upstream);
	json_num(j, "balance", e != NULL ? e->balance : NAN);
	put_rest(j, e != NULL ? e->rest_until : 0, in->conf->day_offset,
	    in->now);
	put_error(j, e != NULL ? e->last_error : -1);
	json_end(j);
}

int
explain_policy(const char *request, size_t n, const struct decision *d,
    const struct lineup *l, const struct pick_in *in, struct buf *out)
{
	struct json j;
	size_t i, k;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_raw(&j, "request", request, n);
	route_json(&j, "decision", d);
	json_array(&j, "models");
	for (i = 0; i < l->n; i++)
		if (!l->v[i].disabled)
			put_candidate(&j, l, i, in);
	json_end(&j);
	json_array(&j, "keys");
	for (i = 0; i < in->keys->n; i++)
		for (k = 0; k < in->conf->nupstreams; k++)
			if (!in->conf->upstreams[k].keyless &&
			    keys_at(&in->keys->v[i],
				in->conf->upstreams[k].name))
				put_key(&j, in, &in->keys->v[i],
				    in->conf->upstreams[k].name);
	json_end(&j);
	json_end(&j);
	return json_finish(&j);
}
