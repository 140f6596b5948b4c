/* What is left, in words. */
#include <string.h>

#include "attempt.h"
#include "classify.h"
#include "conf.h"
#include "day.h"
#include "fault.h"
#include "fold.h"
#include "keys.h"
#include "left.h"
#include "tap.h"

#define NOW INT64_C(1795262400000)

static struct conf *conf;
static struct keys *keys;
static struct fold *fold;

static void
say(size_t key, const char *op, double balance, int64_t left)
{
	struct attempt a;

	attempt_init(&a);
	a.ts = NOW;
	a.upstream = "modelscope";
	a.key = key < keys->n ? keys->v[key].id : "0badc0de";
	a.op = op;
	a.verdict = V_OK;
	a.balance = balance;
	a.limits.left = left;
	fold_attempt(fold, &a);
}

static void
is(const char *want)
{
	char got[128];

	left_text(conf, keys, fold, got, sizeof(got));
	ok(strcmp(got, want) == 0, "'%s'", got);
}

int
main(void)
{
	struct fault f;

	conf = conf_parse("{}", 2, "f", &f, NULL);
	keys = keys_parse("ms-1111\nms-2222\n", 16, "k", &f, NULL);
	fold = fold_new(day_of(NOW, 28800), 28800);
	is("");
	say(2, "balance", 99, 7);
	is("");
	say(0, "balance", 12.5, -1);
	is(", 12.5 credits left");
	say(1, "balance", 2000000, -1);
	is(", 2000012.5 credits left");
	say(0, "chat", 0, 1990);
	say(1, "chat", 0, 10);
	is(", 2000012.5 credits left, 2000 requests left");
	fold_free(fold);
	keys_free(keys);
	conf_free(conf);
	return done();
}
