/*
 * What the front is told over its control socket: the limits, who may call,
 * the models. The supervisor writes it, the front reads it, keys are never in
 * it.
 */
#ifndef SITE_H
#define SITE_H

#include <stddef.h>
#include <stdint.h>

struct bounds;
struct buf;
struct tokens;

enum site_log {
	SITE_JSON,
	SITE_TEXT,
	SITE_NONE
};

struct site {
	struct bounds *bounds; /* borrowed, but of site_read() */
	int listeners;	       /* descriptors from SITE_FDS on */
	char *chat, *tool;     /* paths of the sockets */
	char *www;	       /* folder of files to serve, or "" */
	enum site_log log;
	int64_t started; /* monotonic ms, of the supervisor */
	int auth;	 /* tokens are wanted */
	struct tokens *tokens;
	char **hosts, **cors, **proxies;
	size_t nhosts, ncors, nproxies;
	int day_offset; /* seconds */
	int restarts;	/* of workers */
	char *models;	/* the body of GET /v1/models */
	char *native;	/* and of GET /models */
};

/* In the front: the control socket, and the first listener. */
enum {
	SITE_CONTROL = 3,
	SITE_FDS = 4
};

/* Appends it as one JSON text. 0, or -1 with errno. */
int site_write(struct site *s, struct buf *out);

/* Reads it back. NULL with errno (EINVAL: it is not that). */
struct site *site_read(const char *text, size_t n);
void site_free(struct site *s);

/* Frees what a site that was not allocated holds, and zeroes it. */
void site_clear(struct site *s);

/* Moves what setup_load() fills in from one site to another. */
void site_take(struct site *s, struct site *from);

#endif
