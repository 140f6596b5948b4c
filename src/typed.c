/* Events by their type, from a table. */
#include <string.h>

#include "field.h"
#include "hollow.h"
#include "splice.h"
#include "typed.h"

enum kind {
	BLOCK,	   /* a block or item that begins or is whole */
	DELTA,	   /* of a block: its own type says of what */
	STOP,	   /* delta.stop_reason */
	START,	   /* the message, still empty */
	LAST,	   /* nothing follows */
	SAYS,	   /* delta is text */
	THINKS,	   /* delta is reasoning */
	RESPONSE,  /* the whole response */
	INCOMPLETE /* the same, cut */
};

static const struct {
	const char *type;
	enum kind kind;
} types[] = { { "content_block_delta", DELTA },
	{ "content_block_start", BLOCK }, { "message_start", START },
	{ "message_delta", STOP }, { "message_stop", LAST },
	{ "response.output_text.delta", SAYS },
	{ "response.refusal.delta", SAYS },
	{ "response.function_call_arguments.delta", SAYS },
	{ "response.custom_tool_call_input.delta", SAYS },
	{ "response.reasoning_text.delta", THINKS },
	{ "response.reasoning_summary_text.delta", THINKS },
	{ "response.output_item.added", BLOCK },
	{ "response.output_item.done", BLOCK },
	{ "response.completed", RESPONSE },
	{ "response.incomplete", INCOMPLETE } };

struct event {
	struct splice delta, block, message, response;
};

#define RAW(structure, member, text) \
	FIELD(structure, member, text, .kind = FIELD_RAW)

static const struct field event_table[] = {
	RAW(event, delta, "delta"),
	RAW(event, block, "content_block"),
	RAW(event, block, "item"),
	RAW(event, message, "message"),
	RAW(event, response, "response"),
	FIELD_END,
};

struct part {
	struct splice type, text, thinking, reason, content, usage, details;
};

static const struct field part_table[] = {
	RAW(part, type, "type"),
	RAW(part, text, "text"),
	RAW(part, text, "partial_json"),
	RAW(part, thinking, "thinking"),
	RAW(part, reason, "stop_reason"),
	RAW(part, content, "content"),
	RAW(part, usage, "usage"),
	RAW(part, details, "incomplete_details"),
	FIELD_END,
};

/* A block: text, a message, or thinking may still be empty; others are not. */
static void
read_block(struct typed *t, const struct part *p)
{
	if (splice_eq(p->type, "text"))
		t->text = hollow_kind(p->text) != 0;
	else if (splice_eq(p->type, "message"))
		t->text = hollow_kind(p->content) != 0;
	else if (splice_eq(p->type, "thinking"))
		t->thought = hollow_kind(p->thinking) != 0;
	else if (splice_eq(p->type, "redacted_thinking"))
		t->thought = 1;
	else if (!splice_eq(p->type, "reasoning"))
		t->text = 1;
}

static void
set_reason(struct typed *t, struct splice v)
{
	t->reason = v.s;
	t->nreason = v.n;
}

static void
set_usage(struct typed *t, struct splice v)
{
	t->usage = v.s;
	t->nusage = v.n;
}

static void
read_response(struct typed *t, struct splice v, const struct part *p, int cut)
{
	enum hollow h = hollow_judge(v);
	struct splice reason;

	set_usage(t, p->usage);
	t->done = 1;
	t->text = h == HOLLOW_NO;
	t->end = cut || h != HOLLOW_YES;
	if (!cut || splice_find(p->details, "reason", &reason) != 1)
		return;
	set_reason(t, reason);
	t->cut = splice_eq(reason, "max_output_tokens");
}

static void
read_kind(struct typed *t, enum kind kind, const struct event *e)
{
	struct splice in = kind == START ? e->message :
	    kind == BLOCK		 ? e->block :
	    kind >= RESPONSE		 ? e->response :
					   e->delta;
	struct part p;

	memset(&p, 0, sizeof(p));
	if (in.n > 0 && in.s[0] == '{')
		(void)field_read(part_table, &p, in, NULL);
	switch (kind) {
	case START:
		set_usage(t, p.usage);
		break;
	case BLOCK:
		read_block(t, &p);
		break;
	case DELTA:
		t->text = hollow_kind(p.text) != 0;
		t->thought = hollow_kind(p.thinking) != 0;
		break;
	case STOP:
		t->end = hollow_kind(p.reason) != 0;
		set_reason(t, p.reason);
		t->cut = splice_eq(p.reason, "max_tokens");
		break;
	case LAST:
		t->done = 1;
		break;
	case SAYS:
		t->text = hollow_kind(in) != 0;
		break;
	case THINKS:
		t->thought = hollow_kind(in) != 0;
		break;
	case RESPONSE:
	case INCOMPLETE:
		if (in.n > 0 && in.s[0] == '{')
			read_response(t, in, &p, kind == INCOMPLETE);
		break;
	}
}

void
typed_read(struct typed *t, struct splice v, struct splice type)
{
	struct event e;
	size_t i;

	memset(t, 0, sizeof(*t));
	t->error = splice_eq(type, "error") ||
	    splice_eq(type, "response.failed");
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (splice_eq(type, types[i].type)) {
			memset(&e, 0, sizeof(e));
			(void)field_read(event_table, &e, v, NULL);
			read_kind(t, types[i].kind, &e);
			return;
		}
}
