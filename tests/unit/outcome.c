/* What stands of several refusals. */
#include <string.h>
#include <sysexits.h>

#include "classify.h"
#include "fault.h"
#include "keys.h"
#include "outcome.h"
#include "tap.h"
#include "try.h"

#define KEY "ms-00000000-0000-0000-0000-000000000001"

static struct classified verdict;

/* A refusal with this verdict and reply. */
static void
tried(struct outcome *o, const struct keys *k, enum verdict v,
    const char *reply)
{
	struct try_out t = { .c = &verdict,
		.status = 429,
		.retry_after = 7,
		.reply = reply,
		.nreply = strlen(reply) };

	verdict.verdict = v;
	outcome_tried(o, &t, k, verdict_info((int)v)->words);
}

int
main(void)
{
	struct try_out good = { .c = &verdict, .status = 200, .committed = 1 };
	struct outcome o;
	struct fault f;
	struct keys *k = keys_parse(KEY, strlen(KEY), "keys", &f, NULL);

	outcome_init(&o);
	ok(o.exit == 0 && o.status == 0 && o.retry_after == -1 &&
		o.message[0] == '\0',
	    "nothing yet");
	tried(&o, k, V_BAD_KEY, "no");
	ok(o.verdict == V_BAD_KEY && o.exit == EX_NOPERM && o.status == 429 &&
		o.retry_after == 7 && o.hint[0] != '\0' &&
		strcmp(o.reply.d, "no") == 0,
	    "a refusal");
	tried(&o, k, V_TOO_MANY, "{\"" KEY "\"}");
	ok(o.verdict == V_TOO_MANY && strstr(o.reply.d, KEY) == NULL &&
		strncmp(o.reply.d, "{\"ms-", 5) == 0,
	    "a later one, without its key");
	tried(&o, k, V_BAD_MODEL, "no");
	ok(o.verdict == V_TOO_MANY, "one that may pass stands");
	tried(&o, k, V_SERVER, "no");
	ok(o.verdict == V_SERVER, "unless the other may pass too");
	tried(&o, k, V_BAD_REQUEST, "no");
	ok(o.verdict == V_BAD_REQUEST, "or is the caller's");
	outcome_set(&o, V_TIMEOUT, EX_TEMPFAIL, "late", "wait");
	ok(o.status == 0 && o.reply.len == 0 &&
		strcmp(o.message, "late") == 0 && strcmp(o.hint, "wait") == 0,
	    "words of our own");
	outcome_set(&o, V_BAD_MODEL, EX_OSERR, "out of memory", "");
	ok(o.verdict == V_BAD_REPLY && o.exit == EX_OSERR,
	    "what only we lack may pass");
	verdict.verdict = V_OK;
	outcome_tried(&o, &good, k, "answered");
	ok(o.exit == 0 && o.status == 200 && o.message[0] == '\0',
	    "an answer needs none");
	outcome_free(&o);
	keys_free(k);
	return done();
}
