/* The shapes of OpenAI's chat completions and completions. */
#include "sim.h"

static struct buf scratch; /* the payload of the event being made */

static void
quoted(struct buf *b, const char *s)
{
	LIT(b, "\"");
	buf_json(b, span_of(s));
	LIT(b, "\"");
}

void
chat_usage(struct conn *c, struct buf *b)
{
	LIT(b, "{\"prompt_tokens\":");
	buf_u64(b, c->ans.prompt_tokens);
	LIT(b, ",\"completion_tokens\":");
	buf_u64(b, c->ans.tokens);
	LIT(b, ",\"total_tokens\":");
	buf_u64(b, c->ans.prompt_tokens + c->ans.tokens);
	LIT(b, "}");
}

/* The members before "choices", without the closing brace. */
static void
opening(struct conn *c, struct buf *b, const char *id, const char *object)
{
	LIT(b, "{\"id\":");
	if (plan_has(&c->plan, F_ID_NULL))
		LIT(b, "null");
	else
		quoted(b, id);
	LIT(b, ",\"object\":");
	quoted(b, object);
	LIT(b, ",\"created\":1790000000,\"model\":");
	quoted(b,
	    plan_has(&c->plan, F_OTHER_MODEL) ? "Other/Model" : c->req.model);
}

static void
odd_members(struct conn *c, struct buf *b)
{
	if (plan_has(&c->plan, F_EXTRA))
		LIT(b,
		    ",\"x_int\":9223372036854775807,\"x_float\":1.0,"
		    "\"x_exp\":1e400,\"x_dup\":1,\"x_dup\":2,"
		    "\"x_object\":{\"z\":[1,{\"a\":null}],\"b\":true},"
		    "\"x_text\":\"\\u00e9\\/\"");
	if (c->plan.deep > 0) {
		LIT(b, ",\"x_deep\":");
		buf_fill(b, '[', (size_t)c->plan.deep);
		buf_fill(b, ']', (size_t)c->plan.deep);
	}
}

static void
content(struct conn *c, struct buf *b, struct span text)
{
	if (plan_has(&c->plan, F_CONTENT_ARRAY)) {
		LIT(b, "[{\"type\":\"text\",\"text\":\"");
		buf_span(b, text);
		LIT(b, "\"}]");
		return;
	}
	LIT(b, "\"");
	buf_span(b, text);
	LIT(b, "\"");
}

static void
tool_calls(struct conn *c, struct buf *b)
{
	long i;

	LIT(b, ",\"tool_calls\":[");
	for (i = 0; i < c->plan.count; i++) {
		buf_str(b, i > 0 ? ",{\"id\":\"call_" : "{\"id\":\"call_");
		buf_u64(b, (uint64_t)i);
		LIT(b,
		    "\",\"type\":\"function\",\"function\":{\"name\":"
		    "\"get_weather\",\"arguments\":"
		    "\"{\\\"city\\\":\\\"Paris\\\"}\"}}");
	}
	LIT(b, "]");
}

static void
choice(struct conn *c, struct buf *b, int index)
{
	struct answer *a = &c->ans;

	LIT(b, "{\"index\":");
	buf_u64(b, (uint64_t)index);
	LIT(b, ",\"message\":{\"role\":\"assistant\",\"content\":");
	if (c->plan.text == TX_TOOLS ||
	    (c->plan.text == TX_REASONED_OUT && a->text.len == 0))
		LIT(b, "null");
	else
		content(c, b, (struct span){ a->text.p, a->text.len });
	if (a->reason.len > 0) {
		LIT(b, ",\"reasoning_content\":\"");
		buf_add(b, a->reason.p, a->reason.len);
		LIT(b, "\"");
	}
	if (c->plan.text == TX_TOOLS)
		tool_calls(c, b);
	LIT(b, "},\"finish_reason\":");
	quoted(b, a->finish);
	LIT(b, "}");
}

static void
chat_plain(struct conn *c, struct buf *b)
{
	opening(c, b, "chatcmpl-sim", "chat.completion");
	LIT(b, ",\"choices\":[");
	choice(c, b, 0);
	if (plan_has(&c->plan, F_TWO_CHOICES)) {
		LIT(b, ",");
		choice(c, b, 1);
	}
	LIT(b, "]");
	if (!plan_has(&c->plan, F_NO_USAGE)) {
		LIT(b, ",\"usage\":");
		chat_usage(c, b);
	}
	odd_members(c, b);
	LIT(b, "}");
}

/* A call comes in three deltas: its name, and its arguments in two parts. */
static void
tool_delta(struct conn *c, struct buf *b)
{
	unsigned call = c->ans.tool / 3, part = c->ans.tool % 3;

	LIT(b, "{\"content\":null,\"tool_calls\":[{\"index\":");
	buf_u64(b, call);
	if (part == 0) {
		LIT(b, ",\"id\":\"call_");
		buf_u64(b, call);
		LIT(b,
		    "\",\"type\":\"function\",\"function\":{\"name\":"
		    "\"get_weather\",\"arguments\":\"\"}}]}");
	} else if (part == 1)
		LIT(b, ",\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]}");
	else
		LIT(b, ",\"function\":{\"arguments\":\"\\\"Paris\\\"}\"}}]}");
}

static void
chat_delta(struct conn *c, struct buf *b, enum phase phase, struct span piece)
{
	switch (phase) {
	case PH_START:
		LIT(b,
		    "{\"role\":\"assistant\",\"content\":\"\","
		    "\"reasoning_content\":\"\"}");
		break;
	case PH_REASON:
		LIT(b, "{\"content\":\"\",\"reasoning_content\":\"");
		buf_span(b, piece);
		LIT(b, "\"}");
		break;
	case PH_TOOL:
		tool_delta(c, b);
		break;
	default:
		LIT(b, "{\"content\":");
		content(c, b, piece);
		LIT(b, ",\"reasoning_content\":\"\"}");
	}
}

/* The closing members of a chunk, after "choices". */
static void
chunk_end(struct conn *c, struct buf *b, enum phase phase)
{
	if (phase == PH_USAGE || plan_has(&c->plan, F_USAGE_MID)) {
		LIT(b, ",\"usage\":");
		chat_usage(c, b);
	} else if (c->req.usage && !plan_has(&c->plan, F_NO_USAGE))
		LIT(b, ",\"usage\":null");
	if (phase == PH_START)
		odd_members(c, b);
	LIT(b, "}");
}

static void
chat_choice(struct conn *c, struct buf *b, int index, enum phase phase,
    struct span piece)
{
	LIT(b, "{\"index\":");
	buf_u64(b, (uint64_t)index);
	LIT(b, ",\"delta\":");
	chat_delta(c, b, phase, piece);
	LIT(b, ",\"finish_reason\":");
	if (phase == PH_FINISH)
		quoted(b, c->ans.finish);
	else
		LIT(b, "null");
	LIT(b, "}");
}

static void
chat_event(struct conn *c, struct buf *out, enum phase phase, struct span piece)
{
	struct buf *b = &scratch, *prefix = &c->ans.prefix;

	if (phase == PH_DONE) {
		answer_sse(c, out, NULL, SPAN("[DONE]"));
		return;
	}
	if (prefix->len == 0) {
		opening(c, prefix, "chatcmpl-sim", "chat.completion.chunk");
		LIT(prefix, ",\"choices\":[");
	}
	buf_clear(b);
	buf_add(b, prefix->p, prefix->len);
	if (phase != PH_USAGE) {
		chat_choice(c, b, 0, phase, piece);
		if (plan_has(&c->plan, F_TWO_CHOICES)) {
			LIT(b, ",");
			chat_choice(c, b, 1, phase, piece);
		}
	}
	LIT(b, "]");
	chunk_end(c, b, phase);
	answer_sse(c, out, NULL, (struct span){ b->p, b->len });
}

const struct proto chat_proto = { chat_plain, chat_event, "text/event-stream" };

static void
completions_choice(struct conn *c, struct buf *b, struct span text,
    bool finished)
{
	LIT(b, ",\"choices\":[{\"index\":0,\"text\":\"");
	buf_span(b, text);
	LIT(b, "\",\"logprobs\":null,\"finish_reason\":");
	if (finished)
		quoted(b, c->ans.finish);
	else
		LIT(b, "null");
	LIT(b, "}]");
}

static void
completions_plain(struct conn *c, struct buf *b)
{
	opening(c, b, "cmpl-sim", "text_completion");
	completions_choice(c, b,
	    (struct span){ c->ans.text.p, c->ans.text.len }, true);
	LIT(b, ",\"usage\":");
	chat_usage(c, b);
	odd_members(c, b);
	LIT(b, "}");
}

static void
completions_event(struct conn *c, struct buf *out, enum phase phase,
    struct span piece)
{
	struct buf *b = &scratch;

	if (phase == PH_DONE) {
		answer_sse(c, out, NULL, SPAN("[DONE]"));
		return;
	}
	if (phase == PH_START || phase == PH_REASON || phase == PH_TOOL)
		return;
	buf_clear(b);
	opening(c, b, "cmpl-sim", "text_completion");
	if (phase == PH_USAGE)
		LIT(b, ",\"choices\":[]");
	else
		completions_choice(c, b, piece, phase == PH_FINISH);
	chunk_end(c, b, phase);
	answer_sse(c, out, NULL, (struct span){ b->p, b->len });
}

const struct proto completions_proto = { completions_plain, completions_event,
	"text/event-stream" };
