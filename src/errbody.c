/* Error bodies. */
#include "anthropic.h"
#include "buf.h"
#include "endpoint.h"
#include "errbody.h"
#include "json.h"

static const struct kind {
	int status;
	const char *type, *code;
} kinds[] = {
	{ 401, "invalid_request_error", "invalid_api_key" },
	{ 403, "permission_error", "forbidden" },
	{ 404, "invalid_request_error", "not_found" },
	{ 405, "invalid_request_error", "method_not_allowed" },
	{ 408, "invalid_request_error", "request_timeout" },
	{ 413, "invalid_request_error", "request_too_large" },
	{ 415, "invalid_request_error", "unsupported_media_type" },
	{ 421, "invalid_request_error", "unknown_host" },
	{ 429, "insufficient_quota", "insufficient_quota" },
	{ 502, "upstream_error", "upstream_error" },
	{ 503, "server_error", "overloaded" },
	{ 504, "upstream_error", "upstream_timeout" },
};

static const struct kind *
kind_of(int status)
{
	static const struct kind other = { 0, "invalid_request_error",
		"bad_request" };
	static const struct kind internal = { 0, "server_error", "internal" };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].status == status)
			return &kinds[i];
	return status < 500 ? &other : &internal;
}

static void
openai(struct json *j, const struct errbody *e)
{
	const struct kind *k = kind_of(e->status);

	json_object(j, "error");
	json_str(j, "message", e->message);
	json_str(j, "type", k->type);
	json_null(j, "param");
	json_str(j, "code", e->code != NULL ? e->code : k->code);
	if (e->hint != NULL)
		json_str(j, "hint", e->hint);
	json_end(j);
}

int
errbody_write(struct buf *out, int family, const struct errbody *e)
{
	struct json j;

	if (family == FAMILY_MESSAGES)
		return anthropic_error(out, anthropic_type(e->status),
		    e->message, e->hint, e->id);
	json_begin(&j, out);
	json_object(&j, NULL);
	switch (family) {
	case FAMILY_OPENAI:
		openai(&j, e);
		break;
	case FAMILY_NATIVE:
		json_str(&j, "detail", e->message);
		break;
	case FAMILY_BALANCE:
		json_bool(&j, "success", 0);
		json_str(&j, "message", e->message);
		json_str(&j, "error", e->message);
		break;
	case FAMILY_STATUS:
		json_str(&j, "status", "error");
		json_str(&j, "message", e->message);
		break;
	}
	if (e->hint != NULL && family != FAMILY_OPENAI)
		json_str(&j, "hint", e->hint);
	json_end(&j);
	return json_finish(&j);
}
