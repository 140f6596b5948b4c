/* What is left to ask with, over all keys, in a few words. Pure. */
#ifndef LEFT_H
#define LEFT_H

#include <stddef.h>

struct conf;
struct fold;
struct keys;

/*
 * Fills dst with ", 250 credits left", ", 1990 requests left", both or, if
 * nothing is known, "". Only what is known is summed: it is at least this.
 */
void left_text(const struct conf *c, const struct keys *k, const struct fold *f,
    char *dst, size_t size);

#endif
