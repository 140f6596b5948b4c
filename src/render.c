/*
 * The forms of endpoint families. Errors have the statuses and codes that SDKs
 * act on: openai-python and openai-node obey x-should-retry first, then the
 * status, and give up on a Retry-After that is too long for them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "answer.h"
#include "anthropic.h"
#include "buf.h"
#include "chat.h"
#include "classify.h"
#include "fault.h"
#include "fold.h"
#include "json.h"
#include "relay.h"
#include "render.h"
#include "responses.h"
#include "route.h"
#include "splice.h"
#include "sse.h"
#include "translate.h"
#include "window.h"

enum {
	QUOTA_RETRY = 600,  /* s: credits may be back then */
	RATE_RETRY = 5,	    /* s, where upstream did not say */
	RATE_RETRY_MAX = 60 /* s: openai-node ignores longer ones */
};

struct render {
	enum render_kind kind;
	int headed, stream;
	struct sse sse;
	struct answer answer;
	struct buf body;
	size_t shown; /* of answer.content */
	char *model;
	const struct translate *translate; /* or NULL: it is as asked for */
	void *translation;
};

/* What a refusal is to a client. */
struct error {
	int status;
	const char *type, *code;
	int retry_after; /* s, 0: not said */
	int final;	 /* x-should-retry: false */
};

static const char *const kinds[] = { [RENDER_OPENAI] = "openai",
	[RENDER_NATIVE] = "native",
	[RENDER_N8N] = "n8n",
	[RENDER_MESSAGES] = "messages",
	[RENDER_RESPONSES] = "responses" };

int
render_named(const char *name, enum render_kind *k)
{
	size_t i;

	for (i = 0; i < RENDER_KINDS; i++)
		if (strcmp(name, kinds[i]) == 0) {
			*k = (enum render_kind)i;
			return 0;
		}
	return -1;
}

struct render *
render_new(enum render_kind k)
{
	struct render *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	s->kind = k;
	render_bounds(s, 0, 0);
	return s;
}

void
render_bounds(struct render *s, size_t event, size_t answer)
{
	if (answer == 0)
		answer = RELAY_BODY_MAX;
	sse_init(&s->sse, event > 0 ? event : RELAY_EVENT_MAX);
	answer_init(&s->answer, 1, answer);
	buf_init(&s->body, answer);
}

void
render_free(struct render *s)
{
	if (s == NULL)
		return;
	sse_free(&s->sse);
	answer_free(&s->answer);
	buf_free(&s->body);
	if (s->translate != NULL)
		s->translate->free(s->translation);
	free(s->model);
	free(s);
}

int
render_raw(const struct render *s)
{
	return s->translate == NULL && s->kind != RENDER_NATIVE &&
	    s->kind != RENDER_N8N;
}

/* ---- what a refusal is ---- */

enum {
	OTHER,
	QUOTA,
	RATE,
	KEYS,
	MODEL,
	CALLER,
	SLOW,
	UNKNOWN,
	OURS,
	FULL
};

static const struct error errors[] = { [OTHER] = { 502, "api_error",
					   "upstream_error", 0, 0 },
	[QUOTA] = { 429, "insufficient_quota", "insufficient_quota",
	    QUOTA_RETRY, 1 },
	[RATE] = { 429, "rate_limit_error", "rate_limit_exceeded", RATE_RETRY,
	    0 },
	[KEYS] = { 503, "api_error", "upstream_key_refused", 0, 1 },
	[MODEL] = { 503, "api_error", "model_not_available", 0, 1 },
	[CALLER] = { 400, "invalid_request_error", NULL, 0, 0 },
	[SLOW] = { 504, "api_error", "upstream_timeout", 0, 0 },
	[UNKNOWN] = { 404, "invalid_request_error", "model_not_found", 0, 0 },
	[OURS] = { 500, "api_error", "internal_error", 0, 0 },
	[FULL] = { 503, "api_error", "overloaded", 1, 0 } };

/* Whose trouble a verdict is; upstream's, where nothing is said. */
static const unsigned char trouble[V_MAX] = { [V_NO_CREDITS] = QUOTA,
	[V_QUOTA_DAY] = QUOTA,
	[V_QUOTA_MONTH] = QUOTA,
	[V_BURST] = RATE,
	[V_TOO_MANY] = RATE,
	[V_BAD_KEY] = KEYS,
	[V_UNBOUND] = KEYS,
	[V_UNVERIFIED] = KEYS,
	[V_NO_PERMISSION] = MODEL,
	[V_NO_PROVIDER] = MODEL,
	[V_BAD_MODEL] = MODEL,
	[V_PROVIDER] = MODEL,
	[V_STREAM_ONLY] = CALLER,
	[V_THINK_OFF] = CALLER,
	[V_THINK_ON] = CALLER,
	[V_BAD_REQUEST] = CALLER,
	[V_TIMEOUT] = SLOW };

static struct error
error_of(const struct chat_result *r)
{
	int what = r->unknown	   ? UNKNOWN :
	    r->verdict == V_SYSTEM ? FULL :
	    r->exit == EX_OSERR	   ? OURS :
				     trouble[r->verdict];
	struct error e = errors[what];

	if (what == RATE && r->retry_after > 0)
		e.retry_after = r->retry_after < RATE_RETRY_MAX ?
		    (int)r->retry_after :
		    RATE_RETRY_MAX;
	if (what == CALLER && r->status >= 400 && r->status < 500)
		e.status = r->status;
	return e;
}

/* ---- writing ---- */

static int
number_header(struct json *j, const char *name, int64_t n)
{
	char text[24];

	if (n < 0)
		return 0;
	snprintf(text, sizeof(text), "%lld", (long long)n);
	json_str(j, name, text);
	return 1;
}

static void
common_headers(struct json *j, const char *model, int attempts,
    const struct decision *d, const struct limits *l, const struct window *w)
{
	int i;

	if (model != NULL)
		json_str(j, "x-ms-model", model);
	number_header(j, "x-ms-attempts", attempts);
	if (d != NULL && d->actual_tier > 0)
		number_header(j, "x-ms-tier", d->actual_tier);
	if (d != NULL && d->score > 0)
		number_header(j, "x-ms-score", d->score);
	number_header(j, "modelscope-ratelimit-requests-limit", l->limit);
	number_header(j, "modelscope-ratelimit-requests-remaining", l->left);
	number_header(j, "modelscope-ratelimit-model-requests-limit",
	    l->model_limit);
	number_header(j, "modelscope-ratelimit-model-requests-remaining",
	    l->model_left);
	for (i = 0; w != NULL && i < WINDOW_HEADERS; i++)
		if (w->v[i][0] != '\0')
			json_str(j, window_headers[i], w->v[i]);
}

static int
end_line(struct json *j, struct buf *line)
{
	json_end(j);
	json_end(j);
	return json_finish(j) == -1 ? -1 : buf_addc(line, '\n');
}

int
render_head(struct render *s, const struct chat_head *h, struct buf *line)
{
	struct json j;

	s->headed = 1;
	s->stream = h->stream;
	if (h->model != NULL && (s->model = strdup(h->model)) == NULL)
		return -1;
	if (h->translate != NULL &&
	    (s->translation = h->translate->begin(h->in)) == NULL)
		return -1;
	s->translate = h->translate;
	json_begin(&j, line);
	json_object(&j, NULL);
	json_int(&j, "status", 200);
	json_str(&j, "type",
	    h->stream ? "text/event-stream" : "application/json");
	json_object(&j, "headers");
	common_headers(&j, h->model, h->attempts, h->decision, h->limits,
	    h->window);
	return end_line(&j, line);
}

static int
error_head(const struct error *e, const struct chat_result *r, struct buf *line)
{
	static const struct limits none = { -1, -1, -1, -1 };
	struct json j;

	json_begin(&j, line);
	json_object(&j, NULL);
	json_int(&j, "status", e->status);
	json_str(&j, "type", "application/json");
	json_object(&j, "headers");
	common_headers(&j, r != NULL ? r->model : NULL,
	    r != NULL ? r->attempts : -1, r != NULL ? r->decision : NULL,
	    r != NULL ? r->limits : &none, r != NULL ? r->window : NULL);
	if (e->retry_after > 0)
		number_header(&j, "retry-after", e->retry_after);
	if (e->final)
		json_str(&j, "x-should-retry", "false");
	return end_line(&j, line);
}

/* The error as the family writes it, without an end of line. */
static int
error_body(enum render_kind k, const struct error *e, const char *message,
    const char *hint, const char *id, struct buf *out)
{
	struct json j;

	if (k == RENDER_MESSAGES)
		return anthropic_error(out, anthropic_type(e->status), message,
		    hint, id);
	json_begin(&j, out);
	json_object(&j, NULL);
	if (k == RENDER_NATIVE) {
		json_str(&j, "detail", message);
		if (hint[0] != '\0')
			json_str(&j, "hint", hint);
	} else {
		if (k == RENDER_N8N) {
			json_str(&j, "text", "");
			json_null(&j, "model");
		}
		json_object(&j, "error");
		json_str(&j, "message", message);
		json_str(&j, "type", e->type);
		json_null(&j, "param");
		json_str(&j, "code", e->code);
		if (hint[0] != '\0')
			json_str(&j, "hint", hint);
		json_end(&j);
	}
	json_end(&j);
	return json_finish(&j);
}

/*
 * Upstream's own words for a mistake of the caller's, if SDKs can read it:
 * those of messages want to find a type, too.
 */
static int
readable(enum render_kind k, const struct chat_result *r)
{
	struct splice v, e;

	return k != RENDER_NATIVE && k != RENDER_N8N && r->nreply > 0 &&
	    splice_text(r->reply, r->nreply, &v, NULL) == 0 && v.s[0] == '{' &&
	    splice_find(v, "error", &e) == 1 && e.s[0] == '{' &&
	    (k != RENDER_MESSAGES ||
		(splice_find(v, "type", &e) == 1 && splice_eq(e, "error")));
}

static int
refuse(const struct render *s, const struct chat_result *r, struct buf *line,
    struct buf *out)
{
	struct error e = error_of(r);

	if (error_head(&e, r, line) == -1)
		return -1;
	if (e.status >= 400 && e.status < 500 && e.status == r->status &&
	    e.code == NULL && readable(s->kind, r))
		return buf_add(out, r->reply, r->nreply);
	return error_body(s->kind, &e, r->message, r->hint, r->id, out);
}

int
render_fault(enum render_kind k, const char *id, const struct fault *f,
    struct buf *line, struct buf *out)
{
	const struct error *e = &errors[f->status == EX_DATAERR ? CALLER :
		f->status == EX_TEMPFAIL			? FULL :
								  OURS];

	if (error_head(e, NULL, line) == -1)
		return -1;
	return error_body(k, e, f->text, f->hint, id, out);
}

/* ---- the native shape ---- */

void
render_limits(struct json *j, const struct limits *l)
{
	json_object(j, "limits");
	json_known(j, "model_limit", l->model_limit);
	json_known(j, "model_remaining", l->model_left);
	json_known(j, "global_limit", l->limit);
	json_known(j, "global_remaining", l->left);
	json_end(j);
}

static void
write_routing(struct json *j, const struct chat_result *r)
{
	size_t i;

	render_limits(j, r->limits);
	if (r->decision != NULL)
		route_json(j, "routing", r->decision);
	else
		json_null(j, "routing");
	json_array(j, "retried_models");
	for (i = 0; i < r->nretried; i++)
		json_str(j, NULL, r->retried[i]);
	json_end(j);
}

/* One event of /chat: what came since the last one. */
static int
native_event(struct render *s, const struct chat_result *r, struct buf *out)
{
	const struct buf *c = &s->answer.content;
	struct json j;

	if (buf_adds(out, "data: ") == -1)
		return -1;
	json_begin(&j, out);
	json_object(&j, NULL);
	json_str(&j, "model", s->model);
	json_strn(&j, "content", c->d + s->shown, c->len - s->shown);
	json_bool(&j, "done", r != NULL);
	if (r != NULL)
		write_routing(&j, r);
	json_end(&j);
	s->shown = c->len;
	return json_finish(&j) == -1 ? -1 : buf_adds(out, "\n\n");
}

static int
native_end(struct render *s, const struct chat_result *r, struct buf *out)
{
	const struct answer *a = &s->answer;
	struct json j;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_str(&j, "model", s->model);
	json_strn(&j, "content", a->content.d, a->content.len);
	if (a->usage.len > 0)
		json_raw(&j, "usage", a->usage.d, a->usage.len);
	else
		json_null(&j, "usage");
	write_routing(&j, r);
	answer_rest(a, &j);
	json_end(&j);
	return json_finish(&j);
}

static int
n8n_end(struct render *s, struct buf *out)
{
	struct json j;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_strn(&j, "text", s->answer.content.d, s->answer.content.len);
	json_str(&j, "model", s->model);
	json_end(&j);
	return json_finish(&j);
}

/* One event of the answer. */
static int
take_event(struct render *s, struct buf *out)
{
	const struct buf *data = &s->sse.data;

	if (s->translate != NULL)
		return s->translate->event(s->translation, data->d, data->len,
		    out);
	return answer_event(&s->answer, data->d, data->len) == -1 &&
		errno != EINVAL ?
	    -1 :
	    0;
}

int
render_data(struct render *s, const char *p, size_t n, struct buf *out)
{
	enum sse_res res;
	size_t used;

	if (!s->stream)
		return buf_add(&s->body, p, n);
	while (n > 0) {
		res = sse_feed(&s->sse, p, n, &used);
		p += used;
		n -= used;
		if (res != SSE_MORE && res != SSE_EVENT)
			return -1;
		if (res == SSE_EVENT && take_event(s, out) == -1)
			return -1;
	}
	if (s->shown < s->answer.content.len)
		return native_event(s, NULL, out);
	return 0;
}

/* An error when the stream has begun: one more event, and no [DONE]. */
static int
stream_error(const struct render *s, const struct chat_result *r,
    struct buf *out)
{
	struct error e = error_of(r);
	struct json j;
	int named = s->kind == RENDER_MESSAGES || s->kind == RENDER_RESPONSES;
	const char *code = s->kind == RENDER_MESSAGES ?
	    anthropic_type(e.status) :
	    e.code != NULL ? e.code :
			     e.type;

	if (s->translate != NULL)
		return s->translate->fail(s->translation, code, r->message,
		    out);
	if (buf_adds(out, named ? "event: error\ndata: " : "data: ") == -1)
		return -1;
	json_begin(&j, out);
	if (s->kind == RENDER_NATIVE) {
		json_object(&j, NULL);
		json_str(&j, "error", r->message);
		json_end(&j);
	} else if (s->kind == RENDER_RESPONSES) {
		responses_error(&j, r->events, code, r->message);
	} else if (error_body(s->kind, &e, r->message, r->hint, r->id, out) ==
	    -1)
		return -1;
	return json_finish(&j) == -1 ? -1 : buf_adds(out, "\n\n");
}

/* The end of an answer that is made here. */
static int
end_answer(struct render *s, const struct chat_result *r, struct buf *out)
{
	if (s->translate != NULL)
		return s->stream ? s->translate->end(s->translation, out) :
				   s->translate->body(s->translation, s->body.d,
				       s->body.len, out);
	if (s->stream)
		return native_event(s, r, out);
	if (answer_body(&s->answer, s->body.d, s->body.len) == -1)
		return -1;
	return s->kind == RENDER_NATIVE ? native_end(s, r, out) :
					  n8n_end(s, out);
}

int
render_end(struct render *s, const struct chat_result *r, struct buf *line,
    struct buf *out)
{
	if (!s->headed)
		return refuse(s, r, line, out);
	if (r->exit != 0 && r->verdict != V_REASONED) {
		if (!s->stream)
			return -1; /* cut: nobody is to take it for whole */
		return r->told && render_raw(s) ? 0 : stream_error(s, r, out);
	}
	if (render_raw(s) || end_answer(s, r, out) == 0)
		return 0;
	if (s->stream || errno != EINVAL)
		return -1;
	/* nothing of it is out yet */
	buf_cut(line, 0);
	buf_cut(out, 0);
	if (error_head(&errors[OTHER], r, line) == -1)
		return -1;
	return error_body(s->kind, &errors[OTHER],
	    "the model's answer is none in this API: arguments of a tool call "
	    "that are not JSON, or nothing at all",
	    "", r->id, out);
}
