/*
 * Answers and refusals in the form of an HTTP endpoint family: what status,
 * what headers, what JSON. Pure: bytes of an upstream answer in, bytes for the
 * client out.
 */
#ifndef RENDER_H
#define RENDER_H

#include <stddef.h>

struct buf;
struct chat_head;
struct chat_result;
struct fault;
struct json;
struct limits;
struct render;

enum render_kind {
	RENDER_OPENAI,	  /* /v1/...: upstream's bytes as they are */
	RENDER_NATIVE,	  /* /chat of the original gateway */
	RENDER_N8N,	  /* /n8n/chat: {text, model}; of plain answers only */
	RENDER_MESSAGES,  /* /v1/messages: as they are, or translated */
	RENDER_RESPONSES, /* /v1/responses: the same */
	RENDER_KINDS
};

/* The kind of that name ("openai", "native", "messages", ...): 0, or -1. */
int render_named(const char *name, enum render_kind *k);

/* NULL with ENOMEM. */
struct render *render_new(enum render_kind k);
void render_free(struct render *s);

/* The most bytes of an event and of an answer, 0: as ever. Before all else. */
void render_bounds(struct render *s, size_t event, size_t answer);

/*
 * From the head on: are the bytes of the answer passed on untouched? Then no
 * render_data().
 */
int render_raw(const struct render *s);

/*
 * Appends the line that the worker begins its reply with: status, type,
 * headers. 0, or -1 with errno.
 */
int render_head(struct render *s, const struct chat_head *h, struct buf *line);

/* Takes bytes of the answer; appends what the client gets for them. */
int render_data(struct render *s, const char *p, size_t n, struct buf *out);

/*
 * The end. If no head was written, line gets one (a refusal). Appends to out
 * what is still to be said. 0, or -1: the reply is to be broken off.
 */
int render_end(struct render *s, const struct chat_result *r, struct buf *line,
    struct buf *out);

/*
 * A request (its id, or NULL) that could not be read or started, as a whole
 * reply.
 */
int render_fault(enum render_kind k, const char *id, const struct fault *f,
    struct buf *line, struct buf *out);

/* Writes "limits" as the original gateway has it. */
void render_limits(struct json *j, const struct limits *l);

#endif
