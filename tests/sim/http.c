/* Requests out of a connection's bytes: head, body, and what both say. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim.h"

/* The head's length with its empty line, 0 if it is not here yet. */
static size_t
head_length(struct conn *c)
{
	const char *p = c->in.p + c->in.off, *at;
	size_t n = buf_left(&c->in), from = c->scan > 3 ? c->scan - 3 : 0;

	if (n < from + 4 ||
	    (at = memmem(p + from, n - from, "\r\n\r\n", 4)) == NULL) {
		c->scan = n;
		return 0;
	}
	return (size_t)(at - p) + 4;
}

static int
request_line(struct req *r, struct span line)
{
	const char *end = line.p + line.n, *sp, *sp2, *q;
	struct span path;

	if ((sp = memchr(line.p, ' ', line.n)) == NULL ||
	    (sp2 = memchr(sp + 1, ' ', (size_t)(end - sp - 1))) == NULL)
		return -400;
	path = (struct span){ sp + 1, (size_t)(sp2 - sp - 1) };
	if (path.n >= sizeof(r->path))
		return -414;
	if ((size_t)(sp - line.p) >= sizeof(r->method) || path.n == 0)
		return -400;
	span_copy(r->method, sizeof(r->method),
	    (struct span){ line.p, (size_t)(sp - line.p) });
	span_copy(r->path, sizeof(r->path), path);
	q = memchr(r->path, '?', path.n);
	r->pathlen = q == NULL ? path.n : (size_t)(q - r->path);
	path = (struct span){ sp2 + 1, (size_t)(end - sp2 - 1) };
	r->http10 = span_is(path, "HTTP/1.0");
	if (!r->http10 && !span_is(path, "HTTP/1.1"))
		return -505;
	r->keepalive = !r->http10;
	r->head_method = strcmp(r->method, "HEAD") == 0;
	return 0;
}

static bool
name_is(struct span name, const char *want)
{
	return name.n == strlen(want) && strncasecmp(name.p, want, name.n) == 0;
}

static int
header(struct req *r, struct span name, struct span v)
{
	char *end, text[24];

	if (name_is(name, "content-length")) {
		span_copy(text, sizeof(text), v);
		r->need = strtoul(text, &end, 10);
		if (end == text || *end != '\0')
			return -400;
		if (r->need > MAX_BODY)
			return -413;
	} else if (name_is(name, "authorization")) {
		if (v.n > 7 && strncasecmp(v.p, "Bearer ", 7) == 0) {
			span_copy(r->key, sizeof(r->key),
			    (struct span){ v.p + 7, v.n - 7 });
			r->has_key = true;
		}
	} else if (name_is(name, "connection")) {
		if (name_is(v, "close"))
			r->keepalive = false;
		else if (name_is(v, "keep-alive"))
			r->keepalive = true;
	} else if (name_is(name, "transfer-encoding")) {
		r->chunked = true;
	} else if (name_is(name, "x-modelscope-async-mode")) {
		r->async = name_is(v, "true");
	} else if (name_is(name, "x-api-key") && !r->has_key && v.n > 0 &&
	    strncmp(r->path, "/v1/messages", 12) == 0) {
		span_copy(r->key, sizeof(r->key), v);
		r->has_key = true;
	}
	return 0;
}

static int
head_lines(struct req *r, struct span head)
{
	const char *p = head.p, *end = head.p + head.n, *nl, *colon, *v;
	bool first = true;
	int rc = 0;

	for (; rc == 0 && p < end - 2; p = nl + 2, first = false) {
		if ((nl = memmem(p, (size_t)(end - p), "\r\n", 2)) == NULL)
			return -400;
		if (first) {
			rc = request_line(r,
			    (struct span){ p, (size_t)(nl - p) });
			continue;
		}
		colon = memchr(p, ':', (size_t)(nl - p));
		if (colon == NULL || colon == p)
			return -400;
		for (v = colon + 1; v < nl && (*v == ' ' || *v == '\t'); v++)
			;
		rc = header(r, (struct span){ p, (size_t)(colon - p) },
		    (struct span){ v, (size_t)(nl - v) });
	}
	return rc;
}

/*
 * Decodes chunks in place: r->raw bytes behind the head are used up, r->dec
 * of them are body. 1 at the last chunk's end.
 */
static int
dechunk(struct conn *c, char *body, size_t have)
{
	struct req *r = &c->req;
	char *line, *nl, *end;
	size_t n;

	for (;;) {
		line = body + r->raw;
		nl = memmem(line, have - r->raw, "\r\n", 2);
		if (nl == NULL)
			return have - r->raw > 4096 ? -400 : 0;
		n = strtoul(line, &end, 16);
		if (end == line || n > MAX_BODY)
			return -400;
		if (n == 0)
			break;
		if ((size_t)(nl - body) + 2 + n + 2 > have)
			return 0;
		memmove(body + r->dec, nl + 2, n);
		r->dec += n;
		r->raw = (size_t)(nl - body) + 2 + n + 2;
		if (r->dec > MAX_BODY)
			return -413;
	}
	/* Trailers, up to the empty line. */
	for (;;) {
		line = nl + 2;
		nl = memmem(line, have - (size_t)(line - body), "\r\n", 2);
		if (nl == NULL)
			return 0;
		if (nl == line)
			break;
	}
	r->raw = (size_t)(nl - body) + 2;
	return 1;
}

static int
body(struct conn *c)
{
	struct req *r = &c->req;
	char *p = c->in.p + c->in.off + r->headlen;
	size_t have = buf_left(&c->in) - r->headlen;
	int rc;

	if (r->chunked) {
		if ((rc = dechunk(c, p, have)) != 1)
			return rc;
	} else {
		if (have < r->need)
			return 0;
		r->raw = r->dec = r->need;
	}
	r->head = (struct span){ c->in.p + c->in.off, r->headlen };
	r->body = (struct span){ p, r->dec };
	return 1;
}

static void
clear(struct req *r)
{
	r->key[0] = r->model[0] = '\0';
	r->headlen = r->raw = r->dec = r->need = 0;
	r->chunked = r->async = r->has_key = r->json = false;
	r->messages = r->format = (struct span){ "", 0 };
	r->stream = r->stream_set = r->usage = r->tools = false;
	r->think = -1;
	r->max_tokens = -1;
	r->temperature = 1;
}

static bool
expects(struct span head)
{
	return memmem(head.p, head.n, "100-continue", 12) != NULL;
}

int
http_request(struct conn *c)
{
	struct req *r = &c->req;
	struct span head;
	int rc;

	if (!r->have_head) {
		/* An empty line before a request is to be passed over. */
		while (buf_left(&c->in) >= 2 &&
		    memcmp(c->in.p + c->in.off, "\r\n", 2) == 0)
			buf_eat(&c->in, 2);
		if (buf_left(&c->in) == 0)
			return 0;
		clear(r);
		if ((r->headlen = head_length(c)) == 0)
			return buf_left(&c->in) > MAX_HEAD ? -431 : 0;
		head = (struct span){ c->in.p + c->in.off, r->headlen };
		if ((rc = head_lines(r, head)) != 0)
			return rc;
		r->have_head = true;
		/* The body has to fit behind the head in one go. */
		buf_room(&c->in, r->need + 4096);
		if (!r->http10 && buf_left(&c->in) == r->headlen &&
		    expects((struct span){ c->in.p + c->in.off, r->headlen }))
			LIT(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
	}
	return body(c);
}

static void
think_of(struct req *r, struct span v)
{
	if (span_is(v, "true"))
		r->think = 1;
	else if (span_is(v, "false"))
		r->think = 0;
}

static void
member(struct req *r, struct span key, struct span v)
{
	if (span_is(key, "model"))
		span_copy(r->model, sizeof(r->model), json_inside(v));
	else if (span_is(key, "stream")) {
		r->stream_set = true;
		r->stream = span_is(v, "true");
	} else if (span_is(key, "messages") || span_is(key, "prompt") ||
	    span_is(key, "input"))
		r->messages = v;
	else if (span_is(key, "stream_options"))
		r->usage = span_is(json_get(v, "include_usage"), "true");
	else if (span_is(key, "enable_thinking") || span_is(key, "think"))
		think_of(r, v);
	else if (span_is(key, "reasoning_effort") && span_is(v, "\"none\""))
		r->think = 0;
	else if (span_is(key, "max_tokens") ||
	    span_is(key, "max_completion_tokens") ||
	    span_is(key, "max_output_tokens"))
		r->max_tokens = (long)json_num(v, -1);
	else if (span_is(key, "temperature"))
		r->temperature = json_num(v, 1);
	else if (span_is(key, "response_format") || span_is(key, "format"))
		r->format = v;
	else if (span_is(key, "tools"))
		r->tools = true;
}

void
http_members(struct req *r)
{
	struct json_iter it;

	if (!json_open(&it, r->body) || !it.object)
		return;
	r->json = true;
	while (json_next(&it))
		member(r, it.key, it.val);
}
