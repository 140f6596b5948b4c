/* States: a table, and the readings of verdicts and ledger entries. */
#include <math.h>
#include <string.h>
#include <sysexits.h>

#include "classify.h"
#include "fault.h"
#include "fold.h"
#include "state.h"
#include "table.h"

/* The least that the service asks for a call: with less a key is out. */
#define LEAST 0.5

static const struct state_info states[STATE_MAX] = {
	[STATE_OK] = { "ok", 1, 0, TABLE_GOOD, NULL },
	[STATE_EXHAUSTED] = { "exhausted", 1, 0, TABLE_WARN,
	    "sign in at modelscope.cn for today's credits" },
	[STATE_RATE_LIMITED] = { "rate_limited", 0, 0, TABLE_WARN, NULL },
	[STATE_INVALID_KEY] = { "invalid_key", 1, 1, TABLE_BAD,
	    "get one at https://modelscope.cn/my/myaccesstoken, "
	    "then: ms key add" },
	[STATE_UNBOUND_ACCOUNT] = { "unbound_account", 1, 1, TABLE_BAD,
	    "bind the account to Alibaba Cloud at modelscope.cn" },
	[STATE_UNVERIFIED_ACCOUNT] = { "unverified_account", 1, 1, TABLE_BAD,
	    "verify the real name of the Alibaba Cloud account" },
	[STATE_NO_PERMISSION] = { "no_permission", 1, 0, TABLE_WARN, NULL },
	[STATE_NO_SUCH_MODEL] = { "no_such_model", 1, 0, TABLE_WARN,
	    "what there is says: ms-route --list --online" },
	[STATE_UNAVAILABLE] = { "unavailable", 0, 0, TABLE_WARN, NULL },
	[STATE_HOLLOW] = { "hollow", 1, 0, TABLE_WARN, NULL },
	[STATE_NETWORK_ERROR] = { "network_error", 0, 0, TABLE_WARN, NULL },
	[STATE_TIMEOUT] = { "timeout", 0, 0, TABLE_WARN, NULL },
	[STATE_BAD_RESPONSE] = { "bad_response", 0, 0, TABLE_WARN, NULL },
	[STATE_UNKNOWN] = { "unknown", 0, 0, TABLE_DIM, NULL },
};

const struct state_info *
state_info(enum state s)
{
	return &states[s];
}

/* The state called s[0..n), or STATE_MAX. */
static enum state
named(const char *s, size_t n)
{
	enum state i;

	for (i = 0; i < STATE_MAX; i++)
		if (strlen(states[i].name) == n &&
		    memcmp(states[i].name, s, n) == 0)
			break;
	return i;
}

int
state_list(const char *list, unsigned *mask, struct fault *f)
{
	enum state s;
	size_t n;

	for (;; list += n + 1) {
		n = strcspn(list, ",");
		if ((s = named(list, n)) == STATE_MAX)
			return fault_set(f, EX_USAGE, "no state '%.*s'", (int)n,
			    list);
		*mask |= 1u << s;
		if (list[n] == '\0')
			return 0;
	}
}

enum state
state_of(int verdict)
{
	const char *name = verdict_info(verdict)->state;
	enum state s;

	s = named(name, strlen(name));
	return s == STATE_MAX ? STATE_UNKNOWN : s;
}

const char *
state_hint(enum state s, int verdict)
{
	if (s == STATE_EXHAUSTED &&
	    (verdict == V_QUOTA_DAY || verdict == V_QUOTA_MONTH))
		return NULL;
	return states[s].hint;
}

enum state
state_credits(double available)
{
	return available < LEAST ? STATE_EXHAUSTED : STATE_OK;
}

/* Did a call with this verdict pass with its key? */
static int
passed(int verdict)
{
	switch (verdict) {
	case V_OK:
	case V_NO_PROVIDER:
	case V_BAD_MODEL:
	case V_QUOTA_DAY:
	case V_QUOTA_MONTH:
	case V_BURST:
	case V_HOLLOW:
	case V_REASONED:
		return 1;
	}
	return 0;
}

enum state
state_key(const struct fold_ent *key, int64_t now)
{
	if (key == NULL)
		return STATE_UNKNOWN;
	if (key->rest_until > now)
		return state_of(key->rest_verdict);
	/* A refusal was heard after any balance that is known. */
	if (key->last_verdict != -1 &&
	    state_info(state_of(key->last_verdict))->refused)
		return state_of(key->last_verdict);
	if (!isnan(key->balance))
		return state_credits(key->balance);
	if (key->limits.left >= 0)
		return key->limits.left == 0 ? STATE_EXHAUSTED : STATE_OK;
	if (passed(key->last_verdict))
		return STATE_OK;
	if (key->last_verdict != -1 &&
	    verdict_info(key->last_verdict)->scope == SCOPE_KEY)
		return state_of(key->last_verdict);
	return STATE_UNKNOWN;
}

enum state
state_model(const struct fold_ent *pair, int64_t now)
{
	if (pair == NULL)
		return STATE_UNKNOWN;
	if (pair->rest_until > now)
		return state_of(pair->rest_verdict);
	if (pair->limits.model_left == 0)
		return STATE_EXHAUSTED;
	return pair->last_verdict == -1 ? STATE_UNKNOWN :
					  state_of(pair->last_verdict);
}

int
state_verdict(const struct fold_ent *e, int64_t now)
{
	if (e == NULL)
		return -1;
	if (e->rest_until > now)
		return e->rest_verdict;
	if (e->limits.left == 0 || e->limits.model_left == 0)
		return V_QUOTA_DAY;
	return e->last_verdict;
}
