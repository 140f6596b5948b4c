/*
 * What an answer says: one event of a stream, or a whole plain body, looked
 * at without building a tree; and, where a caller wants it assembled, the
 * text, the reasoning and the tool calls put together. OpenAI's chat and
 * text completions, with the service's reasoning_content and Ollama's
 * reasoning; of messages and responses only what is seen and counted. Pure.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct json;

struct answer_tool {
	int64_t index;
	struct buf id, type, name, arguments;
};

/* What answer_event() and answer_body() saw. */
enum {
	ANSWER_TEXT = 1, /* content or a tool call */
	ANSWER_REASONING = 2,
	ANSWER_FINISH = 4, /* a finish_reason */
	ANSWER_ERROR = 8,  /* a top-level error or errors */
	ANSWER_DONE = 16   /* data: [DONE], or what stands for it */
};

struct answer {
	/* always: */
	int seen;	 /* all flags so far */
	char finish[32]; /* finish_reason of choice 0, or ""; "length" if it
			    was cut, whatever that is called */
	int64_t prompt_tokens, completion_tokens; /* -1 */
	struct buf usage; /* the usage object as it came */
	/* only if assembling, of choice 0: */
	int keep;
	size_t left; /* bytes that may still be kept */
	struct buf model, id, content, reasoning;
	int64_t created;
	struct answer_tool *tools;
	size_t ntools;
};

/*
 * An empty answer; keep: assemble it too, the parts together being at most
 * max bytes.
 */
void answer_init(struct answer *a, int keep, size_t max);
void answer_free(struct answer *a);

/*
 * Takes the data of one event, or a whole body. Returns the flags of this
 * one, or -1 with errno: EINVAL (not a JSON object), EFBIG, ENOMEM.
 */
int answer_event(struct answer *a, const char *data, size_t n);
int answer_body(struct answer *a, const char *body, size_t n);

/*
 * Takes of a whole body, known to be JSON, only what it says of its usage: a
 * fraction of answer_body(). 0, or -1 with errno.
 */
int answer_counts(struct answer *a, const char *body, size_t n);

/*
 * Does an event of a chat stream surely only carry the text on: no end, no
 * usage, no error in it? For streams that are just relayed, since this costs
 * a fraction of answer_event().
 */
int answer_goes_on(const char *data, size_t n);

/* Writes the tool calls as the array that a message has. */
void answer_tools(const struct answer *a, struct json *j, const char *key);

/* Writes what a message says: role, content, tool_calls if there are any. */
void answer_said(const struct answer *a, struct json *j);

/* Writes finish_reason, tool_calls and reasoning: those that there are. */
void answer_rest(const struct answer *a, struct json *j);

/*
 * Appends the chat.completion object that a stream amounts to, for a caller
 * who did not ask for a stream. 0, or -1 with errno.
 */
int answer_completion(const struct answer *a, struct buf *out);

#endif
