/* What surrounds the messages: tools, the format, limits, and refusals. */
#include <stdint.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "json.h"
#include "request.h"
#include "respask.h"
#include "respinput.h"
#include "respmember.h"
#include "splice.h"

struct ask {
	struct fault *f;
	struct splice in;
	struct buf messages, tools, choice, format;
	struct splice_edit edit[SPLICE_EDITS];
	size_t nedits;
};

/* What a client may say, but only to say no. */
static const struct {
	const char *name, *why;
} refused[] = {
	{ "previous_response_id",
	    "responses are not kept here; send the whole conversation as "
	    "input" },
	{ "conversation",
	    "conversations are not kept here; send the whole of it as input" },
	{ "prompt", "prompts are not kept here; send instructions and input" },
	{ "background", "nothing is answered later; ask for a stream" },
};

/*
 * What concerns the keeping of responses, accounts, and extras of the answer;
 * and members of chat completions that are ours to set.
 */
static const char *const dropped[] = { "context_management", "include",
	"max_tool_calls", "metadata", "prompt_cache_key",
	"prompt_cache_retention", "safety_identifier", "service_tier", "store",
	"top_logprobs", "truncation", "input", "instructions",
	"max_output_tokens", "reasoning", "stream_options", "text", "n" };

static void
set(struct ask *c, const char *name, const char *value, size_t n)
{
	c->edit[c->nedits++] = (struct splice_edit){ name, value, n };
}

/* ---- tools ---- */

static int
put_tool(struct json *j, struct splice tool, size_t i, struct fault *f)
{
	struct splice v = { "", 0 };

	if (tool.s[0] != '{' || splice_find(tool, "type", &v) != 1)
		return fault_set(f, EX_DATAERR,
		    "request: tools[%zu]: want an object with a type", i);
	if (!splice_eq(v, "function"))
		return fault_set(f, EX_DATAERR,
		    "request: tools[%zu]: there is no tool %.*s for this "
		    "model, only functions of yours",
		    i, respmember_shown(v), v.s);
	if (splice_find(tool, "name", &v) != 1 || v.s[0] != '"')
		return fault_set(f, EX_DATAERR,
		    "request: tools[%zu].name: want a string", i);
	json_object(j, NULL);
	json_str(j, "type", "function");
	json_object(j, "function");
	json_raw(j, "name", v.s, v.n);
	respmember_copy(j, tool, "description");
	respmember_copy(j, tool, "parameters");
	respmember_copy(j, tool, "strict");
	json_end(j);
	json_end(j);
	return 0;
}

/* Of an object; a word is the same in both APIs and stays. */
static int
put_choice(struct ask *c, struct splice choice)
{
	struct splice v;
	struct json j;

	if (choice.s[0] == '"')
		return 0;
	if (choice.s[0] != '{' || splice_find(choice, "type", &v) != 1 ||
	    !splice_eq(v, "function") || splice_find(choice, "name", &v) != 1 ||
	    v.s[0] != '"')
		return fault_set(c->f, EX_DATAERR,
		    "request: tool_choice: want none, auto, required, or a "
		    "function with its name");
	json_begin(&j, &c->choice);
	json_object(&j, NULL);
	json_str(&j, "type", "function");
	json_object(&j, "function");
	json_raw(&j, "name", v.s, v.n);
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
	struct splice v;
	struct json j;
	size_t n;

	if (respmember_given(c->in, "tools", &v) && v.s[0] != '[')
		return fault_set(c->f, EX_DATAERR,
		    "request: tools: want an array");
	json_begin(&j, &c->tools);
	json_array(&j, NULL);
	n = 0;
	if (respmember_given(c->in, "tools", &v)) {
		splice_begin(&w, v);
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
	if (respmember_given(c->in, "tool_choice", &v))
		return put_choice(c, v);
	set(c, "tool_choice", NULL, 0);
	return 0;
}

/* ---- the rest ---- */

static int
put_format(struct ask *c)
{
	struct splice format, v;
	struct json j;

	if (!respmember_given(c->in, "text", &v) || v.s[0] != '{' ||
	    !respmember_given(v, "format", &format))
		return 0;
	if (format.s[0] != '{' || splice_find(format, "type", &v) != 1)
		return fault_set(c->f, EX_DATAERR,
		    "request: text.format: want an object with a type");
	if (splice_eq(v, "text"))
		return 0;
	if (!splice_eq(v, "json_schema") && !splice_eq(v, "json_object"))
		return fault_set(c->f, EX_DATAERR,
		    "request: text.format.type: want text, json_object or "
		    "json_schema");
	json_begin(&j, &c->format);
	json_object(&j, NULL);
	json_raw(&j, "type", v.s, v.n);
	if (splice_eq(v, "json_schema")) {
		json_object(&j, "json_schema");
		respmember_copy(&j, format, "name");
		respmember_copy(&j, format, "description");
		respmember_copy(&j, format, "schema");
		respmember_copy(&j, format, "strict");
		json_end(&j);
	}
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
	struct splice reasoning, v;

	if (!respmember_given(c->in, "reasoning", &reasoning))
		return 0;
	if (reasoning.s[0] != '{')
		return fault_set(c->f, EX_DATAERR,
		    "request: reasoning: want an object");
	if (!respmember_given(reasoning, "effort", &v))
		return 0;
	if (v.s[0] != '"')
		return fault_set(c->f, EX_DATAERR,
		    "request: reasoning.effort: want a string");
	if (!splice_eq(v, "none"))
		set(c, "reasoning_effort", v.s, v.n);
	else if (splice_find(c->in, "enable_thinking", &v) != 1)
		set(c, "enable_thinking", "false", 5);
	return 0;
}

static int
put_rest(struct ask *c)
{
	static const char usage[] = "{\"include_usage\":true}";
	struct splice v;
	int64_t limit;

	if (respmember_given(c->in, "max_output_tokens", &v)) {
		if (splice_int(v, &limit) == -1)
			return fault_set(c->f, EX_DATAERR,
			    "request: max_output_tokens: want a whole number");
		set(c, "max_tokens", v.s, v.n);
	}
	if (!respmember_given(c->in, "stream", &v))
		set(c, "stream", NULL, 0);
	else if (v.s[0] == 't')
		set(c, "stream_options", usage, sizeof(usage) - 1);
	else if (v.s[0] != 'f')
		return fault_set(c->f, EX_DATAERR,
		    "request: stream: want true or false");
	return put_format(c) == -1 ? -1 : put_effort(c);
}

static int
check_refused(struct ask *c)
{
	struct splice v;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (respmember_given(c->in, refused[i].name, &v) &&
		    v.s[0] != 'f')
			return fault_set(c->f, EX_DATAERR, "request: %s: %s",
			    refused[i].name, refused[i].why);
		set(c, refused[i].name, NULL, 0);
	}
	return 0;
}

static int
translate(struct ask *c)
{
	size_t i;

	if (check_refused(c) == -1 ||
	    respinput_messages(&c->messages, c->in, c->f) == -1)
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
	size_t off;
	int r;

	if (splice_text(text, n, &c.in, &off) == -1)
		return fault_set(f, EX_DATAERR, "request: not JSON at byte %zu",
		    off + 1);
	if (c.in.s[0] != '{')
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
