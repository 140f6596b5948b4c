/* The rows of keys and models, what is known of them, and their sums. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "balance.h"
#include "conf.h"
#include "fold.h"
#include "keys.h"
#include "state.h"

_Static_assert((int)STATE_MAX <= BALANCE_STATES, "a count for each state");

/* While rows are made: the arguments of balance_new() and the result. */
struct maker {
	const struct conf *conf;
	const struct balance_model *models;
	size_t nmodels;
	struct balance *b;
};

static struct balance_account *
add_account(struct balance *b, const struct key *key, size_t upstream)
{
	struct balance_account *a;

	a = reallocarray(b->accounts, b->naccounts + 1, sizeof(*a));
	if (a == NULL)
		return NULL;
	b->accounts = a;
	a += b->naccounts++;
	a->key = key;
	a->upstream = upstream;
	a->row = b->nrows;
	a->nrows = 0;
	a->available = a->total = a->frozen = NAN;
	return a;
}

/* A row of the last account. */
static int
add_row(struct balance *b, const char *model, int ask)
{
	struct balance_row *r;

	if ((r = reallocarray(b->rows, b->nrows + 1, sizeof(*r))) == NULL)
		return -1;
	b->rows = r;
	r += b->nrows++;
	r->model = model;
	r->ask = ask;
	r->account = b->naccounts - 1;
	r->state = STATE_UNKNOWN;
	r->verdict = -1;
	r->limit = r->left = r->model_limit = r->model_left = -1;
	r->latency = -1;
	r->error = NULL;
	b->accounts[r->account].nrows++;
	return 0;
}

/* Is the model served at this upstream? What is not configured is at [0]. */
static int
served(const struct conf *c, const char *model, size_t upstream)
{
	const struct conf_model *m;
	size_t i;

	if (conf_model(c, model, &i) == -1)
		return upstream == 0;
	m = &c->models[i];
	for (i = 0; i < m->nupstreams; i++)
		if (m->upstreams[i] == upstream)
			return 1;
	return 0;
}

/* One account, with a row for each of its models (not for any: bare 1). */
static int
add(const struct maker *mk, const struct key *key, size_t upstream, int bare)
{
	size_t before = mk->b->nrows, i;

	if (add_account(mk->b, key, upstream) == NULL)
		return -1;
	for (i = 0; i < mk->nmodels; i++)
		if (served(mk->conf, mk->models[i].id, upstream) &&
		    add_row(mk->b, mk->models[i].id, mk->models[i].ask) == -1)
			return -1;
	if (mk->b->nrows == before) {
		if (bare)
			return add_row(mk->b, NULL, 0);
		mk->b->naccounts--;
	}
	return 0;
}

/* A key at all of its upstreams. */
static int
add_key(const struct maker *mk, const struct key *key)
{
	const struct conf *c = mk->conf;
	size_t before = mk->b->naccounts, i;

	for (i = 0; i < c->nupstreams; i++)
		if (!c->upstreams[i].keyless &&
		    keys_at(key, c->upstreams[i].name) &&
		    add(mk, key, i, 1) == -1)
			return -1;
	if (mk->b->naccounts > before)
		return 0;
	if (add_account(mk->b, key, BALANCE_NOWHERE) == NULL ||
	    add_row(mk->b, NULL, 0) == -1)
		return -1;
	return balance_set(&mk->b->rows[mk->b->nrows - 1], STATE_UNKNOWN,
	    "models.json has no upstream of this key");
}

struct balance *
balance_new(const struct conf *conf, const struct keys *keys,
    const struct balance_model *models, size_t nmodels)
{
	struct maker mk = { conf, models, nmodels, NULL };
	size_t i;

	if ((mk.b = calloc(1, sizeof(*mk.b))) == NULL)
		return NULL;
	for (i = 0; i < keys->n; i++)
		if (add_key(&mk, &keys->v[i]) == -1)
			goto err;
	for (i = 0; i < conf->nupstreams; i++)
		if (conf->upstreams[i].keyless && add(&mk, NULL, i, 0) == -1)
			goto err;
	return mk.b;
err:
	balance_free(mk.b);
	errno = ENOMEM;
	return NULL;
}

void
balance_free(struct balance *b)
{
	size_t i;

	if (b == NULL)
		return;
	for (i = 0; i < b->nrows; i++)
		free(b->rows[i].error);
	free(b->rows);
	free(b->accounts);
	free(b);
}

int
balance_set(struct balance_row *r, int state, const char *why)
{
	r->state = state;
	free(r->error);
	r->error = NULL;
	if (why == NULL)
		return 0;
	return (r->error = strdup(why)) == NULL ? -1 : 0;
}

void
balance_limits(struct balance_row *r, const struct limits *l)
{
	if (l->limit >= 0)
		r->limit = l->limit;
	if (l->left >= 0)
		r->left = l->left;
	if (l->model_limit >= 0)
		r->model_limit = l->model_limit;
	if (l->model_left >= 0)
		r->model_left = l->model_left;
}

/* A row by the ledger; what the key's state is goes before the model's. */
static void
recall_row(struct balance_row *r, const struct fold_ent *key,
    const struct fold_ent *model, int64_t now)
{
	enum state s;

	if (key != NULL)
		balance_limits(r, &key->limits);
	if (model != NULL)
		balance_limits(r, &model->limits);
	s = state_key(key, now);
	r->verdict = state_verdict(key, now);
	if (r->model != NULL && (s == STATE_OK || s == STATE_UNKNOWN)) {
		s = state_model(model, now);
		r->verdict = state_verdict(model, now);
	}
	r->state = s;
}

void
balance_recall(struct balance *b, const struct conf *conf, const struct fold *f,
    int64_t now)
{
	const struct fold_ent *key, *model;
	struct balance_account *a;
	const char *u, *id;
	size_t i, k;

	for (i = 0; i < b->naccounts; i++) {
		a = &b->accounts[i];
		if (a->upstream == BALANCE_NOWHERE)
			continue;
		u = conf->upstreams[a->upstream].name;
		id = a->key != NULL ? a->key->id : NULL;
		key = id != NULL ? fold_get(f, u, id, NULL) : NULL;
		if (key != NULL && !state_info(state_key(key, now))->refused) {
			a->available = key->balance;
			a->total = key->balance_total;
			a->frozen = key->balance_frozen;
		}
		for (k = a->row; k < a->row + a->nrows; k++) {
			model = b->rows[k].model == NULL ?
			    NULL :
			    fold_get(f, u, id, b->rows[k].model);
			recall_row(&b->rows[k], key, model, now);
		}
	}
}

double
balance_left(const struct balance *b, const struct balance_row *r)
{
	double credits = b->accounts[r->account].available;

	/* a refusal is newer than a balance that still had some */
	if (r->state == STATE_EXHAUSTED &&
	    (isnan(credits) || state_credits(credits) == STATE_OK))
		return 0;
	if (!isnan(credits))
		return credits;
	if (r->left >= 0 && (r->model_left < 0 || r->left < r->model_left))
		return (double)r->left;
	return r->model_left >= 0 ? (double)r->model_left : NAN;
}

void
balance_sum(const struct balance *b, struct balance_sum *s)
{
	double credits;
	size_t i;

	memset(s, 0, sizeof(*s));
	s->credits = NAN;
	for (i = 0; i < b->nrows; i++) {
		s->count[b->rows[i].state]++;
		s->failed += b->rows[i].error != NULL ||
		    (b->rows[i].state != STATE_OK &&
			b->rows[i].state != STATE_EXHAUSTED);
		s->unsettled += !state_info(b->rows[i].state)->settled;
	}
	for (i = 0; i < b->naccounts; i++) {
		credits = b->accounts[i].available;
		if (!isnan(credits))
			s->credits = isnan(s->credits) ? credits :
							 s->credits + credits;
	}
}

int
balance_level(const struct balance *b, const struct balance_row *r, double warn,
    double crit)
{
	double left = balance_left(b, r);

	if (state_info(r->state)->refused || left < crit)
		return 2;
	if (left < warn)
		return 1;
	return isnan(left) || !state_info(r->state)->settled ? 3 : 0;
}
