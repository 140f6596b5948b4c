/* Folds as text, and back. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "buf.h"
#include "classify.h"
#include "day.h"
#include "fold.h"
#include "snapshot.h"
#include "tap.h"

enum {
	EAST8 = 8 * 3600
};

#define NOON INT64_C(1795320000000) /* 2026-11-22 12:00 +08:00 */

static struct fold *
sample(void)
{
	struct fold *f = fold_new(day_of(NOON, EAST8), EAST8);
	struct attempt a;
	char model[32];
	int i;

	attempt_init(&a);
	a.op = "chat";
	a.key = "0123abcd";
	a.upstream = "modelscope";
	a.token = "al\"ice";
	a.model = model;
	for (i = 0; i < 60; i++) {
		snprintf(model, sizeof(model), "Qwen/\xe4\xbd\xa0-%d", i % 4);
		a.ts = NOON + i;
		a.ms = i * 37;
		a.status = i % 5 == 0 ? 500 : 200;
		a.verdict = i % 5 == 0 ? V_SERVER : V_OK;
		a.rest = i % 5 == 0 ? SCOPE_MODEL : SCOPE_NONE;
		a.rest_until = NOON + 100000;
		a.prompt_tokens = 10;
		a.limits.model_left = i;
		fold_attempt(f, &a);
	}
	a.op = "balance";
	a.balance = 176.5;
	fold_attempt(f, &a);
	fold_skip(f);
	return f;
}

static int
same(const struct fold_ent *a, const struct fold_ent *b)
{
	return b != NULL && strcmp(a->model, b->model) == 0 &&
	    strcmp(a->token, b->token) == 0 && a->calls == b->calls &&
	    a->failures == b->failures && a->requests == b->requests &&
	    a->prompt_tokens == b->prompt_tokens &&
	    a->completion_tokens == b->completion_tokens &&
	    memcmp(&a->limits, &b->limits, sizeof(a->limits)) == 0 &&
	    fold_latency(a, 0.9) == fold_latency(b, 0.9) &&
	    (a->balance == b->balance ||
		(isnan(a->balance) && isnan(b->balance))) &&
	    a->balance_ts == b->balance_ts && a->rest_until == b->rest_until &&
	    a->rest_since == b->rest_since &&
	    a->rest_verdict == b->rest_verdict && a->strikes == b->strikes &&
	    a->last_verdict == b->last_verdict &&
	    a->last_status == b->last_status && a->last_ts == b->last_ts &&
	    a->last_error == b->last_error &&
	    a->last_error_ts == b->last_error_ts;
}

static void
test_both_ways(void)
{
	struct fold *f = sample(), *g;
	const struct fold_ent *a, *b;
	struct buf text, again;
	size_t i = 0, k = 0;
	int good = 1;

	buf_init(&text, 1 << 20);
	buf_init(&again, 1 << 20);
	ok(snapshot_write(f, &text) == 0, "written");
	g = snapshot_read(text.d, text.len, EAST8);
	if (!ok(g != NULL, "read"))
		return;
	ok(fold_day(g) == fold_day(f) && fold_lines(g) == 61 &&
		fold_skipped(g) == 1 && fold_verdicts(g)[V_OK] == 48 &&
		fold_verdicts(g)[V_SERVER] == 12,
	    "the whole");
	while ((a = fold_each(f, &i)) != NULL) {
		b = *a->token != '\0' ?
		    fold_token(g, a->token) :
		    fold_get(g, a->upstream, a->key, a->model);
		good = good && same(a, b);
		k++;
	}
	ok(good && k == 12, "each entry");
	ok(snapshot_write(g, &again) == 0 && again.len == text.len &&
		memcmp(again.d, text.d, text.len) == 0,
	    "written again the same");
	fold_free(f);
	fold_free(g);
	buf_free(&text);
	buf_free(&again);
}

/* A text that is cut anywhere, or goes on, is none. */
static void
test_damage(void)
{
	struct fold *f = sample(), *g;
	struct buf text;
	size_t n;
	char *p;
	int good = 1;

	buf_init(&text, 1 << 20);
	snapshot_write(f, &text);
	for (n = 0; n < text.len; n++) {
		p = malloc(n > 0 ? n : 1);
		memcpy(p, text.d, n);
		errno = 0;
		g = snapshot_read(p, n, EAST8);
		good = good && g == NULL && errno == EINVAL;
		fold_free(g);
		free(p);
	}
	ok(good, "cut at any byte");
	buf_adds(&text, "{}\n");
	ok(snapshot_read(text.d, text.len, EAST8) == NULL, "and more");
	buf_free(&text);
	fold_free(f);
}

static void
test_foreign(void)
{
#define HEAD "{\"fold\":2,\"day\":\"2026-11-22\",\"lines\":0,\"skipped\":0}\n"
	static const struct {
		const char *name, *text;
		int good;
	} rows[] = {
		{ "nothing in it", HEAD "{\"end\":0}\n", 1 },
		{ "unknown members",
		    HEAD "{\"calls\":3,\"new\":[]}\n{\"end\":1}\n", 1 },
		{ "an entry twice",
		    HEAD "{\"key\":\"k\",\"latency\":[1,2]}\n"
			 "{\"key\":\"k\",\"latency\":[1,3]}\n{\"end\":2}\n",
		    1 },
		{ "another version",
		    "{\"fold\":1,\"day\":\"2026-11-22\","
		    "\"lines\":0,\"skipped\":0}\n{\"end\":0}\n",
		    0 },
		{ "verdicts of another kind",
		    "{\"fold\":2,\"day\":\"2026-11-22\",\"lines\":0,"
		    "\"skipped\":0,\"verdicts\":[]}\n{\"end\":0}\n",
		    0 },
		{ "no day",
		    "{\"fold\":2,\"lines\":0,\"skipped\":0}\n"
		    "{\"end\":0}\n",
		    0 },
		{ "a wrong day",
		    "{\"fold\":2,\"day\":\"2026-02-30\","
		    "\"lines\":0,\"skipped\":0}\n{\"end\":0}\n",
		    0 },
		{ "a wrong number", HEAD "{\"end\":1}\n", 0 },
		{ "a negative count", HEAD "{\"calls\":-1}\n{\"end\":1}\n", 0 },
		{ "a bucket too far",
		    HEAD "{\"latency\":[256,1]}\n{\"end\":1}\n", 0 },
		{ "a bucket without count",
		    HEAD "{\"latency\":[1]}\n{\"end\":1}\n", 0 },
		{ "a count too large",
		    HEAD "{\"latency\":[1,4294967296]}\n{\"end\":1}\n", 0 },
		{ "latency of another kind",
		    HEAD "{\"latency\":7}\n{\"end\":1}\n", 0 },
		{ "empty", "", 0 },
		{ "an empty line", "\n", 0 },
		{ "not JSON", "fold\n", 0 },
	};
	struct fold *f;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		f = snapshot_read(rows[i].text, strlen(rows[i].text), EAST8);
		ok((f != NULL) == rows[i].good, "%s", rows[i].name);
		fold_free(f);
	}
}

int
main(void)
{
	test_both_ways();
	test_damage();
	test_foreign();
	return done();
}
