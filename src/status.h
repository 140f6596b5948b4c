/*
 * What can be called now and what was used today, by configuration, keys,
 * ledger and clock; digest.h prints it. Pure.
 */
#ifndef STATUS_H
#define STATUS_H

#include <stddef.h>
#include <stdint.h>

struct conf;
struct conf_model;
struct fold;
struct key;
struct keys;

struct status_model {
	const struct conf_model *model;
	int priority; /* place in the configuration, from 1 */
	int available;
	int why;	     /* enum verdict, if it rests */
	int64_t limit, left; /* sums over keys, -1 unknown */
	int64_t usage;
	int64_t resting_until; /* ms, 0: not */
	int last_error;	       /* enum verdict, -1 none */
};

struct status_key {
	const struct key *key;
	int state;	     /* enum state */
	double balance;	     /* NaN unknown */
	int64_t limit, left; /* of the account, -1 */
	int64_t usage;
};

struct status {
	const struct conf *conf;
	int64_t now, day;
	struct status_model *models;
	size_t nmodels;
	struct status_key *keys;
	size_t nkeys;
	int64_t usage, failures;
	int64_t prompt_tokens, completion_tokens; /* -1 unknown */
	const int64_t *verdicts; /* of all calls, as fold_verdicts(); or NULL */
	int64_t limit, left;	 /* of all keys, -1 */
	double credits;		 /* of all keys, NaN */
	int available;		 /* something is */
};

struct status_in {
	const struct conf *conf;
	const struct keys *keys; /* only those that are to be shown */
	const struct fold *fold;
	int64_t now;	     /* ms */
	char *const *models; /* show only these, if any */
	size_t nmodels;
	const char *const
	    *ids; /* count only keys of these ledger ids, if any */
	size_t nids;
};

/* NULL with ENOMEM. conf, keys and fold are borrowed. */
struct status *status_new(const struct status_in *in);
void status_free(struct status *s);

#endif
