/*
 * A set of names that only grows, in about 20 bytes a name whatever its
 * length: what is kept of a name is 80 bits of its SHA-256. Two million names
 * have one chance in 10^11 that any two of them are taken for one.
 */
#ifndef IDSET_H
#define IDSET_H

#include <stddef.h>

struct idset;

/* NULL with ENOMEM. */
struct idset *idset_new(void);
void idset_free(struct idset *s);

/* Takes all names out; what room there is stays. */
void idset_clear(struct idset *s);

/* Adds a name of n bytes. 1: it is new; 0: it was there; -1: ENOMEM. */
int idset_add(struct idset *s, const char *name, size_t n);

#endif
