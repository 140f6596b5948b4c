/* Turns: a user's may be several messages of a chat, results of tools first. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "field.h"
#include "json.h"
#include "msgturn.h"
#include "request.h"
#include "respmember.h"
#include "splice.h"

struct turns {
	struct fault *f;
	struct json j;	   /* writes the messages */
	struct buf said;   /* words of one message, not quoted */
	struct buf list;   /* its parts, or its calls */
	struct json jl;	   /* writes list */
	size_t pictures;   /* in list */
	size_t parts;	   /* in list, all together */
	size_t turn, part; /* where we are, for faults */
};

struct turn {
	struct splice role, content;
};

static const struct field turn_fields[] = {
	RESPMEMBER(turn, role),
	RESPMEMBER(turn, content),
	FIELD_END,
};

struct part {
	struct splice type, text, source, id, name, input;
	struct splice tool_use_id, content;
};

static const struct field part_fields[] = {
	RESPMEMBER(part, type),
	RESPMEMBER(part, text),
	RESPMEMBER(part, source),
	RESPMEMBER(part, id),
	RESPMEMBER(part, name),
	RESPMEMBER(part, input),
	RESPMEMBER(part, tool_use_id),
	RESPMEMBER(part, content),
	FIELD_END,
};

struct source {
	struct splice type, media_type, data, url;
};

static const struct field source_fields[] = {
	RESPMEMBER(source, type),
	RESPMEMBER(source, media_type),
	RESPMEMBER(source, data),
	RESPMEMBER(source, url),
	FIELD_END,
};

/* A fault of the part that is read now. */
__attribute__((format(printf, 2, 3))) static int
bad(const struct turns *c, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return fault_set(c->f, EX_DATAERR,
	    "request: messages[%zu].content[%zu]: %s", c->turn, c->part, why);
}

/* ---- words ---- */

/* Adds words to said, a line between them and those before. */
static int
join(struct turns *c, struct splice text)
{
	if (c->said.len > 0 && buf_addc(&c->said, '\n') == -1)
		return respmember_no_room(c->f);
	return splice_str(text, &c->said) == -1 ? respmember_no_room(c->f) : 0;
}

static void
write_said(struct turns *c, const char *key)
{
	json_strn(&c->j, key, c->said.d, c->said.len);
	buf_cut(&c->said, 0);
}

/* ---- parts of a user's message ---- */

static void
begin_list(struct turns *c)
{
	buf_cut(&c->list, 0);
	c->parts = c->pictures = 0;
	json_begin(&c->jl, &c->list);
	json_array(&c->jl, NULL);
}

static void
put_text(struct turns *c, struct splice text)
{
	c->parts++;
	json_object(&c->jl, NULL);
	json_str(&c->jl, "type", "text");
	json_raw(&c->jl, "text", text.s, text.n);
	json_end(&c->jl);
}

/* The URL of a picture, "data:" where its bytes are here. */
static int
put_url(struct turns *c, const struct source *s)
{
	struct buf url;
	int r = 0;

	if (splice_eq(s->type, "url") && respmember_is(s->url, '"')) {
		json_raw(&c->jl, "url", s->url.s, s->url.n);
		return 0;
	}
	if (!splice_eq(s->type, "base64") ||
	    !respmember_is(s->media_type, '"') || !respmember_is(s->data, '"'))
		return bad(c, "source: want one of type base64 or url");
	buf_init(&url, REQUEST_MAX);
	if (buf_adds(&url, "data:") == -1 ||
	    splice_str(s->media_type, &url) == -1 ||
	    buf_adds(&url, ";base64,") == -1 || splice_str(s->data, &url) == -1)
		r = respmember_no_room(c->f);
	else
		json_strn(&c->jl, "url", url.d, url.len);
	buf_free(&url);
	return r;
}

static int
put_picture(struct turns *c, const struct part *p)
{
	struct source s = { 0 };

	if (respmember_read(source_fields, &s, p->source) == -1)
		return bad(c, "source: want an object");
	c->parts++;
	c->pictures++;
	json_object(&c->jl, NULL);
	json_str(&c->jl, "type", "image_url");
	json_object(&c->jl, "image_url");
	if (put_url(c, &s) == -1)
		return -1;
	json_end(&c->jl);
	json_end(&c->jl);
	return 0;
}

/* The text of a document, if it is plain text. */
static int
read_document(const struct turns *c, const struct part *p, struct splice *text)
{
	struct source s = { 0 };

	if (respmember_read(source_fields, &s, p->source) == -1 ||
	    !splice_eq(s.type, "text") || !respmember_is(s.data, '"'))
		return bad(c, "this model reads only documents of plain text");
	*text = s.data;
	return 0;
}

static int
refuse(const struct turns *c, const struct part *p)
{
	return bad(c, "a part of type %.*s cannot be sent to this model",
	    respmember_shown(p->type), p->type.s);
}

static int
read_part(struct turns *c, struct splice v, struct part *p)
{
	memset(p, 0, sizeof(*p));
	if (respmember_read(part_fields, p, v) == -1 ||
	    !respmember_is(p->type, '"'))
		return bad(c, "want an object with a type");
	if (splice_eq(p->type, "text") && !respmember_is(p->text, '"'))
		return bad(c, "text: want a string");
	return 0;
}

/* ---- results of tools ---- */

static int
read_result_part(struct turns *c, const struct part *p)
{
	struct splice text = p->text;

	if (splice_eq(p->type, "image"))
		return put_picture(c, p);
	if (splice_eq(p->type, "document")) {
		if (read_document(c, p, &text) == -1)
			return -1;
	} else if (!splice_eq(p->type, "text"))
		return refuse(c, p);
	return join(c, text);
}

/* What a tool said goes to said; what it showed, to list. */
static int
read_result(struct turns *c, struct splice content)
{
	struct splice_walk w;
	struct part p;

	if (respmember_is(content, '"'))
		return join(c, content);
	if (content.n > 0 && content.s[0] != '[')
		return bad(c, "content: want a string or an array");
	if (content.n == 0)
		return 0;
	splice_begin(&w, content);
	while (splice_next(&w) == 1) {
		if (read_part(c, w.value, &p) == -1)
			return -1;
		if (read_result_part(c, &p) == -1)
			return -1;
	}
	return 0;
}

static int
put_result(struct turns *c, const struct part *p)
{
	if (!respmember_is(p->tool_use_id, '"'))
		return bad(c, "tool_use_id: want a string");
	if (read_result(c, p->content) == -1)
		return -1;
	json_object(&c->j, NULL);
	json_str(&c->j, "role", "tool");
	json_raw(&c->j, "tool_call_id", p->tool_use_id.s, p->tool_use_id.n);
	write_said(c, "content");
	json_end(&c->j);
	return 0;
}

/* ---- turns ---- */

static int
put_user_part(struct turns *c, const struct part *p)
{
	struct splice text;

	if (splice_eq(p->type, "tool_result"))
		return put_result(c, p);
	if (splice_eq(p->type, "image"))
		return put_picture(c, p);
	text = p->text;
	if (splice_eq(p->type, "document")) {
		if (read_document(c, p, &text) == -1)
			return -1;
	} else if (!splice_eq(p->type, "text"))
		return refuse(c, p);
	put_text(c, text);
	return 0;
}

/* Parts that are only words are one string: all servers take that. */
static int
end_user(struct turns *c)
{
	struct splice_walk w;
	struct splice text;

	json_end(&c->jl);
	if (json_finish(&c->jl) == -1)
		return respmember_no_room(c->f);
	if (c->parts == 0)
		return 0;
	json_object(&c->j, NULL);
	json_str(&c->j, "role", "user");
	if (c->pictures > 0)
		json_raw(&c->j, "content", c->list.d, c->list.len);
	else {
		splice_begin(&w, (struct splice){ c->list.d, c->list.len });
		while (splice_next(&w) == 1)
			if (splice_find(w.value, "text", &text) == 1 &&
			    join(c, text) == -1)
				return -1;
		write_said(c, "content");
	}
	json_end(&c->j);
	return 0;
}

static int
put_user(struct turns *c, struct splice content)
{
	struct splice_walk w;
	struct part p;

	begin_list(c);
	splice_begin(&w, content);
	for (c->part = 0; splice_next(&w) == 1; c->part++)
		if (read_part(c, w.value, &p) == -1 ||
		    put_user_part(c, &p) == -1)
			return -1;
	return end_user(c);
}

/* The input of a call is a JSON text as a string there. */
static int
put_call(struct turns *c, const struct part *p)
{
	struct json *j = &c->jl;

	if (!respmember_is(p->id, '"') || !respmember_is(p->name, '"') ||
	    !respmember_is(p->input, '{'))
		return bad(c, "want an id, a name and an input");
	c->parts++;
	json_object(j, NULL);
	json_raw(j, "id", p->id.s, p->id.n);
	json_str(j, "type", "function");
	json_object(j, "function");
	json_raw(j, "name", p->name.s, p->name.n);
	json_strn(j, "arguments", p->input.s, p->input.n);
	json_end(j);
	json_end(j);
	return 0;
}

static int
put_assistant_part(struct turns *c, const struct part *p)
{
	if (splice_eq(p->type, "text"))
		return join(c, p->text);
	if (splice_eq(p->type, "tool_use"))
		return put_call(c, p);
	if (splice_eq(p->type, "thinking") ||
	    splice_eq(p->type, "redacted_thinking"))
		return 0;
	return refuse(c, p);
}

static int
put_assistant(struct turns *c, struct splice content)
{
	struct splice_walk w;
	struct part p;

	begin_list(c);
	splice_begin(&w, content);
	for (c->part = 0; splice_next(&w) == 1; c->part++)
		if (read_part(c, w.value, &p) == -1 ||
		    put_assistant_part(c, &p) == -1)
			return -1;
	json_end(&c->jl);
	if (json_finish(&c->jl) == -1)
		return respmember_no_room(c->f);
	json_object(&c->j, NULL);
	json_str(&c->j, "role", "assistant");
	if (c->said.len > 0 || c->parts == 0)
		write_said(c, "content");
	else
		json_null(&c->j, "content");
	if (c->parts > 0)
		json_raw(&c->j, "tool_calls", c->list.d, c->list.len);
	json_end(&c->j);
	return 0;
}

/* What the system says, there: a string, or parts of text. */
static int
put_system(struct turns *c, const char *where, struct splice v)
{
	struct splice_walk w;
	struct splice text;

	if (respmember_is(v, '"')) {
		if (join(c, v) == -1)
			return -1;
	} else if (respmember_is(v, '[')) {
		splice_begin(&w, v);
		while (splice_next(&w) == 1) {
			if (splice_find(w.value, "text", &text) != 1 ||
			    text.s[0] != '"')
				return fault_set(c->f, EX_DATAERR,
				    "request: %s: want texts", where);
			if (join(c, text) == -1)
				return -1;
		}
	} else
		return fault_set(c->f, EX_DATAERR,
		    "request: %s: want a string or an array", where);
	if (c->said.len == 0)
		return 0;
	json_object(&c->j, NULL);
	json_str(&c->j, "role", "system");
	write_said(c, "content");
	json_end(&c->j);
	return 0;
}

static int
put_turn(struct turns *c, struct splice v)
{
	struct turn t = { 0 };
	char where[64];
	int user;

	if (respmember_read(turn_fields, &t, v) == -1)
		return fault_set(c->f, EX_DATAERR,
		    "request: messages[%zu]: want an object", c->turn);
	snprintf(where, sizeof(where), "messages[%zu].content", c->turn);
	if (splice_eq(t.role, "system"))
		return put_system(c, where, t.content);
	user = splice_eq(t.role, "user");
	if (!user && !splice_eq(t.role, "assistant"))
		return fault_set(c->f, EX_DATAERR,
		    "request: messages[%zu].role: want user, assistant or "
		    "system",
		    c->turn);
	if (respmember_is(t.content, '['))
		return user ? put_user(c, t.content) :
			      put_assistant(c, t.content);
	if (!respmember_is(t.content, '"'))
		return fault_set(c->f, EX_DATAERR,
		    "request: %s: want a string or an array", where);
	json_object(&c->j, NULL);
	json_str(&c->j, "role", user ? "user" : "assistant");
	json_raw(&c->j, "content", t.content.s, t.content.n);
	json_end(&c->j);
	return 0;
}

static int
put_all(struct turns *c, struct splice system, struct splice messages)
{
	struct splice_walk w;

	if (!respmember_is(messages, '['))
		return fault_set(c->f, EX_DATAERR,
		    "request: messages: want an array");
	json_array(&c->j, NULL);
	if (system.n > 0 && put_system(c, "system", system) == -1)
		return -1;
	splice_begin(&w, messages);
	for (; splice_next(&w) == 1; c->turn++)
		if (put_turn(c, w.value) == -1)
			return -1;
	json_end(&c->j);
	return json_finish(&c->j) == -1 ? respmember_no_room(c->f) : 0;
}

int
msgturn_messages(struct buf *out, struct splice system, struct splice messages,
    struct fault *f)
{
	struct turns c = { .f = f };
	int r;

	json_begin(&c.j, out);
	buf_init(&c.said, REQUEST_MAX);
	buf_init(&c.list, REQUEST_MAX);
	r = put_all(&c, system, messages);
	buf_free(&c.said);
	buf_free(&c.list);
	return r;
}
