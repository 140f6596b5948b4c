/* An attempt as a line of the ledger, by one table for both ways. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "attempt.h"
#include "buf.h"
#include "classify.h"
#include "field.h"
#include "fold.h"
#include "json.h"
#include "splice.h"

/*
 * Bytes of strings kept. Together, at six bytes for each (as \u0001), they
 * and the numbers stay under ATTEMPT_MAX.
 */
enum {
	CUT_ID = 96,
	CUT_KEY = 16,
	CUT_MODEL = 256,
	CUT_NAME = 64,
	CUT_OP = 16
};

static const char *const attempt_scopes[] = {
	[SCOPE_KEY] = "key",
	[SCOPE_MODEL] = "model",
	[SCOPE_PAIR] = "pair",
	[SCOPE_UPSTREAM] = "upstream",
};

static const char *
attempt_verdict(int v)
{
	return v == -1 ? NULL : verdict_info(v)->name;
}

static const char *
attempt_scope(int v)
{
	return v > SCOPE_NONE && v <= SCOPE_UPSTREAM ? attempt_scopes[v] : NULL;
}

static int
attempt_scope_named(const char *s, size_t n)
{
	int v;

	for (v = SCOPE_KEY; v <= SCOPE_UPSTREAM; v++)
		if (strlen(attempt_scopes[v]) == n &&
		    memcmp(attempt_scopes[v], s, n) == 0)
			return v;
	return SCOPE_NONE;
}

const struct field_words attempt_verdicts = { attempt_verdict, verdict_named };

static const struct field_words attempt_rests = {
	attempt_scope,
	attempt_scope_named,
};

static const struct field attempt_limit_fields[] = {
	FIELD(limits, limit, "limit", .kind = FIELD_I64, .none = -1),
	FIELD(limits, left, "left", .kind = FIELD_I64, .none = -1),
	FIELD(limits, model_limit, "model_limit", .kind = FIELD_I64,
	    .none = -1),
	FIELD(limits, model_left, "model_left", .kind = FIELD_I64, .none = -1),
	FIELD_END,
};

const struct field_sub attempt_limits = { attempt_limit_fields };

#define ROW(member, text, ...) FIELD(attempt, member, text, __VA_ARGS__)

static const struct field attempt_fields[] = {
	ROW(ts, "ts", .kind = FIELD_TIME, .none = -1),
	ROW(id, "id", .kind = FIELD_STR, .max = CUT_ID),
	ROW(attempt, "attempt", .kind = FIELD_INT),
	ROW(token, "token", .kind = FIELD_STR, .max = CUT_NAME),
	ROW(key, "key", .kind = FIELD_STR, .max = CUT_KEY),
	ROW(upstream, "upstream", .kind = FIELD_STR, .max = CUT_NAME),
	ROW(model, "model", .kind = FIELD_STR, .max = CUT_MODEL),
	ROW(op, "op", .kind = FIELD_STR, .max = CUT_OP),
	ROW(status, "status", .kind = FIELD_INT),
	ROW(verdict, "verdict", .kind = FIELD_WORD, .words = &attempt_verdicts),
	ROW(stream, "stream", .kind = FIELD_TRUTH, .none = -1),
	ROW(ttft, "ttft_ms", .kind = FIELD_I64, .none = -1),
	ROW(ms, "ms", .kind = FIELD_I64, .none = -1),
	ROW(prompt_tokens, "prompt_tokens", .kind = FIELD_I64, .none = -1),
	ROW(completion_tokens, "completion_tokens", .kind = FIELD_I64,
	    .none = -1),
	ROW(limits, "limits", .kind = FIELD_OBJECT, .sub = &attempt_limits),
	ROW(balance, "balance", .kind = FIELD_NUM),
	ROW(balance_total, "balance_total", .kind = FIELD_NUM),
	ROW(balance_frozen, "balance_frozen", .kind = FIELD_NUM),
	ROW(score, "score", .kind = FIELD_INT),
	ROW(tier, "tier", .kind = FIELD_INT),
	ROW(calls, "calls", .kind = FIELD_I64),
	ROW(rest, "rest", .kind = FIELD_WORD, .words = &attempt_rests),
	ROW(rest_until, "rest_until", .kind = FIELD_TIME),
	FIELD_END,
};

void
attempt_init(struct attempt *a)
{
	static const struct attempt unknown = {
		.ts = -1,
		.verdict = -1,
		.stream = -1,
		.ttft = -1,
		.ms = -1,
		.prompt_tokens = -1,
		.completion_tokens = -1,
		.limits = { -1, -1, -1, -1 },
		.balance = NAN,
		.balance_total = NAN,
		.balance_frozen = NAN,
	};

	*a = unknown;
}

int
attempt_line(const struct attempt *a, int off, struct buf *out)
{
	struct json j;
	size_t start = out->len;

	json_begin(&j, out);
	json_object(&j, NULL);
	field_write(attempt_fields, a, off, &j);
	json_end(&j);
	if (json_finish(&j) == -1 || buf_addc(out, '\n') == -1) {
		buf_cut(out, start);
		return -1;
	}
	return 0;
}

int
attempt_parse(const char *line, size_t n, struct attempt *a,
    struct buf *scratch)
{
	struct splice v = { line, n };

	attempt_init(a);
	buf_cut(scratch, 0);
	if (buf_room(scratch, n) == -1)
		return -1;
	errno = EINVAL;
	if (n >= ATTEMPT_MAX ||
	    field_read(attempt_fields, a, v, scratch) == -1 || a->ts < 0 ||
	    a->op == NULL || *a->op == '\0')
		return -1;
	return 0;
}

int
attempt_fold(struct fold *f, const char *line, size_t n, struct buf *scratch)
{
	struct attempt a;

	if (n == 0)
		return 0;
	if (attempt_parse(line, n, &a, scratch) == -1) {
		if (errno == ENOMEM)
			return -1;
		fold_skip(f);
		return 1;
	}
	return fold_attempt(f, &a);
}
