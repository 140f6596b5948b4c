/* The first line of a request to a worker. */
#include <string.h>

#include "api.h"
#include "headline.h"
#include "tap.h"

static const struct {
	const char *in, *op, *id, *task, *header;
} lines[] = {
	{ "{\"op\":\"chat\",\"shape\":\"openai\",\"id\":\"req_1\","
	  "\"token\":\"t\"}",
	    "chat", "req_1", NULL, NULL },
	{ "{}", "chat", NULL, NULL, NULL },
	{ "{\"op\":\"messages\",\"headers\":{\"anthropic-version\":\"1\","
	  "\"x-modelscope-async-mode\":\"true\",\"authorization\":\"no\"}}",
	    "messages", NULL, NULL, "anthropic-version: 1" },
	{ "{\"op\":\"task\",\"task\":\"a-B_9\",\"headers\":{"
	  "\"X-ModelScope-Task-Type\":\"image_generation\"}}",
	    "task", NULL, "a-B_9", "X-ModelScope-Task-Type: image_generation" },
	{ "{\"op\":\"task\",\"task\":\"../models\"}", "task", NULL, NULL,
	    NULL },
	{ "{\"op\":\"task\",\"task\":\"a?b\"}", "task", NULL, NULL, NULL },
	{ "{\"op\":\"messages\",\"headers\":{\"anthropic-beta\":"
	  "\"a,\\tb\"}}",
	    "messages", NULL, NULL, "anthropic-beta: a,\tb" },
	{ "{\"op\":\"messages\",\"headers\":{\"anthropic-beta\":"
	  "\"a\\r\\nx: y\"}}",
	    NULL, NULL, NULL, NULL },
	{ "{\"op\":\"messages\",\"headers\":{\"anthropic-beta\":\"1\","
	  "\"anthropic-beta\":\"2\",\"anthropic-beta\":\"3\","
	  "\"anthropic-beta\":\"4\",\"anthropic-beta\":\"5\"}}",
	    NULL, NULL, NULL, NULL },
	{ "{\"op\":\"nope\"}", NULL, NULL, NULL, NULL },
	{ "{\"op\":7}", NULL, NULL, NULL, NULL },
	{ "{\"shape\":null}", "chat", NULL, NULL, NULL },
	{ "{\"id\":[]}", NULL, NULL, NULL, NULL },
	{ "{\"token\":{}}", NULL, NULL, NULL, NULL },
	{ "[]", NULL, NULL, NULL, NULL },
	{ "{", NULL, NULL, NULL, NULL },
};

static int
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
test_lines(void)
{
	struct headline h;
	size_t i;
	int r;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		r = headline_read(&h, lines[i].in, strlen(lines[i].in));
		ok(lines[i].op == NULL ? r == -1 :
					 r == 0 && same(h.api->op, lines[i].op),
		    "line %zu", i);
		ok(r == -1 ||
			(same(h.id, lines[i].id) &&
			    same(h.task, lines[i].task) &&
			    same(h.headers[0], lines[i].header) &&
			    h.headers[1] == NULL),
		    "line %zu: what is in it", i);
		headline_free(&h);
	}
}

int
main(void)
{
	test_lines();
	return done();
}
