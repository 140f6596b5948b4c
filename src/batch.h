/*
 * A file of many requests, N under way at once, one result line each. What
 * has its result already is not done again.
 */
#ifndef BATCH_H
#define BATCH_H

#include <stddef.h>
#include <stdint.h>

struct batch;
struct chat;
struct fault;
struct loop;

struct batch_opts {
	struct loop *loop;
	struct chat *chat;
	const char *in;	     /* a file, or "-": stdin */
	const char *out;     /* a file, or NULL: stdout */
	int parallel;	     /* under way at once, 0: what keys bear */
	int rounds;	     /* for a line whose failure may pass */
	int wait;	     /* out of quota: wait for more */
	char *const *models; /* in place of those in the lines */
	size_t nmodels;
	int route;	 /* as in chat_ask */
	int64_t timeout; /* ms for one line, 0: none */
	/* Something changed; for a progress bar. May be NULL. */
	void (*progress)(void *arg, const struct batch *b);
	/* A line of words for people. */
	void (*say)(void *arg, const char *line);
	/* All that could be done is done: see batch_status(). */
	void (*done)(void *arg);
	void *arg;
};

/* What has been done so far. */
struct batch_count {
	int64_t total;	   /* lines in the file, -1 not known */
	int64_t skipped;   /* that had a result already */
	int64_t good, bad; /* answered, failed for good */
	int64_t later;	   /* failed, may pass; or not begun */
	int waiting;	   /* lines are, until there is some */
};

/*
 * Opens the files and begins: an output file of an earlier run is locked and
 * rewritten without a torn end and without the errors that may pass. NULL
 * with *f: EX_NOINPUT, EX_CANTCREAT, EX_TEMPFAIL (another run has it).
 */
struct batch *batch_start(const struct batch_opts *o, struct fault *f);

/* Takes no new lines; what is under way is finished. */
void batch_stop(struct batch *b);
void batch_free(struct batch *b);

/* Fills *c. */
void batch_counts(const struct batch *b, struct batch_count *c);

/*
 * How it went: 0 with all answered, 1 if lines failed for good, -1 with *f
 * if a rerun is wanted (EX_TEMPFAIL), writing failed (EX_IOERR, errno says
 * why), or nothing was answered for a reason that does not pass (EX_NOPERM,
 * EX_CONFIG, ...).
 */
int batch_status(const struct batch *b, struct fault *f);

#endif
