/* status: availability, sums over keys, what is unknown. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "classify.h"
#include "conf.h"
#include "fault.h"
#include "fold.h"
#include "keys.h"
#include "state.h"
#include "status.h"
#include "tap.h"

enum {
	NOW = 3600 * 1000
};

static const char text[] =
    "{\"models\":[{\"id\":\"A/a\",\"tier\":1},{\"id\":\"B/b\",\"tier\":2},"
    "{\"id\":\"C/c\",\"enabled\":false},"
    "{\"id\":\"D/d\",\"upstream\":\"local\"},"
    "{\"id\":\"E/e\",\"upstream\":[\"modelscope\",\"local\"]},"
    "{\"id\":\"F/f\",\"upstream\":\"other\"}],"
    "\"upstreams\":{\"modelscope\":{\"base_url\":\"https://a/v1\"},"
    "\"other\":{\"base_url\":\"https://b/v1\"},\"local\":{\"base_url\":"
    "\"http://127.0.0.1:1/v1\",\"keyless\":true}},"
    "\"day_offset\":\"+00:00\"}";
static struct conf *conf;
static struct keys *keys;
static struct fold *fold;

static void
load(const char *lines)
{
	struct fault f = { 0 };

	keys_free(keys);
	fold_free(fold);
	conf_free(conf);
	conf = conf_parse(text, strlen(text), "models.json", &f, NULL);
	keys = keys_parse(lines, strlen(lines), "keys", &f, NULL);
	fold = fold_new(0, 0);
	if (conf == NULL || keys == NULL || fold == NULL) {
		printf("Bail out! %s\n", f.text);
		exit(1);
	}
}

static struct status *
status(char **models, size_t nmodels, int one_key)
{
	const char *id = keys->n > 0 ? keys->v[0].id : "00000000";
	struct status_in in = { .conf = conf,
		.keys = keys,
		.fold = fold,
		.now = NOW,
		.models = models,
		.nmodels = nmodels,
		.ids = &id,
		.nids = (size_t)one_key };

	return status_new(&in);
}

/* A call of a model with key i that ended so. */
static struct attempt
call(size_t i, const char *model, int verdict)
{
	struct attempt a;

	attempt_init(&a);
	a.ts = NOW - 1000;
	a.op = "chat";
	a.upstream = "modelscope";
	a.key = keys->v[i].id;
	a.model = model;
	a.verdict = verdict;
	a.status = verdict == V_OK ? 200 : 429;
	a.prompt_tokens = 10;
	a.completion_tokens = 5;
	return a;
}

static void
fresh(void)
{
	struct status *s;

	load("one ms-1\ntwo ms-2\n");
	s = status(NULL, 0, 0);
	ok(s->nmodels == 6 && s->nkeys == 2 && s->available, "a fresh machine");
	ok(s->models[0].available && s->models[0].priority == 1 &&
		!s->models[2].available,
	    "what is disabled is not available");
	ok(s->limit == -1 && s->left == -1 && isnan(s->credits) &&
		s->models[0].limit == -1 && s->usage == 0,
	    "unknown is not 0");
	ok(s->keys[0].state == STATE_UNKNOWN, "nothing is known of keys");
	ok(s->models[3].available && s->models[3].limit == -1 &&
		s->models[3].left == -1 && s->models[4].left == -1,
	    "nor of what is left where none is wanted");
	ok(!s->models[5].available && s->models[5].limit == -1 &&
		s->models[5].left == -1,
	    "nor where none is good");
	status_free(s);
	load("");
	s = status(NULL, 0, 0);
	ok(!s->models[0].available && s->left == -1 && isnan(s->credits),
	    "nothing without a key");
	status_free(s);
	status_free(NULL);
}

static void
used(void)
{
	char *one[1], name[] = "b/B";
	struct status *s;
	struct attempt a;

	load("one ms-1\ntwo ms-2\n");
	a = call(0, "A/a", V_OK);
	a.limits.limit = 2000;
	a.limits.left = 1990;
	a.limits.model_limit = 200;
	a.limits.model_left = 190;
	fold_attempt(fold, &a);
	s = status(NULL, 0, 0);
	ok(s->models[0].limit == -1 && s->limit == -1,
	    "a sum with an unknown part is unknown");
	status_free(s);
	a.key = keys->v[1].id;
	a.limits.model_left = 0;
	a.limits.left = 1000;
	fold_attempt(fold, &a);
	a = call(1, "B/b", V_BURST);
	a.rest = SCOPE_PAIR;
	a.rest_until = NOW + 5000;
	fold_attempt(fold, &a);
	s = status(NULL, 0, 0);
	ok(s->models[0].limit == 400 && s->models[0].left == 190 &&
		s->limit == 4000 && s->left == 2990,
	    "sums over keys");
	ok(s->models[0].usage == 2 && s->usage == 3 && s->failures == 1 &&
		s->prompt_tokens == 30 && s->completion_tokens == 15,
	    "counts");
	ok(s->models[0].available && s->models[1].available &&
		s->models[1].last_error == V_BURST && s->keys[1].usage == 2,
	    "one key is left to call with");
	status_free(s);
	one[0] = name;
	s = status(one, 1, 0);
	ok(s->nmodels == 1 && s->usage == 1, "only one model");
	status_free(s);
	keys_only(keys, "two", NULL);
	s = status(NULL, 0, 1);
	ok(s->usage == 2 && s->models[0].usage == 1 &&
		!s->models[1].available &&
		s->models[1].resting_until == NOW + 5000,
	    "only one key");
	status_free(s);
	s = status(one, 1, 1);
	ok(s->usage == 1 && !s->available, "one model with one key");
	status_free(s);
	keys->n = 0;
	s = status(NULL, 0, 1);
	ok(s->usage == 0 && s->nkeys == 0 && !s->models[0].available,
	    "a key that is not there");
	keys->n = 1;
	status_free(s);
}

static void
credits(void)
{
	struct status *s;
	struct attempt a;
	size_t i;

	load("one ms-1\ntwo ms-2\n");
	for (i = 0; i < 2; i++) {
		attempt_init(&a);
		a.ts = NOW - 10;
		a.op = "balance";
		a.upstream = "modelscope";
		a.key = keys->v[i].id;
		a.verdict = i == 0 ? V_OK : V_NO_CREDITS;
		a.balance = i == 0 ? 12.5 : 0.25;
		fold_attempt(fold, &a);
	}
	s = status(NULL, 0, 0);
	ok(s->credits == 12.75 && s->keys[0].state == STATE_OK &&
		s->keys[1].state == STATE_EXHAUSTED &&
		s->keys[0].balance == 12.5,
	    "balances");
	ok(s->usage == 0, "asking for them is no use");
	status_free(s);
	a.key = keys->v[0].id;
	a.verdict = V_BAD_KEY;
	a.balance = NAN;
	fold_attempt(fold, &a);
	s = status(NULL, 0, 0);
	ok(s->keys[0].state == STATE_INVALID_KEY && isnan(s->keys[0].balance) &&
		isnan(s->credits),
	    "nor are those of a key that is refused by now");
	status_free(s);
}

int
main(void)
{
	fresh();
	used();
	credits();
	keys_free(keys);
	fold_free(fold);
	conf_free(conf);
	return done();
}
