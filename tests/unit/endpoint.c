/* The table of endpoints. */
#include <string.h>

#include "endpoint.h"
#include "http.h"
#include "tap.h"

static const struct {
	const char *path;
	enum endpoint_kind kind;
} cases[] = {
	{ "/v1/chat/completions", KIND_CHAT },
	{ "/chat", KIND_CHAT },
	{ "/v1/messages", KIND_CHAT },
	{ "/v1/messages/count_tokens", KIND_CHAT },
	{ "/v1/messages/batches", KIND_NONE },
	{ "/v1/tasks/1", KIND_CHAT },
	{ "/n8n/chat", KIND_CHAT },
	{ "/v1/models", KIND_MODELS },
	{ "/v1/models/a%2Fb", KIND_MODEL },
	{ "/v1/models/a/b", KIND_MODEL },
	{ "/models", KIND_NATIVE_MODELS },
	{ "/", KIND_ROOT },
	{ "/www/app.js", KIND_FILE },
	{ "/metrics", KIND_METRICS },
	{ "/v1/chat/completions/", KIND_NONE },
	{ "/v1/chat", KIND_NONE },
	{ "/v1/modelsx", KIND_NONE },
	{ "/CHAT", KIND_NONE },
	{ "//chat", KIND_NONE },
	{ "/chatx", KIND_NONE },
	{ "*", KIND_NONE },
	{ "", KIND_NONE },
};

int
main(void)
{
	const struct endpoint *e;
	struct http_str path;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path.s = cases[i].path;
		path.n = strlen(path.s);
		ok(endpoint_find(&path)->kind == cases[i].kind, "\"%s\"",
		    path.s);
	}
	for (e = endpoint_table; e->kind != KIND_NONE; e++)
		ok((e->op != NULL) ==
			    (e->kind == KIND_CHAT || e->kind == KIND_TOOL ||
				e->kind == KIND_BALANCE ||
				e->kind == KIND_ROUTE ||
				e->kind == KIND_METRICS) &&
			e->methods != 0,
		    "%s is whole", e->path);
	ok((size_t)(e - endpoint_table) + 1 == endpoint_count(), "count");
	return done();
}
