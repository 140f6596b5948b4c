/* Response objects: what openai's and the Vercel SDK's types ask for. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "buf.h"
#include "field.h"
#include "json.h"
#include "relay.h"
#include "request.h"
#include "respmember.h"
#include "respond.h"
#include "splice.h"
#include "translate.h"

enum {
	ITEMS_MAX = 4096,
	ID_MAX = 128
};

enum {
	ECHOES = 12
};

struct echo {
	struct splice v[ECHOES];
};

/* Members of the request that are repeated, and what stands for none. */
#define ECHO(i, name) FIELD(echo, v[i], name, .kind = FIELD_RAW)
static const struct field echo_fields[] = {
	ECHO(0, "instructions"),
	ECHO(1, "max_output_tokens"),
	ECHO(2, "metadata"),
	ECHO(3, "parallel_tool_calls"),
	ECHO(4, "reasoning"),
	ECHO(5, "temperature"),
	ECHO(6, "text"),
	ECHO(7, "tool_choice"),
	ECHO(8, "tools"),
	ECHO(9, "top_p"),
	ECHO(10, "truncation"),
	ECHO(11, "user"),
	FIELD_END,
};
static const char *const echo_none[ECHOES] = { "null", "null", "{}", "true",
	"{\"effort\":null,\"summary\":null}", "null",
	"{\"format\":{\"type\":\"text\"}}", "\"auto\"", "[]", "null",
	"\"disabled\"", "null" };

struct respond {
	char id[ID_MAX]; /* without what comes before its first "_" */
	char *model;
	int64_t created;
	struct buf echo[ECHOES];
	struct answer answer;
	struct respond_item *items;
	size_t nitems;
	const char *status;
	const char *code, *message; /* of a failure, or NULL */
};

/* Appends v on one line: a JSON text has line ends only between tokens. */
static int
one_line(struct buf *b, struct splice v)
{
	size_t i;

	if (buf_add(b, v.s, v.n) == -1)
		return -1;
	for (i = 0; i < b->len; i++)
		if (b->d[i] == '\n' || b->d[i] == '\r')
			b->d[i] = ' ';
	return 0;
}

static int
repeat(struct respond *r, const struct translate_in *in)
{
	struct splice request;
	struct echo echo = { 0 };
	size_t i;

	if (splice_text(in->request, in->n, &request, NULL) == -1 ||
	    respmember_read(echo_fields, &echo, request) == -1) {
		errno = EINVAL;
		return -1;
	}
	for (i = 0; i < ECHOES; i++) {
		if (echo.v[i].n == 0)
			echo.v[i] = (struct splice){ echo_none[i],
				strlen(echo_none[i]) };
		if (one_line(&r->echo[i], echo.v[i]) == -1)
			return -1;
	}
	return 0;
}

struct respond *
respond_new(const struct translate_in *in)
{
	const char *id = strchr(in->id, '_');
	struct respond *r;
	size_t i;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		return NULL;
	for (i = 0; i < ECHOES; i++)
		buf_init(&r->echo[i], REQUEST_MAX);
	answer_init(&r->answer, 1, in->max > 0 ? in->max : RELAY_BODY_MAX);
	strlcpy(r->id, id != NULL ? id + 1 : in->id, sizeof(r->id));
	r->created = in->now;
	r->status = "in_progress";
	if ((r->model = strdup(in->model)) == NULL || repeat(r, in) == -1) {
		respond_free(r);
		return NULL;
	}
	return r;
}

void
respond_free(struct respond *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < ECHOES; i++)
		buf_free(&r->echo[i]);
	answer_free(&r->answer);
	free(r->items);
	free(r->model);
	free(r);
}

struct answer *
respond_answer(struct respond *r)
{
	return &r->answer;
}

/* ---- items ---- */

struct respond_item *
respond_add(struct respond *r, enum respond_kind kind, size_t from)
{
	struct respond_item *item;

	if (r->nitems == ITEMS_MAX) {
		errno = EFBIG;
		return NULL;
	}
	item = reallocarray(r->items, r->nitems + 1, sizeof(*item));
	if (item == NULL)
		return NULL;
	r->items = item;
	item += r->nitems;
	*item = (struct respond_item){ .kind = kind,
		.place = r->nitems++,
		.from = from,
		.to = from,
		.status = "in_progress" };
	return item;
}

void
respond_name(struct respond *r, struct respond_item *item, size_t i)
{
	item->tool = i;
	item->named = r->answer.tools[i].id.len > 0;
}

struct respond_item *
respond_item(struct respond *r, size_t i)
{
	return i < r->nitems ? &r->items[i] : NULL;
}

const char *
respond_text(struct respond *r, const struct respond_item *item, size_t at,
    size_t *n)
{
	const struct buf *b = item->kind == RESPOND_REASONING ?
	    &r->answer.reasoning :
	    item->kind == RESPOND_MESSAGE ?
	    &r->answer.content :
	    &r->answer.tools[item->tool].arguments;

	*n = item->to - at;
	return b->d + at;
}

void
respond_write_id(struct respond *r, struct json *j, const char *key,
    const struct respond_item *item)
{
	static const char *const kinds[] = { "rs", "msg", "fc" };
	char id[ID_MAX + 32];

	snprintf(id, sizeof(id), "%s_%s_%zu", kinds[item->kind], r->id,
	    item->place);
	json_str(j, key, id);
}

void
respond_write_name(struct respond *r, struct json *j, const char *key,
    const struct respond_item *item)
{
	const struct buf *name = &r->answer.tools[item->tool].name;

	json_strn(j, key, name->d, name->len);
}

/* Some servers give their calls no id; ours then is that of the item. */
static void
write_call(struct respond *r, struct json *j, const struct respond_item *item,
    int bare)
{
	const struct answer_tool *t = &r->answer.tools[item->tool];
	const char *s;
	size_t n;

	if (item->named)
		json_strn(j, "call_id", t->id.d, t->id.len);
	else
		respond_write_id(r, j, "call_id", item);
	respond_write_name(r, j, "name", item);
	s = respond_text(r, item, item->from, &n);
	json_strn(j, "arguments", s, bare ? 0 : n);
}

void
respond_write_part(struct respond *r, struct json *j, const char *key,
    const struct respond_item *item, int bare)
{
	const char *s;
	size_t n;

	s = respond_text(r, item, item->from, &n);
	json_object(j, key);
	json_str(j, "type",
	    item->kind == RESPOND_MESSAGE ? "output_text" : "summary_text");
	json_strn(j, "text", s, bare ? 0 : n);
	if (item->kind == RESPOND_MESSAGE) {
		json_array(j, "annotations");
		json_end(j);
		json_array(j, "logprobs");
		json_end(j);
	}
	json_end(j);
}

void
respond_write_item(struct respond *r, struct json *j, const char *key,
    const struct respond_item *item, int bare)
{
	static const char *const types[] = { "reasoning", "message",
		"function_call" };

	json_object(j, key);
	respond_write_id(r, j, "id", item);
	json_str(j, "type", types[item->kind]);
	json_str(j, "status", item->status);
	if (item->kind == RESPOND_CALL) {
		write_call(r, j, item, bare);
	} else {
		if (item->kind == RESPOND_MESSAGE)
			json_str(j, "role", "assistant");
		json_array(j,
		    item->kind == RESPOND_MESSAGE ? "content" : "summary");
		if (!bare)
			respond_write_part(r, j, NULL, item, 0);
		json_end(j);
	}
	json_end(j);
}

/* ---- the whole ---- */

/* Why it stopped early, or NULL. */
static const char *
cut(const struct respond *r)
{
	if (strcmp(r->answer.finish, "length") == 0)
		return "max_output_tokens";
	if (strcmp(r->answer.finish, "content_filter") == 0)
		return "content_filter";
	return NULL;
}

const char *
respond_end(struct respond *r)
{
	return r->status = cut(r) != NULL ? "incomplete" : "completed";
}

void
respond_fail(struct respond *r, const char *code, const char *message)
{
	r->status = "failed";
	r->code = code;
	r->message = message;
}

/* A count inside the usage of a chat completion; 0 if it does not say. */
static int64_t
detail(struct splice usage, const char *group, const char *name)
{
	struct splice v;
	int64_t n;

	if (splice_path(usage, &v, group, name, (char *)NULL) != 1 ||
	    splice_int(v, &n) == -1)
		return 0;
	return n;
}

static void
write_usage(const struct respond *r, struct json *j)
{
	const struct answer *a = &r->answer;
	struct splice usage = { a->usage.d, a->usage.len };
	int64_t total;

	if (a->prompt_tokens < 0 || a->completion_tokens < 0 ||
	    __builtin_add_overflow(a->prompt_tokens, a->completion_tokens,
		&total)) {
		json_null(j, "usage");
		return;
	}
	json_object(j, "usage");
	json_int(j, "input_tokens", a->prompt_tokens);
	json_object(j, "input_tokens_details");
	json_int(j, "cached_tokens",
	    detail(usage, "prompt_tokens_details", "cached_tokens"));
	json_end(j);
	json_int(j, "output_tokens", a->completion_tokens);
	json_object(j, "output_tokens_details");
	json_int(j, "reasoning_tokens",
	    detail(usage, "completion_tokens_details", "reasoning_tokens"));
	json_end(j);
	json_int(j, "total_tokens", total);
	json_end(j);
}

/* What became of it: its error, why it is incomplete. */
static void
write_outcome(const struct respond *r, struct json *j)
{
	const char *why = cut(r);

	json_str(j, "status", r->status);
	if (r->message != NULL) {
		json_object(j, "error");
		json_str(j, "code", r->code);
		json_str(j, "message", r->message);
		json_end(j);
	} else
		json_null(j, "error");
	if (why != NULL && strcmp(r->status, "incomplete") == 0) {
		json_object(j, "incomplete_details");
		json_str(j, "reason", why);
		json_end(j);
	} else
		json_null(j, "incomplete_details");
}

void
respond_write(struct respond *r, struct json *j, const char *key)
{
	char id[ID_MAX + 8];
	size_t i;

	snprintf(id, sizeof(id), "resp_%s", r->id);
	json_object(j, key);
	json_str(j, "id", id);
	json_str(j, "object", "response");
	json_int(j, "created_at", r->created);
	write_outcome(r, j);
	json_str(j, "model", r->model);
	json_array(j, "output");
	for (i = 0; i < r->nitems; i++)
		respond_write_item(r, j, NULL, &r->items[i], 0);
	json_end(j);
	write_usage(r, j);
	json_bool(j, "background", 0);
	json_null(j, "previous_response_id");
	json_bool(j, "store", 0);
	for (i = 0; i < ECHOES; i++)
		json_raw(j, echo_fields[i].name, r->echo[i].d, r->echo[i].len);
	json_end(j);
}
