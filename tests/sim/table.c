/* A hash table of counts by name; entries live as long as the program. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static uint64_t
hash(struct span s)
{
	uint64_t h = UINT64_C(14695981039346656037);
	size_t i;

	for (i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
	return h;
}

static struct entry **
find(struct entry **slot, size_t cap, struct span name)
{
	size_t i = hash(name) & (cap - 1);

	while (slot[i] != NULL && !span_is(name, slot[i]->name))
		i = (i + 1) & (cap - 1);
	return &slot[i];
}

static void
grow(struct table *t)
{
	size_t i, cap = t->cap == 0 ? 64 : t->cap * 2;
	struct entry **slot;

	if ((slot = calloc(cap, sizeof(*slot))) == NULL)
		err(1, NULL);
	for (i = 0; i < t->cap; i++)
		if (t->slot[i] != NULL)
			*find(slot, cap,
			    span_of(t->slot[i]->name)) = t->slot[i];
	free(t->slot);
	t->slot = slot;
	t->cap = cap;
}

struct entry *
table_get(struct table *t, struct span name)
{
	struct entry **at;

	if (t->n * 2 >= t->cap)
		grow(t);
	at = find(t->slot, t->cap, name);
	if (*at == NULL) {
		if ((*at = calloc(1, sizeof(**at))) == NULL ||
		    ((*at)->name = strndup(name.p, name.n)) == NULL)
			err(1, NULL);
		t->n++;
	}
	return *at;
}
