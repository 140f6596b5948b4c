/* The status of models and keys: who is available is pick.h's to say. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf.h"
#include "day.h"
#include "fold.h"
#include "keys.h"
#include "pick.h"
#include "state.h"
#include "status.h"

/* Adds v to a sum that is -1 once anything in it is unknown. */
static void
sum(int64_t *total, int64_t v)
{
	if (*total == -1 || v == -1)
		*total = -1;
	else
		fold_add(total, v);
}

/* ---- models ---- */

static int
wanted(const struct status_in *in, const char *id)
{
	size_t i;

	for (i = 0; i < in->nmodels; i++)
		if (strcasecmp(in->models[i], id) == 0)
			return 1;
	return in->nmodels == 0;
}

static void
heard(struct status_model *m, const struct fold_ent *e, int64_t *last)
{
	if (e == NULL || e->last_error == -1 || e->last_error_ts < *last)
		return;
	m->last_error = e->last_error;
	*last = e->last_error_ts;
}

/*
 * One upstream of a model: what was used there, by all or by some keys.
 * Returns with how many keys it can be called there.
 */
static size_t
add_upstream(const struct status_in *in, struct status_model *m,
    const struct conf_upstream *u, int64_t *last)
{
	const struct fold_ent *e;
	size_t k, n = 0;

	e = fold_get(in->fold, u->name, NULL, m->model->id);
	heard(m, e, last);
	if (in->nids == 0 && e != NULL)
		fold_add(&m->usage, e->calls);
	for (k = 0; k < in->nids; k++)
		if ((e = fold_get(in->fold, u->name, in->ids[k],
			 m->model->id)) != NULL)
			fold_add(&m->usage, e->calls);
	if (u->keyless)
		m->limit = m->left = -1;
	for (k = 0; k < in->keys->n && !u->keyless; k++) {
		if (!keys_at(&in->keys->v[k], u->name))
			continue;
		n++;
		e = fold_get(in->fold, u->name, in->keys->v[k].id,
		    m->model->id);
		sum(&m->limit, e != NULL ? e->limits.model_limit : -1);
		sum(&m->left, e != NULL ? e->limits.model_left : -1);
	}
	return n;
}

static void
add_model(const struct status_in *in, struct status *s, size_t i)
{
	struct status_model *m = &s->models[s->nmodels++];
	int64_t last = 0;
	size_t n = 0, u;

	m->model = &in->conf->models[i];
	m->priority = (int)i + 1;
	m->last_error = -1;
	for (u = 0; u < m->model->nupstreams; u++)
		n += add_upstream(in, m,
		    &in->conf->upstreams[m->model->upstreams[u]], &last);
	/* without a key there is nothing that could be known */
	if (n == 0)
		m->limit = m->left = -1;
}

/* One candidate: a model is available if any of its candidates is. */
static void
judge(struct status *s, const struct pick *p)
{
	struct status_model *m = &s->models[p->model];

	if (!s->conf->models[m->priority - 1].enabled || m->available)
		return;
	m->why = p->why;
	if (p->state == PICK_READY || p->state == PICK_ASK) {
		m->available = s->available = 1;
		m->resting_until = 0;
	} else if (p->until > s->now &&
	    (m->resting_until == 0 || p->until < m->resting_until))
		m->resting_until = p->until;
}

static int
judge_all(const struct status_in *in, struct status *s)
{
	struct pick_in pin = { .conf = in->conf,
		.keys = in->keys,
		.fold = in->fold,
		.norder = s->nmodels,
		.now = in->now };
	struct pick_model *order;
	struct pick *p;
	size_t i, n;
	int rc;

	if ((order = calloc(s->nmodels + 1, sizeof(*order))) == NULL)
		return -1;
	for (i = 0; i < s->nmodels; i++) {
		order[i].id = s->models[i].model->id;
		order[i].upstreams = s->models[i].model->upstreams;
		order[i].nupstreams = s->models[i].model->nupstreams;
		order[i].price = s->models[i].model->price;
	}
	pin.order = order;
	if ((rc = pick(&pin, &p, &n)) == 0) {
		for (i = 0; i < n; i++)
			judge(s, &p[i]);
		free(p);
	}
	free(order);
	return rc;
}

/* ---- keys ---- */

static void
add_key(const struct status_in *in, struct status *s, const struct key *key)
{
	struct status_key *k = &s->keys[s->nkeys++];
	const struct fold_ent *e;
	int64_t last = -1;
	size_t i;

	k->key = key;
	k->state = STATE_UNKNOWN;
	k->balance = NAN;
	k->limit = k->left = -1;
	for (i = 0; i < in->conf->nupstreams; i++) {
		if (!keys_at(key, in->conf->upstreams[i].name) ||
		    (e = fold_get(in->fold, in->conf->upstreams[i].name,
			 key->id, NULL)) == NULL)
			continue;
		fold_add(&k->usage, e->calls);
		if (e->last_ts < last)
			continue;
		last = e->last_ts;
		k->state = (int)state_key(e, in->now);
		/* credits that cannot be spent with it are none of its own */
		k->balance = state_info(k->state)->refused ? NAN : e->balance;
		k->limit = e->limits.limit;
		k->left = e->limits.left;
	}
	s->credits += k->balance;
	sum(&s->limit, k->limit);
	sum(&s->left, k->left);
}

/* ---- all ---- */

/* Adds what an entry counts. */
static void
count(struct status *s, const struct fold_ent *e)
{
	if (e == NULL)
		return;
	fold_add(&s->usage, e->calls);
	fold_add(&s->failures, e->failures);
	fold_add(&s->prompt_tokens, e->prompt_tokens);
	fold_add(&s->completion_tokens, e->completion_tokens);
}

/* Does an entry count towards the totals of what is shown? */
static int
counts(const struct status_in *in, const struct fold_ent *e)
{
	size_t k;

	if (*e->token != '\0' || *e->upstream == '\0' ||
	    (*e->model != '\0') != (in->nmodels > 0) ||
	    (*e->key != '\0') != (in->nids > 0))
		return 0;
	if (in->nmodels > 0 && !wanted(in, e->model))
		return 0;
	for (k = 0; k < in->nids; k++)
		if (strcmp(in->ids[k], e->key) == 0)
			return 1;
	return in->nids == 0;
}

static void
totals(const struct status_in *in, struct status *s)
{
	const struct fold_ent *e;
	size_t i = 0;

	if (in->nmodels == 0 && in->nids == 0) {
		count(s, fold_get(in->fold, NULL, NULL, NULL));
		s->verdicts = fold_verdicts(in->fold);
	} else {
		while ((e = fold_each(in->fold, &i)) != NULL)
			if (counts(in, e))
				count(s, e);
	}
	s->prompt_tokens = fold_tokens(s->prompt_tokens, s->usage, s->failures);
	s->completion_tokens = fold_tokens(s->completion_tokens, s->usage,
	    s->failures);
}

struct status *
status_new(const struct status_in *in)
{
	struct status *s;
	size_t i;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	s->conf = in->conf;
	s->now = in->now;
	s->day = day_of(in->now, in->conf->day_offset);
	s->models = calloc(in->conf->nmodels + 1, sizeof(*s->models));
	s->keys = calloc(in->keys->n + 1, sizeof(*s->keys));
	if (s->models == NULL || s->keys == NULL)
		goto err;
	for (i = 0; i < in->conf->nmodels; i++)
		if (wanted(in, in->conf->models[i].id))
			add_model(in, s, i);
	if (judge_all(in, s) == -1)
		goto err;
	for (i = 0; i < in->keys->n; i++)
		add_key(in, s, &in->keys->v[i]);
	if (in->keys->n == 0) {
		s->limit = s->left = -1;
		s->credits = NAN;
	}
	totals(in, s);
	return s;
err:
	status_free(s);
	errno = ENOMEM;
	return NULL;
}

void
status_free(struct status *s)
{
	if (s == NULL)
		return;
	free(s->models);
	free(s->keys);
	free(s);
}
