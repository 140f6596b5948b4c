/*
 * Which candidate next: a candidate is a model at an upstream, and a key
 * that is good there (or none, where the upstream wants none). Configuration,
 * what the ledger says and the clock come in; the order comes out. Pure.
 */
#ifndef PICK_H
#define PICK_H

#include <stddef.h>
#include <stdint.h>

struct conf;
struct fold;
struct keys;

#define PICK_NOKEY ((size_t)-1)

enum pick_state {
	PICK_READY,
	PICK_RESTING, /* tried after all that are ready */
	PICK_ASK,     /* credits were out; ask for the balance */
	PICK_OUT,     /* not before until; not tried */
	PICK_NO_KEY   /* no key for this upstream */
};

struct pick_model {		 /* in the wanted order */
	const char *id;		 /* as sent; borrowed */
	const size_t *upstreams; /* indices into conf->upstreams */
	size_t nupstreams;
	int last_resort;
	double price; /* credits a call; NaN: the upstream's */
};

struct pick {
	size_t model;	 /* index into the order given */
	size_t upstream; /* index into conf->upstreams */
	size_t key;	 /* index into keys->v or PICK_NOKEY */
	enum pick_state state;
	int64_t until; /* for all but PICK_READY; 0 unknown */
	int why;       /* enum verdict, for the same */
	int64_t left;  /* calls left by what is known, -1 */
};

struct pick_in {
	const struct conf *conf;
	const struct keys *keys;
	const struct fold *fold;
	const struct pick_model *order;
	size_t norder;
	const int *inflight; /* per key, or NULL */
	int64_t now;	     /* ms */
	unsigned turn;	     /* round robin among equals */
	int other;	     /* not for a chat: a model that is none may do */
	int unkeyed;	     /* lack of a key is for others to mend */
};

/*
 * Every candidate, the best first: by state (PICK_READY and PICK_ASK, then
 * PICK_RESTING by when it ends; last resorts behind both; the rest at the
 * end), within it by the order of models, within a model by what is left
 * (less what is in flight), fewest in flight, and turn. Sets *out (freed by
 * the caller) and *n. 0, or -1 with errno ENOMEM.
 */
int pick(const struct pick_in *in, struct pick **out, size_t *n);

/* Is none of v[0..n) to be tried before a day or a grant of credits is over? */
int pick_dry(const struct pick *v, size_t n);

/*
 * The order of the configured, enabled models for a wanted tier: that tier
 * in configured order, then weaker tiers (nearest first), then stronger,
 * last resorts at the end. Tier 0: configured order. Fills idx (room for
 * conf->nmodels) with indices into conf->models; returns how many.
 */
size_t pick_tier(const struct conf *c, int tier, size_t *idx);

#endif
