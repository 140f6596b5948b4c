/*
 * Chat answers as responses. Text and reasoning open and close items as they
 * take turns; tool calls stay open to the end.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "buf.h"
#include "json.h"
#include "respask.h"
#include "respond.h"
#include "responses.h"
#include "translate.h"

enum {
	NONE = -1
};

struct state {
	struct respond *r;
	struct json j; /* writes events */
	int started;
	int64_t number;	 /* of the next event */
	long open;	 /* item of text that is open, or NONE */
	size_t shown[2]; /* of reasoning, content */
	size_t tools;	 /* calls that have an item */
};

/* What the events of an item are called. */
static const struct {
	const char *part_added, *delta, *done, *part_done;
	const char *index, *text;
} words[] = {
	[RESPOND_REASONING] = { "response.reasoning_summary_part.added",
	    "response.reasoning_summary_text.delta",
	    "response.reasoning_summary_text.done",
	    "response.reasoning_summary_part.done", "summary_index", "text" },
	[RESPOND_MESSAGE] = { "response.content_part.added",
	    "response.output_text.delta", "response.output_text.done",
	    "response.content_part.done", "content_index", "text" },
	[RESPOND_CALL] = { NULL, "response.function_call_arguments.delta",
	    "response.function_call_arguments.done", NULL, NULL, "arguments" },
};

/* ---- events: out is NULL where only the items are wanted ---- */

static struct json *
begin_event(struct state *t, struct buf *out, const char *type)
{
	struct json *j = &t->j;

	json_begin(j, out);
	if (buf_addf(out, "event: %s\ndata: ", type) == -1)
		j->err = errno;
	json_object(j, NULL);
	json_str(j, "type", type);
	json_int(j, "sequence_number", t->number++);
	return j;
}

static int
end_event(struct state *t)
{
	json_end(&t->j);
	return json_finish(&t->j) == -1 ? -1 : buf_adds(t->j.out, "\n\n");
}

/* An event that holds all of the response. */
static int
tell(struct state *t, struct buf *out, const char *type)
{
	respond_write(t->r, begin_event(t, out, type), "response");
	return end_event(t);
}

static int
start(struct state *t, struct buf *out)
{
	if (t->started)
		return 0;
	t->started = 1;
	if (tell(t, out, "response.created") == -1)
		return -1;
	return tell(t, out, "response.in_progress");
}

/* An event about an item that is told whole: it begins or it is done. */
static int
tell_item(struct state *t, struct buf *out, const char *type,
    const struct respond_item *item, int bare)
{
	struct json *j = begin_event(t, out, type);

	json_int(j, "output_index", (int64_t)item->place);
	respond_write_item(t->r, j, "item", item, bare);
	return end_event(t);
}

/* Begins an event about what is in an item. */
static struct json *
begin_inside(struct state *t, struct buf *out, const char *type,
    const struct respond_item *item)
{
	struct json *j = begin_event(t, out, type);

	respond_write_id(t->r, j, "item_id", item);
	json_int(j, "output_index", (int64_t)item->place);
	if (words[item->kind].index != NULL)
		json_int(j, words[item->kind].index, 0);
	return j;
}

static int
tell_part(struct state *t, struct buf *out, const char *type,
    const struct respond_item *item, int bare)
{
	if (type == NULL)
		return 0;
	respond_write_part(t->r, begin_inside(t, out, type, item), "part", item,
	    bare);
	return end_event(t);
}

/* The text of item from at on, as a delta or as what it was in the end. */
static int
tell_text(struct state *t, struct buf *out, const struct respond_item *item,
    size_t at, int done)
{
	const char *type = words[item->kind].delta;
	const char *key = "delta";
	struct json *j;
	const char *s;
	size_t n;

	if (done) {
		type = words[item->kind].done;
		key = words[item->kind].text;
	}
	s = respond_text(t->r, item, at, &n);
	j = begin_inside(t, out, type, item);
	json_strn(j, key, s, n);
	if (item->kind == RESPOND_MESSAGE) {
		json_array(j, "logprobs");
		json_end(j);
	} else if (item->kind == RESPOND_CALL && done)
		respond_write_name(t->r, j, "name", item);
	return end_event(t);
}

/* ---- items ---- */

static struct respond_item *
open_item(struct state *t, struct buf *out, enum respond_kind kind, size_t from)
{
	struct respond_item *item;

	if ((out != NULL && start(t, out) == -1) ||
	    (item = respond_add(t->r, kind, from)) == NULL)
		return NULL;
	if (kind == RESPOND_CALL)
		respond_name(t->r, item, t->tools++);
	if (out != NULL &&
	    (tell_item(t, out, "response.output_item.added", item, 1) == -1 ||
		tell_part(t, out, words[kind].part_added, item, 1) == -1))
		return NULL;
	return item;
}

static int
close_item(struct state *t, struct buf *out, struct respond_item *item,
    const char *status)
{
	item->status = status;
	if (out == NULL)
		return 0;
	if (tell_text(t, out, item, item->from, 1) == -1 ||
	    tell_part(t, out, words[item->kind].part_done, item, 0) == -1)
		return -1;
	return tell_item(t, out, "response.output_item.done", item, 0);
}

static int
close_text(struct state *t, struct buf *out)
{
	struct respond_item *item;

	if (t->open == NONE)
		return 0;
	item = respond_item(t->r, (size_t)t->open);
	t->open = NONE;
	return close_item(t, out, item, "completed");
}

/* item reaches to the offset to; what that adds is told. */
static int
extend(struct state *t, struct buf *out, struct respond_item *item, size_t to)
{
	size_t had = item->to;

	item->to = to;
	if (out == NULL || to == had)
		return 0;
	return tell_text(t, out, item, had, 0);
}

/* What is new in the text or reasoning, of which there are len bytes now. */
static int
follow_text(struct state *t, struct buf *out, enum respond_kind kind,
    size_t len)
{
	struct respond_item *item = NULL;

	if (len == t->shown[kind])
		return 0;
	if (t->open != NONE)
		item = respond_item(t->r, (size_t)t->open);
	if (item == NULL || item->kind != kind) {
		if (close_text(t, out) == -1 ||
		    (item = open_item(t, out, kind, t->shown[kind])) == NULL)
			return -1;
		t->open = (long)item->place;
	}
	t->shown[kind] = len;
	return extend(t, out, item, len);
}

/*
 * New calls, in their order, and new arguments. A call begins when its name
 * is known; at the end, whatever is.
 */
static int
follow_tools(struct state *t, struct buf *out, int last)
{
	const struct answer *a = respond_answer(t->r);
	struct respond_item *item;
	size_t i;

	while (t->tools < a->ntools &&
	    (last || a->tools[t->tools].name.len > 0))
		if (close_text(t, out) == -1 ||
		    open_item(t, out, RESPOND_CALL, 0) == NULL)
			return -1;
	for (i = 0; (item = respond_item(t->r, i)) != NULL; i++)
		if (item->kind == RESPOND_CALL &&
		    extend(t, out, item, a->tools[item->tool].arguments.len) ==
			-1)
			return -1;
	return 0;
}

static int
follow(struct state *t, struct buf *out, int last)
{
	const struct answer *a = respond_answer(t->r);

	if (follow_text(t, out, RESPOND_REASONING, a->reasoning.len) == -1 ||
	    follow_text(t, out, RESPOND_MESSAGE, a->content.len) == -1)
		return -1;
	return follow_tools(t, out, last);
}

/* Closes all items that are open with this status. */
static int
close_all(struct state *t, struct buf *out, const char *status)
{
	struct respond_item *item;
	size_t i;

	for (i = 0; (item = respond_item(t->r, i)) != NULL; i++)
		if (strcmp(item->status, "in_progress") == 0 &&
		    close_item(t, out, item, status) == -1)
			return -1;
	return 0;
}

void
responses_error(struct json *j, int64_t number, const char *code,
    const char *message)
{
	json_object(j, NULL);
	json_str(j, "type", "error");
	json_int(j, "sequence_number", number);
	json_str(j, "code", code);
	json_str(j, "message", message);
	json_null(j, "param");
	json_object(j, "error");
	json_str(j, "type", code);
	json_str(j, "code", code);
	json_str(j, "message", message);
	json_null(j, "param");
	json_end(j);
	json_end(j);
}

/* ---- the table ---- */

static void
state_free(void *state)
{
	struct state *t = state;

	if (t == NULL)
		return;
	respond_free(t->r);
	free(t);
}

static void *
state_begin(const struct translate_in *in)
{
	struct state *t;

	if ((t = calloc(1, sizeof(*t))) == NULL)
		return NULL;
	t->open = NONE;
	if ((t->r = respond_new(in)) == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

static int
state_body(void *state, const char *body, size_t n, struct buf *out)
{
	struct state *t = state;
	struct json j;
	int seen;

	if ((seen = answer_body(respond_answer(t->r), body, n)) == -1)
		return -1;
	if ((seen & (ANSWER_TEXT | ANSWER_REASONING | ANSWER_FINISH)) == 0) {
		errno = EINVAL;
		return -1;
	}
	if (follow(t, NULL, 1) == -1 ||
	    close_all(t, NULL, respond_end(t->r)) == -1)
		return -1;
	json_begin(&j, out);
	respond_write(t->r, &j, NULL);
	return json_finish(&j);
}

static int
state_event(void *state, const char *data, size_t n, struct buf *out)
{
	struct state *t = state;

	if (answer_event(respond_answer(t->r), data, n) == -1)
		return errno == EINVAL ? 0 : -1;
	return follow(t, out, 0);
}

static int
state_end(void *state, struct buf *out)
{
	struct state *t = state;
	const char *status;

	if (start(t, out) == -1 || follow(t, out, 1) == -1)
		return -1;
	status = respond_end(t->r);
	if (close_all(t, out, status) == -1)
		return -1;
	return tell(t, out,
	    strcmp(status, "completed") == 0 ? "response.completed" :
					       "response.incomplete");
}

static int
state_fail(void *state, const char *code, const char *message, struct buf *out)
{
	struct state *t = state;

	if (start(t, out) == -1 || buf_adds(out, "event: error\ndata: ") == -1)
		return -1;
	json_begin(&t->j, out);
	responses_error(&t->j, t->number++, code, message);
	if (json_finish(&t->j) == -1 || buf_adds(out, "\n\n") == -1 ||
	    close_all(t, NULL, "incomplete") == -1)
		return -1;
	respond_fail(t->r, code, message);
	return tell(t, out, "response.failed");
}

const struct translate responses_translate = {
	.request = respask_chat,
	.begin = state_begin,
	.free = state_free,
	.body = state_body,
	.event = state_event,
	.end = state_end,
	.fail = state_fail,
};
