/* balance: rows of keys and models, their levels and sums. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "balance.h"
#include "buf.h"
#include "classify.h"
#include "conf.h"
#include "fault.h"
#include "fold.h"
#include "keys.h"
#include "state.h"
#include "tap.h"

static const char text[] =
    "{\"models\":[{\"id\":\"A/a\"},{\"id\":\"B/b\",\"upstream\":\"ai\"},"
    "{\"id\":\"local\",\"upstream\":\"ollama\"}],"
    "\"upstreams\":{\"modelscope\":{\"base_url\":\"https://a.example/v1\"},"
    "\"ai\":{\"base_url\":\"https://b.example/v1\"},"
    "\"ollama\":{\"base_url\":\"http://127.0.0.1:1/v1\",\"keyless\":true}}}";
static const char lines[] = "one ms-key-one\n"
			    "two ms-key-two ai\n"
			    "both ms-key-three modelscope,ai\n"
			    "lost ms-key-four nowhere\n";
static const struct balance_model models[] = { { "A/a", 1 }, { "B/b", 0 },
	{ "local", 1 } };
static struct conf *conf;
static struct keys *keys;

static void
load(void)
{
	struct fault f = { 0 };

	conf = conf_parse(text, strlen(text), "models.json", &f, NULL);
	keys = keys_parse(lines, strlen(lines), "keys", &f, NULL);
	if (conf == NULL || keys == NULL) {
		printf("Bail out! %s\n", f.text);
		exit(1);
	}
}

static void
rows(void)
{
	static const struct {
		const char *key, *model;
		int ask;
	} want[] = { { "one", "A/a", 1 }, { "two", "B/b", 0 },
		{ "both", "A/a", 1 }, { "both", "B/b", 0 }, { "lost", NULL, 0 },
		{ NULL, "local", 1 } };
	const struct balance_account *a;
	struct balance *b = balance_new(conf, keys, models, 3);
	size_t i;
	int good;

	ok(b->nrows == 6 && b->naccounts == 6, "six rows, six accounts");
	for (i = 0; i < b->nrows && i < 6; i++) {
		a = &b->accounts[b->rows[i].account];
		good = b->rows[i].ask == want[i].ask &&
		    (want[i].key == NULL ?
			    a->key == NULL :
			    strcmp(keys_label(a->key), want[i].key) == 0) &&
		    (want[i].model == NULL ?
			    b->rows[i].model == NULL :
			    strcmp(b->rows[i].model, want[i].model) == 0);
		ok(good, "row %zu", i);
	}
	ok(b->rows[4].error != NULL && b->rows[0].error == NULL,
	    "a key of an upstream that is not there");
	balance_free(b);
	b = balance_new(conf, keys, NULL, 0);
	ok(b->nrows == 5 && b->rows[0].model == NULL,
	    "without models a row an account, none without a key");
	balance_free(b);
	balance_free(NULL);
}

static void
recall(void)
{
	struct balance *b = balance_new(conf, keys, models, 3);
	struct fold *fold = fold_new(0, 0);
	struct attempt a;

	attempt_init(&a);
	a.ts = 1000;
	a.op = "balance";
	a.upstream = "modelscope";
	a.key = keys->v[0].id;
	a.verdict = V_OK;
	a.balance = 12.5;
	fold_attempt(fold, &a);
	balance_recall(b, conf, fold, 2000);
	ok(b->accounts[0].available == 12.5 && isnan(b->accounts[2].available),
	    "balances come back");
	ok(b->rows[0].state == STATE_UNKNOWN && b->rows[0].limit == -1,
	    "of the model nothing is known");
	a.op = "chat";
	a.model = "a/A";
	a.balance = NAN;
	a.limits.model_left = 7;
	a.limits.left = 9;
	fold_attempt(fold, &a);
	balance_recall(b, conf, fold, 2000);
	ok(b->rows[0].state == STATE_OK && b->rows[0].left == 9 &&
		b->rows[0].model_left == 7,
	    "until it answered, in any case");
	ok(balance_left(b, &b->rows[0]) == 12.5, "credits are what is left");
	a.limits.left = a.limits.model_left = -1;
	a.verdict = V_BAD_KEY;
	fold_attempt(fold, &a);
	balance_free(b);
	b = balance_new(conf, keys, models, 3);
	balance_recall(b, conf, fold, 2000);
	ok(b->rows[0].state == STATE_INVALID_KEY &&
		isnan(b->accounts[0].available),
	    "a key that is refused has none of what it had");
	fold_free(fold);
	balance_free(b);
}

static void
levels(void)
{
	struct balance *b = balance_new(conf, keys, NULL, 0);
	struct balance_row *r = &b->rows[0];
	double *left = &b->accounts[0].available;
	struct balance_sum s;

	ok(balance_level(b, r, 10, 5) == 3, "nothing known: unknown");
	r->state = STATE_OK;
	*left = 10;
	ok(balance_level(b, r, 10, 5) == 0, "at the threshold: fine");
	*left = 9.5;
	ok(balance_level(b, r, 10, 5) == 1, "under it: warning");
	*left = 0;
	r->state = STATE_EXHAUSTED;
	ok(balance_level(b, r, 10, 5) == 2 && balance_level(b, r, 10, NAN) == 1,
	    "nothing left");
	*left = NAN;
	ok(balance_level(b, r, 1, NAN) == 1, "exhausted is 0, known or not");
	*left = 100;
	ok(balance_level(b, r, 1, NAN) == 1,
	    "a refusal is newer than what was left");
	r->state = STATE_INVALID_KEY;
	ok(balance_level(b, r, NAN, NAN) == 2, "refused: critical");
	r->state = STATE_OK;
	*left = NAN;
	r->left = 8;
	r->model_left = 3;
	ok(balance_level(b, r, 5, 1) == 1, "calls in the old regime");
	r->model_left = -1;
	ok(balance_level(b, r, 5, 1) == 0, "of the account");
	r->state = STATE_TIMEOUT;
	ok(balance_level(b, r, 5, 1) == 3, "not heard of now: unknown");

	*left = 2.5;
	b->accounts[1].available = -1;
	balance_set(r, STATE_TIMEOUT, "late");
	balance_sum(b, &s);
	ok(s.credits == 1.5 && s.count[STATE_TIMEOUT] == 1 &&
		s.count[STATE_UNKNOWN] == 4 && s.unsettled == 5 &&
		s.failed == 5,
	    "sums");
	balance_free(b);
}

int
main(void)
{
	load();
	rows();
	recall();
	levels();
	conf_free(conf);
	keys_free(keys);
	return done();
}
