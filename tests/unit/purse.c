/* Balances: the answer's shape, and what the ledger is to know. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "classify.h"
#include "fold.h"
#include "purse.h"
#include "tap.h"

/* 2026-11-21 20:00 at +08:00. */
#define NOW INT64_C(1795262400000)
#define PRICE 0.5
#define MIN INT64_C(60000)

#define DATA(s) "{\"success\":true,\"data\":{" s "}}"

static const struct {
	const char *name, *in;
	int r;
	double available, total, frozen; /* -1: not known */
} bodies[] = {
	{ "all of it",
	    DATA("\"total_balance\":250,\"available_balance\":177.5,"
		 "\"frozen_amount\":0"),
	    0, 177.5, 250, 0 },
	{ "what is available alone", DATA("\"available_balance\":1e2"), 0, 100,
	    -1, -1 },
	{ "success is not said", "{\"data\":{\"available_balance\":0}}", 0, 0,
	    -1, -1 },
	{ "in debt", DATA("\"available_balance\":-0.5"), 0, -0.5, -1, -1 },
	{ "in other order, with more",
	    " {\"data\":{\"x\":[],\"available_balance\":3},\"code\":\"\"} ", 0,
	    3, -1, -1 },
	{ "the last of equal members",
	    DATA("\"available_balance\":1,\"available_balance\":2"), 0, 2, -1,
	    -1 },
	{ "no success",
	    "{\"success\":false,\"data\":{\"available_balance\":1}}", -1, -1,
	    -1, -1 },
	{ "no data", "{\"success\":true}", -1, -1, -1, -1 },
	{ "data null", "{\"success\":true,\"data\":null}", -1, -1, -1, -1 },
	{ "nothing available", DATA("\"total_balance\":1"), -1, -1, -1, -1 },
	{ "available null", DATA("\"available_balance\":null"), -1, -1, -1,
	    -1 },
	{ "available in words", DATA("\"available_balance\":\"1\""), -1, -1, -1,
	    -1 },
	{ "available without end", DATA("\"available_balance\":1e999"), -1, -1,
	    -1, -1 },
	{ "total in words",
	    DATA("\"available_balance\":1,\"total_balance\":\"1\""), -1, -1, -1,
	    -1 },
	{ "nothing", "", -1, -1, -1, -1 },
	{ "a page", "<html>", -1, -1, -1, -1 },
	{ "cut", "{\"data\":{\"available_balance\":1", -1, -1, -1, -1 },
	{ "an array", "[{\"data\":{\"available_balance\":1}}]", -1, -1, -1,
	    -1 },
};

static int
same(double d, double want)
{
	return want == -1 ? isnan(d) != 0 : d == want;
}

static void
parse(void)
{
	struct purse p;
	size_t i, n;
	char *s;
	int r;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		n = strlen(bodies[i].in);
		if ((s = malloc(n + (n == 0))) == NULL)
			abort();
		memcpy(s, bodies[i].in, n);
		p.available = p.total = p.frozen = 17;
		r = purse_parse(s, n, &p);
		free(s);
		ok(r == bodies[i].r && same(p.available, bodies[i].available) &&
			same(p.total, bodies[i].total) &&
			same(p.frozen, bodies[i].frozen),
		    "%s", bodies[i].name);
	}
}

static const struct {
	const char *name;
	int verdict;
	double available;
	int want;     /* verdict in the ledger */
	int64_t rest; /* of the key, ms from now; 0: none */
} rests[] = {
	{ "enough", V_OK, 100, V_OK, 0 },
	{ "just enough", V_OK, PRICE, V_OK, 0 },
	{ "not enough", V_OK, 0.49, V_NO_CREDITS, 10 * MIN },
	{ "in debt", V_OK, -1, V_NO_CREDITS, 10 * MIN },
	{ "payment required", V_NO_CREDITS, NAN, V_NO_CREDITS, 10 * MIN },
	{ "key refused", V_BAD_KEY, NAN, V_BAD_KEY, 60 * MIN },
	{ "not bound", V_UNBOUND, NAN, V_UNBOUND, 60 * MIN },
	{ "not verified", V_UNVERIFIED, NAN, V_UNVERIFIED, 60 * MIN },
	{ "not allowed", V_NO_PERMISSION, NAN, V_NO_PERMISSION, 0 },
	{ "too many", V_TOO_MANY, NAN, V_TOO_MANY, 0 },
	{ "no answer", V_NETWORK, NAN, V_NETWORK, 0 },
	{ "upstream failed", V_SERVER, NAN, V_SERVER, 0 },
	{ "not a balance", V_BAD_REPLY, NAN, V_BAD_REPLY, 0 },
};

static void
ledger(void)
{
	struct attempt a;
	struct purse p;
	size_t i;

	for (i = 0; i < sizeof(rests) / sizeof(rests[0]); i++) {
		memset(&p, 0, sizeof(p));
		p.verdict = rests[i].verdict;
		p.status = 200;
		p.ms = 12;
		p.available = rests[i].available;
		p.total = 300;
		p.frozen = NAN;
		purse_attempt(&p, PRICE, NOW, 28800, &a);
		ok(a.verdict == rests[i].want && a.ts == NOW && a.ms == 12 &&
			a.status == 200 && strcmp(a.op, "balance") == 0 &&
			a.key == NULL && a.balance_total == 300 &&
			isnan(a.balance_frozen) &&
			(isnan(p.available) ? isnan(a.balance) != 0 :
					      a.balance == p.available) &&
			(rests[i].rest == 0 ? a.rest_until == 0 :
					      a.rest == SCOPE_KEY &&
				    a.rest_until == NOW + rests[i].rest),
		    "%s", rests[i].name);
	}
}

int
main(void)
{
	parse();
	ledger();
	return done();
}
