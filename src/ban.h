/*
 * Who was at fault within one request, and is not asked again for it: keys,
 * models, pairs of both, upstreams. Pure.
 */
#ifndef BAN_H
#define BAN_H

#include <stddef.h>

struct ban;
struct pick;

struct bans { /* zeroed to begin with */
	struct ban *v;
	size_t n;
};

/*
 * Who is not asked again in the same request after a refusal (enum verdict):
 * an enum scope. sent: some of the request went out; others: there are other
 * models to ask.
 */
int ban_scope(int verdict, int sent, int others);

/*
 * Adds what scope (enum scope) of candidate p is at fault. Without memory it
 * is not added; the number of attempts is bounded all the same.
 */
void ban_add(struct bans *b, int scope, const struct pick *p);

/* Is candidate p, or a part of it, banned? */
int ban_has(const struct bans *b, const struct pick *p);

void ban_free(struct bans *b);

#endif
