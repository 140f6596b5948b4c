/* Ranges of addresses, "10.0.0.0/8" or "::1". Pure. */
#ifndef CIDR_H
#define CIDR_H

#include <stddef.h>

/* Is it well-formed? */
int cidr_ok(const char *range);

/*
 * Is a peer ("127.0.0.1:4711", "[::1]:4711"; anything else is not) in one
 * of the n ranges?
 */
int cidr_listed(const char *peer, char *const *ranges, size_t n);

#endif
