/*
 * The attempt machine: route, choose, send, then relay an answer or choose
 * again. Who rests for a refusal is in the ledger: that is all of failover.
 */
#include <sys/queue.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "api.h"
#include "ban.h"
#include "buf.h"
#include "chat.h"
#include "classify.h"
#include "conf.h"
#include "fault.h"
#include "fold.h"
#include "keys.h"
#include "lanes.h"
#include "ledger.h"
#include "loop.h"
#include "now.h"
#include "order.h"
#include "outbound.h"
#include "outcome.h"
#include "pick.h"
#include "purse.h"
#include "refusal.h"
#include "relay.h"
#include "request.h"
#include "route.h"
#include "slots.h"
#include "translate.h"
#include "try.h"
#include "upstream.h"
#include "window.h"

enum {
	SLOT_WAIT = 50,		/* ms between looks for a free slot */
	PURSE_TIME = 10 * 1000, /* ms for a balance call */
	ID_MAX = 128
};

struct chat {
	struct chat_opts o;
	struct upstream *up;
	struct route *route;
	struct lanes lanes;
	unsigned turn;
	LIST_HEAD(, chat_job) jobs;
};

struct chat_job {
	LIST_ENTRY(chat_job) entry;
	struct chat *chat;
	struct chat_ask ask;
	struct chat_sink sink;
	void *arg;
	char id[ID_MAX];
	char *token;
	struct request request;
	char *const *names; /* of ask, or of request */
	size_t nnames;
	struct decision decision;
	int decided;
	struct route_wait *routing;
	struct pick_model *order;
	size_t norder;
	struct loop_timer step, overall, commit;
	struct bans bans;
	struct purse_call *purse;
	int asking;	   /* the slot for it, or -1 */
	struct bans asked; /* keys whose balance was */
	int64_t waiting;   /* for a slot, since; 0 not */
	/* the attempt under way, or the last */
	struct pick pick;
	int slot; /* -1: none is held */
	unsigned turn;
	struct try *try;
	int over; /* the caller was told, only the reply's rest is awaited */
	struct outbound outbound;
	int repairs, mended; /* the latter: for which of the models */
	int attempts;
	const char **retried; /* of order, in turn */
	size_t nretried;
	/* how it stands */
	struct chat_result result;
	struct limits limits;
	struct window window;
	struct outcome outcome;
};

static void choose(void *);
static void send_try(struct chat_job *);
static void close_try(struct chat_job *, int);
static void record(struct chat_job *, struct attempt *);

/* ---- all jobs ---- */

struct chat *
chat_new(const struct chat_opts *o, struct fault *f)
{
	struct chat *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		goto fail;
	c->o = *o;
	LIST_INIT(&c->jobs);
	if (lanes_open(&c->lanes, ledger_dir(o->ledger), o->keys->n,
		o->conf->nupstreams) == -1 ||
	    (c->up = upstream_new(o->loop)) == NULL)
		goto fail;
	if ((c->route = route_new(o->conf, o->ledger, c->up, f)) == NULL) {
		chat_free(c);
		return NULL;
	}
	c->turn = arc4random();
	return c;
fail:
	fault_set(f, EX_OSERR, "%s", strerror(errno));
	chat_free(c);
	return NULL;
}

void
chat_free(struct chat *c)
{
	struct chat_job *j;

	if (c == NULL)
		return;
	while ((j = LIST_FIRST(&c->jobs)) != NULL)
		chat_cancel(j);
	route_free(c->route);
	upstream_free(c->up);
	lanes_close(&c->lanes);
	free(c);
}

const struct chat_opts *
chat_opts(const struct chat *c, struct upstream **up)
{
	*up = c->up;
	return &c->o;
}

void
chat_preload(struct chat *c)
{
	route_preload(c->route);
}

/* ---- one job ---- */

static void
free_job(struct chat_job *j)
{
	struct loop *l = j->chat->o.loop;

	loop_timer_del(l, &j->step);
	loop_timer_del(l, &j->overall);
	loop_timer_del(l, &j->commit);
	if (j->routing != NULL)
		route_cancel(j->routing);
	if (j->purse != NULL)
		purse_cancel(j->purse);
	if (j->asking != -1)
		slots_give(j->chat->lanes.slots, j->asking);
	close_try(j, V_CANCELLED);
	LIST_REMOVE(j, entry);
	request_free(&j->request);
	outbound_free(&j->outbound);
	outcome_free(&j->outcome);
	free(j->retried);
	ban_free(&j->asked);
	free(j->order);
	ban_free(&j->bans);
	free(j->token);
	free(j);
}

__attribute__((format(printf, 3, 4))) static void
say(struct chat_job *j, int what, const char *fmt, ...)
{
	const struct chat_opts *o = &j->chat->o;
	char line[1024];
	va_list ap;

	if (o->say == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	o->say(o->arg, what, line);
}

/* The last word: what the result holds, in these words. */
static void
finish(struct chat_job *j)
{
	struct chat_result *r = &j->result;
	const struct outcome *o = &j->outcome;

	r->verdict = o->verdict;
	r->exit = o->exit;
	r->dry = o->dry;
	r->status = o->status;
	r->retry_after = o->retry_after;
	r->message = o->message;
	r->hint = o->hint;
	r->reply = o->reply.d;
	r->nreply = o->reply.len;
	r->id = j->id;
	r->model = j->attempts > 0 ? j->order[j->pick.model].id : NULL;
	r->attempts = j->attempts;
	r->retried = j->retried;
	r->nretried = j->nretried;
	r->decision = j->decided ? &j->decision : NULL;
	r->routing = j->request.routing;
	j->over = 1;
	j->sink.end(j->arg, r);
	if (j->try == NULL)
		free_job(j);
}

/* The reply has ended: the upstream is ready for another. */
static void
on_gone(void *arg)
{
	free_job(arg);
}

static void
time_over(struct chat_job *j, int recorded)
{
	close_try(j, recorded);
	outcome_set(&j->outcome, V_TIMEOUT, EX_TEMPFAIL,
	    j->result.committed ? "the time was over before the answer" :
				  "no answer within the time given",
	    "");
	finish(j);
}

/* The caller's own time is over: nobody else is to suffer for it. */
static void
on_overall(void *arg)
{
	time_over(arg, V_CANCELLED);
}

/* No answer began in a time that is long for any model. */
static void
on_commit_over(void *arg)
{
	time_over(arg, V_TIMEOUT);
}

void
chat_cancel(struct chat_job *j)
{
	free_job(j);
}

void
chat_resume(struct chat_job *j)
{
	if (j->try != NULL)
		try_resume(j->try);
}

/* ---- route ---- */

static void
make_order(struct chat_job *j)
{
	struct fault f = { .status = 0 };

	if ((j->retried = calloc((size_t)j->chat->o.retries + 1,
		 sizeof(*j->retried))) == NULL)
		fault_set(&f, EX_OSERR, "%s", strerror(errno));
	else if ((j->order = order_make(j->chat->o.conf, j->names, j->nnames,
		      &j->decision, &j->norder, &f)) != NULL) {
		choose(j);
		return;
	}
	outcome_set(&j->outcome, V_BAD_MODEL, f.status, f.text, f.hint);
	j->result.unknown = f.status == EX_UNAVAILABLE;
	finish(j);
}

static void
on_decision(void *arg, const struct decision *d)
{
	struct chat_job *j = arg;

	j->routing = NULL;
	j->decision = *d;
	if (d->warning[0] != '\0')
		say(j, CHAT_WARN, "%s", d->warning);
	make_order(j);
}

static void
route(void *arg)
{
	struct chat_job *j = arg;
	struct decision d;
	struct buf text;

	if (!order_routed(j->chat->o.conf, j->names, j->nnames, j->ask.route,
		j->request.smart_route)) {
		route_tier(0, &j->decision);
		make_order(j);
		return;
	}
	if (j->ask.route == 1)
		j->nnames = 0;
	j->decided = 1;
	buf_init(&text, REQUEST_MAX);
	/* what has no text to judge is judged by having none */
	(void)route_text(j->ask.body, j->ask.len, &text);
	memset(&d, 0, sizeof(d));
	j->routing = route_ask(j->chat->route, text.d, text.len, &d,
	    on_decision, j);
	buf_free(&text);
	if (j->routing == NULL)
		on_decision(j, &d);
}

struct chat_job *
chat_start(struct chat *c, const struct chat_ask *a, const struct chat_sink *s,
    void *arg, struct fault *f)
{
	struct chat_job *j;

	if ((j = calloc(1, sizeof(*j))) == NULL) {
		fault_set(f, EX_OSERR, "%s", strerror(errno));
		return NULL;
	}
	j->chat = c;
	j->ask = *a;
	j->sink = *s;
	j->arg = arg;
	j->slot = j->asking = -1;
	j->turn = c->turn++;
	j->result.prompt_tokens = j->result.completion_tokens = -1;
	outcome_init(&j->outcome);
	j->limits = (struct limits){ -1, -1, -1, -1 };
	j->result.limits = &j->limits;
	j->result.window = &j->window;
	outbound_init(&j->outbound, a->api, a->body, a->len);
	LIST_INSERT_HEAD(&c->jobs, j, entry);
	if (a->id != NULL)
		strlcpy(j->id, a->id, sizeof(j->id));
	else
		snprintf(j->id, sizeof(j->id), "req_%08x%08x%08x", arc4random(),
		    arc4random(), arc4random());
	if (a->token != NULL && (j->token = strdup(a->token)) == NULL) {
		fault_set(f, EX_OSERR, "%s", strerror(errno));
		goto fail;
	}
	if (request_read(&j->request, a->body, a->len, f) == -1)
		goto fail;
	j->names = a->nmodels > 0 ? a->models : j->request.names;
	j->nnames = a->nmodels > 0 ? a->nmodels : j->request.nnames;
	if (a->timeout > 0)
		loop_timer(c->o.loop, &j->overall, a->timeout, on_overall, j);
	if (a->commit > 0)
		loop_timer(c->o.loop, &j->commit, a->commit, on_commit_over, j);
	loop_timer(c->o.loop, &j->step, 0, route, j);
	return j;
fail:
	free_job(j);
	return NULL;
}

/* ---- choose ---- */

static struct pick_in
pick_in(const struct chat_job *j)
{
	const struct chat_opts *o = &j->chat->o;

	return (struct pick_in){ o->conf, o->keys, ledger_fold(o->ledger),
		j->order, j->norder, j->chat->lanes.inflight, now_wall(),
		j->turn, !api_chats(j->ask.api), 0 };
}

static void
on_purse(void *arg, const struct purse *p)
{
	struct chat_job *j = arg;
	const struct chat_opts *o = &j->chat->o;
	struct attempt a;

	j->purse = NULL;
	purse_attempt(p, o->conf->upstreams[j->pick.upstream].price, now_wall(),
	    o->conf->day_offset, &a);
	record(j, &a); /* before who waits for it looks */
	slots_give(j->chat->lanes.slots, j->asking);
	j->asking = -1;
	say(j, CHAT_NOTE, "balance of %s: %s",
	    keys_label(&o->keys->v[j->pick.key]),
	    verdict_info(a.verdict)->words);
	choose(j);
}

/* Has the job waited for so many ms? */
static int
waited(struct chat_job *j, int64_t ms)
{
	int64_t now = now_mono();

	if (j->waiting == 0)
		j->waiting = now;
	return now - j->waiting >= ms;
}

/* What the ledger knows of the picked key; NULL: nothing, or there is none. */
static const struct fold_ent *
key_entry(const struct chat_job *j)
{
	const struct chat_opts *o = &j->chat->o;

	return j->pick.key == PICK_NOKEY ?
	    NULL :
	    fold_get(ledger_fold(o->ledger),
		o->conf->upstreams[j->pick.upstream].name,
		o->keys->v[j->pick.key].id, NULL);
}

/*
 * Asks what credits the picked key has, once in a job. 1: it is being asked,
 * by us, another job or another process; 0: it cannot be, or need not.
 */
static int
ask_purse(struct chat_job *j)
{
	const struct chat_opts *o = &j->chat->o;
	const struct conf_upstream *u = &o->conf->upstreams[j->pick.upstream];
	size_t key = j->pick.key;

	if (key == PICK_NOKEY || u->balance_url == NULL ||
	    ban_has(&j->asked, &j->pick) ||
	    fold_broke(key_entry(j), now_wall()))
		return 0;
	j->asking = slots_ask(j->chat->lanes.slots, o->keys->v[key].id);
	if (j->asking == -1) {
		if (errno != EAGAIN || waited(j, PURSE_TIME))
			return 0;
		loop_timer(o->loop, &j->step, SLOT_WAIT, choose, j);
		return 1;
	}
	ban_add(&j->asked, SCOPE_KEY, &j->pick);
	j->purse = purse_ask(j->chat->up, u, o->keys->v[key].secret, PURSE_TIME,
	    on_purse, j);
	if (j->purse != NULL)
		return 1;
	slots_give(j->chat->lanes.slots, j->asking);
	j->asking = -1;
	return 0;
}

static int
take_slot(struct chat_job *j)
{
	const struct chat_opts *o = &j->chat->o;

	j->slot = lanes_take(&j->chat->lanes, o->keys, j->pick.key,
	    &o->conf->upstreams[j->pick.upstream]);
	return j->slot == -1 ? -1 : 0;
}

enum next_step {
	STEP_SEND,
	STEP_ASK,
	STEP_WAIT,
	STEP_NONE
};

/*
 * The best candidate that may be used now goes to j->pick. While the keys of
 * a model are all busy it is waited for: the next model would need them too.
 */
static enum next_step
next(struct chat_job *j, const struct pick *v, size_t n)
{
	const struct pick *busy = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		if (v[i].state == PICK_OUT || v[i].state == PICK_NO_KEY ||
		    ban_has(&j->bans, &v[i]))
			continue;
		if (busy != NULL &&
		    (v[i].model != busy->model ||
			(v[i].state == PICK_RESTING) !=
			    (busy->state == PICK_RESTING)))
			break;
		j->pick = v[i];
		if (v[i].state == PICK_ASK && ask_purse(j))
			return STEP_ASK;
		if (take_slot(j) == 0)
			return STEP_SEND;
		busy = &v[i];
	}
	return busy != NULL ? STEP_WAIT : STEP_NONE;
}

/* All keys are busy: looks again soon, but not for ever. */
static void
wait_slot(struct chat_job *j)
{
	const struct conf_upstream *u =
	    &j->chat->o.conf->upstreams[j->pick.upstream];

	if (!waited(j, u->timeouts.first_byte)) {
		loop_timer(j->chat->o.loop, &j->step, SLOT_WAIT, choose, j);
		return;
	}
	outcome_set(&j->outcome, V_TOO_MANY, EX_TEMPFAIL, "all keys are busy",
	    "");
	finish(j);
}

static void
choose(void *arg)
{
	struct chat_job *j = arg;
	const struct chat_opts *o = &j->chat->o;
	struct pick_in in;
	struct pick *v = NULL, last = j->pick;
	enum next_step step;
	size_t n = 0;

	if (j->attempts > o->retries) {
		finish(j);
		return;
	}
	(void)ledger_refresh(o->ledger, now_wall());
	in = pick_in(j);
	if (pick(&in, &v, &n) == -1) {
		outcome_set(&j->outcome, V_SYSTEM, EX_OSERR, strerror(errno),
		    "");
		finish(j);
		return;
	}
	step = next(j, v, n);
	if (step == STEP_SEND) {
		j->waiting = 0;
		j->repairs = (int)j->pick.model == j->mended ? j->repairs : 0;
		send_try(j);
	} else if (step == STEP_WAIT) {
		wait_slot(j);
	} else if (step == STEP_NONE) {
		j->pick = last;
		outcome_none(&j->outcome, &in, v, n, j->attempts);
		finish(j);
	}
	free(v);
}

/* ---- one attempt ---- */

/* Adds to the ledger what the job knows of an attempt, and appends it. */
static void
record(struct chat_job *j, struct attempt *a)
{
	const struct chat_opts *o = &j->chat->o;
	int warn = 0;

	a->id = j->id;
	a->token = j->token;
	if (j->pick.key != PICK_NOKEY)
		a->key = o->keys->v[j->pick.key].id;
	a->upstream = o->conf->upstreams[j->pick.upstream].name;
	if (j->decided) {
		a->score = j->decision.score;
		a->tier = j->decision.target_tier;
	}
	if (ledger_append(o->ledger, a, &warn) == -1 && warn)
		say(j, CHAT_WARN, "%s: cannot record the call: %s",
		    ledger_dir(o->ledger), strerror(errno));
}

static void
record_try(struct chat_job *j, const struct try_out *t)
{
	struct attempt a;

	try_attempt(t, now_wall(), j->chat->o.conf->day_offset, key_entry(j),
	    outbound_chat(&j->outbound), &a);
	a.attempt = j->attempts;
	a.model = j->order[j->pick.model].id;
	a.op = j->ask.api->op;
	a.stream = j->request.stream || j->repairs & REPAIR_STREAM;
	record(j, &a);
}

/* Takes down how an attempt ended, for the log and as the last word. */
static void
set_refusal(struct chat_job *j, const struct try_out *t)
{
	struct pick_in in = pick_in(j);
	char text[OUTCOME_MESSAGE];

	refusal_text(text, sizeof(text), &in, &j->pick, t->status, t->c);
	say(j, CHAT_NOTE, "attempt %d: %s: %s", j->attempts,
	    j->pick.key == PICK_NOKEY ? "no key" :
					keys_label(&in.keys->v[j->pick.key]),
	    text);
	outcome_tried(&j->outcome, t, in.keys, text);
}

static void
free_slot(struct chat_job *j)
{
	lanes_give(&j->chat->lanes, j->pick.key, &j->slot);
}

/* The repair that answers a verdict, of requests that we know; 0: none. */
static int
repair(const struct chat_job *j, int verdict)
{
	return outbound_chat(&j->outbound) ?
	    request_repair(&j->request, j->repairs, verdict, j->ask.limited) :
	    0;
}

/* Upstream has not this API at all: takes that down. */
static int
lacking(struct chat_job *j, const struct try_out *t)
{
	if (j->outbound.translated ||
	    !api_lacking(j->ask.api, t->status, j->order[j->pick.model].id,
		t->c))
		return 0;
	j->chat->lanes.lacks[j->pick.upstream] |= api_bit(j->ask.api);
	return 1;
}

/* After a refusal: mends the request, chooses anew, or ends. */
static void
refused(struct chat_job *j, const struct try_out *t)
{
	enum verdict v = t->c->verdict;
	const struct verdict_info *i = verdict_info((int)v);
	const char *id = j->order[j->pick.model].id;
	int lacks = lacking(j, t), bit = repair(j, (int)v);
	int scope = ban_scope((int)v, t->sent, j->norder > 1);
	int final = try_final(t, j->request.stream);

	set_refusal(j, t);
	try_free(j->try);
	j->try = NULL;
	if (lacks || (bit != 0 && j->attempts <= j->chat->o.retries)) {
		j->repairs |= bit;
		j->mended = (int)j->pick.model;
		send_try(j);
		return;
	}
	free_slot(j);
	if (final) {
		finish(j);
		return;
	}
	if (j->nretried == 0 || j->retried[j->nretried - 1] != id)
		j->retried[j->nretried++] = id;
	ban_add(&j->bans, SCOPE_PAIR, &j->pick);
	ban_add(&j->bans, scope, &j->pick);
	if (i->next != NEXT_BALANCE || !ask_purse(j))
		choose(j);
}

static void
on_commit(void *arg, const struct try_out *t)
{
	struct chat_job *j = arg;
	const char *model = j->order[j->pick.model].id;
	struct translate_in in = { j->ask.body, j->ask.len, j->id, model,
		now_wall() / 1000, j->chat->o.max_answer };
	struct chat_head h = { .id = j->id,
		.model = model,
		.stream = t->stream,
		.in = &in,
		.attempts = j->attempts,
		.decision = j->decided ? &j->decision : NULL,
		.limits = t->limits,
		.window = t->window };

	j->result.committed = 1;
	j->limits = *t->limits;
	j->window = *t->window;
	loop_timer_del(j->chat->o.loop, &j->commit);
	if (j->outbound.translated)
		h.translate = j->ask.api->translate;
	route_answered(j->chat->o.conf, model, j->decided ? &j->decision : NULL,
	    &j->request.routing);
	j->sink.head(j->arg, &h);
}

static size_t
on_data(void *arg, const char *p, size_t n)
{
	struct chat_job *j = arg;

	return j->sink.data(j->arg, p, n);
}

static void
on_done(void *arg, const struct try_out *t)
{
	struct chat_job *j = arg;

	record_try(j, t);
	j->limits = *t->limits;
	j->window = *t->window;
	j->result.told = t->told;
	j->result.events = t->events;
	j->result.prompt_tokens = t->prompt_tokens;
	j->result.completion_tokens = t->completion_tokens;
	if (!t->committed) {
		refused(j, t);
		return;
	}
	set_refusal(j, t);
	loop_timer_del(j->chat->o.loop, &j->overall);
	if (!try_rests(j->try)) {
		try_free(j->try);
		j->try = NULL;
		free_slot(j);
	}
	finish(j);
}

/* Breaks off the attempt under way, if there is one; it is recorded, once. */
static void
close_try(struct chat_job *j, int verdict)
{
	if (j->try == NULL)
		return;
	if (!j->over)
		record_try(j, try_abort(j->try, verdict));
	try_free(j->try);
	j->try = NULL;
	free_slot(j);
}

static enum relay_want
want(const struct chat_job *j)
{
	if (j->repairs & REPAIR_STREAM ||
	    (j->request.stream && j->ask.assemble))
		return RELAY_ASSEMBLE;
	if (j->request.stream)
		return j->ask.lazy ? RELAY_LAZY : RELAY_STREAM;
	return RELAY_PLAIN;
}

/* Sends the request to the candidate picked, whose slot is held. */
static void
send_try(struct chat_job *j)
{
	static const struct try_cb cb = { on_commit, on_data, on_done,
		on_gone };
	const struct chat_opts *o = &j->chat->o;
	struct try_in in = { .loop = o->loop,
		.up = j->chat->up,
		.u = &o->conf->upstreams[j->pick.upstream],
		.headers = j->ask.headers,
		.want = (int)want(j),
		.max_event = o->max_event,
		.max_answer = o->max_answer };
	unsigned lacks = j->chat->lanes.lacks[j->pick.upstream];
	struct fault f;

	j->attempts++;
	if (j->pick.key != PICK_NOKEY)
		in.secret = o->keys->v[j->pick.key].secret;
	if (outbound_make(&j->outbound, (lacks & api_bit(j->ask.api)) != 0,
		j->order[j->pick.model].id, j->repairs, &f) == 0) {
		in.path = outbound_path(&j->outbound);
		in.body = j->outbound.body.d;
		in.len = j->outbound.body.len;
		in.strict = repair(j, V_REASONED) != 0;
		if ((j->try = try_start(&in, &cb, j)) != NULL)
			return;
		fault_set(&f, EX_OSERR, "%s", strerror(errno));
	}
	free_slot(j);
	outcome_set(&j->outcome,
	    f.status == EX_DATAERR ? V_BAD_REQUEST : V_SYSTEM, f.status, f.text,
	    f.hint);
	finish(j);
}
