/* Who may call. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "endpoint.h"
#include "fault.h"
#include "gate.h"
#include "http.h"
#include "origin.h"
#include "site.h"
#include "tokens.h"

__attribute__((format(printf, 3, 4))) static int
refuse(struct gate *g, int status, const char *fmt, ...)
{
	va_list ap;

	g->status = status;
	g->code = NULL;
	g->hint[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(g->message, sizeof(g->message), fmt, ap);
	va_end(ap);
	return -1;
}

/*
 * Where there is no Origin, as with images and links, browsers say by this
 * whose page it is that asks; nobody else says it.
 */
static int
own_page(const struct http_req *r)
{
	const struct http_str *v = http_field(r, "sec-fetch-site", 0);

	return v == NULL || http_is(v, "same-origin") || http_is(v, "none");
}

int
gate_page(const struct site *s, const struct endpoint *e,
    const struct http_req *r, struct gate *g)
{
	const struct http_str *origin = http_field(r, "origin", 0);
	char text[200];

	if (s->auth) /* a page that has no token cannot do anything */
		return 0;
	if (!origin_host(&r->host, s->hosts, s->nhosts)) {
		fault_clean(text, sizeof(text), r->host.s, r->host.n);
		refuse(g, 421, "this is no known name of this server: %s",
		    text);
		snprintf(g->hint, sizeof(g->hint),
		    "start it with --host %.*s, or with tokens",
		    (int)strcspn(text, ":"), text);
		return -1;
	}
	if (origin == NULL && !own_page(r) && !(e->flags & EP_OPEN))
		return refuse(g, 403, "pages of other sites may not call");
	if (origin == NULL || origin_same(origin, &r->host) ||
	    origin_listed(origin, s->cors, s->ncors))
		return 0;
	fault_clean(text, sizeof(text), origin->s, origin->n);
	refuse(g, 403, "pages of this origin may not call: %s", text);
	snprintf(g->hint, sizeof(g->hint), "start it with --cors %s", text);
	return -1;
}

/* What is behind "Bearer " in the one Authorization field, or x-api-key. */
static int
presented(const struct endpoint *e, const struct http_req *r,
    struct http_str *secret)
{
	const struct http_str *v;

	if ((v = http_field(r, "authorization", 0)) != NULL) {
		if (http_field(r, "authorization", 1) != NULL || v->n < 8 ||
		    strncasecmp(v->s, "Bearer ", 7) != 0)
			return -1;
		secret->s = v->s + 7;
		secret->n = v->n - 7;
		while (secret->n > 0 && *secret->s == ' ') {
			secret->s++;
			secret->n--;
		}
		return 0;
	}
	if (e->flags & EP_XKEY || (v = http_field(r, "x-api-key", 0)) == NULL ||
	    http_field(r, "x-api-key", 1) != NULL)
		return -1;
	*secret = *v;
	return 0;
}

int
gate_token(const struct site *s, struct tokens *t, const struct endpoint *e,
    const struct http_req *r, struct token **tok, struct gate *g)
{
	struct http_str secret;

	*tok = NULL;
	if (!s->auth || e->flags & EP_OPEN)
		return 0;
	if (presented(e, r, &secret) == -1) {
		refuse(g, 401, "a gateway token is needed");
		snprintf(g->hint, sizeof(g->hint),
		    "send it as Authorization: Bearer TOKEN");
		return -1;
	}
	if ((*tok = tokens_find(t, &secret)) == NULL)
		return refuse(g, 401, "this gateway token is not known");
	if (e->flags & EP_ADMIN && !(*tok)->admin)
		return refuse(g, 403, "this needs a token marked admin");
	return 0;
}

int
gate_body(const struct http_req *r, struct gate *g)
{
	const struct http_str *v = http_field(r, "content-encoding", 0);
	struct http_str type;
	size_t n;

	if (v != NULL && !http_is(v, "identity"))
		return refuse(g, 415, "compressed bodies are not taken");
	if ((v = http_field(r, "content-type", 0)) == NULL)
		return 0;
	type = *v;
	for (n = 0; n < type.n && type.s[n] != ';' && type.s[n] != ' '; n++)
		continue;
	type.n = n;
	if (http_is(&type, "application/json") ||
	    (n > 5 && strncasecmp(type.s + n - 5, "+json", 5) == 0))
		return 0;
	return refuse(g, 415, "want Content-Type: application/json");
}

const struct http_str *
gate_cors(const struct site *s, const struct http_req *r)
{
	const struct http_str *origin = http_field(r, "origin", 0);

	return origin != NULL && origin_listed(origin, s->cors, s->ncors) ?
	    origin :
	    NULL;
}

int
gate_preflight(const struct http_req *r, struct buf *fields)
{
	const struct http_str *v;

	if (http_add(fields, "Access-Control-Allow-Methods",
		"GET, POST, OPTIONS", 18) == -1 ||
	    http_add(fields, "Access-Control-Max-Age", "600", 3) == -1)
		return -1;
	v = http_field(r, "access-control-request-headers", 0);
	return v == NULL ?
	    0 :
	    http_add(fields, "Access-Control-Allow-Headers", v->s, v->n);
}
