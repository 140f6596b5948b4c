/* One key after another, until one knows what is asked for. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "chat.h"
#include "classify.h"
#include "conf.h"
#include "fault.h"
#include "fetch.h"
#include "fold.h"
#include "keys.h"
#include "loop.h"
#include "outcome.h"
#include "refusal.h"
#include "relay.h"
#include "try.h"

struct fetch {
	const struct chat_opts *o;
	struct upstream *up;
	struct fetch_ask ask;
	struct chat_sink sink;
	void *arg;
	char *id, *path;
	struct loop_timer begin;
	struct try *try;
	size_t place; /* of the candidate, see candidate() */
	size_t left;  /* candidates not tried yet */
	struct limits limits;
	int attempts, committed;
	struct outcome outcome; /* the refusal that says most, or the end */
};

static void
free_fetch(struct fetch *t)
{
	loop_timer_del(t->o->loop, &t->begin);
	try_free(t->try);
	outcome_free(&t->outcome);
	free(t->id);
	free(t->path);
	free(t);
}

static void
finish(struct fetch *t)
{
	const struct outcome *o = &t->outcome;
	struct chat_result r = { .verdict = o->verdict,
		.exit = o->exit,
		.status = o->status,
		.message = o->message,
		.hint = o->hint,
		.reply = o->reply.d,
		.nreply = o->reply.len,
		.retry_after = o->retry_after,
		.committed = t->committed,
		.id = t->id,
		.attempts = t->attempts,
		.limits = &t->limits,
		.prompt_tokens = -1,
		.completion_tokens = -1 };

	t->sink.end(t->arg, &r);
	free_fetch(t);
}

/* A candidate is a place in the table of keys and upstreams. */
static int
candidate(const struct fetch *t, struct try_in *in)
{
	const struct conf *c = t->o->conf;
	const struct conf_upstream *u = &c->upstreams[t->place % c->nupstreams];
	const struct key *k = &t->o->keys->v[t->place / c->nupstreams];

	if (u->keyless || !keys_at(k, u->name))
		return -1;
	in->u = u;
	in->secret = k->secret;
	return 0;
}

static void
step(struct fetch *t)
{
	t->left--;
	t->place = (t->place + 1) % (t->o->keys->n * t->o->conf->nupstreams);
}

/*
 * How much a refusal says: that there is no such thing is less than that it
 * could not be asked for, and more than that the key is none.
 */
static int
weight(int verdict)
{
	const struct verdict_info *i = verdict_info(verdict);

	return i->status == EX_NOPERM ? 1 : i->next == NEXT_RETURN ? 2 : 3;
}

static void
set_refusal(struct fetch *t, const struct try_out *o)
{
	const struct classified *c = o->c;
	char text[OUTCOME_MESSAGE];

	if (t->outcome.exit != 0 &&
	    weight((int)c->verdict) <= weight(t->outcome.verdict))
		return;
	snprintf(text, sizeof(text), "%s%s%s",
	    verdict_info((int)c->verdict)->words,
	    c->message[0] != '\0' ? ": " : "", c->message);
	text[keys_scrub(t->o->keys, text, strlen(text))] = '\0';
	t->outcome.exit = 0; /* no matter whether the other may pass */
	outcome_tried(&t->outcome, o, t->o->keys, text);
}

static void next(void *);

static void
on_commit(void *arg, const struct try_out *o)
{
	struct fetch *t = arg;
	struct chat_head h = { .id = t->id,
		.attempts = t->attempts,
		.limits = o->limits,
		.window = o->window };

	t->limits = *o->limits;
	t->committed = 1;
	*t->ask.first = t->place;
	t->sink.head(t->arg, &h);
}

static size_t
on_data(void *arg, const char *p, size_t n)
{
	struct fetch *t = arg;

	return t->sink.data(t->arg, p, n);
}

static void
on_done(void *arg, const struct try_out *o)
{
	struct fetch *t = arg;

	if (!o->committed)
		set_refusal(t, o);
	else
		outcome_set(&t->outcome, V_OK, 0, "", "");
	try_free(t->try);
	t->try = NULL;
	if (t->committed) {
		finish(t);
		return;
	}
	step(t);
	next(t);
}

static void
next(void *arg)
{
	static const struct try_cb cb = { on_commit, on_data, on_done, NULL };
	struct fetch *t = arg;
	struct try_in in = { .loop = t->o->loop,
		.up = t->up,
		.path = t->path,
		.headers = t->ask.headers,
		.want = RELAY_PLAIN };

	while (t->left > 0 && candidate(t, &in) == -1)
		step(t);
	if (t->left <= 0 && t->attempts == 0)
		outcome_set(&t->outcome, V_BAD_KEY, EX_CONFIG,
		    "there is no key to ask with", refusal_hint(V_BAD_KEY));
	if (t->left <= 0) {
		finish(t);
		return;
	}
	t->attempts++;
	if ((t->try = try_start(&in, &cb, t)) != NULL)
		return;
	outcome_set(&t->outcome, V_BAD_REPLY, EX_OSERR, strerror(errno), "");
	finish(t);
}

struct fetch *
fetch_start(struct chat *c, const struct fetch_ask *a,
    const struct chat_sink *s, void *arg, struct fault *f)
{
	struct fetch *t;

	if ((t = calloc(1, sizeof(*t))) == NULL) {
		fault_set(f, EX_OSERR, "%s", strerror(errno));
		return NULL;
	}
	t->o = chat_opts(c, &t->up);
	t->ask = *a;
	t->sink = *s;
	t->arg = arg;
	t->limits = (struct limits){ -1, -1, -1, -1 };
	outcome_init(&t->outcome);
	t->left = t->o->keys->n * t->o->conf->nupstreams;
	t->place = t->left > 0 ? *a->first % t->left : 0;
	t->id = strdup(a->id != NULL ? a->id : "");
	if (t->id == NULL || (t->path = strdup(a->path)) == NULL) {
		fault_set(f, EX_OSERR, "%s", strerror(errno));
		free_fetch(t);
		return NULL;
	}
	loop_timer(t->o->loop, &t->begin, 0, next, t);
	return t;
}

void
fetch_resume(struct fetch *t)
{
	if (t->try != NULL)
		try_resume(t->try);
}

void
fetch_cancel(struct fetch *t)
{
	free_fetch(t);
}
