/*
 * Plans, and requests rewritten by them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "conf.h"
#include "explain.h"
#include "fault.h"
#include "json.h"
#include "keys.h"
#include "ledger.h"
#include "lineup.h"
#include "now.h"
#include "order.h"
#include "pick.h"
#include "plan.h"
#include "policy.h"
#include "refusal.h"
#include "route.h"
#include "splice.h"

enum {
	FRESH = 1000, /* ms that a plan is kept */
	REQUEST_MAX = 64 * 1024 * 1024,
	IDS_MAX = 1024 * 1024
};

struct plan {
	int64_t at; /* monotonic ms, 0: none */
	struct pick_in in;
	struct pick_model *order;
	struct pick *picks;
	size_t npicks;
	struct lineup lineup;
	struct buf first, all; /* JSON of what is tried */
};

struct planner {
	struct planner_opts o;
	struct plan plans[CONF_TIERS + 1];
	struct plan *last;
	struct lineup own; /* by the policy */
	int owned;
	struct buf first, all;
	struct buf input, routing, body;
};

struct planner *
planner_new(const struct planner_opts *o)
{
	struct planner *p;
	size_t i;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		return NULL;
	p->o = *o;
	for (i = 0; i <= CONF_TIERS; i++) {
		buf_init(&p->plans[i].first, IDS_MAX);
		buf_init(&p->plans[i].all, IDS_MAX);
	}
	buf_init(&p->first, IDS_MAX);
	buf_init(&p->all, IDS_MAX);
	buf_init(&p->input, 2 * REQUEST_MAX);
	buf_init(&p->routing, IDS_MAX);
	buf_init(&p->body, REQUEST_MAX);
	return p;
}

static void
clear(struct plan *p)
{
	free(p->order);
	free(p->picks);
	lineup_free(&p->lineup);
	p->order = NULL;
	p->picks = NULL;
	p->npicks = 0;
	p->at = 0;
}

void
planner_free(struct planner *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i <= CONF_TIERS; i++) {
		clear(&p->plans[i]);
		buf_free(&p->plans[i].first);
		buf_free(&p->plans[i].all);
	}
	lineup_free(&p->own);
	buf_free(&p->first);
	buf_free(&p->all);
	buf_free(&p->input);
	buf_free(&p->routing);
	buf_free(&p->body);
	free(p);
}

/* The ids that are tried, as a JSON array, and the first of them. */
static int
write_ids(const struct lineup *l, struct buf *first, struct buf *all)
{
	struct json j;
	size_t i;

	buf_cut(first, 0);
	buf_cut(all, 0);
	json_begin(&j, all);
	json_array(&j, NULL);
	for (i = 0; i < l->tried; i++)
		json_str(&j, NULL, l->v[i].id);
	json_end(&j);
	if (json_finish(&j) == -1)
		return -1;
	return l->tried == 0 ?
	    0 :
	    json_quote(first, l->v[0].id, strlen(l->v[0].id));
}

static int
fill(struct planner *p, struct plan *plan, const struct decision *d,
    struct fault *f)
{
	clear(plan);
	memset(&plan->in, 0, sizeof(plan->in));
	plan->in.now = now_wall();
	(void)ledger_refresh(p->o.ledger, plan->in.now);
	if ((plan->order = order_make(p->o.conf, p->o.names, p->o.nnames, d,
		 &plan->in.norder, f)) == NULL)
		return -1;
	plan->in.conf = p->o.conf;
	plan->in.keys = p->o.keys;
	/* who sends the request may have some */
	plan->in.unkeyed = p->o.keys->n == 0;
	plan->in.fold = ledger_fold(p->o.ledger);
	plan->in.order = plan->order;
	if (pick(&plan->in, &plan->picks, &plan->npicks) == -1 ||
	    lineup_make(&plan->in, plan->picks, plan->npicks, &plan->lineup) ==
		-1 ||
	    write_ids(&plan->lineup, &plan->first, &plan->all) == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	plan->at = now_mono();
	return 0;
}

/* ---- the policy ---- */

static void
warn_default(const struct planner *p, const char *why)
{
	char line[sizeof(((struct fault *)0)->text) + 64];

	snprintf(line, sizeof(line), "%s: the default order is used", why);
	p->o.warn(line);
}

static int
copy(const struct lineup *from, struct lineup *to)
{
	lineup_free(to);
	if ((to->v = calloc(from->n + 1, sizeof(*to->v))) == NULL)
		return -1;
	memcpy(to->v, from->v, from->n * sizeof(*to->v));
	to->n = from->n;
	to->tried = from->tried;
	return 0;
}

static int
reorder(struct planner *p, const struct plan *plan, char *const *ids, size_t n)
{
	struct fault f;
	size_t bad = 0;

	if (copy(&plan->lineup, &p->own) == -1)
		return -1;
	if (lineup_reorder(&p->own, ids, n, &bad) == -1) {
		if (errno == ENOMEM)
			return -1;
		/* What is no model may be anything, a prompt too. */
		if (errno == EEXIST)
			fault_set(&f, EX_DATAERR, "policy: %s comes twice",
			    ids[bad]);
		else
			fault_set(&f, EX_DATAERR,
			    "policy: id %zu is no enabled model", bad + 1);
		warn_default(p, f.text);
		return 0;
	}
	p->owned = 1;
	return write_ids(&p->own, &p->first, &p->all);
}

/* Lets the policy put the models in order. 0, or -1 with ENOMEM. */
static int
ask_policy(struct planner *p, const struct plan *plan, const struct decision *d,
    const char *request, size_t n)
{
	struct fault f;
	char **ids;
	size_t nids;
	int r;

	buf_cut(&p->input, 0);
	if (explain_policy(request, n, d, &plan->lineup, &plan->in,
		&p->input) == -1)
		return -1;
	if (policy_run(p->o.policy, p->input.d, p->input.len, &ids, &nids,
		&f) == -1) {
		warn_default(p, f.text);
		return 0;
	}
	r = reorder(p, plan, ids, nids);
	while (nids > 0)
		free(ids[--nids]);
	free(ids);
	return r;
}

const struct lineup *
planner_lineup(struct planner *p, struct decision *d, const char *request,
    size_t n, struct fault *f)
{
	struct plan *plan = &p->plans[d->target_tier];
	const struct lineup *l = &plan->lineup;

	p->last = plan;
	p->owned = 0;
	if ((plan->at == 0 || now_mono() - plan->at > FRESH) &&
	    fill(p, plan, d, f) == -1)
		return NULL;
	if (p->o.policy != NULL) {
		plan->in.fold = ledger_fold(p->o.ledger);
		if (ask_policy(p, plan, d, request, n) == -1) {
			fault_set(f, EX_OSERR, "policy: %s", strerror(errno));
			return NULL;
		}
		if (p->owned)
			l = &p->own;
	}
	if (l->tried > 0)
		route_actual(p->o.conf, l->v[0].id, d);
	return l;
}

void
planner_refuse(const struct planner *p, struct fault *f)
{
	const struct plan *plan = p->last;
	int64_t again;
	int verdict;

	refusal_none(&plan->in, plan->picks, plan->npicks, f, &verdict, &again);
}

int
planner_edit(struct planner *p, const struct decision *d,
    const struct splice *text, const struct splice *request, struct buf *out)
{
	const struct buf *first = p->owned ? &p->first : &p->last->first;
	const struct buf *all = p->owned ? &p->all : &p->last->all;
	struct splice_edit body = { .name = "body" };
	struct splice_edit own[] = { { "model", first->d, first->len },
		{ "models", all->d, all->len }, { "routing", NULL, 0 },
		{ "model_id", NULL, 0 }, { "smart_route", NULL, 0 } };
	const size_t nown = sizeof(own) / sizeof(own[0]);
	struct json j;

	buf_cut(&p->routing, 0);
	json_begin(&j, &p->routing);
	route_json(&j, NULL, d);
	if (json_finish(&j) == -1)
		return -1;
	own[2].value = p->routing.d;
	own[2].len = p->routing.len;
	if (request->s == text->s)
		return splice_edit(out, text->s, text->n, own, nown);
	buf_cut(&p->body, 0);
	if (splice_edit(&p->body, request->s, request->n, own, nown) == -1)
		return -1;
	body.value = p->body.d;
	body.len = p->body.len;
	return splice_edit(out, text->s, text->n, &body, 1);
}
