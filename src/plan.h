/*
 * The plan for each tier: which models are tried in which order, by what the
 * ledger says now, kept for a moment so that many requests share it; and a
 * request rewritten by it.
 */
#ifndef PLAN_H
#define PLAN_H

#include <stddef.h>

#include "buf.h"

struct conf;
struct decision;
struct fault;
struct keys;
struct ledger;
struct lineup;
struct planner;
struct policy;
struct splice;

struct planner_opts { /* all borrowed */
	const struct conf *conf;
	const struct keys *keys;
	struct ledger *ledger;
	char *const *names; /* of -m, or none */
	size_t nnames;
	struct policy *policy; /* or NULL */
	void (*warn)(const char *line);
};

/* NULL with ENOMEM. */
struct planner *planner_new(const struct planner_opts *o);
void planner_free(struct planner *p);

/*
 * The line-up for decision d about a request (JSON, for the policy). Sets
 * d->actual_tier. Borrowed until the next call; NULL with *f: EX_UNAVAILABLE
 * (no such model), EX_CONFIG (no model), EX_OSERR.
 */
const struct lineup *planner_lineup(struct planner *p, struct decision *d,
    const char *request, size_t n, struct fault *f);

/* Why the line-up that planner_lineup() gave last tries nothing. */
void planner_refuse(const struct planner *p, struct fault *f);

/*
 * Appends text, of which request is the request (all of it, or a Batch
 * line's body), with model, models and routing as the line-up and d have it.
 * 0, or -1 with errno.
 */
int planner_edit(struct planner *p, const struct decision *d,
    const struct splice *text, const struct splice *request, struct buf *out);

#endif
