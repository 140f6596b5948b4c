/* Counting what is under way. */
#include <stdlib.h>

#include "lanes.h"
#include "slots.h"

int
lanes_open(struct lanes *l, const char *dir, size_t nkeys, size_t nupstreams)
{
	l->inflight = calloc(nkeys + 1, sizeof(*l->inflight));
	l->lacks = calloc(nupstreams + 1, sizeof(*l->lacks));
	if (l->inflight == NULL || l->lacks == NULL)
		return -1;
	return (l->slots = slots_open(dir)) == NULL ? -1 : 0;
}

void
lanes_close(struct lanes *l)
{
	slots_close(l->slots);
	free(l->inflight);
	free(l->lacks);
}

int
lanes_take(struct lanes *l, size_t key, const char *id, int limit)
{
	int slot = slots_take(l->slots, id, limit);

	if (slot != -1)
		l->inflight[key]++;
	return slot;
}

void
lanes_give(struct lanes *l, size_t key, int *slot)
{
	if (*slot == -1)
		return;
	slots_give(l->slots, *slot);
	*slot = -1;
	l->inflight[key]--;
}
