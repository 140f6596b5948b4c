/*
 * ms-chat as a worker: requests from a Unix listener, answers back over the
 * same connection:
 *
 *   asker:    one line of JSON, {"op":"chat","shape":"openai","id":...,
 *             "token":...}, with "task" and "headers" where the op (see
 *             api.h) has them; then the body as records: a decimal length,
 *             LF, that many bytes; length 0 ends it. The asker keeps its
 *             side open: if it closes, the request is cancelled.
 *   answerer: one line of JSON, {"status":200,"type":...,"headers":{...}},
 *             then records, length 0 at the end. End of file before that is
 *             a broken answer.
 *
 * One request a connection, unless its head says "keep":true: then the asker
 * may send the next one when the answer has ended. An answerer that wishes to
 * stop says so with an empty line between two answers, and waits for the
 * asker to close; a request that crossed this line is answered behind it.
 */
#ifndef LISTEN_H
#define LISTEN_H

#include <stdint.h>

struct chat;
struct fault;
struct listen;
struct loop;

enum {
	LISTEN_FD = 3
}; /* as systemd passes the first one */

/*
 * Serves the listening socket fd with chat until listen_drain(); both are
 * borrowed. done is called from the loop when all is answered after that.
 * NULL with *f: EX_USAGE (fd is no listening Unix socket), EX_OSERR.
 */
struct listen *listen_new(struct loop *l, struct chat *c, int fd,
    void (*done)(void *arg), void *arg, struct fault *f);

/*
 * Stops accepting; what is under way may take ms milliseconds more. A
 * second call changes nothing.
 */
void listen_drain(struct listen *l, int64_t ms);

/* Cuts what is under way. */
void listen_free(struct listen *l);

#endif
