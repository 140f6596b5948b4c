/* Requests, from the rules of the gate to the answer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "accesslog.h"
#include "asked.h"
#include "backend.h"
#include "buf.h"
#include "conn.h"
#include "day.h"
#include "endpoint.h"
#include "errbody.h"
#include "exchange.h"
#include "field.h"
#include "gate.h"
#include "handle.h"
#include "http.h"
#include "json.h"
#include "metrics.h"
#include "now.h"
#include "pages.h"
#include "site.h"
#include "splice.h"
#include "tokens.h"

enum {
	LINE_BYTES = 4096,
	LEAD_BYTES = 64 * 1024,
	LOCAL_BYTES = 1024 * 1024,
	WHOLE_BYTES = 256 * 1024
};

/* Nothing from elsewhere, and no text that becomes markup or a script. */
static const char csp[] =
    "default-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

/* ---- errors ---- */

static void
error(struct conn *c, int status, const char *message)
{
	const struct errbody e = { status, NULL, message, NULL, NULL };

	exchange_error(c, &e, NULL);
}

static void
no_memory(struct conn *c)
{
	error(c, 503, "out of memory");
}

static void
refused(struct conn *c, const struct gate *g)
{
	const struct errbody e = { g->status, g->code, g->message,
		g->hint[0] != '\0' ? g->hint : NULL, NULL };

	exchange_error(c, &e, NULL);
}

static void
not_found(struct conn *c)
{
	const struct errbody e = { 404, NULL, "there is no such path here",
		"chat is at /v1/chat/completions", NULL };

	exchange_error(c, &e, NULL);
}

static void
on_refuse(struct conn *c, int status, const char *why)
{
	if (exchange_of(c)->ep == NULL)
		exchange_begin(c, NULL);
	error(c, status, why);
}

/* ---- answers made here ---- */

static void
json_answer(struct conn *c, const char *body)
{
	exchange_answer(c, 200, "application/json", body, strlen(body), NULL);
}

/* One model of the list, by an id with a raw or an escaped slash. */
static void
model(struct conn *c)
{
	const struct exchange *x = exchange_of(c);
	const char *list = exchange_desk(c)->site->models;
	struct errbody e = { 404, "model_not_found", "there is no such model",
		"GET /v1/models lists them", NULL };
	struct splice_walk w;
	struct splice all, data, id;
	struct http_str raw;
	char want[EXCHANGE_PATH];
	struct buf has;
	int found = 0;

	buf_init(&has, EXCHANGE_PATH);
	if (buf_room(&has, EXCHANGE_PATH) == -1) {
		no_memory(c);
		return;
	}
	raw.s = x->path + strlen(x->ep->path);
	raw.n = strlen(raw.s);
	if (http_unescape(want, sizeof(want), &raw) > 0 &&
	    splice_text(list, strlen(list), &all, NULL) == 0 &&
	    splice_find(all, "data", &data) == 1) {
		splice_begin(&w, data);
		while (!found && splice_next(&w) == 1) {
			buf_cut(&has, 0);
			found = splice_find(w.value, "id", &id) == 1 &&
			    splice_str(id, &has) == 0 &&
			    strcasecmp(has.d, want) == 0;
		}
	}
	if (found)
		exchange_answer(c, 200, "application/json", w.value.s,
		    w.value.n, NULL);
	else
		exchange_error(c, &e, NULL);
	buf_free(&has);
}

static void
health(struct conn *c)
{
	struct desk *d = exchange_desk(c);
	struct buf b;
	struct json j;

	buf_init(&b, LOCAL_BYTES);
	json_begin(&j, &b);
	json_object(&j, NULL);
	json_str(&j, "status", "healthy");
	json_str(&j, "service", "ms-serve");
	json_str(&j, "version", VERSION);
	json_int(&j, "uptime_s", (now_mono() - d->site->started) / 1000);
	json_end(&j);
	if (json_finish(&j) == -1)
		no_memory(c);
	else
		json_answer(c, b.d);
	buf_free(&b);
}

static void
page(struct conn *c, const struct page *p)
{
	struct buf f;

	buf_init(&f, LINE_BYTES);
	if (http_add(&f, "Content-Security-Policy", csp, sizeof(csp) - 1) ==
		-1 ||
	    http_add(&f, "X-Content-Type-Options", "nosniff", 7) == -1 ||
	    http_add(&f, "Referrer-Policy", "no-referrer", 11) == -1 ||
	    http_add(&f, "Cache-Control", "no-cache", 8) == -1)
		no_memory(c);
	else
		exchange_answer(c, 200, p->type, p->body, p->n, &f);
	buf_free(&f);
}

static void
file(struct conn *c)
{
	const struct exchange *x = exchange_of(c);
	const struct http_str path = { x->path, strlen(x->path) };
	const struct page *p = pages_find(exchange_desk(c)->pages, &path);

	if (x->ep->kind == KIND_ROOT && (p == NULL || !x->html))
		json_answer(c,
		    "{\"status\":\"ok\","
		    "\"service\":\"ModelScope API Gateway\"}");
	else if (p != NULL)
		page(c, p);
	else
		not_found(c);
}

/* What the front counted, alone or before what the ledger says. */
static int
own_metrics(struct conn *c, struct buf *out)
{
	const struct conn_pool *p = conn_pool_of(c);
	const struct desk *d = p->arg;
	struct metrics_now now = { 0 };

	now.connections = p->n;
	now.inflight = d->inflight;
	now.held = p->held;
	now.restarts = d->site->restarts;
	now.lost_lines = d->log != NULL ? accesslog_lost(d->log) : 0;
	return metrics_write(d->metrics, &now, out);
}

/* ---- answers of workers and tools ---- */

static void
on_cancel(struct conn *c)
{
	struct exchange *x = exchange_of(c);

	backend_free(x->backend);
	x->backend = NULL;
}

static void
on_room(struct conn *c)
{
	struct exchange *x = exchange_of(c);

	if (x->backend != NULL)
		backend_hold(x->backend, 0);
}

/* Takes over one header field that a worker gives. 0, or -1. */
static int
take_field(struct exchange *x, struct splice name, struct splice value)
{
	struct buf n, v;
	int rc = -1;

	buf_init(&n, LINE_BYTES);
	buf_init(&v, LEAD_BYTES);
	if (splice_str(name, &n) == -1 ||
	    (*value.s == '"' ? splice_str(value, &v) :
			       buf_add(&v, value.s, value.n)) == -1)
		goto out;
	if (http_add(&x->fields, n.d, v.d, v.len) == -1 && errno != EINVAL)
		goto out;
	if (strcmp(n.d, "x-ms-model") == 0)
		snprintf(x->model, sizeof(x->model), "%s", v.d);
	if (strcmp(n.d, "x-ms-attempts") == 0)
		x->attempts = strtonum(v.d, 0, 1000, NULL);
	rc = 0;
out:
	buf_free(&n);
	buf_free(&v);
	return rc;
}

/* The line that an answer of a worker or a tool begins with. */
struct lead {
	int status;
	const char *type, *error;
	struct splice headers;
};

static const struct field lead_fields[] = {
	FIELD(lead, status, "status", .kind = FIELD_INT),
	FIELD(lead, type, "type", .kind = FIELD_STR),
	FIELD(lead, error, "error", .kind = FIELD_STR),
	FIELD(lead, headers, "headers", .kind = FIELD_RAW),
	FIELD_END,
};

static int
take_lead(struct exchange *x, const struct lead *l)
{
	struct splice_walk w;
	int rc;

	x->status = l->status;
	snprintf(x->type, sizeof(x->type), "%s", l->type);
	x->stream = strncmp(x->type, "text/event-stream", 17) == 0;
	if (l->error != NULL && (x->error = strdup(l->error)) == NULL)
		return -1;
	if (x->status < 200 || x->status > 599)
		return -1;
	if (l->headers.n == 0 || *l->headers.s != '{')
		return 0;
	splice_begin(&w, l->headers);
	while ((rc = splice_next(&w)) == 1)
		if (take_field(x, w.name, w.value) == -1)
			return -1;
	return rc;
}

static int
on_head(void *arg, const char *line, size_t n)
{
	struct lead l = { .type = "application/json" };
	struct splice v = { line, n };
	struct buf scratch;
	int rc;

	buf_init(&scratch, LEAD_BYTES);
	rc = field_read(lead_fields, &l, v, &scratch);
	if (rc == 0)
		rc = take_lead(exchange_of(arg), &l);
	buf_free(&scratch);
	return rc;
}

/* The head of an answer that is relayed. */
static void
start(struct conn *c, int64_t length)
{
	struct exchange *x = exchange_of(c);
	struct buf *h = exchange_head(c, x->status, x->type);

	if (x->stream) {
		http_add(h, "Cache-Control", "no-cache", 8);
		http_add(h, "X-Accel-Buffering", "no", 2);
	}
	buf_add(h, x->fields.d, x->fields.len);
	conn_start(c, length);
	buf_free(&x->fields);
}

static void
metrics_answer(struct conn *c)
{
	struct exchange *x = exchange_of(c);
	struct buf b;

	on_cancel(c);
	buf_init(&b, 2 * LOCAL_BYTES);
	if (own_metrics(c, &b) == -1 ||
	    (x->status == 200 && buf_add(&b, x->lead.d, x->lead.len) == -1))
		no_memory(c);
	else
		exchange_answer(c, 200,
		    "text/plain; version=0.0.4; charset=utf-8", b.d, b.len,
		    NULL);
	buf_free(&b);
}

static void
on_fail(void *arg, enum backend_fault why)
{
	struct conn *c = arg;
	struct exchange *x = exchange_of(c);

	on_cancel(c);
	if (!conn_fresh(c)) {
		conn_abort(c);
	} else if (x->ep->kind == KIND_METRICS) {
		x->status = 0;
		metrics_answer(c);
	} else if (why == BACKEND_NONE) {
		error(c, 503, "no process is there to answer this");
	} else {
		error(c, 502, "the process that was to answer broke off");
	}
}

/*
 * A plain answer that is not long is sent in one piece: its length is then
 * known, and if it breaks off the client hears of that as an error. 1: more
 * is to come first, 0: send *p, -1: out of memory.
 */
static int
hold_back(struct exchange *x, const char **p, size_t *n, int last)
{
	if (x->lead.len == 0 && last)
		return 0;
	if (buf_add(&x->lead, *p, *n) == -1)
		return -1;
	*p = x->lead.d;
	*n = x->lead.len;
	return !last && *n <= WHOLE_BYTES;
}

static void
on_data(void *arg, const char *p, size_t n, int last)
{
	struct conn *c = arg;
	struct exchange *x = exchange_of(c);
	int rc;

	if (x->ep->kind == KIND_METRICS) {
		if (buf_add(&x->lead, p, n) == -1)
			x->status = 0;
		if (last)
			metrics_answer(c);
		return;
	}
	if (x->error != NULL) {
		if (last)
			error(c, x->status, x->error);
		return;
	}
	if (!x->stream && conn_fresh(c)) {
		if ((rc = hold_back(x, &p, &n, last)) == -1)
			on_fail(c, BACKEND_CUT);
		if (rc != 0)
			return;
	}
	if (conn_fresh(c))
		start(c, last ? (int64_t)n : -1);
	if (last)
		on_cancel(c);
	conn_send(c, p, n, last);
	if (!last && conn_full(c) && x->backend != NULL)
		backend_hold(x->backend, 1);
}

/* May the caller know what is the owner's alone? */
static int
owner(const struct exchange *x)
{
	return x->tok == NULL || x->tok->admin;
}

/* The line that a request to a worker or a tool begins with. */
static int
head_line(const struct exchange *x, struct buf *out)
{
	struct json j;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_str(&j, "op", x->ep->op);
	if (x->ep->form != NULL)
		json_str(&j, "shape", x->ep->form);
	json_str(&j, "id", x->id);
	if (x->tok != NULL)
		json_str(&j, "token", x->tok->name);
	if (x->ep->kind != KIND_CHAT && owner(x))
		json_bool(&j, "owner", 1);
	if (x->ep->kind == KIND_CHAT && x->ep->flags & EP_PREFIX)
		json_str(&j, "task", x->path + strlen(x->ep->path));
	if (x->along.len > 0)
		json_raw(&j, "headers", x->along.d, x->along.len);
	if (x->ep->kind == KIND_CHAT)
		json_bool(&j, "keep", 1);
	json_end(&j);
	return json_finish(&j);
}

static void
ask(struct conn *c, const char *path)
{
	static const struct backend_ops ops = { on_head, on_data, on_fail };
	struct exchange *x = exchange_of(c);
	struct conn_pool *p = conn_pool_of(c);
	struct buf line;
	struct backend_ask a = { path, exchange_desk(c)->kept,
		x->ep->kind == KIND_CHAT, &line, conn_body(c), &p->held };

	buf_init(&line, 2 * LINE_BYTES);
	if (head_line(x, &line) == 0)
		x->backend = backend_new(p->loop, &a, &ops, c);
	buf_free(&line);
	if (x->backend == NULL)
		no_memory(c);
}

/* What programs read is one object: not lines of them, and not nothing. */
static int
is_object(const struct buf *body)
{
	struct splice all;

	return splice_text(body->d, body->len, &all, NULL) == 0 &&
	    *all.s == '{';
}

/* Puts the key that came in a header into the body. 0, or -1. */
static int
put_key(struct conn *c, const struct buf *key)
{
	const struct buf *body = conn_body(c);
	struct splice_edit e = { "api_key", NULL, 0 };
	struct buf quoted, edited;
	int rc;

	buf_init(&quoted, LINE_BYTES);
	buf_init(&edited, body->len + LINE_BYTES);
	if ((rc = json_quote(&quoted, key->d, key->len)) == 0) {
		e.value = quoted.d;
		e.len = quoted.len;
		rc = splice_edit(&edited, body->d, body->len, &e, 1);
	}
	if (rc == 0)
		conn_edited(c, &edited);
	buf_wipe(&quoted);
	buf_wipe(&edited);
	return rc;
}

/*
 * Balances are asked with the caller's keys, one of which may stand in a
 * header; without any it is the server's own, for which one must be admin.
 */
static void
balance(struct conn *c)
{
	struct exchange *x = exchange_of(c);
	const struct buf *body = conn_body(c);

	if (asked_keyed(body->d, body->len))
		ask(c, exchange_desk(c)->site->tool);
	else if (x->key.len == 0 && !owner(x))
		error(c, 403, "send keys, or a token marked admin");
	else if (x->key.len > 0 && put_key(c, &x->key) == -1)
		no_memory(c);
	else
		ask(c, exchange_desk(c)->site->tool);
}

/* ---- requests ---- */

/* The Allow field of an endpoint. */
static int
allow(const struct endpoint *e, struct buf *f)
{
	const char *v = e->methods == ENDPOINT_GET ? "GET, HEAD, OPTIONS" :
						     "POST, OPTIONS";

	return http_add(f, "Allow", v, strlen(v));
}

static void
options(struct conn *c, const struct http_req *r)
{
	const struct exchange *x = exchange_of(c);
	struct buf f;
	int rc = 0;

	buf_init(&f, LINE_BYTES * 16);
	if (x->origin[0] != '\0' &&
	    http_field(r, "access-control-request-method", 0) != NULL)
		rc = gate_preflight(r, &f);
	else if (x->ep->kind != KIND_NONE)
		rc = allow(x->ep, &f);
	if (rc == -1)
		no_memory(c);
	else
		exchange_answer(c, 204, NULL, "", 0, &f);
	buf_free(&f);
}

/* A method that this endpoint does not have. */
static void
wrong_method(struct conn *c, const struct http_req *r)
{
	static const char *const known[] = { "GET", "HEAD", "POST", "PUT",
		"DELETE", "PATCH", "TRACE" };
	const struct errbody e = { 405, NULL,
		"this path does not have that method", NULL, NULL };
	struct buf f;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(exchange_of(c)->method, known[i]) == 0)
			break;
	if (i == sizeof(known) / sizeof(known[0]) ||
	    r->method.n >= EXCHANGE_METHOD) {
		error(c, 501, "an unknown method");
		return;
	}
	buf_init(&f, LINE_BYTES);
	if (allow(exchange_of(c)->ep, &f) == -1)
		no_memory(c);
	else
		exchange_error(c, &e, &f);
	buf_free(&f);
}

static int
method_ok(const struct endpoint *e, const struct http_req *r)
{
	if (http_method(r, "POST"))
		return e->methods & ENDPOINT_POST;
	return e->methods & ENDPOINT_GET &&
	    (http_method(r, "GET") || http_method(r, "HEAD"));
}

/* The server's own balances are for admins; count calls against a token. */
static int
admitted(struct conn *c, struct exchange *x)
{
	const struct site *s = exchange_desk(c)->site;

	if (x->tok == NULL || !(x->ep->flags & EP_COUNTS))
		return 1;
	if (tokens_begin(exchange_desk(c)->tokens, x->tok,
		day_of(now_wall(), s->day_offset)) == -1) {
		error(c, 429, "this token has used up its calls of today");
		return 0;
	}
	x->counted = 1;
	return 1;
}

/* Keeps what is wanted of the head later on. 0, or -1: answered. */
static int
keep_fields(struct conn *c, const struct http_req *r)
{
	struct exchange *x = exchange_of(c);
	const struct http_str *v = http_field(r, "x-api-key", 0);
	int rc = 0;

	if (x->ep->flags & EP_XKEY && v != NULL)
		rc = buf_add(&x->key, v->s, v->n);
	else if (x->ep->kind == KIND_CHAT)
		rc = exchange_along(x, r);
	if (rc == 0)
		return 0;
	if (errno != EFBIG)
		no_memory(c);
	else if (x->ep->flags & EP_XKEY)
		error(c, 400, "the X-API-Key is too long");
	else
		error(c, 431,
		    "the anthropic-beta and like fields are too long");
	return -1;
}

static int
on_request_head(struct conn *c, const struct http_req *r)
{
	struct desk *d = exchange_desk(c);
	struct exchange *x;
	const struct http_str *v;
	struct gate g;

	exchange_begin(c, r);
	x = exchange_of(c);
	if (gate_page(d->site, x->ep, r, &g) == -1)
		refused(c, &g);
	else if (http_method(r, "OPTIONS"))
		options(c, r);
	else if (gate_token(d->site, d->tokens, x->ep, r, &x->tok, &g) == -1)
		refused(c, &g);
	else if (x->ep->kind == KIND_NONE || r->path.n >= EXCHANGE_PATH)
		not_found(c);
	else if (!method_ok(x->ep, r))
		wrong_method(c, r);
	else if (x->ep->methods == ENDPOINT_POST && gate_body(r, &g) == -1)
		refused(c, &g);
	else {
		v = http_field(r, "accept", 0);
		x->html = v != NULL && memmem(v->s, v->n, "text/html", 9);
		return keep_fields(c, r) == 0 ? 0 : 1;
	}
	return 1;
}

static void
on_request(struct conn *c)
{
	struct exchange *x = exchange_of(c);
	const struct site *s = exchange_desk(c)->site;

	switch (x->ep->kind) {
	case KIND_CHAT:
		if (admitted(c, x))
			ask(c, s->chat);
		break;
	case KIND_BALANCE:
	case KIND_ROUTE:
		if (!is_object(conn_body(c)))
			error(c, 400, "the body is not a JSON object");
		else if (x->ep->kind == KIND_BALANCE)
			balance(c);
		else
			ask(c, s->tool);
		break;
	case KIND_TOOL:
	case KIND_METRICS:
		ask(c, s->tool);
		break;
	case KIND_MODELS:
		json_answer(c, s->models);
		break;
	case KIND_NATIVE_MODELS:
		json_answer(c, s->native);
		break;
	case KIND_MODEL:
		model(c);
		break;
	case KIND_HEALTH:
		health(c);
		break;
	case KIND_ROOT:
	case KIND_FILE:
		file(c);
		break;
	case KIND_NONE:
		not_found(c);
		break;
	}
}

static void
on_done(struct conn *c)
{
	exchange_done(c);
	exchange_of(c)->ep = NULL;
}

const struct conn_ops handle_ops = { on_request_head, on_request, on_refuse,
	on_room, on_cancel, on_done };
