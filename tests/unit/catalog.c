/* Lists of models, and what an upstream's own list says about them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "catalog.h"
#include "conf.h"
#include "tap.h"

static const char config[] =
    "{\"models\":["
    "{\"id\":\"A/one-7B\",\"name\":\"One\",\"tier\":3},"
    "{\"id\":\"A/two\",\"tier\":1,\"upstream\":[\"modelscope\",\"o\"]},"
    "{\"id\":\"off\",\"enabled\":false}],"
    "\"upstreams\":{\"o\":{\"base_url\":\"https://o.example/v1\"}}}";

static const struct {
	const char *body;
	int n; /* ids, -1: no list */
} replies[] = {
	{ "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}", 2 },
	{ "{\"data\":[]}", 0 },
	{ "{\"data\":[{\"id\":7},{\"x\":1},null,{\"id\":\"\"}]}", 0 },
	{ "{\"data\":[{\"id\":\"\\u4e2d\"}],\"data\":[]}", 0 },
	/* no configuration could name these */
	{ "{\"data\":[{\"id\":\"auto\"},{\"id\":\"Tier1\"},"
	  "{\"id\":\"a\\nb\"},{\"id\":\"a\\u0000b\"},{\"id\":\"a\"}]}",
	    1 },
	{ "{\"data\":{}}", -1 },
	{ "[]", -1 },
	{ "{", -1 },
	{ "", -1 },
	{ "<html>", -1 },
	{ "{\"data\":[{\"id\":\"a\"}", -1 },
};

static const struct {
	const char *id;
	const char *tier;
} guesses[] = {
	{ "Q/X-235B-A22B", "\"tier\":1" },
	{ "Q/X-32B", "\"tier\":2" },
	{ "Q/X-14b", "\"tier\":3" },
	{ "Q/X-1.5B", "\"tier\":4" },
	{ "Q/X2.5-7B", "\"tier\":4" },
	{ "Q/X-0.6B", "\"tier\":4" },
	{ "Q/X-4.1", "\"tier\":1" },
};

/* A list is compared with itself: an endless one would take for ever. */
static void
test_endless(void)
{
	struct catalog_online o;
	struct buf b;
	int i;

	buf_init(&b, 1 << 20);
	buf_adds(&b, "{\"data\":[{\"id\":\"a\"}");
	for (i = 1; i < 4096; i++)
		buf_addf(&b, ",{\"id\":\"a%d\"}", i);
	buf_adds(&b, "]}");
	ok(catalog_read(b.d, b.len, &o) == 0 && o.nids == 4096, "a long list");
	catalog_free(&o);
	buf_cut(&b, b.len - 2);
	buf_adds(&b, ",{\"id\":\"b\"}]}");
	ok(catalog_read(b.d, b.len, &o) == -1 && errno == EINVAL,
	    "an endless one is none");
	buf_free(&b);
}

static void
test_compare(const struct conf *c)
{
	char one[] = "a/ONE-7b", two[] = "New/M-8B", *ids[] = { one, two };
	char three[] = "N/x", four[] = "new/m-8b";
	char *more[] = { three, four, three };
	struct catalog_online o = { .ids = ids, .nids = 2 };
	struct catalog_online both[] = { o,
		{ .upstream = 1, .ids = more, .nids = 3 } };
	struct buf b;
	size_t i;

	buf_init(&b, 65536);
	ok(catalog_compare(c, &o, 1, &b) == 0, "compared");
	ok(strcmp(b.d,
	       "{\"upstreams\":[{\"upstream\":\"modelscope\","
	       "\"models\":[\"a/ONE-7b\",\"New/M-8B\"]}],\"new\":[{\"id\":"
	       "\"New/M-8B\",\"name\":\"M-8B\",\"tier\":4}],\"gone\":["
	       "\"off\"]}\n") == 0,
	    "what is at an upstream that was not asked "
	    "is not gone: %s",
	    b.d);
	buf_cut(&b, 0);
	catalog_compare(c, both, 2, &b);
	ok(strstr(b.d,
	       "\"new\":[{\"id\":\"New/M-8B\",\"name\":\"M-8B\","
	       "\"tier\":4,\"upstream\":[\"modelscope\",\"o\"]},"
	       "{\"id\":\"N/x\",\"name\":\"x\",\"tier\":1,"
	       "\"upstream\":\"o\"}],") != NULL,
	    "what several serve is one entry: %s", b.d);
	for (i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
		buf_cut(&b, 0);
		ids[1] = strdup(guesses[i].id);
		ok(catalog_compare(c, &o, 1, &b) == 0 &&
			strstr(b.d, guesses[i].tier) != NULL,
		    "%s: %s", guesses[i].id, guesses[i].tier);
		free(ids[1]);
	}
	buf_free(&b);
}

int
main(void)
{
	struct conf *c = conf_parse(config, sizeof(config) - 1, "t", NULL,
	    NULL);
	struct catalog_online o;
	struct buf b;
	size_t i;
	int r;

	if (!ok(c != NULL, "a configuration"))
		return done();
	for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		r = catalog_read(replies[i].body, strlen(replies[i].body), &o);
		ok(replies[i].n == -1 ? r == -1 :
					r == 0 && (int)o.nids == replies[i].n,
		    "%s", replies[i].body);
		if (r == 0)
			catalog_free(&o);
	}
	test_endless();
	test_compare(c);
	buf_init(&b, 65536);
	ok(catalog_text(c, &b) == 0 &&
		strcmp(b.d, "A/one-7B\t3\tOne\nA/two\t1\tA/two\n") == 0,
	    "text: %s", b.d);
	buf_cut(&b, 0);
	ok(catalog_json(c, &b) == 0 &&
		strstr(b.d,
		    "{\"id\":\"off\",\"name\":"
		    "\"off\",\"tier\":1,\"enabled\":false}") != NULL,
	    "JSON has the disabled too");
	buf_cut(&b, 10);
	b.max = 20;
	ok(catalog_openai(c, &b) == -1, "no room is an error");
	buf_free(&b);
	conf_free(c);
	return done();
}
