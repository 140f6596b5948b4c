/* What follows from lines: counts, limits, balances, rests, latencies. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "buf.h"
#include "classify.h"
#include "day.h"
#include "fold.h"
#include "tap.h"

enum {
	EAST8 = 8 * 3600
};

#define T INT64_C(1795276800000) /* 2026-11-22 00:00 +08:00 */
#define MINUTE INT64_C(60000)
#define NOON (T + 12 * 60 * MINUTE)

static int
line(struct fold *f, const char *s, size_t n)
{
	struct buf scratch;
	int rc;

	buf_init(&scratch, ATTEMPT_MAX);
	rc = attempt_fold(f, s, n, &scratch);
	buf_free(&scratch);
	return rc;
}

#define U "modelscope"
#define K "0123abcd"
#define M "Qwen/Qwen3-8B"

static struct fold *
empty(void)
{
	struct fold *f = fold_new(day_of(T, EAST8), EAST8);

	if (f == NULL)
		abort();
	return f;
}

/* An attempt that ended at ts and took ms. */
static struct attempt
attempt(int64_t ts, int64_t ms, int verdict)
{
	struct attempt a;

	attempt_init(&a);
	a.ts = ts;
	a.ms = ms;
	a.op = "chat";
	a.attempt = 1;
	a.upstream = U;
	a.key = K;
	a.model = M;
	a.verdict = verdict;
	a.status = verdict == V_OK ? 200 : 429;
	return a;
}

/* Folds it as the line that it is. */
static int
take(struct fold *f, const struct attempt *a)
{
	struct buf b;
	int rc;

	buf_init(&b, ATTEMPT_MAX);
	if (attempt_line(a, EAST8, &b) == -1)
		abort();
	rc = line(f, b.d, b.len - 1);
	buf_free(&b);
	return rc;
}

static void
refuse(struct fold *f, int64_t ts, int64_t ms, int verdict, int rest,
    int64_t until)
{
	struct attempt a = attempt(ts, ms, verdict);

	a.rest = rest;
	a.rest_until = until;
	take(f, &a);
}

static void
succeed(struct fold *f, int64_t ts, int64_t ms)
{
	struct attempt a = attempt(ts, ms, V_OK);

	take(f, &a);
}

/* What fails on our side is a call, and no failure of theirs. */
static void
test_ours(void)
{
	struct fold *f = empty();
	struct attempt a = attempt(NOON, -1, V_SYSTEM);
	const struct fold_ent *e;

	take(f, &a);
	e = fold_get(f, U, NULL, M);
	ok(e->calls == 1 && e->failures == 0 && e->last_error == -1 &&
		e->last_verdict == V_SYSTEM,
	    "our own fault");
	fold_free(f);
}

static void
test_counts(void)
{
	static const char *const ops[] = { "balance", "score", "clear" };
	struct fold *f = empty();
	struct attempt a = attempt(NOON, 900, V_OK);
	const struct fold_ent *e;
	size_t i;

	a.token = "alice";
	a.prompt_tokens = 10;
	a.completion_tokens = 5;
	ok(take(f, &a) == 0, "a line");
	a.verdict = V_SERVER;
	a.status = 502;
	a.attempt = 2;
	a.ts++;
	take(f, &a);
	a.verdict = V_CANCELLED;
	a.status = 0;
	a.key = NULL;
	take(f, &a);

	e = fold_get(f, NULL, NULL, NULL);
	ok(e->calls == 3 && e->failures == 1 && e->requests == 1, "in all");
	ok(e->prompt_tokens == 30 && e->completion_tokens == 15, "tokens");
	ok(e->last_verdict == V_CANCELLED && e->last_error == V_SERVER &&
		e->last_error_ts == NOON + 1,
	    "last of all");
	e = fold_get(f, U, NULL, NULL);
	ok(e->calls == 3 && e->latency == NULL, "of an upstream");
	e = fold_get(f, U, K, NULL);
	ok(e->calls == 2 && e->last_status == 502, "of a key");
	e = fold_get(f, U, NULL, "QWEN/qwen3-8b");
	ok(e != NULL && e->calls == 3 && strcmp(e->model, M) == 0,
	    "of a model, in any case");
	e = fold_get(f, U, K, M);
	ok(e->calls == 2 && e->last_verdict == V_SERVER, "of a pair");
	e = fold_token(f, "alice");
	ok(e->calls == 3 && e->requests == 1, "of a token");
	ok(fold_token(f, "bob") == NULL && fold_get(f, U, "x", NULL) == NULL &&
		fold_get(f, "x", K, M) == NULL,
	    "what no line named");
	for (i = 0; fold_each(f, &i) != NULL;)
		continue;
	ok(i == 6, "all entries");

	a = attempt(NOON, -1, V_OK);
	for (i = 0; i < 3; i++) {
		a.op = ops[i];
		take(f, &a);
		ok(fold_get(f, NULL, NULL, NULL)->calls == 3, "%s is no call",
		    ops[i]);
	}
	a.op = "import";
	a.calls = 40;
	take(f, &a);
	ok(fold_get(f, U, K, M)->calls == 42, "imported sums");
	a.calls = INT64_MAX;
	take(f, &a);
	ok(fold_get(f, U, K, M)->calls == INT64_MAX, "no sum overflows");
	ok(fold_lines(f) == 8 && fold_skipped(f) == 0, "lines");
	fold_free(f);
}

static void
test_lines(void)
{
	static const char *const foreign[] = {
		"{",
		"x",
		"[]",
		"{}",
		"null",
		"\"\"",
		"{\"ts\":\"2026-11-22T12:00:00.000+08:00\"}",
		"{\"op\":\"chat\"}",
		"{\"ts\":\"yesterday\",\"op\":\"chat\"}",
		"{\"ts\":1795276800000,\"op\":\"chat\"}",
		"{\"ts\":\"2026-11-22T12:00:00+08:00\",\"op\":5}",
		"{\"ts\":\"2026-11-22T12:00:00+08:00\",\"op\":\"chat\","
		"\"ms\":\"5\"}",
		"{\"ts\":\"2026-11-22T12:00:00+08:00\",\"op\":\"chat\","
		"\"ms\":-5}",
		"{\"ts\":\"2026-11-22T12:00:00+08:00\",\"op\":\"chat\","
		"\"status\":99999999999}",
		"{\"ts\":\"2026-11-22T12:00:00+08:00\",\"op\":\"chat\"",
		"{\"ts\":\"2026-11-22T12:00:00+08:00\",\"op\":\"chat\"}}",
		"{\"ts\":\"2026-11-22T12:00:00+08:00\",\"op\":\"chat\",}",
		"{\"ts\":\"2026-11-22T1{\"ts\":\"2026-11-22T12:00:00.000+08:00"
		"\",\"op\":\"chat\"}",
	};
	static const char *const good[] = {
		"{\"ts\":\"2026-11-22T04:00:00Z\",\"op\":\"chat\"}",
		"{\"op\":\"chat\",\"ts\":\"2026-11-22T12:00:00+08:00\"} \r",
		"{\"new\":{\"a\":[1]},\"op\":\"chat\",\"verdict\":\"strange\","
		"\"rest\":\"nobody\",\"ts\":\"2026-11-22T12:00:00+08:00\"}",
		"{\"o\\u0070\":\"ch\\u0061t\",\"key\":null,"
		"\"ts\":\"2026-11-22T12:00:00+08:00\"}",
		"{\"ts\":\"2026-11-22T12:00:00+08:00\",\"op\":\"x\","
		"\"op\":\"chat\",\"model\":\"\"}",
	};
	static const char early[] =
	    "{\"ts\":\"1969-12-31T23:59:59Z\",\"op\":\"chat\"}";
	struct fold *f = empty();
	char *big;
	size_t i;

	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		ok(line(f, foreign[i], strlen(foreign[i])) == 1, "foreign: %s",
		    foreign[i]);
	ok(fold_skipped(f) == (int64_t)i && fold_lines(f) == 0,
	    "skipped are counted");
	ok(line(f, early, strlen(early)) == 1 && fold_lines(f) == 0 &&
		fold_skipped(f) == (int64_t)i + 1,
	    "and who has no clock");
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(line(f, good[i], strlen(good[i])) == 0, "good %d",
		    (int)i + 1);
	ok(fold_get(f, NULL, NULL, NULL)->calls == (int64_t)i, "and counted");
	ok(line(f, "", 0) == 0 && fold_lines(f) == (int64_t)i,
	    "an empty line is nothing");
	big = malloc(ATTEMPT_MAX);
	memset(big, ' ', ATTEMPT_MAX);
	memcpy(big, good[0], strlen(good[0]));
	ok(line(f, big, ATTEMPT_MAX) == 1, "a line too long");
	ok(line(f, big, ATTEMPT_MAX - 1) == 0, "one as long as can be");
	free(big);
	fold_free(f);
}

static int64_t
rest_of(const struct fold *f, const char *key, const char *model)
{
	return fold_get(f, U, key, model)->rest_until;
}

static void
test_rests(void)
{
	static const struct {
		int scope;
		const char *key, *model, *name;
	} rows[] = {
		{ SCOPE_KEY, K, NULL, "key" },
		{ SCOPE_MODEL, NULL, M, "model" },
		{ SCOPE_PAIR, K, M, "pair" },
		{ SCOPE_UPSTREAM, NULL, NULL, "upstream" },
	};
	const struct fold_ent *e;
	struct attempt a;
	struct fold *f;
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		f = empty();
		refuse(f, NOON, 500, V_SERVER, rows[i].scope, NOON + MINUTE);
		for (k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
			ok(rest_of(f, rows[k].key, rows[k].model) ==
				(i == k ? NOON + MINUTE : 0),
			    "%s rests, and %s", rows[i].name, rows[k].name);
		e = fold_get(f, U, rows[i].key, rows[i].model);
		ok(e->rest_verdict == V_SERVER && e->rest_since == NOON &&
			e->strikes == 1,
		    "why and since when");
		succeed(f, NOON + 100, 200);
		ok(e->rest_until != 0, "not lifted by what was under way");
		succeed(f, NOON + 100, 100);
		ok(e->rest_until == 0 && e->strikes == 0 &&
			e->rest_verdict == -1,
		    "lifted by a success after it");
		fold_free(f);
	}

	f = empty();
	a = attempt(NOON, 5, V_BURST);
	a.key = NULL;
	a.rest = SCOPE_PAIR;
	a.rest_until = NOON + MINUTE;
	take(f, &a);
	ok(rest_of(f, NULL, M) == NOON + MINUTE,
	    "without a key the model rests for the pair");
	a.rest = SCOPE_KEY;
	a.model = NULL;
	ok(take(f, &a) == 0, "nobody rests whom the line does not name");
	fold_free(f);

	f = empty();
	refuse(f, NOON, 5, V_NO_PROVIDER, SCOPE_MODEL, NOON + 9 * MINUTE);
	refuse(f, NOON + 10, 5, V_SERVER, SCOPE_MODEL, NOON + MINUTE);
	e = fold_get(f, U, NULL, M);
	ok(e->rest_until == NOON + 9 * MINUTE &&
		e->rest_verdict == V_NO_PROVIDER,
	    "the longer rest stays");
	refuse(f, NOON + 20, 5, V_BAD_MODEL, SCOPE_MODEL, NOON + 20);
	ok(e->rest_verdict == V_NO_PROVIDER, "a rest that is over is none");
	fold_free(f);

	f = empty();
	refuse(f, NOON, 5, V_TOO_MANY, SCOPE_KEY, NOON + 90 * MINUTE);
	refuse(f, NOON + 10, 5, V_NO_CREDITS, SCOPE_KEY, NOON + 9 * MINUTE);
	e = fold_get(f, U, K, NULL);
	ok(e->rest_until == NOON + 9 * MINUTE &&
		e->rest_verdict == V_NO_CREDITS,
	    "to be out weighs more than a longer rest");
	fold_free(f);
}

static void
test_strikes(void)
{
	struct fold *f = empty();
	const struct fold_ent *e;

	refuse(f, NOON, 5, V_TOO_MANY, SCOPE_KEY, NOON + 5000);
	e = fold_get(f, U, K, NULL);
	refuse(f, NOON + 3, 9, V_TOO_MANY, SCOPE_KEY, NOON + 5003);
	ok(e->strikes == 1, "one that was under way is no other strike");
	refuse(f, NOON + 9, 1, V_TOO_MANY, SCOPE_KEY, NOON + 10009);
	refuse(f, NOON + 20000, 5, V_TOO_MANY, SCOPE_KEY, NOON + 40000);
	ok(e->strikes == 3, "strikes add up, rested or not");
	refuse(f, NOON + 50000, 5, V_BAD_KEY, SCOPE_KEY, NOON + 60000);
	ok(e->strikes == 1, "another reason is a first strike");
	succeed(f, NOON + 70000, 5);
	ok(e->strikes == 0, "a success forgets them");
	fold_free(f);
}

static void
test_balances(void)
{
	struct fold *f = empty();
	struct attempt a = attempt(NOON + MINUTE, 200, V_OK);
	const struct fold_ent *e;

	refuse(f, NOON, 5, V_NO_CREDITS, SCOPE_KEY, NOON + 10 * MINUTE);
	refuse(f, NOON, 5, V_NO_CREDITS, SCOPE_PAIR, NOON + 10 * MINUTE);
	refuse(f, NOON, 5, V_SERVER, SCOPE_MODEL, NOON + 10 * MINUTE);
	e = fold_get(f, U, K, NULL);
	ok(isnan(e->balance) && e->balance_ts == 0, "unknown");
	a.op = "balance";
	a.model = NULL;
	a.verdict = V_NO_CREDITS;
	a.balance = 0.25;
	a.balance_total = 1.25;
	a.balance_frozen = 1;
	take(f, &a);
	ok(e->balance == 0.25 && e->balance_total == 1.25 &&
		e->balance_frozen == 1 && e->balance_ts == a.ts,
	    "a balance");
	ok(e->rest_until != 0, "too little to go on");
	a.ts += MINUTE;
	a.balance = NAN;
	a.verdict = V_TIMEOUT;
	take(f, &a);
	ok(e->balance == 0.25 && e->balance_ts == a.ts &&
		e->last_verdict == V_TIMEOUT,
	    "asked in vain");
	a.balance = 0.5;
	a.verdict = V_OK;
	a.key = "ffffffff";
	take(f, &a);
	ok(e->rest_until != 0, "another key's credits");
	a.key = K;
	take(f, &a);
	ok(rest_of(f, K, NULL) == 0, "credits again: the key goes on");
	ok(rest_of(f, K, M) != 0, "but not a model that may need more");
	ok(rest_of(f, NULL, M) != 0, "nor what rests for other reasons");
	ok(fold_get(f, U, K, NULL)->calls == 3 &&
		fold_get(f, U, NULL, NULL)->last_verdict == V_SERVER,
	    "a balance call is about the key alone");
	a.verdict = V_NO_CREDITS;
	a.balance = 0;
	a.rest = SCOPE_KEY;
	a.rest_until = a.ts + 10 * MINUTE;
	take(f, &a);
	ok(e->rest_until == a.rest_until && e->rest_verdict == V_NO_CREDITS,
	    "a balance line can set a rest");
	refuse(f, a.ts, 5, V_UNBOUND, SCOPE_KEY, a.ts + 60 * MINUTE);
	a.ts += MINUTE;
	a.verdict = V_OK;
	a.balance = 200;
	a.rest = SCOPE_NONE;
	take(f, &a);
	ok(rest_of(f, K, NULL) == 0, "an account that was refused is mended");
	fold_free(f);
}

/* Many models of a key out of credits: so is the key, if nobody knows better */
static void
test_account(void)
{
	static const char *const models[] = { "a/a", "a/b", "A/A", "a/c",
		"a/d" };
	struct attempt a = attempt(NOON, 5, V_NO_CREDITS);
	struct fold *f;
	size_t i, k;

	a.rest = SCOPE_PAIR;
	for (k = 0; k < 3; k++) {
		f = empty();
		a.ts = NOON;
		if (k == 1) {
			a.op = "balance";
			a.model = NULL;
			a.verdict = V_OK;
			a.balance = 1;
			take(f, &a);
			a = attempt(NOON, 5, V_NO_CREDITS);
			a.rest = SCOPE_PAIR;
		}
		for (i = 0; i < 5; i++) {
			a.ts += k == 2 && i == 4 ? 31 * MINUTE : MINUTE;
			a.model = models[i];
			a.rest_until = a.ts + 10 * MINUTE;
			if (i == 4)
				ok(rest_of(f, K, NULL) == 0, "three models");
			take(f, &a);
		}
		ok(rest_of(f, K, NULL) == (k == 0 ? a.rest_until : 0),
		    k == 0     ? "four, in half an hour" :
			k == 1 ? "four, where a balance is known" :
				 "four, in more");
		fold_free(f);
	}
}

static void
test_clear(void)
{
	static const struct {
		const char *key, *model;
		int key_left, model_left, pair_left;
	} rows[] = {
		{ NULL, NULL, 0, 0, 0 },
		{ K, NULL, 0, 1, 0 },
		{ NULL, "qwen/QWEN3-8b", 1, 0, 0 },
		{ K, M, 1, 1, 0 },
		{ "ffffffff", NULL, 1, 1, 1 },
	};
	struct attempt a;
	struct fold *f;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		f = empty();
		refuse(f, NOON, 5, V_BAD_KEY, SCOPE_KEY, NOON + MINUTE);
		refuse(f, NOON, 5, V_BAD_MODEL, SCOPE_MODEL, NOON + MINUTE);
		refuse(f, NOON, 5, V_BURST, SCOPE_PAIR, NOON + MINUTE);
		attempt_init(&a);
		a.ts = NOON;
		a.op = "clear";
		a.key = rows[i].key;
		a.model = rows[i].model;
		take(f, &a);
		ok((rest_of(f, K, NULL) != 0) == rows[i].key_left &&
			(rest_of(f, NULL, M) != 0) == rows[i].model_left &&
			(rest_of(f, K, M) != 0) == rows[i].pair_left,
		    "clear key %s model %s",
		    rows[i].key != NULL ? rows[i].key : "-",
		    rows[i].model != NULL ? rows[i].model : "-");
		fold_free(f);
	}
}

static void
test_limits(void)
{
	struct fold *f = empty();
	struct attempt a = attempt(NOON, 100, V_OK);
	const struct fold_ent *key, *pair;
	int64_t end = T + 24 * 60 * MINUTE;

	a.limits = (struct limits){ 2000, 1500, 100, 3 };
	take(f, &a);
	key = fold_get(f, U, K, NULL);
	pair = fold_get(f, U, K, M);
	ok(key->limits.limit == 2000 && key->limits.left == 1500 &&
		key->limits.model_left == -1,
	    "the account's are the key's");
	ok(pair->limits.model_limit == 100 && pair->limits.model_left == 3 &&
		pair->limits.left == -1,
	    "the model's are the pair's");
	a.limits = (struct limits){ -1, -1, -1, 0 };
	take(f, &a);
	ok(key->limits.left == 1500 && pair->limits.model_limit == 100,
	    "what was not sent stays");
	ok(pair->rest_until == end && pair->rest_verdict == V_QUOTA_DAY &&
		key->rest_until == 0,
	    "none left: the pair rests for the day");
	a.limits = (struct limits){ 2000, 0, 100, 7 };
	a.ts += MINUTE;
	take(f, &a);
	ok(key->rest_until == end && pair->rest_until == 0,
	    "none left: the key rests for the day");
	fold_free(f);
}

static void
test_latency(void)
{
	struct fold *f = empty();
	const struct fold_ent *e;
	int64_t ms, p;
	int bad = 0;

	for (ms = 1; ms <= 1000; ms++)
		succeed(f, NOON + ms, ms);
	e = fold_get(f, NULL, NULL, NULL);
	p = fold_latency(e, 0.5);
	ok(p >= 500 && p <= 525, "median %d", (int)p);
	p = fold_latency(e, 0.95);
	ok(p >= 950 && p <= 998, "p95 %d", (int)p);
	ok(fold_latency(fold_get(f, U, K, NULL), 0.5) == fold_latency(e, 0.5) &&
		fold_latency(fold_get(f, U, NULL, M), 0.5) ==
		    fold_latency(e, 0.5),
	    "of keys and models too");
	ok(fold_latency(fold_get(f, U, K, M), 0.5) == -1 &&
		fold_latency(fold_get(f, U, NULL, NULL), 0.5) == -1,
	    "not of pairs and upstreams");
	fold_free(f);

	for (ms = 0; ms < 700000; ms += 1 + ms / 37) {
		f = empty();
		succeed(f, NOON, ms);
		p = fold_latency(fold_get(f, NULL, NULL, NULL), 0.5);
		bad += p < ms || (double)p > (double)ms * 1.05;
		fold_free(f);
	}
	ok(bad == 0, "within 5 %% from 0 ms to ten minutes");
	f = empty();
	refuse(f, NOON, 3, V_SERVER, SCOPE_MODEL, NOON + 1);
	ok(fold_latency(fold_get(f, NULL, NULL, NULL), 0.5) == -1,
	    "refusals have none");
	succeed(f, NOON, INT64_C(1) << 50);
	ok(fold_latency(fold_get(f, NULL, NULL, NULL), 1) > 600000,
	    "beyond all buckets");
	fold_free(f);
}

static void
test_turn(void)
{
	struct fold *f = empty();
	struct attempt a = attempt(NOON, 100, V_OK);
	const struct fold_ent *e;
	int64_t next = T + 24 * 60 * MINUTE;

	a.token = "alice";
	a.limits = (struct limits){ 2000, 1500, 100, 3 };
	take(f, &a);
	a.op = "balance";
	a.balance = 7;
	take(f, &a);
	refuse(f, NOON, 1, V_QUOTA_MONTH, SCOPE_PAIR, next + MINUTE);
	refuse(f, NOON, 1, V_SERVER, SCOPE_MODEL, next);
	refuse(f, NOON, 1, V_TOO_MANY, SCOPE_KEY, NOON + 5000);
	line(f, "x", 1);
	fold_turn(f, day_of(next, EAST8), next);

	ok(fold_day(f) == day_of(next, EAST8) && fold_lines(f) == 0 &&
		fold_skipped(f) == 0,
	    "a new day");
	e = fold_get(f, NULL, NULL, NULL);
	ok(e->calls == 0 && e->prompt_tokens == 0 && e->latency == NULL,
	    "nothing was called");
	e = fold_get(f, U, K, NULL);
	ok(e != NULL && e->balance == 7 && e->last_verdict == V_TOO_MANY,
	    "a key is remembered");
	ok(e->rest_until == 0 && e->strikes == 0 && e->limits.left == -1,
	    "its rest is over, its limit new");
	e = fold_get(f, U, K, M);
	ok(e != NULL && e->rest_until == next + MINUTE && e->calls == 0 &&
		e->rest_verdict == V_QUOTA_MONTH,
	    "a longer rest lives on");
	ok(fold_get(f, U, NULL, M) == NULL && fold_token(f, "alice") == NULL,
	    "what holds no longer is gone");
	succeed(f, next + 2 * MINUTE, 5);
	ok(fold_get(f, U, K, M)->rest_until == 0 &&
		fold_get(f, U, NULL, M)->calls == 1,
	    "and on it goes");
	fold_turn(f, day_of(next, EAST8) + 40, next + 40 * 1440 * MINUTE);
	ok(fold_get(f, U, K, NULL) == NULL, "but not for ever");
	fold_free(f);
}

static void
test_many(void)
{
	struct fold *f = empty();
	struct attempt a = attempt(NOON, 5, V_OK);
	char key[16], model[32];
	int i, good = 1;

	a.key = key;
	a.model = model;
	for (i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "%08x", i % 100);
		snprintf(model, sizeof(model), "m/%d", i % 50);
		good = good && fold_attempt(f, &a) == 0;
	}
	ok(good, "many entries");
	for (i = 0; i < 100; i++) {
		snprintf(key, sizeof(key), "%08x", i);
		snprintf(model, sizeof(model), "M/%d", i % 50);
		good = good && fold_get(f, U, key, NULL)->calls == 50 &&
		    fold_get(f, U, NULL, model)->calls == 100 &&
		    fold_get(f, U, key, model)->calls == 50;
	}
	ok(good, "each is found");
	fold_free(f);
	fold_free(NULL);
}

int
main(void)
{
	test_counts();
	test_ours();
	test_lines();
	test_rests();
	test_strikes();
	test_balances();
	test_account();
	test_clear();
	test_limits();
	test_latency();
	test_turn();
	test_many();
	return done();
}
