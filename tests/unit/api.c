/* The table of APIs, and which refusals mean that upstream has one not. */
#include <string.h>

#include "api.h"
#include "buf.h"
#include "classify.h"
#include "fault.h"
#include "splice.h"
#include "tap.h"

static const struct {
	const char *op, *in;
	const char *says; /* NULL: taken as it is */
} requests[] = {
	{ "embeddings", "{ \"input\":1.0}", NULL },
	{ "embeddings", "{\"model\":\"m\"}", "request: no input" },
	{ "messages", "[]", "request: want an object" },
	{ "images", "{\"prompt\":", "request: not JSON at byte 11" },
	{ "responses", "{\"input\":\"a\",\"previous_response_id\":null}",
	    NULL },
	{ "responses", "{\"input\":\"a\",\"previous_response_id\":\"r\"}",
	    "request: previous_response_id: no answers are kept here; send "
	    "the whole conversation as input" },
	{ "chat", "{\"messages\":[7]}", NULL },
	{ "chat", "{\"messages\":[ ]}",
	    "request: messages: want at least one" },
	{ "chat", "{}", "request: neither messages nor prompt in it" },
};

static void
test_requests(void)
{
	struct fault f;
	struct buf out;
	size_t i;
	int limited, r;

	buf_init(&out, 4096);
	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		r = api_request(api_named(requests[i].op), &out, requests[i].in,
		    strlen(requests[i].in), &limited, &f);
		ok(requests[i].says == NULL ?
			r == 0 && strcmp(out.d, requests[i].in) == 0 :
			r == -1 && strcmp(f.text, requests[i].says) == 0,
		    "request %zu", i);
		buf_free(&out);
	}
}

static const struct {
	const char *op;
	int status, verdict;
	const char *message;
	int lacking;
} refusals[] = {
	{ "messages", 404, V_BAD_REQUEST, "Not Found", 1 },
	{ "messages", 404, V_BAD_REQUEST, "", 1 },
	{ "messages", 404, V_BAD_REQUEST, "no route for ORG/m", 0 },
	{ "messages", 404, V_BAD_MODEL, "The model does not exist", 0 },
	{ "responses", 405, V_BAD_REQUEST, "Method Not Allowed", 1 },
	{ "responses", 501, V_SERVER, "", 1 },
	{ "responses", 500, V_SERVER, "", 0 },
	{ "responses", 200, V_SERVER,
	    "Unexpected endpoint or method. (POST /v1/responses)", 1 },
	{ "embeddings", 404, V_BAD_REQUEST, "Not Found", 0 },
};

static void
test_lacking(void)
{
	struct classified c;
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		memset(&c, 0, sizeof(c));
		c.verdict = (enum verdict)refusals[i].verdict;
		strlcpy(c.message, refusals[i].message, sizeof(c.message));
		ok(api_lacking(api_named(refusals[i].op), refusals[i].status,
		       "org/m", &c) == refusals[i].lacking,
		    "lacking %zu", i);
	}
}

int
main(void)
{
	static const struct splice url = { "\"/v1/embeddings\"", 16 };

	test_requests();
	test_lacking();
	ok(api_named("nope") == NULL, "no such API");
	ok(api_batch(url) == api_named("embeddings"), "an API of batches");
	ok(api_header(api_named("messages"), "Anthropic-Version") &&
		!api_header(api_named("chat"), "anthropic-version"),
	    "headers");
	ok(api_chats(api_named("chat")) && api_chats(api_named("messages")) &&
		!api_chats(api_named("embeddings")) &&
		!api_chats(api_named("images")),
	    "what is of chats");
	ok(api_bit(api_named("messages")) != api_bit(api_named("responses")),
	    "bits");
	return done();
}
