/* state: words, verdicts, and what the ledger's entries amount to. */
#include <math.h>
#include <string.h>
#include <sysexits.h>

#include "classify.h"
#include "fault.h"
#include "fold.h"
#include "state.h"
#include "tap.h"

enum {
	NOW = 1000000
};

static struct fold_ent
blank(void)
{
	struct fold_ent e = { .limits = { -1, -1, -1, -1 },
		.balance = NAN,
		.rest_verdict = -1,
		.last_verdict = -1,
		.last_error = -1 };

	return e;
}

static void
lists(void)
{
	struct fault f = { 0 };
	unsigned mask = 0;

	ok(state_list("ok,exhausted", &mask, &f) == 0 &&
		mask == (1u << STATE_OK | 1u << STATE_EXHAUSTED),
	    "a list");
	ok(state_list("o", &mask, &f) == -1 && f.status == EX_USAGE,
	    "part of a word is no state");
	ok(state_list("ok,", &mask, &f) == -1, "nor is an empty one");
}

static void
verdicts(void)
{
	int v;

	for (v = 0; v < V_MAX; v++)
		ok(state_of(v) != STATE_UNKNOWN ||
			strcmp(verdict_info(v)->state, "unknown") == 0,
		    "%s has a state", verdict_info(v)->name);
	ok(state_of(V_BAD_KEY) == STATE_INVALID_KEY, "bad key");
	for (v = V_SERVER; v < V_MAX; v++)
		ok(!state_info(state_of(v))->refused,
		    "%s does not blame the key", verdict_info(v)->name);
	ok(state_hint(STATE_EXHAUSTED, V_NO_CREDITS) != NULL &&
		state_hint(STATE_EXHAUSTED, -1) != NULL &&
		state_hint(STATE_EXHAUSTED, V_QUOTA_DAY) == NULL &&
		state_hint(STATE_EXHAUSTED, V_QUOTA_MONTH) == NULL &&
		state_hint(STATE_OK, V_OK) == NULL,
	    "hints");
	ok(state_credits(0.49) == STATE_EXHAUSTED &&
		state_credits(0.5) == STATE_OK &&
		state_credits(-5) == STATE_EXHAUSTED,
	    "credits");
}

static void
keys(void)
{
	struct fold_ent e = blank();

	ok(state_key(NULL, NOW) == STATE_UNKNOWN &&
		state_key(&e, NOW) == STATE_UNKNOWN,
	    "nothing known");
	e.last_verdict = V_HOLLOW;
	e.last_status = 200;
	ok(state_key(&e, NOW) == STATE_OK, "a hollow model: the key works");
	e.last_verdict = V_NETWORK;
	ok(state_key(&e, NOW) == STATE_UNKNOWN, "no answer says nothing");
	e.last_verdict = V_SERVER;
	e.last_status = 500;
	ok(state_key(&e, NOW) == STATE_UNKNOWN, "nor does a failure");
	e.last_verdict = V_BAD_KEY;
	e.last_status = 401;
	ok(state_key(&e, NOW) == STATE_INVALID_KEY, "refused last");
	e.balance = 3;
	ok(state_key(&e, NOW) == STATE_INVALID_KEY,
	    "which is newer than what it had");
	e.balance = NAN;
	e.last_verdict = V_TOO_MANY;
	e.last_status = 429;
	ok(state_key(&e, NOW) == STATE_RATE_LIMITED, "too many");
	e.limits.left = 0;
	ok(state_key(&e, NOW) == STATE_EXHAUSTED, "no calls left");
	e.balance = 3;
	ok(state_key(&e, NOW) == STATE_OK, "credits count for more");
	e.rest_until = NOW + 1;
	e.rest_verdict = V_NO_CREDITS;
	ok(state_key(&e, NOW) == STATE_EXHAUSTED, "a rest more than those");
	ok(state_key(&e, NOW + 1) == STATE_OK, "until it is over");
}

static void
models(void)
{
	struct fold_ent e = blank();

	ok(state_model(NULL, NOW) == STATE_UNKNOWN &&
		state_model(&e, NOW) == STATE_UNKNOWN,
	    "nothing known");
	e.last_verdict = V_OK;
	ok(state_model(&e, NOW) == STATE_OK, "answered");
	e.limits.model_left = 0;
	ok(state_model(&e, NOW) == STATE_EXHAUSTED, "no calls left");
	e.rest_until = NOW + 1;
	e.rest_verdict = V_BAD_MODEL;
	ok(state_model(&e, NOW) == STATE_NO_SUCH_MODEL, "rests");
}

/* Why it is so: a rest that holds, else what is left, else what came last. */
static void
reasons(void)
{
	struct fold_ent e = blank();

	ok(state_verdict(NULL, NOW) == -1 && state_verdict(&e, NOW) == -1,
	    "no reason");
	e.last_verdict = V_SERVER;
	ok(state_verdict(&e, NOW) == V_SERVER, "what came last");
	e.limits.left = 0;
	ok(state_verdict(&e, NOW) == V_QUOTA_DAY, "no calls left");
	e.limits.left = -1;
	e.limits.model_left = 0;
	ok(state_verdict(&e, NOW) == V_QUOTA_DAY, "none of this model");
	e.rest_until = NOW + 1;
	e.rest_verdict = V_BURST;
	ok(state_verdict(&e, NOW) == V_BURST, "a rest");
	ok(state_verdict(&e, NOW + 1) == V_QUOTA_DAY, "until it is over");
}

int
main(void)
{
	lists();
	verdicts();
	keys();
	models();
	reasons();
	return done();
}
