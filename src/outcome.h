/*
 * What a request has come to so far, in the words that stand if nothing
 * better comes of it. Pure.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include "buf.h"

struct chat_result;
struct keys;
struct try_out;

enum {
	OUTCOME_MESSAGE = 768,
	OUTCOME_HINT = 256
};

struct outcome {
	struct chat_result *r; /* borrowed; what points into here is set */
	char message[OUTCOME_MESSAGE], hint[OUTCOME_HINT];
	struct buf reply;
};

/* Nothing is known yet: *r is set to say so. */
void outcome_init(struct outcome *o, struct chat_result *r);
void outcome_free(struct outcome *o);

/* Verdict, exit status and words; there is no reply to pass on. */
void outcome_set(struct outcome *o, int verdict, int exit, const char *message,
    const char *hint);

/*
 * How an attempt ended, in words that no key is in, with its reply, which may
 * quote one of keys. One that may pass stands, though a later one will not,
 * unless that is the caller's to mend.
 */
void outcome_refused(struct outcome *o, const struct try_out *t,
    const struct keys *keys, const char *words);

#endif
