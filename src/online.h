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

struct online {
	struct catalog_online *v;
	size_t n;
};

/*
 * Asks, for at most timeout ms. Sets *o to the answers (freed with
 * online_free()); say is called with a line for each upstream that gave none.
 * Returns how many those are, or -1 with errno and *o empty.
 */
int online_list(const struct conf *c, struct loop *l, struct upstream *u,
    int timeout, struct online *o, void (*say)(const char *line));
void online_free(struct online *o);

#endif
