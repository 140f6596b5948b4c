/*
 * From options and input to a request.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "ask.h"
#include "buf.h"
#include "converse.h"
#include "fault.h"
#include "image.h"
#include "input.h"
#include "json.h"
#include "request.h"
#include "splice.h"

enum {
	SCHEMA_MAX = 4 * 1024 * 1024
};

int
ask_image(struct ask *a, const char *arg, struct fault *f)
{
	if (a->nimages == ASK_IMAGES)
		return fault_set(f, EX_USAGE, "over %d images", ASK_IMAGES);
	a->images[a->nimages++] = arg;
	return 0;
}

int
ask_member(struct ask *a, const char *name, const char *json, struct fault *f)
{
	if (a->params == NULL &&
	    (a->params = calloc(ASK_PARAMS, sizeof(*a->params))) == NULL)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	if (a->nparams == ASK_PARAMS)
		return fault_set(f, EX_USAGE, "over %d --param", ASK_PARAMS);
	a->params[a->nparams++] = (struct request_param){ name, json,
		strlen(json) };
	return 0;
}

int
ask_param(struct ask *a, char *arg, struct fault *f)
{
	struct splice v;
	char *eq;

	if ((eq = strchr(arg, '=')) == NULL || eq == arg)
		return fault_set(f, EX_USAGE, "--param %s: want NAME=JSON",
		    arg);
	*eq++ = '\0';
	if (strcmp(arg, "messages") == 0 || strcmp(arg, "model") == 0)
		return fault_set(f, EX_USAGE, "--param %s: not by this option",
		    arg);
	if (splice_text(eq, strlen(eq), &v, NULL) == -1)
		return fault_set(f, EX_USAGE,
		    "--param %s: the value is not "
		    "JSON (strings want quotes: '%s=\"text\"')",
		    arg, arg);
	return ask_member(a, arg, eq, f);
}

int
ask_temperature(struct ask *a, const char *arg, struct fault *f)
{
	struct splice v;
	double d;

	if (splice_text(arg, strlen(arg), &v, NULL) == -1 ||
	    splice_num(v, &d) == -1 || d < 0)
		return fault_set(f, EX_USAGE, "--temperature %s: invalid", arg);
	return ask_member(a, "temperature", arg, f);
}

/* As a number is written in JSON: strtonum() takes "+5" and "05" as well. */
int
ask_max_tokens(struct ask *a, const char *arg, struct fault *f)
{
	const char *why;
	int n = (int)strtonum(arg, 1, INT32_MAX, &why);

	if (why != NULL)
		return fault_set(f, EX_USAGE, "--max-tokens %s: %s", arg, why);
	snprintf(a->max_tokens, sizeof(a->max_tokens), "%d", n);
	return ask_member(a, "max_tokens", a->max_tokens, f);
}

void
ask_free(struct ask *a)
{
	free(a->params);
}

/* The response_format for the schema in the file, into b. */
static int
read_schema(struct ask *a, struct buf *b, struct fault *f)
{
	struct splice v = { NULL, 0 };
	struct buf text;
	struct json j;
	int r = 0;

	buf_init(&text, SCHEMA_MAX);
	if (buf_load(&text, a->schema) == -1)
		r = fault_set(f, EX_NOINPUT, "%s: %s", a->schema,
		    strerror(errno));
	else if (splice_text(text.d, text.len, &v, NULL) == -1 || v.s[0] != '{')
		r = fault_set(f, EX_DATAERR, "%s: not a JSON object",
		    a->schema);
	if (r == 0) {
		json_begin(&j, b);
		json_object(&j, NULL);
		json_str(&j, "type", "json_schema");
		json_object(&j, "json_schema");
		json_str(&j, "name", "answer");
		json_bool(&j, "strict", 1);
		json_raw(&j, "schema", v.s, v.n);
		json_end(&j);
		json_end(&j);
		r = json_finish(&j) == -1 ?
		    fault_set(f, EX_OSERR, "%s", strerror(errno)) :
		    ask_member(a, "response_format", b->d, f);
	}
	buf_free(&text);
	return r;
}

static int
build(const struct buf *text, enum input_kind kind,
    const struct request_opts *o, struct buf *out, int *limited,
    struct fault *f)
{
	*limited = 0;
	if (kind == INPUT_PROMPT)
		return request_prompt(out, text->d, text->len, o, f);
	return request_edit(out, text->d, text->len, o, limited, f);
}

/* The messages of this question alone, for the conversation's file. */
static int
build_said(struct buf *said, const struct buf *text, enum input_kind kind,
    const struct request_opts *o, struct fault *f)
{
	struct request_opts alone = {
		.images = o->images, .nimages = o->nimages, .stream = -1
	};
	struct buf b;
	int limited, r;

	buf_init(&b, REQUEST_MAX);
	r = build(text, kind, &alone, &b, &limited, f);
	if (r == 0 && request_messages(said, b.d, b.len, 1) == -1)
		r = fault_set(f, EX_DATAERR, "request: %s", strerror(errno));
	buf_free(&b);
	return r;
}

static int
has_param(const struct request_opts *o, const char *name)
{
	size_t i;

	for (i = 0; i < o->nparams; i++)
		if (strcmp(o->params[i].name, name) == 0)
			return 1;
	return 0;
}

/* With all that the options name read: the request. */
static int
make(struct ask *a, struct request_opts *o, struct asked *q, struct fault *f)
{
	enum input_kind kind;
	struct buf text;
	int utf8, r = -1;

	buf_init(&text, REQUEST_MAX);
	if (input_read(a->input, &text, &kind, &utf8, f) == -1)
		goto out;
	q->mended = kind == INPUT_PROMPT && !utf8;
	if (kind == INPUT_PROMPT && o->stream == -1 && !has_param(o, "stream"))
		o->stream = 1;
	r = build(&text, kind, o, q->body, &q->limited, f);
	if (r == 0 && a->conversation != NULL)
		r = build_said(q->said, &text, kind, o, f);
out:
	buf_free(&text);
	return r;
}

int
ask_make(struct ask *a, int stream, struct asked *q, struct fault *f)
{
	struct request_opts o = { .system = a->system, .stream = stream };
	struct buf schema, history;
	char *urls[ASK_IMAGES];
	size_t i;
	int r = -1;

	buf_init(&schema, 2 * (size_t)SCHEMA_MAX);
	buf_init(&history, REQUEST_MAX);
	for (i = 0; i < a->nimages; i++, o.nimages++)
		if ((urls[i] = image_url(a->images[i], f)) == NULL)
			goto out;
	if ((a->schema != NULL && read_schema(a, &schema, f) == -1) ||
	    (a->conversation != NULL &&
		converse_read(a->conversation, &history, f) == -1))
		goto out;
	o.images = (const char *const *)urls;
	o.params = a->params;
	o.nparams = a->nparams;
	o.history = history.d;
	o.nhistory = history.len;
	r = make(a, &o, q, f);
out:
	for (i = 0; i < o.nimages; i++)
		free(urls[i]);
	buf_free(&schema);
	buf_free(&history);
	return r;
}
