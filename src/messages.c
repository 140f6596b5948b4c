/* Chat answers as messages: blocks that follow what was put together. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "anthropic.h"
#include "json.h"
#include "messages.h"
#include "msgask.h"
#include "splice.h"
#include "translate.h"

enum {
	ANSWER_BYTES = 32 * 1024 * 1024,
	ID_BYTES = 256
};

enum block {
	NONE,
	THINKING,
	TEXT,
	CALL
};

struct call { /* a tool's block */
	int64_t index;
	size_t shown; /* of its arguments */
	int open;
};

struct state {
	struct answer a;
	const char *request; /* its id */
	struct buf id, model;
	struct json j;
	int started;
	int64_t blocks;	      /* begun so far */
	enum block open;      /* the last, if it is no call */
	size_t thought, said; /* bytes told of reasoning and content */
	struct call *calls;
	size_t ncalls;
};

/* ---- parts of a message ---- */

static void
write_usage(const struct state *t, struct json *j)
{
	const struct answer *a = &t->a;

	json_object(j, "usage");
	json_int(j, "input_tokens",
	    a->prompt_tokens > 0 ? a->prompt_tokens : 0);
	json_int(j, "output_tokens",
	    a->completion_tokens > 0 ? a->completion_tokens : 0);
	json_end(j);
}

static void
write_stop(const struct state *t, struct json *j)
{
	static const struct {
		const char *finish, *stop;
	} words[] = { { "length", "max_tokens" }, { "tool_calls", "tool_use" },
		{ "function_call", "tool_use" },
		{ "content_filter", "refusal" } };
	const char *stop = t->a.ntools > 0 ? "tool_use" : "end_turn";
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(t->a.finish, words[i].finish) == 0)
			stop = words[i].stop;
	json_str(j, "stop_reason", stop);
	json_null(j, "stop_sequence");
}

/* The message up to its content. */
static void
write_opening(const struct state *t, struct json *j, const char *key)
{
	json_object(j, key);
	json_strn(j, "id", t->id.d, t->id.len);
	json_str(j, "type", "message");
	json_str(j, "role", "assistant");
	json_strn(j, "model", t->model.d, t->model.len);
	json_array(j, "content");
}

/* A block of text or thinking, with n bytes of it. */
static void
write_block(struct json *j, const char *key, enum block kind, const char *s,
    size_t n)
{
	const char *type = kind == TEXT ? "text" : "thinking";

	json_object(j, key);
	json_str(j, "type", type);
	json_strn(j, type, s, n);
	if (kind == THINKING)
		json_str(j, "signature", "");
	json_end(j);
}

/* The arguments of a call, if they are an object by now. */
static int
input_of(const struct answer_tool *tool, struct splice *v)
{
	return splice_text(tool->arguments.d, tool->arguments.len, v, NULL) ==
	    0 &&
	    v->s[0] == '{';
}

/* Some servers give their calls no id; they have one of ours then. */
static void
write_call(const struct state *t, struct json *j, const char *key, size_t i,
    struct splice input)
{
	const struct answer_tool *tool = &t->a.tools[i];
	char id[ID_BYTES];

	/* behind the "msg_" of the message's own */
	snprintf(id, sizeof(id), "toolu_%s_%zu", t->id.d + 4, i);
	json_object(j, key);
	json_str(j, "type", "tool_use");
	if (tool->id.len > 0)
		json_strn(j, "id", tool->id.d, tool->id.len);
	else
		json_str(j, "id", id);
	json_strn(j, "name", tool->name.d, tool->name.len);
	json_raw(j, "input", input.s, input.n);
	json_end(j);
}

/* ---- events ---- */

static struct json *
begin_event(struct state *t, struct buf *out, const char *type)
{
	struct json *j = &t->j;

	json_begin(j, out);
	if (buf_addf(out, "event: %s\ndata: ", type) == -1)
		j->err = errno;
	json_object(j, NULL);
	json_str(j, "type", type);
	return j;
}

static int
end_event(struct state *t)
{
	json_end(&t->j);
	return json_finish(&t->j) == -1 ? -1 : buf_adds(t->j.out, "\n\n");
}

static int
start(struct state *t, struct buf *out)
{
	struct json *j;

	if (t->started)
		return 0;
	t->started = 1;
	j = begin_event(t, out, "message_start");
	write_opening(t, j, "message");
	json_end(j);
	json_null(j, "stop_reason");
	json_null(j, "stop_sequence");
	write_usage(t, j);
	json_end(j);
	return end_event(t);
}

static int
stop_block(struct state *t, struct buf *out, int64_t index)
{
	json_int(begin_event(t, out, "content_block_stop"), "index", index);
	return end_event(t);
}

/* Ends the block of text or thinking, if one is open. */
static int
close_block(struct state *t, struct buf *out)
{
	if (t->open == NONE)
		return 0;
	t->open = NONE;
	return stop_block(t, out, t->blocks - 1);
}

/* n bytes more of the block at index. */
static int
delta(struct state *t, struct buf *out, int64_t index, enum block kind,
    const char *s, size_t n)
{
	static const struct {
		const char *type, *member;
	} words[] = { [THINKING] = { "thinking_delta", "thinking" },
		[TEXT] = { "text_delta", "text" },
		[CALL] = { "input_json_delta", "partial_json" } };
	struct json *j = begin_event(t, out, "content_block_delta");

	json_int(j, "index", index);
	json_object(j, "delta");
	json_str(j, "type", words[kind].type);
	json_strn(j, words[kind].member, s, n);
	json_end(j);
	return end_event(t);
}

/* Tells what is new in b, of which *shown bytes were told. */
static int
follow_text(struct state *t, struct buf *out, enum block kind,
    const struct buf *b, size_t *shown)
{
	size_t at = *shown;
	struct json *j;

	if (b->len == at)
		return 0;
	*shown = b->len;
	if (t->open != kind) {
		if (close_block(t, out) == -1)
			return -1;
		j = begin_event(t, out, "content_block_start");
		json_int(j, "index", t->blocks++);
		write_block(j, "content_block", kind, "", 0);
		t->open = kind;
		if (end_event(t) == -1)
			return -1;
	}
	return delta(t, out, t->blocks - 1, kind, b->d + at, b->len - at);
}

static int
start_call(struct state *t, struct buf *out)
{
	static const struct splice none = { "{}", 2 };
	struct call *c;
	struct json *j;

	if ((c = reallocarray(t->calls, t->ncalls + 1, sizeof(*c))) == NULL)
		return -1;
	t->calls = c;
	c[t->ncalls] = (struct call){ .index = t->blocks++, .open = 1 };
	j = begin_event(t, out, "content_block_start");
	json_int(j, "index", c[t->ncalls].index);
	write_call(t, j, "content_block", t->ncalls++, none);
	return end_event(t);
}

/* New arguments of a call; last: no more of them will come. */
static int
follow_call(struct state *t, struct buf *out, size_t i, int last)
{
	const struct buf *b = &t->a.tools[i].arguments;
	struct call *c = &t->calls[i];
	size_t at = c->shown;
	struct splice v;

	if (!c->open)
		return 0;
	c->shown = b->len;
	if (b->len > at &&
	    delta(t, out, c->index, CALL, b->d + at, b->len - at) == -1)
		return -1;
	if (!last && (i + 1 == t->a.ntools || !input_of(&t->a.tools[i], &v)))
		return 0;
	c->open = 0;
	return stop_block(t, out, c->index);
}

/* Calls begin in their order, each when its name is known. */
static int
follow_calls(struct state *t, struct buf *out, int last)
{
	size_t i;

	for (i = 0; i < t->a.ntools; i++) {
		if (i == t->ncalls && !last && t->a.tools[i].name.len == 0)
			break;
		if (i == t->ncalls &&
		    (close_block(t, out) == -1 || start_call(t, out) == -1))
			return -1;
		if (follow_call(t, out, i, last) == -1)
			return -1;
	}
	return 0;
}

static int
follow(struct state *t, struct buf *out, int last)
{
	const struct answer *a = &t->a;

	if (a->reasoning.len + a->content.len + a->ntools > 0 &&
	    start(t, out) == -1)
		return -1;
	if (follow_text(t, out, THINKING, &a->reasoning, &t->thought) == -1 ||
	    follow_text(t, out, TEXT, &a->content, &t->said) == -1)
		return -1;
	return follow_calls(t, out, last);
}

/* ---- the table ---- */

static void
state_free(void *state)
{
	struct state *t = state;

	if (t == NULL)
		return;
	answer_free(&t->a);
	buf_free(&t->id);
	buf_free(&t->model);
	free(t->calls);
	free(t);
}

static void *
state_begin(const struct translate_in *in)
{
	const char *id = in->id;
	struct state *t;

	if ((t = calloc(1, sizeof(*t))) == NULL)
		return NULL;
	t->request = id;
	answer_init(&t->a, 1, ANSWER_BYTES);
	buf_init(&t->id, ID_BYTES);
	buf_init(&t->model, ANSWER_BYTES);
	if (strncmp(id, "req_", 4) == 0)
		id += 4;
	if (buf_addf(&t->id, "msg_%s", id) == 0 &&
	    buf_adds(&t->model, in->model) == 0)
		return t;
	state_free(t);
	return NULL;
}

static int
write_content(const struct state *t, struct json *j)
{
	static const struct splice none = { "{}", 2 };
	const struct answer *a = &t->a;
	struct splice v;
	size_t i;

	if (a->reasoning.len > 0)
		write_block(j, NULL, THINKING, a->reasoning.d,
		    a->reasoning.len);
	if (a->content.len > 0)
		write_block(j, NULL, TEXT, a->content.d, a->content.len);
	for (i = 0; i < a->ntools; i++) {
		if (!input_of(&a->tools[i], &v)) {
			/* what max_tokens cut off must be one all the same */
			if (a->tools[i].arguments.len > 0 &&
			    strcmp(a->finish, "length") != 0) {
				errno = EINVAL;
				return -1;
			}
			v = none;
		}
		write_call(t, j, NULL, i, v);
	}
	return 0;
}

static int
state_body(void *state, const char *body, size_t n, struct buf *out)
{
	struct state *t = state;
	struct json j;
	int seen;

	if ((seen = answer_body(&t->a, body, n)) == -1)
		return -1;
	if ((seen & (ANSWER_TEXT | ANSWER_REASONING | ANSWER_FINISH)) == 0) {
		errno = EINVAL;
		return -1;
	}
	json_begin(&j, out);
	write_opening(t, &j, NULL);
	if (write_content(t, &j) == -1)
		return -1;
	json_end(&j);
	write_stop(t, &j);
	write_usage(t, &j);
	json_end(&j);
	return json_finish(&j);
}

static int
state_event(void *state, const char *data, size_t n, struct buf *out)
{
	struct state *t = state;

	if (answer_event(&t->a, data, n) == -1)
		return errno == EINVAL ? 0 : -1;
	return follow(t, out, 0);
}

static int
state_end(void *state, struct buf *out)
{
	struct state *t = state;
	struct json *j;

	if (start(t, out) == -1 || follow(t, out, 1) == -1 ||
	    close_block(t, out) == -1)
		return -1;
	j = begin_event(t, out, "message_delta");
	json_object(j, "delta");
	write_stop(t, j);
	json_end(j);
	write_usage(t, j);
	if (end_event(t) == -1)
		return -1;
	begin_event(t, out, "message_stop");
	return end_event(t);
}

static int
state_fail(void *state, const char *code, const char *message, struct buf *out)
{
	const struct state *t = state;

	if (buf_adds(out, "event: error\ndata: ") == -1 ||
	    anthropic_error(out, code, message, NULL, t->request) == -1)
		return -1;
	return buf_adds(out, "\n\n");
}

const struct translate messages_translate = {
	.request = msgask_chat,
	.begin = state_begin,
	.free = state_free,
	.body = state_body,
	.event = state_event,
	.end = state_end,
	.fail = state_fail,
};
