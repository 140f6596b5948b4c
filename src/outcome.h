/*
 * What a request has come to so far, in the words that stand if nothing
 * better comes of it. Pure.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct keys;
struct pick;
struct pick_in;
struct try_out;

enum {
	OUTCOME_MESSAGE = 768,
	OUTCOME_HINT = 256
};

struct outcome {
	int verdict;	     /* enum verdict */
	int exit;	     /* EX_ code; 0: nothing went wrong */
	int dry;	     /* no candidate may be tried today */
	int status;	     /* upstream's HTTP status, 0 */
	int64_t retry_after; /* seconds, -1 */
	char message[OUTCOME_MESSAGE], hint[OUTCOME_HINT];
	struct buf reply; /* upstream's own refusal, empty: none */
};

/* Nothing is known yet. */
void outcome_init(struct outcome *o);
void outcome_free(struct outcome *o);

/*
 * Verdict, exit status and words; there is no status and no reply. What only
 * we lack (EX_OSERR) is nobody's fault for good, hence V_BAD_REPLY.
 */
void outcome_set(struct outcome *o, int verdict, int exit, const char *message,
    const char *hint);

/*
 * No candidate of v[0..n), that pick() gave for in, is left after so many
 * attempts: why, if there was none, else the last one's word stands.
 */
void outcome_none(struct outcome *o, const struct pick_in *in,
    const struct pick *v, size_t n, int attempts);

/*
 * How an attempt ended: of a refusal in words that no key is in, with its
 * reply, which may quote one of keys. A refusal that may pass stands, though
 * a later one will not, unless that is the caller's to mend.
 */
void outcome_tried(struct outcome *o, const struct try_out *t,
    const struct keys *keys, const char *words);

#endif
