/*
 * Model names into an order of models, each once.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "conf.h"
#include "fault.h"
#include "order.h"
#include "pick.h"
#include "route.h"

static const size_t first_upstream = 0;

struct list {
	struct pick_model *v;
	size_t n;
};

int
order_routed(const struct conf *c, char *const *names, size_t n, int route,
    int smart)
{
	size_t i;
	int tier;

	if (route != -1)
		return route;
	if (!c->smart_routing || smart == 0)
		return 0;
	for (i = 0; i < n; i++)
		if (route_name(c, names[i], &tier) && tier == 0)
			return 1;
	return n == 0;
}

static void
add(struct list *l, const struct pick_model *m)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcasecmp(l->v[i].id, m->id) == 0)
			return;
	l->v[l->n++] = *m;
}

static int
add_routed(struct list *l, const struct conf *c, const struct decision *d,
    struct fault *f)
{
	struct pick_model *m;
	size_t i, n;

	if ((m = calloc(c->nmodels + 1, sizeof(*m))) == NULL ||
	    route_order(c, d, m, &n) == -1) {
		free(m);
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	}
	for (i = 0; i < n; i++)
		add(l, &m[i]);
	free(m);
	return 0;
}

static int
add_id(struct list *l, const struct conf *c, const char *name, struct fault *f)
{
	const char *id = conf_alias(c, name);
	struct pick_model m = {
		.id = id,
		.upstreams = &first_upstream,
		.nupstreams = 1,
		.price = NAN,
	};
	size_t i;

	if (conf_model(c, id, &i) == 0) {
		if (!c->models[i].enabled)
			return fault_set(f, EX_UNAVAILABLE,
			    "%s: disabled in the configuration", name);
		m.id = c->models[i].id;
		m.upstreams = c->models[i].upstreams;
		m.nupstreams = c->models[i].nupstreams;
		m.price = c->models[i].price;
	} else if (strchr(id, '/') == NULL || !c->unlisted) {
		fault_set(f, EX_UNAVAILABLE, "%s: no such model", name);
		return fault_hint(f, "ms-route --list shows the models");
	}
	add(l, &m);
	return 0;
}

struct pick_model *
order_make(const struct conf *c, char *const *names, size_t n,
    const struct decision *d, size_t *norder, struct fault *f)
{
	struct list l = { NULL, 0 };
	struct decision fixed;
	size_t i;
	int tier, r = 0;

	if ((l.v = calloc(c->nmodels + n + 1, sizeof(*l.v))) == NULL) {
		fault_set(f, EX_OSERR, "%s", strerror(errno));
		return NULL;
	}
	if (n == 0)
		r = add_routed(&l, c, d, f);
	for (i = 0; i < n && r == 0; i++)
		if (!route_name(c, names[i], &tier))
			r = add_id(&l, c, names[i], f);
		else if (tier == 0)
			r = add_routed(&l, c, d, f);
		else {
			route_tier(tier, &fixed);
			r = add_routed(&l, c, &fixed, f);
		}
	if (r == 0 && l.n == 0)
		r = fault_set(f, EX_CONFIG,
		    "configuration: models: none is enabled");
	if (r == -1) {
		free(l.v);
		return NULL;
	}
	*norder = l.n;
	return l.v;
}
