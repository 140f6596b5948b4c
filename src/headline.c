/* Reading the first line of a request to a worker. */
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "buf.h"
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

/* That of a member, NULL if it is not there: 0; -1 if it cannot be had. */
static int
member(struct splice v, const char *name, char **dst)
{
	struct splice m;

	if (splice_find(v, name, &m) != 1)
		return 0;
	return (*dst = text(m)) == NULL ? -1 : 0;
}

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
	struct splice v, m;
	char *op = NULL;

	memset(h, 0, sizeof(*h));
	if (splice_text(s, n, &v, NULL) == -1 || v.s[0] != '{')
		return -1;
	if (member(v, "op", &op) == -1)
		return -1;
	h->api = api_named(op != NULL ? op : "chat");
	free(op);
	if (h->api == NULL)
		return -1;
	if (member(v, "shape", &h->shape) == -1 ||
	    member(v, "id", &h->id) == -1 ||
	    member(v, "token", &h->token) == -1 ||
	    member(v, "task", &h->task) == -1)
		return -1;
	if (!is_id(h->task)) {
		free(h->task);
		h->task = NULL;
	}
	if (splice_find(v, "headers", &m) == 1 && m.s[0] == '{')
		return read_headers(h, m);
	return 0;
}

void
headline_free(struct headline *h)
{
	size_t i;

	free(h->shape);
	free(h->id);
	free(h->token);
	free(h->task);
	for (i = 0; i < HEADLINE_HEADERS; i++)
		free(h->headers[i]);
	memset(h, 0, sizeof(*h));
}
