/*
 * The asking of ms-balance: which account is asked next, within the bounds of
 * calls at once, calls on one key, and time for one account; what an answer
 * does to rows and ledger. An account's balance comes first, since a key
 * that is refused or empty need not pay for more.
 */
#include <sys/queue.h>

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "attempt.h"
#include "balance.h"
#include "classify.h"
#include "conf.h"
#include "fault.h"
#include "fold.h"
#include "keys.h"
#include "knock.h"
#include "ledger.h"
#include "loop.h"
#include "now.h"
#include "probe.h"
#include "purse.h"
#include "slots.h"
#include "state.h"
#include "upstream.h"

enum {
	SLOT_WAIT = 50, /* ms between two looks for a free slot */
	WHY = 640
};

struct account {
	TAILQ_ENTRY(account) entry;
	TAILQ_HEAD(accounts, account) * queue; /* that it is in, or NULL */
	struct balance_account *b;
	const struct conf_upstream *u;
	int asked;	  /* its balance is known */
	size_t next;	  /* row that is looked at next */
	int64_t deadline; /* monotonic ms, 0: not begun */
};

struct call {
	LIST_ENTRY(call) entry;
	struct run *run;
	struct account *a;
	struct balance_row *row;  /* NULL: of the balance */
	struct purse_call *purse; /* this or */
	struct knock_call *knock; /* that is under way */
	int slot;		  /* -1: none needed */
};

struct run {
	const struct probe *p;
	struct balance *b;
	struct loop *loop;
	struct upstream *up;
	struct slots *slots;
	struct account *accounts;
	struct accounts ready, waiting;
	LIST_HEAD(calls, call) calls;
	int ncalls;
	char *done; /* per row */
	struct loop_timer timer;
	int interrupted;
	int err; /* an errno that ends it */
};

static void pump(struct run *);

static void
fail(struct run *r, int err)
{
	if (r->err == 0)
		r->err = err;
	loop_stop(r->loop);
}

static void
enqueue(struct account *a, struct accounts *q, int first)
{
	if (a->queue != NULL)
		TAILQ_REMOVE(a->queue, a, entry);
	if (first)
		TAILQ_INSERT_HEAD(q, a, entry);
	else
		TAILQ_INSERT_TAIL(q, a, entry);
	a->queue = q;
}

static void
dequeue(struct account *a)
{
	if (a->queue != NULL)
		TAILQ_REMOVE(a->queue, a, entry);
	a->queue = NULL;
}

/* All is known of a row. */
static void
settle(struct run *r, struct balance_row *row, enum state s, const char *why)
{
	if (balance_set(row, (int)s, why) == -1)
		fail(r, errno);
	r->done[row - r->b->rows] = 1;
	if (r->p->row != NULL)
		r->p->row(r->p->arg, row);
}

/* Settles what is left of an account. */
static void
give_up(struct run *r, struct account *a, enum state s, const char *why)
{
	size_t i;

	for (i = a->b->row; i < a->b->row + a->b->nrows; i++)
		if (!r->done[i] && (!a->asked || i >= a->next))
			settle(r, &r->b->rows[i], s, why);
	a->asked = 1;
	a->next = a->b->row + a->b->nrows;
}

/*
 * "HTTP 401: Authentication failed", with the key masked: of all keys only
 * this one was sent, so no other can come back.
 */
static void
explain(const struct run *r, const struct account *a, int status, int verdict,
    const char *message, char dst[WHY])
{
	const char *words = *message != '\0' ? message :
					       verdict_info(verdict)->words;
	struct keys one = { .n = 1 };
	size_t n;

	if (status != 0)
		snprintf(dst, WHY, "HTTP %d: %s", status, words);
	else
		snprintf(dst, WHY, "%s", words);
	if (a->b->key == NULL)
		return;
	one.v = r->p->keys->v + (a->b->key - r->p->keys->v);
	n = keys_scrub(&one, dst, strlen(dst));
	dst[n] = '\0';
}

static void
record(struct run *r, struct attempt *a, const struct account *acc)
{
	char text[512];
	int warn;

	if (r->p->ledger == NULL)
		return;
	a->upstream = acc->u->name;
	a->key = acc->b->key != NULL ? acc->b->key->id : NULL;
	if (ledger_append(r->p->ledger, a, &warn) == -1 && warn &&
	    r->p->warn != NULL) {
		snprintf(text, sizeof(text), "%s: cannot be recorded: %s",
		    ledger_dir(r->p->ledger), strerror(errno));
		r->p->warn(r->p->arg, text);
	}
}

/* ---- the balance of an account ---- */

/* The state of a row that is not asked, with a key that is good. */
static enum state
unasked(const struct run *r, const struct account *a, struct balance_row *row)
{
	const char *id = a->b->key != NULL ? a->b->key->id : NULL;
	const struct fold_ent *e;
	enum state s;

	if (row->model == NULL || r->p->ledger == NULL)
		return STATE_OK;
	e = fold_get(ledger_fold(r->p->ledger), a->u->name, id, row->model);
	s = state_model(e, now_wall());
	row->verdict = state_verdict(e, now_wall());
	return s == STATE_UNKNOWN ? STATE_OK : s;
}

/* The balance call ended so; what hangs on it alone is settled. */
static void
balance_ended(struct run *r, struct account *a, enum state s, const char *why,
    int64_t ms)
{
	struct balance_row *row;
	int over = state_info(s)->refused || s == STATE_EXHAUSTED;
	size_t i;

	for (i = a->b->row; i < a->b->row + a->b->nrows; i++) {
		row = &r->b->rows[i];
		if (row->ask && !over)
			continue;
		row->latency = ms;
		if (s == STATE_OK)
			settle(r, row, unasked(r, a, row), NULL);
		else
			settle(r, row, s, why);
	}
	a->asked = 1;
	a->next = a->b->row;
}

static enum state
purse_state(const struct purse *p)
{
	if (p->verdict == V_OK)
		return state_credits(p->available);
	/* The endpoint uses this status for more than one thing. */
	if (p->verdict == V_NO_PERMISSION)
		return STATE_UNKNOWN;
	return state_of(p->verdict);
}

/* Takes a call out; its account may be asked on. */
static void
call_free(struct call *c)
{
	if (c->slot != -1)
		slots_give(c->run->slots, c->slot);
	LIST_REMOVE(c, entry);
	c->run->ncalls--;
	free(c);
}

static void
on_purse(void *arg, const struct purse *p)
{
	struct call *c = arg;
	struct run *r = c->run;
	struct account *a = c->a;
	struct attempt at;
	char why[WHY];

	call_free(c);
	if (p->verdict == V_OK) {
		a->b->available = p->available;
		a->b->total = p->total;
		a->b->frozen = p->frozen;
	}
	explain(r, a, p->status, p->verdict, p->message, why);
	purse_attempt(p, a->u->price, now_wall(), r->p->conf->day_offset, &at);
	record(r, &at, a);
	balance_ended(r, a, purse_state(p), p->verdict == V_OK ? NULL : why,
	    p->ms);
	enqueue(a, &r->ready, 1);
	pump(r);
}

/* ---- a model ---- */

/* Equal refusals of late, for rests that double. */
static int
strikes(const struct run *r, const struct attempt *at, enum scope scope,
    const struct account *a)
{
	const struct fold_ent *e;

	if (r->p->ledger == NULL)
		return 0;
	e = fold_get(ledger_fold(r->p->ledger), a->u->name,
	    scope == SCOPE_MODEL || a->b->key == NULL ? NULL : a->b->key->id,
	    scope == SCOPE_KEY ? NULL : at->model);
	return e != NULL && e->last_verdict == at->verdict ? e->strikes : 0;
}

static void
knock_attempt(const struct run *r, const struct account *a,
    const struct knock *k, const char *model, struct attempt *at)
{
	enum scope scope = verdict_info(k->verdict)->scope;

	attempt_init(at);
	at->ts = now_wall();
	at->op = "probe";
	at->model = model;
	at->status = k->status;
	at->verdict = k->verdict;
	at->stream = 1;
	at->ms = k->ms;
	at->limits = *k->limits;
	/* Our own impatience is no reason to let a model rest. */
	if (k->verdict == V_TIMEOUT || scope == SCOPE_NONE)
		return;
	at->rest = (int)scope;
	at->rest_until = classify_rest((enum verdict)k->verdict, at->ts,
	    r->p->conf->day_offset, k->retry_after, strikes(r, at, scope, a));
}

static void
on_knock(void *arg, const struct knock *k)
{
	struct call *c = arg;
	struct run *r = c->run;
	struct account *a = c->a;
	struct balance_row *row = c->row;
	struct attempt at;
	char why[WHY];

	call_free(c);
	explain(r, a, k->status, k->verdict, k->message, why);
	knock_attempt(r, a, k, row->model, &at);
	record(r, &at, a);
	balance_limits(row, k->limits);
	row->latency = k->ms;
	row->verdict = k->verdict;
	settle(r, row, state_of(k->verdict),
	    state_of(k->verdict) == STATE_OK ? NULL : why);
	enqueue(a, &r->ready, 1);
	pump(r);
}

/* ---- who is asked next ---- */

static void
on_slot_timer(void *arg)
{
	struct run *r = arg;
	struct account *a;

	while ((a = TAILQ_FIRST(&r->waiting)) != NULL)
		enqueue(a, &r->ready, 0);
	pump(r);
}

/* A slot of the account's key in *slot: 0, or -1 with errno. */
static int
take_slot(struct run *r, const struct account *a, int *slot)
{
	*slot = -1;
	if (a->b->key == NULL || a->u->per_key_concurrency == 0)
		return 0;
	*slot = slots_take(r->slots, a->b->key->id, a->u->per_key_concurrency);
	return *slot == -1 ? -1 : 0;
}

/* Begins the call of a row, or of the balance (row NULL). */
static int
start_call(struct run *r, struct account *a, struct balance_row *row, int slot)
{
	struct knock_req q = { .u = a->u };
	struct call *c;

	if ((c = calloc(1, sizeof(*c))) == NULL) {
		if (slot != -1)
			slots_give(r->slots, slot);
		return -1;
	}
	c->run = r;
	c->a = a;
	c->row = row;
	c->slot = slot;
	LIST_INSERT_HEAD(&r->calls, c, entry);
	r->ncalls++;
	if (a->b->key != NULL)
		q.secret = a->b->key->secret;
	q.timeout = (int)(a->deadline - now_mono());
	if (q.timeout < 1)
		q.timeout = 1;
	if (row == NULL) {
		c->purse = purse_ask(r->up, a->u, q.secret, q.timeout, on_purse,
		    c);
	} else {
		q.model = row->model;
		c->knock = knock_ask(r->up, &q, on_knock, c);
	}
	if (c->purse == NULL && c->knock == NULL) {
		call_free(c);
		return -1;
	}
	return 0;
}

/* The account's next row to ask, or NULL. */
static struct balance_row *
next_row(const struct run *r, struct account *a)
{
	size_t last = a->b->row + a->b->nrows;

	while (a->next < last && r->done[a->next])
		a->next++;
	return a->next < last ? &r->b->rows[a->next] : NULL;
}

/* Without a balance to ask for, only the models can tell. */
static void
no_balance(struct run *r, struct account *a)
{
	char why[128];

	if (a->asked || (a->b->key != NULL && a->u->balance_url != NULL))
		return;
	snprintf(why, sizeof(why),
	    "upstream %s has no balance_url: "
	    "ask with --probe MODEL",
	    a->u->name);
	balance_ended(r, a, STATE_UNKNOWN, why, -1);
}

/* One step of one account, which is in no queue. */
static void
step(struct run *r, struct account *a)
{
	struct balance_row *row = NULL;
	int64_t now = now_mono();
	int slot;

	no_balance(r, a);
	if (a->asked && (row = next_row(r, a)) == NULL)
		return;
	if (a->deadline == 0)
		a->deadline = now + r->p->timeout;
	if (now >= a->deadline) {
		give_up(r, a, STATE_UNKNOWN, "no time was left to ask");
		return;
	}
	if (take_slot(r, a, &slot) == -1) {
		if (errno != EAGAIN) {
			fail(r, errno);
			return;
		}
		enqueue(a, &r->waiting, 0);
		if (!r->timer.set)
			loop_timer(r->loop, &r->timer, SLOT_WAIT, on_slot_timer,
			    r);
		return;
	}
	if (start_call(r, a, row, slot) == -1) {
		fail(r, errno);
		return;
	}
	if (row != NULL) {
		a->next++;
		enqueue(a, &r->ready, 1);
	}
}

/* Starts what may be started, and ends the loop when all is done. */
static void
pump(struct run *r)
{
	struct account *a;

	while (r->err == 0 && r->ncalls < r->p->parallel &&
	    (a = TAILQ_FIRST(&r->ready)) != NULL) {
		dequeue(a);
		step(r, a);
	}
	if (r->ncalls == 0 && TAILQ_EMPTY(&r->ready) &&
	    TAILQ_EMPTY(&r->waiting))
		loop_stop(r->loop);
}

static void
on_signal(void *arg, int sig)
{
	struct run *r = arg;

	(void)sig;
	r->interrupted = 1;
	loop_stop(r->loop);
}

/* ---- the whole ---- */

static int
run_accounts(struct run *r)
{
	struct account *a;
	size_t i;

	r->accounts = calloc(r->b->naccounts + 1, sizeof(*r->accounts));
	r->done = calloc(r->b->nrows + 1, 1);
	if (r->accounts == NULL || r->done == NULL)
		return -1;
	for (i = 0; i < r->b->naccounts; i++) {
		a = &r->accounts[i];
		a->b = &r->b->accounts[i];
		if (a->b->upstream == BALANCE_NOWHERE) {
			r->done[a->b->row] = 1;
			if (r->p->row != NULL)
				r->p->row(r->p->arg, &r->b->rows[a->b->row]);
			continue;
		}
		a->u = &r->p->conf->upstreams[a->b->upstream];
		/* what it had is not what it has */
		a->b->available = a->b->total = a->b->frozen = NAN;
		enqueue(a, &r->ready, 0);
	}
	for (i = 0; i < r->b->nrows; i++)
		if (!r->done[i]) {
			r->b->rows[i].state = STATE_UNKNOWN;
			r->b->rows[i].verdict = -1;
		}
	return 0;
}

static int
run_open(struct run *r)
{
	const char *dir = r->p->ledger != NULL ? ledger_dir(r->p->ledger) : "";

	if ((r->loop = loop_new()) == NULL ||
	    (r->up = upstream_new(r->loop)) == NULL ||
	    (r->slots = slots_open(dir)) == NULL || run_accounts(r) == -1)
		return -1;
	if (loop_signal(r->loop, SIGINT, on_signal, r) == -1 ||
	    loop_signal(r->loop, SIGTERM, on_signal, r) == -1)
		return -1;
	signal(SIGPIPE, SIG_IGN); /* of TLS connections that break */
	return 0;
}

/* Ends what is under way, and says of the rest that it is not known. */
static void
run_close(struct run *r)
{
	struct call *c;
	size_t i;

	while ((c = LIST_FIRST(&r->calls)) != NULL) {
		if (c->purse != NULL)
			purse_cancel(c->purse);
		else
			knock_cancel(c->knock);
		call_free(c);
	}
	for (i = 0; r->done != NULL && i < r->b->nrows; i++)
		if (!r->done[i])
			settle(r, &r->b->rows[i], STATE_UNKNOWN, "interrupted");
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	slots_close(r->slots);
	upstream_free(r->up);
	loop_free(r->loop);
	free(r->accounts);
	free(r->done);
}

int
probe_run(const struct probe *p, struct balance *b, struct fault *f)
{
	struct run r = { .p = p, .b = b };

	TAILQ_INIT(&r.ready);
	TAILQ_INIT(&r.waiting);
	LIST_INIT(&r.calls);
	if (run_open(&r) == -1) {
		r.err = errno;
	} else {
		pump(&r);
		if ((r.ncalls > 0 || !TAILQ_EMPTY(&r.waiting)) && r.err == 0 &&
		    loop_run(r.loop) == -1)
			r.err = errno;
	}
	run_close(&r);
	if (r.err != 0)
		return fault_set(f, EX_OSERR, "%s", strerror(r.err));
	return r.interrupted;
}
