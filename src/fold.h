/*
 * What follows from the ledger's lines: one pure function takes them in one
 * by one, and everything that is ever said of use, limits, balances and rests
 * is read off the result. attempt.h has the lines, and snapshot.h the result
 * as text.
 */
#ifndef FOLD_H
#define FOLD_H

#include <stddef.h>
#include <stdint.h>

struct fold;

/* The four headers of the old regime; -1 where one was not sent. */
struct limits {
	int64_t limit, left;		 /* of the account */
	int64_t model_limit, model_left; /* of this model */
};

/*
 * One line of the ledger (see attempt.h). NULL strings, -1 counts, NaN
 * balances, 0 status, score, tier and rest are "not known" and not written.
 */
struct attempt {
	int64_t ts;	   /* when it ended, ms since 1970 */
	const char *id;	   /* of the request */
	int attempt;	   /* 1, 2, ... within the request */
	const char *token; /* name of the gateway token */
	const char *key;   /* its ledger id, NULL: keyless */
	const char *upstream;
	const char *model;
	/* chat, embeddings, probe, balance, score, record, clear, import... */
	const char *op;
	int status;   /* HTTP, 0: none */
	int verdict;  /* enum verdict, -1 */
	int stream;   /* -1 unknown */
	int64_t ttft; /* ms to the first content, -1 */
	int64_t ms;   /* ms in all, -1 */
	int64_t prompt_tokens, completion_tokens;
	struct limits limits;
	double balance, balance_total, balance_frozen;
	int score, tier;
	int64_t calls;	    /* 0 and 1: one; more: imported sum */
	int rest;	    /* enum scope: who rests */
	int64_t rest_until; /* 0: nobody */
};

/* p50 and the like, from log buckets of at most 5 % width. */
enum {
	FOLD_BUCKETS = 256
};

/* What is known of an upstream, a key, a model, a pair, a token, or all. */
struct fold_ent {
	char *upstream, *key, *model, *token; /* "" : any */
	/* of the day: */
	int64_t calls, failures; /* not balance, score, clear */
	int64_t requests;	 /* calls that were a first attempt */
	/* as far as answers told them: */
	int64_t prompt_tokens, completion_tokens;
	struct limits limits; /* last known, -1 unknown */
	uint32_t *latency;    /* FOLD_BUCKETS counts, or NULL */
	/* as long as they hold: */
	double balance, balance_total, balance_frozen; /* keys; NaN */
	int64_t balance_ts; /* when last asked for, even in
			       vain; 0 never */
	int64_t rest_until; /* 0 none; may have passed */
	int64_t rest_since;
	int rest_verdict; /* why, -1 none */
	int strikes;	  /* equal refusals in a row */
	int last_verdict; /* of the last attempt, -1 none */
	int last_status;
	int64_t last_ts;
	int last_error; /* last verdict not V_OK, -1 */
	int64_t last_error_ts;
};

/*
 * An empty fold for a day (see day.h); off is the day offset, for rests that
 * end with the day. NULL with errno.
 */
struct fold *fold_new(int64_t day, int off);
void fold_free(struct fold *f);

/* What it is of, as given to fold_new() or fold_turn(). */
int64_t fold_day(const struct fold *f);

/*
 * Goes on to a later day: what is of the day is emptied, what holds beyond
 * it stays: rests not over, and what was heard of keys and their balances in
 * the last 31 days. now in ms.
 */
void fold_turn(struct fold *f, int64_t day, int64_t now);

/* Takes in one line, of 1970 or later. 0, or -1 with ENOMEM. */
int fold_attempt(struct fold *f, const struct attempt *a);

/* Counts a line that cannot be taken in. */
void fold_skip(struct fold *f);

/* How many were taken in, and skipped, today. */
int64_t fold_lines(const struct fold *f);
int64_t fold_skipped(const struct fold *f);

/* Today's calls by how they ended: V_MAX numbers, by enum verdict. */
const int64_t *fold_verdicts(const struct fold *f);

/*
 * Looks up. NULL for "any": (u,NULL,NULL) an upstream, (u,k,NULL) a key at
 * it, (u,NULL,m) a model, (u,k,m) a pair, all NULL everything. Model ids
 * compare without regard to case. NULL if no line named it.
 */
const struct fold_ent *fold_get(const struct fold *f, const char *upstream,
    const char *key, const char *model);
const struct fold_ent *fold_token(const struct fold *f, const char *token);

/* Walks over all entries in no order: *i from 0; NULL at the end. */
const struct fold_ent *fold_each(const struct fold *f, size_t *i);

/* Adds n, if it is known, to a sum, which stays at the ceiling. */
void fold_add(int64_t *sum, int64_t n);

/*
 * A sum of tokens over so many calls and failures, or -1 if calls passed and
 * none of them said how many.
 */
int64_t fold_tokens(int64_t sum, int64_t calls, int64_t failures);

/* Is a key (NULL: one of which nothing is known) out of credits, for now? */
int fold_broke(const struct fold_ent *e, int64_t now);

/* The latency that share q (0.5, 0.95) stayed under, ms; -1 unknown. */
int64_t fold_latency(const struct fold_ent *e, double q);

/*
 * For snapshot.c: the entry of these names (NULL or "": any), made if it is
 * not there (NULL with ENOMEM); the two counts; and calls that ended so.
 */
struct fold_ent *fold_enter(struct fold *f, const char *upstream,
    const char *key, const char *model, const char *token);
void fold_counted(struct fold *f, int64_t lines, int64_t skipped);
void fold_ended(struct fold *f, int verdict, int64_t calls);

#endif
