/* The words of an answer, kept as they stand inside a JSON string. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

enum {
	BIG_PIECE = 16384
};

static size_t
count_images(struct span v)
{
	struct json_iter it;
	struct span type;
	size_t n = 0;

	if (!json_open(&it, v))
		return 0;
	type = it.object ? json_inside(json_get(v, "type")) : v;
	if (span_is(type, "image_url") || span_is(type, "image") ||
	    span_is(type, "input_image"))
		return 1;
	while (json_next(&it))
		if (!it.object || span_is(it.key, "content"))
			n += count_images(it.val);
	return n;
}

static void
add_text(struct buf *b, struct span content)
{
	struct json_iter it;

	if (content.n > 0 && content.p[0] == '"') {
		buf_span(b, json_inside(content));
		return;
	}
	if (json_open(&it, content) && !it.object)
		while (json_next(&it))
			buf_span(b, json_inside(json_get(it.val, "text")));
}

static void
echo(struct conn *c)
{
	struct buf *b = &c->ans.text;
	struct json_iter it;

	if (c->req.messages.n > 0 && c->req.messages.p[0] == '"') {
		buf_span(b, json_inside(c->req.messages));
		return;
	}
	if (!json_open(&it, c->req.messages))
		return;
	while (json_next(&it)) {
		if (!span_is(json_get(it.val, "role"), "\"user\""))
			continue;
		b->len = 0;
		add_text(b, json_get(it.val, "content"));
	}
}

static void
counted(struct buf *b, long n)
{
	long i;

	for (i = 1; i <= n; i++) {
		buf_str(b, i > 1 ? " word" : "word");
		buf_u64(b, (uint64_t)i);
	}
}

static void
hello(struct conn *c)
{
	struct buf *b = &c->ans.text;

	LIT(b, "Hello from ");
	buf_json(b, span_of(c->req.model));
	LIT(b, ".");
}

static bool
reasons_out(const struct conn *c)
{
	return c->req.think != 0 &&
	    (c->plan.max == 0 ||
		(c->req.max_tokens >= 0 && c->req.max_tokens <= c->plan.max));
}

static void
words(struct conn *c)
{
	struct buf *b = &c->ans.text;

	switch (c->plan.text) {
	case TX_REASONED_OUT:
		if (reasons_out(c)) {
			LIT(&c->ans.reason, "Let me think about this at");
			c->ans.finish = "length";
		} else
			hello(c);
		break;
	case TX_REASON:
		if (c->req.think != 0)
			LIT(&c->ans.reason, "Let me think.");
		hello(c);
		break;
	case TX_REASON_ONLY:
		LIT(&c->ans.reason, "Let me think.");
		break;
	case TX_TOOLS:
		c->ans.finish = "tool_calls";
		break;
	case TX_EMPTY:
		break;
	case TX_FILTER:
		LIT(b, "Hello");
		c->ans.finish = "content_filter";
		break;
	case TX_JSON:
		LIT(b, "{\\\"answer\\\":42}");
		break;
	case TX_FENCED:
		LIT(b, "```json\\n{\\\"answer\\\":42}\\n```");
		break;
	case TX_IMAGES:
		buf_u64(b, count_images(c->req.messages));
		LIT(b, " image parts");
		break;
	case TX_ECHO:
		echo(c);
		break;
	case TX_LONG:
		counted(b, c->plan.count);
		break;
	case TX_BIG:
	case TX_GIANT:
		buf_fill(b, 'x', (size_t)c->plan.count);
		break;
	case TX_BOMB:
		buf_fill(b, '0', (size_t)c->plan.count);
		break;
	case TX_UNICODE:
		LIT(b,
		    "\xe4\xbd\xa0\xe5\xa5\xbd \xe4\xb8\x96\xe7\x95\x8c "
		    "\xf0\x9f\x98\x80 \\ud83d\\ude00 \xc3\xa9");
		break;
	case TX_ESCAPES:
		LIT(b,
		    "quote \\\" back\\\\slash \\/ tab\\t line\\n "
		    "nul\\u0000 bell\\u0007 esc\\u001b[31m del\x7f");
		break;
	case TX_BADUTF8:
		LIT(b, "bad \xff\xfe\xc3( end");
		break;
	case TX_SURROGATE:
		LIT(b, "lone \\ud800 end");
		break;
	case TX_ENDLESS:
		LIT(b, " again");
		break;
	case TX_HELLO:
		hello(c);
	}
}

struct span
content_piece(const struct conn *c, const struct buf *text, size_t off)
{
	const char *p = text->p + off, *sp;
	size_t n = text->len - off;

	if (n < 2 || c->plan.text == TX_GIANT)
		return (struct span){ p, n };
	if (c->plan.text == TX_BIG || c->plan.text == TX_BOMB)
		return (struct span){ p, n < BIG_PIECE ? n : BIG_PIECE };
	if ((sp = memchr(p + 1, ' ', n - 1)) != NULL)
		return (struct span){ p, (size_t)(sp - p) };
	return (struct span){ p, p[n - 1] == '.' ? n - 1 : n };
}

/* Counts the deltas, and stops at max_tokens. */
static void
count(struct conn *c)
{
	struct answer *a = &c->ans;
	size_t off;

	a->prompt_tokens = c->req.messages.n / 4;
	a->tokens = a->reason.len / 4;
	if (c->plan.text == TX_TOOLS)
		a->tokens += 12 * (uint64_t)c->plan.count;
	if (c->plan.text == TX_BIG || c->plan.text == TX_GIANT ||
	    c->plan.text == TX_BOMB) {
		a->tokens += a->text.len / 4;
		return;
	}
	for (off = 0; off < a->text.len; a->tokens++) {
		if (c->req.max_tokens >= 0 &&
		    a->tokens >= (uint64_t)c->req.max_tokens) {
			a->text.len = off;
			a->finish = "length";
			break;
		}
		off += content_piece(c, &a->text, off).n;
	}
}

void
content_make(struct conn *c)
{
	c->ans.finish = "stop";
	if (!ollama_text(c))
		words(c);
	count(c);
}

void
content_hollow(struct conn *c)
{
	LIT(answer_body(c, 200, "application/json"),
	    "{\"id\":\"\",\"object\":\"\",\"created\":0,\"model\":\"\","
	    "\"choices\":null,\"usage\":{\"prompt_tokens\":0,"
	    "\"completion_tokens\":0,\"total_tokens\":0}}");
}
