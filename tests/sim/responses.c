/* The shape of OpenAI's responses. */
#include <string.h>

#include "sim.h"

static struct buf scratch;

static const char part[] = "{\"type\":\"output_text\",\"text\":\"";

static void
response(struct conn *c, struct buf *b, const char *status, bool done)
{
	LIT(b,
	    "{\"id\":\"resp_sim\",\"object\":\"response\",\"created_at\":"
	    "1790000000,\"status\":\"");
	buf_str(b, status);
	LIT(b, "\",\"model\":\"");
	buf_json(b, span_of(c->req.model));
	LIT(b, "\",\"output\":[");
	if (done && c->plan.text == TX_TOOLS)
		LIT(b,
		    "{\"type\":\"function_call\",\"id\":\"fc_sim\","
		    "\"call_id\":\"call_0\",\"name\":\"get_weather\","
		    "\"arguments\":\"{\\\"city\\\":\\\"Paris\\\"}\","
		    "\"status\":\"completed\"}");
	else if (done) {
		LIT(b,
		    "{\"type\":\"message\",\"id\":\"msg_sim\",\"status\":"
		    "\"completed\",\"role\":\"assistant\",\"content\":[");
		LIT(b, part);
		buf_add(b, c->ans.text.p, c->ans.text.len);
		LIT(b, "\",\"annotations\":[]}]}");
	}
	LIT(b, "],\"usage\":");
	if (done) {
		LIT(b, "{\"input_tokens\":");
		buf_u64(b, c->ans.prompt_tokens);
		LIT(b, ",\"output_tokens\":");
		buf_u64(b, c->ans.tokens);
		LIT(b, ",\"total_tokens\":");
		buf_u64(b, c->ans.prompt_tokens + c->ans.tokens);
		LIT(b, "}");
	} else
		LIT(b, "null");
	LIT(b, "}");
}

static const char *
final_status(const struct conn *c)
{
	return strcmp(c->ans.finish, "length") == 0 ? "incomplete" :
						      "completed";
}

static void
plain(struct conn *c, struct buf *b)
{
	response(c, b, final_status(c), true);
}

/* Starts the event ${name}; send ends it. */
static void
open_event(const char *name)
{
	buf_clear(&scratch);
	LIT(&scratch, "{\"type\":\"");
	buf_str(&scratch, name);
	LIT(&scratch, "\"");
}

static void
send(struct conn *c, struct buf *out, const char *name)
{
	LIT(&scratch, "}");
	answer_sse(c, out, name, (struct span){ scratch.p, scratch.len });
}

static void
whole(struct conn *c, struct buf *out, const char *name, const char *status,
    bool done)
{
	open_event(name);
	LIT(&scratch, ",\"response\":");
	response(c, &scratch, status, done);
	send(c, out, name);
}

static void
start(struct conn *c, struct buf *out)
{
	whole(c, out, "response.created", "in_progress", false);
	if (c->plan.text == TX_TOOLS)
		return;
	open_event("response.output_item.added");
	LIT(&scratch,
	    ",\"output_index\":0,\"item\":{\"type\":\"message\","
	    "\"id\":\"msg_sim\",\"status\":\"in_progress\",\"role\":"
	    "\"assistant\",\"content\":[]}");
	send(c, out, "response.output_item.added");
	open_event("response.content_part.added");
	LIT(&scratch,
	    ",\"item_id\":\"msg_sim\",\"output_index\":0,"
	    "\"content_index\":0,\"part\":{\"type\":\"output_text\","
	    "\"text\":\"\",\"annotations\":[]}");
	send(c, out, "response.content_part.added");
}

static void
text(struct conn *c, struct buf *out, const char *name, const char *member,
    struct span piece)
{
	open_event(name);
	LIT(&scratch,
	    ",\"item_id\":\"msg_sim\",\"output_index\":0,"
	    "\"content_index\":0,\"");
	buf_str(&scratch, member);
	LIT(&scratch, "\":\"");
	buf_span(&scratch, piece);
	LIT(&scratch, "\"");
	send(c, out, name);
}

static void
finish(struct conn *c, struct buf *out)
{
	struct span all = { c->ans.text.p, c->ans.text.len };

	if (c->plan.text == TX_TOOLS) {
		open_event("response.output_item.done");
		LIT(&scratch,
		    ",\"output_index\":0,\"item\":{\"type\":"
		    "\"function_call\",\"id\":\"fc_sim\",\"call_id\":"
		    "\"call_0\",\"name\":\"get_weather\",\"arguments\":"
		    "\"{\\\"city\\\":\\\"Paris\\\"}\",\"status\":"
		    "\"completed\"}");
		send(c, out, "response.output_item.done");
		return;
	}
	text(c, out, "response.output_text.done", "text", all);
	open_event("response.output_item.done");
	LIT(&scratch,
	    ",\"output_index\":0,\"item\":{\"type\":\"message\","
	    "\"id\":\"msg_sim\",\"status\":\"completed\",\"role\":"
	    "\"assistant\",\"content\":[");
	LIT(&scratch, part);
	buf_span(&scratch, all);
	LIT(&scratch, "\",\"annotations\":[]}]}");
	send(c, out, "response.output_item.done");
}

static void
event(struct conn *c, struct buf *out, enum phase phase, struct span piece)
{
	switch (phase) {
	case PH_START:
		start(c, out);
		break;
	case PH_REASON:
		text(c, out, "response.reasoning_summary_text.delta", "delta",
		    piece);
		break;
	case PH_TEXT:
		text(c, out, "response.output_text.delta", "delta", piece);
		break;
	case PH_FINISH:
		finish(c, out);
		break;
	case PH_DONE:
		whole(c, out,
		    strcmp(c->ans.finish, "length") == 0 ?
			"response.incomplete" :
			"response.completed",
		    final_status(c), true);
		break;
	default:
		break;
	}
}

const struct proto responses_proto = { plain, event, "text/event-stream" };
