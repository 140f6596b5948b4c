/*
 * Lines of a batch: what is asked, and what came of it. OpenAI's Batch file
 * format; also a bare request, and {prompt}. Pure.
 */
#ifndef BATCHLINE_H
#define BATCHLINE_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct api;
struct fault;

enum {
	BATCHLINE_ID_MAX = 512
}; /* bytes of a custom_id */

struct batchline {
	char id[BATCHLINE_ID_MAX + 1]; /* custom_id, or the line's number */
	const struct api *api;
	struct buf body; /* the request to send */
	int limited;	 /* max_tokens in it is our default */
};

/*
 * Reads line number (from 1) of n bytes. 0; -1 with *f, EX_DATAERR, in words
 * that name the member, the id being set as far as it is known. body is to be
 * freed by batchline_free() either way.
 */
int batchline_read(struct batchline *b, const char *line, size_t n,
    int64_t number, struct fault *f);
void batchline_free(struct batchline *b);

/* What came of a line; NULL, 0: not known. */
struct batchline_result {
	const char *id;	     /* of the line */
	const char *request; /* our id of the request */
	int status;	     /* HTTP, 0: there was no reply */
	const char *body;    /* JSON; NULL: none */
	size_t nbody;
	const char *code; /* of the error, NULL: none */
	const char *message;
};

/* Appends the result as one line with its LF. 0, or -1 with errno. */
int batchline_write(const struct batchline_result *r, struct buf *out);

/*
 * Is a failure of this verdict (enum verdict) there to stay, however often the
 * line is sent?
 */
int batchline_stays(int verdict);

enum batchline_state {
	BATCHLINE_GOOD, /* answered */
	BATCHLINE_BAD,	/* failed for good */
	BATCHLINE_REDO, /* an error that may pass */
	BATCHLINE_NONE	/* no result line: torn, or something else */
};

/*
 * What a line of n bytes says as a result; its custom_id is appended to id.
 */
enum batchline_state batchline_look(const char *line, size_t n, struct buf *id);

#endif
