/*
 * A client's connection: reads requests, has them answered by whom it does
 * not know, writes the answers, keeps the time. One request is under way at a
 * time; those pipelined behind it wait in the kernel.
 */
#ifndef CONN_H
#define CONN_H

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct bounds;
struct conn;
struct http_req;
struct loop;
struct loop_timer;

TAILQ_HEAD(conn_list, conn);

struct conn_ops {
	/*
	 * A head is in; r is valid during the call only. 0: read the body;
	 * 1: it has been answered.
	 */
	int (*head)(struct conn *c, const struct http_req *r);
	/* The body is in conn_body(). */
	void (*request)(struct conn *c);
	/*
	 * The request cannot go on: answer with this status and reason. After
	 * head, unless the head itself is what is wrong.
	 */
	void (*refuse)(struct conn *c, int status, const char *why);
	/* What was sent has been taken by the client: send more. */
	void (*room)(struct conn *c);
	/* The client left, or the answer takes too long: stop making it. */
	void (*cancel)(struct conn *c);
	/* An answer is over, well or not. See conn_report(). */
	void (*done)(struct conn *c);
};

/* What all connections share. */
struct conn_pool {
	struct loop *loop;
	const struct bounds *bounds;
	const struct conn_ops *ops;
	void *arg;	       /* the caller's */
	struct conn_list idle; /* the longest idle first */
	struct conn_list busy;
	struct conn_list dead;
	size_t n;	      /* idle and busy */
	size_t held;	      /* bytes of bodies */
	int draining;	      /* no request after this one */
	struct http_req *req; /* the head being looked at */
	struct buf head;      /* the one being made */
};

/* 0, or -1 with errno. */
int conn_pool_init(struct conn_pool *p, struct loop *l, const struct bounds *b,
    const struct conn_ops *ops);

/* Frees what died; not from inside a callback. */
void conn_pool_reap(struct conn_pool *p);

/*
 * Lets those go that were kept after an answer, those that said nothing yet
 * soon, and every other when it has answered; not from inside a callback of
 * ours.
 */
void conn_pool_drain(struct conn_pool *p);

/*
 * Serves fd (taken), from peer (copied). arg, if not NULL, is the caller's
 * and freed with free() in the end. NULL with errno: fd is still the
 * caller's.
 */
struct conn *conn_new(struct conn_pool *p, int fd, const char *peer, void *arg);
void *conn_arg(const struct conn *c);
struct conn_pool *conn_pool_of(const struct conn *c);
const char *conn_peer(const struct conn *c);

/* Refuses it before it said anything, with the op of that name. */
void conn_turn_away(struct conn *c, int status, const char *why);

/* Closes the one that has been idle longest. 0, or -1: none is. */
int conn_pool_evict(struct conn_pool *p);

/* The body of the request, the callee's to take; counted in pool->held. */
struct buf *conn_body(struct conn *c);

/* Puts b (taken) in the place of the body. */
void conn_edited(struct conn *c, struct buf *b);

/* Is the answer's head not begun yet? */
int conn_fresh(const struct conn *c);

/*
 * Begins an answer: gives the buffer that holds its status line and date,
 * to be added to with http_add(). It must be sent before returning to the
 * loop.
 */
struct buf *conn_begin(struct conn *c, int status);

/*
 * Ends the head: the body will be length bytes, or -1: nobody knows. Nothing
 * is sent before conn_send().
 */
void conn_start(struct conn *c, int64_t length);

/* Sends bytes of the body, the last ones of it if last is set. */
void conn_send(struct conn *c, const char *p, size_t n, int last);

/* Is there something the client has not taken yet? Then wait for room. */
int conn_full(const struct conn *c);

/* Cuts the connection: the answer cannot be ended as it should. */
void conn_abort(struct conn *c);

/* After this answer the connection ends. Before conn_start(). */
void conn_last(struct conn *c);

struct conn_report {
	int status;    /* 0: none was sent */
	int whole;     /* the answer was sent to its end */
	int64_t bytes; /* of its body */
	int64_t begun; /* monotonic ms: its first byte came */
	int64_t first; /* the first byte of the answer, or 0 */
};

/* Of the present request. */
void conn_report(const struct conn *c, struct conn_report *r);

#endif
