/*
 * What an earlier request began at one key, and only that key may see: a
 * GET that is tried with one key after another. It costs nothing and is no
 * call: nobody rests for it, and the ledger does not know of it.
 */
#ifndef FETCH_H
#define FETCH_H

#include <stddef.h>

struct chat;
struct chat_sink;
struct fault;
struct fetch;

struct fetch_ask {
	const char *id;		    /* of the request, copied */
	const char *path;	    /* behind base_url, copied */
	const char *const *headers; /* as of struct try_in; borrowed */
	size_t *first;		    /* the key to begin with: the last
				       that had an answer; borrowed */
};

/*
 * Starts one with the keys and connections of c. Callbacks come from the loop
 * only, as those of a chat_job. NULL with *f, EX_OSERR.
 */
struct fetch *fetch_start(struct chat *c, const struct fetch_ask *a,
    const struct chat_sink *s, void *arg, struct fault *f);

/* The sink has room again. */
void fetch_resume(struct fetch *t);

/* Ends it at once; nothing is called. Not from inside the sink. */
void fetch_cancel(struct fetch *t);

#endif
