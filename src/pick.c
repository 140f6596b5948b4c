/*
 * Which candidate next. Every rest that touches a candidate is looked at
 * (the upstream's, the key's, the model's, the pair's), the worst of them
 * says what it is, and one comparison orders the result.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"
#include "conf.h"
#include "day.h"
#include "fold.h"
#include "keys.h"
#include "pick.h"

enum {
	BALANCE_EVERY = 600 * 1000, /* ms between balance calls of a key */
	CALLS_MAX = 1000000000	    /* more than anybody will make */
};

struct cand {
	struct pick p;
	int group; /* place of its state in the order */
	int inflight;
	unsigned rank; /* round robin, within its model */
};

/* The states from best to worst, when several things are said of one. */
static int
badness(enum pick_state s)
{
	switch (s) {
	case PICK_READY:
		return 0;
	case PICK_ASK:
		return 1;
	case PICK_RESTING:
		return 2;
	case PICK_OUT:
		return 3;
	case PICK_NO_KEY:
		break;
	}
	return 4;
}

static void
worsen(struct pick *p, enum pick_state s, int64_t until, int why)
{
	int d;

	d = badness(s) - badness(p->state);
	if (d < 0 || (d == 0 && until <= p->until))
		return;
	p->state = s;
	p->until = until;
	p->why = why;
}

static void
look_rest(struct pick *p, const struct fold_ent *e, int64_t now)
{
	if (e == NULL || e->rest_until <= now)
		return;
	worsen(p, verdict_info(e->rest_verdict)->out ? PICK_OUT : PICK_RESTING,
	    e->rest_until, e->rest_verdict);
}

/* A model that chats do not know may be one for another API. */
static void
look_model(const struct pick_in *in, struct pick *p, const struct fold_ent *e)
{
	if (e != NULL && in->other &&
	    (e->rest_verdict == V_NO_PROVIDER ||
		e->rest_verdict == V_BAD_MODEL))
		return;
	look_rest(p, e, in->now);
}

/* A number of calls: the fewest known of them counts, 0 is out for today. */
static void
look_left(struct pick *p, int64_t left, int64_t dayend)
{
	if (left < 0)
		return;
	if (p->left < 0 || left < p->left)
		p->left = left;
	if (left == 0)
		worsen(p, PICK_OUT, dayend, V_QUOTA_DAY);
}

/*
 * Credits come back when their owner signs in on the web, at no known hour:
 * a key that was out of them stays so until a balance says otherwise, which
 * may be asked for (it is free) but not all the time.
 */
static void
look_credits(struct pick *p, const struct conf_upstream *u,
    const struct fold_ent *e, double price, int64_t now)
{
	double calls;

	if (!isnan(e->balance) && price > 0) {
		calls = fmin(fmax(floor(e->balance / price), 0), CALLS_MAX);
		if (p->left < 0 || calls < (double)p->left)
			p->left = (int64_t)calls;
	}
	if (e->rest_verdict != V_NO_CREDITS || e->rest_until == 0 ||
	    (e->balance >= price && e->balance_ts > e->rest_since))
		return;
	if (e->rest_until > now)
		worsen(p, PICK_OUT, e->rest_until, V_NO_CREDITS);
	else if (u->balance_url == NULL)
		return;
	else if (e->balance_ts != 0 && e->balance_ts + BALANCE_EVERY > now)
		worsen(p, PICK_OUT, e->balance_ts + BALANCE_EVERY,
		    V_NO_CREDITS);
	else
		worsen(p, PICK_ASK, now, V_NO_CREDITS);
}

static void
look_key(const struct pick_in *in, struct pick *p)
{
	const struct conf_upstream *u = &in->conf->upstreams[p->upstream];
	const struct pick_model *m = &in->order[p->model];
	const char *id = in->keys->v[p->key].id;
	const struct fold_ent *key, *pair;
	int64_t today, dayend;

	key = fold_get(in->fold, u->name, id, NULL);
	pair = fold_get(in->fold, u->name, id, m->id);
	look_rest(p, key, in->now);
	look_rest(p, pair, in->now);
	if (key != NULL)
		look_credits(p, u, key, isnan(m->price) ? u->price : m->price,
		    in->now);
	today = day_of(in->now, in->conf->day_offset);
	if (fold_day(in->fold) != today)
		return; /* yesterday's limits say nothing */
	dayend = day_start(today + 1, in->conf->day_offset);
	if (key != NULL)
		look_left(p, key->limits.left, dayend);
	if (pair != NULL)
		look_left(p, pair->limits.model_left, dayend);
}

static int
group(enum pick_state s, int last_resort)
{
	switch (s) {
	case PICK_READY:
	case PICK_ASK:
		return last_resort ? 2 : 0;
	case PICK_RESTING:
		return last_resort ? 3 : 1;
	case PICK_OUT:
	case PICK_NO_KEY:
		break;
	}
	return 4;
}

/* Judges one candidate: order[model] at an upstream, with a key or none. */
static void
judge(const struct pick_in *in, size_t model, size_t upstream, size_t key,
    struct cand *c)
{
	const struct conf_upstream *u = &in->conf->upstreams[upstream];
	const struct pick_model *m = &in->order[model];

	memset(c, 0, sizeof(*c));
	c->p.model = model;
	c->p.upstream = upstream;
	c->p.key = key;
	c->p.state = PICK_READY;
	c->p.why = V_OK;
	c->p.left = -1;
	look_rest(&c->p, fold_get(in->fold, u->name, NULL, NULL), in->now);
	look_model(in, &c->p, fold_get(in->fold, u->name, NULL, m->id));
	if (key != PICK_NOKEY) {
		look_key(in, &c->p);
		if (in->inflight != NULL)
			c->inflight = in->inflight[key];
	} else if (!u->keyless && !in->unkeyed)
		worsen(&c->p, PICK_NO_KEY, 0, V_BAD_KEY);
	if (c->p.left > 0)
		c->p.left = c->p.left > c->inflight ? c->p.left - c->inflight :
						      0;
	c->group = group(c->p.state, m->last_resort);
}

/* All candidates of one model into c; returns how many. */
static size_t
judge_model(const struct pick_in *in, size_t model, struct cand *c)
{
	const struct pick_model *m = &in->order[model];
	const struct conf_upstream *u;
	size_t i, k, first, n = 0;

	for (i = 0; i < m->nupstreams; i++) {
		u = &in->conf->upstreams[m->upstreams[i]];
		first = n;
		for (k = 0; k < in->keys->n && !u->keyless; k++)
			if (keys_at(&in->keys->v[k], u->name))
				judge(in, model, m->upstreams[i], k, &c[n++]);
		if (n == first)
			judge(in, model, m->upstreams[i], PICK_NOKEY, &c[n++]);
	}
	for (i = 0; i < n; i++)
		c[i].rank = (unsigned)((i + n - in->turn % n) % n);
	return n;
}

/* Some are known to be left, nothing is known, none are left: 2, 1, 0. */
static int
plenty(int64_t left)
{
	return left > 0 ? 2 : left < 0;
}

static int
compare(const void *va, const void *vb)
{
	const struct cand *a = va, *b = vb;

#define ORDER(x, y) \
	do { \
		if ((x) != (y)) \
			return (x) < (y) ? -1 : 1; \
	} while (0)
	ORDER(a->group, b->group);
	if (a->p.state == PICK_RESTING)
		ORDER(a->p.until, b->p.until);
	ORDER(a->p.model, b->p.model);
	ORDER(badness(a->p.state), badness(b->p.state));
	ORDER(plenty(b->p.left), plenty(a->p.left));
	ORDER(b->p.left, a->p.left);
	ORDER(a->inflight, b->inflight);
	ORDER(a->rank, b->rank);
#undef ORDER
	return 0;
}

int
pick(const struct pick_in *in, struct pick **out, size_t *n)
{
	struct cand *c;
	size_t i, max = 0;

	for (i = 0; i < in->norder; i++)
		max += in->order[i].nupstreams * (in->keys->n + 1);
	if ((c = calloc(max + 1, sizeof(*c))) == NULL)
		return -1;
	for (*n = 0, i = 0; i < in->norder; i++)
		*n += judge_model(in, i, c + *n);
	qsort(c, *n, sizeof(*c), compare);
	if ((*out = calloc(*n + 1, sizeof(**out))) == NULL) {
		free(c);
		return -1;
	}
	for (i = 0; i < *n; i++)
		(*out)[i] = c[i].p;
	free(c);
	return 0;
}

int
pick_dry(const struct pick *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (v[i].state != PICK_OUT && v[i].state != PICK_NO_KEY)
			return 0;
	return 1;
}

/* Appends the enabled models of a tier (0: of all), last resorts or not. */
static size_t
add_tier(const struct conf *c, int tier, int last_resort, size_t *idx, size_t n)
{
	const struct conf_model *m;
	size_t i;

	for (i = 0; i < c->nmodels; i++) {
		m = &c->models[i];
		if (m->enabled && (tier == 0 || m->tier == tier) &&
		    !m->last_resort == !last_resort)
			idx[n++] = i;
	}
	return n;
}

size_t
pick_tier(const struct conf *c, int tier, size_t *idx)
{
	size_t n = 0;
	int last, t;

	for (last = 0; last <= 1; last++) {
		if (tier == 0) {
			n = add_tier(c, 0, last, idx, n);
			continue;
		}
		for (t = tier; t <= CONF_TIERS; t++)
			n = add_tier(c, t, last, idx, n);
		for (t = tier - 1; t >= 1; t--)
			n = add_tier(c, t, last, idx, n);
	}
	return n;
}
