/*
 * What upstream's replies are judged by: bodies of any status, events of a
 * stream, Retry-After.
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = { 200, 204, 302, 400, 401, 402, 403, 404,
		408, 429, 500, 599 };
	struct classified c;
	struct reply r = { .type = "application/json", .whole = 1 };
	char *copy = malloc(size > 0 ? size : 1);
	int64_t t;
	size_t i;

	memcpy(copy, data, size);
	r.body = copy;
	r.len = size;
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		r.status = statuses[i];
		classify(&r, &c);
		check(&c);
	}
	classify_event(copy, size, &c);
	check(&c);
	t = classify_retry_after(copy, size, INT64_C(1795320000000));
	if (t < -1 || t > 86400)
		abort();
	free(copy);
	return 0;
}
