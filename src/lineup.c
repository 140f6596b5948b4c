/*
 * Candidates (a model and a key each) gathered into models.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf.h"
#include "fold.h"
#include "lineup.h"
#include "pick.h"

/* Is the candidate tried at all? */
static int
tried(const struct pick *p)
{
	return p->state != PICK_OUT && p->state != PICK_NO_KEY;
}

/* The last thing that went wrong with a model, anywhere. */
static int
last_error(const struct pick_in *in, const struct pick_model *m)
{
	const struct fold_ent *e;
	int64_t when = 0;
	size_t i;
	int error = -1;

	for (i = 0; i < m->nupstreams; i++) {
		e = fold_get(in->fold,
		    in->conf->upstreams[m->upstreams[i]].name, NULL, m->id);
		if (e != NULL && e->last_error != -1 &&
		    e->last_error_ts > when) {
			when = e->last_error_ts;
			error = e->last_error;
		}
	}
	return error;
}

/* What its keys have left, if that is known of each that may be tried. */
static int64_t
left(const struct pick *p, size_t n, size_t model)
{
	int64_t sum = -1;
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i].model != model || p[i].state == PICK_NO_KEY)
			continue;
		if (p[i].left == -1 && p[i].state != PICK_OUT)
			return -1;
		sum = (sum == -1 ? 0 : sum) + (p[i].left > 0 ? p[i].left : 0);
	}
	return sum;
}

static void
add(const struct pick_in *in, const struct pick *p, size_t n, size_t at,
    struct lineup *l)
{
	const struct pick_model *o = &in->order[p[at].model];
	struct lineup_model *m = &l->v[l->n++];
	size_t i;

	memset(m, 0, sizeof(*m));
	m->id = o->id;
	if (conf_model(in->conf, o->id, &i) == 0)
		m->conf = &in->conf->models[i];
	m->state = p[at].state;
	m->until = p[at].until;
	m->why = p[at].why;
	m->left = left(p, n, p[at].model);
	m->last_error = last_error(in, o);
}

/* Of the candidates of a model that is left out, the first to be back. */
static size_t
first_back(const struct pick *p, size_t n, size_t at)
{
	size_t i, best = at;

	for (i = at; i < n; i++)
		if (p[i].model == p[at].model && p[i].state == PICK_OUT &&
		    (p[best].state != PICK_OUT || p[i].until < p[best].until))
			best = i;
	return best;
}

static void
add_disabled(const struct pick_in *in, struct lineup *l)
{
	struct lineup_model *m;
	size_t i;

	for (i = 0; i < in->conf->nmodels; i++) {
		if (in->conf->models[i].enabled)
			continue;
		m = &l->v[l->n++];
		memset(m, 0, sizeof(*m));
		m->conf = &in->conf->models[i];
		m->id = m->conf->id;
		m->disabled = 1;
		m->left = m->last_error = -1;
	}
}

int
lineup_make(const struct pick_in *in, const struct pick *p, size_t n,
    struct lineup *l)
{
	char *seen;
	size_t i;

	memset(l, 0, sizeof(*l));
	seen = calloc(in->norder + 1, 1);
	l->v = calloc(in->norder + in->conf->nmodels + 1, sizeof(*l->v));
	if (seen == NULL || l->v == NULL) {
		free(seen);
		lineup_free(l);
		return -1;
	}
	for (i = 0; i < n; i++)
		if (tried(&p[i]) && !seen[p[i].model]) {
			seen[p[i].model] = 1;
			add(in, p, n, i, l);
		}
	l->tried = l->n;
	for (i = 0; i < n; i++)
		if (!seen[p[i].model]) {
			seen[p[i].model] = 1;
			add(in, p, n, first_back(p, n, i), l);
		}
	add_disabled(in, l);
	free(seen);
	return 0;
}

void
lineup_free(struct lineup *l)
{
	free(l->v);
	memset(l, 0, sizeof(*l));
}

static size_t
find(const struct lineup *l, const char *id)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (!l->v[i].disabled && strcasecmp(l->v[i].id, id) == 0)
			break;
	return i;
}

int
lineup_reorder(struct lineup *l, char *const *ids, size_t n, size_t *bad)
{
	struct lineup_model *v;
	char *taken;
	size_t i, k, m = 0;

	v = calloc(l->n + 1, sizeof(*v));
	taken = calloc(l->n + 1, 1);
	if (v == NULL || taken == NULL) {
		errno = ENOMEM;
		goto fail;
	}
	for (i = 0; i < n; i++) {
		k = find(l, ids[i]);
		*bad = i;
		errno = k == l->n ? EINVAL : EEXIST;
		if (k == l->n || taken[k])
			goto fail;
		taken[k] = 1;
		v[m++] = l->v[k];
	}
	l->tried = m;
	for (i = 0; i < l->n; i++)
		if (!taken[i])
			v[m++] = l->v[i];
	free(taken);
	free(l->v);
	l->v = v;
	return 0;
fail:
	free(taken);
	free(v);
	return -1;
}

const char *
lineup_state(const struct lineup_model *m)
{
	static const char *const names[] = { [PICK_READY] = "ready",
		[PICK_RESTING] = "resting",
		[PICK_ASK] = "ask",
		[PICK_OUT] = "out",
		[PICK_NO_KEY] = "no_key" };

	return m->disabled ? "disabled" : names[m->state];
}
