/* Orders of candidates: rests, credits, quotas, keys, in flight, tiers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "classify.h"
#include "conf.h"
#include "day.h"
#include "fault.h"
#include "fold.h"
#include "keys.h"
#include "pick.h"
#include "tap.h"

/* 2026-11-21 20:00 at +08:00; the day ends four hours later. */
#define NOW INT64_C(1795262400000)
#define MIN INT64_C(60000)
#define HOUR (60 * MIN)

static const char config[] =
    "{\"models\":["
    "{\"id\":\"a/a\",\"tier\":1},"
    "{\"id\":\"b/b\",\"tier\":2,\"upstream\":[\"modelscope\",\"other\"]},"
    "{\"id\":\"c\",\"tier\":4,\"upstream\":\"local\",\"last_resort\":true}],"
    "\"upstreams\":{"
    "\"modelscope\":{\"base_url\":\"https://m.example/v1\","
    "\"balance_url\":\"https://m.example/balance\"},"
    "\"other\":{\"base_url\":\"https://o.example/v1\"},"
    "\"local\":{\"base_url\":\"http://127.0.0.1:1/v1\",\"keyless\":true}}}";

struct said {	 /* one line of the ledger */
	int key; /* 1 or 2; 0: none */
	const char *model;
	int64_t ago; /* ms before NOW */
	int verdict;
	int scope;
	int64_t rest;		  /* until NOW + rest; with a scope */
	double balance;		  /* -1 unknown */
	int64_t left, model_left; /* -1 unknown */
	const char *upstream;	  /* NULL: modelscope */
};

/*
 * Candidates in order: model, upstream where it is not the first, key; and
 * ~ resting, ? ask for the balance, - out, ! no key.
 */
static const struct row {
	const char *name;
	struct said said[6];
	int inflight[2];
	unsigned turn;
	const char *want;
} rows[] = {
	{ "nothing is known", { { 0 } }, { 0, 0 }, 0, "a1 a2 b1 b2 c bo!" },
	{ "round robin", { { 0 } }, { 0, 0 }, 1, "a2 a1 b2 b1 c bo!" },
	{ "fewest in flight first", { { 0 } }, { 1, 0 }, 0,
	    "a2 a1 b2 b1 c bo!" },
	{ "the pair rests",
	    { { 1, "a/a", MIN, V_BURST, SCOPE_PAIR, MIN, -1, -1, -1, NULL } },
	    { 0, 0 }, 0, "a2 b1 b2 a1~ c bo!" },
	{ "the pair rested",
	    { { 1, "a/a", 2 * MIN, V_BURST, SCOPE_PAIR, -1, -1, -1, -1,
		NULL } },
	    { 0, 0 }, 0, "a1 a2 b1 b2 c bo!" },
	{ "a rest ends at its millisecond",
	    { { 1, "a/a", 2 * MIN, V_BURST, SCOPE_PAIR, 0, -1, -1, -1, NULL } },
	    { 0, 0 }, 0, "a1 a2 b1 b2 c bo!" },
	{ "the key rests",
	    { { 1, "a/a", MIN, V_TOO_MANY, SCOPE_KEY, MIN, -1, -1, -1, NULL } },
	    { 0, 0 }, 0, "a2 b2 a1~ b1~ c bo!" },
	{ "the model rests",
	    { { 1, "a/a", MIN, V_SERVER, SCOPE_MODEL, MIN, -1, -1, -1, NULL } },
	    { 0, 0 }, 0, "b1 b2 a1~ a2~ c bo!" },
	{ "the upstream rests",
	    { { 1, "a/a", MIN, V_NETWORK, SCOPE_UPSTREAM, MIN, -1, -1, -1,
		NULL } },
	    { 0, 0 }, 0, "a1~ a2~ b1~ b2~ c bo!" },
	{ "all rest, the first to wake first",
	    { { 1, "a/a", MIN, V_SERVER, SCOPE_MODEL, 3 * MIN, -1, -1, -1,
		  NULL },
		{ 1, "b/b", MIN, V_SERVER, SCOPE_MODEL, MIN, -1, -1, -1, NULL },
		{ 0, "c", MIN, V_SERVER, SCOPE_MODEL, 2 * MIN, -1, -1, -1,
		    "local" } },
	    { 0, 0 }, 0, "b1~ b2~ a1~ a2~ c~ bo!" },
	{ "all rested and are back",
	    { { 1, "a/a", 5 * MIN, V_SERVER, SCOPE_MODEL, -3 * MIN, -1, -1, -1,
		  NULL },
		{ 1, "b/b", 5 * MIN, V_SERVER, SCOPE_MODEL, -MIN, -1, -1, -1,
		    NULL },
		{ 0, "c", 5 * MIN, V_SERVER, SCOPE_MODEL, -2 * MIN, -1, -1, -1,
		    "local" } },
	    { 0, 0 }, 0, "a1 a2 b1 b2 c bo!" },
	{ "resting for the day is out",
	    { { 1, "a/a", MIN, V_QUOTA_DAY, SCOPE_PAIR, 4 * HOUR, -1, -1, -1,
		NULL } },
	    { 0, 0 }, 0, "a2 b1 b2 c a1- bo!" },
	{ "no provider: out for every key",
	    { { 1, "a/a", MIN, V_NO_PROVIDER, SCOPE_MODEL, 24 * HOUR, -1, -1,
		-1, NULL } },
	    { 0, 0 }, 0, "b1 b2 c a1- a2- bo!" },
	{ "a key without credits",
	    { { 1, "a/a", MIN, V_NO_CREDITS, SCOPE_KEY, 9 * MIN, 0, -1, -1,
		NULL } },
	    { 0, 0 }, 0, "a2 b2 c a1- b1- bo!" },
	{ "its rest is over: ask",
	    { { 1, "a/a", 11 * MIN, V_NO_CREDITS, SCOPE_KEY, -MIN, -1, -1, -1,
		NULL } },
	    { 0, 0 }, 0, "a2 a1? b2 b1? c bo!" },
	{ "asked a minute ago: not again yet",
	    { { 1, "a/a", 12 * MIN, V_NO_CREDITS, SCOPE_KEY, -2 * MIN, -1, -1,
		  -1, NULL },
		{ 1, NULL, MIN, V_NO_CREDITS, SCOPE_NONE, 0, 0, -1, -1,
		    NULL } },
	    { 0, 0 }, 0, "a2 b2 c a1- b1- bo!" },
	{ "asked, and there are credits again",
	    { { 1, "a/a", 12 * MIN, V_NO_CREDITS, SCOPE_KEY, -2 * MIN, -1, -1,
		  -1, NULL },
		{ 1, NULL, MIN, V_OK, SCOPE_NONE, 0, 250, -1, -1, NULL } },
	    { 0, 0 }, 0, "a1 a2 b1 b2 c bo!" },
	{ "nothing left for a model",
	    { { 1, "a/a", MIN, V_OK, SCOPE_NONE, 0, -1, 100, 0, NULL } },
	    { 0, 0 }, 0, "a2 b1 b2 c a1- bo!" },
	{ "nothing left of an account",
	    { { 1, "a/a", MIN, V_OK, SCOPE_NONE, 0, -1, 0, 10, NULL } },
	    { 0, 0 }, 0, "a2 b2 c a1- b1- bo!" },
	{ "more left first",
	    { { 1, "a/a", MIN, V_OK, SCOPE_NONE, 0, -1, 100, 5, NULL },
		{ 2, "a/a", MIN, V_OK, SCOPE_NONE, 0, -1, 50, 40, NULL } },
	    { 0, 0 }, 0, "a2 a1 b1 b2 c bo!" },
	{ "what is in flight counts against it",
	    { { 1, "a/a", MIN, V_OK, SCOPE_NONE, 0, -1, 100, 5, NULL },
		{ 2, "a/a", MIN, V_OK, SCOPE_NONE, 0, -1, 100, 4, NULL } },
	    { 2, 0 }, 0, "a2 a1 b2 b1 c bo!" },
	{ "known to have some before unknown",
	    { { 2, "a/a", MIN, V_OK, SCOPE_NONE, 0, -1, -1, 3, NULL } },
	    { 0, 0 }, 0, "a2 a1 b1 b2 c bo!" },
	{ "the last one in flight after unknown",
	    { { 2, "a/a", MIN, V_OK, SCOPE_NONE, 0, -1, -1, 1, NULL } },
	    { 2, 1 }, 0, "a1 a2 b2 b1 c bo!" },
	{ "credits count as calls",
	    { { 1, NULL, MIN, V_OK, SCOPE_NONE, 0, 20, -1, -1, NULL },
		{ 2, NULL, MIN, V_OK, SCOPE_NONE, 0, 200.5, -1, -1, NULL } },
	    { 0, 0 }, 0, "a2 a1 b2 b1 c bo!" },
	{ "ready before resting, resting before last resort",
	    { { 1, "a/a", MIN, V_TOO_MANY, SCOPE_KEY, 2 * MIN, -1, -1, -1,
		  NULL },
		{ 2, "b/b", MIN, V_SERVER, SCOPE_MODEL, MIN, -1, -1, -1,
		    NULL } },
	    { 0, 0 }, 0, "a2 b2~ a1~ b1~ c bo!" },
};

static struct conf *conf;
static struct keys *keys;

static void
say(struct fold *f, const struct said *s)
{
	struct attempt a;

	attempt_init(&a);
	a.ts = NOW - s->ago;
	a.upstream = s->upstream != NULL ? s->upstream : "modelscope";
	a.key = s->key != 0 ? keys->v[s->key - 1].id : NULL;
	a.model = s->model;
	a.op = s->model != NULL ? "chat" : "balance";
	a.status = s->verdict == V_OK ? 200 : 429;
	a.verdict = s->verdict;
	a.rest = s->scope;
	a.rest_until = s->scope != SCOPE_NONE ? NOW + s->rest : 0;
	if (s->balance >= 0)
		a.balance = s->balance;
	a.limits.left = s->left;
	a.limits.model_left = s->model_left;
	fold_attempt(f, &a);
}

static void
show(const struct pick *p, size_t n, char *dst, size_t size)
{
	static const char *const mark[] = { "", "~", "?", "-", "!" };
	size_t i;
	char w[8];

	for (*dst = '\0', i = 0; i < n; i++) {
		snprintf(w, sizeof(w), "%s%c%s%s%s", i > 0 ? " " : "",
		    "abc"[p[i].model],
		    p[i].model == 1 && p[i].upstream == 1 ? "o" : "",
		    p[i].key == 0     ? "1" :
			p[i].key == 1 ? "2" :
					"",
		    mark[p[i].state]);
		strlcat(dst, w, size);
	}
}

static struct pick *
try(struct fold *f, const int *inflight, unsigned turn, size_t *n)
{
	struct pick_in in = { .conf = conf,
		.keys = keys,
		.fold = f,
		.inflight = inflight,
		.now = NOW,
		.turn = turn };
	struct pick_model order[3];
	struct pick *p = NULL;
	size_t i;

	for (i = 0; i < 3; i++) {
		order[i].id = conf->models[i].id;
		order[i].upstreams = conf->models[i].upstreams;
		order[i].nupstreams = conf->models[i].nupstreams;
		order[i].last_resort = conf->models[i].last_resort;
		order[i].price = conf->models[i].price;
	}
	in.order = order;
	in.norder = 3;
	if (pick(&in, &p, n) == -1)
		*n = 0;
	return p;
}

static void
test_rows(void)
{
	const struct row *r;
	struct fold *f;
	struct pick *p;
	char got[128], want[128];
	size_t i, n;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = &rows[i];
		f = fold_new(day_of(NOW, conf->day_offset), conf->day_offset);
		for (n = 0; n < 6 && r->said[n].ago != 0; n++)
			say(f, &r->said[n]);
		p = try(f, r->inflight, r->turn, &n);
		show(p, n, got, sizeof(got));
		strlcpy(want, r->want, sizeof(want));
		if (!ok(strcmp(got, want) == 0, "%s", r->name))
			printf("# got  %s\n# want %s\n", got, want);
		free(p);
		fold_free(f);
	}
}

/* Why, until when, and how many are left. */
static void
test_reasons(void)
{
	static const struct said quota = { 1, "a/a", MIN, V_OK, SCOPE_NONE, 0,
		-1, 100, 0, NULL },
				 burst = { 1, "a/a", MIN, V_BURST, SCOPE_PAIR,
					 MIN, -1, -1, -1, NULL },
				 busy = { 1, "a/a", MIN, V_TOO_MANY, SCOPE_KEY,
					 5 * MIN, -1, -1, -1, NULL },
				 some = { 2, "a/a", MIN, V_OK, SCOPE_NONE, 0,
					 -1, 9, 7, NULL };
	static const int inflight[2] = { 0, 3 };
	struct fold *f = fold_new(day_of(NOW, conf->day_offset),
	    conf->day_offset);
	struct pick *p;
	size_t i, n;

	say(f, &burst);
	say(f, &busy);
	say(f, &some);
	p = try(f, inflight, 0, &n);
	ok(n == 6 && p[0].model == 0 && p[0].key == 1 && p[0].left == 4,
	    "left is the least known less what is in flight");
	for (i = 0; i < n && (p[i].model != 0 || p[i].key != 0); i++)
		;
	ok(i < n && p[i].until == NOW + 5 * MIN && p[i].why == V_TOO_MANY,
	    "of two rests the longer counts");
	free(p);
	say(f, &quota);
	p = try(f, NULL, 0, &n);
	for (i = 0; i < n && (p[i].model != 0 || p[i].key != 0); i++)
		;
	ok(i < n && p[i].state == PICK_OUT && p[i].why == V_QUOTA_DAY &&
		p[i].until == NOW + 4 * HOUR,
	    "0 left is out until the day ends");
	free(p);
	fold_free(f);
	f = fold_new(day_of(NOW, conf->day_offset) - 1, conf->day_offset);
	say(f, &quota);
	p = try(f, NULL, 0, &n);
	ok(n == 6 && p[0].state == PICK_READY && p[0].left == -1,
	    "limits of another day say nothing");
	free(p);
	fold_free(f);
}

/* What a balance is worth in calls, by the price of a model. */
static void
test_prices(void)
{
	static const struct {
		double price, balance;
		int64_t left;
	} cases[] = { { 2, 5, 2 }, { 2, 1.9, 0 }, { 0.25, 1, 4 }, { 0, 9, -1 },
		{ 1e-300, 1, 1000000000 }, { NAN, 5, 10 }, { NAN, 0.4, 0 } };
	double before = conf->models[0].price;
	size_t i, n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct said s = { 1, NULL, MIN, V_OK, SCOPE_NONE, 0,
			cases[i].balance, -1, -1, NULL };
		struct fold *f = fold_new(day_of(NOW, conf->day_offset),
		    conf->day_offset);
		struct pick *p;
		size_t k;

		say(f, &s);
		conf->models[0].price = cases[i].price;
		p = try(f, NULL, 0, &n);
		for (k = 0; k < n && (p[k].model != 0 || p[k].key != 0); k++)
			;
		ok(k < n && p[k].left == cases[i].left,
		    "%g credits at %g a call", cases[i].balance,
		    cases[i].price);
		free(p);
		fold_free(f);
	}
	conf->models[0].price = before;
}

static void
test_tiers(void)
{
	static const char text[] =
	    "{\"models\":["
	    "{\"id\":\"x/1\",\"tier\":1},{\"id\":\"x/2\",\"tier\":2},"
	    "{\"id\":\"x/3\",\"tier\":3},{\"id\":\"x/l\",\"tier\":3,"
	    "\"last_resort\":true},{\"id\":\"x/4\",\"tier\":4},"
	    "{\"id\":\"x/off\",\"tier\":2,\"enabled\":false},"
	    "{\"id\":\"x/b\",\"tier\":2}]}";
	static const struct {
		int tier;
		const char *want;
	} t[] = { { 0, "1234bl" }, { 1, "12b34l" }, { 2, "2b341l" },
		{ 3, "342b1l" }, { 4, "432b1l" } };
	struct conf *c = conf_parse(text, sizeof(text) - 1, "t", NULL, NULL);
	size_t idx[16], i, k, n;
	char got[17];

	if (!ok(c != NULL, "configuration"))
		return;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		n = pick_tier(c, t[i].tier, idx);
		for (k = 0; k < n; k++)
			got[k] = c->models[idx[k]].id[2];
		got[n] = '\0';
		ok(strcmp(got, t[i].want) == 0, "order for tier %d: %s",
		    t[i].tier, got);
	}
	conf_free(c);
}

static void
test_dry(void)
{
	static const struct pick v[] = { { .state = PICK_OUT },
		{ .state = PICK_NO_KEY }, { .state = PICK_RESTING } };

	ok(pick_dry(v, 2), "out, and without a key: dry");
	ok(!pick_dry(v, 3), "one that rests will be back");
	ok(pick_dry(v, 0), "nothing at all is dry");
}

int
main(void)
{
	struct fault f;

	conf = conf_parse(config, sizeof(config) - 1, "test", &f, NULL);
	keys = keys_parse("one ms-1\ntwo ms-2\n", 18, "test", &f, NULL);
	if (!ok(conf != NULL && keys != NULL && keys->n == 2, "set up"))
		return done();
	test_rows();
	test_reasons();
	test_prices();
	test_tiers();
	test_dry();
	keys_free(keys);
	conf_free(conf);
	return done();
}
