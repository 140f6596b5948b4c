/* Is there an answer in a success? */
#include <string.h>

#include "field.h"
#include "hollow.h"
#include "splice.h"

/* What was seen in an answer. */
enum {
	SEEN_CONTENT = 1, /* text, tool calls, data */
	SEEN_REASONING = 2,
	SEEN_LENGTH = 4, /* it stopped at max_tokens */
	SEEN_BLANK = 8,	 /* text that is there but empty */
	SEEN_END = 16	 /* it says why it stopped */
};

#define RAW(structure, member, text) \
	FIELD(structure, member, text, .kind = FIELD_RAW)

struct hollow_body {
	struct splice choices, content, output, usage, end, status;
	struct splice error, errors;
};

static const struct field hollow_body[] = {
	RAW(hollow_body, choices, "choices"),
	RAW(hollow_body, content, "content"),
	RAW(hollow_body, output, "output"),
	RAW(hollow_body, usage, "usage"),
	RAW(hollow_body, end, "stop_reason"),
	RAW(hollow_body, status, "status"),
	RAW(hollow_body, error, "error"),
	RAW(hollow_body, errors, "errors"),
	FIELD_END,
};

struct hollow_choice {
	struct splice message, text, end;
};

static const struct field hollow_choice[] = {
	RAW(hollow_choice, message, "message"),
	RAW(hollow_choice, message, "delta"),
	RAW(hollow_choice, text, "text"),
	RAW(hollow_choice, end, "finish_reason"),
	FIELD_END,
};

struct hollow_message {
	struct splice content, tools, call, refusal, audio;
	struct splice reasoning, thought;
};

static const struct field hollow_message[] = {
	RAW(hollow_message, content, "content"),
	RAW(hollow_message, tools, "tool_calls"),
	RAW(hollow_message, call, "function_call"),
	RAW(hollow_message, refusal, "refusal"),
	RAW(hollow_message, audio, "audio"),
	RAW(hollow_message, reasoning, "reasoning_content"),
	RAW(hollow_message, thought, "reasoning"),
	FIELD_END,
};

struct hollow_part {
	struct splice type, text, content;
};

static const struct field hollow_part[] = {
	RAW(hollow_part, type, "type"),
	RAW(hollow_part, text, "text"),
	RAW(hollow_part, content, "content"),
	FIELD_END,
};

struct hollow_usage {
	struct splice completion, output;
};

static const struct field hollow_usage[] = {
	RAW(hollow_usage, completion, "completion_tokens"),
	RAW(hollow_usage, output, "output_tokens"),
	FIELD_END,
};

int
hollow_blank(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r' && s[i] != '\n')
			return 0;
	return 1;
}

char
hollow_kind(struct splice v)
{
	if (v.n == 0 || *v.s == 'n' || *v.s == 'f' ||
	    (v.n == 1 && *v.s == '0') || (v.n == 2 && *v.s == '"'))
		return 0;
	if ((*v.s == '[' || *v.s == '{') && hollow_blank(v.s + 1, v.n - 2))
		return 0;
	return *v.s;
}

/* Content parts: of a message, of Anthropic's or of a response's output. */
static int
hollow_parts(struct splice v, int depth)
{
	struct hollow_part part;
	struct splice_walk w;
	int seen = 0;

	splice_begin(&w, v);
	while (splice_next(&w) == 1) {
		memset(&part, 0, sizeof(part));
		(void)field_read(hollow_part, &part, w.value, NULL);
		if (splice_eq(part.type, "reasoning") ||
		    splice_eq(part.type, "thinking") ||
		    splice_eq(part.type, "redacted_thinking"))
			seen |= SEEN_REASONING;
		else if (hollow_kind(part.content) == '[' && depth > 0)
			seen |= hollow_parts(part.content, depth - 1);
		else if (hollow_kind(part.text) != 0 ||
		    (part.text.n == 0 && part.content.n == 0))
			seen |= SEEN_CONTENT;
		else
			seen |= SEEN_BLANK;
	}
	return seen;
}

/* A value that is content: a string, parts, or an object of its own. */
static int
hollow_content(struct splice v)
{
	switch (hollow_kind(v)) {
	case 0:
		return v.n > 0 && *v.s == '"' ? SEEN_BLANK : 0;
	case '[':
		return hollow_parts(v, 1);
	default:
		return SEEN_CONTENT;
	}
}

/* One of choices: of a chat (message, delta) or of a completion (text). */
static int
hollow_look(struct splice v)
{
	struct hollow_choice c = { 0 };
	struct hollow_message m = { 0 };
	int seen;

	(void)field_read(hollow_choice, &c, v, NULL);
	(void)field_read(hollow_message, &m, c.message, NULL);
	seen = hollow_content(c.text) | hollow_content(m.content);
	if (hollow_kind(m.tools) != 0 || hollow_kind(m.call) != 0 ||
	    hollow_kind(m.refusal) != 0 || hollow_kind(m.audio) != 0 ||
	    splice_eq(c.end, "content_filter"))
		seen |= SEEN_CONTENT;
	if (hollow_kind(m.reasoning) != 0 || hollow_kind(m.thought) != 0)
		seen |= SEEN_REASONING;
	if (splice_eq(c.end, "length"))
		seen |= SEEN_LENGTH;
	else if (hollow_kind(c.end) != 0)
		seen |= SEEN_END;
	return seen;
}

/* Members that are an answer by being there. */
static int
hollow_other(struct splice body)
{
	static const char *const names[] = {
		"data",
		"task_id",
		"task_status",
		"output_images",
		"images",
		"results",
		"input_tokens",
		"text",
	};
	struct splice v;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (splice_find(body, names[i], &v) == 1 && hollow_kind(v) != 0)
			return SEEN_CONTENT;
	return 0;
}

enum hollow
hollow_judge(struct splice body)
{
	struct hollow_body b = { 0 };
	struct hollow_usage u = { 0 };
	struct splice_walk w;
	int seen;

	(void)field_read(hollow_body, &b, body, NULL);
	if (hollow_kind(b.error) != 0 || hollow_kind(b.errors) != 0)
		return HOLLOW_YES;
	seen = hollow_content(b.content) | hollow_content(b.output);
	if (hollow_kind(b.choices) == '[') {
		splice_begin(&w, b.choices);
		while (splice_next(&w) == 1)
			seen |= hollow_look(w.value);
	}
	if (splice_eq(b.end, "max_tokens") || splice_eq(b.status, "incomplete"))
		seen |= SEEN_LENGTH;
	else if (hollow_kind(b.end) != 0 || splice_eq(b.status, "completed"))
		seen |= SEEN_END;
	if (seen & SEEN_CONTENT || hollow_other(body))
		return HOLLOW_NO;
	if (seen & SEEN_LENGTH)
		return HOLLOW_REASONED;
	/* It came to its end, and had nothing to say. */
	if (seen & SEEN_END && seen & SEEN_BLANK)
		return HOLLOW_NO;
	if (seen & SEEN_REASONING)
		return HOLLOW_REASONED;
	(void)field_read(hollow_usage, &u, b.usage, NULL);
	if (hollow_kind(u.completion) == 0 && hollow_kind(u.output) == 0)
		return seen & SEEN_END ? HOLLOW_NO : HOLLOW_YES;
	/* Tokens, but no text: said nothing, or thought without showing it. */
	return seen & SEEN_BLANK ? HOLLOW_NO : HOLLOW_REASONED;
}
