/* The result of a request, kept while it is tried on. */
#include <string.h>
#include <sysexits.h>

#include "classify.h"
#include "fault.h"
#include "keys.h"
#include "outcome.h"
#include "pick.h"
#include "refusal.h"
#include "relay.h"
#include "try.h"

void
outcome_init(struct outcome *o)
{
	buf_init(&o->reply, RELAY_ERROR_MAX);
	o->dry = 0;
	outcome_set(o, V_OK, 0, "", "");
}

void
outcome_free(struct outcome *o)
{
	buf_free(&o->reply);
}

void
outcome_set(struct outcome *o, int verdict, int exit, const char *message,
    const char *hint)
{
	o->verdict = exit == EX_OSERR ? V_BAD_REPLY : verdict;
	o->exit = exit;
	o->status = 0;
	o->retry_after = -1;
	strlcpy(o->message, message, sizeof(o->message));
	strlcpy(o->hint, hint, sizeof(o->hint));
	buf_free(&o->reply);
}

void
outcome_tried(struct outcome *o, const struct try_out *t,
    const struct keys *keys, const char *words)
{
	const struct verdict_info *i = verdict_info((int)t->c->verdict);

	if (!t->committed && o->exit == EX_TEMPFAIL &&
	    i->status != EX_TEMPFAIL && i->next != NEXT_RETURN)
		return;
	outcome_set(o, (int)t->c->verdict, i->status,
	    i->status == 0 ? "" : words, refusal_hint((int)t->c->verdict));
	o->status = t->status;
	o->retry_after = t->retry_after;
	if (t->reply != NULL && buf_add(&o->reply, t->reply, t->nreply) == 0)
		buf_cut(&o->reply, keys_scrub(keys, o->reply.d, o->reply.len));
}

void
outcome_none(struct outcome *o, const struct pick_in *in, const struct pick *v,
    size_t n, int attempts)
{
	struct fault f;
	int64_t again;
	int verdict;

	o->dry = pick_dry(v, n);
	if (attempts > 0)
		return;
	refusal_none(in, v, n, &f, &verdict, &again);
	outcome_set(o, verdict, f.status, f.text, f.hint);
	if (again > in->now)
		o->retry_after = (again - in->now + 999) / 1000;
}
