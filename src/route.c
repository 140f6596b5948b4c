/*
 * From a request to a decision: its text is found, scored, and the score
 * wants a tier.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "buf.h"
#include "conf.h"
#include "fault.h"
#include "json.h"
#include "localai.h"
#include "paths.h"
#include "pick.h"
#include "route.h"
#include "score.h"
#include "splice.h"
#include "task.h"

enum {
	PROMPT_MAX = 64 * 1024,
	NAME = 65, /* of a local model, in a reason */
	/*
	 * How far a local model may be from the rules, about a tier: the
	 * rules are hardly ever off by more, small models often are, and a
	 * text that talks its score up or down gets no further either.
	 */
	REACH = 3
};

struct route {
	const struct conf *conf;
	struct localai *local; /* or NULL */
	struct buf prompt;
};

struct route_wait {
	struct route *route;
	struct localai_wait *wait;
	struct decision d; /* by the rules */
	void (*fn)(void *, const struct decision *);
	void *arg;
};

/* ---- the text of a request ---- */

static int
add_string(struct buf *out, struct splice v)
{
	if (out->len > 0 && buf_adds(out, "\n\n") == -1)
		return -1;
	return splice_str(v, out);
}

/* A message's content: a string, or parts of which some are text. */
static int
add_content(struct buf *out, struct splice v)
{
	struct splice_walk w;
	struct splice text;
	int r;

	if (v.s[0] == '"')
		return add_string(out, v);
	if (v.s[0] != '[')
		return 0;
	splice_begin(&w, v);
	while ((r = splice_next(&w)) == 1)
		if (w.value.s[0] == '"') {
			if (add_string(out, w.value) == -1)
				return -1;
		} else if (w.value.s[0] == '{' &&
		    splice_find(w.value, "text", &text) == 1 &&
		    text.s[0] == '"' && add_string(out, text) == -1)
			return -1;
	return r;
}

static int
add_messages(struct buf *out, struct splice v)
{
	struct splice_walk w;
	struct splice m;
	int r;

	if (v.s[0] != '[')
		return add_content(out, v);
	splice_begin(&w, v);
	while ((r = splice_next(&w)) == 1) {
		if (w.value.s[0] == '"') { /* prompts in a list */
			if (add_string(out, w.value) == -1)
				return -1;
			continue;
		}
		if (w.value.s[0] != '{' ||
		    splice_find(w.value, "role", &m) != 1 ||
		    !splice_eq(m, "user") ||
		    splice_find(w.value, "content", &m) != 1)
			continue;
		if (add_content(out, m) == -1)
			return -1;
	}
	return r;
}

static int
find_text(struct splice v, struct splice *text)
{
	return v.s[0] == '{' &&
	    (splice_find(v, "messages", text) == 1 ||
		splice_find(v, "prompt", text) == 1 ||
		splice_find(v, "input", text) == 1);
}

int
route_request(const char *json, size_t n, struct splice *request)
{
	struct splice v, text;

	if (splice_text(json, n, &v, NULL) == -1 || v.s[0] != '{')
		return -1;
	if (!find_text(v, &text) &&
	    (splice_find(v, "body", &v) != 1 || !find_text(v, &text)))
		return -1;
	*request = v;
	return 0;
}

int
route_text(const char *json, size_t n, struct buf *out)
{
	struct splice v, text;

	if (route_request(json, n, &v) == -1 || !find_text(v, &text)) {
		errno = EINVAL;
		return -1;
	}
	return add_messages(out, text);
}

/* ---- decisions ---- */

static void
decide(struct decision *d, int score, int tier, enum route_source source)
{
	memset(d, 0, sizeof(*d));
	d->score = score;
	d->target_tier = tier;
	d->source = source;
}

/* By the rules alone. */
static void
builtin(const char *text, size_t n, struct decision *d)
{
	int kind, s = score(text, n, &kind);

	decide(d, s, score_tier(s), ROUTE_BUILTIN);
	if (kind == TASK_UNKNOWN)
		strlcpy(d->reason, "no known kind of task, judged by length",
		    sizeof(d->reason));
	else
		snprintf(d->reason, sizeof(d->reason), "kind of task: %s",
		    task_name(kind));
}

void
route_score(int n, struct decision *d)
{
	decide(d, n, score_tier(n), ROUTE_FIXED);
	snprintf(d->reason, sizeof(d->reason), "score %d was given", n);
}

void
route_tier(int tier, struct decision *d)
{
	decide(d, 0, tier, ROUTE_FIXED);
	if (tier == 0)
		strlcpy(d->reason, "the configured order", sizeof(d->reason));
	else
		snprintf(d->reason, sizeof(d->reason), "tier %d was asked for",
		    tier);
}

/* Turns the rules' decision into the local model's, if it gave one. */
static void
combine(const struct route *r, const struct localai_answer *a,
    struct decision *d)
{
	const char *name = r->conf->local.model;
	char model[NAME];
	int rules = d->score, s = a->score;

	strlcpy(d->warning, a->warning, sizeof(d->warning));
	if (s == 0)
		return;
	s = s > rules + REACH ? rules + REACH : s;
	s = s < rules - REACH ? rules - REACH : s;
	d->score = s;
	d->target_tier = score_tier(s);
	d->source = a->cached ? ROUTE_CACHE : ROUTE_LOCAL;
	fault_clean(model, sizeof(model), name, strlen(name));
	if (s != a->score)
		snprintf(d->reason, sizeof(d->reason),
		    "%s says %d, the rules say %d", model, a->score, rules);
	else if (a->kind == TASK_UNKNOWN)
		snprintf(d->reason, sizeof(d->reason), "%s says so", model);
	else
		snprintf(d->reason, sizeof(d->reason),
		    "kind of task: %s, says %s", task_name(a->kind), model);
}

/* ---- the router ---- */

static int
read_prompt(struct buf *b, struct fault *f)
{
	char *path;
	int r = 0;

	if ((path = paths_share("score-prompt.txt")) == NULL)
		return fault_set(f, EX_CONFIG, "score-prompt.txt: %s",
		    strerror(errno));
	if (buf_load(b, path) == -1)
		r = fault_set(f, EX_CONFIG, "%s: %s", path, strerror(errno));
	free(path);
	return r;
}

struct route *
route_new(const struct conf *c, struct ledger *led, struct upstream *u,
    struct fault *f)
{
	struct route *r;

	if ((r = calloc(1, sizeof(*r))) == NULL) {
		fault_set(f, EX_OSERR, "%s", strerror(errno));
		return NULL;
	}
	r->conf = c;
	buf_init(&r->prompt, PROMPT_MAX);
	if (!c->smart_routing || c->local.base_url == NULL || u == NULL)
		return r;
	if (read_prompt(&r->prompt, f) == -1 ||
	    (r->local = localai_new(c, r->prompt.d, r->prompt.len, led, u,
		 f)) == NULL) {
		route_free(r);
		return NULL;
	}
	return r;
}

void
route_free(struct route *r)
{
	if (r == NULL)
		return;
	localai_free(r->local);
	buf_free(&r->prompt);
	free(r);
}

void
route_preload(struct route *r)
{
	if (r->local != NULL)
		localai_preload(r->local);
}

static void
on_answer(void *arg, const struct localai_answer *a)
{
	struct route_wait *w = arg;
	struct decision d = w->d;

	combine(w->route, a, &d);
	w->fn(w->arg, &d);
	free(w);
}

struct route_wait *
route_ask(struct route *r, const char *text, size_t n, struct decision *d,
    void (*fn)(void *arg, const struct decision *d), void *arg)
{
	struct localai_answer ans;
	struct route_wait *w;

	if (!r->conf->smart_routing) {
		route_tier(0, d);
		return NULL;
	}
	builtin(text, n, d);
	if (r->local == NULL || n == 0 || score_named(text, n) ||
	    (w = calloc(1, sizeof(*w))) == NULL)
		return NULL;
	w->route = r;
	w->d = *d;
	w->fn = fn;
	w->arg = arg;
	w->wait = localai_ask(r->local, text, n, &ans, on_answer, w);
	if (w->wait != NULL)
		return w;
	combine(r, &ans, d);
	free(w);
	return NULL;
}

void
route_cancel(struct route_wait *w)
{
	localai_cancel(w->wait);
	free(w);
}

/* ---- models ---- */

int
route_name(const struct conf *c, const char *name, int *tier)
{
	name = conf_alias(c, name);
	if (strcasecmp(name, "auto") == 0) {
		*tier = 0;
		return 1;
	}
	if (strncasecmp(name, "tier", 4) != 0 || name[4] < '1' ||
	    name[4] > '0' + CONF_TIERS || name[5] != '\0')
		return 0;
	*tier = name[4] - '0';
	return 1;
}

int
route_order(const struct conf *c, const struct decision *d,
    struct pick_model *order, size_t *n)
{
	const struct conf_model *m;
	size_t *idx, i;

	if ((idx = calloc(c->nmodels + 1, sizeof(*idx))) == NULL)
		return -1;
	*n = pick_tier(c, d->target_tier, idx);
	for (i = 0; i < *n; i++) {
		m = &c->models[idx[i]];
		order[i].id = m->id;
		order[i].upstreams = m->upstreams;
		order[i].nupstreams = m->nupstreams;
		order[i].last_resort = m->last_resort;
		order[i].price = m->price;
	}
	free(idx);
	return 0;
}

void
route_actual(const struct conf *c, const char *id, struct decision *d)
{
	size_t i;

	d->actual_tier = conf_model(c, id, &i) == 0 ? c->models[i].tier : 0;
}

void
route_answered(const struct conf *c, const char *id, struct decision *d,
    char **routing)
{
	struct decision own;
	struct splice_edit tier = { .name = "actual_tier" };
	struct splice v = { *routing, 0 }, was;
	struct buf b;
	char number[16], *told;

	route_actual(c, id, d != NULL ? d : &own);
	if (d != NULL || v.s == NULL)
		return;
	v.n = strlen(v.s);
	if (splice_find(v, tier.name, &was) != 1)
		return;
	if (own.actual_tier != 0) {
		tier.len = (size_t)snprintf(number, sizeof(number), "%d",
		    own.actual_tier);
		tier.value = number;
	}
	buf_init(&b, v.n + sizeof(number));
	if (splice_edit(&b, v.s, v.n, &tier, 1) == 0 &&
	    (told = buf_detach(&b)) != NULL) {
		free(*routing);
		*routing = told;
	}
	buf_free(&b);
}

const char *
route_complexity(const struct decision *d)
{
	static const char *const names[] = { NULL, "VERY_COMPLEX", "COMPLEX",
		"MEDIUM", "SIMPLE" };

	return names[d->target_tier];
}

const char *
route_source(const struct decision *d)
{
	static const char *const names[] = { [ROUTE_FIXED] = "fixed",
		[ROUTE_BUILTIN] = "builtin",
		[ROUTE_LOCAL] = "local_ai",
		[ROUTE_CACHE] = "cache" };

	return names[d->source];
}

void
route_members(struct json *j, const struct decision *d)
{
	if (d->score != 0)
		json_int(j, "score", d->score);
	if (d->target_tier != 0)
		json_str(j, "complexity", route_complexity(d));
	json_str(j, "reason", d->reason);
	if (d->target_tier != 0)
		json_int(j, "target_tier", d->target_tier);
	if (d->actual_tier != 0)
		json_int(j, "actual_tier", d->actual_tier);
	json_str(j, "source", route_source(d));
}

void
route_json(struct json *j, const char *key, const struct decision *d)
{
	json_object(j, key);
	route_members(j, d);
	json_end(j);
}
