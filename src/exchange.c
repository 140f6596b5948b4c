/* One request and its answer. */
#include <stdlib.h>
#include <string.h>

#include "accesslog.h"
#include "backend.h"
#include "buf.h"
#include "cidr.h"
#include "conn.h"
#include "endpoint.h"
#include "errbody.h"
#include "exchange.h"
#include "gate.h"
#include "http.h"
#include "json.h"
#include "metrics.h"
#include "now.h"
#include "site.h"
#include "tokens.h"

enum {
	FIELDS_MAX = 32 * 1024,
	LEAD_MAX = 1024 * 1024,
	ERROR_MAX = 8192,
	KEY_MAX = 512,
	ALONG_MAX = 3072
};

struct exchange *
exchange_of(const struct conn *c)
{
	return conn_arg(c);
}

struct desk *
exchange_desk(const struct conn *c)
{
	return conn_pool_of(c)->arg;
}

/* As much of s as there is room for. */
static void
keep(char *dst, size_t size, const struct http_str *s)
{
	size_t n = s == NULL ? 0 : s->n < size ? s->n : size - 1;

	if (n > 0)
		memcpy(dst, s->s, n);
	dst[n] = '\0';
}

/* Letters, digits and a few marks: nothing that a log or a shell minds. */
static int
sane_id(const struct http_str *s)
{
	size_t i;

	if (s == NULL || s->n == 0 || s->n >= EXCHANGE_ID)
		return 0;
	for (i = 0; i < s->n; i++)
		if (strchr(
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			"0123456789._-",
			s->s[i]) == NULL)
			return 0;
	return 1;
}

/* "req_" and a ULID: 48 bits of time, 80 of chance. */
static void
make_id(char dst[EXCHANGE_ID])
{
	static const char base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t ms = (uint64_t)now_wall();
	unsigned char chance[16];
	char *p = dst;
	int i;

	memcpy(p, "req_", 4);
	p += 4;
	for (i = 45; i >= 0; i -= 5)
		*p++ = base32[ms >> i & 31];
	arc4random_buf(chance, sizeof(chance));
	for (i = 0; i < 16; i++)
		*p++ = base32[chance[i] & 31];
	*p = '\0';
}

/* A field's value, that of several lines of it joined. */
static int
joined(struct buf *out, const struct http_req *r, const char *name)
{
	const struct http_str *v;
	size_t i;

	for (i = 0; (v = http_field(r, name, i)) != NULL; i++)
		if ((i > 0 && buf_add(out, ", ", 2) == -1) ||
		    buf_add(out, v->s, v->n) == -1)
			return -1;
	return 0;
}

int
exchange_along(struct exchange *x, const struct http_req *r)
{
	static const char *const anthropic[] = { "anthropic-version",
		"anthropic-beta", NULL };
	static const char *const others[] = { "x-modelscope-async-mode",
		"x-modelscope-task-type", NULL };
	const char *const *names = x->ep->family == FAMILY_MESSAGES ?
	    anthropic :
	    others;
	struct json j;
	struct buf v;
	size_t i;
	int rc = 0;

	buf_init(&v, ALONG_MAX);
	json_begin(&j, &x->along);
	json_object(&j, NULL);
	for (i = 0; names[i] != NULL && rc == 0; i++) {
		if (http_field(r, names[i], 0) == NULL)
			continue;
		buf_cut(&v, 0);
		if ((rc = joined(&v, r, names[i])) == 0)
			json_strn(&j, names[i], v.d, v.len);
	}
	json_end(&j);
	if (rc == 0)
		rc = json_finish(&j);
	buf_free(&v);
	return rc;
}

void
exchange_begin(struct conn *c, const struct http_req *r)
{
	struct exchange *x = exchange_of(c);
	const struct site *s = exchange_desk(c)->site;
	const struct http_str none = { "", 0 };

	memset(x, 0, offsetof(struct exchange, type));
	x->type[0] = x->model[0] = x->method[0] = x->path[0] = '\0';
	x->origin[0] = x->forwarded[0] = '\0';
	buf_init(&x->fields, FIELDS_MAX);
	buf_init(&x->lead, LEAD_MAX);
	buf_init(&x->key, KEY_MAX);
	buf_init(&x->along, ALONG_MAX);
	exchange_desk(c)->inflight++;
	x->ep = endpoint_find(r != NULL ? &r->path : &none);
	if (r == NULL || !sane_id(http_field(r, "x-request-id", 0)))
		make_id(x->id);
	else
		keep(x->id, sizeof(x->id), http_field(r, "x-request-id", 0));
	if (r == NULL)
		return;
	keep(x->method, sizeof(x->method), &r->method);
	keep(x->path, sizeof(x->path), &r->path);
	keep(x->origin, sizeof(x->origin), gate_cors(s, r));
	if (s->nproxies > 0 &&
	    cidr_listed(conn_peer(c), s->proxies, s->nproxies))
		keep(x->forwarded, sizeof(x->forwarded),
		    http_field(r, "x-forwarded-for", 0));
}

static void
add(struct buf *h, const char *name, const char *value)
{
	http_add(h, name, value, strlen(value));
}

struct buf *
exchange_head(struct conn *c, int status, const char *type)
{
	struct exchange *x = exchange_of(c);
	struct buf *h = conn_begin(c, status);

	add(h, "x-request-id", x->id);
	if (x->ep->family == FAMILY_MESSAGES)
		add(h, "request-id", x->id);
	if (type != NULL)
		add(h, "Content-Type", type);
	if (exchange_desk(c)->site->ncors > 0)
		add(h, "Vary", "Origin");
	if (x->origin[0] == '\0')
		return h;
	add(h, "Access-Control-Allow-Origin", x->origin);
	add(h, "Access-Control-Expose-Headers",
	    "x-request-id, x-ms-model, "
	    "x-ms-attempts, x-ms-tier, x-ms-score, retry-after, "
	    "modelscope-ratelimit-requests-limit, "
	    "modelscope-ratelimit-requests-remaining, "
	    "modelscope-ratelimit-model-requests-limit, "
	    "modelscope-ratelimit-model-requests-remaining");
	return h;
}

void
exchange_answer(struct conn *c, int status, const char *type, const char *body,
    size_t n, const struct buf *fields)
{
	struct buf *h = exchange_head(c, status, type);

	if (fields != NULL)
		buf_add(h, fields->d, fields->len);
	conn_start(c, (int64_t)n);
	conn_send(c, body, n, 1);
}

void
exchange_error(struct conn *c, const struct errbody *e,
    const struct buf *fields)
{
	struct exchange *x = exchange_of(c);
	struct errbody own = *e;
	struct buf body, h;

	buf_init(&body, ERROR_MAX);
	buf_init(&h, FIELDS_MAX);
	if (fields != NULL)
		buf_add(&h, fields->d, fields->len);
	if (e->status == 401)
		add(&h, "WWW-Authenticate", "Bearer");
	if (e->status == 503)
		add(&h, "Retry-After", "1");
	if (e->status == 429) {
		add(&h, "Retry-After", "600");
		add(&h, "x-should-retry", "false");
	}
	own.id = x->id;
	errbody_write(&body, x->ep->family, &own);
	exchange_answer(c, e->status, "application/json", body.d, body.len, &h);
	buf_free(&body);
	buf_free(&h);
}

static void
log_it(struct conn *c, const struct conn_report *r)
{
	struct exchange *x = exchange_of(c);
	const struct desk *d = exchange_desk(c);
	struct access a = { 0 };

	a.ts = now_wall();
	a.off = d->site->day_offset;
	a.id = x->id;
	a.peer = conn_peer(c);
	a.token = x->tok != NULL ? x->tok->name : NULL;
	a.model = x->model[0] != '\0' ? x->model : NULL;
	a.forwarded = x->forwarded[0] != '\0' ? x->forwarded : NULL;
	a.method = x->method[0] != '\0' ? x->method : "-";
	a.path = x->path[0] != '\0' ? x->path : "-";
	a.status = r->status;
	a.whole = r->whole;
	a.bytes = r->bytes;
	a.ms = now_mono() - r->begun;
	a.first_ms = r->first != 0 ? r->first - r->begun : -1;
	a.attempts = x->attempts;
	accesslog_add(d->log, &a);
}

void
exchange_done(struct conn *c)
{
	struct exchange *x = exchange_of(c);
	struct desk *d = exchange_desk(c);
	struct metrics_answer m = { 0 };
	struct conn_report r;

	d->inflight--;
	conn_report(c, &r);
	m.endpoint = (size_t)(x->ep - endpoint_table);
	m.status = r.status;
	m.ms = now_mono() - r.begun;
	m.first_ms = r.first != 0 ? r.first - r.begun : -1;
	m.attempts = x->attempts;
	metrics_count(d->metrics, &m);
	if (d->log != NULL)
		log_it(c, &r);
	if (x->counted)
		tokens_end(x->tok, x->attempts > 0 || r.status == 0);
	x->counted = 0;
	backend_free(x->backend);
	x->backend = NULL;
	tokens_release(x->tok);
	x->tok = NULL;
	buf_free(&x->fields);
	buf_free(&x->lead);
	buf_wipe(&x->key);
	buf_free(&x->along);
	free(x->error);
	x->error = NULL;
}
