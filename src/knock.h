/*
 * One minimal chat request: does this model answer with this key, and what
 * do the quota headers say? It costs a call.
 */
#ifndef KNOCK_H
#define KNOCK_H

#include <stdint.h>

struct conf_upstream;
struct knock_call;
struct limits;
struct upstream;

struct knock {
	int verdict; /* enum verdict */
	int status;  /* HTTP, 0: none */
	int64_t ms;
	int64_t retry_after; /* seconds, -1 */
	const struct limits *limits;
	const char *message; /* upstream's words or why, or "" */
};

struct knock_req {
	const struct conf_upstream *u;
	const char *model;
	const char *secret; /* the key, NULL: none */
	int timeout;	    /* ms */
};

/*
 * Asks. done is called once, from the loop, with the call gone; what k points
 * to is gone after it. NULL with errno.
 */
struct knock_call *knock_ask(struct upstream *up, const struct knock_req *q,
    void (*done)(void *arg, const struct knock *k), void *arg);

/* Ends it; done is not called. */
void knock_cancel(struct knock_call *c);

#endif
