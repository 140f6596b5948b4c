/*
 * The line that a request to a worker begins with: {"op","shape","id",
 * "token","task","headers":{...},"keep"}. Pure.
 */
#ifndef HEADLINE_H
#define HEADLINE_H

#include <stddef.h>

#include "buf.h"

struct api;

enum {
	HEADLINE_HEADERS = 4
};

struct headline {
	const struct api *api;
	const char *shape, *id, *token; /* or NULL */
	const char *task;		/* the id of one, fit for a path; or
					   NULL */
	int keep;			/* the connection, for the next
					   request */
	struct buf text;		/* what those point into */
	char *headers[HEADLINE_HEADERS + 1]; /* "Name: value", NULL-ended:
						those that the API lets along */
};

/* Reads n bytes. 0, or -1: no such line; headline_free() either way. */
int headline_read(struct headline *h, const char *s, size_t n);
void headline_free(struct headline *h);

#endif
