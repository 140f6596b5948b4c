/* The table of endpoints. */
#include <string.h>

#include "endpoint.h"
#include "http.h"

const struct endpoint endpoint_table[] = {
	{ "/v1/chat/completions", ENDPOINT_POST, KIND_CHAT, FAMILY_OPENAI,
	    EP_COUNTS, "chat", "openai" },
	{ "/v1/completions", ENDPOINT_POST, KIND_CHAT, FAMILY_OPENAI, EP_COUNTS,
	    "completions", "openai" },
	{ "/v1/embeddings", ENDPOINT_POST, KIND_CHAT, FAMILY_OPENAI, EP_COUNTS,
	    "embeddings", "openai" },
	{ "/v1/responses", ENDPOINT_POST, KIND_CHAT, FAMILY_OPENAI, EP_COUNTS,
	    "responses", "responses" },
	{ "/v1/messages", ENDPOINT_POST, KIND_CHAT, FAMILY_MESSAGES, EP_COUNTS,
	    "messages", "messages" },
	{ "/v1/messages/count_tokens", ENDPOINT_POST, KIND_CHAT,
	    FAMILY_MESSAGES, 0, "count_tokens", "messages" },
	{ "/v1/images/generations", ENDPOINT_POST, KIND_CHAT, FAMILY_OPENAI,
	    EP_COUNTS, "images", "openai" },
	{ "/v1/tasks/", ENDPOINT_GET, KIND_CHAT, FAMILY_OPENAI, EP_PREFIX,
	    "task", "openai" },
	{ "/v1/models", ENDPOINT_GET, KIND_MODELS, FAMILY_OPENAI, 0, NULL,
	    NULL },
	{ "/v1/models/", ENDPOINT_GET, KIND_MODEL, FAMILY_OPENAI, EP_PREFIX,
	    NULL, NULL },
	{ "/chat", ENDPOINT_POST, KIND_CHAT, FAMILY_NATIVE, EP_COUNTS, "chat",
	    "native" },
	{ "/n8n/chat", ENDPOINT_POST, KIND_CHAT, FAMILY_NATIVE, EP_COUNTS,
	    "chat", "n8n" },
	{ "/route", ENDPOINT_POST, KIND_ROUTE, FAMILY_NATIVE, 0, "route",
	    NULL },
	{ "/status", ENDPOINT_GET, KIND_TOOL, FAMILY_NATIVE, 0, "status",
	    NULL },
	{ "/history", ENDPOINT_GET, KIND_TOOL, FAMILY_NATIVE, 0, "history",
	    NULL },
	{ "/models", ENDPOINT_GET, KIND_NATIVE_MODELS, FAMILY_NATIVE, 0, NULL,
	    NULL },
	{ "/api/balance", ENDPOINT_POST, KIND_BALANCE, FAMILY_BALANCE, EP_XKEY,
	    "balance", NULL },
	{ "/reload", ENDPOINT_POST, KIND_TOOL, FAMILY_STATUS, EP_ADMIN,
	    "reload", NULL },
	{ "/health", ENDPOINT_GET, KIND_HEALTH, FAMILY_NATIVE, EP_OPEN, NULL,
	    NULL },
	{ "/metrics", ENDPOINT_GET, KIND_METRICS, FAMILY_NATIVE, EP_ADMIN,
	    "metrics", NULL },
	{ "/", ENDPOINT_GET, KIND_ROOT, FAMILY_NATIVE, EP_OPEN, NULL, NULL },
	{ "/docs", ENDPOINT_GET, KIND_FILE, FAMILY_NATIVE, EP_OPEN, NULL,
	    NULL },
	{ "/openapi.json", ENDPOINT_GET, KIND_FILE, FAMILY_NATIVE, EP_OPEN,
	    NULL, NULL },
	{ "/www/", ENDPOINT_GET, KIND_FILE, FAMILY_NATIVE, EP_OPEN | EP_PREFIX,
	    NULL, NULL },
	{ "", 0, KIND_NONE, FAMILY_OPENAI, 0, NULL, NULL }
};

size_t
endpoint_count(void)
{
	return sizeof(endpoint_table) / sizeof(endpoint_table[0]);
}

const struct endpoint *
endpoint_find(const struct http_str *path)
{
	const struct endpoint *e;
	size_t n;

	for (e = endpoint_table; e->kind != KIND_NONE; e++) {
		n = strlen(e->path);
		if (path->n == n ? memcmp(path->s, e->path, n) == 0 :
				   (e->flags & EP_PREFIX) && path->n > n &&
			    memcmp(path->s, e->path, n) == 0)
			break;
	}
	return e;
}
