/*
 * Reading answers with splice: a walk over the members we know, everything
 * else passed over.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "hollow.h"
#include "json.h"
#include "splice.h"
#include "typed.h"

enum {
	TOOLS_MAX = 1024, /* calls in one answer */
	USAGE_MAX = 64 * 1024
};

void
answer_init(struct answer *a, int keep, size_t max)
{
	memset(a, 0, sizeof(*a));
	a->prompt_tokens = a->completion_tokens = a->created = -1;
	a->keep = keep;
	a->left = max;
	buf_init(&a->usage, USAGE_MAX);
	buf_init(&a->model, max);
	buf_init(&a->id, max);
	buf_init(&a->content, max);
	buf_init(&a->reasoning, max);
}

void
answer_free(struct answer *a)
{
	size_t i;

	buf_free(&a->usage);
	buf_free(&a->model);
	buf_free(&a->id);
	buf_free(&a->content);
	buf_free(&a->reasoning);
	for (i = 0; i < a->ntools; i++) {
		buf_free(&a->tools[i].id);
		buf_free(&a->tools[i].type);
		buf_free(&a->tools[i].name);
		buf_free(&a->tools[i].arguments);
	}
	free(a->tools);
	a->tools = NULL;
	a->ntools = 0;
}

/* A string that says something: what commits an answer. */
static int
says(struct splice v)
{
	return v.n > 2 && v.s[0] == '"';
}

/* All parts share one ceiling: what is left of it is that of this one. */
static int
add(struct answer *a, struct buf *b, struct splice v)
{
	size_t had = b->len;

	if (!a->keep || !says(v))
		return 0;
	b->max = had + a->left;
	if (splice_str(v, b) == -1)
		return -1;
	a->left -= b->len - had;
	return 0;
}

/* content is a string, or an array of parts of which some have text. */
static int
add_content(struct answer *a, struct splice v)
{
	struct splice_walk w;
	struct splice text;
	int r;

	if (v.s[0] != '[' || !a->keep)
		return add(a, &a->content, v);
	splice_begin(&w, v);
	while ((r = splice_next(&w)) == 1)
		if (w.value.s[0] == '{' &&
		    splice_find(w.value, "text", &text) == 1 &&
		    add(a, &a->content, text) == -1)
			return -1;
	return r;
}

/* Sets a short string once: ids and names come whole, in the first delta. */
static int
set(struct answer *a, struct buf *b, struct splice v)
{
	return b->len > 0 ? 0 : add(a, b, v);
}

/* ---- tool calls ---- */

/* Does this delta begin a call of its own? Some number all of them 0. */
static int
begins(const struct answer_tool *t, struct splice v)
{
	struct splice id, name;

	return t->id.len > 0 && t->name.len > 0 &&
	    splice_find(v, "id", &id) == 1 && says(id) &&
	    !splice_eq(id, t->id.d) &&
	    splice_path(v, &name, "function", "name", (char *)NULL) == 1 &&
	    says(name);
}

/* The call of this index that the delta v goes on with, or a new one. */
static struct answer_tool *
tool_at(struct answer *a, int64_t index, struct splice v)
{
	struct answer_tool *t;
	size_t i;

	for (i = a->ntools; i-- > 0;)
		if (a->tools[i].index == index) {
			if (begins(&a->tools[i], v))
				break;
			return &a->tools[i];
		}
	if (a->ntools == TOOLS_MAX) {
		errno = EFBIG;
		return NULL;
	}
	t = reallocarray(a->tools, a->ntools + 1, sizeof(*t));
	if (t == NULL)
		return NULL;
	a->tools = t;
	t += a->ntools++;
	t->index = index;
	buf_init(&t->id, a->left);
	buf_init(&t->type, a->left);
	buf_init(&t->name, a->left);
	buf_init(&t->arguments, a->left);
	return t;
}

static int
read_function(struct answer *a, struct answer_tool *t, struct splice v)
{
	struct splice_walk w;
	int r;

	splice_begin(&w, v);
	while ((r = splice_next(&w)) == 1) {
		if (splice_is(w.name, "name"))
			r = set(a, &t->name, w.value);
		else if (splice_is(w.name, "arguments"))
			r = add(a, &t->arguments, w.value);
		if (r == -1)
			return -1;
	}
	return r;
}

static int
read_tool(struct answer *a, struct splice v, size_t place)
{
	struct answer_tool *t;
	struct splice_walk w;
	struct splice idx;
	int64_t index = (int64_t)place;
	int r;

	if (splice_find(v, "index", &idx) == 1)
		(void)splice_int(idx, &index);
	if ((t = tool_at(a, index, v)) == NULL)
		return -1;
	splice_begin(&w, v);
	while ((r = splice_next(&w)) == 1) {
		if (splice_is(w.name, "id"))
			r = set(a, &t->id, w.value);
		else if (splice_is(w.name, "type"))
			r = set(a, &t->type, w.value);
		else if (splice_is(w.name, "function") && w.value.s[0] == '{')
			r = read_function(a, t, w.value);
		if (r == -1)
			return -1;
	}
	return r;
}

static int
read_tools(struct answer *a, struct splice v)
{
	struct splice_walk w;
	size_t n;
	int r;

	if (v.s[0] != '[' || !a->keep)
		return 0;
	splice_begin(&w, v);
	for (n = 0; (r = splice_next(&w)) == 1; n++)
		if (w.value.s[0] == '{' && read_tool(a, w.value, n) == -1)
			return -1;
	return r;
}

/* ---- choices ---- */

/* A delta or a message: the same members. Flags, or -1. */
static int
read_message(struct answer *a, struct splice v, int first)
{
	struct splice thought = { NULL, 0 };
	struct splice_walk w;
	int r, flags = 0;
	char kind;

	if (v.s[0] != '{')
		return 0;
	splice_begin(&w, v);
	while ((r = splice_next(&w)) == 1) {
		kind = hollow_kind(w.value);
		if (splice_is(w.name, "content") ||
		    splice_is(w.name, "refusal")) {
			if (kind == '"' || kind == '[')
				flags |= ANSWER_TEXT;
			r = first ? add_content(a, w.value) : 0;
		} else if (splice_is(w.name, "reasoning_content") ||
		    splice_is(w.name, "reasoning")) {
			/* some say it twice, under both names */
			if (kind == '"')
				thought = w.value;
		} else if (splice_is(w.name, "function_call")) {
			flags |= kind == '{' ? ANSWER_TEXT : 0;
		} else if (splice_is(w.name, "tool_calls")) {
			flags |= kind == '[' ? ANSWER_TEXT : 0;
			r = first ? read_tools(a, w.value) : 0;
		}
		if (r == -1)
			return -1;
	}
	if (r == -1 ||
	    (first && thought.n > 0 && add(a, &a->reasoning, thought) == -1))
		return -1;
	return thought.n > 0 ? flags | ANSWER_REASONING : flags;
}

static void
read_finish(struct answer *a, struct splice v)
{
	struct buf b;

	buf_init(&b, sizeof(a->finish) - 1);
	if (splice_str(v, &b) == 0)
		strlcpy(a->finish, b.d, sizeof(a->finish));
	buf_free(&b);
}

static int
read_choice(struct answer *a, struct splice v, int first)
{
	struct splice_walk w;
	int r, flags = 0;

	splice_begin(&w, v);
	while ((r = splice_next(&w)) == 1) {
		if (splice_is(w.name, "delta") ||
		    splice_is(w.name, "message")) {
			if ((r = read_message(a, w.value, first)) > 0)
				flags |= r;
		} else if (splice_is(w.name, "text")) {
			flags |= says(w.value) ? ANSWER_TEXT : 0;
			r = first ? add(a, &a->content, w.value) : 0;
		} else if (splice_is(w.name, "finish_reason") &&
		    says(w.value)) {
			flags |= ANSWER_FINISH;
			if (first)
				read_finish(a, w.value);
		}
		if (r == -1)
			return -1;
	}
	return r == -1 ? -1 : flags;
}

static int
read_choices(struct answer *a, struct splice v)
{
	struct splice_walk w;
	struct splice idx;
	int64_t index;
	int r, f, n = 0, flags = 0;

	if (v.s[0] != '[')
		return 0;
	splice_begin(&w, v);
	while ((r = splice_next(&w)) == 1) {
		index = n++;
		if (w.value.s[0] != '{')
			continue;
		if (splice_find(w.value, "index", &idx) == 1)
			(void)splice_int(idx, &index);
		if ((f = read_choice(a, w.value, index == 0)) == -1)
			return -1;
		flags |= f;
	}
	return r == -1 ? -1 : flags;
}

/* ---- the whole ---- */

static int
read_usage(struct answer *a, struct splice v)
{
	struct splice_walk w;
	int r;

	if (v.s[0] != '{')
		return 0;
	buf_cut(&a->usage, 0);
	if (buf_add(&a->usage, v.s, v.n) == -1)
		return -1;
	splice_begin(&w, v);
	while ((r = splice_next(&w)) == 1)
		if (splice_is(w.name, "prompt_tokens") ||
		    splice_is(w.name, "input_tokens"))
			(void)splice_int(w.value, &a->prompt_tokens);
		else if (splice_is(w.name, "completion_tokens") ||
		    splice_is(w.name, "output_tokens"))
			(void)splice_int(w.value, &a->completion_tokens);
	return r;
}

/* An event of an API that names its events. Flags, or -1. */
static int
read_typed(struct answer *a, struct splice v, struct splice type)
{
	struct typed t;

	typed_read(&t, v, type);
	if (t.usage != NULL &&
	    read_usage(a, (struct splice){ t.usage, t.nusage }) == -1)
		return -1;
	if (t.cut)
		strlcpy(a->finish, "length", sizeof(a->finish));
	else if (t.reason != NULL)
		read_finish(a, (struct splice){ t.reason, t.nreason });
	return (t.text ? ANSWER_TEXT : 0) | (t.thought ? ANSWER_REASONING : 0) |
	    (t.end ? ANSWER_FINISH : 0) | (t.done ? ANSWER_DONE : 0) |
	    (t.error ? ANSWER_ERROR : 0);
}

static int
read_top(struct answer *a, struct splice v)
{
	struct splice type = { NULL, 0 };
	struct splice_walk w;
	int r, flags = 0;

	splice_begin(&w, v);
	while ((r = splice_next(&w)) == 1) {
		if (splice_is(w.name, "choices")) {
			if ((r = read_choices(a, w.value)) > 0)
				flags |= r;
		} else if (splice_is(w.name, "usage"))
			r = read_usage(a, w.value);
		else if (splice_is(w.name, "error") ||
		    splice_is(w.name, "errors"))
			flags |= hollow_kind(w.value) != 0 ? ANSWER_ERROR : 0;
		else if (splice_is(w.name, "type"))
			type = w.value;
		else if (splice_is(w.name, "model"))
			r = set(a, &a->model, w.value);
		else if (splice_is(w.name, "id"))
			r = set(a, &a->id, w.value);
		else if (splice_is(w.name, "created") && a->created == -1)
			(void)splice_int(w.value, &a->created);
		if (r == -1)
			return -1;
	}
	if (r == -1 || (type.n > 0 && (r = read_typed(a, v, type)) == -1))
		return -1;
	flags |= r;
	a->seen |= flags;
	return flags;
}

int
answer_body(struct answer *a, const char *body, size_t n)
{
	struct splice v;
	int r, e;

	if (splice_text(body, n, &v, NULL) == -1 || v.s[0] != '{') {
		errno = EINVAL;
		return -1;
	}
	errno = 0;
	if ((r = read_top(a, v)) == -1) {
		e = errno;
		errno = e == EFBIG || e == ENOMEM ? e : EINVAL;
	}
	return r;
}

int
answer_counts(struct answer *a, const char *body, size_t n)
{
	struct splice v = { body, n }, usage;

	return splice_find(v, "usage", &usage) == 1 ? read_usage(a, usage) : 0;
}

int
answer_event(struct answer *a, const char *data, size_t n)
{
	/* openai-python takes the prefix for the end, so do we */
	if (n >= 6 && memcmp(data, "[DONE]", 6) == 0) {
		a->seen |= ANSWER_DONE;
		return ANSWER_DONE;
	}
	return answer_body(a, data, n);
}

void
answer_tools(const struct answer *a, struct json *j, const char *key)
{
	const struct answer_tool *t;
	size_t i;

	json_array(j, key);
	for (i = 0; i < a->ntools; i++) {
		t = &a->tools[i];
		json_object(j, NULL);
		json_strn(j, "id", t->id.d, t->id.len);
		json_str(j, "type", t->type.len > 0 ? t->type.d : "function");
		json_object(j, "function");
		json_strn(j, "name", t->name.d, t->name.len);
		json_strn(j, "arguments", t->arguments.d, t->arguments.len);
		json_end(j);
		json_end(j);
	}
	json_end(j);
}

void
answer_rest(const struct answer *a, struct json *j)
{
	if (a->finish[0] != '\0')
		json_str(j, "finish_reason", a->finish);
	if (a->ntools > 0)
		answer_tools(a, j, "tool_calls");
	if (a->reasoning.len > 0)
		json_strn(j, "reasoning", a->reasoning.d, a->reasoning.len);
}

void
answer_said(const struct answer *a, struct json *j)
{
	json_str(j, "role", "assistant");
	if (a->content.len > 0 || a->ntools == 0)
		json_strn(j, "content", a->content.d, a->content.len);
	else
		json_null(j, "content");
	if (a->ntools > 0)
		answer_tools(a, j, "tool_calls");
}

static void
write_message(const struct answer *a, struct json *j)
{
	json_object(j, "message");
	answer_said(a, j);
	if (a->reasoning.len > 0)
		json_strn(j, "reasoning_content", a->reasoning.d,
		    a->reasoning.len);
	json_end(j);
}

int
answer_completion(const struct answer *a, struct buf *out)
{
	struct json j;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_strn(&j, "id", a->id.d, a->id.len);
	json_str(&j, "object", "chat.completion");
	json_int(&j, "created", a->created == -1 ? 0 : a->created);
	json_strn(&j, "model", a->model.d, a->model.len);
	json_array(&j, "choices");
	json_object(&j, NULL);
	json_int(&j, "index", 0);
	write_message(a, &j);
	json_str(&j, "finish_reason",
	    a->finish[0] != '\0' ? a->finish : "stop");
	json_end(&j);
	json_end(&j);
	if (a->usage.len > 0)
		json_raw(&j, "usage", a->usage.d, a->usage.len);
	json_end(&j);
	return json_finish(&j);
}

static int
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Does a value other than null follow in p[0..n), behind a colon? */
static int
has_value(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n && is_space(p[i]);)
		i++;
	return i == n || p[i] != 'n';
}

/* Does the quoted name end in front of end? */
static int
names(const char *start, const char *end, const char *name, size_t n)
{
	return (size_t)(end - start) >= n && memcmp(end - n, name, n) == 0;
}

#define NAMES(start, end, name) names(start, end, name, sizeof(name) - 1)

/* Inside a JSON string the quotes of a name would have backslashes. */
int
answer_goes_on(const char *data, size_t n)
{
	const char *end = data + n, *p, *name;
	int choices = 0, stops;

	if (n > 0 && *data == '[')
		return 0; /* [DONE], whatever is behind it */
	for (p = data; (p = memchr(p, ':', (size_t)(end - p))) != NULL; p++) {
		for (name = p; name > data && is_space(name[-1]);)
			name--;
		if (name - data < 2)
			continue;
		stops = 0;
		switch (name[-2]) { /* its last letter, in front of a quote */
		case 's':
			choices |= NAMES(data, name, "\"choices\"");
			stops = NAMES(data, name, "\"errors\"");
			break;
		case 'n':
			stops = NAMES(data, name, "\"finish_reason\"");
			break;
		case 'e':
			stops = NAMES(data, name, "\"usage\"") ||
			    NAMES(data, name, "\"type\""); /* of an event */
			break;
		case 'r':
			stops = NAMES(data, name, "\"error\"");
			break;
		}
		if (stops && has_value(p + 1, (size_t)(end - p) - 1))
			return 0;
	}
	return choices;
}
