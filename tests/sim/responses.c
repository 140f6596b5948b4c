/* The shape of OpenAI's responses. */
#include <string.h>

#include "sim.h"

static struct buf scratch;

/* ---- output items: reasoning, then a message or calls ---- */

static bool
thinks(const struct conn *c)
{
	return c->ans.reason.len > 0;
}

static void
string(struct buf *b, const char *before, const struct buf *text, bool full)
{
	buf_str(b, before);
	LIT(b, "\"");
	if (full)
		buf_add(b, text->p, text->len);
	LIT(b, "\"");
}

static void
reasoning(struct conn *c, struct buf *b, bool full)
{
	LIT(b, "{\"type\":\"reasoning\",\"id\":\"rs_sim\",\"summary\":[");
	if (full) {
		string(b,
		    "{\"type\":\"summary_text\",\"text\":", &c->ans.reason,
		    true);
		LIT(b, "}");
	}
	LIT(b, "]}");
}

static void
part(struct conn *c, struct buf *b, bool full)
{
	string(b, "{\"type\":\"output_text\",\"text\":", &c->ans.text, full);
	LIT(b, ",\"annotations\":[],\"logprobs\":[]}");
}

static void
message(struct conn *c, struct buf *b, bool full)
{
	LIT(b, "{\"type\":\"message\",\"id\":\"msg_sim\",\"status\":\"");
	buf_str(b, full ? "completed" : "in_progress");
	LIT(b, "\",\"role\":\"assistant\",\"content\":[");
	if (full)
		part(c, b, true);
	LIT(b, "]}");
}

static void
call(struct buf *b, uint64_t n, bool full)
{
	LIT(b, "{\"type\":\"function_call\",\"id\":\"fc_sim_");
	buf_u64(b, n);
	LIT(b, "\",\"call_id\":\"call_");
	buf_u64(b, n);
	LIT(b, "\",\"name\":\"get_weather\",\"arguments\":\"");
	if (full)
		LIT(b, "{\\\"city\\\":\\\"Paris\\\"}");
	LIT(b, "\",\"status\":\"");
	buf_str(b, full ? "completed" : "in_progress");
	LIT(b, "\"}");
}

static void
output(struct conn *c, struct buf *b)
{
	long i;

	if (thinks(c))
		reasoning(c, b, true);
	if (c->plan.text == TX_TOOLS)
		for (i = 0; i < c->plan.count; i++) {
			if (i > 0 || thinks(c))
				LIT(b, ",");
			call(b, (uint64_t)i, true);
		}
	else if (c->plan.text != TX_REASONED_OUT || c->ans.text.len > 0) {
		if (thinks(c))
			LIT(b, ",");
		message(c, b, true);
	}
}

/* ---- the response ---- */

static bool
is_cut(const struct conn *c)
{
	return strcmp(c->ans.finish, "length") == 0;
}

static void
response(struct conn *c, struct buf *b, bool done)
{
	LIT(b,
	    "{\"id\":\"resp_sim\",\"object\":\"response\",\"created_at\":"
	    "1790000000,\"status\":\"");
	buf_str(b,
	    !done	  ? "in_progress" :
		is_cut(c) ? "incomplete" :
			    "completed");
	LIT(b, "\",\"error\":null,\"incomplete_details\":");
	if (done && is_cut(c))
		LIT(b, "{\"reason\":\"max_output_tokens\"}");
	else
		LIT(b, "null");
	LIT(b, ",\"model\":\"");
	buf_json(b, span_of(c->req.model));
	LIT(b, "\",\"output\":[");
	if (done)
		output(c, b);
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

static void
plain(struct conn *c, struct buf *b)
{
	response(c, b, true);
}

/* ---- events ---- */

/* Starts the event ${name}; send ends it. */
static void
open_event(struct conn *c, const char *name)
{
	buf_clear(&scratch);
	LIT(&scratch, "{\"type\":\"");
	buf_str(&scratch, name);
	LIT(&scratch, "\",\"sequence_number\":");
	buf_u64(&scratch, c->ans.sequence++);
}

static void
send(struct conn *c, struct buf *out, const char *name)
{
	LIT(&scratch, "}");
	answer_sse(c, out, name, (struct span){ scratch.p, scratch.len });
}

static void
whole(struct conn *c, struct buf *out, const char *name, bool done)
{
	open_event(c, name);
	LIT(&scratch, ",\"response\":");
	response(c, &scratch, done);
	send(c, out, name);
}

/* An event about the item at place ${n}, its id but for a number being ${id}.
 */
static void
open_item(struct conn *c, const char *name, const char *id, uint64_t n)
{
	open_event(c, name);
	LIT(&scratch, ",\"output_index\":");
	buf_u64(&scratch, n);
	if (id == NULL) {
		LIT(&scratch, ",\"item\":");
		return;
	}
	LIT(&scratch, ",\"item_id\":\"");
	buf_str(&scratch, id);
	LIT(&scratch, "\"");
}

static void
think_event(struct conn *c, struct buf *out, const char *name, struct span text)
{
	bool is_part = strstr(name, "_part") != NULL;

	open_item(c, name, "rs_sim", 0);
	LIT(&scratch, ",\"summary_index\":0,");
	buf_str(&scratch,
	    is_part ? "\"part\":{\"type\":\"summary_text\",\"text\":\"" :
		strstr(name, ".delta") ? "\"delta\":\"" :
					 "\"text\":\"");
	buf_span(&scratch, text);
	LIT(&scratch, "\"");
	if (is_part)
		LIT(&scratch, "}");
	send(c, out, name);
}

static void
begin_thinking(struct conn *c, struct buf *out)
{
	open_item(c, "response.output_item.added", NULL, 0);
	reasoning(c, &scratch, false);
	send(c, out, "response.output_item.added");
	think_event(c, out, "response.reasoning_summary_part.added", SPAN(""));
}

static void
end_thinking(struct conn *c, struct buf *out)
{
	struct span all = { c->ans.reason.p, c->ans.reason.len };

	think_event(c, out, "response.reasoning_summary_text.done", all);
	think_event(c, out, "response.reasoning_summary_part.done", all);
	open_item(c, "response.output_item.done", NULL, 0);
	reasoning(c, &scratch, true);
	send(c, out, "response.output_item.done");
}

static void
text_event(struct conn *c, struct buf *out, const char *name,
    const char *member, struct span text)
{
	open_item(c, name, "msg_sim", thinks(c));
	LIT(&scratch, ",\"content_index\":0,\"logprobs\":[],\"");
	buf_str(&scratch, member);
	LIT(&scratch, "\":\"");
	buf_span(&scratch, text);
	LIT(&scratch, "\"");
	send(c, out, name);
}

static void
part_event(struct conn *c, struct buf *out, const char *name, bool full)
{
	open_item(c, name, "msg_sim", thinks(c));
	LIT(&scratch, ",\"content_index\":0,\"part\":");
	part(c, &scratch, full);
	send(c, out, name);
}

static void
begin_message(struct conn *c, struct buf *out)
{
	open_item(c, "response.output_item.added", NULL, thinks(c));
	message(c, &scratch, false);
	send(c, out, "response.output_item.added");
	part_event(c, out, "response.content_part.added", false);
}

static void
end_message(struct conn *c, struct buf *out)
{
	struct span all = { c->ans.text.p, c->ans.text.len };

	text_event(c, out, "response.output_text.done", "text", all);
	part_event(c, out, "response.content_part.done", true);
	open_item(c, "response.output_item.done", NULL, thinks(c));
	message(c, &scratch, true);
	send(c, out, "response.output_item.done");
}

/* A call comes in three pieces: its name, and its arguments in two parts. */
static void
tool(struct conn *c, struct buf *out)
{
	uint64_t n = c->ans.tool / 3, place = n + thinks(c);
	static const char name[] = "response.function_call_arguments.delta",
			  done[] = "response.function_call_arguments.done";
	struct buf id = { 0 };

	LIT(&id, "fc_sim_");
	buf_u64(&id, n);
	buf_add(&id, "", 1);
	if (c->ans.tool % 3 == 0) {
		open_item(c, "response.output_item.added", NULL, place);
		call(&scratch, n, false);
		send(c, out, "response.output_item.added");
	} else {
		open_item(c, name, id.p, place);
		buf_str(&scratch,
		    c->ans.tool % 3 == 1 ? ",\"delta\":\"{\\\"city\\\":\"" :
					   ",\"delta\":\"\\\"Paris\\\"}\"");
		send(c, out, name);
	}
	if (c->ans.tool % 3 == 2) {
		open_item(c, done, id.p, place);
		LIT(&scratch,
		    ",\"name\":\"get_weather\",\"arguments\":"
		    "\"{\\\"city\\\":\\\"Paris\\\"}\"");
		send(c, out, done);
		open_item(c, "response.output_item.done", NULL, place);
		call(&scratch, n, true);
		send(c, out, "response.output_item.done");
	}
	buf_free(&id);
}

static void
start(struct conn *c, struct buf *out)
{
	whole(c, out, "response.created", false);
	whole(c, out, "response.in_progress", false);
	if (thinks(c))
		begin_thinking(c, out);
	else if (c->plan.text != TX_TOOLS)
		begin_message(c, out);
}

static void
event(struct conn *c, struct buf *out, enum phase phase, struct span piece)
{
	switch (phase) {
	case PH_START:
		start(c, out);
		break;
	case PH_REASON:
		think_event(c, out, "response.reasoning_summary_text.delta",
		    piece);
		break;
	case PH_TEXT:
		if (thinks(c) && c->ans.off == 0) {
			end_thinking(c, out);
			begin_message(c, out);
		}
		text_event(c, out, "response.output_text.delta", "delta",
		    piece);
		break;
	case PH_TOOL:
		if (thinks(c) && c->ans.tool == 0)
			end_thinking(c, out);
		tool(c, out);
		break;
	case PH_FINISH:
		if (thinks(c) && c->ans.text.len == 0)
			end_thinking(c, out);
		else if (c->plan.text != TX_TOOLS)
			end_message(c, out);
		break;
	case PH_DONE:
		whole(c, out,
		    is_cut(c) ? "response.incomplete" : "response.completed",
		    true);
		break;
	default:
		break;
	}
}

const struct proto responses_proto = { plain, event, "text/event-stream" };
