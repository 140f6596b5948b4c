/* The shape of Anthropic's messages. */
#include <string.h>

#include "sim.h"

static struct buf scratch;

static void
usage(struct conn *c, struct buf *b, uint64_t out)
{
	LIT(b, "\"usage\":{\"input_tokens\":");
	buf_u64(b, c->ans.prompt_tokens);
	LIT(b, ",\"output_tokens\":");
	buf_u64(b, out);
	LIT(b, "}");
}

static const char *
stop_reason(const struct conn *c)
{
	if (strcmp(c->ans.finish, "length") == 0)
		return "\"max_tokens\"";
	if (strcmp(c->ans.finish, "tool_calls") == 0)
		return "\"tool_use\"";
	if (strcmp(c->ans.finish, "content_filter") == 0)
		return "\"refusal\"";
	return "\"end_turn\"";
}

/* The message up to its content. */
static void
opening(struct conn *c, struct buf *b)
{
	LIT(b,
	    "{\"id\":\"msg_sim\",\"type\":\"message\",\"role\":"
	    "\"assistant\",\"model\":\"");
	buf_json(b, span_of(c->req.model));
	LIT(b, "\",\"content\":[");
}

static void
block(struct buf *b, const char *type, const char *member,
    const struct buf *text)
{
	LIT(b, "{\"type\":\"");
	buf_str(b, type);
	LIT(b, "\",\"");
	buf_str(b, member);
	LIT(b, "\":\"");
	buf_add(b, text->p, text->len);
	LIT(b, "\"}");
}

static void
plain(struct conn *c, struct buf *b)
{
	opening(c, b);
	if (c->ans.reason.len > 0) {
		block(b, "thinking", "thinking", &c->ans.reason);
		LIT(b, ",");
	}
	if (c->plan.text == TX_TOOLS)
		LIT(b,
		    "{\"type\":\"tool_use\",\"id\":\"call_0\",\"name\":"
		    "\"get_weather\",\"input\":{\"city\":\"Paris\"}}");
	else
		block(b, "text", "text", &c->ans.text);
	LIT(b, "],\"stop_reason\":");
	buf_str(b, stop_reason(c));
	LIT(b, ",\"stop_sequence\":null,");
	usage(c, b, c->ans.tokens);
	LIT(b, "}");
}

static void
send(struct conn *c, struct buf *out, const char *name)
{
	answer_sse(c, out, name, (struct span){ scratch.p, scratch.len });
	scratch.len = 0;
}

static void
block_start(struct conn *c, struct buf *out, unsigned index, const char *what)
{
	LIT(&scratch, "{\"type\":\"content_block_start\",\"index\":");
	buf_u64(&scratch, index);
	LIT(&scratch, ",\"content_block\":");
	buf_str(&scratch, what);
	LIT(&scratch, "}");
	send(c, out, "content_block_start");
}

static void
block_stop(struct conn *c, struct buf *out, unsigned index)
{
	LIT(&scratch, "{\"type\":\"content_block_stop\",\"index\":");
	buf_u64(&scratch, index);
	LIT(&scratch, "}");
	send(c, out, "content_block_stop");
}

static void
block_delta(struct conn *c, struct buf *out, unsigned index, const char *type,
    struct span text)
{
	const char *member = strcmp(type, "input_json") == 0 ? "partial_json" :
							       type;

	LIT(&scratch, "{\"type\":\"content_block_delta\",\"index\":");
	buf_u64(&scratch, index);
	LIT(&scratch, ",\"delta\":{\"type\":\"");
	buf_str(&scratch, type);
	LIT(&scratch, "_delta\",\"");
	buf_str(&scratch, member);
	LIT(&scratch, "\":\"");
	buf_span(&scratch, text);
	LIT(&scratch, "\"}}");
	send(c, out, "content_block_delta");
}

static void
start(struct conn *c, struct buf *out)
{
	LIT(&scratch, "{\"type\":\"message_start\",\"message\":");
	opening(c, &scratch);
	LIT(&scratch, "],\"stop_reason\":null,\"stop_sequence\":null,");
	usage(c, &scratch, 1);
	LIT(&scratch, "}}");
	send(c, out, "message_start");
	if (c->ans.reason.len > 0)
		block_start(c, out, 0,
		    "{\"type\":\"thinking\",\"thinking\":"
		    "\"\"}");
	else if (c->plan.text != TX_TOOLS)
		block_start(c, out, 0, "{\"type\":\"text\",\"text\":\"\"}");
}

static void
tool(struct conn *c, struct buf *out)
{
	unsigned call = c->ans.tool / 3, part = c->ans.tool % 3;

	if (part == 0)
		block_start(c, out, call,
		    "{\"type\":\"tool_use\",\"id\":"
		    "\"call_0\",\"name\":\"get_weather\",\"input\":{}}");
	else if (part == 1)
		block_delta(c, out, call, "input_json", SPAN("{\\\"city\\\":"));
	else {
		block_delta(c, out, call, "input_json", SPAN("\\\"Paris\\\"}"));
		block_stop(c, out, call);
	}
}

/* The text follows a thinking block, which ends with the first of it. */
static void
text(struct conn *c, struct buf *out, struct span piece)
{
	unsigned index = c->ans.reason.len > 0;

	if (index == 1 && c->ans.off == 0) {
		block_stop(c, out, 0);
		block_start(c, out, 1, "{\"type\":\"text\",\"text\":\"\"}");
	}
	block_delta(c, out, index, "text", piece);
}

static void
finish(struct conn *c, struct buf *out)
{
	if (c->plan.text != TX_TOOLS)
		block_stop(c, out,
		    c->ans.reason.len > 0 && c->ans.text.len > 0);
	LIT(&scratch,
	    "{\"type\":\"message_delta\",\"delta\":{"
	    "\"stop_reason\":");
	buf_str(&scratch, stop_reason(c));
	LIT(&scratch, ",\"stop_sequence\":null},");
	usage(c, &scratch, c->ans.tokens);
	LIT(&scratch, "}");
	send(c, out, "message_delta");
}

static void
event(struct conn *c, struct buf *out, enum phase phase, struct span piece)
{
	switch (phase) {
	case PH_START:
		start(c, out);
		break;
	case PH_REASON:
		block_delta(c, out, 0, "thinking", piece);
		break;
	case PH_TEXT:
		text(c, out, piece);
		break;
	case PH_TOOL:
		tool(c, out);
		break;
	case PH_FINISH:
		finish(c, out);
		break;
	case PH_DONE:
		answer_sse(c, out, "message_stop",
		    SPAN("{\"type\":\"message_stop\"}"));
		break;
	default:
		break;
	}
}

const struct proto anthropic_proto = { plain, event, "text/event-stream" };
