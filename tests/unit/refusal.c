/* Refusals in words: without a key in them, and with what to do. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "classify.h"
#include "conf.h"
#include "fault.h"
#include "keys.h"
#include "pick.h"
#include "refusal.h"
#include "tap.h"

/* 2026-11-21 20:00 at +08:00. */
#define NOW INT64_C(1795262400000)
#define MIN INT64_C(60000)

#define KEY1 "ms-11111111-1111-1111-1111-111111111111"

static const char config[] =
    "{\"models\":[{\"id\":\"x/a\"}],\"upstreams\":{"
    "\"modelscope\":{\"base_url\":\"https://m.example/v1\"},"
    "\"other\":{\"base_url\":\"https://o.example/v1\"}}}";
static const char keys[] = KEY1
    "\nbob ms-22222222-2222-2222-2222-222222222222\n"
    "ann ms-33333333-3333-3333-3333-333333333333\n"
    "eve ms-44444444-4444-4444-4444-444444444444\n"
    "joe ms-55555555-5555-5555-5555-555555555555\n";

static const struct pick_model order[] = { { .id = "x/a" }, { .id = "x/b" },
	{ .id = "x/\033[31m\xc2\x9b" }, { .id = "x/d" }, { .id = "x/e" },
	{ .id = "x/f" } };

static struct pick_in in = { .order = order, .now = NOW };

static const struct {
	const char *name;
	struct pick p;
	int status;
	enum verdict verdict;
	const char *message, *want;
} texts[] = {
	{ "with a status", { .model = 0 }, 429, V_TOO_MANY, "slow down",
	    "x/a: HTTP 429: too many requests: slow down" },
	{ "without words", { .model = 1 }, 500, V_SERVER, "",
	    "x/b: HTTP 500: upstream failed" },
	{ "no status came", { .model = 0, .upstream = 1 }, 0, V_NETWORK,
	    "no route", "x/a: https://o.example/v1: no connection: no route" },
	{ "a key in it", { .model = 0 }, 401, V_BAD_KEY,
	    "no " KEY1 " and " KEY1 "!",
	    "x/a: HTTP 401: key refused: no ms-1111\xe2\x80\xa6"
	    "1111 and ms-1111\xe2\x80\xa6"
	    "1111!" },
	{ "a model with control bytes", { .model = 2 }, 404, V_BAD_MODEL, "",
	    "x/\\^[[31m\\M-B\\M^[: HTTP 404: no such model" },
};

static void
one(void)
{
	struct classified c;
	char got[1000];
	size_t i, len;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		memset(&c, 0, sizeof(c));
		c.verdict = texts[i].verdict;
		strlcpy(c.message, texts[i].message, sizeof(c.message));
		refusal_text(got, sizeof(got), &in, &texts[i].p,
		    texts[i].status, &c);
		if (!ok(strcmp(got, texts[i].want) == 0, "%s", texts[i].name))
			printf("# %s\n", got);
	}
	/* A key that the end of a message cuts, anywhere. */
	for (len = 1; len < sizeof(KEY1); len++) {
		memset(c.message, 'x', sizeof(c.message));
		memcpy(c.message + sizeof(c.message) - 1 - len, KEY1, len);
		c.message[sizeof(c.message) - 1] = '\0';
		refusal_text(got, sizeof(got), &in, &texts[0].p, 401, &c);
		if (strstr(got, "ms-11111") != NULL)
			break;
	}
	ok(len == sizeof(KEY1), "a key cut by the end is not shown");
	refusal_text(got, 10, &in, &texts[0].p, 401, &c);
	ok(strlen(got) == 9, "the buffer's size counts");
}

enum {
	PICKS = 7
};

static const struct {
	const char *name;
	struct pick v[PICKS];
	size_t n, norder;
	int exit, verdict;
	int64_t again;
	const char *text, *hint;
} nones[] = {
	{ "no candidate", { { 0 } }, 0, 1, EX_CONFIG, V_BAD_KEY, 0,
	    "no key for any model", "get one at" },
	{ "no key",
	    { { .key = PICK_NOKEY, .state = PICK_NO_KEY, .upstream = 1 } }, 1,
	    1, EX_CONFIG, V_BAD_KEY, 0, "no key for other", "get one at" },
	{ "one key out",
	    { { .key = 1,
		.state = PICK_OUT,
		.why = V_QUOTA_DAY,
		.until = NOW + 240 * MIN } },
	    1, 1, EX_TEMPFAIL, V_QUOTA_DAY, NOW + 240 * MIN,
	    "nothing left: x/a: quota of the day used up (bob); "
	    "try again at 2026-11-22T00:00:00+08:00",
	    "" },
	{ "the first to come back counts",
	    { { .key = 1,
		  .state = PICK_OUT,
		  .why = V_NO_CREDITS,
		  .until = NOW + 9 * MIN },
		{ .key = 2,
		    .state = PICK_OUT,
		    .why = V_NO_CREDITS,
		    .until = NOW + 5 * MIN } },
	    2, 1, EX_TEMPFAIL, V_NO_CREDITS, NOW + 5 * MIN,
	    "nothing left: x/a: out of credits (bob, ann); "
	    "try again at 2026-11-21T20:05:00+08:00",
	    "sign in" },
	{ "what may pass counts before what will not",
	    { { .model = 0,
		  .state = PICK_OUT,
		  .why = V_NO_PROVIDER,
		  .until = NOW + 600 * MIN,
		  .key = 1 },
		{ .model = 1,
		    .state = PICK_OUT,
		    .why = V_QUOTA_DAY,
		    .until = NOW + 10 * MIN,
		    .key = 1 } },
	    2, 2, EX_TEMPFAIL, V_QUOTA_DAY, NOW + 10 * MIN,
	    "nothing left: x/a: nobody serves this model (bob); "
	    "x/b: quota of the day used up (bob); "
	    "try again at 2026-11-21T20:10:00+08:00",
	    "" },
	{ "nobody serves it",
	    { { .state = PICK_OUT, .why = V_NO_PROVIDER, .key = 1 } }, 1, 1,
	    EX_UNAVAILABLE, V_NO_PROVIDER, 0,
	    "nothing left: x/a: nobody serves this model (bob)",
	    "what there is" },
	{ "every key refused",
	    { { .state = PICK_OUT, .why = V_BAD_KEY, .key = 0 } }, 1, 1,
	    EX_NOPERM, V_BAD_KEY, 0,
	    "nothing left: x/a: key refused (ms-1111\xe2\x80\xa6"
	    "1111)",
	    "get one at" },
	{ "many keys",
	    { { .state = PICK_OUT, .why = V_TOO_MANY, .key = 0 },
		{ .state = PICK_OUT, .why = V_TOO_MANY, .key = 1 },
		{ .state = PICK_OUT, .why = V_TOO_MANY, .key = 2 },
		{ .state = PICK_OUT, .why = V_TOO_MANY, .key = 3 },
		{ .state = PICK_OUT, .why = V_TOO_MANY, .key = 4 } },
	    5, 1, EX_TEMPFAIL, V_TOO_MANY, 0,
	    "nothing left: x/a: too many requests (ms-1111\xe2\x80\xa6"
	    "1111, bob, ann and 2 more keys)",
	    "" },
	{ "many models, one of them without a key",
	    { { .model = 0, .state = PICK_OUT, .why = V_PROVIDER, .key = 1 },
		{ .model = 1,
		    .state = PICK_NO_KEY,
		    .key = PICK_NOKEY,
		    .upstream = 1 },
		{ .model = 2,
		    .state = PICK_OUT,
		    .why = V_SERVER,
		    .key = PICK_NOKEY },
		{ .model = 3,
		    .state = PICK_OUT,
		    .why = V_SERVER,
		    .key = PICK_NOKEY } },
	    4, 6, EX_TEMPFAIL, V_PROVIDER, 0,
	    "nothing left: x/a: provider's own account is out (bob); "
	    "x/b: no key for other; x/\\^[[31m\\M-B\\M^[: upstream failed; "
	    "x/d: upstream failed; and 2 more models",
	    "" },
};

static void
none(void)
{
	struct fault f;
	int64_t again;
	size_t i;
	int verdict;

	for (i = 0; i < sizeof(nones) / sizeof(nones[0]); i++) {
		in.norder = nones[i].norder;
		memset(&f, 0xff, sizeof(f));
		refusal_none(&in, nones[i].v, nones[i].n, &f, &verdict, &again);
		if (!ok(f.status == nones[i].exit &&
			    verdict == nones[i].verdict &&
			    again == nones[i].again &&
			    strcmp(f.text, nones[i].text) == 0 &&
			    strncmp(f.hint, nones[i].hint,
				strlen(nones[i].hint)) == 0,
			"%s", nones[i].name))
			printf("# %d, %d, %lld: %s; %s\n", f.status, verdict,
			    (long long)again, f.text, f.hint);
	}
}

int
main(void)
{
	struct fault f;
	struct conf *c;
	struct keys *k;
	int v;

	c = conf_parse(config, sizeof(config) - 1, "c", &f, NULL);
	k = keys_parse(keys, sizeof(keys) - 1, "k", &f, NULL);
	if (c == NULL || k == NULL) {
		printf("# %s\n", f.text);
		return 1;
	}
	in.conf = c;
	in.keys = k;
	one();
	none();
	for (v = -1; v <= V_MAX; v++)
		if (refusal_hint(v) == NULL || strlen(refusal_hint(v)) > 255)
			break;
	ok(v > V_MAX, "a hint for every verdict, or none");
	keys_free(k);
	conf_free(c);
	return done();
}
