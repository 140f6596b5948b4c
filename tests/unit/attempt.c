/* Attempts as lines, and back. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "buf.h"
#include "classify.h"
#include "fold.h"
#include "tap.h"

enum {
	EAST8 = 8 * 3600
};

#define NOON INT64_C(1795320000000) /* 2026-11-22 12:00 +08:00 */

static void
full(struct attempt *a)
{
	attempt_init(a);
	a->ts = NOON + 7;
	a->id = "req_1";
	a->attempt = 2;
	a->token = "al\"ice\\";
	a->key = "0123abcd";
	a->upstream = "modelscope";
	a->model = "Qwen/Qwen3-8B:\xe4\xbd\xa0";
	a->op = "chat";
	a->status = 429;
	a->verdict = V_BURST;
	a->stream = 0;
	a->ttft = 0;
	a->ms = 1234;
	a->prompt_tokens = 9007199254740993;
	a->completion_tokens = 0;
	a->limits = (struct limits){ 2000, 0, -1, 5 };
	a->balance = 0.5;
	a->balance_total = 177;
	a->balance_frozen = 176.5;
	a->score = 7;
	a->tier = 2;
	a->calls = 3;
	a->rest = SCOPE_PAIR;
	a->rest_until = NOON + 60007;
}

static const char full_line[] =
    "{\"ts\":\"2026-11-22T12:00:00.007+08:00\",\"id\":\"req_1\","
    "\"attempt\":2,\"token\":\"al\\\"ice\\\\\",\"key\":\"0123abcd\","
    "\"upstream\":\"modelscope\",\"model\":\"Qwen/Qwen3-8B:\xe4\xbd\xa0\","
    "\"op\":\"chat\",\"status\":429,\"verdict\":\"burst\",\"stream\":false,"
    "\"ttft_ms\":0,\"ms\":1234,\"prompt_tokens\":9007199254740993,"
    "\"completion_tokens\":0,\"limits\":{\"limit\":2000,\"left\":0,"
    "\"model_left\":5},\"balance\":0.5,\"balance_total\":177,"
    "\"balance_frozen\":176.5,\"score\":7,\"tier\":2,\"calls\":3,"
    "\"rest\":\"pair\",\"rest_until\":\"2026-11-22T12:01:00.007+08:00\"}\n";

static int
text(const char *a, const char *b)
{
	return (a == NULL && b == NULL) ||
	    (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static int
number(double a, double b)
{
	return (isnan(a) && isnan(b)) || a == b;
}

static int
same(const struct attempt *a, const struct attempt *b)
{
	return a->ts == b->ts && text(a->id, b->id) &&
	    a->attempt == b->attempt && text(a->token, b->token) &&
	    text(a->key, b->key) && text(a->upstream, b->upstream) &&
	    text(a->model, b->model) && text(a->op, b->op) &&
	    a->status == b->status && a->verdict == b->verdict &&
	    a->stream == b->stream && a->ttft == b->ttft && a->ms == b->ms &&
	    a->prompt_tokens == b->prompt_tokens &&
	    a->completion_tokens == b->completion_tokens &&
	    memcmp(&a->limits, &b->limits, sizeof(a->limits)) == 0 &&
	    number(a->balance, b->balance) &&
	    number(a->balance_total, b->balance_total) &&
	    number(a->balance_frozen, b->balance_frozen) &&
	    a->score == b->score && a->tier == b->tier &&
	    a->calls == b->calls && a->rest == b->rest &&
	    a->rest_until == b->rest_until;
}

static void
test_both_ways(void)
{
	struct attempt a, b;
	struct buf line, scratch;
	int v, good = 1;

	buf_init(&line, ATTEMPT_MAX);
	buf_init(&scratch, ATTEMPT_MAX);
	full(&a);
	ok(attempt_line(&a, EAST8, &line) == 0 &&
		strcmp(line.d, full_line) == 0,
	    "a full line");
	ok(attempt_parse(line.d, line.len - 1, &b, &scratch) == 0 &&
		same(&a, &b),
	    "and back");

	attempt_init(&a);
	a.ts = NOON;
	a.op = "clear";
	buf_cut(&line, 0);
	ok(attempt_line(&a, 0, &line) == 0 &&
		strcmp(line.d,
		    "{\"ts\":\"2026-11-22T04:00:00.000+00:00\",\"op\":\"clear\"}\n") ==
		    0,
	    "what is not known is not written");
	ok(attempt_parse(line.d, line.len - 1, &b, &scratch) == 0 &&
		same(&a, &b),
	    "and not known when read");

	for (v = 0; v < V_MAX; v++) {
		a.verdict = v;
		a.rest = v % (SCOPE_UPSTREAM + 1);
		buf_cut(&line, 0);
		good = good && attempt_line(&a, EAST8, &line) == 0 &&
		    attempt_parse(line.d, line.len - 1, &b, &scratch) == 0 &&
		    same(&a, &b);
	}
	ok(good, "every verdict and scope");
	buf_free(&line);
	buf_free(&scratch);
}

static void
test_cut(void)
{
	static char nasty[5000], wide[5000];
	struct attempt a, b;
	struct buf line, scratch;
	size_t i;

	memset(nasty, '\001', sizeof(nasty) - 1);
	for (i = 0; i + 3 < sizeof(wide); i += 3)
		memcpy(wide + i, "\xe4\xbd\xa0", 3);
	buf_init(&line, 2 * ATTEMPT_MAX);
	buf_init(&scratch, ATTEMPT_MAX);
	full(&a);
	a.id = a.token = a.key = a.upstream = a.model = a.op = nasty;
	a.status = a.attempt = a.score = a.tier = INT32_MAX;
	a.ttft = a.ms = a.prompt_tokens = a.completion_tokens = INT64_MAX;
	a.calls = INT64_MAX;
	a.limits = (struct limits){ INT64_MAX, INT64_MAX, INT64_MAX,
		INT64_MAX };
	a.balance = a.balance_total = a.balance_frozen =
	    -1.234567890123456e-300;
	ok(attempt_line(&a, -EAST8, &line) == 0 && line.len < ATTEMPT_MAX,
	    "the longest line");
	ok(attempt_parse(line.d, line.len - 1, &b, &scratch) == 0 &&
		strlen(b.model) == 256,
	    "is read");
	buf_cut(&line, 0);
	a.model = wide;
	ok(attempt_line(&a, EAST8, &line) == 0 &&
		attempt_parse(line.d, line.len - 1, &b, &scratch) == 0 &&
		strlen(b.model) == 255,
	    "cut between characters");
	buf_cut(&line, 0);
	a.model = "a\xff"
		  "b";
	ok(attempt_line(&a, EAST8, &line) == 0 &&
		attempt_parse(line.d, line.len - 1, &b, &scratch) == 0 &&
		strcmp(b.model,
		    "a\xef\xbf\xbd"
		    "b") == 0,
	    "invalid UTF-8");
	buf_cut(&line, 0);
	memset(nasty, '\x80', sizeof(nasty) - 1);
	ok(attempt_line(&a, EAST8, &line) == 0 &&
		attempt_parse(line.d, line.len - 1, &b, &scratch) == 0 &&
		*b.op != '\0',
	    "nothing but half characters");
	buf_free(&line);
	buf_init(&line, 100);
	ok(attempt_line(&a, EAST8, &line) == -1 && errno == EFBIG &&
		line.len == 0,
	    "no room: nothing is added");
	buf_free(&line);
	buf_free(&scratch);
}

/* Every beginning of a line is torn. */
static void
test_torn(void)
{
	struct attempt a;
	struct buf scratch;
	size_t n, len = strlen(full_line) - 1;
	char *p;
	int good = 1;

	buf_init(&scratch, ATTEMPT_MAX);
	for (n = 0; n < len; n++) {
		p = malloc(n > 0 ? n : 1);
		memcpy(p, full_line, n);
		good = good && attempt_parse(p, n, &a, &scratch) == -1 &&
		    errno == EINVAL;
		free(p);
	}
	ok(good, "every torn line is known for one");
	buf_free(&scratch);
	buf_init(&scratch, 10);
	ok(attempt_parse(full_line, len, &a, &scratch) == -1 && errno == EFBIG,
	    "scratch too small");
	buf_free(&scratch);
}

int
main(void)
{
	test_both_ways();
	test_cut();
	test_torn();
	return done();
}
