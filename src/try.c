/*
 * One attempt: the upstream call on one side, the relay's judgement in the
 * middle, the taker with its back-pressure on the other side.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "attempt.h"
#include "classify.h"
#include "conf.h"
#include "echo.h"
#include "fold.h"
#include "keys.h"
#include "loop.h"
#include "now.h"
#include "relay.h"
#include "try.h"
#include "upstream.h"
#include "window.h"

enum {
	REST_TIME = 1000, /* ms for the reply to end behind its [DONE] */
	REST_MAX = 4096	  /* bytes that may come then */
};

struct
try {
	struct try_in in;
	struct try_cb cb;
	void *arg;
	struct upstream_call *call; /* NULL: the transfer is over */
	struct relay relay;
	struct try_out out;
	struct limits limits;
	struct window window;
	struct loop_timer timer; /* the end */
	struct loop_timer rest;	 /* for what is behind the mark */
	int64_t start;
	int paused, over, told;
	int whole; /* it was: the rest is of no interest */
	size_t nrest;
};

static void
on_end(void *arg)
{
	struct try *t = arg;

	t->told = 1;
	t->cb.done(t->arg, &t->out);
}

/* Sums up what is known. */
static void
end(struct try *t)
{
	const struct answer *a = t->relay.answer;

	if (t->over)
		return;
	t->over = 1;
	if (t->in.body != NULL)
		echo_hide(t->relay.c->message, t->in.body, t->in.len);
	t->out.c = t->relay.c;
	t->out.ms = now_mono() - t->start;
	t->out.committed = t->relay.committed;
	t->out.told = t->relay.broken;
	t->out.events = t->relay.events;
	t->out.prompt_tokens = a->prompt_tokens;
	t->out.completion_tokens = a->completion_tokens;
	if (!t->relay.committed) {
		t->out.reply = t->relay.hold.d;
		t->out.nreply = t->relay.hold.len;
	}
}

/* The end, where it may not be told at once: inside a callback of curl's. */
static void
end_later(struct try *t)
{
	end(t);
	loop_timer(t->in.loop, &t->timer, 0, on_end, t);
}

static void
commit(struct try *t)
{
	t->out.committed = 1;
	t->out.ttft = now_mono() - t->start;
	t->out.stream = t->relay.streaming && t->relay.want != RELAY_ASSEMBLE;
	t->cb.commit(t->arg, &t->out);
}

/* An error in mid-stream may quote the key, which whoever asked may not see. */
static void
scrub(struct try *t)
{
	struct relay *r = &t->relay;
	struct key key = { 0 };
	struct keys one = { &key, 1, NULL };
	size_t n;

	if (t->in.secret == NULL)
		return;
	memcpy(&key.secret, &t->in.secret, sizeof(key.secret)); /* read only */
	keys_mask(key.secret, key.shown);
	n = keys_scrub(&one, r->hold.d, r->ready);
	memmove(r->hold.d + n, r->hold.d + r->ready, r->hold.len - r->ready);
	buf_cut(&r->hold, r->hold.len - (r->ready - n));
	r->ready = n;
}

/* Offers what is ready. 1: it is all taken. */
static int
flush(struct try *t)
{
	struct relay *r = &t->relay;

	if (r->broken && r->ready > 0)
		scrub(t);
	if (r->ready > 0)
		relay_passed(r, t->cb.data(t->arg, r->hold.d, r->ready));
	return r->ready == 0;
}

static void
stop(struct try *t)
{
	if (t->call != NULL)
		upstream_abort(t->call);
	t->call = NULL;
}

/* Judges the reply, of which no more is to come. */
static void
judge(struct try *t, int transport)
{
	struct relay *r = &t->relay;
	int before = r->committed;

	relay_end(r, transport);
	if (t->in.strict && r->c->verdict == V_REASONED && !before)
		r->committed = 0;
	if (r->committed && !before)
		commit(t);
}

static void
rest_over(struct try *t)
{
	loop_timer_del(t->in.loop, &t->rest);
	if (t->told)
		t->cb.gone(t->arg);
}

static void
on_rest_over(void *arg)
{
	struct try *t = arg;

	stop(t);
	rest_over(t);
}

/* No more is to come: it is over once all of it is taken. */
static void
finish(struct try *t)
{
	if (!t->relay.committed || flush(t)) {
		end(t);
		on_end(t);
	}
}

/* What may come behind its mark, the LF of a CRLF, did not. */
static void
on_no_lf(void *arg)
{
	struct try *t = arg;

	stop(t);
	judge(t, TRANSPORT_OK);
	t->out.sent = 1;
	finish(t);
}

/* An answer is over when its mark says so, whenever the reply will be. */
static void
whole(struct try *t)
{
	judge(t, TRANSPORT_OK);
	t->whole = 1;
	t->out.sent = 1;
	loop_timer(t->in.loop, &t->rest, REST_TIME, on_rest_over, t);
	if (!t->relay.committed) {
		end_later(t);
	} else if (flush(t)) {
		end(t);
		on_end(t);
	}
}

/* What follows is read so that the connection can be kept. */
static void
rest(struct try *t, size_t n)
{
	if ((t->nrest += n) <= REST_MAX)
		return;
	stop(t);
	loop_timer(t->in.loop, &t->rest, 0, on_rest_over, t);
}

static void
on_head(void *arg, struct upstream_call *call, int status)
{
	struct try *t = arg;
	const char *s;
	int i;

	t->out.status = status;
	upstream_limits(call, &t->limits);
	t->relay.left = t->limits.left == 0 || t->limits.model_left == 0;
	for (i = 0; i < WINDOW_HEADERS; i++)
		window_set(&t->window, i,
		    upstream_header(call, window_headers[i]));
	if ((s = upstream_header(call, "retry-after")) != NULL)
		t->out.retry_after = classify_retry_after(s, strlen(s),
		    now_wall());
	relay_head(&t->relay, status, upstream_header(call, "content-type"),
	    upstream_header(call, "content-encoding"));
}

static int
on_data(void *arg, const char *p, size_t n)
{
	struct try *t = arg;
	int before = t->relay.committed, taken;
	enum relay_res res;

	if (t->whole) {
		rest(t, n);
		return 0;
	}
	if (before && t->relay.ready > 0) {
		t->paused = 1;
		return 1;
	}
	res = relay_data(&t->relay, p, n);
	if (t->relay.committed && !before)
		commit(t);
	if (res == RELAY_DONE) {
		whole(t);
		return 0;
	}
	taken = !t->relay.committed || flush(t);
	if (res == RELAY_BAD) {
		stop(t);
		if (taken)
			end_later(t);
	} else if (t->relay.ended)
		loop_timer(t->in.loop, &t->rest, REST_TIME, on_no_lf, t);
	return 0;
}

static void
on_done(void *arg, const struct upstream_end *e)
{
	struct try *t = arg;
	struct relay *r = &t->relay;

	t->call = NULL;
	if (t->whole) {
		rest_over(t);
		return;
	}
	loop_timer_del(t->in.loop, &t->rest);
	if (t->out.status == 0)
		t->out.status = e->status;
	t->out.sent = e->sent;
	judge(t, e->transport);
	if (r->c->message[0] == '\0' && e->transport != TRANSPORT_OK)
		strlcpy(r->c->message, e->why, sizeof(r->c->message));
	finish(t);
}

struct try *
try_start(const struct try_in *in, const struct try_cb *cb, void *arg)
{
	static const struct upstream_cb ours = { on_head, on_data, on_done };
	const struct conf_timeouts *times = &in->u->timeouts;
	const char *headers[TRY_HEADERS + 2] = {
		"Content-Type: application/json"
	};
	struct upstream_req r = { .method = in->body != NULL ? "POST" : "GET",
		.bearer = in->secret,
		.headers = headers,
		.body = in->body,
		.len = in->len,
		.connect = times->connect,
		.idle = times->idle };
	struct try *t;
	char *url;
	size_t i;

	for (i = 0;
	     in->headers != NULL && in->headers[i] != NULL && i < TRY_HEADERS;
	     i++)
		headers[i + 1] = in->headers[i];
	if ((t = calloc(1, sizeof(*t))) == NULL)
		return NULL;
	if (asprintf(&url, "%s%s", in->u->base_url, in->path) == -1) {
		free(t);
		return NULL;
	}
	t->in = *in;
	t->cb = *cb;
	t->arg = arg;
	t->start = now_mono();
	t->out.ms = t->out.ttft = t->out.retry_after = -1;
	t->limits = (struct limits){ -1, -1, -1, -1 };
	t->out.limits = &t->limits;
	t->out.window = &t->window;
	r.url = url;
	r.first_byte = in->want == RELAY_PLAIN ? times->plain :
						 times->first_byte;
	if (relay_init(&t->relay, (enum relay_want)in->want, in->max_event,
		in->max_answer) == 0)
		t->call = upstream_start(in->up, &r, &ours, t);
	free(url);
	if (t->call == NULL) {
		relay_free(&t->relay);
		free(t);
		return NULL;
	}
	return t;
}

void
try_resume(struct try *t)
{
	if (!t->out.committed || t->over || !flush(t))
		return;
	if (t->call == NULL || t->whole)
		end_later(t);
	else if (t->paused) {
		t->paused = 0;
		upstream_resume(t->call);
	}
}

const struct try_out *
try_abort(struct try *t, int v)
{
	stop(t);
	if (!t->over) {
		memset(t->relay.c, 0, sizeof(*t->relay.c));
		t->relay.c->verdict = (enum verdict)v;
		end(t);
	}
	loop_timer_del(t->in.loop, &t->timer);
	loop_timer_del(t->in.loop, &t->rest);
	return &t->out;
}

void
try_free(struct try *t)
{
	if (t == NULL)
		return;
	(void)try_abort(t, V_CANCELLED);
	relay_free(&t->relay);
	free(t);
}

int
try_rests(const struct try *t)
{
	return t->call != NULL;
}

int
try_final(const struct try_out *t, int stream)
{
	enum next n = verdict_info((int)t->c->verdict)->next;

	return n == NEXT_RETURN || n == NEXT_REPAIR ||
	    (t->c->verdict == V_TIMEOUT && !stream && t->status == 0);
}

void
try_attempt(const struct try_out *t, int64_t now, int off,
    const struct fold_ent *key, int chat, struct attempt *a)
{
	enum verdict v = t->c->verdict;
	int64_t window = window_rest(t->window), retry = t->retry_after;
	int strikes = 0;

	attempt_init(a);
	a->ts = now;
	a->status = t->status;
	a->verdict = (int)v;
	a->ttft = t->ttft;
	a->ms = t->ms;
	a->prompt_tokens = t->prompt_tokens;
	a->completion_tokens = t->completion_tokens;
	a->limits = *t->limits;
	a->rest = (int)verdict_info((int)v)->scope;
	/* equal refusals of the key before this one double its rest */
	if (a->rest == SCOPE_KEY && key != NULL && key->rest_verdict == (int)v)
		strikes = key->strikes;
	if (retry == -1 && window > 0)
		retry = (window + 999) / 1000;
	a->rest_until = classify_rest(v, now, off, retry, strikes);
	if (v == V_OK && window > 0) {
		a->rest = SCOPE_PAIR;
		a->rest_until = now + window;
	}
	if (!chat &&
	    (v == V_NO_PROVIDER || v == V_BAD_MODEL || v == V_NO_PERMISSION)) {
		a->rest = SCOPE_NONE;
		a->rest_until = 0;
	}
}
