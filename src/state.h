/*
 * The state of a key, or of a model asked with it: one word for people and
 * scripts, what follows from it, and how it is read off a verdict or the
 * ledger. Pure.
 */
#ifndef STATE_H
#define STATE_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct fold_ent;

enum state {
	STATE_OK,
	STATE_EXHAUSTED,
	STATE_RATE_LIMITED,
	STATE_INVALID_KEY,
	STATE_UNBOUND_ACCOUNT,
	STATE_UNVERIFIED_ACCOUNT,
	STATE_NO_PERMISSION,
	STATE_NO_SUCH_MODEL,
	STATE_UNAVAILABLE,
	STATE_HOLLOW,
	STATE_NETWORK_ERROR,
	STATE_TIMEOUT,
	STATE_BAD_RESPONSE,
	STATE_UNKNOWN,
	STATE_MAX
};

struct state_info {
	const char *name;
	int settled;	  /* asking again would say the same */
	int refused;	  /* the account itself is refused */
	int colour;	  /* enum table_colour */
	const char *hint; /* what a person can do, or NULL */
};

/* Never NULL. */
const struct state_info *state_info(enum state s);

/*
 * Adds the states of a list split at commas to *mask (bit 1 << state). 0,
 * or -1 with *f: EX_USAGE.
 */
int state_list(const char *list, unsigned *mask, struct fault *f);

/* That of a verdict (enum verdict). */
enum state state_of(int verdict);

/*
 * What a person can do about a state that this verdict (-1: not known) led
 * to, or NULL: the quota of a day or month comes back by itself.
 */
const char *state_hint(enum state s, int verdict);

/* That of an account with so many credits available. */
enum state state_credits(double available);

/* That of a key by what the ledger knows (NULL: nothing); now in ms. */
enum state state_key(const struct fold_ent *key, int64_t now);

/* That of a model with that key, or of one that needs no key. */
enum state state_model(const struct fold_ent *pair, int64_t now);

/* The verdict that one of these two was read off, or -1. */
int state_verdict(const struct fold_ent *e, int64_t now);

#endif
