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

/*
 * Asks at the socket called path: head is a line of JSON without its LF and
 * is copied, body is taken, with *held made less when it is freed. Callbacks
 * come from the loop only. After the last data or fail, it is still there to
 * be freed. NULL with errno ENOMEM; body is then still the caller's.
 */
struct backend *backend_new(struct loop *l, const char *path,
    const struct buf *head, struct buf *body, size_t *held,
    const struct backend_ops *ops, void *arg);

/* Reads on, or not. */
void backend_hold(struct backend *b, int hold);

/* Closes it, at any time, also from inside its callbacks. NULL is fine. */
void backend_free(struct backend *b);

#endif
