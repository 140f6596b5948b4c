/* Decisions and line-ups as JSON, as a table, and for a policy. */
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "buf.h"
#include "classify.h"
#include "conf.h"
#include "day.h"
#include "explain.h"
#include "fold.h"
#include "keys.h"
#include "lineup.h"
#include "pick.h"
#include "route.h"
#include "table.h"
#include "tap.h"

#define NOW INT64_C(1795262400000) /* 2026-11-21 20:00 at +08:00 */

static const char config[] =
    "{\"models\":[{\"id\":\"A/1\",\"tier\":1},"
    "{\"id\":\"A/2\",\"tier\":2},{\"id\":\"A/3\",\"tier\":3},"
    "{\"id\":\"off\",\"enabled\":false},"
    "{\"id\":\"far\",\"upstream\":\"o\"}],"
    "\"upstreams\":{\"o\":{\"base_url\":\"https://o.example/v1\"}}}";

static void
rest(struct fold *f, const struct keys *k, const char *model, int verdict,
    int64_t until)
{
	struct attempt a;

	attempt_init(&a);
	a.ts = NOW - 1000;
	a.key = k->v[0].id;
	a.upstream = "modelscope";
	a.model = model;
	a.op = "chat";
	a.status = 429;
	a.verdict = verdict;
	a.rest = SCOPE_PAIR;
	a.rest_until = until;
	fold_attempt(f, &a);
}

static void
test_all(const struct pick_in *in, const struct lineup *l)
{
	struct table_style style = { .width = 0 };
	struct decision d;
	const char *p;
	size_t n, most = 0;
	struct buf b;

	buf_init(&b, 65536);
	route_score(7, &d);
	route_actual(in->conf, "A/2", &d);
	ok(explain_json(&d, l, in->conf->day_offset, &b) == 0, "JSON");
	ok(strcmp(b.d,
	       "{\"score\":7,\"complexity\":\"COMPLEX\",\"reason\":"
	       "\"score 7 was given\",\"target_tier\":2,\"actual_tier\":2,"
	       "\"source\":\"fixed\",\"models\":["
	       "{\"id\":\"A/2\",\"tier\":2,\"place\":1,\"state\":\"ready\"},"
	       "{\"id\":\"A/3\",\"tier\":3,\"place\":2,\"state\":\"resting\","
	       "\"reason\":\"rate limit of the minute\","
	       "\"until\":\"2026-11-21T20:01:00.000+08:00\"},"
	       "{\"id\":\"A/1\",\"tier\":1,\"state\":\"out\",\"reason\":"
	       "\"quota of the day used up\","
	       "\"until\":\"2026-11-22T00:00:00.000+08:00\",\"remaining\":0},"
	       "{\"id\":\"far\",\"tier\":1,\"state\":\"no_key\"},"
	       "{\"id\":\"off\",\"tier\":1,\"state\":\"disabled\"}]}\n") == 0,
	    "says all: %s", b.d);
	buf_cut(&b, 0);
	ok(explain_table(&d, l, in->conf->day_offset, &style, &b) == 0 &&
		strstr(b.d, "out until 2026-11-22 00:00:00: ") != NULL &&
		strstr(b.d, "no key") != NULL,
	    "a table");
	buf_cut(&b, 0);
	style.width = 44;
	explain_table(&d, l, in->conf->day_offset, &style, &b);
	for (p = b.d; *p != '\0'; p += n + 1)
		if ((n = strcspn(p, "\n")) > most)
			most = n;
	ok(most <= 44, "no wider than the terminal: %zu", most);
	buf_cut(&b, 0);
	ok(explain_policy("{\"n\":1.0}", 9, &d, l, in, &b) == 0, "a policy");
	ok(strncmp(b.d, "{\"request\":{\"n\":1.0},\"decision\":{", 33) == 0,
	    "gets the request as it is");
	ok(strstr(b.d,
	       "{\"id\":\"A/3\",\"tier\":3,\"upstream\":"
	       "[\"modelscope\"],\"available\":false,\"remaining\":null,"
	       "\"resting_until\":\"2026-11-21T20:01:00.000+08:00\","
	       "\"inflight\":null,\"last_error\":\"burst\"}") != NULL,
	    "and the models: %s", b.d);
	ok(strstr(b.d, "\"off\"") == NULL && strstr(b.d, "ms-1") == NULL,
	    "but neither disabled ones nor a key");
	buf_free(&b);
}

int
main(void)
{
	struct conf *c = conf_parse(config, sizeof(config) - 1, "t", NULL,
	    NULL);
	struct keys *k = keys_parse("me ms-1\n", 8, "t", NULL, NULL);
	struct pick_model order[8];
	struct pick_in in = {
		.conf = c, .keys = k, .order = order, .now = NOW
	};
	struct decision d;
	struct lineup l;
	struct pick *p;
	struct fold *f;
	size_t n;

	if (!ok(c != NULL && k != NULL, "set up"))
		return done();
	f = fold_new(day_of(NOW, c->day_offset), c->day_offset);
	rest(f, k, "A/1", V_QUOTA_DAY, NOW + 4 * 3600 * 1000);
	rest(f, k, "A/3", V_BURST, NOW + 60 * 1000);
	in.fold = f;
	route_tier(2, &d);
	route_order(c, &d, order, &in.norder);
	if (ok(pick(&in, &p, &n) == 0 && lineup_make(&in, p, n, &l) == 0,
		"a line-up")) {
		test_all(&in, &l);
		lineup_free(&l);
		free(p);
	}
	fold_free(f);
	keys_free(k);
	conf_free(c);
	return done();
}
