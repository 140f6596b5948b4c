/* The result of a request, kept while it is tried on. */
#include <string.h>
#include <sysexits.h>

#include "chat.h"
#include "classify.h"
#include "keys.h"
#include "outcome.h"
#include "refusal.h"
#include "relay.h"
#include "try.h"

void
outcome_init(struct outcome *o, struct chat_result *r)
{
	memset(r, 0, sizeof(*r));
	r->retry_after = -1;
	r->prompt_tokens = r->completion_tokens = -1;
	o->r = r;
	buf_init(&o->reply, RELAY_ERROR_MAX);
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
	strlcpy(o->message, message, sizeof(o->message));
	strlcpy(o->hint, hint, sizeof(o->hint));
	buf_free(&o->reply);
	o->r->verdict = verdict;
	o->r->exit = exit;
	o->r->message = o->message;
	o->r->hint = o->hint;
	o->r->reply = o->reply.d;
	o->r->nreply = 0;
}

void
outcome_refused(struct outcome *o, const struct try_out *t,
    const struct keys *keys, const char *words)
{
	const struct verdict_info *i = verdict_info((int)t->c->verdict);

	if (!t->committed && o->r->exit == EX_TEMPFAIL &&
	    i->status != EX_TEMPFAIL && i->next != NEXT_RETURN)
		return;
	outcome_set(o, (int)t->c->verdict, i->status, words,
	    refusal_hint((int)t->c->verdict));
	o->r->status = t->status;
	o->r->retry_after = t->retry_after;
	if (t->reply != NULL && buf_add(&o->reply, t->reply, t->nreply) == 0)
		buf_cut(&o->reply, keys_scrub(keys, o->reply.d, o->reply.len));
	o->r->reply = o->reply.d;
	o->r->nreply = o->reply.len;
}
