/*
 * What is peculiar to Anthropic's messages, whoever answers them: the form
 * of errors, and how long a request is. Pure.
 */
#ifndef ANTHROPIC_H
#define ANTHROPIC_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/* The type that an error of this HTTP status has. */
const char *anthropic_type(int status);

/*
 * Appends an error as an object on one line: {"type":"error","error":{type,
 * message,hint},"request_id"}; hint and id may be NULL. 0, or -1 with errno.
 */
int anthropic_error(struct buf *out, const char *type, const char *message,
    const char *hint, const char *id);

/*
 * About how many tokens the input of a request is, by rule of thumb: one for
 * four bytes of ASCII, two for three characters of CJK, one for three bytes
 * of anything else, a few for each message and tool, 1,600 for an image. -1:
 * not JSON, or no object.
 */
int64_t anthropic_count(const char *text, size_t n);

#endif
