/* Header blocks: a status line, fields, an empty line. */
#include <string.h>
#include <strings.h>

#include "fold.h"
#include "headers.h"

struct text {
	const char *p, *end;
};

/* The next line without its ending; 0 at the end. */
static int
next_line(struct text *t, const char **line, size_t *n)
{
	const char *lf;

	if (t->p == t->end)
		return 0;
	if ((lf = memchr(t->p, '\n', (size_t)(t->end - t->p))) == NULL)
		lf = t->end;
	*line = t->p;
	*n = (size_t)(lf - t->p);
	t->p = lf < t->end ? lf + 1 : lf;
	if (*n > 0 && (*line)[*n - 1] == '\r')
		--*n;
	return 1;
}

/* "HTTP/2 200", "HTTP/1.1 429 Too Many": the status, or 0. */
static int
status_line(const char *s, size_t n)
{
	const char *p, *end = s + n;
	int status = 0, digits = 0;

	if (n < 5 || strncasecmp(s, "HTTP/", 5) != 0 ||
	    (p = memchr(s, ' ', n)) == NULL)
		return 0;
	for (p++; p < end && *p >= '0' && *p <= '9' && digits < 4; p++) {
		status = status * 10 + (*p - '0');
		digits++;
	}
	return digits == 3 && status >= 100 && status < 600 ? status : 0;
}

/* A count of nothing but digits, else -1. */
static int64_t
count(const char *s, size_t n)
{
	int64_t v = 0;
	size_t i;

	if (n == 0 || n > 18)
		return -1;
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

static void
field(struct headers *h, struct limits *l, const char *s, size_t n)
{
	const struct {
		const char *name;
		int64_t *to;
	} known[] = { { "modelscope-ratelimit-requests-limit", &l->limit },
		{ "modelscope-ratelimit-requests-remaining", &l->left },
		{ "modelscope-ratelimit-model-requests-limit",
		    &l->model_limit },
		{ "modelscope-ratelimit-model-requests-remaining",
		    &l->model_left } };
	const char *v = memchr(s, ':', n);
	size_t i, name;

	if (v == NULL)
		return;
	name = (size_t)(v++ - s);
	n -= name + 1;
	while (n > 0 && (*v == ' ' || *v == '\t')) {
		v++;
		n--;
	}
	while (n > 0 && (v[n - 1] == ' ' || v[n - 1] == '\t'))
		n--;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].name) == name &&
		    strncasecmp(known[i].name, s, name) == 0)
			*known[i].to = count(v, n);
	if (name == 11 && strncasecmp(s, "retry-after", 11) == 0) {
		h->retry_after = v;
		h->nretry = n;
	}
}

int
headers_parse(const char *text, size_t n, struct headers *h, struct limits *l)
{
	struct text t = { text, text + n };
	const char *line;
	int status;

	memset(h, 0, sizeof(*h));
	l->limit = l->left = l->model_limit = l->model_left = -1;
	while (next_line(&t, &line, &n)) {
		if ((status = status_line(line, n)) == 0)
			break;
		memset(h, 0, sizeof(*h));
		l->limit = l->left = l->model_limit = l->model_left = -1;
		h->status = status;
		while (next_line(&t, &line, &n) && n > 0)
			field(h, l, line, n);
		h->body = t.p;
		h->nbody = (size_t)(t.end - t.p);
	}
	return h->status == 0 ? -1 : 0;
}
