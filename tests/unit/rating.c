/* What a local model is asked, and what is made of its answers. */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "json.h"
#include "rating.h"
#include "scorecache.h"
#include "task.h"
#include "tap.h"

static const struct {
	const char *words; /* the model's, a JSON string */
	int score;	   /* 0: nonsense */
	int kind;
} rows[] = {
	{ "{\\\"kind\\\":\\\"code\\\",\\\"score\\\":7}", 7, TASK_CODE },
	{ "{\\\"score\\\":1}", 1, TASK_UNKNOWN },
	{ "{\\\"score\\\":10,\\\"kind\\\":\\\"frob\\\"}", 10, TASK_UNKNOWN },
	{ "  {\\n\\\"score\\\" : 3 }\\n", 3, TASK_UNKNOWN },
	{ "```json\\n{\\\"score\\\":4}\\n```", 4, TASK_UNKNOWN },
	{ "Sure! {\\\"score\\\":4} as asked", 4, TASK_UNKNOWN },
	{ "{} {\\\"x\\\":1} {\\\"score\\\":4}", 4, TASK_UNKNOWN },
	{ "{ and {\\\"score\\\":4}", 4, TASK_UNKNOWN },
	{ "<think>{\\\"score\\\":1}</think>{\\\"score\\\":9}", 9,
	    TASK_UNKNOWN },
	{ "{\\\"score\\\":\\\"7\\\"}", 7, TASK_UNKNOWN },
	{ "{\\\"score\\\":6.6}", 7, TASK_UNKNOWN },
	{ "{\\\"score\\\":1e1}", 10, TASK_UNKNOWN },
	{ "{\\\"score\\\":0}", 0, 0 },
	{ "{\\\"score\\\":11}", 0, 0 },
	{ "{\\\"score\\\":-5}", 0, 0 },
	{ "{\\\"score\\\":1e999}", 0, 0 },
	{ "{\\\"score\\\":\\\"7/10\\\"}", 0, 0 },
	{ "{\\\"score\\\":null}", 0, 0 },
	{ "{\\\"score\\\":[7]}", 0, 0 },
	{ "{\\\"score\\\":", 0, 0 },
	{ "{\\\"sco", 0, 0 },
	{ "seven", 0, 0 },
	{ "7", 0, 0 },
	{ "", 0, 0 },
	{ "{{{{{{{{", 0, 0 },
};

static const char *const bodies[] = { "", "null", "[]", "{}", "<html>",
	"{\"response\":null}", "{\"response\":7}", "{\"error\":\"no\"}",
	"{\"choices\":null}", "{\"choices\":[]}", "{\"choices\":[7]}",
	"{\"choices\":[{}]}", "{\"choices\":[{\"message\":null}]}",
	"{\"choices\":[{\"message\":{\"content\":null}}]}",
	"{\"choices\":[{\"message\":{\"content\":[]}}]}" };

static void
test_reply(void)
{
	char body[512];
	size_t i;
	int s, k, api, r;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (api = 0; api <= 1; api++) {
			snprintf(body, sizeof(body),
			    api ? "{\"choices\":[{"
				  "\"message\":{\"content\":\"%s\"}}]}" :
				  "{\"model\":\"m\",\"response\":\"%s\"}",
			    rows[i].words);
			r = rating_reply(api, body, strlen(body), &s, &k);
			ok(rows[i].score == 0 ? r == -1 :
						r == 0 && s == rows[i].score &&
				    k == rows[i].kind,
			    "api %d: %s", api, rows[i].words);
		}
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		for (api = 0; api <= 1; api++)
			ok(rating_reply(api, bodies[i], strlen(bodies[i]), &s,
			       &k) == -1,
			    "api %d: body %s", api, bodies[i]);
}

static void
test_request(void)
{
	struct rating_ask a = { .model = "m",
		.mark = "==",
		.prompt = "@MARK@ {x} a@b @TEXT@@MARK@@",
		.nprompt = 28 };
	struct buf b;
	char big[9001];
	jv v;

	buf_init(&b, 1 << 20);
	ok(rating_request(&b, &a, "@TEXT@ {\"", 9) == 0, "a request");
	v = json_parse(b.d, b.len);
	ok(strcmp(json_get_str(v, "prompt", ""), "== {x} a@b @TEXT@ {\"==@") ==
		0,
	    "its prompt: %s", json_get_str(v, "prompt", ""));
	ok(json_get_bool(v, "think", 1) == 0 &&
		json_get_bool(v, "stream", 1) == 0,
	    "neither thought nor stream");
	jv_free(v);
	buf_cut(&b, 0);
	memset(big, '\xe7', sizeof(big));
	ok(rating_request(&b, &a, big, sizeof(big)) == 0,
	    "garbage of continuation bytes");
	memset(big, '\x80', sizeof(big));
	ok(rating_request(&b, &a, big, sizeof(big)) == 0, "only such");
	buf_cut(&b, 0);
	ok(rating_preload(&b, &a) == 0 && strstr(b.d, "prompt") == NULL,
	    "a preload says nothing");
	buf_free(&b);
}

static void
test_cache(void)
{
	unsigned char h[SCORECACHE_HASH] = { 1 };
	unsigned char other[SCORECACHE_HASH] = { 2 };
	char dir[] = "/tmp/ms-unit.XXXXXX", path[64];
	struct scorecache *c, *d;
	int s = 0, k = 0;

	if (mkdtemp(dir) == NULL)
		return;
	snprintf(path, sizeof(path), "%s/scores", dir);
	c = scorecache_open(dir);
	d = scorecache_open(dir);
	ok(c != NULL && d != NULL, "a cache, twice");
	ok(!scorecache_get(c, h, &s, &k), "nothing in it");
	scorecache_put(c, h, 7, TASK_CODE);
	ok(scorecache_get(d, h, &s, &k) && s == 7 && k == TASK_CODE,
	    "one sees what the other puts");
	ok(!scorecache_get(c, other, &s, &k), "but only that");
	scorecache_put(d, other, 3, TASK_LOOKUP);
	ok(!scorecache_get(c, h, &s, &k) && scorecache_get(c, other, &s, &k),
	    "one place holds the last of those that come there");
	ok(scorecache_warn(c, 5000000) && !scorecache_warn(c, 5000001) &&
		!scorecache_warn(d, 5000001),
	    "one warning");
	ok(scorecache_warn(d, 5000000 + 3600 * 1000), "an hour later another");
	ok(truncate(path, 40) == 0 && !scorecache_get(c, other, &s, &k),
	    "a file cut short");
	scorecache_close(c);
	ok(truncate(path, 3) == 0 && (c = scorecache_open(dir)) != NULL,
	    "a foreign file");
	ok(!scorecache_get(c, other, &s, &k), "is not used");
	scorecache_put(c, h, 7, TASK_CODE);
	ok(scorecache_get(c, h, &s, &k) && s == 7, "but set aside");
	ok(scorecache_warn(c, 5000000) && !scorecache_warn(c, 5000001),
	    "warnings are counted");
	scorecache_close(c);
	scorecache_close(d);
	unlink(path);
	ok(symlink("/dev/null", path) == 0 &&
		(c = scorecache_open(dir)) != NULL,
	    "what is no file");
	scorecache_put(c, h, 7, TASK_CODE);
	ok(!scorecache_get(c, h, &s, &k), "is left alone");
	ok(scorecache_warn(c, 1) && !scorecache_warn(c, 2),
	    "warnings are counted all the same");
	scorecache_close(c);
	unlink(path);
	strlcat(path, ".old", sizeof(path));
	ok(unlink(path) == 0, "the foreign file is there");
	rmdir(dir);
	c = scorecache_open("/proc/none");
	ok(c != NULL && !scorecache_get(c, h, &s, &k), "a folder that is none");
	scorecache_put(c, h, 7, 1);
	scorecache_close(c);
}

int
main(void)
{
	test_reply();
	test_request();
	test_cache();
	return done();
}
