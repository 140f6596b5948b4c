/*
 * GET /models of the upstreams in use. It is public: no key is sent.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "catalog.h"
#include "classify.h"
#include "conf.h"
#include "fault.h"
#include "loop.h"
#include "online.h"
#include "upstream.h"

enum {
	REPLY_MAX = 8 * 1024 * 1024
};

struct asked {
	size_t upstream;
	struct buf url, reply;
	int toobig;
	int *pending; /* of all */
	int failed;
	char why[256];
};

/* Does an enabled model use it? The first does for a configuration of none. */
static int
used(const struct conf *c, size_t upstream)
{
	size_t i, k;

	for (i = 0; i < c->nmodels; i++)
		for (k = 0; k < c->models[i].nupstreams; k++)
			if (c->models[i].enabled &&
			    c->models[i].upstreams[k] == upstream)
				return 1;
	return upstream == 0 && c->nmodels == 0;
}

static void
on_head(void *arg, struct upstream_call *call, int status)
{
	(void)arg;
	(void)call;
	(void)status;
}

static int
on_data(void *arg, const char *p, size_t n)
{
	struct asked *a = arg;

	if (buf_add(&a->reply, p, n) == -1)
		a->toobig = 1;
	return 0;
}

static void
on_done(void *arg, const struct upstream_end *e)
{
	struct asked *a = arg;

	(*a->pending)--;
	a->failed = e->transport != TRANSPORT_OK || e->status != 200 ||
	    a->toobig;
	if (e->transport != TRANSPORT_OK)
		fault_clean(a->why, sizeof(a->why), e->why, strlen(e->why));
	else if (e->status != 200)
		snprintf(a->why, sizeof(a->why), "HTTP %d", e->status);
	else
		strlcpy(a->why, "not a list of models", sizeof(a->why));
}

static int
ask(struct asked *a, const struct conf *c, struct upstream *u, int timeout)
{
	static const struct upstream_cb cb = { on_head, on_data, on_done };
	struct upstream_req r = { .method = "GET", .total = timeout };

	buf_init(&a->url, 8192);
	buf_init(&a->reply, REPLY_MAX);
	if (buf_addf(&a->url, "%s/models",
		c->upstreams[a->upstream].base_url) == -1)
		return -1;
	r.url = a->url.d;
	r.connect = c->upstreams[a->upstream].timeouts.connect;
	if (upstream_start(u, &r, &cb, a) == NULL)
		return -1;
	(*a->pending)++;
	return 0;
}

/* Reads the answers. How many were none, or -1. */
static int
gather(const struct conf *c, const struct asked *a, size_t na, struct online *o,
    void (*say)(const char *line))
{
	char line[768];
	int failed = 0;
	size_t i;

	for (i = 0; i < na; i++) {
		if (!a[i].failed) {
			o->v[o->n].upstream = a[i].upstream;
			if (catalog_read(a[i].reply.d, a[i].reply.len,
				&o->v[o->n]) == 0) {
				o->n++;
				continue;
			}
			if (errno != EINVAL)
				return -1;
		}
		failed++;
		snprintf(line, sizeof(line), "%s: %s: %s",
		    c->upstreams[a[i].upstream].name, a[i].url.d, a[i].why);
		say(line);
	}
	return failed;
}

int
online_list(const struct conf *c, struct loop *l, struct upstream *u,
    int timeout, struct online *o, void (*say)(const char *line))
{
	struct asked *a;
	size_t i, na = 0;
	int pending = 0, r = 0;

	o->n = 0;
	o->v = calloc(c->nupstreams, sizeof(*o->v));
	if ((a = calloc(c->nupstreams, sizeof(*a))) == NULL || o->v == NULL)
		r = -1;
	for (i = 0; i < c->nupstreams && r == 0; i++)
		if (used(c, i)) {
			a[na].upstream = i;
			a[na].pending = &pending;
			r = ask(&a[na++], c, u, timeout);
		}
	/* What was started must end before its buffers can be freed. */
	while (pending > 0 && loop_turn(l, -1) != -1)
		;
	if (r == 0)
		r = gather(c, a, na, o, say);
	for (i = 0; i < na; i++) {
		buf_free(&a[i].url);
		buf_free(&a[i].reply);
	}
	free(a);
	if (r == -1)
		online_free(o);
	return r;
}

void
online_free(struct online *o)
{
	while (o->n > 0)
		catalog_free(&o->v[--o->n]);
	free(o->v);
	o->v = NULL;
}
