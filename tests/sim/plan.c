/* The behaviours: one row a name, saying which member of the plan it sets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

enum kind {
	SET_FLAG,
	SET_CUT,
	SET_FRAMING,
	SET_EOL,
	SET_TEXT,
	SET_SPOIL,
	SET_RULE,
	SET_NUM,
	SET_STATUS,
	SET_PRICE,
	SET_SPLIT,
	SET_TRICKLE,
	SET_BADCHUNK
};

#define CUT(at, how) SET_CUT, (at)*8 + (how), 0, 0
#define NUM(field, dflt) SET_NUM, 0, offsetof(struct plan, field), (dflt)
#define COUNT(text, dflt) SET_TEXT, (text), offsetof(struct plan, count), (dflt)

static const struct behaviour {
	const char *name;
	enum kind kind;
	int value;
	size_t off; /* of the number that ARG sets, or 0 */
	long dflt;
} behaviours[] = {
	/* content */
	{ "ok", SET_TEXT, TX_HELLO, 0, 0 },
	{ "hollow", SET_FLAG, F_HOLLOW, offsetof(struct plan, hollow), -1 },
	{ "hollow-stream", SET_FLAG, F_HOLLOW_STREAM, 0, 0 },
	{ "reasoned-out", SET_TEXT, TX_REASONED_OUT, offsetof(struct plan, max),
	    0 },
	{ "reason", SET_TEXT, TX_REASON, 0, 0 },
	{ "reason-only", SET_TEXT, TX_REASON_ONLY, 0, 0 },
	{ "tools", COUNT(TX_TOOLS, 1) }, { "json", SET_TEXT, TX_JSON, 0, 0 },
	{ "fenced", SET_TEXT, TX_FENCED, 0, 0 },
	{ "images", SET_TEXT, TX_IMAGES, 0, 0 },
	{ "echo", SET_TEXT, TX_ECHO, 0, 0 },
	{ "empty", SET_TEXT, TX_EMPTY, 0, 0 },
	{ "filter", SET_TEXT, TX_FILTER, 0, 0 },
	{ "long", COUNT(TX_LONG, 100) }, { "big", COUNT(TX_BIG, 1 << 20) },
	{ "giant-line", COUNT(TX_GIANT, 1 << 21) },
	{ "bomb", COUNT(TX_BOMB, 1 << 26) },
	{ "unicode", SET_TEXT, TX_UNICODE, 0, 0 },
	{ "escapes", SET_TEXT, TX_ESCAPES, 0, 0 },
	{ "badutf8", SET_TEXT, TX_BADUTF8, 0, 0 },
	{ "surrogate", SET_TEXT, TX_SURROGATE, 0, 0 },
	{ "endless", SET_TEXT, TX_ENDLESS, 0, 0 },
	{ "extra", SET_FLAG, F_EXTRA, 0, 0 },
	{ "null-choices", SET_FLAG, F_NULL_CHOICES, 0, 0 },
	{ "id-null", SET_FLAG, F_ID_NULL, 0, 0 },
	{ "content-array", SET_FLAG, F_CONTENT_ARRAY, 0, 0 },
	{ "no-usage", SET_FLAG, F_NO_USAGE, 0, 0 },
	{ "usage-always", SET_FLAG, F_USAGE_ALWAYS, 0, 0 },
	{ "usage-mid", SET_FLAG, F_USAGE_MID, 0, 0 },
	{ "two-choices", SET_FLAG, F_TWO_CHOICES, 0, 0 },
	{ "other-model", SET_FLAG, F_OTHER_MODEL, 0, 0 },
	{ "deep", NUM(deep, 100000) }, { "price", SET_PRICE, 0, 0, 0 },
	{ "task-fail", SET_FLAG, F_TASK_FAIL, 0, 0 },
	/* rules */
	{ "stream-only", SET_RULE, RULE_STREAM, 0, 0 },
	{ "thinking-rule", SET_RULE, RULE_THINK, 0, 0 },
	{ "thinking-rule-2", SET_RULE, RULE_THINK2, 0, 0 },
	{ "thinking-only", SET_RULE, RULE_THINK_ONLY, 0, 0 },
	{ "temp-1", SET_RULE, RULE_TEMP, 0, 0 },
	{ "no-schema", SET_RULE, RULE_SCHEMA, 0, 0 },
	{ "need-max", SET_RULE, RULE_MAX, offsetof(struct plan, max), 100 },
	/* time and connection */
	{ "delay", NUM(delay, 1000) }, { "slow", NUM(slow, 100) },
	{ "each", SET_FLAG, F_EACH, 0, 0 }, { "trickle", SET_TRICKLE, 0, 0, 1 },
	{ "split", SET_SPLIT, 0, 0, 1 }, { "stall", CUT(AT_BODY, CUT_STALL) },
	{ "stall-head", CUT(AT_START, CUT_STALL) },
	{ "stall-half-head", CUT(AT_HALF_HEAD, CUT_STALL) },
	{ "stall-mid", CUT(AT_MID, CUT_STALL) },
	{ "stall-end", CUT(AT_END, CUT_STALL) },
	{ "reset", CUT(AT_START, CUT_RESET) },
	{ "reset-half-head", CUT(AT_HALF_HEAD, CUT_RESET) },
	{ "reset-body", CUT(AT_BODY, CUT_RESET) },
	{ "reset-mid", CUT(AT_MID, CUT_RESET) },
	{ "close", CUT(AT_START, CUT_CLOSE) },
	{ "half-head", CUT(AT_HALF_HEAD, CUT_CLOSE) },
	{ "close-body", CUT(AT_BODY, CUT_CLOSE) },
	{ "close-mid", CUT(AT_MID, CUT_CLOSE) },
	{ "half-event", SET_FLAG, F_HALF_EVENT, 0, 0 },
	{ "close-after", SET_FLAG, F_CLOSE_AFTER, 0, 0 },
	{ "keep-then-close", SET_FLAG, F_KEEP_CLOSE, 0, 0 },
	{ "die-on-reuse", SET_FLAG, F_DIE_NEXT, 0, 0 },
	{ "reset-on-reuse", SET_FLAG, F_RESET_NEXT, 0, 0 },
	{ "unsolicited", SET_FLAG, F_UNSOLICITED, 0, 0 },
	{ "trailing", SET_FLAG, F_TRAILING, 0, 0 },
	{ "http10", SET_FLAG, F_HTTP10, 0, 0 },
	{ "no-length-close", SET_FRAMING, FR_CLOSE, 0, 0 },
	{ "length-long", SET_FRAMING, FR_LONG, 0, 0 },
	{ "length-short", SET_FRAMING, FR_SHORT, 0, 0 },
	{ "two-lengths", SET_FRAMING, FR_TWO, 0, 0 },
	{ "te-and-cl", SET_FRAMING, FR_BOTH, 0, 0 },
	{ "bad-length", SET_FRAMING, FR_BADLEN, 0, 0 },
	{ "chunked", SET_FRAMING, FR_CHUNKED, 0, 0 },
	{ "chunked-1", SET_FRAMING, FR_CHUNKED_1, 0, 0 },
	{ "chunk-ext", SET_FRAMING, FR_CHUNK_EXT, 0, 0 },
	{ "bad-chunk", SET_BADCHUNK, 0, 0, 0 },
	{ "no-last-chunk", SET_BADCHUNK, 1, 0, 0 },
	{ "huge-chunk", SET_BADCHUNK, 2, 0, 0 },
	{ "gzip", SET_FLAG, F_GZIP, 0, 0 },
	{ "early-hints", SET_FLAG, F_EARLY, 0, 0 },
	{ "redirect", NUM(status, 302) },
	{ "headers-many", NUM(headers, 10000) },
	{ "header-giant", NUM(header_size, 1 << 20) },
	{ "bad-header", SET_FLAG, F_BAD_HEADER, 0, 0 },
	{ "nul-header", SET_FLAG, F_NUL_HEADER, 0, 0 },
	{ "fold-header", SET_FLAG, F_FOLD, 0, 0 },
	{ "set-cookie", SET_FLAG, F_COOKIES, 0, 0 },
	{ "ratelimit-garbage", SET_FLAG, F_GARBAGE, 0, 0 },
	{ "not-http", SET_FLAG, F_NOT_HTTP, 0, 0 },
	{ "bad-status", SET_FLAG, F_BAD_STATUS, 0, 0 },
	{ "status-999", SET_STATUS, 999, 0, 0 },
	{ "204", SET_STATUS, 204, 0, 0 }, { "205", SET_STATUS, 205, 0, 0 },
	{ "206", SET_STATUS, 206, 0, 0 },
	{ "no-type", SET_FLAG, F_NO_TYPE, 0, 0 },
	{ "wrong-type", SET_FLAG, F_WRONG_TYPE, 0, 0 },
	/* broken bodies */
	{ "html", SET_SPOIL, SP_HTML, 0, 0 },
	{ "not-json", SET_SPOIL, SP_NOTJSON, 0, 0 },
	{ "truncated-json", SET_SPOIL, SP_TRUNC, 0, 0 },
	{ "two-json", SET_SPOIL, SP_TWICE, 0, 0 },
	{ "json-array", SET_SPOIL, SP_ARRAY, 0, 0 },
	{ "json-null", SET_SPOIL, SP_NULL, 0, 0 },
	{ "empty-body", SET_SPOIL, SP_EMPTY, 0, 0 },
	{ "no-done", SET_FLAG, F_NO_DONE, 0, -1 },
	{ "finish-no-done", SET_FLAG, F_NO_DONE, 0, 0 },
	{ "done-no-finish", SET_FLAG, F_NO_FINISH, 0, 0 },
	{ "empty-stream", SET_FLAG, F_EMPTY_STREAM, 0, 0 },
	{ "done-only", SET_FLAG, F_DONE_ONLY, 0, 0 },
	{ "role-only", SET_FLAG, F_ROLE_ONLY, 0, 0 },
	{ "error-first", SET_FLAG, F_ERROR_FIRST, 0, 0 },
	{ "error-mid", SET_FLAG, F_ERROR_MID, 0, 0 },
	{ "empty-first", SET_FLAG, F_EMPTY_FIRST, 0, 0 },
	{ "comments", SET_FLAG, F_COMMENTS, 0, 0 },
	{ "comments-only", SET_FLAG, F_COMMENTS_ONLY, 0, 0 },
	{ "crlf", SET_EOL, EOL_CRLF, 0, 0 }, { "cr", SET_EOL, EOL_CR, 0, 0 },
	{ "mixed-eol", SET_EOL, EOL_MIXED, 0, 0 },
	{ "nospace", SET_FLAG, F_NOSPACE, 0, 0 },
	{ "bom", SET_FLAG, F_BOM, 0, 0 },
	{ "multi-data", SET_FLAG, F_MULTI, 0, 0 },
	{ "id-lines", SET_FLAG, F_ID_LINES, 0, 0 },
	{ "no-blank-end", SET_FLAG, F_NO_BLANK, 0, 0 },
	{ "bad-event", SET_FLAG, F_BAD_EVENT, 0, 0 },
	{ "nul-event", SET_FLAG, F_NUL_EVENT, 0, 0 },
	{ "endless-line", SET_FLAG, F_ENDLESS_LINE, 0, 0 },
	{ "endless-body", SET_FLAG, F_ENDLESS_BODY, 0, 0 },
	{ "after-done", SET_FLAG, F_AFTER_DONE, 0, 0 },
	{ "pass", SET_FLAG, F_PASS, 0, 0 }
};

void
plan_init(struct plan *p)
{
	*p = (struct plan){ .price = -1 };
}

bool
plan_has(const struct plan *p, enum flag f)
{
	return (p->flags & F(f)) != 0;
}

static void
set_bad_chunk(struct plan *p, int which)
{
	static const char *const bytes[] = { "zz\r\nhello\r\n", "",
		"10000000000000001\r\nhello" };

	p->framing = FR_CHUNKED;
	p->cut_at = AT_MID;
	p->cut_how = CUT_CLOSE;
	p->cut_bytes = bytes[which];
}

static void
set(struct plan *p, const struct behaviour *b, long arg)
{
	if (b->off != 0)
		memcpy((char *)p + b->off, &arg, sizeof(arg));
	switch (b->kind) {
	case SET_FLAG:
		p->flags |= F(b->value);
		if (b->value == F_NO_DONE && b->dflt == -1)
			p->flags |= F(F_NO_FINISH);
		break;
	case SET_CUT:
		p->cut_at = (enum cut_at)(b->value / 8);
		p->cut_how = (enum cut_how)(b->value % 8);
		break;
	case SET_FRAMING:
		p->framing = (enum framing)b->value;
		break;
	case SET_EOL:
		p->eol = (enum eol)b->value;
		break;
	case SET_TEXT:
		p->text = (enum text)b->value;
		if (p->text == TX_BOMB)
			p->flags |= F(F_GZIP);
		break;
	case SET_SPOIL:
		p->spoil = (enum spoil)b->value;
		break;
	case SET_RULE:
		p->rules |= (unsigned)b->value;
		break;
	case SET_STATUS:
		p->status = b->value;
		break;
	case SET_PRICE:
		p->price = strtod(p->arg, NULL);
		break;
	case SET_SPLIT:
		p->pace_bytes = arg > 0 ? arg : 1;
		p->pace_ms = 1;
		break;
	case SET_TRICKLE:
		p->pace_bytes = 1;
		p->pace_ms = arg;
		break;
	case SET_BADCHUNK:
		set_bad_chunk(p, b->value);
		break;
	case SET_NUM:
		break;
	}
}

static int
add_one(struct plan *p, struct span name, struct span arg)
{
	const struct error_row *row;
	size_t i;

	span_copy(p->arg, sizeof(p->arg), arg);
	for (i = 0; i < sizeof(behaviours) / sizeof(behaviours[0]); i++)
		if (span_is(name, behaviours[i].name)) {
			set(p, &behaviours[i],
			    arg.n > 0 ? strtol(p->arg, NULL, 10) :
					behaviours[i].dflt);
			return 0;
		}
	row = errors_find(name);
	if (row != NULL &&
	    (row->extra == EX_RETRY || row->extra == EX_RETRY_DATE)) {
		span_copy(p->retry, sizeof(p->retry), arg);
		p->error = row;
		return 0;
	}
	if (row != NULL && errors_envelope(arg, &p->env) == 0) {
		p->error = row;
		return 0;
	}
	span_copy(p->arg, sizeof(p->arg), name);
	return -1;
}

int
plan_add(struct plan *p, struct span names)
{
	const char *end = names.p + names.n, *at, *plus, *colon;
	struct span arg;
	size_t len = strlen(p->names);

	snprintf(p->names + len, sizeof(p->names) - len, "%s%.*s",
	    len > 0 ? "+" : "", (int)names.n, names.p);
	for (at = names.p; at < end; at = plus + 1) {
		if ((plus = memchr(at, '+', (size_t)(end - at))) == NULL)
			plus = end;
		if ((colon = memchr(at, ':', (size_t)(plus - at))) == NULL)
			colon = plus;
		arg.p = colon < plus ? colon + 1 : colon;
		arg.n = (size_t)(plus - arg.p);
		if (add_one(p, (struct span){ at, (size_t)(colon - at) },
			arg) == -1)
			return -1;
	}
	return 0;
}

struct span
plan_of_model(struct span model)
{
	const char *end = model.p + model.n, *slash;

	if (model.n > 4 && memcmp(model.p, "sim/", 4) == 0)
		return (struct span){ model.p + 4, model.n - 4 };
	slash = memchr(model.p, '/', model.n);
	if (slash != NULL && end - slash > 5 && memcmp(slash, "/sim-", 5) == 0)
		return (struct span){ slash + 5, (size_t)(end - slash) - 5 };
	return (struct span){ model.p, 0 };
}
