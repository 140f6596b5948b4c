/*
 * What was used day by day, read off the ledger one day at a time, so that
 * any number of days takes the memory of one.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct keys;
struct ledger;

enum history_by {
	HISTORY_ALL,
	HISTORY_MODEL,
	HISTORY_KEY,
	HISTORY_TOKEN,
	HISTORY_MAX
};

struct history_row {
	int64_t day;
	const char *name; /* of the group; NULL: of all */
	int64_t calls, failures;
	int64_t prompt_tokens, completion_tokens; /* -1 unknown */
	int64_t p50, p95;			  /* ms, -1 unknown */
};

struct history {
	struct ledger *ledger;
	const struct keys *keys; /* for their names */
	enum history_by by;
	char *const *models; /* count only these, if any */
	size_t nmodels;
	const char *const
	    *ids; /* count only keys of these ledger ids, if any */
	size_t nids;
	int64_t skipped; /* set: lines not understood */
};

/* The grouping of this name ("model", "key", "token"), or HISTORY_MAX. */
enum history_by history_named(const char *name);

/*
 * Calls fn with the rows of the days from first to last, the ledger's
 * present day; without groups a day has one row, used or not. 0, or -1 with
 * *f: EX_IOERR, EX_OSERR; or what fn returned, if not 0.
 */
int history_run(struct history *h, int64_t first, int64_t last,
    int (*fn)(void *arg, const struct history_row *row), void *arg,
    struct fault *f);

#endif
