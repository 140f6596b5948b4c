/*
 * What is under way on each key: requests here, slots across processes. The
 * lane behind the last key's is for what needs none. And what upstreams were
 * found to lack.
 */
#ifndef LANES_H
#define LANES_H

#include <stddef.h>

struct conf_upstream;
struct keys;
struct slots;

struct lanes {
	size_t nkeys;
	int *inflight;	 /* by key */
	unsigned *lacks; /* by upstream: bits of APIs */
	struct slots *slots;
};

/* The slots being those of dir. 0, or -1 with errno. */
int lanes_open(struct lanes *l, const char *dir, size_t nkeys,
    size_t nupstreams);
/* Also after a failure to open. */
void lanes_close(struct lanes *l);

/*
 * Takes one of the slots that a key has at an upstream: it, or -1. Of
 * PICK_NOKEY it is one of the upstream's own, by its name.
 */
int lanes_take(struct lanes *l, const struct keys *keys, size_t key,
    const struct conf_upstream *u);

/* Gives it back; *slot is then -1, as it may be before. */
void lanes_give(struct lanes *l, size_t key, int *slot);

#endif
