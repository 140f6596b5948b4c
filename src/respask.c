/* What surrounds the messages: tools, the format, limits, and refusals. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "field.h"
#include "json.h"
#include "request.h"
#include "respask.h"
#include "respinput.h"
#include "respmember.h"
#include "splice.h"

struct asked {
	struct splice background, conversation, enable_thinking, input;
	struct splice instructions, max_output_tokens, previous_response_id;
	struct splice prompt, reasoning, stream, text, tool_choice, tools;
};

static const struct field asked_fields[] = {
	RESPMEMBER(asked, background),
	RESPMEMBER(asked, conversation),
	RESPMEMBER(asked, enable_thinking),
	RESPMEMBER(asked, input),
	RESPMEMBER(asked, instructions),
	RESPMEMBER(asked, max_output_tokens),
	RESPMEMBER(asked, previous_response_id),
	RESPMEMBER(asked, prompt),
	RESPMEMBER(asked, reasoning),
	RESPMEMBER(asked, stream),
	RESPMEMBER(asked, text),
	RESPMEMBER(asked, tool_choice),
	RESPMEMBER(asked, tools),
	FIELD_END,
};

/* A tool, a choice of one, a format: named things of some type. */
struct named {
	struct splice type, name, description, parameters, schema, strict;
};

static const struct field named_fields[] = {
	RESPMEMBER(named, type),
	RESPMEMBER(named, name),
	RESPMEMBER(named, description),
	RESPMEMBER(named, parameters),
	RESPMEMBER(named, schema),
	RESPMEMBER(named, strict),
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
 * What was translated; what concerns the keeping of responses, accounts, and
 * extras of the answer; and members of chat completions that are ours to set.
 */
static const char *const dropped[] = { "background", "context_management",
	"conversation", "include", "input", "instructions", "max_output_tokens",
	"max_tool_calls", "metadata", "n", "previous_response_id", "prompt",
	"prompt_cache_key", "prompt_cache_retention", "reasoning",
	"safety_identifier", "service_tier", "store", "stream_options", "text",
	"top_logprobs", "truncation" };

static void
set(struct ask *c, const char *name, const char *value, size_t n)
{
	c->edit[c->nedits++] = (struct splice_edit){ name, value, n };
}

/* ---- tools ---- */

static int
put_tool(struct json *j, struct splice v, size_t i, struct fault *f)
{
	struct named tool = { 0 };

	if (respmember_read(named_fields, &tool, v) == -1 || tool.type.n == 0)
		return fault_set(f, EX_DATAERR,
		    "request: tools[%zu]: want an object with a type", i);
	if (!splice_eq(tool.type, "function"))
		return fault_set(f, EX_DATAERR,
		    "request: tools[%zu]: there is no tool %.*s for this "
		    "model, only functions of yours",
		    i, respmember_shown(tool.type), tool.type.s);
	if (!respmember_is(tool.name, '"'))
		return fault_set(f, EX_DATAERR,
		    "request: tools[%zu].name: want a string", i);
	json_object(j, NULL);
	json_str(j, "type", "function");
	json_object(j, "function");
	respmember_write(j, "name", tool.name);
	respmember_write(j, "description", tool.description);
	respmember_write(j, "parameters", tool.parameters);
	respmember_write(j, "strict", tool.strict);
	json_end(j);
	json_end(j);
	return 0;
}

/* A word is the same in both APIs and stays. */
static int
put_choice(struct ask *c, struct splice v)
{
	struct named choice = { 0 };
	struct json j;

	if (v.n == 0)
		set(c, "tool_choice", NULL, 0);
	if (v.n == 0 || v.s[0] == '"')
		return 0;
	if (respmember_read(named_fields, &choice, v) == -1 ||
	    !splice_eq(choice.type, "function") ||
	    !respmember_is(choice.name, '"'))
		return fault_set(c->f, EX_DATAERR,
		    "request: tool_choice: want none, auto, required, or a "
		    "function with its name");
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

	json_begin(&j, &c->tools);
	json_array(&j, NULL);
	if (c->in.tools.n > 0) {
		if (c->in.tools.s[0] != '[')
			return fault_set(c->f, EX_DATAERR,
			    "request: tools: want an array");
		splice_begin(&w, c->in.tools);
		for (; splice_next(&w) == 1; n++)
			if (put_tool(&j, w.value, n, c->f) == -1)
				return -1;
	}
	json_end(&j);
	if (json_finish(&j) == -1)
		return respmember_no_room(c->f);
	if (n == 0) { /* many servers refuse the one without the other */
		set(c, "tools", NULL, 0);
		set(c, "tool_choice", NULL, 0);
		set(c, "parallel_tool_calls", NULL, 0);
		return 0;
	}
	set(c, "tools", c->tools.d, c->tools.len);
	return put_choice(c, c->in.tool_choice);
}

/* ---- the rest ---- */

static int
put_format(struct ask *c)
{
	struct named format = { 0 };
	struct splice v;
	struct json j;

	if (!respmember_is(c->in.text, '{') ||
	    splice_find(c->in.text, "format", &v) != 1 || v.s[0] == 'n')
		return 0;
	if (respmember_read(named_fields, &format, v) == -1 ||
	    format.type.n == 0)
		return fault_set(c->f, EX_DATAERR,
		    "request: text.format: want an object with a type");
	if (splice_eq(format.type, "text"))
		return 0;
	json_begin(&j, &c->format);
	json_object(&j, NULL);
	json_raw(&j, "type", format.type.s, format.type.n);
	if (splice_eq(format.type, "json_schema")) {
		json_object(&j, "json_schema");
		respmember_write(&j, "name", format.name);
		respmember_write(&j, "description", format.description);
		respmember_write(&j, "schema", format.schema);
		respmember_write(&j, "strict", format.strict);
		json_end(&j);
	} else if (!splice_eq(format.type, "json_object"))
		return fault_set(c->f, EX_DATAERR,
		    "request: text.format.type: want text, json_object or "
		    "json_schema");
	json_end(&j);
	if (json_finish(&j) == -1)
		return respmember_no_room(c->f);
	set(c, "response_format", c->format.d, c->format.len);
	return 0;
}

/* No effort is none of this service's words, but its enable_thinking is. */
static int
put_effort(struct ask *c)
{
	struct splice v;

	if (c->in.reasoning.n == 0)
		return 0;
	if (c->in.reasoning.s[0] != '{')
		return fault_set(c->f, EX_DATAERR,
		    "request: reasoning: want an object");
	if (splice_find(c->in.reasoning, "effort", &v) != 1 || v.s[0] == 'n')
		return 0;
	if (v.s[0] != '"')
		return fault_set(c->f, EX_DATAERR,
		    "request: reasoning.effort: want a string");
	if (!splice_eq(v, "none"))
		set(c, "reasoning_effort", v.s, v.n);
	else if (c->in.enable_thinking.n == 0)
		set(c, "enable_thinking", "false", 5);
	return 0;
}

static int
put_rest(struct ask *c)
{
	static const char usage[] = "{\"include_usage\":true}";
	struct splice limit = c->in.max_output_tokens, stream = c->in.stream;
	int64_t n;

	if (limit.n > 0) {
		if (splice_int(limit, &n) == -1)
			return fault_set(c->f, EX_DATAERR,
			    "request: max_output_tokens: want a whole number");
		set(c, "max_tokens", limit.s, limit.n);
	}
	if (stream.n == 0)
		set(c, "stream", NULL, 0);
	else if (stream.s[0] == 't')
		set(c, "stream_options", usage, sizeof(usage) - 1);
	else if (stream.s[0] != 'f')
		return fault_set(c->f, EX_DATAERR,
		    "request: stream: want true or false");
	return put_format(c) == -1 ? -1 : put_effort(c);
}

/* What a client may say, but only to say no. */
static int
check_refused(const struct ask *c)
{
	const struct {
		const char *name;
		struct splice v;
		const char *why;
	} refused[] = {
		{ "previous_response_id", c->in.previous_response_id,
		    "responses are not kept here; send the whole conversation "
		    "as input" },
		{ "conversation", c->in.conversation,
		    "conversations are not kept here; send the whole of it as "
		    "input" },
		{ "prompt", c->in.prompt,
		    "prompts are not kept here; send instructions and input" },
		{ "background", c->in.background,
		    "nothing is answered later; ask for a stream" },
	};
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (refused[i].v.n > 0 && refused[i].v.s[0] != 'f')
			return fault_set(c->f, EX_DATAERR, "request: %s: %s",
			    refused[i].name, refused[i].why);
	return 0;
}

static int
translate(struct ask *c)
{
	size_t i;

	if (check_refused(c) == -1 ||
	    respinput_messages(&c->messages, c->in.instructions, c->in.input,
		c->f) == -1)
		return -1;
	set(c, "messages", c->messages.d, c->messages.len);
	if (put_tools(c) == -1 || put_rest(c) == -1)
		return -1;
	for (i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		set(c, dropped[i], NULL, 0);
	return 0;
}

int
respask_chat(struct buf *out, const char *text, size_t n, struct fault *f)
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
