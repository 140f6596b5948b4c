/* The service's refusals: status, words and the envelopes they come in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim.h"

#define REQUEST_ID "5e6ca7f0-51de-4000-8000-00000000abcd"

static const struct error_row rows[] = {
	{ "auth", 401, ENV_IN,
	    "Authentication failed, please make sure that "
	    "a valid ModelScope token is supplied.",
	    NULL, "authentication_error", EX_NO },
	{ "auth-old", 401, ENV_OLD,
	    "Authenticaton failed, please make sure "
	    "that a valid ModelScope token is supplied.",
	    NULL, "authentication_error", EX_NO },
	{ "unbound", 401, ENV_IN,
	    "Please bind your Alibaba Cloud account "
	    "before use.",
	    NULL, "authentication_error", EX_NO },
	{ "unverified", 403, ENV_IN,
	    "The bound Alibaba Cloud account must be "
	    "real name verified before use.",
	    NULL, "permission_error", EX_NO },
	{ "no-permission", 403, ENV_IN,
	    "You have no permission to access "
	    "model @",
	    NULL, "permission_error", EX_NO },
	{ "no-provider", 400, ENV_OUT, "Model id: @, has no provider supported",
	    NULL, "invalid_request_error", EX_NO },
	{ "bad-model", 400, ENV_OUT, "Invalid model id: @", NULL,
	    "invalid_request_error", EX_NO },
	{ "stream-only!", 400, ENV_OUT,
	    "This model only support stream mode, "
	    "please enable the stream parameter to access the model.",
	    "invalid_parameter_error", "invalid_request_error", EX_NO },
	{ "thinking-rule!", 400, ENV_PROV,
	    "parameter.enable_thinking must be "
	    "set to false for non-streaming calls",
	    "invalid_parameter_error", "invalid_request_error", EX_NO },
	{ "thinking-rule-2!", 400, ENV_PROV,
	    "enable_thinking can not be "
	    "support when stream=False",
	    "invalid_parameter_error", "invalid_request_error", EX_NO },
	{ "thinking-only!", 400, ENV_PROV,
	    "The value of the enable_thinking "
	    "parameter is restricted to True.",
	    "invalid_parameter_error", "invalid_request_error", EX_NO },
	{ "max!", 400, ENV_PROV,
	    "Range of max_tokens is over what this model "
	    "takes",
	    "invalid_parameter_error", "invalid_request_error", EX_NO },
	{ "bad-param", 400, ENV_PROV,
	    "invalid temperature: only 1 is allowed "
	    "for this model",
	    "invalid_parameter_error", "invalid_request_error", EX_NO },
	{ "not-exist-404", 404, ENV_PROV, "The model `@` does not exist",
	    "model_not_found", "invalid_request_error", EX_NO },
	{ "missing!", 404, ENV_STRING,
	    "model \"@\" not found, try pulling it "
	    "first",
	    NULL, "not_found_error", EX_NO },
	{ "balance-402", 402, ENV_IN, "insufficient balance", NULL,
	    "billing_error", EX_NO },
	{ "no-credits", 429, ENV_IN, "insufficient balance", NULL,
	    "rate_limit_error", EX_NO },
	{ "quota-day", 429, ENV_IN,
	    "You have exceeded today's quota for model "
	    "@. Try another model, or again tomorrow.",
	    NULL, "rate_limit_error", EX_NO },
	{ "quota-day-headers", 429, ENV_IN,
	    "You have exceeded today's quota "
	    "for model @. Try another model, or again tomorrow.",
	    NULL, "rate_limit_error", EX_QUOTA },
	{ "quota-month", 429, ENV_IN,
	    "You have exceeded this month's quota "
	    "for model @. Try another model, or again next month.",
	    NULL, "rate_limit_error", EX_NO },
	{ "current-quota", 429, ENV_PROV,
	    "You exceeded your current quota, "
	    "please check your plan and billing details.",
	    "insufficient_quota", "insufficient_quota", EX_NO },
	{ "allocated", 429, ENV_PROV,
	    "Allocated quota exceeded, please "
	    "increase your quota limit.",
	    "insufficient_quota", "insufficient_quota", EX_NO },
	{ "burst", 429, ENV_PROV,
	    "Request rate increased too quickly. Please "
	    "scale requests more smoothly over time.",
	    "limit_burst_rate", "limit_burst_rate", EX_NO },
	{ "rate", 429, ENV_PROV,
	    "Requests rate limit exceeded, please try "
	    "again later.",
	    "limit_requests", "limit_requests", EX_NO },
	{ "provider-1008", 429, ENV_PROV, "insufficient balance (1008)", "1008",
	    "insufficient_balance_error", EX_NO },
	{ "too-many", 429, ENV_IN, "Too many requests", NULL,
	    "rate_limit_error", EX_NO },
	{ "request-limit", 429, ENV_IN, "Request limit exceeded", NULL,
	    "rate_limit_error", EX_NO },
	{ "retry-after", 429, ENV_IN, "Too many requests", NULL,
	    "rate_limit_error", EX_RETRY },
	{ "retry-date", 429, ENV_IN, "Too many requests", NULL,
	    "rate_limit_error", EX_RETRY_DATE },
	{ "quota-403", 403, ENV_IN, "The quota limit is exceeded",
	    "QuotaLimitExceed", "permission_error", EX_NO },
	{ "400", 400, ENV_IN, "bad request", NULL, "invalid_request_error",
	    EX_NO },
	{ "404", 404, ENV_IN, "not found", NULL, "not_found_error", EX_NO },
	{ "408", 408, ENV_IN, "request timeout", NULL, "timeout_error", EX_NO },
	{ "409", 409, ENV_IN, "conflict", NULL, "invalid_request_error",
	    EX_NO },
	{ "413", 413, ENV_IN, "request too large", NULL, "request_too_large",
	    EX_NO },
	{ "422", 422, ENV_IN, "unprocessable", NULL, "invalid_request_error",
	    EX_NO },
	{ "429", 429, ENV_IN, "Too many requests", NULL, "rate_limit_error",
	    EX_NO },
	{ "500", 500, ENV_IN, "Internal server error", NULL, "api_error",
	    EX_NO },
	{ "502", 502, ENV_IN, "Bad gateway", NULL, "api_error", EX_NO },
	{ "503", 503, ENV_IN, "Service unavailable", NULL, "api_error", EX_NO },
	{ "504", 504, ENV_IN, "Gateway timeout", NULL, "api_error", EX_NO },
	{ "529", 529, ENV_IN, "Overloaded", NULL, "overloaded_error", EX_NO },
	{ "500-html", 500, ENV_HTML, "Internal Server Error", NULL, NULL,
	    EX_NO },
	{ "502-html", 502, ENV_HTML, "Bad Gateway", NULL, NULL, EX_NO },
	{ "503-html", 503, ENV_HTML, "Service Temporarily Unavailable", NULL,
	    NULL, EX_NO },
	{ "504-html", 504, ENV_HTML, "Gateway Time-out", NULL, NULL, EX_NO },
	{ "error-200", 200, ENV_IN, "Internal server error", NULL, "api_error",
	    EX_NO }
};

const struct error_row *
errors_find(struct span name)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (span_is(name, rows[i].name))
			return &rows[i];
	return NULL;
}

int
errors_envelope(struct span name, enum envelope *env)
{
	static const char *const names[] = { "", "in", "out", "old", "prov",
		"anthropic", "string", "bare", "detail", "html", "text",
		"empty", "openapi" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_is(name, names[i])) {
			*env = (enum envelope)i;
			return 0;
		}
	return -1;
}

static void
quoted(struct buf *b, const char *s)
{
	if (s == NULL) {
		LIT(b, "null");
		return;
	}
	LIT(b, "\"");
	buf_json(b, span_of(s));
	LIT(b, "\"");
}

static void
html(struct buf *b, const struct error_row *row)
{
	LIT(b, "<html>\r\n<head><title>");
	buf_u64(b, (uint64_t)row->status);
	LIT(b, " ");
	buf_str(b, row->msg);
	LIT(b, "</title></head>\r\n<body>\r\n<center><h1>");
	buf_u64(b, (uint64_t)row->status);
	LIT(b, " ");
	buf_str(b, row->msg);
	LIT(b, "</h1></center>\r\n</body>\r\n</html>\r\n");
}

/*
 * The envelopes as templates: @ stands for the message, ~ for the request id,
 * # for the code, % for the type, each as a JSON value.
 */
static const char *const shapes[] = {
	[ENV_IN] = "{\"error\":{\"message\":@,\"request_id\":~}}",
	[ENV_OUT] = "{\"error\":{\"message\":@},\"request_id\":~}",
	[ENV_OLD] = "{\"errors\":{\"message\":@,\"request_id\":~}}",
	[ENV_PROV] = "{\"error\":{\"code\":#,\"message\":@,\"param\":null,"
		     "\"type\":%},\"request_id\":~}",
	[ENV_ANTHROPIC] = "{\"type\":\"error\",\"error\":{\"type\":%,"
			  "\"message\":@}}",
	[ENV_STRING] = "{\"error\":@}",
	[ENV_BARE] = "{\"message\":@}",
	[ENV_DETAIL] = "{\"detail\":@}",
	[ENV_OPENAPI] = "{\"success\":false,\"request_id\":~,\"code\":#,"
			"\"message\":@}",
	[ENV_EMPTY] = ""
};

static void
json(struct buf *b, enum envelope env, const struct error_row *row,
    const char *msg)
{
	const char *p;

	for (p = shapes[env]; *p != '\0'; p++)
		switch (*p) {
		case '@':
			quoted(b, msg);
			break;
		case '~':
			quoted(b, REQUEST_ID);
			break;
		case '#':
			quoted(b,
			    row->code == NULL && env == ENV_OPENAPI &&
				    row->status == 401 ?
				"InvalidAuthentication" :
				row->code);
			break;
		case '%':
			quoted(b, row->type);
			break;
		default:
			buf_add(b, p, 1);
		}
}

static enum envelope
choose(const struct conn *c, const struct error_row *row)
{
	unsigned flags = c->req.op == NULL ? 0 : c->req.op->flags;

	if (c->plan.env != ENV_DEFAULT)
		return c->plan.env;
	if (row->env == ENV_HTML)
		return ENV_HTML;
	if (flags & OP_ANTHROPIC)
		return ENV_ANTHROPIC;
	if (flags & OP_BALANCE)
		return ENV_OPENAPI;
	if (flags & OP_OLLAMA)
		return ENV_STRING;
	return row->env;
}

static void
extras(struct conn *c, const struct error_row *row)
{
	struct buf *b = &c->ans.extra;
	char text[64];
	struct tm tm;
	time_t t;

	if (row->extra == EX_RETRY) {
		LIT(b, "Retry-After: ");
		buf_str(b, c->plan.retry);
		LIT(b, "\r\n");
	} else if (row->extra == EX_RETRY_DATE) {
		t = time(NULL) +
		    (c->plan.retry[0] == '\0' ?
			    60 :
			    (time_t)strtol(c->plan.retry, NULL, 10));
		gmtime_r(&t, &tm);
		strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
		LIT(b, "Retry-After: ");
		buf_str(b, text);
		LIT(b, "\r\n");
	} else if (row->extra == EX_QUOTA) {
		LIT(b,
		    "modelscope-ratelimit-requests-limit: 2000\r\n"
		    "modelscope-ratelimit-requests-remaining: 0\r\n"
		    "modelscope-ratelimit-model-requests-limit: 200\r\n"
		    "modelscope-ratelimit-model-requests-remaining: 0\r\n");
	}
}

void
errors_answer(struct conn *c, const struct error_row *row)
{
	enum envelope env = choose(c, row);
	struct buf msg = { 0 }, *b;

	b = answer_body(c, row->status,
	    env == ENV_HTML	? "text/html" :
		env == ENV_TEXT ? "text/plain" :
				  "application/json");
	extras(c, row);
	buf_with(&msg, row->msg, '@', c->req.model);
	buf_add(&msg, "", 1);
	if (env == ENV_HTML)
		html(b, row);
	else if (env == ENV_TEXT)
		buf_str(b, msg.p);
	else
		json(b, env, row, msg.p);
	buf_free(&msg);
}

void
errors_say(struct conn *c, int status, const char *msg)
{
	struct error_row row = { "", status, ENV_IN, msg, NULL,
		"invalid_request_error", EX_NO };

	errors_answer(c, &row);
}

void
errors_event(struct conn *c, struct buf *out)
{
	bool quota = strstr(c->plan.names, ":quota") != NULL;
	struct error_row row = { "", 500, ENV_IN,
		quota ? "insufficient balance" : "Internal server error", NULL,
		quota ? "rate_limit_error" : "api_error", EX_NO };

	json(out, choose(c, &row), &row, row.msg);
}
