/*
 * What upstream's replies are judged by: bodies of any status, events of a
 * stream, Retry-After; and how long who is at fault rests then.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Texts are ended and printable, the verdict is one. */
static void
check(const struct classified *c)
{
	if ((int)c->verdict < 0 || c->verdict >= V_MAX ||
	    memchr(c->message, '\0', sizeof(c->message)) == NULL ||
	    memchr(c->code, '\0', sizeof(c->code)) == NULL ||
	    memchr(c->request_id, '\0', sizeof(c->request_id)) == NULL ||
	    strpbrk(c->message, "\r\n\033") != NULL)
		abort();
}

/* Who rests does so from now on, and longer the longer he is told to. */
static void
rest(enum verdict v, int64_t now, int64_t after)
{
	int64_t t, last = 0;
	int strikes;

	if (verdict_named(verdict_info((int)v)->name,
		strlen(verdict_info((int)v)->name)) != (int)v)
		abort();
	for (strikes = 0; strikes < 6; strikes++) {
		t = classify_rest(v, now, 8 * 3600, after, strikes);
		if (t != 0 && t <= now)
			abort();
		if (t < last || (v == V_TOO_MANY && t < now + after * 1000))
			abort();
		last = t;
	}
}

/* As it came, by every way that a transfer may end and be told of. */
static void
ways(struct reply r)
{
	static const char *const types[] = { NULL, "text/html", "text/plain" };
	struct classified c;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		r.type = types[i];
		r.left = i == 1;
		r.whole = i != 2;
		classify(&r, &c);
		check(&c);
		if (i == 2 && r.status < 300 && c.verdict != V_CUT)
			abort();
	}
	r.whole = 0;
	for (i = TRANSPORT_NETWORK; i <= TRANSPORT_TOOBIG; i++) {
		r.transport = (enum transport)i;
		classify(&r, &c);
		check(&c);
		if (r.status < 300 && c.verdict == V_OK)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = { 200, 204, 302, 400, 401, 402, 403, 404,
		408, 429, 500, 599 };
	static const size_t nstatuses = sizeof(statuses) / sizeof(statuses[0]);
	static const int64_t now = INT64_C(1795320000000);
	struct classified c;
	struct reply r = { .type = "application/json", .whole = 1 };
	char *copy = malloc(size > 0 ? size : 1);
	int64_t t;
	size_t i;

	memcpy(copy, data, size);
	r.body = copy;
	r.len = size;
	for (i = 0; i < nstatuses; i++) {
		r.status = statuses[i];
		classify(&r, &c);
		check(&c);
		/* others than the first two are judged by their bodies */
		if (i < 2 || i == size % nstatuses)
			ways(r);
	}
	classify_event(copy, size, &c);
	check(&c);
	t = classify_retry_after(copy, size, now);
	if (t < -1 || t > 86400)
		abort();
	for (i = 0; i < V_MAX; i++)
		rest((enum verdict)i, now, t);
	if (verdict_named(copy, size) >= V_MAX)
		abort();
	free(copy);
	return 0;
}
