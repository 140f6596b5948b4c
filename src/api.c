/* The table of APIs. */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "api.h"
#include "buf.h"
#include "classify.h"
#include "fault.h"
#include "hollow.h"
#include "messages.h"
#include "request.h"
#include "responses.h"
#include "splice.h"

static const char *const anthropic[] = { "anthropic-version", "anthropic-beta",
	NULL };
static const char *const async[] = { "x-modelscope-async-mode", NULL };
static const char *const task[] = { "x-modelscope-task-type", NULL };

static const struct api table[] = { { "chat", API_CHAT, "/chat/completions",
					NULL, NULL, NULL },
	{ "completions", API_BODY, "/completions", "prompt", NULL, NULL },
	{ "embeddings", API_BODY, "/embeddings", "input", NULL, NULL },
	{ "messages", API_BODY, "/messages", "messages", anthropic,
	    &messages_translate },
	{ "count_tokens", API_COUNT, NULL, "messages", NULL, NULL },
	{ "responses", API_BODY, "/responses", "input", NULL,
	    &responses_translate },
	{ "images", API_BODY, "/images/generations", "prompt", async, NULL },
	{ "task", API_TASK, "/tasks/", NULL, task, NULL } };

enum {
	ROWS = sizeof(table) / sizeof(table[0])
};

unsigned
api_bit(const struct api *a)
{
	return 1U << (a - table);
}

const struct api *
api_named(const char *op)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (strcmp(op, table[i].op) == 0)
			return &table[i];
	return NULL;
}

int
api_chats(const struct api *a)
{
	return a->kind == API_CHAT || a->translate != NULL;
}

const struct api *
api_batch(struct splice url)
{
	if (splice_eq(url, "/v1/chat/completions"))
		return api_named("chat");
	if (splice_eq(url, "/v1/embeddings"))
		return api_named("embeddings");
	return NULL;
}

/* What an answer would have to be kept for, here or upstream. */
static int
stateless(struct splice v, struct fault *f)
{
	struct splice m;

	if (splice_find(v, "previous_response_id", &m) != 1 || m.s[0] == 'n')
		return 0;
	return fault_set(f, EX_DATAERR,
	    "request: previous_response_id: no answers are kept here; "
	    "send the whole conversation as input");
}

int
api_request(const struct api *a, struct buf *out, const char *text, size_t n,
    int *limited, struct fault *f)
{
	static const struct request_opts none = { .stream = -1, .some = 1 };
	struct splice v, m;
	char why[SPLICE_WRONG];
	size_t off;

	if (a->kind == API_CHAT)
		return request_edit(out, text, n, &none, limited, f);
	*limited = 0;
	if (splice_text(text, n, &v, &off) == -1)
		return fault_set(f, EX_DATAERR, "request: %s",
		    splice_wrong(why, text, n, off));
	if (v.s[0] != '{')
		return fault_set(f, EX_DATAERR, "request: want an object");
	if (a->needs != NULL && splice_find(v, a->needs, &m) != 1)
		return fault_set(f, EX_DATAERR, "request: no %s", a->needs);
	/* what comes of that is hollow, and no model's fault */
	if (a->needs != NULL && m.s[0] == '[' && hollow_kind(m) == 0)
		return fault_set(f, EX_DATAERR,
		    "request: %s: want at least one", a->needs);
	if (strcmp(a->op, "responses") == 0 && stateless(v, f) == -1)
		return -1;
	if (buf_add(out, text, n) == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	return 0;
}

int
api_header(const struct api *a, const char *name)
{
	size_t i;

	for (i = 0; a->headers != NULL && a->headers[i] != NULL; i++)
		if (strcasecmp(name, a->headers[i]) == 0)
			return 1;
	return 0;
}

int
api_lacking(const struct api *a, int status, const char *model,
    const struct classified *c)
{
	if (a->translate == NULL)
		return 0;
	if (status == 405 || status == 501)
		return 1;
	/* LM Studio says so under a 200 */
	if (status == 200)
		return strncasecmp(c->message, "unexpected endpoint", 19) == 0;
	return status == 404 && c->verdict == V_BAD_REQUEST &&
	    strcasestr(c->message, model) == NULL;
}
