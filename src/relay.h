/*
 * One reply on its way to the caller: held back until it is an answer, judged
 * when it is none. The bytes come in as they arrive; what may be passed on,
 * and what it all meant, comes out. Pure.
 */
#ifndef RELAY_H
#define RELAY_H

#include <stddef.h>

#include "answer.h"
#include "buf.h"
#include "classify.h"
#include "sse.h"

enum {
	RELAY_EVENT_MAX = 1024 * 1024,		/* one event */
	RELAY_BODY_MAX = 32 * 1024 * 1024,	/* one whole answer */
	RELAY_ERROR_MAX = 64 * 1024		/* what is read of a refusal */
};

enum relay_want {
	RELAY_PLAIN,		/* a plain answer */
	RELAY_STREAM,		/* a stream */
	RELAY_LAZY,		/* a stream; reasoning alone is no answer yet */
	RELAY_ASSEMBLE		/* a stream, made into a plain answer */
};

struct relay {
	enum relay_want		 want;
	int			 status;
	char			*type;		/* Content-Type, or NULL */
	int			 streaming;	/* it is a stream indeed */
	int			 committed;	/* may be passed on */
	int			 broken;	/* an error event in mid-stream */
	struct buf		 hold;		/* not passed on yet */
	struct sse		 sse;
	struct answer		 answer;
	struct classified	 c;		/* set by RELAY_BAD, relay_end() */
};

void	relay_init(struct relay *r, enum relay_want want);
void	relay_free(struct relay *r);

/* The head is in; type may be NULL. 0, or -1 with ENOMEM. */
int	relay_head(struct relay *r, int status, const char *type);

enum relay_res {
	RELAY_HOLD,		/* taken; nothing to pass on yet */
	RELAY_PASS,		/* r->committed; pass r->hold on, if not empty */
	RELAY_BAD		/* no answer will come of it: see r->c */
};

/*
 * Takes n bytes of the body. Before the commit they join r->hold; with the
 * commit and after it, RELAY_PASS: r->hold has all that was held back,
 * these bytes included, at the commit; after it these bytes are only looked at
 * and the caller's to pass on.
 */
enum relay_res	relay_data(struct relay *r, const char *p, size_t n);

/*
 * The transfer ended. Judges it into r->c; with V_OK, or V_REASONED, and not
 * committed before, r->hold is the body to pass on and r->committed is set.
 */
void	relay_end(struct relay *r, enum transport t);

#endif
