/*
 * HTTP to the outside: libcurl's multi interface on our loop. TLS is always
 * verified, redirects are not followed, HTTP/1.1 only (a paused HTTP/2 stream
 * buffers without bound in curl 7.88), bodies uncompressed.
 */
#ifndef UPSTREAM_H
#define UPSTREAM_H

#include <stddef.h>
#include <stdint.h>

struct limits;
struct loop;
struct upstream;
struct upstream_call;

/* NULL with errno. Calls still under way are aborted by upstream_free(). */
struct upstream *upstream_new(struct loop *l);
void upstream_free(struct upstream *u);

struct upstream_req {
	const char *method; /* "GET" or "POST" */
	const char *url;
	const char *bearer;	    /* the key, or NULL; copied */
	const char *const *headers; /* "Name: value", NULL-ended, or NULL */
	const char *body;	    /* POST; borrowed until done or abort */
	size_t len;
	int connect, first_byte, idle, total; /* ms, 0: none */
};

struct upstream_end {
	int transport;	 /* enum transport */
	const char *why; /* for people, never NULL */
	int status;	 /* HTTP, 0: none came */
	int sent;	 /* some of the request was */
};

struct upstream_cb {
	/* Once, when status and headers are in. */
	void (*head)(void *arg, struct upstream_call *c, int status);
	/* Body bytes. 0: taken; 1: none taken, pause until upstream_resume() */
	int (*data)(void *arg, const char *p, size_t n);
	/* Once, last; the call is gone afterwards. Not after an abort. */
	void (*done)(void *arg, const struct upstream_end *e);
};

/*
 * Starts a call. Callbacks come from the loop, never from inside this
 * function. NULL with errno.
 */
struct upstream_call *upstream_start(struct upstream *u,
    const struct upstream_req *r, const struct upstream_cb *cb, void *arg);

/* From head on: a header's last value, any case, or NULL. Borrowed. */
const char *upstream_header(struct upstream_call *c, const char *name);

/* The four modelscope-ratelimit-* headers; -1 for those not sent. */
void upstream_limits(struct upstream_call *c, struct limits *l);

/* Lets a paused call go on. Not from inside its own data callback. */
void upstream_resume(struct upstream_call *c);

/* Ends a call at once, closing its connection; no callback follows. */
void upstream_abort(struct upstream_call *c);

#endif
