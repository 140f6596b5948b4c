/*
 * Which models a request should go to: its text is scored (by a local model,
 * or by rules), the score wants a tier, and the tier is an order of models.
 * Shared by ms-route and by whatever routes on its way (ms-chat).
 */
#ifndef ROUTE_H
#define ROUTE_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct conf;
struct fault;
struct json;
struct ledger;
struct pick_model;
struct route;
struct route_wait;
struct splice;
struct upstream;

enum route_source {  /* where a decision comes from */
	ROUTE_FIXED, /* options, the request, or routing is off */
	ROUTE_BUILTIN,
	ROUTE_LOCAL,
	ROUTE_CACHE /* the local model said so before */
};

struct decision {
	int score;	 /* 1 to 10, 0: none */
	int target_tier; /* 0: the configured order */
	int actual_tier; /* of the first model, or 0 */
	enum route_source source;
	char reason[128];
	char warning[320]; /* for stderr, or "" */
};

/*
 * Finds the request in a JSON text: the object itself if it has messages, a
 * prompt or an input, or else the body of a Batch line. 0, or -1: it is
 * malformed, or none of these.
 */
int route_request(const char *json, size_t n, struct splice *request);

/*
 * Appends the text that is to be judged: the text parts of all user messages
 * of a request (chat, messages or responses), or its prompt; an empty line
 * between two. 0, or -1 with errno: EINVAL (route_request() finds none),
 * EFBIG, ENOMEM.
 */
int route_text(const char *json, size_t n, struct buf *out);

/*
 * The router of a process. A local model is asked only if the configuration
 * names one and u is not NULL. All is borrowed and must outlive it. NULL with
 * *f.
 */
struct route *route_new(const struct conf *c, struct ledger *led,
    struct upstream *u, struct fault *f);
void route_free(struct route *r);

/* At the start of a long-lived process: has the local model loaded. */
void route_preload(struct route *r);

/*
 * Decides about text[0..n). Returns NULL with *d set where that is known at
 * once (routing is off, built-in scorer, cache); else fn is called once, from
 * the loop, with the decision, unless route_cancel() comes first. The actual
 * tier is left 0: see route_actual().
 */
struct route_wait *route_ask(struct route *r, const char *text, size_t n,
    struct decision *d, void (*fn)(void *arg, const struct decision *d),
    void *arg);
void route_cancel(struct route_wait *w);

/* The decision for a score, and for a tier. */
void route_score(int score, struct decision *d);
void route_tier(int tier, struct decision *d);

/*
 * Does a model name, after aliases, ask for routing? "auto": 1 with *tier 0;
 * "tier1" to "tier4": 1 with that tier; a model's id: 0.
 */
int route_name(const struct conf *c, const char *name, int *tier);

/*
 * The enabled models in the order that d wants (see pick_tier()), for pick():
 * fills order (room for conf->nmodels) and sets *n. 0, or -1 with ENOMEM.
 */
int route_order(const struct conf *c, const struct decision *d,
    struct pick_model *order, size_t *n);

/* Sets the actual tier: that of the model id, if it is configured. */
void route_actual(const struct conf *c, const char *id, struct decision *d);

/*
 * Model id answered: sets the actual tier of d; or, where d is NULL, that in
 * *routing, allocated JSON of what was decided elsewhere (or NULL), if it has
 * one. Without memory it stays as it is.
 */
void route_answered(const struct conf *c, const char *id, struct decision *d,
    char **routing);

/* "SIMPLE" to "VERY_COMPLEX", NULL without a tier; "builtin" and the like. */
const char *route_complexity(const struct decision *d);
const char *route_source(const struct decision *d);

/*
 * Writes the members of a request's "routing" into the object that is open;
 * or all of it, as member key.
 */
void route_members(struct json *j, const struct decision *d);
void route_json(struct json *j, const char *key, const struct decision *d);

#endif
