/*
 * What the upstreams say that they serve: GET /models of each that the
 * configuration uses, all at once.
 */
#ifndef ONLINE_H
#define ONLINE_H

#include <stddef.h>

struct catalog_online;
struct conf;
struct loop;
struct upstream;

/*
 * Asks, for at most timeout ms. Sets *o (freed by the caller, each with
 * catalog_free()) and *n to the answers; say is called with a line for each
 * upstream that gave none. Returns how many those are, or -1 with errno.
 */
int	online_list(const struct conf *c, struct loop *l, struct upstream *u,
	    int timeout, struct catalog_online **o, size_t *n,
	    void (*say)(const char *line));

#endif
