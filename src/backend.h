/*
 * One request to a worker or to the supervisor, over a Unix socket: the head
 * line and the body go there, a head line and records come back. Cancelled by
 * closing; held back by not reading.
 */
#ifndef BACKEND_H
#define BACKEND_H

#include <stddef.h>

struct backend;
struct buf;
struct kept;
struct loop;

enum backend_fault {
	BACKEND_NONE, /* nobody there, or no descriptors */
	BACKEND_CUT   /* broke off, or is not the protocol */
};

struct backend_ops {
	/* The head line, without LF. -1: it makes no sense. */
	int (*head)(void *arg, const char *line, size_t n);
	/* Bytes of the body; the last ones of it if last is set. */
	void (*data)(void *arg, const char *p, size_t n, int last);
	/* It ended before its end. Not after backend_free(). */
	void (*fail)(void *arg, enum backend_fault why);
};

struct backend_ask {
	const char *path;	/* of the socket */
	struct kept *kept;	/* given up where descriptors are short */
	int keep;		/* of those, and one when it is over */
	const struct buf *head; /* a line of JSON without its LF; copied */
	struct buf *body;	/* taken */
	size_t *held;		/* made less when the body is freed */
};

/*
 * Asks. Callbacks come from the loop only. After the last data or fail, it is
 * still there to be freed. NULL with errno ENOMEM; the body is then still the
 * caller's.
 */
struct backend *backend_new(struct loop *l, const struct backend_ask *a,
    const struct backend_ops *ops, void *arg);

/* Reads on, or not. */
void backend_hold(struct backend *b, int hold);

/* Closes it, at any time, also from inside its callbacks. NULL is fine. */
void backend_free(struct backend *b);

#endif
