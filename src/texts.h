/*
 * JSON texts one after the other from a descriptor: a line each, or spread
 * over lines, of any number, in bounded memory.
 */
#ifndef TEXTS_H
#define TEXTS_H

#include <stddef.h>

#include "buf.h"

struct fault;
struct splice;

struct texts {
	int fd;		  /* borrowed */
	const char *name; /* for messages: "stdin" */
	struct buf in;
	size_t chunk; /* read at once, at least; may be set before the first */
	size_t used;  /* bytes of it that are done with */
	int eof, begun;
	/* a text that is longer than what is read at once: */
	size_t seen; /* its brackets are counted up to here */
	size_t look; /* bytes of it at which it is looked at all the same */
	int depth, quoted, escaped;
	int skip;    /* enum texts_skip */
	long line;   /* of the text that was given last */
	long passed; /* line breaks in what is done with */
};

/* A text may have at most max bytes. name is borrowed. */
void texts_init(struct texts *t, int fd, const char *name, size_t max);
void texts_free(struct texts *t);

/*
 * The next text, valid until the next call: 1; 0 at the end; -1 with *f:
 * EX_DATAERR, naming the line, EX_IOERR. If more has to be read for it,
 * before is called first: the place to flush what was answered.
 * After EX_DATAERR the next call goes on behind what is wrong: with the next
 * line, or where it was spread over lines with the next that begins with "{".
 */
int texts_next(struct texts *t, struct splice *v,
    int (*before)(void *arg, struct fault *f), void *arg, struct fault *f);

#endif
