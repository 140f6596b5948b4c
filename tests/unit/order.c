/* Model names into an order of models, each once. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "conf.h"
#include "fault.h"
#include "order.h"
#include "pick.h"
#include "route.h"
#include "tap.h"

enum {
	NAMES = 6
};

#define CONFIG(routing, more) \
	"{\"models\":[" \
	"{\"id\":\"x/last\",\"tier\":1,\"last_resort\":true}," \
	"{\"id\":\"x/Big\",\"tier\":1}," \
	"{\"id\":\"x/mid\",\"tier\":2}," \
	"{\"id\":\"x/off\",\"tier\":2,\"enabled\":false}," \
	"{\"id\":\"small\",\"tier\":4,\"upstream\":\"local\"}]," \
	"\"aliases\":{\"gpt-*\":\"auto\",\"mini\":\"tier4\"," \
	"\"fast\":\"small\"}," \
	"\"smart_routing\":{\"enabled\":" routing "}," \
	"\"upstreams\":{\"local\":{\"base_url\":" \
	"\"http://127.0.0.1:1/v1\",\"keyless\":true}}" more "}"

static const char config[] = CONFIG("true", "");
static const char listed[] = CONFIG("false", ",\"unlisted\":false");
static const char empty[] = "{\"models\":[]}";

static const struct {
	const char *name;
	const char *names[NAMES];
	int routed;	   /* order_routed() */
	int score;	   /* of the decision, 0: the configured order */
	const char *order; /* NULL: refused */
	const char *text;  /* then, the fault's */
} rows[] = {
	{ "no name", { NULL }, 1, 0, "x/Big x/mid small x/last!", NULL },
	{ "no name, a light question", { NULL }, 1, 1,
	    "small x/mid x/Big x/last!", NULL },
	{ "auto", { "auto" }, 1, 10, "x/Big x/mid small x/last!", NULL },
	{ "auto in other letters", { "AUTO" }, 1, 0,
	    "x/Big x/mid small x/last!", NULL },
	{ "an alias of auto", { "gpt-5" }, 1, 1, "small x/mid x/Big x/last!",
	    NULL },
	{ "a tier, whatever is decided", { "tier2" }, 0, 1,
	    "x/mid small x/Big x/last!", NULL },
	{ "an alias of a tier", { "mini" }, 0, 10, "small x/mid x/Big x/last!",
	    NULL },
	{ "an id", { "x/mid" }, 0, 0, "x/mid", NULL },
	{ "an id as it is configured", { "X/BIG" }, 0, 0, "x/Big", NULL },
	{ "an alias of an id", { "fast" }, 0, 0, "small", NULL },
	{ "a last resort asked for by name is none", { "x/last" }, 0, 0,
	    "x/last", NULL },
	{ "fallbacks", { "small", "x/Big" }, 0, 0, "small x/Big", NULL },
	{ "each once", { "x/mid", "X/mid", "x/mid" }, 0, 0, "x/mid", NULL },
	{ "an id, then auto", { "x/mid", "auto" }, 1, 0,
	    "x/mid x/Big small x/last!", NULL },
	{ "auto, then an id", { "auto", "x/mid", "y/new" }, 1, 0,
	    "x/Big x/mid small x/last! y/new", NULL },
	{ "all there is", { "tier1", "tier2", "auto", "tier4", "y/a", "y/b" },
	    1, 0, "x/Big x/mid small x/last! y/a y/b", NULL },
	{ "not configured", { "y/New:Provider" }, 0, 0, "y/New:Provider",
	    NULL },
	{ "no such model", { "mid" }, 0, 0, NULL, "mid: no such model" },
	{ "one of several is unknown", { "x/mid", "tier5" }, 0, 0, NULL,
	    "tier5: no such model" },
	{ "disabled", { "x/off" }, 0, 0, NULL,
	    "x/off: disabled in the configuration" },
};

/* The order in words: last resorts are marked, as are wrong upstreams. */
static void
show(const struct conf *c, const struct pick_model *v, size_t n,
    struct buf *out)
{
	size_t i, u;

	for (i = 0; i < n; i++) {
		u = v[i].nupstreams == 1 ? v[i].upstreams[0] : 99;
		buf_addf(out, "%s%s%s", i > 0 ? " " : "", v[i].id,
		    v[i].last_resort ? "!" : "");
		if (strcmp(v[i].id, "small") == 0 ? u >= c->nupstreams ||
			    strcmp(c->upstreams[u].name, "local") != 0 :
						    u != 0)
			buf_adds(out, "?");
	}
}

static void
check(const struct conf *c, size_t row)
{
	char *names[NAMES];
	struct decision d;
	struct pick_model *v = NULL;
	struct fault f = { .text = "" };
	struct buf got;
	size_t i, n = 0;
	int r, routed;

	for (i = 0; i < NAMES && rows[row].names[i] != NULL; i++)
		if ((names[i] = strdup(rows[row].names[i])) == NULL)
			abort();
	route_tier(0, &d);
	if (rows[row].score > 0)
		route_score(rows[row].score, &d);
	buf_init(&got, 1000);
	routed = order_routed(c, names, i, -1, -1);
	r = (v = order_make(c, names, i, &d, &n, &f)) == NULL ? -1 : 0;
	if (r == 0)
		show(c, v, n, &got);
	else
		buf_adds(&got, f.text);
	if (!ok(r == (rows[row].order == NULL ? -1 : 0) &&
		    routed == rows[row].routed &&
		    (r == 0 || f.status == EX_UNAVAILABLE) &&
		    strcmp(got.d, r == 0 ? rows[row].order : rows[row].text) ==
			0,
		"%s", rows[row].name))
		printf("# %s\n", got.d);
	buf_free(&got);
	free(v);
	while (i > 0)
		free(names[--i]);
}

/* Routing: wanted by options, the configuration, the request. */
static void
routed(const struct conf *on, const struct conf *off)
{
	static const struct {
		const char *name;
		int on, route, smart, want;
	} ways[] = {
		{ "on", 1, -1, -1, 1 },
		{ "on, the request says so too", 1, -1, 1, 1 },
		{ "on, but not for this request", 1, -1, 0, 0 },
		{ "off", 0, -1, -1, 0 },
		{ "off, whatever the request says", 0, -1, 1, 0 },
		{ "an option wants it", 0, 1, 0, 1 },
		{ "an option does not", 1, 0, 1, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		ok(order_routed(ways[i].on ? on : off, NULL, 0, ways[i].route,
		       ways[i].smart) == ways[i].want,
		    "routing: %s", ways[i].name);
}

int
main(void)
{
	static char unlisted[] = "y/new";
	char *name = unlisted;
	struct decision d;
	struct fault f;
	struct conf *c, *off;
	size_t i, n;

	if ((c = conf_parse(config, sizeof(config) - 1, "c", &f, NULL)) ==
	    NULL) {
		printf("# %s\n", f.text);
		return 1;
	}
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(c, i);
	if ((off = conf_parse(listed, sizeof(listed) - 1, "c", &f, NULL)) ==
	    NULL)
		return 1;
	routed(c, off);
	route_tier(0, &d);
	ok(order_make(off, &name, 1, &d, &n, &f) == NULL &&
		f.status == EX_UNAVAILABLE && f.hint[0] != '\0',
	    "only what is listed: %s", f.text);
	conf_free(c);
	conf_free(off);
	c = conf_parse(empty, sizeof(empty) - 1, "c", &f, NULL);
	ok(c != NULL && order_make(c, NULL, 0, &d, &n, &f) == NULL &&
		f.status == EX_CONFIG,
	    "nothing is configured: %s", f.text);
	conf_free(c);
	return done();
}
