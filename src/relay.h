/*
 * One reply on its way to the caller: held back until it is an answer, judged
 * when it is none. The bytes come in as they arrive; what may be passed on,
 * and what it all meant, comes out. Pure.
 */
#ifndef RELAY_H
#define RELAY_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct answer;
struct classified;
struct sse;

enum {
	RELAY_EVENT_MAX = 1024 * 1024,	   /* one event */
	RELAY_BODY_MAX = 32 * 1024 * 1024, /* one whole answer */
	RELAY_ERROR_MAX = 64 * 1024	   /* what is read of a refusal */
};

enum relay_want {
	RELAY_PLAIN,   /* a plain answer */
	RELAY_STREAM,  /* a stream */
	RELAY_LAZY,    /* either; reasoning alone is no answer yet */
	RELAY_ASSEMBLE /* either; a stream is made a plain answer */
};

struct relay {
	enum relay_want want;
	int status;
	char type[64];	 /* Content-Type, or "" */
	int encoded;	 /* as nobody asked for */
	int left;	 /* set by the caller: a header says 0 left */
	int streaming;	 /* it is a stream indeed */
	int committed;	 /* may be passed on */
	int broken;	 /* an error event in mid-stream */
	int ended;	 /* by that, or by its mark of the end */
	int64_t events;	 /* of a stream, so far */
	struct buf hold; /* not passed on yet, of it */
	size_t ready;	 /* bytes that may be: whole events */
	struct sse *sse;
	struct answer *answer;
	struct classified *c; /* set by RELAY_BAD, relay_end() */
};

/*
 * event and answer are the most bytes of one event and of a whole answer, 0:
 * RELAY_EVENT_MAX, RELAY_BODY_MAX. 0, or -1 with ENOMEM; relay_free() either
 * way.
 */
int relay_init(struct relay *r, enum relay_want want, size_t event,
    size_t answer);
void relay_free(struct relay *r);

/*
 * The head is in; type and coding (Content-Encoding) may be NULL. Any 2xx may
 * be an answer.
 */
void relay_head(struct relay *r, int status, const char *type,
    const char *coding);

enum relay_res {
	RELAY_HOLD, /* taken; nothing to pass on yet */
	RELAY_PASS, /* r->committed: pass on what is ready */
	RELAY_DONE, /* as either; the stream is at its end, see relay_end() */
	RELAY_BAD   /* nothing more will come of it: see r->c */
};

/*
 * Takes n bytes of the body. If r->committed, the first r->ready bytes of
 * r->hold, perhaps none, may be passed on: of a stream only whole events, so
 * that what goes wrong later can still be said between two of them; what
 * follows its end is dropped. How a stream is cut into calls changes nothing.
 */
enum relay_res relay_data(struct relay *r, const char *p, size_t n);

/* The first n bytes of r->hold were passed on. */
void relay_passed(struct relay *r, size_t n);

/*
 * The transfer ended, as t (enum transport) says. Judges it into r->c; with
 * V_OK, or V_REASONED, and not committed before, r->committed is set. What is
 * left in r->hold is then ready; of a stream that broke off, what follows its
 * last whole event is not.
 */
void relay_end(struct relay *r, int t);

#endif
