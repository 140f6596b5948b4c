/* Counting what is under way. */
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "keys.h"
#include "lanes.h"
#include "pick.h"
#include "slots.h"

int
lanes_open(struct lanes *l, const char *dir, size_t nkeys, size_t nupstreams)
{
	l->nkeys = nkeys;
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

static int *
inflight(const struct lanes *l, size_t key)
{
	return &l->inflight[key != PICK_NOKEY ? key : l->nkeys];
}

int
lanes_take(struct lanes *l, const struct keys *keys, size_t key,
    const struct conf_upstream *u)
{
	char id[KEYS_ID];
	int slot;

	if (key == PICK_NOKEY)
		keys_id(u->name, id);
	else
		strlcpy(id, keys->v[key].id, sizeof(id));
	slot = slots_take(l->slots, id, u->per_key_concurrency);
	if (slot != -1)
		++*inflight(l, key);
	return slot;
}

void
lanes_give(struct lanes *l, size_t key, int *slot)
{
	if (*slot == -1)
		return;
	slots_give(l->slots, *slot);
	*slot = -1;
	--*inflight(l, key);
}
