/*
 * What is under way on each key: requests here, slots across processes, and
 * whether its balance is being asked. The lane behind the last key's is for
 * what needs none.
 */
#ifndef LANES_H
#define LANES_H

#include <stddef.h>

struct slots;

struct lanes { /* arrays by key */
	int *inflight, *asking;
	struct slots *slots;
};

/* For n keys, the slots being those of dir. 0, or -1 with errno. */
int lanes_open(struct lanes *l, const char *dir, size_t n);
void lanes_close(struct lanes *l); /* also after a failure */

/* Takes one of limit slots of a key by its 8 hex digits: it, or -1. */
int lanes_take(struct lanes *l, size_t key, const char *id, int limit);

/* Gives it back; *slot is then -1, as it may be before. */
void lanes_give(struct lanes *l, size_t key, int *slot);

#endif
