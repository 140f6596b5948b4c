/* What surrounds the turns: system, tools, limits; see msgturn.c for those. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "field.h"
#include "json.h"
#include "msgask.h"
#include "msgturn.h"
#include "request.h"
#include "respmember.h"
#include "splice.h"

struct asked {
	struct splice max_tokens, messages, output_config, output_format;
	struct splice stop_sequences, stream, system, thinking, tool_choice,
	    tools;
};

static const struct field asked_fields[] = {
	RESPMEMBER(asked, max_tokens),
	RESPMEMBER(asked, messages),
	RESPMEMBER(asked, output_config),
	RESPMEMBER(asked, output_format),
	RESPMEMBER(asked, stop_sequences),
	RESPMEMBER(asked, stream),
	RESPMEMBER(asked, system),
	RESPMEMBER(asked, thinking),
	RESPMEMBER(asked, tool_choice),
	RESPMEMBER(asked, tools),
	FIELD_END,
};

/* A tool, a choice of one, a format, thinking: things of some type. */
struct typed {
	struct splice type, name, description, input_schema, schema;
	struct splice disable_parallel_tool_use;
};

static const struct field typed_fields[] = {
	RESPMEMBER(typed, type),
	RESPMEMBER(typed, name),
	RESPMEMBER(typed, description),
	RESPMEMBER(typed, input_schema),
	RESPMEMBER(typed, schema),
	RESPMEMBER(typed, disable_parallel_tool_use),
	FIELD_END,
};

struct ask {
	struct fault *f;
	struct asked in;
	struct buf messages, tools, choice, format;
	struct splice_edit edit[SPLICE_EDITS];
	size_t nedits;
};

/*
 * What was translated, unless it is set again, and what is about accounts,
 * caches and the service's own machines; and what is ours to set.
 */
static const char *const dropped[] = { "anthropic_beta", "anthropic_version",
	"betas", "cache_control", "container", "context_management",
	"inference_geo", "mcp_servers", "metadata", "output_config",
	"output_format", "service_tier", "stop_sequences", "stream_options",
	"system", "thinking", "tool_choice", "tools" };

static void
set(struct ask *c, const char *name, const char *value, size_t n)
{
	c->edit[c->nedits++] = (struct splice_edit){ name, value, n };
}

/* ---- tools ---- */

static int
put_tool(struct json *j, struct splice v, size_t i, struct fault *f)
{
	struct typed tool = { 0 };

	if (respmember_read(typed_fields, &tool, v) == -1)
		return fault_set(f, EX_DATAERR,
		    "request: tools[%zu]: want an object", i);
	if (tool.type.n > 0 && !splice_eq(tool.type, "custom"))
		return fault_set(f, EX_DATAERR,
		    "request: tools[%zu]: there is no tool %.*s for this "
		    "model, only those of yours",
		    i, respmember_shown(tool.type), tool.type.s);
	if (!respmember_is(tool.name, '"'))
		return fault_set(f, EX_DATAERR,
		    "request: tools[%zu].name: want a string", i);
	json_object(j, NULL);
	json_str(j, "type", "function");
	json_object(j, "function");
	respmember_write(j, "name", tool.name);
	respmember_write(j, "description", tool.description);
	respmember_write(j, "parameters", tool.input_schema);
	json_end(j);
	json_end(j);
	return 0;
}

static int
put_choice(struct ask *c)
{
	static const struct {
		const char *type, *word;
	} words[] = { { "auto", "\"auto\"" }, { "any", "\"required\"" },
		{ "none", "\"none\"" } };
	struct typed choice = { 0 };
	struct json j;
	size_t i;

	if (c->in.tool_choice.n == 0)
		return 0;
	if (respmember_read(typed_fields, &choice, c->in.tool_choice) == -1)
		return fault_set(c->f, EX_DATAERR,
		    "request: tool_choice: want an object");
	if (respmember_is(choice.disable_parallel_tool_use, 't'))
		set(c, "parallel_tool_calls", "false", 5);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (splice_eq(choice.type, words[i].type)) {
			set(c, "tool_choice", words[i].word,
			    strlen(words[i].word));
			return 0;
		}
	if (!splice_eq(choice.type, "tool") || !respmember_is(choice.name, '"'))
		return fault_set(c->f, EX_DATAERR,
		    "request: tool_choice.type: want auto, any, none, or tool "
		    "with its name");
	json_begin(&j, &c->choice);
	json_object(&j, NULL);
	json_str(&j, "type", "function");
	json_object(&j, "function");
	respmember_write(&j, "name", choice.name);
	json_end(&j);
	json_end(&j);
	if (json_finish(&j) == -1)
		return respmember_no_room(c->f);
	set(c, "tool_choice", c->choice.d, c->choice.len);
	return 0;
}

static int
put_tools(struct ask *c)
{
	struct splice_walk w;
	struct json j;
	size_t n = 0;

	if (c->in.tools.n == 0)
		return 0;
	if (c->in.tools.s[0] != '[')
		return fault_set(c->f, EX_DATAERR,
		    "request: tools: want an array");
	json_begin(&j, &c->tools);
	json_array(&j, NULL);
	splice_begin(&w, c->in.tools);
	for (; splice_next(&w) == 1; n++)
		if (put_tool(&j, w.value, n, c->f) == -1)
			return -1;
	json_end(&j);
	if (json_finish(&j) == -1)
		return respmember_no_room(c->f);
	if (n == 0) /* many servers refuse an empty list, or a choice of it */
		return 0;
	set(c, "tools", c->tools.d, c->tools.len);
	return put_choice(c);
}

/* ---- the rest ---- */

static int
put_format(struct ask *c)
{
	struct typed format = { 0 };
	struct splice v;
	struct json j;

	if (!respmember_is(c->in.output_config, '{') ||
	    splice_find(c->in.output_config, "format", &v) != 1 ||
	    v.s[0] == 'n')
		v = c->in.output_format; /* as older SDKs have it */
	if (v.n == 0)
		return 0;
	if (respmember_read(typed_fields, &format, v) == -1 ||
	    !splice_eq(format.type, "json_schema"))
		return fault_set(c->f, EX_DATAERR,
		    "request: output_config.format: want a json_schema");
	json_begin(&j, &c->format);
	json_object(&j, NULL);
	json_str(&j, "type", "json_schema");
	json_object(&j, "json_schema");
	json_str(&j, "name", "answer");
	respmember_write(&j, "schema", format.schema);
	json_end(&j);
	json_end(&j);
	if (json_finish(&j) == -1)
		return respmember_no_room(c->f);
	set(c, "response_format", c->format.d, c->format.len);
	return 0;
}

/* Thinking of no given kind ("adaptive") is the model's to choose. */
static int
put_thinking(struct ask *c)
{
	struct typed thinking = { 0 };

	if (c->in.thinking.n == 0)
		return 0;
	if (respmember_read(typed_fields, &thinking, c->in.thinking) == -1)
		return fault_set(c->f, EX_DATAERR,
		    "request: thinking: want an object");
	if (splice_eq(thinking.type, "enabled"))
		set(c, "enable_thinking", "true", 4);
	else if (splice_eq(thinking.type, "disabled"))
		set(c, "enable_thinking", "false", 5);
	return 0;
}

static int
put_rest(struct ask *c)
{
	static const char usage[] = "{\"include_usage\":true}";
	struct splice stop = c->in.stop_sequences, stream = c->in.stream;
	int64_t n;

	if (c->in.max_tokens.n > 0 && splice_int(c->in.max_tokens, &n) == -1)
		return fault_set(c->f, EX_DATAERR,
		    "request: max_tokens: want a whole number");
	if (stop.n > 0 && stop.s[0] != '[')
		return fault_set(c->f, EX_DATAERR,
		    "request: stop_sequences: want an array");
	if (stop.n > 0)
		set(c, "stop", stop.s, stop.n);
	if (respmember_is(stream, 't'))
		set(c, "stream_options", usage, sizeof(usage) - 1);
	else if (stream.n > 0 && stream.s[0] != 'f')
		return fault_set(c->f, EX_DATAERR,
		    "request: stream: want true or false");
	return put_format(c) == -1 ? -1 : put_thinking(c);
}

static int
translate(struct ask *c)
{
	size_t i;

	if (msgturn_messages(&c->messages, c->in.system, c->in.messages,
		c->f) == -1)
		return -1;
	set(c, "messages", c->messages.d, c->messages.len);
	if (put_tools(c) == -1 || put_rest(c) == -1)
		return -1;
	/* of two edits of one name the first counts */
	for (i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		set(c, dropped[i], NULL, 0);
	return 0;
}

int
msgask_chat(struct buf *out, const char *text, size_t n, struct fault *f)
{
	struct ask c = { .f = f };
	struct splice v;
	char why[SPLICE_WRONG];
	size_t off;
	int r;

	if (splice_text(text, n, &v, &off) == -1)
		return fault_set(f, EX_DATAERR, "request: %s",
		    splice_wrong(why, text, n, off));
	if (respmember_read(asked_fields, &c.in, v) == -1)
		return fault_set(f, EX_DATAERR, "request: want an object");
	buf_init(&c.messages, REQUEST_MAX);
	buf_init(&c.tools, REQUEST_MAX);
	buf_init(&c.choice, REQUEST_MAX);
	buf_init(&c.format, REQUEST_MAX);
	if ((r = translate(&c)) == 0 &&
	    splice_edit(out, text, n, c.edit, c.nedits) == -1)
		r = respmember_no_room(f);
	buf_free(&c.messages);
	buf_free(&c.tools);
	buf_free(&c.choice);
	buf_free(&c.format);
	return r;
}
