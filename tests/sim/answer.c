/* An answer as a row of pieces: parts of a body, or events of a stream. */
#include <err.h>
#include <string.h>
#include <zlib.h>

#include "sim.h"

enum {
	PIECE = 65536,
	SLOW_PIECES = 8
};

void
answer_init(struct conn *c)
{
	struct answer *a = &c->ans;

	buf_clear(&a->body);
	buf_clear(&a->text);
	buf_clear(&a->reason);
	buf_clear(&a->extra);
	buf_clear(&a->prefix);
	a->status = 0;
	a->proto = NULL;
	a->stream = a->half = false;
	a->finish = "stop";
	a->prompt_tokens = a->tokens = 0;
	a->phase = PH_START;
	a->off = 0;
	a->sequence = 0;
	a->piece = PIECE;
	a->made = a->tool = 0;
}

struct buf *
answer_body(struct conn *c, int status, const char *type)
{
	struct answer *a = &c->ans;

	a->status = status;
	a->type = type;
	a->proto = NULL;
	a->stream = false;
	a->body.off = a->body.len = 0;
	return &a->body;
}

static const char hollow[] =
    "{\"id\":\"\",\"object\":\"\",\"created\":0,"
    "\"model\":\"\",\"choices\":null,\"usage\":{\"prompt_tokens\":0,"
    "\"completion_tokens\":0,\"total_tokens\":0}}";

void
answer_as(struct conn *c, const struct proto *p, bool stream)
{
	struct answer *a = &c->ans;
	struct buf *b = answer_body(c, 200, "application/json");

	content_make(c);
	a->stream = stream;
	a->proto = p;
	if (stream) {
		a->type = p->type;
		if (plan_has(&c->plan, F_EMPTY_STREAM))
			a->phase = PH_END;
		else if (plan_has(&c->plan, F_DONE_ONLY))
			a->phase = PH_DONE;
	} else if (plan_has(&c->plan, F_HOLLOW_STREAM)) {
		buf_str(b, hollow);
	} else if (plan_has(&c->plan, F_ERROR_FIRST) ||
	    plan_has(&c->plan, F_ERROR_MID)) {
		errors_event(c, b);
	} else
		p->plain(c, b);
}

/* What becomes of a good body, or of the payload of a good event. */
static void
spoil(struct conn *c, struct buf *b)
{
	struct span again;

	switch (c->plan.spoil) {
	case SP_NONE:
		break;
	case SP_HTML:
		b->len = 0;
		LIT(b,
		    "<!DOCTYPE html>\n<html><head><title>Sign in</title>"
		    "</head><body><h1>Please sign in</h1></body></html>\n");
		break;
	case SP_EMPTY:
		b->len = 0;
		break;
	case SP_NOTJSON:
		b->len = 0;
		LIT(b, "this is not json");
		break;
	case SP_TRUNC:
		b->len /= 2;
		break;
	case SP_TWICE:
		buf_room(b, b->len);
		again = (struct span){ b->p, b->len };
		buf_span(b, again);
		break;
	case SP_ARRAY:
		b->len = 0;
		LIT(b, "[]");
		break;
	case SP_NULL:
		b->len = 0;
		LIT(b, "null");
	}
}

static void
gzip(struct buf *b)
{
	struct buf out = { 0 };
	z_stream z = { 0 };
	uLong max;

	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		errx(1, "zlib does not start");
	max = deflateBound(&z, (uLong)b->len);
	z.next_in = (Bytef *)b->p;
	z.avail_in = (uInt)b->len;
	z.next_out = (Bytef *)buf_room(&out, max);
	z.avail_out = (uInt)max;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		errx(1, "zlib does not finish");
	out.len = z.total_out;
	deflateEnd(&z);
	buf_free(b);
	*b = out;
}

static bool
needs_whole(const struct plan *p)
{
	return plan_has(p, F_GZIP) || p->framing == FR_LONG ||
	    p->framing == FR_SHORT || p->framing == FR_TWO ||
	    p->framing == FR_BOTH || p->framing == FR_LENGTH;
}

static void
collect(struct conn *c)
{
	struct buf whole = { 0 };

	while (answer_next(c, &whole))
		;
	buf_free(&c->ans.body);
	c->ans.body = whole;
	c->ans.stream = false;
	c->ans.off = 0;
}

void
answer_settle(struct conn *c)
{
	struct answer *a = &c->ans;
	const struct plan *p = &c->plan;

	if (a->stream && (p->spoil == SP_HTML || p->spoil == SP_EMPTY)) {
		a->type = "application/json";
		a->stream = false;
	}
	if (!a->stream)
		spoil(c, &a->body);
	if (p->spoil == SP_HTML)
		a->type = "text/html";
	if (p->status != 0)
		a->status = (int)p->status;
	if (a->stream && needs_whole(p))
		collect(c);
	if (plan_has(p, F_GZIP))
		gzip(&a->body);
	if (p->slow > 0)
		a->piece = a->body.len / SLOW_PIECES + 1;
	if (p->cut_at == AT_MID || plan_has(p, F_HALF_EVENT))
		a->piece = a->body.len / 2 + 1;
}

static const char *
line_end(struct conn *c)
{
	static const char *const ends[] = { "\n", "\r\n", "\r" };

	if (c->plan.eol == EOL_MIXED)
		return ends[c->ans.made % 3];
	return ends[c->plan.eol];
}

/* The first part of an event in two data lines, up to a comma of the JSON. */
static struct span
first_line(struct buf *out, const char *head, struct span data, const char *end)
{
	const char *comma = memchr(data.p, ',', data.n);
	size_t n = comma == NULL ? 0 : (size_t)(comma - data.p) + 1;

	if (n > 0) {
		buf_str(out, head);
		buf_add(out, data.p, n);
		buf_str(out, end);
	}
	return (struct span){ data.p + n, data.n - n };
}

static struct span
spoiled(struct conn *c, struct span data)
{
	static struct buf b;

	b.off = b.len = 0;
	buf_span(&b, data);
	spoil(c, &b);
	return (struct span){ b.p, b.len };
}

void
answer_sse(struct conn *c, struct buf *out, const char *name, struct span data)
{
	const struct plan *p = &c->plan;
	const char *end = line_end(c);
	const char *head = plan_has(p, F_NOSPACE) ? "data:" : "data: ";

	if (p->spoil != SP_NONE && c->ans.made == 1 && c->ans.phase < PH_FINISH)
		data = spoiled(c, data);
	if (plan_has(p, F_COMMENTS)) {
		LIT(out, ": PROCESSING");
		buf_str(out, end);
		buf_str(out, end);
	}
	if (plan_has(p, F_ID_LINES)) {
		LIT(out, "id: ");
		buf_u64(out, c->ans.made);
		buf_str(out, end);
		LIT(out, "retry: 1000");
		buf_str(out, end);
		if (name == NULL)
			name = "message";
	}
	if (name != NULL) {
		buf_str(out, plan_has(p, F_NOSPACE) ? "event:" : "event: ");
		buf_str(out, name);
		buf_str(out, end);
	}
	if (plan_has(p, F_MULTI))
		data = first_line(out, head, data, end);
	buf_str(out, head);
	buf_span(out, data);
	buf_str(out, end);
	if (c->ans.phase != PH_DONE || !plan_has(p, F_NO_BLANK))
		buf_str(out, end);
}

/* What an odd stream has between its first content event and the second. */
static void
between(struct conn *c, struct buf *out)
{
	const struct plan *p = &c->plan;

	if (plan_has(p, F_BAD_EVENT))
		answer_sse(c, out, NULL, SPAN("{\"id\":\"chatcmpl-sim\",\"ch"));
	if (plan_has(p, F_NUL_EVENT))
		answer_sse(c, out, NULL, SPAN("{\"nul\":\"\0\0\"}"));
	if (plan_has(p, F_NULL_CHOICES)) {
		answer_sse(c, out, NULL,
		    SPAN("{\"id\":null,\"object\":"
			 "\"chat.completion.chunk\",\"choices\":null}"));
		answer_sse(c, out, NULL,
		    SPAN("{\"id\":null,\"object\":"
			 "\"chat.completion.chunk\",\"choices\":[]}"));
	}
}

static void
error_event(struct conn *c, struct buf *out)
{
	struct buf b = { 0 };
	bool lines = strcmp(c->ans.type, "text/event-stream") != 0;

	errors_event(c, &b);
	if (lines) {
		buf_add(out, b.p, b.len);
		LIT(out, "\n");
	} else
		answer_sse(c, out,
		    c->req.op->flags & OP_ANTHROPIC ? "error" : NULL,
		    (struct span){ b.p, b.len });
	buf_free(&b);
	c->ans.phase = PH_END;
}

/* The first event, and what may stand in its place. */
static void
start(struct conn *c, struct buf *out)
{
	struct answer *a = &c->ans;
	struct plan *p = &c->plan;
	int i;

	if (plan_has(p, F_COMMENTS_ONLY)) {
		LIT(out, ": keep-alive\n\n");
		p->slow = 100;
		return;
	}
	if (plan_has(p, F_ENDLESS_LINE)) {
		if (a->made++ == 0)
			LIT(out, "data: {\"filler\":\"");
		buf_fill(out, 'x', 4096);
		return;
	}
	if (plan_has(p, F_BOM))
		LIT(out, "\xef\xbb\xbf");
	if (plan_has(p, F_ERROR_FIRST)) {
		error_event(c, out);
		return;
	}
	if (plan_has(p, F_HOLLOW_STREAM)) {
		answer_sse(c, out, NULL, span_of(hollow));
		a->phase = PH_DONE;
		return;
	}
	a->proto->event(c, out, PH_START, SPAN(""));
	if (plan_has(p, F_EMPTY_FIRST))
		for (i = 0; i < 5; i++)
			a->proto->event(c, out, PH_TEXT, SPAN(""));
	a->phase = plan_has(p, F_ROLE_ONLY) ? PH_DONE : PH_REASON;
}

/* The next delta of ${from}; false when there is none left. */
static bool
delta(struct conn *c, struct buf *out, const struct buf *from)
{
	struct answer *a = &c->ans;
	struct span piece;

	if (plan_has(&c->plan, F_ERROR_MID) && a->made >= 2) {
		error_event(c, out);
		return true;
	}
	if (a->off == from->len) {
		if (c->plan.text != TX_ENDLESS || from != &a->text) {
			a->off = 0;
			return false;
		}
		a->off = 0;
	}
	piece = content_piece(c, from, a->off);
	a->made++;
	a->proto->event(c, out, a->phase, piece);
	a->off += piece.n;
	if (a->made == 1)
		between(c, out);
	return true;
}

static bool
tool_delta(struct conn *c, struct buf *out)
{
	struct answer *a = &c->ans;

	if (c->plan.text != TX_TOOLS || (long)a->tool >= 3 * c->plan.count)
		return false;
	a->made++;
	a->proto->event(c, out, PH_TOOL, SPAN(""));
	a->tool++;
	return true;
}

static bool
finish(struct conn *c, struct buf *out)
{
	struct answer *a = &c->ans;

	if (plan_has(&c->plan, F_ERROR_MID)) {
		error_event(c, out);
		return true;
	}
	if (plan_has(&c->plan, F_NO_FINISH))
		return false;
	a->proto->event(c, out, PH_FINISH, SPAN(""));
	return true;
}

static bool
usage(struct conn *c, struct buf *out)
{
	if (plan_has(&c->plan, F_NO_USAGE) ||
	    (!c->req.usage && !plan_has(&c->plan, F_USAGE_ALWAYS)))
		return false;
	c->ans.proto->event(c, out, PH_USAGE, SPAN(""));
	return true;
}

static bool
stream_next(struct conn *c, struct buf *out)
{
	struct answer *a = &c->ans;
	bool made = false;

	while (!made && a->phase != PH_END) {
		enum phase was = a->phase;

		switch (was) {
		case PH_START:
			start(c, out);
			return true;
		case PH_REASON:
			made = delta(c, out, &a->reason);
			break;
		case PH_TEXT:
			made = delta(c, out, &a->text);
			break;
		case PH_TOOL:
			made = tool_delta(c, out);
			break;
		case PH_FINISH:
			made = finish(c, out);
			break;
		case PH_USAGE:
			made = usage(c, out);
			break;
		case PH_DONE:
			if ((made = !plan_has(&c->plan, F_NO_DONE)))
				a->proto->event(c, out, PH_DONE, SPAN(""));
			break;
		case PH_AFTER:
			if ((made = plan_has(&c->plan, F_AFTER_DONE)))
				a->proto->event(c, out, PH_TEXT, SPAN(" more"));
			break;
		case PH_END:
			break;
		}
		/* Deltas repeat their phase until they are used up. */
		if (a->phase == was && (!made || was >= PH_FINISH))
			a->phase++;
	}
	return made;
}

bool
answer_next(struct conn *c, struct buf *out)
{
	struct answer *a = &c->ans;
	size_t n;

	if (a->stream)
		return stream_next(c, out);
	if (plan_has(&c->plan, F_ENDLESS_BODY)) {
		buf_fill(out, ' ', 4096);
		return true;
	}
	if (a->off == a->body.len)
		return false;
	n = a->body.len - a->off;
	if (n > a->piece)
		n = a->piece;
	buf_add(out, a->body.p + a->off, n);
	a->off += n;
	return true;
}

bool
answer_middle(const struct conn *c)
{
	const struct answer *a = &c->ans;

	if (a->stream)
		return a->made >= 2 || a->phase >= PH_FINISH;
	return a->off * 2 >= a->body.len;
}
