/*
 * A short list, looked through from its start.
 */
#include <stdlib.h>

#include "ban.h"
#include "classify.h"
#include "pick.h"

struct ban {
	int scope;
	size_t upstream, key, model;
};

int
ban_scope(int verdict, int sent, int others)
{
	switch (verdict) {
	case V_NO_PERMISSION: /* seldom has another key more rights */
		return others ? SCOPE_MODEL : SCOPE_PAIR;
	case V_NETWORK: /* one broken connection is not yet an outage */
		return sent ? SCOPE_MODEL : SCOPE_UPSTREAM;
	default:
		return (int)verdict_info(verdict)->scope;
	}
}

void
ban_add(struct bans *b, int scope, const struct pick *p)
{
	struct ban *v;

	if ((v = reallocarray(b->v, b->n + 1, sizeof(*v))) == NULL)
		return;
	b->v = v;
	v[b->n++] = (struct ban){ scope, p->upstream, p->key, p->model };
}

int
ban_has(const struct bans *b, const struct pick *p)
{
	const struct ban *x;

	for (x = b->v; x < b->v + b->n; x++) {
		if (x->upstream != p->upstream)
			continue;
		if (x->scope == SCOPE_UPSTREAM ||
		    (x->scope == SCOPE_KEY && x->key == p->key) ||
		    (x->scope == SCOPE_MODEL && x->model == p->model) ||
		    (x->scope == SCOPE_PAIR && x->key == p->key &&
			x->model == p->model))
			return 1;
	}
	return 0;
}

void
ban_free(struct bans *b)
{
	free(b->v);
	b->v = NULL;
	b->n = 0;
}
