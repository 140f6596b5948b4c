/*
 * Answers and refusals in the form of an HTTP endpoint family: what status, what
 * headers, what JSON. Pure: bytes of an upstream answer in, bytes for the
 * client out.
 */
#ifndef SHAPE_H
#define SHAPE_H

#include <stddef.h>

struct buf;
struct chat_head;
struct chat_result;
struct fault;
struct shape;

enum shape_kind {
	SHAPE_OPENAI,		/* /v1/...: upstream's bytes as they are */
	SHAPE_NATIVE,		/* /chat of the original gateway */
	SHAPE_N8N		/* /n8n/chat: {text, model} */
};

/* The kind of that name ("openai", "native", "n8n"): 0, or -1. */
int	shape_named(const char *name, enum shape_kind *k);

/* NULL with ENOMEM. */
struct shape	*shape_new(enum shape_kind k);
void		 shape_free(struct shape *s);

/* Are the bytes of the answer passed on untouched? Then no shape_data(). */
int	shape_raw(const struct shape *s);

/*
 * Appends the line that the worker begins its reply with: status, type,
 * headers. 0, or -1 with errno.
 */
int	shape_head(struct shape *s, const struct chat_head *h,
	    struct buf *line);

/* Takes bytes of the answer; appends what the client gets for them. */
int	shape_data(struct shape *s, const char *p, size_t n,
	    struct buf *out);

/*
 * The end. If no head was written, line gets one (a refusal). Appends to out
 * what is still to be said. 0, or -1 with errno.
 */
int	shape_end(struct shape *s, const struct chat_result *r,
	    struct buf *line, struct buf *out);

/* A request that could not be read or started, as a whole reply. */
int	shape_fault(enum shape_kind k, const struct fault *f,
	    struct buf *line, struct buf *out);

#endif
