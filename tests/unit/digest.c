/* digest: a status in its three forms. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "buf.h"
#include "classify.h"
#include "conf.h"
#include "digest.h"
#include "fault.h"
#include "fold.h"
#include "keys.h"
#include "status.h"
#include "table.h"
#include "tap.h"

enum {
	NOW = 3600 * 1000
};

static const char text[] =
    "{\"models\":[{\"id\":\"通义/千问\",\"name\":\"Q\"},"
    "{\"id\":\"B/b\",\"tier\":4}],\"day_offset\":\"+08:00\","
    "\"smart_routing\":{\"enabled\":false}}";
static struct status *s;
static struct buf out;

static void
is(const char *want, const char *name)
{
	if (!ok(strcmp(out.d, want) == 0, "%s", name))
		printf("# got:\n%s# want:\n%s", out.d, want);
	buf_cut(&out, 0);
}

static void
forms(void)
{
	const struct table_style plain = { 0, 1, 0 };

	ok(digest_json(s, &out) == 0, "JSON");
	is("{\"global_daily_limit\":null,\"total_usage\":1,\"remaining\":null,"
	   "\"smart_routing_enabled\":false,"
	   "\"smart_routing_available\":false,\"models\":["
	   "{\"model_id\":\"通义/千问\",\"name\":\"Q\",\"tier\":1,"
	   "\"priority\":1,\"enabled\":true,\"available\":false,"
	   "\"daily_limit\":null,\"usage\":1,\"remaining\":null,"
	   "\"resting_until\":\"1970-01-01T09:01:00.000+08:00\","
	   "\"last_error\":\"burst\"},"
	   "{\"model_id\":\"B/b\",\"name\":\"B/b\",\"tier\":4,"
	   "\"priority\":2,\"enabled\":true,\"available\":true,"
	   "\"daily_limit\":null,\"usage\":0,\"remaining\":null,"
	   "\"resting_until\":null,\"last_error\":null}],"
	   "\"keys\":[{\"key\":\"work\",\"state\":\"ok\","
	   "\"balance\":null,\"usage\":1}],\"day\":\"1970-01-01\","
	   "\"credits\":null,\"failures\":1,\"prompt_tokens\":7,"
	   "\"completion_tokens\":0}\n",
	    "as the original's, and more");
	ok(digest_table(s, &plain, &out) == 0, "tables");
	is("MODEL      TIER  STATE      USED  UNTIL  LAST ERROR\n"
	   "通义/千问     1  resting       1  09:01  "
	   "rate limit of the minute\n"
	   "B/b           4  available     0\n\n"
	   "KEY   STATE  USED\n"
	   "work  ok        1\n\n"
	   "1970-01-01: 1 calls, 1 failed, 7 tokens asked, 0 answered\n",
	    "for people");
	ok(digest_prometheus(s, &out) == 0, "Prometheus");
	ok(strstr(out.d,
	       "ms_model_available{model=\"通义/千问\",tier=\"1\"} 0"
	       "\n") != NULL &&
		strstr(out.d,
		    "ms_model_available{model=\"B/b\",tier=\"4\"} 1\n") !=
		    NULL &&
		strstr(out.d, "\nms_calls 1\n") != NULL &&
		strstr(out.d,
		    "ms_key_state{key=\"work\",id=\"af79a316\",state=\"ok\"} 1\n") !=
		    NULL &&
		strstr(out.d,
		    "ms_model_resting_until_seconds{model=\""
		    "通义/千问\",tier=\"1\"} 3660\n") != NULL,
	    "samples");
	ok(strstr(out.d, "\nms_credits ") == NULL &&
		strstr(out.d, "ms_model_limit{") == NULL,
	    "nothing unknown");
}

int
main(void)
{
	static const char lines[] = "work ms-1\n";
	struct fault f = { 0 };
	struct status_in in = { .now = NOW };
	struct conf *conf;
	struct keys *keys;
	struct fold *fold;
	struct attempt a;

	conf = conf_parse(text, strlen(text), "m", &f, NULL);
	keys = keys_parse(lines, strlen(lines), "k", &f, NULL);
	fold = fold_new(0, 8 * 3600);
	if (conf == NULL || keys == NULL || fold == NULL) {
		printf("Bail out! %s\n", f.text);
		return 1;
	}
	attempt_init(&a);
	a.ts = NOW;
	a.op = "chat";
	a.upstream = "modelscope";
	a.key = keys->v[0].id;
	a.model = conf->models[0].id;
	a.status = 429;
	a.verdict = V_BURST;
	a.prompt_tokens = 7;
	a.rest = SCOPE_PAIR;
	a.rest_until = NOW + 60000;
	fold_attempt(fold, &a);
	in.conf = conf;
	in.keys = keys;
	in.fold = fold;
	buf_init(&out, 100000);
	s = status_new(&in);
	forms();
	status_free(s);
	buf_free(&out);
	fold_free(fold);
	keys_free(keys);
	conf_free(conf);
	return done();
}
