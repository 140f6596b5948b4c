/* Input items as messages. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "field.h"
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

struct item {
	struct splice type, role, content, id;
	struct splice call_id, name, arguments, output;
};

static const struct field item_fields[] = {
	RESPMEMBER(item, type),
	RESPMEMBER(item, role),
	RESPMEMBER(item, content),
	RESPMEMBER(item, id),
	RESPMEMBER(item, call_id),
	RESPMEMBER(item, name),
	RESPMEMBER(item, arguments),
	RESPMEMBER(item, output),
	FIELD_END,
};

struct part {
	struct splice type, text, refusal, image_url, detail;
};

static const struct field part_fields[] = {
	RESPMEMBER(part, type),
	RESPMEMBER(part, text),
	RESPMEMBER(part, refusal),
	RESPMEMBER(part, image_url),
	RESPMEMBER(part, detail),
	FIELD_END,
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

/* The member name, which is v, of what is read now must be a string. */
static int
want_string(const struct input *c, const char *name, struct splice v)
{
	return respmember_is(v, '"') ? 0 : bad(c, "%s: want a string", name);
}

/* ---- the parts of a message ---- */

static int
read_part(const struct input *c, struct splice v, struct part *p)
{
	memset(p, 0, sizeof(*p));
	if (respmember_read(part_fields, p, v) == -1)
		return bad(c, "want an object");
	return want_string(c, "type", p->type);
}

/* What the part says in words. 1, 0 if it is not of words, or -1. */
static int
words(const struct input *c, const struct part *p, struct splice *text)
{
	const char *name = "text";

	*text = p->text;
	if (splice_eq(p->type, "refusal")) {
		name = "refusal";
		*text = p->refusal;
	} else if (!splice_eq(p->type, "input_text") &&
	    !splice_eq(p->type, "output_text") && !splice_eq(p->type, "text"))
		return 0;
	return want_string(c, name, *text) == -1 ? -1 : 1;
}

static int
put_image(const struct input *c, struct json *j, const struct part *p)
{
	if (p->image_url.n == 0)
		return bad(c,
		    "images need an image_url: files are not kept here");
	if (want_string(c, "image_url", p->image_url) == -1)
		return -1;
	json_object(j, NULL);
	json_str(j, "type", "image_url");
	json_object(j, "image_url");
	respmember_write(j, "url", p->image_url);
	respmember_write(j, "detail", p->detail);
	json_end(j);
	json_end(j);
	return 0;
}

static int
put_part(const struct input *c, struct json *j, struct splice v)
{
	struct splice text;
	struct part p;
	int r;

	if (read_part(c, v, &p) == -1 || (r = words(c, &p, &text)) == -1)
		return -1;
	if (r == 1) {
		json_object(j, NULL);
		json_str(j, "type", "text");
		respmember_write(j, "text", text);
		json_end(j);
		return 0;
	}
	if (splice_eq(p.type, "input_image"))
		return put_image(c, j, &p);
	if (splice_eq(p.type, "input_audio")) {
		json_raw(j, NULL, v.s, v.n);
		return 0;
	}
	return bad(c, "a part of type %.*s cannot be sent to this model",
	    respmember_shown(p.type), p.type.s);
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
	struct part p;
	int r;

	if (content.s[0] == '"')
		return join(b, content) == -1 ? respmember_no_room(c->f) : 1;
	splice_begin(&w, content);
	for (c->part = 0; splice_next(&w) == 1; c->part++) {
		if (read_part(c, w.value, &p) == -1)
			return -1;
		if ((r = words(c, &p, &text)) != 1)
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

/* The member name, which is v, must be words or a list of parts. */
static int
want_content(struct input *c, const char *name, struct splice v)
{
	if (!respmember_is(v, '"') && !respmember_is(v, '['))
		return bad(c, "%s: want a string or an array", name);
	c->list = name;
	return 0;
}

/* What the system or the assistant says. */
static int
put_said(struct input *c, const char *role, struct splice content)
{
	int r;

	if (turn(c, role) == -1 ||
	    (r = join_content(c, &c->said, content)) == -1)
		return -1;
	return r == 0 ? bad(c, "only a user can send this") : 0;
}

static int
on_message(struct input *c, const struct item *i)
{
	int r;

	if (want_content(c, "content", i->content) == -1)
		return -1;
	if (splice_eq(i->role, "assistant"))
		return put_said(c, "assistant", i->content);
	if (splice_eq(i->role, "system") || splice_eq(i->role, "developer"))
		return put_said(c, "system", i->content);
	c->list = NULL;
	if (!splice_eq(i->role, "user"))
		return bad(c,
		    "role: want user, assistant, system or developer");
	c->list = "content";
	if (end_turn(c) == -1)
		return -1;
	json_object(&c->j, NULL);
	json_str(&c->j, "role", "user");
	r = put_content(c, i->content);
	json_end(&c->j);
	return r;
}

static int
on_call(struct input *c, const struct item *i)
{
	struct json *j = &c->jc;

	if (want_string(c, "call_id", i->call_id) == -1 ||
	    want_string(c, "name", i->name) == -1 ||
	    want_string(c, "arguments", i->arguments) == -1 ||
	    turn(c, "assistant") == -1)
		return -1;
	if (c->calls.len == 0) {
		json_begin(j, &c->calls);
		json_array(j, NULL);
	}
	json_object(j, NULL);
	respmember_write(j, "id", i->call_id);
	json_str(j, "type", "function");
	json_object(j, "function");
	respmember_write(j, "name", i->name);
	respmember_write(j, "arguments", i->arguments);
	json_end(j);
	json_end(j);
	return 0;
}

static int
on_output(struct input *c, const struct item *i)
{
	int r;

	if (want_string(c, "call_id", i->call_id) == -1 ||
	    want_content(c, "output", i->output) == -1 || end_turn(c) == -1)
		return -1;
	json_object(&c->j, NULL);
	json_str(&c->j, "role", "tool");
	respmember_write(&c->j, "tool_call_id", i->call_id);
	r = put_content(c, i->output);
	json_end(&c->j);
	return r;
}

/* Models are not told what they thought before. */
static int
on_reasoning(struct input *c, const struct item *i)
{
	(void)c;
	(void)i;
	return 0;
}

static int
on_reference(struct input *c, const struct item *i)
{
	if (want_string(c, "id", i->id) == -1)
		return -1;
	if (i->id.n > 4 && memcmp(i->id.s, "\"rs_", 4) == 0)
		return on_reasoning(c, i);
	return bad(c,
	    "%.*s is not kept here; send \"store\": false and the items "
	    "themselves",
	    respmember_shown(i->id), i->id.s);
}

static int
on_item(struct input *c, struct splice v)
{
	static const struct {
		const char *type;
		int (*read)(struct input *, const struct item *);
	} kinds[] = { { "message", on_message }, { "function_call", on_call },
		{ "function_call_output", on_output },
		{ "reasoning", on_reasoning },
		{ "item_reference", on_reference } };
	struct item i = { 0 };
	size_t k;

	c->list = NULL;
	if (respmember_read(item_fields, &i, v) == -1)
		return bad(c, "want an object");
	if (i.type.n == 0)
		return i.role.n > 0 ? on_message(c, &i) : on_reference(c, &i);
	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (splice_eq(i.type, kinds[k].type))
			return kinds[k].read(c, &i);
	return bad(c, "an item of type %.*s cannot be sent to this model",
	    respmember_shown(i.type), i.type.s);
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
put_messages(struct input *c, struct splice instructions, struct splice input)
{
	json_array(&c->j, NULL);
	if (instructions.n > 0) {
		if (instructions.s[0] != '"')
			return fault_set(c->f, EX_DATAERR,
			    "request: instructions: want a string");
		c->role = "system";
		if (join(&c->said, instructions) == -1)
			return respmember_no_room(c->f);
	}
	if (!respmember_is(input, '"') && !respmember_is(input, '['))
		return fault_set(c->f, EX_DATAERR,
		    "request: input: want a string or an array");
	if (put_items(c, input) == -1)
		return -1;
	json_end(&c->j);
	return json_finish(&c->j) == -1 ? respmember_no_room(c->f) : 0;
}

int
respinput_messages(struct buf *out, struct splice instructions,
    struct splice input, struct fault *f)
{
	struct input c = { .f = f };
	int r;

	json_begin(&c.j, out);
	buf_init(&c.said, REQUEST_MAX);
	buf_init(&c.calls, REQUEST_MAX);
	r = put_messages(&c, instructions, input);
	buf_free(&c.said);
	buf_free(&c.calls);
	return r;
}
