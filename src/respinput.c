/* Input items as messages. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "json.h"
#include "request.h"
#include "respinput.h"
#include "respmember.h"
#include "splice.h"

struct input {
	struct fault *f;
	struct json j; /* writes the messages */
	/* what the system or the assistant says in a row: */
	const char *role; /* NULL: nothing */
	struct buf said;  /* a JSON string, not closed yet */
	struct buf calls;
	struct json jc; /* writes calls */
	/* where we are, for faults: */
	size_t item;
	const char *list; /* "content", NULL: not in a list of parts */
	size_t part;
};

/* A fault of the input item, or of the part of it, that is read now. */
__attribute__((format(printf, 2, 3))) static int
bad(const struct input *c, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (c->list == NULL)
		return fault_set(c->f, EX_DATAERR, "request: input[%zu]: %s",
		    c->item, why);
	return fault_set(c->f, EX_DATAERR, "request: input[%zu].%s[%zu]: %s",
	    c->item, c->list, c->part, why);
}

/* The member name of an input item, or a part of one, that must be a string. */
static int
string(const struct input *c, struct splice v, const char *name,
    struct splice *value)
{
	if (splice_find(v, name, value) == 1 && value->s[0] == '"')
		return 0;
	return bad(c, "%s: want a string", name);
}

/* ---- the parts of a message ---- */

/* What the part says in words. 1, 0 if it is not of words, or -1. */
static int
words(const struct input *c, struct splice part, struct splice *text)
{
	struct splice type;

	if (part.s[0] != '{')
		return bad(c, "want an object");
	if (string(c, part, "type", &type) == -1)
		return -1;
	if (splice_eq(type, "input_text") || splice_eq(type, "output_text") ||
	    splice_eq(type, "summary_text") || splice_eq(type, "text"))
		return string(c, part, "text", text) == -1 ? -1 : 1;
	if (splice_eq(type, "refusal"))
		return string(c, part, "refusal", text) == -1 ? -1 : 1;
	return 0;
}

static int
put_image(const struct input *c, struct json *j, struct splice part)
{
	struct splice url;

	if (!respmember_given(part, "image_url", &url))
		return bad(c,
		    "images need an image_url: files are not kept "
		    "here");
	if (url.s[0] != '"')
		return bad(c, "image_url: want a string");
	json_object(j, NULL);
	json_str(j, "type", "image_url");
	json_object(j, "image_url");
	json_raw(j, "url", url.s, url.n);
	respmember_copy(j, part, "detail");
	json_end(j);
	json_end(j);
	return 0;
}

static int
put_part(const struct input *c, struct json *j, struct splice part)
{
	struct splice text = { NULL, 0 }, type;
	int r;

	if ((r = words(c, part, &text)) == -1)
		return -1;
	if (r == 1) {
		json_object(j, NULL);
		json_str(j, "type", "text");
		json_raw(j, "text", text.s, text.n);
		json_end(j);
		return 0;
	}
	(void)splice_find(part, "type", &type);
	if (splice_eq(type, "input_image"))
		return put_image(c, j, part);
	if (splice_eq(type, "input_audio")) {
		json_raw(j, NULL, part.s, part.n);
		return 0;
	}
	return bad(c, "a part of type %.*s cannot be sent to this model",
	    respmember_shown(type), type.s);
}

/* Appends a string to one that is not closed yet, as a line of its own. */
static int
join(struct buf *b, struct splice text)
{
	if (b->len == 0 && buf_addc(b, '"') == -1)
		return -1;
	if (b->len > 1 && buf_adds(b, "\\n") == -1)
		return -1;
	return buf_add(b, text.s + 1, text.n - 2);
}

/*
 * Joins content that is of words alone, a string or a list of parts. 1, 0 if
 * it is not of words alone, or -1.
 */
static int
join_content(struct input *c, struct buf *b, struct splice content)
{
	struct splice_walk w;
	struct splice text;
	int r;

	if (content.s[0] == '"')
		return join(b, content) == -1 ? respmember_no_room(c->f) : 1;
	splice_begin(&w, content);
	for (c->part = 0; splice_next(&w) == 1; c->part++) {
		if ((r = words(c, w.value, &text)) != 1)
			return r;
		if (join(b, text) == -1)
			return respmember_no_room(c->f);
	}
	if (b->len == 0 && buf_addc(b, '"') == -1)
		return respmember_no_room(c->f);
	return 1;
}

/* The content of a message of a user or a tool: words, or a list. */
static int
put_content(struct input *c, struct splice content)
{
	struct splice_walk w;
	struct buf b;
	int r;

	buf_init(&b, REQUEST_MAX);
	if ((r = join_content(c, &b, content)) == 1) {
		if (buf_addc(&b, '"') == -1)
			r = respmember_no_room(c->f);
		else
			json_raw(&c->j, "content", b.d, b.len);
	} else if (r == 0) {
		json_array(&c->j, "content");
		splice_begin(&w, content);
		for (c->part = 0; r == 0 && splice_next(&w) == 1; c->part++)
			r = put_part(c, &c->j, w.value);
		json_end(&c->j);
	}
	buf_free(&b);
	return r == -1 ? -1 : 0;
}

/* ---- items ---- */

/* Writes what the system or the assistant has said in a row. */
static int
end_turn(struct input *c)
{
	if (c->role == NULL)
		return 0;
	json_object(&c->j, NULL);
	json_str(&c->j, "role", c->role);
	if (c->said.len == 0)
		json_null(&c->j, "content");
	else if (buf_addc(&c->said, '"') == -1)
		return respmember_no_room(c->f);
	else
		json_raw(&c->j, "content", c->said.d, c->said.len);
	if (c->calls.len > 0) {
		json_end(&c->jc);
		if (json_finish(&c->jc) == -1)
			return respmember_no_room(c->f);
		json_raw(&c->j, "tool_calls", c->calls.d, c->calls.len);
	}
	json_end(&c->j);
	buf_cut(&c->said, 0);
	buf_cut(&c->calls, 0);
	c->role = NULL;
	return 0;
}

static int
turn(struct input *c, const char *role)
{
	if (c->role != NULL && strcmp(c->role, role) != 0 && end_turn(c) == -1)
		return -1;
	c->role = role;
	return 0;
}

/* The list of parts, or the string, that is member name of the item. */
static int
content(struct input *c, struct splice item, const char *name, struct splice *v)
{
	if (splice_find(item, name, v) != 1 ||
	    (v->s[0] != '"' && v->s[0] != '['))
		return bad(c, "%s: want a string or an array", name);
	c->list = name;
	return 0;
}

static int
on_message(struct input *c, struct splice item)
{
	struct splice role, v;
	int r, assistant;

	if (string(c, item, "role", &role) == -1)
		return -1;
	assistant = splice_eq(role, "assistant");
	if (!assistant && !splice_eq(role, "user") &&
	    !splice_eq(role, "system") && !splice_eq(role, "developer"))
		return bad(c,
		    "role: want user, assistant, system or "
		    "developer");
	if (content(c, item, "content", &v) == -1)
		return -1;
	if (!splice_eq(role, "user")) {
		if (turn(c, assistant ? "assistant" : "system") == -1)
			return -1;
		r = join_content(c, &c->said, v);
		return r == 0 ? bad(c, "only a user can send this") :
		    r == -1   ? -1 :
				0;
	}
	if (end_turn(c) == -1)
		return -1;
	json_object(&c->j, NULL);
	json_str(&c->j, "role", "user");
	r = put_content(c, v);
	json_end(&c->j);
	return r;
}

static int
on_call(struct input *c, struct splice item)
{
	struct splice id, name, arguments;
	struct json *j = &c->jc;

	if (string(c, item, "call_id", &id) == -1 ||
	    string(c, item, "name", &name) == -1 ||
	    string(c, item, "arguments", &arguments) == -1 ||
	    turn(c, "assistant") == -1)
		return -1;
	if (c->calls.len == 0) {
		json_begin(j, &c->calls);
		json_array(j, NULL);
	}
	json_object(j, NULL);
	json_raw(j, "id", id.s, id.n);
	json_str(j, "type", "function");
	json_object(j, "function");
	json_raw(j, "name", name.s, name.n);
	json_raw(j, "arguments", arguments.s, arguments.n);
	json_end(j);
	json_end(j);
	return 0;
}

static int
on_output(struct input *c, struct splice item)
{
	struct splice id, v;
	int r;

	if (string(c, item, "call_id", &id) == -1 ||
	    content(c, item, "output", &v) == -1 || end_turn(c) == -1)
		return -1;
	json_object(&c->j, NULL);
	json_str(&c->j, "role", "tool");
	json_raw(&c->j, "tool_call_id", id.s, id.n);
	r = put_content(c, v);
	json_end(&c->j);
	return r;
}

/* Models are not told what they thought before. */
static int
on_reasoning(struct input *c, struct splice item)
{
	(void)c;
	(void)item;
	return 0;
}

static int
on_reference(struct input *c, struct splice item)
{
	struct splice id;

	if (string(c, item, "id", &id) == -1)
		return -1;
	if (id.n > 4 && memcmp(id.s, "\"rs_", 4) == 0)
		return on_reasoning(c, item);
	return bad(c,
	    "%.*s is not kept here; send \"store\": false and the "
	    "items themselves",
	    respmember_shown(id), id.s);
}

static int
on_item(struct input *c, struct splice item)
{
	static const struct {
		const char *type;
		int (*read)(struct input *, struct splice);
	} kinds[] = { { "message", on_message }, { "function_call", on_call },
		{ "function_call_output", on_output },
		{ "reasoning", on_reasoning },
		{ "item_reference", on_reference } };
	struct splice type;
	size_t i;

	c->list = NULL;
	if (item.s[0] != '{')
		return bad(c, "want an object");
	if (!respmember_given(item, "type", &type))
		return splice_find(item, "role", &type) == 1 ?
		    on_message(c, item) :
		    on_reference(c, item);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (splice_eq(type, kinds[i].type))
			return kinds[i].read(c, item);
	return bad(c, "an item of type %.*s cannot be sent to this model",
	    respmember_shown(type), type.s);
}

static int
put_items(struct input *c, struct splice v)
{
	struct splice_walk w;

	if (v.s[0] == '"') {
		if (end_turn(c) == -1)
			return -1;
		json_object(&c->j, NULL);
		json_str(&c->j, "role", "user");
		json_raw(&c->j, "content", v.s, v.n);
		json_end(&c->j);
		return 0;
	}
	splice_begin(&w, v);
	for (; splice_next(&w) == 1; c->item++)
		if (on_item(c, w.value) == -1)
			return -1;
	return end_turn(c);
}

static int
put_messages(struct input *c, struct splice in)
{
	struct splice v;

	json_array(&c->j, NULL);
	if (respmember_given(in, "instructions", &v)) {
		if (v.s[0] != '"')
			return fault_set(c->f, EX_DATAERR,
			    "request: instructions: want a string");
		c->role = "system";
		if (join(&c->said, v) == -1)
			return respmember_no_room(c->f);
	}
	if (!respmember_given(in, "input", &v) ||
	    (v.s[0] != '"' && v.s[0] != '['))
		return fault_set(c->f, EX_DATAERR,
		    "request: input: want a string or an array");
	if (put_items(c, v) == -1)
		return -1;
	json_end(&c->j);
	return json_finish(&c->j) == -1 ? respmember_no_room(c->f) : 0;
}

int
respinput_messages(struct buf *out, struct splice in, struct fault *f)
{
	struct input c = { .f = f };
	int r;

	json_begin(&c.j, out);
	buf_init(&c.said, REQUEST_MAX);
	buf_init(&c.calls, REQUEST_MAX);
	r = put_messages(&c, in);
	buf_free(&c.said);
	buf_free(&c.calls);
	return r;
}
