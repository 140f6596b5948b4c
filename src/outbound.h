/*
 * What goes upstream for a request: the request itself or, to an upstream
 * that lacks its API, the chat request that it amounts to. Pure.
 */
#ifndef OUTBOUND_H
#define OUTBOUND_H

#include <stddef.h>

#include "buf.h"

struct api;
struct fault;

struct outbound {
	const struct api *api;
	const char *text; /* the client's request; borrowed */
	size_t n;
	int translated;	 /* what was made last is a chat request */
	struct buf chat; /* the request translated, once it had to be */
	struct buf body; /* what was made last */
};

/* For the request text[0..n), which is borrowed. */
void outbound_init(struct outbound *o, const struct api *a, const char *text,
    size_t n);
void outbound_free(struct outbound *o);

/*
 * Makes body: for this model, with these repairs, translated or not. 0, or
 * -1 with *f: EX_DATAERR (it cannot be translated), EX_OSERR.
 */
int outbound_make(struct outbound *o, int translated, const char *model,
    int repairs, struct fault *f);

/* Where body goes, behind base_url. */
const char *outbound_path(const struct outbound *o);

/* Is body a chat request, which can be repaired? */
int outbound_chat(const struct outbound *o);

#endif
