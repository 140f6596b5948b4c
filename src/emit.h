/*
 * Answers as ms-chat prints them: text as it comes, one JSON object, or the
 * upstream's own bytes.
 */
#ifndef EMIT_H
#define EMIT_H

#include <stddef.h>
#include <stdio.h>

struct buf;
struct chat_head;
struct chat_result;
struct emit;
struct fault;

enum emit_format {
	EMIT_TEXT,
	EMIT_JSON,
	EMIT_OPENAI,
	EMIT_SSE,
	EMIT_N8N
};

/* The format of that name: 0, or -1. */
int emit_named(const char *name, enum emit_format *f);

/*
 * A printer to out (borrowed), a terminal or not; think, if not NULL, is where
 * reasoning goes as it comes, dimmed if colour is set. NULL with ENOMEM.
 */
struct emit *emit_new(enum emit_format f, FILE *out, int tty, FILE *think,
    int colour);
void emit_free(struct emit *e);

/* The most bytes of an event and of an answer, 0: as ever. Before all else. */
void emit_bounds(struct emit *e, size_t event, size_t answer);

/*
 * The three calls of a chat_sink, with a struct emit as arg. Writes are not
 * flushed, and not checked. emit_data() takes some of n bytes, how many, and
 * writes PIPE_BUF at most: emit_behind() says if there are others, which go
 * before it takes more; emit_end() writes all.
 */
void emit_head(void *e, const struct chat_head *h);
size_t emit_data(void *e, const char *p, size_t n);
int emit_behind(const struct emit *e);
void emit_end(void *e, const struct chat_result *r);

/* Something is going to be said beside it: ends a line that is begun. */
void emit_break(struct emit *e);

/*
 * How it went, from emit_end() on: 0 with the answer printed, or -1 with *f
 * (status, words, hint).
 */
int emit_status(const struct emit *e, struct fault *f);

/* Is it a stream of events, which itself says how it went? */
int emit_tells(const struct emit *e);

/* The name of the verdict, for JSON errors; NULL before emit_end(). */
const char *emit_verdict(const struct emit *e);

/*
 * Appends the answer as a message, for a conversation: a JSON object. 0, or
 * -1 with errno.
 */
int emit_message(const struct emit *e, struct buf *b);

/*
 * Prints a failure as JSON in place of an answer: {"error":{...}}, in the
 * form of the format. type may be NULL.
 */
void emit_error(FILE *out, enum emit_format format, const struct fault *f,
    const char *type);

#endif
