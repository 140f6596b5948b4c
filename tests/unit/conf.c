/* models.json: what is read, what is refused, and where by name. */
#include <sys/stat.h>

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "conf.h"
#include "fault.h"
#include "tap.h"

#define MODELS(m) "{\"models\":[" m "]}"
#define UPSTREAM(m) "{\"upstreams\":{\"u\":{" m "}}}"
#define LOCAL(m) "{\"smart_routing\":{\"local_ai\":{" m "}}}"

static const struct {
	const char *text, *want;
} bad[] = {
	{ "", "line 1, column 1: ends too early" },
	{ "{\n  \"models\": [,]\n}", "line 2, column 14: not valid JSON" },
	{ "{\"\xe6\xa8\xa1\": 01}", "line 1, column 8: not valid JSON" },
	{ "{\"models\": [{\"id\":\n\"\xe6\xa8\xa1\xe5\x9e\"}]}",
	    "line 2, column 3: not UTF-8" },
	{ "{} {}", "line 1, column 4: not valid JSON" },
	{ "[]", "want an object, got an array" },
	{ "{\"models\": {}}", "models: want an array, got an object" },
	{ MODELS("1"), "models[0]: want an object, got a number" },
	{ MODELS("{}"), "models[0].id: missing" },
	{ MODELS("{\"id\":\"\"}"),
	    "models[0].id: want a string that is not empty" },
	{ MODELS("{\"id\":null}"), "models[0].id: want a string, got null" },
	{ MODELS("{\"id\":\"a\\nb\"}"),
	    "models[0].id: has control characters" },
	{ MODELS("{\"id\":\"a\\u0000b\"}"),
	    "models[0].id: has control characters" },
	{ MODELS("{\"id\":\"Tier4\"}"),
	    "models[0].id: Tier4 is not the id of a model" },
	{ MODELS("{\"id\":\"a/b\"},{\"id\":\"c\"},{\"id\":\"A/B\"}"),
	    "models[2].id: the same as models[0].id" },
	{ MODELS("{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\",\"tier\":7}"),
	    "models[2].tier: want 1 to 4, got 7" },
	{ MODELS("{\"id\":\"a\",\"tier\":0}"),
	    "models[0].tier: want 1 to 4, got 0" },
	{ MODELS("{\"id\":\"a\",\"tier\":1.5}"),
	    "models[0].tier: want 1 to 4, got 1.5" },
	{ MODELS("{\"id\":\"a\",\"tier\":\"1\"}"),
	    "models[0].tier: want 1 to 4, got a string" },
	{ MODELS("{\"id\":\"a\",\"name\":5}"),
	    "models[0].name: want a string, got a number" },
	{ MODELS("{\"id\":\"a\",\"enabled\":\"no\"}"),
	    "models[0].enabled: want true or false, got a string" },
	{ MODELS("{\"id\":\"a\",\"last_resort\":0}"),
	    "models[0].last_resort: want true or false, got a number" },
	{ MODELS("{\"id\":\"a\",\"upstream\":\"x\"}"),
	    "models[0].upstream: no such upstream: x" },
	{ MODELS("{\"id\":\"a\",\"upstream\":[\"modelscope\",3]}"),
	    "models[0].upstream[1]: want the name of an upstream, got "
	    "a number" },
	{ MODELS("{\"id\":\"a\",\"upstream\":[]}"),
	    "models[0].upstream: want one name or more" },
	{ MODELS("{\"id\":\"a\",\"upstream\":[\"modelscope\","
		 "\"modelscope\"]}"),
	    "models[0].upstream[1]: named twice" },
	{ "{\"upstreams\":[]}", "upstreams: want an object, got an array" },
	{ "{\"upstreams\":{\"\":{}}}",
	    "upstreams: a name has 1 to 64 letters, digits, '.', '_' or "
	    "'-'" },
	{ "{\"upstreams\":{\"a b\":{}}}",
	    "upstreams: a name has 1 to 64 letters, digits, '.', '_' or "
	    "'-'" },
	{ "{\"upstreams\":{\"u\":\"https://h/v1\"}}",
	    "upstreams.u: want an object, got a string" },
	{ UPSTREAM(""), "upstreams.u.base_url: missing" },
	{ UPSTREAM("\"base_url\":\"http://example.com/v1\""),
	    "upstreams.u.base_url: want an https URL; http only to this "
	    "machine, or with keyless or allow_plaintext" },
	{ UPSTREAM("\"base_url\":\"ftp://h\",\"keyless\":true"),
	    "upstreams.u.base_url: want an http or https URL" },
	{ UPSTREAM("\"base_url\":\"https://h/v1?key=x\""),
	    "upstreams.u.base_url: want no query and no fragment" },
	{ UPSTREAM("\"base_url\":\"https://h\","
		   "\"balance_url\":\"http://h/\""),
	    "upstreams.u.balance_url: want an https URL; http only to this "
	    "machine, or with keyless or allow_plaintext" },
	{ UPSTREAM("\"base_url\":\"https://h\",\"keyless\":1"),
	    "upstreams.u.keyless: want true or false, got a number" },
	{ UPSTREAM("\"base_url\":\"https://h\",\"per_key_concurrency\":-1"),
	    "upstreams.u.per_key_concurrency: want 0 to 1000, got -1" },
	{ UPSTREAM("\"base_url\":\"https://h\",\"price\":\"1\""),
	    "upstreams.u.price: want a number, 0 or more, got a string" },
	{ MODELS("{\"id\":\"a\",\"price\":-0.5}"),
	    "models[0].price: want 0 or more, got -0.5" },
	{ MODELS("{\"id\":\"a\",\"price\":1e999}"),
	    "models[0].price: want 0 or more, got inf" },
	{ UPSTREAM("\"base_url\":\"https://h\",\"timeouts\":5"),
	    "upstreams.u.timeouts: want an object, got a number" },
	{ UPSTREAM("\"base_url\":\"https://h\",\"timeouts\":{\"idle\":0}"),
	    "upstreams.u.timeouts.idle: want 0.001 to 86400 seconds, got 0" },
	{ "{\"aliases\":[]}", "aliases: want an object, got an array" },
	{ "{\"aliases\":{\"a\":1}}",
	    "aliases.a: want a string, got "
	    "a number" },
	{ "{\"aliases\":{\"\":\"auto\"}}",
	    "aliases: a name has 1 to 512 bytes" },
	{ "{\"aliases\":{\"g*t\":\"auto\"}}",
	    "aliases.g*t: '*' only at the end" },
	{ "{\"aliases\":{\"auto\":\"a/b\"}}",
	    "aliases.auto: has a meaning of its own" },
	{ "{\"aliases\":{\"a\":\"B\",\"b\":\"auto\"}}",
	    "aliases.a: leads to another alias, B" },
	{ "{\"aliases\":{\"a\":\"tier5\"}}",
	    "aliases.a: leads to tier5: not auto, tier1 to tier4 or "
	    "a model" },
	{ "{\"smart_routing\":true}",
	    "smart_routing: want an object, got true" },
	{ "{\"smart_routing\":{\"enabled\":null}}",
	    "smart_routing.enabled: want true or false, got null" },
	{ "{\"smart_routing\":{\"local_ai\":[]}}",
	    "smart_routing.local_ai: want an object, got an array" },
	{ LOCAL("\"base_url\":\"localhost:11434\""),
	    "smart_routing.local_ai.base_url: want an http or https URL" },
	{ LOCAL("\"api\":\"llama\""),
	    "smart_routing.local_ai.api: want \"ollama\" or \"openai\"" },
	{ LOCAL("\"timeout\":\"5\""),
	    "smart_routing.local_ai.timeout: want "
	    "seconds, more than 0, got a string" },
	{ "{\"unlisted\":0}", "unlisted: want true or false, got a number" },
	{ "{\"retries\":21}", "retries: want 0 to 20, got 21" },
	{ "{\"retries\":1e300}", "retries: want 0 to 20, got 1e+300" },
	{ "{\"day_offset\":8}", "day_offset: want an offset like \"+08:00\"" },
	{ "{\"day_offset\":\"+15:00\"}",
	    "day_offset: want -14:59 to +14:59, got +15:00" },
	{ "{\"keep_days\":-1}", "keep_days: want 0 or more, got -1" },
	{ "{\"per_key_concurrency\":1001}",
	    "per_key_concurrency: want 0 to 1000, got 1001" },
	{ "{\"timeouts\":{\"connect\":86401}}",
	    "timeouts.connect: want 0.001 to 86400 seconds, got 86401" },
};

/* Every member that there is, all but the defaults. */
static const char full[] =
    "{"
    "\"models\":["
    " {\"id\":\"Org/Strong\",\"name\":\"strong\",\"tier\":2,"
    "  \"enabled\":false,\"upstream\":[\"b\",\"modelscope\"]},"
    " {\"id\":\"qwen3:8b\",\"tier\":4,\"upstream\":\"ollama\","
    "  \"price\":0.1,\"last_resort\":true}],"
    "\"aliases\":{\"gpt-*\":\"auto\",\"gpt-4*\":\"tier2\","
    " \"GPT-4o\":\"Else/Where\",\"small\":\"QWEN3:8B\",\"*\":\"tier3\"},"
    "\"upstreams\":{"
    " \"b\":{\"base_url\":\"http://b.example/v1//\","
    "  \"allow_plaintext\":true,\"per_key_concurrency\":0,"
    "  \"price\":1.25,\"timeouts\":{\"plain\":0.25}},"
    " \"modelscope\":{\"per_key_concurrency\":7},"
    " \"ollama\":{\"base_url\":\"http://ollama:11434/v1\","
    "  \"keyless\":true}},"
    "\"smart_routing\":{\"enabled\":true,\"local_ai\":{"
    " \"base_url\":\"http://gpu:1234/\",\"model\":\"m\","
    " \"api\":\"openai\",\"timeout\":1.5}},"
    "\"unlisted\":false,\"retries\":0,\"day_offset\":\"-03:30\","
    "\"keep_days\":0,\"per_key_concurrency\":3,"
    "\"timeouts\":{\"connect\":1,\"first_byte\":2,\"plain\":3,\"idle\":4}}";

static const struct {
	const char *name, *want;
} aliases[] = {
	{ "gpt-3.5", "auto" },
	{ "GPT-3.5", "auto" },
	{ "gpt-4-turbo", "tier2" },
	{ "gpt-4o", "Else/Where" },
	{ "gpt-4o-mini", "tier2" },
	{ "small", "QWEN3:8B" },
	{ "whatever", "tier3" },
	{ "auto", "auto" },
	{ "tier1", "tier1" },
	{ "org/strong", "org/strong" },
};

static int
is(const char *got, const char *want)
{
	return got != NULL && strcmp(got, want) == 0;
}

static struct conf *
parse(const char *text, struct fault *f, struct buf *warn)
{
	return conf_parse(text, strlen(text), "f", f, warn);
}

static void
test_bad(void)
{
	struct fault f;
	struct conf *c;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		c = parse(bad[i].text, &f, NULL);
		ok(c == NULL && f.status == EX_CONFIG &&
			strncmp(f.text, "f: ", 3) == 0 &&
			is(f.text + 3, bad[i].want),
		    "bad: %s", f.text);
		conf_free(c);
	}
}

static void
test_defaults(void)
{
	struct fault f;
	struct conf *c = parse("\xef\xbb\xbf{}", &f, NULL);
	const struct conf_upstream *u;

	if (!ok(c != NULL && c->nmodels == 0 && c->naliases == 0 &&
		    c->nupstreams == 1,
		"an empty object"))
		return;
	u = &c->upstreams[0];
	ok(is(u->name, "modelscope") &&
		is(u->base_url, "https://api-inference.modelscope.cn/v1") &&
		is(u->balance_url,
		    "https://modelscope.cn/openapi/v1/magicubes/balance"),
	    "the service");
	ok(u->per_key_concurrency == 2 && u->timeouts.connect == 10000 &&
		u->timeouts.first_byte == 120000 &&
		u->timeouts.plain == 300000 && u->timeouts.idle == 60000,
	    "its limits");
	ok(!c->smart_routing && c->local.base_url == NULL && c->unlisted &&
		c->retries == 5 && c->day_offset == 28800 && c->keep_days == 90,
	    "the rest");
	conf_free(c);
}

static void
check_models(const struct conf *c)
{
	const struct conf_model *m = c->models;
	size_t i;

	ok(is(m[0].id, "Org/Strong") && is(m[0].name, "strong") &&
		m[0].tier == 2 && !m[0].enabled && !m[0].last_resort &&
		m[0].nupstreams == 2 && m[0].upstreams[0] == 1 &&
		m[0].upstreams[1] == 0,
	    "the first model");
	ok(is(m[1].id, "qwen3:8b") && is(m[1].name, "qwen3:8b") &&
		m[1].tier == 4 && m[1].enabled && m[1].last_resort &&
		m[1].nupstreams == 1 && m[1].upstreams[0] == 2,
	    "the second");
	ok(conf_model(c, "QWEN3:8B", &i) == 0 && i == 1 &&
		conf_model(c, "qwen3:8", &i) == -1,
	    "found in any case");
}

static void
check_upstreams(const struct conf *c)
{
	const struct conf_upstream *u = c->upstreams;
	size_t i;

	ok(is(u[0].name, "modelscope") && u[0].per_key_concurrency == 7 &&
		u[0].balance_url != NULL && u[0].timeouts.connect == 1000,
	    "modelscope with the file's own defaults");
	ok(is(u[1].base_url, "http://b.example/v1") &&
		u[1].balance_url == NULL && u[1].allow_plaintext &&
		u[1].per_key_concurrency == 0 && u[1].timeouts.plain == 250 &&
		u[1].timeouts.first_byte == 2000 && u[1].timeouts.idle == 4000,
	    "b, with a timeout of its own");
	ok(u[2].keyless && u[2].per_key_concurrency == 0,
	    "ollama, without the bound for keys");
	ok(u[0].price == 0.5 && u[1].price == 1.25 &&
		isnan(c->models[0].price) && c->models[1].price == 0.1,
	    "prices");
	ok(conf_upstream(c, "ollama", &i) == 0 && i == 2 &&
		conf_upstream(c, "Ollama", &i) == -1,
	    "found by name");
}

static void
test_keyless(void)
{
	struct fault f;
	struct conf *c = parse(UPSTREAM("\"keyless\":true,"
					"\"base_url\":\"http://h\","
					"\"per_key_concurrency\":4"),
	    &f, NULL);

	ok(c != NULL && c->upstreams[1].per_key_concurrency == 4,
	    "a bound of its own");
	conf_free(c);
}

static void
test_full(void)
{
	struct fault f;
	struct buf warn;
	struct conf *c;
	size_t i;

	buf_init(&warn, 4096);
	c = parse(full, &f, &warn);
	if (!ok(c != NULL && c->nmodels == 2 && c->nupstreams == 3 &&
		    warn.len == 0,
		"every member: %s", c == NULL ? f.text : ""))
		return;
	check_models(c);
	check_upstreams(c);
	ok(c->smart_routing && is(c->local.base_url, "http://gpu:1234") &&
		is(c->local.model, "m") && c->local.openai &&
		c->local.timeout == 1500,
	    "the local model");
	ok(!c->unlisted && c->retries == 0 && c->day_offset == -12600 &&
		c->keep_days == 0,
	    "the rest");
	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		ok(is(conf_alias(c, aliases[i].name), aliases[i].want),
		    "alias %s", aliases[i].name);
	conf_free(c);
	buf_free(&warn);
}

static void
test_warnings(void)
{
	static const char text[] =
	    "{\"x\":1,\"models\":[{\"id\":\"a\"},"
	    "{\"id\":\"b\",\"foo\":[]}],\"smart_routing\":{\"local_ai\":{"
	    "\"y\\n\":0}},\"upstreams\":{\"modelscope\":{\"z\":1}}}";
	struct fault f;
	struct buf warn;
	struct conf *c;

	buf_init(&warn, 4096);
	c = parse(text, &f, &warn);
	ok(c != NULL && c->local.base_url == NULL, "unknown members");
	ok(is(warn.d,
	       "f: x: unknown, ignored\n"
	       "f: smart_routing.local_ai.y\\n: unknown, ignored\n"
	       "f: upstreams.modelscope.z: unknown, ignored\n"
	       "f: models[1].foo: unknown, ignored\n"),
	    "are named: %s", warn.len > 0 ? "" : "no");
	conf_free(c);
	c = parse(text, &f, NULL);
	ok(c != NULL, "or not, if nobody listens");
	conf_free(c);
	buf_free(&warn);
	buf_init(&warn, 30);
	c = parse(text, &f, &warn);
	ok(c != NULL && is(warn.d, "f: x: unknown, ignored\n"),
	    "or as far as they fit");
	conf_free(c);
	buf_free(&warn);
}

/* A file of the original gateway, whose routing member is an object. */
static void
test_original(void)
{
	static const char text[] =
	    "{\"models\":[{\"id\":\"org/One\",\"name\":"
	    "\"One\",\"tier\":1,\"enabled\":true},{\"id\":\"org/Two\","
	    "\"name\":\"Two\"}],\"smart_routing\":{\"enabled\":true,"
	    "\"local_ai\":{\"base_url\":\"http://localhost:11434\","
	    "\"model\":\"qwen2.5:1.5b\"}}}";
	struct fault f;
	struct buf warn;
	struct conf *c;

	buf_init(&warn, 4096);
	c = parse(text, &f, &warn);
	ok(c != NULL && warn.len == 0 && c->nmodels == 2 &&
		c->models[1].tier == 1 && c->models[1].enabled &&
		c->smart_routing && !c->local.openai &&
		c->local.timeout == 5000,
	    "the original's file, without a warning");
	conf_free(c);
	buf_free(&warn);
}

/* A base_url of one's own has no balance_url but the one that is named. */
static void
test_own_url(void)
{
	struct fault f;
	struct conf *c;

	c = parse("{\"upstreams\":{\"modelscope\":{\"base_url\":"
		  "\"https://proxy.example/v1/\"}}}",
	    &f, NULL);
	ok(c != NULL &&
		is(c->upstreams[0].base_url, "https://proxy.example/v1") &&
		c->upstreams[0].balance_url == NULL,
	    "no balance_url for a host that was not named");
	conf_free(c);
	c = parse(LOCAL("\"model\":\"m\""), &f, NULL);
	ok(c != NULL && is(c->local.base_url, "http://localhost:11434"),
	    "a local model is at home");
	conf_free(c);
	c = parse(LOCAL("\"model\":\"m\",\"api\":\"openai\""), &f, NULL);
	ok(c != NULL && is(c->local.base_url, "http://localhost:11434/v1"),
	    "its other API is a path further");
	conf_free(c);
}

static void
test_many(void)
{
	struct fault f;
	struct conf *c;
	struct buf b;
	int i;

	buf_init(&b, 1024 * 1024);
	buf_adds(&b, "{\"models\":[{\"id\":\"m\"}");
	for (i = 1; i < 4096; i++)
		buf_addf(&b, ",{\"id\":\"m%d\"}", i);
	buf_adds(&b, "]}");
	c = parse(b.d, &f, NULL);
	ok(c != NULL && c->nmodels == 4096, "4096 models");
	conf_free(c);
	buf_cut(&b, b.len - 2);
	buf_adds(&b, ",{\"id\":\"x\"}]}");
	ok(parse(b.d, &f, NULL) == NULL &&
		is(f.text, "f: models: want at most 4096"),
	    "not 4097");
	buf_cut(&b, 0);
	for (i = 0; i < 500; i++)
		buf_addc(&b, '[');
	for (i = 0; i < 500; i++)
		buf_addc(&b, ']');
	ok(parse(b.d, &f, NULL) == NULL && f.status == EX_CONFIG,
	    "nested too deep: %s", f.text);
	buf_free(&b);
}

static char dir[] = "/tmp/ms-conf.XXXXXX";

/* A file in dir, of one model; its path is the caller's to free. */
static char *
file(const char *name, const char *model)
{
	char *path, text[64];
	int fd;

	snprintf(text, sizeof(text), MODELS("{\"id\":\"%s\"}"), model);
	if (asprintf(&path, "%s/%s", dir, name) == -1 ||
	    (fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600)) == -1)
		abort();
	if (write(fd, text, strlen(text)) == -1)
		abort();
	close(fd);
	return path;
}

static int
loads(const char *path, const char *model)
{
	struct fault f;
	struct conf *c = conf_load(path, &f, NULL);
	int same = c != NULL && c->nmodels > 0 && is(c->models[0].id, model);

	conf_free(c);
	return same;
}

static void
test_order(void)
{
	char *a = file("a", "from-a"), *b = file("b", "from-b");
	char *home = file("ms/models.json", "from-home");
	struct fault f;

	setenv("XDG_CONFIG_HOME", dir, 1);
	ok(loads(NULL, "from-home"), "the user's file");
	setenv("MS_CONFIG", "", 1);
	ok(loads(NULL, "from-home"), "an empty MS_CONFIG");
	setenv("MS_CONFIG", a, 1);
	ok(loads(NULL, "from-a"), "MS_CONFIG");
	ok(loads(b, "from-b"), "--config");
	unlink(a);
	ok(conf_load(NULL, &f, NULL) == NULL && f.status == EX_CONFIG,
	    "a named file that is not there: %s", f.text);
	ok(conf_load(dir, &f, NULL) == NULL && f.status == EX_CONFIG,
	    "a folder: %s", f.text);
	setenv("MS_CONFIG", b, 1);
	free(home);
	free(a);
	free(b);
}

static void
test_environment(void)
{
	struct fault f;
	struct conf *c;

	setenv("MODELSCOPE_BASE_URL", "http://127.0.0.1:9/v1/", 1);
	setenv("LOCAL_AI_BASE_URL", "http://ollama:11434/", 1);
	c = conf_load(NULL, &f, NULL);
	ok(c != NULL && is(c->upstreams[0].base_url, "http://127.0.0.1:9/v1") &&
		c->upstreams[0].balance_url == NULL,
	    "MODELSCOPE_BASE_URL");
	ok(c != NULL && is(c->local.base_url, "http://ollama:11434") &&
		is(c->local.model, "qwen2.5:1.5b"),
	    "LOCAL_AI_BASE_URL");
	conf_free(c);
	setenv("MODELSCOPE_BASE_URL", "", 1);
	setenv("LOCAL_AI_BASE_URL", "", 1);
	setenv("LOCAL_AI_MODEL", "other", 1);
	c = conf_load(NULL, &f, NULL);
	ok(c != NULL && c->upstreams[0].balance_url != NULL &&
		is(c->local.base_url, "http://localhost:11434") &&
		is(c->local.model, "other"),
	    "LOCAL_AI_MODEL");
	conf_free(c);
	setenv("MODELSCOPE_BASE_URL", "http://example.com/", 1);
	ok(conf_load(NULL, &f, NULL) == NULL && f.status == EX_CONFIG &&
		strncmp(f.text, "environment: MODELSCOPE_BASE_URL: ", 34) == 0,
	    "a bad one: %s", f.text);
	unsetenv("MODELSCOPE_BASE_URL");
	unsetenv("LOCAL_AI_MODEL");
}

static void
test_load(void)
{
	static const char *const names[] = { "MS_CONFIG", "LOCAL_AI_MODEL",
		"LOCAL_AI_BASE_URL", "MODELSCOPE_BASE_URL" };
	char path[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	if (mkdtemp(dir) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/ms", dir);
	mkdir(path, 0700);
	test_order();
	test_environment();
	snprintf(path, sizeof(path), "%s/ms/models.json", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/ms", dir);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/b", dir);
	unlink(path);
	rmdir(dir);
}

int
main(void)
{
	test_bad();
	test_defaults();
	test_full();
	test_keyless();
	test_warnings();
	test_original();
	test_own_url();
	test_many();
	test_load();
	return done();
}
