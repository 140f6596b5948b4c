/*
 * Connections to one Unix socket that nobody uses just now: for the next
 * request, which then needs none of its own.
 */
#ifndef KEPT_H
#define KEPT_H

#include <stddef.h>

struct kept;
struct loop;

/* Keeps at most max of them. NULL with errno. */
struct kept *kept_new(struct loop *l, size_t max);

/*
 * The one that was used last, or -1: there is none. It is the caller's, who
 * says at once what the loop shall watch it for.
 */
int kept_take(struct kept *k);

/*
 * Takes fd over, whatever it was watched for. It is closed at its end, or when
 * anything comes on it, or now if there are enough.
 */
void kept_put(struct kept *k, int fd);

/*
 * Closes them all: descriptors are short, or there are new workers. 1: there
 * was one.
 */
int kept_drop(struct kept *k);
void kept_free(struct kept *k);

#endif
