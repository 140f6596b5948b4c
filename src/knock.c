/*
 * A chat request for one token. It asks for a stream, which every model can
 * give: plain answers are refused by some, and by others while they think.
 */
#include <sys/types.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer.h"
#include "buf.h"
#include "classify.h"
#include "conf.h"
#include "fold.h"
#include "json.h"
#include "knock.h"
#include "now.h"
#include "sse.h"
#include "upstream.h"

/* Bytes of a reply that are looked at. */
enum {
	REPLY_MAX = 64 * 1024
};

struct knock_call {
	struct upstream_call *call;
	char *url;
	struct buf request;
	struct buf body; /* of a plain answer */
	struct sse sse;
	struct answer answer;
	char type[64];
	int streamed;
	size_t bytes; /* of the reply, so far */
	int status;
	int decided; /* by an event: said holds */
	struct classified said;
	struct limits limits;
	int64_t start, retry_after;
	void (*done)(void *, const struct knock *);
	void *arg;
};

static void
free_call(struct knock_call *c)
{
	free(c->url);
	buf_free(&c->request);
	buf_free(&c->body);
	sse_free(&c->sse);
	answer_free(&c->answer);
	free(c);
}

static void
on_head(void *arg, struct upstream_call *call, int status)
{
	struct knock_call *c = arg;
	const char *s;

	c->status = status;
	if ((s = upstream_header(call, "content-type")) != NULL)
		strlcpy(c->type, s, sizeof(c->type));
	s = upstream_header(call, "content-encoding");
	c->streamed = status >= 200 && status < 300 &&
	    (s == NULL || strcasecmp(s, "identity") == 0) &&
	    strncasecmp(c->type, "text/event-stream", 17) == 0;
	if ((s = upstream_header(call, "retry-after")) != NULL)
		c->retry_after = classify_retry_after(s, strlen(s), now_wall());
	upstream_limits(call, &c->limits);
}

/* Any sign of an answer, or of an error, decides. */
static void
on_event(struct knock_call *c)
{
	int seen;

	if (c->decided)
		return;
	seen = answer_event(&c->answer, c->sse.data.d, c->sse.data.len);
	c->decided = 1;
	if (seen == -1)
		c->said.verdict = V_BAD_REPLY;
	else if (seen & ANSWER_ERROR)
		classify_event(c->sse.data.d, c->sse.data.len, &c->said);
	else if (seen & (ANSWER_TEXT | ANSWER_REASONING | ANSWER_FINISH))
		c->said.verdict = V_OK;
	else if (seen & ANSWER_DONE)
		c->said.verdict = V_HOLLOW;
	else
		c->decided = 0;
}

/* 0, or -1: past what is looked at. */
static int
on_stream(struct knock_call *c, const char *p, size_t n)
{
	enum sse_res res;
	size_t used;

	while (n > 0) {
		res = sse_feed(&c->sse, p, n, &used);
		if (res == SSE_EVENT)
			on_event(c);
		else if (res != SSE_MORE)
			return -1;
		p += used;
		n -= used;
	}
	return 0;
}

static void
end(struct knock_call *c, enum transport transport, const char *why)
{
	struct reply r = { .transport = transport,
		.status = c->status,
		.type = c->type,
		.body = c->body.d,
		.len = c->body.len,
		.whole = transport == TRANSPORT_OK,
		.left = c->limits.left == 0 || c->limits.model_left == 0 };
	struct knock k = { .status = c->status,
		.ms = now_mono() - c->start,
		.retry_after = c->retry_after,
		.limits = &c->limits };

	if (!c->decided && c->streamed && transport == TRANSPORT_OK)
		c->said.verdict = V_HOLLOW;
	else if (!c->decided)
		classify(&r, &c->said);
	k.verdict = (int)c->said.verdict;
	k.message = c->said.message[0] != '\0'	     ? c->said.message :
	    !c->decided && transport != TRANSPORT_OK ? why :
						       "";
	c->done(c->arg, &k);
	free_call(c);
}

static int
on_data(void *arg, const char *p, size_t n)
{
	struct knock_call *c = arg;
	int bad;

	c->bytes += n;
	bad = c->bytes > REPLY_MAX;
	if (!bad)
		bad = c->streamed ? on_stream(c, p, n) :
				    buf_add(&c->body, p, n);
	if (bad) {
		upstream_abort(c->call);
		end(c, TRANSPORT_TOOBIG, "the reply is too large");
	}
	return 0;
}

static void
on_done(void *arg, const struct upstream_end *e)
{
	end(arg, (enum transport)e->transport, e->why);
}

static int
write_request(struct buf *b, const char *model)
{
	struct json j;

	json_begin(&j, b);
	json_object(&j, NULL);
	json_str(&j, "model", model);
	json_array(&j, "messages");
	json_object(&j, NULL);
	json_str(&j, "role", "user");
	json_str(&j, "content", "hi");
	json_end(&j);
	json_end(&j);
	json_int(&j, "max_tokens", 1);
	json_bool(&j, "stream", 1);
	json_end(&j);
	return json_finish(&j);
}

static struct knock_call *
new_call(const struct conf_upstream *u, const char *model)
{
	struct knock_call *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	buf_init(&c->request, REPLY_MAX);
	buf_init(&c->body, REPLY_MAX);
	sse_init(&c->sse, REPLY_MAX);
	answer_init(&c->answer, 0, 0);
	c->limits.limit = c->limits.left = -1;
	c->limits.model_limit = c->limits.model_left = -1;
	c->retry_after = -1;
	c->start = now_mono();
	if (asprintf(&c->url, "%s/chat/completions", u->base_url) == -1)
		c->url = NULL;
	if (c->url == NULL || write_request(&c->request, model) == -1) {
		free_call(c);
		errno = ENOMEM;
		return NULL;
	}
	return c;
}

struct knock_call *
knock_ask(struct upstream *up, const struct knock_req *q,
    void (*done)(void *arg, const struct knock *k), void *arg)
{
	static const struct upstream_cb cb = { on_head, on_data, on_done };
	static const char *const headers[] = { "Content-Type: application/json",
		NULL };
	struct upstream_req r = { .method = "POST",
		.bearer = q->secret,
		.headers = headers,
		.connect = q->u->timeouts.connect,
		.first_byte = q->u->timeouts.first_byte,
		.idle = q->u->timeouts.idle,
		.total = q->timeout };
	struct knock_call *c;

	if ((c = new_call(q->u, q->model)) == NULL)
		return NULL;
	c->done = done;
	c->arg = arg;
	r.url = c->url;
	r.body = c->request.d;
	r.len = c->request.len;
	if ((c->call = upstream_start(up, &r, &cb, c)) == NULL) {
		free_call(c);
		return NULL;
	}
	return c;
}

void
knock_cancel(struct knock_call *c)
{
	upstream_abort(c->call);
	free_call(c);
}
