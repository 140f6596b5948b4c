/* Errors and lengths as Anthropic's clients know them. */
#include <string.h>

#include "anthropic.h"
#include "buf.h"
#include "tap.h"

static const struct {
	int status;
	const char *type;
} types[] = { { 400, "invalid_request_error" }, { 401, "authentication_error" },
	{ 403, "permission_error" }, { 404, "not_found_error" },
	{ 405, "invalid_request_error" }, { 413, "request_too_large" },
	{ 429, "rate_limit_error" }, { 500, "api_error" }, { 502, "api_error" },
	{ 503, "overloaded_error" }, { 504, "timeout_error" },
	{ 529, "overloaded_error" } };

static const struct {
	const char *in;
	int64_t want;
} counts[] = {
	{ "{}", 0 },
	{ "[]", -1 },
	{ "{\"messages\":", -1 },
	/* 4 for the message, 10 bytes with their quotes */
	{ "{\"messages\":[{\"role\":\"user\",\"content\":\"12345678\"}]}", 7 },
	{ "{\"messages\":[{\"content\":\"12345678\"},{\"content\":\"\"}]}",
	    11 },
	/* 4, 2 quotes, 6 characters of Chinese */
	{ "{\"messages\":[{\"content\":\"\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xb8\x96"
	  "\xe7\x95\x8c\xe4\xbd\xa0\xe5\xa5\xbd\"}]}",
	    9 },
	{ "{\"messages\":[{\"content\":[{\"type\":\"text\",\"text\":"
	  "\"12345678\"},{\"type\":\"image\",\"source\":{\"data\":"
	  "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}}]}]}",
	    1607 },
	{ "{\"messages\":[{\"content\":[{\"type\":\"tool_result\","
	  "\"content\":[{\"type\":\"image\"}]}]}]}",
	    1604 },
	{ "{\"system\":\"12345678\",\"messages\":[]}", 7 },
	{ "{\"tools\":[{\"name\":\"12345\"}]}", 16 },
	{ "{\"messages\":[{\"content\":[1,null]}]}", 6 },
};

int
main(void)
{
	struct buf b;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		ok(strcmp(anthropic_type(types[i].status), types[i].type) == 0,
		    "type of %d", types[i].status);
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (!ok(anthropic_count(counts[i].in, strlen(counts[i].in)) ==
			    counts[i].want,
			"count %zu", i))
			printf("# %lld\n",
			    (long long)anthropic_count(counts[i].in,
				strlen(counts[i].in)));
	buf_init(&b, 4096);
	ok(anthropic_error(&b, "api_error", "a\"\n", "", NULL) == 0 &&
		strcmp(b.d,
		    "{\"type\":\"error\",\"error\":{\"type\":\"api_error\","
		    "\"message\":\"a\\\"\\n\"}}") == 0,
	    "an error");
	buf_free(&b);
	return done();
}
