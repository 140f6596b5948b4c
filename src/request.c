/*
 * Requests are kept as the bytes that they came in; what has to change is
 * spliced in.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "classify.h"
#include "fault.h"
#include "hollow.h"
#include "json.h"
#include "request.h"
#include "splice.h"

enum {
	EDITS_MAX = SPLICE_EDITS,
	NAMES_MAX = 64,	     /* models in one request */
	PROMPT_TOKENS = 1000 /* max_tokens of the {prompt} form */
};

static int
no_room(struct fault *f)
{
	if (errno == EFBIG)
		return fault_set(f, EX_DATAERR, "request: over %d MiB",
		    REQUEST_MAX >> 20);
	return fault_set(f, EX_OSERR, "request: %s", strerror(errno));
}

/* ---- messages ---- */

static void
write_images(struct json *j, const struct request_opts *o)
{
	size_t i;

	for (i = 0; i < o->nimages; i++) {
		json_object(j, NULL);
		json_str(j, "type", "image_url");
		json_object(j, "image_url");
		json_str(j, "url", o->images[i]);
		json_end(j);
		json_end(j);
	}
}

/* Content parts: those of content (string, array or nothing), the images. */
static void
write_parts(struct json *j, const char *key, struct splice content,
    const struct request_opts *o)
{
	struct splice_walk w;

	json_array(j, key);
	if (content.n > 2 && content.s[0] == '"') {
		json_object(j, NULL);
		json_str(j, "type", "text");
		json_raw(j, "text", content.s, content.n);
		json_end(j);
	} else if (content.n > 0 && content.s[0] == '[') {
		splice_begin(&w, content);
		while (splice_next(&w) == 1)
			json_raw(j, NULL, w.value.s, w.value.n);
	}
	write_images(j, o);
	json_end(j);
}

static void
write_system(struct json *j, const struct request_opts *o)
{
	json_object(j, NULL);
	json_str(j, "role", "system");
	json_str(j, "content", o->system);
	json_end(j);
}

static int
is_role(struct splice msg, const char *role)
{
	struct splice v;

	return msg.n > 0 && msg.s[0] == '{' &&
	    splice_find(msg, "role", &v) == 1 && splice_eq(v, role);
}

/* A user's message of this content (JSON) and the images. */
static void
write_user(struct json *j, struct splice content, const struct request_opts *o)
{
	json_object(j, NULL);
	json_str(j, "role", "user");
	if (o->nimages > 0)
		write_parts(j, "content", content, o);
	else
		json_raw(j, "content", content.s, content.n);
	json_end(j);
}

/* A message as it is, but for the images behind its content. */
static int
write_with_images(struct json *j, struct splice msg,
    const struct request_opts *o)
{
	struct splice content = { NULL, 0 };
	struct splice_edit e;
	struct buf parts, b;
	struct json p;
	int r = -1;

	buf_init(&parts, REQUEST_MAX);
	buf_init(&b, REQUEST_MAX);
	(void)splice_find(msg, "content", &content);
	json_begin(&p, &parts);
	write_parts(&p, NULL, content, o);
	if (json_finish(&p) == 0) {
		e = (struct splice_edit){ "content", parts.d, parts.len };
		if ((r = splice_edit(&b, msg.s, msg.n, &e, 1)) == 0)
			json_raw(j, NULL, b.d, b.len);
	}
	buf_free(&parts);
	buf_free(&b);
	return r;
}

/* Writes the array msgs again, with system, history and images. */
static int
write_messages(struct json *j, struct splice msgs, const struct request_opts *o)
{
	struct splice_walk w;
	struct splice user = { NULL, 0 }, first = { NULL, 0 };

	splice_begin(&w, msgs);
	while (splice_next(&w) == 1) {
		if (first.s == NULL)
			first = w.value;
		if (is_role(w.value, "user"))
			user = w.value;
	}
	json_array(j, NULL);
	if (o->system != NULL)
		write_system(j, o);
	else if (is_role(first, "system"))
		json_raw(j, NULL, first.s, first.n);
	if (o->nhistory > 0)
		json_raw(j, NULL, o->history, o->nhistory);
	splice_begin(&w, msgs);
	while (splice_next(&w) == 1)
		if (w.value.s == first.s && is_role(first, "system"))
			continue;
		else if (w.value.s != user.s || o->nimages == 0)
			json_raw(j, NULL, w.value.s, w.value.n);
		else if (write_with_images(j, w.value, o) == -1)
			return -1;
	if (o->nimages > 0 && user.s == NULL)
		write_user(j, user, o);
	json_end(j);
	return 0;
}

/* ---- what options set ---- */

struct edits {
	struct splice_edit v[EDITS_MAX];
	size_t n;
};

static void
edit(struct edits *e, const char *name, const char *value, size_t len)
{
	if (e->n < EDITS_MAX)
		e->v[e->n++] = (struct splice_edit){ name, value, len };
}

/* Is there a parameter of this name, from place i on? */
static int
has_param(const struct request_opts *o, const char *name, size_t i)
{
	for (; i < o->nparams; i++)
		if (strcmp(o->params[i].name, name) == 0)
			return 1;
	return 0;
}

/* Does an option for the stream itself stand above this parameter? */
static int
above(const struct request_opts *o, const char *name)
{
	return (o->stream != -1 && strcmp(name, "stream") == 0) ||
	    (o->stream == 0 && strcmp(name, "stream_options") == 0);
}

static void
edit_opts(struct edits *e, const struct request_opts *o)
{
	size_t i;

	for (i = 0; i < o->nparams; i++)
		if (!has_param(o, o->params[i].name, i + 1) &&
		    !above(o, o->params[i].name))
			edit(e, o->params[i].name, o->params[i].json,
			    o->params[i].len);
	if (o->stream == 1)
		edit(e, "stream", "true", 4);
	else if (o->stream == 0) {
		/* servers refuse the options of a stream that is none */
		edit(e, "stream", NULL, 0);
		edit(e, "stream_options", NULL, 0);
	}
}

int
request_prompt(struct buf *out, const char *prompt, size_t n,
    const struct request_opts *o, struct fault *f)
{
	static const char usage[] = "{\"include_usage\":true}";
	struct edits e = { .n = 0 };
	struct buf b, quoted;
	struct json j;
	int r = -1;

	buf_init(&b, REQUEST_MAX);
	buf_init(&quoted, REQUEST_MAX);
	json_begin(&j, &b);
	json_object(&j, NULL);
	json_null(&j, "model");
	json_array(&j, "messages");
	if (o->system != NULL)
		write_system(&j, o);
	if (o->nhistory > 0)
		json_raw(&j, NULL, o->history, o->nhistory);
	if (json_quote(&quoted, prompt, n) == -1)
		goto out;
	write_user(&j, (struct splice){ quoted.d, quoted.len }, o);
	json_end(&j);
	json_end(&j);
	edit_opts(&e, o);
	if (o->stream == 1)
		edit(&e, "stream_options", usage, sizeof(usage) - 1);
	if (json_finish(&j) == 0)
		r = splice_edit(out, b.d, b.len, e.v, e.n);
out:
	buf_free(&b);
	buf_free(&quoted);
	return r == -1 ? no_room(f) : 0;
}

/* Appends the text of v, member name. */
static int
member_text(struct splice v, const char *name, struct buf *b, struct fault *f)
{
	if (splice_str(v, b) == 0)
		return 0;
	return errno == EINVAL ?
	    fault_set(f, EX_DATAERR, "request: %s: want a string", name) :
	    no_room(f);
}

/*
 * {prompt, system, model_id, max_tokens}: a request with the members of
 * its own replaced; any others pass through.
 */
static int
from_prompt(struct buf *out, struct splice v, const struct request_opts *o,
    int *limited, struct fault *f)
{
	struct splice_edit e[4];
	struct request_opts own = *o;
	struct buf prompt, system, b;
	struct splice m;
	char tokens[16];
	size_t n = 0;
	int r = -1;

	buf_init(&prompt, REQUEST_MAX);
	buf_init(&system, REQUEST_MAX);
	buf_init(&b, REQUEST_MAX);
	if (splice_find(v, "prompt", &m) != 1 ||
	    member_text(m, "prompt", &prompt, f) == -1)
		goto out;
	if (own.system == NULL && splice_find(v, "system", &m) == 1 &&
	    m.s[0] != 'n') {
		if (member_text(m, "system", &system, f) == -1)
			goto out;
		own.system = system.d;
	}
	own.nparams = 0;
	own.stream = -1;
	if ((r = request_prompt(&b, prompt.d, prompt.len, &own, f)) == -1)
		goto out;
	(void)splice_find((struct splice){ b.d, b.len }, "messages", &m);
	e[n++] = (struct splice_edit){ "prompt", NULL, 0 };
	e[n++] = (struct splice_edit){ "system", NULL, 0 };
	e[n++] = (struct splice_edit){ "messages", m.s, m.n };
	if (splice_find(v, "max_tokens", &m) != 1 || m.s[0] == 'n') {
		*limited = !has_param(o, "max_tokens", 0);
		snprintf(tokens, sizeof(tokens), "%d", PROMPT_TOKENS);
		e[n++] = (struct splice_edit){ "max_tokens", tokens,
			strlen(tokens) };
	}
	if ((r = splice_edit(out, v.s, v.n, e, n)) == -1)
		r = no_room(f);
out:
	buf_free(&prompt);
	buf_free(&system);
	buf_free(&b);
	return r;
}

static int
edit_request(struct buf *out, const char *text, size_t n, struct splice msgs,
    const struct request_opts *o)
{
	struct edits e = { .n = 0 };
	struct buf b;
	struct json j;
	int r = -1;

	buf_init(&b, REQUEST_MAX);
	edit_opts(&e, o);
	if (o->system != NULL || o->nimages > 0 || o->nhistory > 0) {
		json_begin(&j, &b);
		if (write_messages(&j, msgs, o) == -1 || json_finish(&j) == -1)
			goto out;
		edit(&e, "messages", b.d, b.len);
	}
	r = splice_edit(out, text, n, e.v, e.n);
out:
	buf_free(&b);
	return r;
}

int
request_edit(struct buf *out, const char *text, size_t n,
    const struct request_opts *o, int *limited, struct fault *f)
{
	struct splice v, m;
	struct buf b;
	char why[SPLICE_WRONG];
	size_t off;
	int r;

	*limited = 0;
	if (splice_text(text, n, &v, &off) == -1)
		return fault_set(f, EX_DATAERR, "request: %s",
		    splice_wrong(why, text, n, off));
	if (v.s[0] != '{')
		return fault_set(f, EX_DATAERR, "request: want an object");
	if (splice_find(v, "messages", &m) == 1) {
		if (m.s[0] != '[')
			return fault_set(f, EX_DATAERR,
			    "request: messages: want an array");
		/* what comes of that is hollow, and no model's fault */
		if (o->some && hollow_kind(m) == 0)
			return fault_set(f, EX_DATAERR,
			    "request: messages: want at least one");
		r = edit_request(out, text, n, m, o);
		return r == -1 ? no_room(f) : 0;
	}
	if (splice_find(v, "prompt", &m) != 1)
		return fault_set(f, EX_DATAERR,
		    "request: neither messages nor prompt in it");
	buf_init(&b, REQUEST_MAX);
	if ((r = from_prompt(&b, v, o, limited, f)) == 0) {
		struct edits e = { .n = 0 };

		edit_opts(&e, o);
		if ((r = splice_edit(out, b.d, b.len, e.v, e.n)) == -1)
			r = no_room(f);
	}
	buf_free(&b);
	return r;
}

/* ---- reading ---- */

/* A name goes into headers and messages: no control bytes in it. */
static int
is_name(const struct buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if ((unsigned char)b->d[i] < ' ' || b->d[i] == 0x7f)
			return 0;
	return b->len > 0;
}

static int
add_name(struct request *r, struct splice v, const char *what, struct fault *f)
{
	struct buf b;
	char **p;
	int bad;

	buf_init(&b, 1024);
	if (v.n == 4 && v.s[0] == 'n')
		return 0;
	bad = splice_str(v, &b) == -1;
	if (bad && errno == ENOMEM)
		goto fail;
	if (bad || !is_name(&b) || r->nnames == NAMES_MAX) {
		buf_free(&b);
		return fault_set(f, EX_DATAERR,
		    "request: %s: want a model's "
		    "name",
		    what);
	}
	p = reallocarray(r->names, r->nnames + 1, sizeof(*p));
	if (p == NULL)
		goto fail;
	r->names = p;
	p[r->nnames++] = buf_detach(&b); /* which is not empty */
	return 0;
fail:
	buf_free(&b);
	return fault_set(f, EX_OSERR, "request: %s", strerror(errno));
}

static int
add_names(struct request *r, struct splice v, struct fault *f)
{
	struct splice_walk w;

	if (v.s[0] == 'n')
		return 0;
	if (v.s[0] != '[')
		return fault_set(f, EX_DATAERR,
		    "request: models: want an array");
	splice_begin(&w, v);
	while (splice_next(&w) == 1)
		if (add_name(r, w.value, "models", f) == -1)
			return -1;
	return 0;
}

static int
read_bool(struct splice v, const char *name, int *out, struct fault *f)
{
	struct splice m;

	if (splice_find(v, name, &m) != 1 || m.s[0] == 'n')
		return 0;
	if (m.s[0] != 't' && m.s[0] != 'f')
		return fault_set(f, EX_DATAERR,
		    "request: %s: want true or false", name);
	*out = m.s[0] == 't';
	return 0;
}

static int
read_members(struct request *r, struct splice v, struct fault *f)
{
	struct splice m;

	if (splice_find(v, "models", &m) == 1 && add_names(r, m, f) == -1)
		return -1;
	if (r->nnames == 0 && splice_find(v, "model", &m) == 1 &&
	    add_name(r, m, "model", f) == -1)
		return -1;
	if (r->nnames == 0 && splice_find(v, "model_id", &m) == 1 &&
	    add_name(r, m, "model_id", f) == -1)
		return -1;
	if (read_bool(v, "stream", &r->stream, f) == -1 ||
	    read_bool(v, "smart_route", &r->smart_route, f) == -1)
		return -1;
	r->think_off = splice_find(v, "enable_thinking", &m) == 1 &&
	    m.s[0] == 'f';
	if (splice_find(v, "routing", &m) == 1 && m.s[0] == '{' &&
	    (r->routing = strndup(m.s, m.n)) == NULL)
		return fault_set(f, EX_OSERR, "request: %s", strerror(errno));
	return 0;
}

int
request_read(struct request *r, const char *text, size_t n, struct fault *f)
{
	struct splice v;
	char why[SPLICE_WRONG];
	size_t off;

	memset(r, 0, sizeof(*r));
	r->smart_route = -1;
	if (splice_text(text, n, &v, &off) == -1)
		return fault_set(f, EX_DATAERR, "request: %s",
		    splice_wrong(why, text, n, off));
	if (v.s[0] != '{')
		return fault_set(f, EX_DATAERR, "request: want an object");
	if (read_members(r, v, f) == -1) {
		request_free(r);
		return -1;
	}
	return 0;
}

void
request_free(struct request *r)
{
	size_t i;

	for (i = 0; i < r->nnames; i++)
		free(r->names[i]);
	free(r->names);
	free(r->routing);
	memset(r, 0, sizeof(*r));
}

/* ---- sending ---- */

int
request_send(struct buf *out, const char *text, size_t n, const char *model,
    int repairs)
{
	static const char *const own[] = { "models", "routing", "smart_route",
		"model_id" };
	struct edits e = { .n = 0 };
	struct buf quoted;
	size_t i;
	int r = -1;

	buf_init(&quoted, 8192);
	if (json_quote(&quoted, model, strlen(model)) == -1)
		goto out;
	edit(&e, "model", quoted.d, quoted.len);
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		edit(&e, own[i], NULL, 0);
	if (repairs & REPAIR_STREAM)
		edit(&e, "stream", "true", 4);
	if (repairs & REPAIR_THINK_OFF)
		edit(&e, "enable_thinking", "false", 5);
	else if (repairs & REPAIR_THINK_ON)
		edit(&e, "enable_thinking", NULL, 0);
	if (repairs & REPAIR_NO_LIMIT)
		edit(&e, "max_tokens", NULL, 0);
	r = splice_edit(out, text, n, e.v, e.n);
out:
	buf_free(&quoted);
	return r;
}

int
request_messages(struct buf *out, const char *text, size_t n, int said)
{
	struct splice_walk w;
	struct splice v, m;
	int r, count = 0;

	if (splice_text(text, n, &v, NULL) == -1 ||
	    (v.s[0] == '{' && splice_find(v, "messages", &m) != 1) ||
	    (v.s[0] != '{' && v.s[0] != '[')) {
		errno = EINVAL;
		return -1;
	}
	if (v.s[0] == '[')
		m = v;
	if (m.s[0] != '[') {
		errno = EINVAL;
		return -1;
	}
	splice_begin(&w, m);
	while ((r = splice_next(&w)) == 1) {
		if (w.value.s[0] != '{') {
			errno = EINVAL;
			return -1;
		}
		if (said &&
		    (is_role(w.value, "system") ||
			is_role(w.value, "developer")))
			continue;
		if (count++ > 0 && buf_adds(out, ",\n") == -1)
			return -1;
		if (buf_add(out, w.value.s, w.value.n) == -1)
			return -1;
	}
	return r;
}

int
request_repair(const struct request *r, int done, int verdict, int limited)
{
	int bit = 0;

	if (verdict == V_STREAM_ONLY && !r->stream)
		bit = REPAIR_STREAM;
	else if (verdict == V_THINK_OFF && !r->think_off)
		bit = REPAIR_THINK_OFF;
	else if (verdict == V_THINK_ON && r->think_off)
		bit = REPAIR_THINK_ON;
	else if (verdict == V_REASONED && limited)
		bit = REPAIR_NO_LIMIT;
	return done & bit ? 0 : bit;
}
