/*
 * Asking for and reading a balance.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "attempt.h"
#include "buf.h"
#include "classify.h"
#include "conf.h"
#include "fold.h"
#include "now.h"
#include "purse.h"
#include "splice.h"
#include "upstream.h"

enum {
	BODY_MAX = 64 * 1024
};

struct purse_call {
	struct upstream_call *call;
	struct buf body;
	char *type;
	int64_t start;
	int toobig;
	void (*done)(void *, const struct purse *);
	void *arg;
};

static int
number(struct splice v, const char *name, double *d)
{
	struct splice m;

	if (splice_find(v, name, &m) != 1)
		return 0;
	return splice_num(m, d) == -1 ? -1 : 1;
}

int
purse_parse(const char *body, size_t n, struct purse *p)
{
	double available, total = NAN, frozen = NAN;
	struct splice v, data, ok;

	p->available = p->total = p->frozen = NAN;
	if (splice_text(body, n, &v, NULL) == -1 || v.s[0] != '{' ||
	    splice_find(v, "data", &data) != 1 || data.s[0] != '{')
		return -1;
	if (splice_find(v, "success", &ok) == 1 && ok.s[0] == 'f')
		return -1;
	if (number(data, "available_balance", &available) != 1 ||
	    number(data, "total_balance", &total) == -1 ||
	    number(data, "frozen_amount", &frozen) == -1)
		return -1;
	p->available = available;
	p->total = total;
	p->frozen = frozen;
	return 0;
}

static void
on_head(void *arg, struct upstream_call *call, int status)
{
	struct purse_call *c = arg;
	const char *type;

	(void)status;
	if ((type = upstream_header(call, "content-type")) != NULL)
		c->type = strdup(type);
}

static int
on_data(void *arg, const char *p, size_t n)
{
	struct purse_call *c = arg;

	if (buf_add(&c->body, p, n) == -1)
		c->toobig = 1;
	return 0;
}

static void
free_call(struct purse_call *c)
{
	buf_free(&c->body);
	free(c->type);
	free(c);
}

static void
judge(const struct purse_call *c, const struct upstream_end *e, struct purse *p)
{
	struct reply r = { .transport = (enum transport)e->transport,
		.status = e->status,
		.type = c->type,
		.body = c->body.d,
		.len = c->body.len,
		.whole = 1 };
	struct classified k;

	if (e->transport == TRANSPORT_OK && e->status >= 200 &&
	    e->status < 300) {
		p->verdict = c->toobig ? V_TOO_LARGE : V_BAD_REPLY;
		if (!c->toobig && purse_parse(c->body.d, c->body.len, p) == 0)
			p->verdict = V_OK;
		else
			strlcpy(p->message, "not a balance",
			    sizeof(p->message));
		return;
	}
	classify(&r, &k);
	p->verdict = (int)k.verdict;
	strlcpy(p->message,
	    k.message[0] != '\0'	     ? k.message :
		e->transport != TRANSPORT_OK ? e->why :
					       "",
	    sizeof(p->message));
}

static void
on_done(void *arg, const struct upstream_end *e)
{
	struct purse_call *c = arg;
	struct purse p = { .available = NAN, .total = NAN, .frozen = NAN };

	p.status = e->status;
	p.ms = now_mono() - c->start;
	judge(c, e, &p);
	c->done(c->arg, &p);
	free_call(c);
}

struct purse_call *
purse_ask(struct upstream *up, const struct conf_upstream *u,
    const char *secret, int timeout,
    void (*done)(void *arg, const struct purse *p), void *arg)
{
	static const struct upstream_cb cb = { on_head, on_data, on_done };
	struct upstream_req r = { .method = "GET",
		.url = u->balance_url,
		.bearer = secret,
		.connect = u->timeouts.connect,
		.first_byte = u->timeouts.plain,
		.idle = u->timeouts.idle,
		.total = timeout };
	struct purse_call *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	buf_init(&c->body, BODY_MAX);
	c->start = now_mono();
	c->done = done;
	c->arg = arg;
	if ((c->call = upstream_start(up, &r, &cb, c)) == NULL) {
		free_call(c);
		return NULL;
	}
	return c;
}

void
purse_cancel(struct purse_call *c)
{
	upstream_abort(c->call);
	free_call(c);
}

void
purse_attempt(const struct purse *p, double price, int64_t now, int off,
    struct attempt *a)
{
	attempt_init(a);
	a->ts = now;
	a->op = "balance";
	a->status = p->status;
	a->ms = p->ms;
	a->verdict = p->verdict;
	a->balance = p->available;
	a->balance_total = p->total;
	a->balance_frozen = p->frozen;
	if (p->verdict == V_OK && p->available < price)
		a->verdict = V_NO_CREDITS;
	if (a->verdict == V_NO_CREDITS ||
	    (verdict_info(a->verdict)->scope == SCOPE_KEY &&
		verdict_info(a->verdict)->status == EX_NOPERM)) {
		a->rest = SCOPE_KEY;
		a->rest_until = classify_rest((enum verdict)a->verdict, now,
		    off, -1, 0);
	}
}
