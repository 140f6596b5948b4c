/*
 * The object that a response is: output items as an answer has them, in the
 * order in which they began, and the members of the request that it repeats.
 * Pure.
 */
#ifndef RESPOND_H
#define RESPOND_H

#include <stddef.h>
#include <stdint.h>

struct answer;
struct json;
struct respond;
struct translate_in;

enum respond_kind {
	RESPOND_REASONING,
	RESPOND_MESSAGE,
	RESPOND_CALL
};

struct respond_item {
	enum respond_kind kind;
	size_t place;	    /* in the output */
	size_t from, to;    /* of the answer's reasoning, or content, */
	size_t tool;	    /* or of the arguments of this tool call, */
	int named;	    /* which has an id of its own */
	const char *status; /* "in_progress", ... */
};

/* A response in progress; in is used up. NULL with errno. */
struct respond *respond_new(const struct translate_in *in);
void respond_free(struct respond *r);

/* What the items are of; the caller fills it. */
struct answer *respond_answer(struct respond *r);

/*
 * Adds an item in progress, from the offset given on; pointers to others end.
 * NULL with errno EFBIG, ENOMEM.
 */
struct respond_item *respond_add(struct respond *r, enum respond_kind kind,
    size_t from);

/* The item is of the i-th tool call, which has its id and name by now. */
void respond_name(struct respond *r, struct respond_item *item, size_t i);

/* The i-th item; NULL past the last. */
struct respond_item *respond_item(struct respond *r, size_t i);

/* The bytes of item from offset at on. */
const char *respond_text(struct respond *r, const struct respond_item *item,
    size_t at, size_t *n);

/* Ends the response: "completed", or "incomplete" as the answer says. */
const char *respond_end(struct respond *r);

/* Ends the response as "failed". The strings are borrowed until free. */
void respond_fail(struct respond *r, const char *code, const char *message);

/*
 * Write the id of an item; the name of a call; an item, without its text if
 * bare; the part of it that holds its text; all of the response.
 */
void respond_write_id(struct respond *r, struct json *j, const char *key,
    const struct respond_item *item);
void respond_write_name(struct respond *r, struct json *j, const char *key,
    const struct respond_item *item);
void respond_write_item(struct respond *r, struct json *j, const char *key,
    const struct respond_item *item, int bare);
void respond_write_part(struct respond *r, struct json *j, const char *key,
    const struct respond_item *item, int bare);
void respond_write(struct respond *r, struct json *j, const char *key);

#endif
