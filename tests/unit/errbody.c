/* Errors in every family's shape. */
#include <string.h>

#include "buf.h"
#include "endpoint.h"
#include "errbody.h"
#include "tap.h"

static const struct {
	struct errbody e;
	enum endpoint_family family;
	const char *want;
} cases[] = {
	{ { 401, NULL, "no", NULL, NULL }, FAMILY_OPENAI,
	    "{\"error\":{\"message\":\"no\","
	    "\"type\":\"invalid_request_error\",\"param\":null,"
	    "\"code\":\"invalid_api_key\"}}" },
	{ { 404, "model_not_found", "no", "look", NULL }, FAMILY_OPENAI,
	    "{\"error\":{\"message\":\"no\","
	    "\"type\":\"invalid_request_error\",\"param\":null,"
	    "\"code\":\"model_not_found\",\"hint\":\"look\"}}" },
	{ { 502, NULL, "\"\n", NULL, NULL }, FAMILY_OPENAI,
	    "{\"error\":{\"message\":\"\\\"\\n\","
	    "\"type\":\"upstream_error\",\"param\":null,"
	    "\"code\":\"upstream_error\"}}" },
	{ { 429, NULL, "no", NULL, NULL }, FAMILY_NATIVE,
	    "{\"detail\":\"no\"}" },
	{ { 421, NULL, "no", "look", NULL }, FAMILY_NATIVE,
	    "{\"detail\":\"no\",\"hint\":\"look\"}" },
	{ { 400, NULL, "no", NULL, NULL }, FAMILY_BALANCE,
	    "{\"success\":false,\"message\":\"no\",\"error\":\"no\"}" },
	{ { 400, NULL, "no", NULL, NULL }, FAMILY_STATUS,
	    "{\"status\":\"error\",\"message\":\"no\"}" },
	{ { 401, NULL, "no", "look", "req_1" }, FAMILY_MESSAGES,
	    "{\"type\":\"error\",\"error\":{"
	    "\"type\":\"authentication_error\",\"message\":\"no\","
	    "\"hint\":\"look\"},\"request_id\":\"req_1\"}" },
};

int
main(void)
{
	struct buf b;
	size_t i;

	buf_init(&b, 4096);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_cut(&b, 0);
		ok(errbody_write(&b, (int)cases[i].family, &cases[i].e) == 0 &&
			strcmp(b.d, cases[i].want) == 0,
		    "error %zu", i);
	}
	buf_free(&b);
	return done();
}
