/*
 * Between an API that a client speaks and chat completions, for upstreams
 * that have only the latter: the request there, the answer back, whole or
 * event by event. Each such API is a module with one of these tables. Pure.
 */
#ifndef TRANSLATE_H
#define TRANSLATE_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct fault;

/* What an answer is begun with. Strings borrowed until free. */
struct translate_in {
	const char *request; /* the client's, as request() took it */
	size_t n;
	const char *id;	   /* of the request: "req_..." */
	const char *model; /* that answers */
	int64_t now;	   /* s since 1970 */
	size_t max;	   /* bytes of an answer, 0: as ever */
};

struct translate {
	/*
	 * Appends the chat request (always one object) that the client's
	 * request of n bytes amounts to. The members model, models, routing,
	 * smart_route and model_id go over as they are; a stream asks for
	 * its usage. 0, or -1 with *f: EX_DATAERR in words that name the
	 * member (what cannot be translated, and what is of the wrong type),
	 * EX_OSERR.
	 */
	int (*request)(struct buf *out, const char *text, size_t n,
	    struct fault *f);

	/* The state of one answer, or NULL with errno. */
	void *(*begin)(const struct translate_in *in);
	void (*free)(void *t); /* NULL is fine */

	/* Appends the client's answer for a whole chat.completion body. */
	int (*body)(void *t, const char *body, size_t n, struct buf *out);

	/*
	 * Takes the data of one event of a chat stream ("[DONE]" too);
	 * appends the client's events, whole, for it: perhaps none. An event
	 * that is not JSON, or has no choices, is passed over.
	 */
	int (*event)(void *t, const char *data, size_t n, struct buf *out);

	/* The stream ended well: appends what closes the client's. */
	int (*end)(void *t, struct buf *out);

	/*
	 * It did not: appends what says so, and nothing after it. code is the
	 * API's own word for the kind of error.
	 */
	int (*fail)(void *t, const char *code, const char *message,
	    struct buf *out);
};
/* body, event, end, fail: 0, or -1 with errno (EINVAL: no such body). */

#endif
