/*
 * Errors of the gateway's own in the shape of each family of endpoints. Pure.
 */
#ifndef ERRBODY_H
#define ERRBODY_H

struct buf;

struct errbody {
	int status;
	const char *code; /* NULL: by the status */
	const char *message;
	const char *hint; /* NULL: none */
	const char *id;	  /* of the request, or NULL */
};

/*
 * Appends the body of an error, in the way of an enum endpoint_family. 0, or
 * -1 with errno.
 */
int errbody_write(struct buf *out, int family, const struct errbody *e);

#endif
