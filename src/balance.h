/*
 * What is left on each key and model: the rows that ms-balance prints, and
 * what they come to together. Pure: probe.h asks, report.h prints.
 */
#ifndef BALANCE_H
#define BALANCE_H

#include <stddef.h>
#include <stdint.h>

struct conf;
struct fault;
struct fold;
struct key;
struct keys;
struct limits;

struct balance_row {
	const char *model; /* NULL: the account alone */
	size_t account;	   /* index into balance->accounts */
	int ask;	   /* send the model a chat request */
	int state;	   /* enum state */
	int verdict;	   /* that led to it, -1 */
	int64_t limit, left, model_limit, model_left; /* -1 */
	int64_t latency;			      /* ms, -1 */
	char *error;				      /* printable, or NULL */
};

#define BALANCE_NOWHERE ((size_t)-1) /* no such upstream */

/* A key at an upstream: what it has is the same for all of its rows. */
struct balance_account {
	const struct key *key;		 /* NULL: the upstream wants none */
	size_t upstream;		 /* in conf->upstreams */
	size_t row, nrows;		 /* its rows */
	double available, total, frozen; /* NaN */
};

struct balance {
	struct balance_account *accounts;
	size_t naccounts;
	struct balance_row *rows;
	size_t nrows;
};

struct balance_model {
	const char *id;
	int ask;
};

/*
 * The rows for keys and models, in this order: one for each key and model
 * that may meet at an upstream, one of its own for a key that meets none, one
 * for each model that wants no key. All states are STATE_UNKNOWN. conf,
 * keys and the ids of models are borrowed. NULL with ENOMEM.
 */
struct balance *balance_new(const struct conf *conf, const struct keys *keys,
    const struct balance_model *models, size_t nmodels);
void balance_free(struct balance *b);

/* Fills in what the ledger knows; now in ms. */
void balance_recall(struct balance *b, const struct conf *conf,
    const struct fold *f, int64_t now);

/* Sets the state and why (NULL: no error) of a row. 0, or -1 with ENOMEM. */
int balance_set(struct balance_row *r, int state, const char *why);

/* Overwrites the known ones of a row's numbers. */
void balance_limits(struct balance_row *r, const struct limits *l);

/*
 * What is left for a row: credits, in the old regime the fewest calls that
 * are known, 0 when it is exhausted; NaN unknown.
 */
double balance_left(const struct balance *b, const struct balance_row *r);

/* STATE_MAX or more. */
enum {
	BALANCE_STATES = 16
};

/* What the rows come to. */
struct balance_sum {
	size_t count[BALANCE_STATES]; /* by enum state */
	size_t unsettled;
	size_t failed;	/* neither ok nor a balance that is empty */
	double credits; /* of all accounts, NaN unknown */
};

/* Adds them up. */
void balance_sum(const struct balance *b, struct balance_sum *s);

/*
 * As a monitoring plugin sees a row: 0 fine, 1 less than warn is left, 2
 * less than crit or a refused key, 3 unknown. NaN thresholds are not met.
 */
int balance_level(const struct balance *b, const struct balance_row *r,
    double warn, double crit);

#endif
