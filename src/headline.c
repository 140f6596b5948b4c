/* Reading the first line of a request to a worker. */
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "buf.h"
#include "field.h"
#include "headline.h"
#include "splice.h"

enum {
	VALUE_MAX = 8 * 1024
};

/* The text of a string, or NULL. */
static char *
text(struct splice v)
{
	struct buf b;

	buf_init(&b, VALUE_MAX);
	if (splice_str(v, &b) == -1) {
		buf_free(&b);
		return NULL;
	}
	return buf_detach(&b);
}

/* The members. */
struct line {
	const char *op, *shape, *id, *token, *task;
	struct splice headers;
	int keep;
};

static const struct field fields[] = {
	FIELD(line, op, "op", .kind = FIELD_STR),
	FIELD(line, shape, "shape", .kind = FIELD_STR),
	FIELD(line, id, "id", .kind = FIELD_STR),
	FIELD(line, token, "token", .kind = FIELD_STR),
	FIELD(line, task, "task", .kind = FIELD_STR),
	FIELD(line, headers, "headers", .kind = FIELD_RAW),
	FIELD(line, keep, "keep", .kind = FIELD_TRUTH),
	FIELD_END,
};

/* Nothing that would end a header, or begin another. */
static int
one_line(const struct buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if (((unsigned char)b->d[i] < ' ' && b->d[i] != '\t') ||
		    b->d[i] == 0x7f)
			return 0;
	return 1;
}

static int
read_header(struct headline *h, size_t n, struct splice name, struct splice v)
{
	struct buf b;
	int r;

	buf_init(&b, VALUE_MAX);
	r = splice_str(name, &b) == 0 && buf_adds(&b, ": ") == 0 &&
		splice_str(v, &b) == 0 && one_line(&b) &&
		(h->headers[n] = buf_detach(&b)) != NULL ?
	    0 :
	    -1;
	buf_free(&b);
	return r;
}

static int
read_headers(struct headline *h, struct splice v)
{
	struct splice_walk w;
	size_t n = 0;
	char *name;
	int r;

	splice_begin(&w, v);
	while ((r = splice_next(&w)) == 1) {
		if ((name = text(w.name)) == NULL)
			return -1;
		if (api_header(h->api, name))
			r = n == HEADLINE_HEADERS ?
			    -1 :
			    read_header(h, n++, w.name, w.value);
		free(name);
		if (r == -1)
			return -1;
	}
	return r;
}

/* Ids become part of a URL. */
static int
is_id(const char *s)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789_-";

	return s != NULL && s[0] != '\0' && s[strspn(s, good)] == '\0';
}

int
headline_read(struct headline *h, const char *s, size_t n)
{
	struct line l = { .op = "chat" };
	struct splice v;

	memset(h, 0, sizeof(*h));
	buf_init(&h->text, n);
	if (splice_text(s, n, &v, NULL) == -1 ||
	    field_read(fields, &l, v, &h->text) == -1 ||
	    (h->api = api_named(l.op)) == NULL)
		return -1;
	h->shape = l.shape;
	h->id = l.id;
	h->token = l.token;
	h->task = is_id(l.task) ? l.task : NULL;
	h->keep = l.keep;
	if (l.headers.n > 0 && *l.headers.s == '{')
		return read_headers(h, l.headers);
	return 0;
}

void
headline_free(struct headline *h)
{
	size_t i;

	buf_free(&h->text);
	for (i = 0; i < HEADLINE_HEADERS; i++)
		free(h->headers[i]);
	memset(h, 0, sizeof(*h));
}
