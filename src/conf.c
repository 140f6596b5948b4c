/* models.json: found, read, checked member by member, and looked up in. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "buf.h"
#include "conf.h"
#include "fault.h"
#include "held.h"
#include "json.h"
#include "member.h"
#include "paths.h"
#include "splice.h"
#include "url.h"
#include "utf8.h"

#define BASE_URL "https://api-inference.modelscope.cn/v1"
#define BALANCE_URL "https://modelscope.cn/openapi/v1/magicubes/balance"
#define LOCAL_URL "http://localhost:11434"
#define LOCAL_MODEL "qwen2.5:1.5b"

#define TOP(m) offsetof(struct reader, m)
#define MODEL(m) offsetof(struct conf_model, m)
#define UPSTREAM(m) offsetof(struct conf_upstream, m)
#define TIMEOUTS(m) offsetof(struct conf_timeouts, m)

enum {
	CONF_FILE = 4 * 1024 * 1024,
	CONF_MODELS = 4096, /* each id is compared with all */
	CONF_NAME = 64,	    /* bytes of an upstream's name */
	CONF_RETRIES = 20,
	CONF_CONCURRENCY = 1000
};

struct reader {
	struct member_in in;
	struct conf c;
	struct conf_upstream dflt; /* for what an upstream leaves out */
};

static const struct member timeouts_members[] = {
	{ "connect", MEMBER_SECONDS, TIMEOUTS(connect), 0, 0, NULL },
	{ "first_byte", MEMBER_SECONDS, TIMEOUTS(first_byte), 0, 0, NULL },
	{ "plain", MEMBER_SECONDS, TIMEOUTS(plain), 0, 0, NULL },
	{ "idle", MEMBER_SECONDS, TIMEOUTS(idle), 0, 0, NULL },
	{ NULL, MEMBER_LATER, 0, 0, 0, NULL },
};

static const struct member local_members[] = {
	{ "base_url", MEMBER_STRING, TOP(c.local.base_url), 0, 0, NULL },
	{ "model", MEMBER_STRING, TOP(c.local.model), 0, 0, NULL },
	{ "api", MEMBER_API, TOP(c.local.openai), 0, 0, NULL },
	{ "timeout", MEMBER_SECONDS, TOP(c.local.timeout), 0, 0, NULL },
	{ NULL, MEMBER_LATER, 0, 0, 0, NULL },
};

static const struct member routing_members[] = {
	{ "enabled", MEMBER_TRUTH, TOP(c.smart_routing), 0, 0, NULL },
	{ "local_ai", MEMBER_OBJECT, 0, 0, 0, local_members },
	{ NULL, MEMBER_LATER, 0, 0, 0, NULL },
};

static const struct member top_members[] = {
	{ "models", MEMBER_LATER, 0, 0, 0, NULL },
	{ "aliases", MEMBER_LATER, 0, 0, 0, NULL },
	{ "upstreams", MEMBER_LATER, 0, 0, 0, NULL },
	{ "smart_routing", MEMBER_OBJECT, 0, 0, 0, routing_members },
	{ "unlisted", MEMBER_TRUTH, TOP(c.unlisted), 0, 0, NULL },
	{ "retries", MEMBER_INTEGER, TOP(c.retries), 0, CONF_RETRIES, NULL },
	{ "day_offset", MEMBER_OFFSET, TOP(c.day_offset), 0, 0, NULL },
	{ "keep_days", MEMBER_INTEGER, TOP(c.keep_days), 0, INT_MAX, NULL },
	{ "per_key_concurrency", MEMBER_INTEGER, TOP(dflt.per_key_concurrency),
	    0, CONF_CONCURRENCY, NULL },
	{ "timeouts", MEMBER_OBJECT, TOP(dflt.timeouts), 0, 0,
	    timeouts_members },
	{ NULL, MEMBER_LATER, 0, 0, 0, NULL },
};

static const struct member model_members[] = {
	{ "id", MEMBER_STRING, MODEL(id), 0, 0, NULL },
	{ "name", MEMBER_STRING, MODEL(name), 0, 0, NULL },
	{ "tier", MEMBER_INTEGER, MODEL(tier), 1, CONF_TIERS, NULL },
	{ "enabled", MEMBER_TRUTH, MODEL(enabled), 0, 0, NULL },
	{ "last_resort", MEMBER_TRUTH, MODEL(last_resort), 0, 0, NULL },
	{ "price", MEMBER_AMOUNT, MODEL(price), 0, 0, NULL },
	{ "upstream", MEMBER_LATER, 0, 0, 0, NULL },
	{ NULL, MEMBER_LATER, 0, 0, 0, NULL },
};

static const struct member upstream_members[] = {
	{ "base_url", MEMBER_STRING, UPSTREAM(base_url), 0, 0, NULL },
	{ "balance_url", MEMBER_STRING, UPSTREAM(balance_url), 0, 0, NULL },
	{ "keyless", MEMBER_TRUTH, UPSTREAM(keyless), 0, 0, NULL },
	{ "allow_plaintext", MEMBER_TRUTH, UPSTREAM(allow_plaintext), 0, 0,
	    NULL },
	{ "price", MEMBER_AMOUNT, UPSTREAM(price), 0, 0, NULL },
	{ "per_key_concurrency", MEMBER_INTEGER, UPSTREAM(per_key_concurrency),
	    0, CONF_CONCURRENCY, NULL },
	{ "timeouts", MEMBER_OBJECT, UPSTREAM(timeouts), 0, 0,
	    timeouts_members },
	{ NULL, MEMBER_LATER, 0, 0, 0, NULL },
};

static int
check_url(struct member_in *in, const char *key, const char *url, int plain)
{
	if (url_ok(url, plain))
		return 0;
	if (plain)
		return member_bad(in, key, "want an http or https URL");
	return member_bad(in, key,
	    "want an https URL; http only to this "
	    "machine, or with keyless or allow_plaintext");
}

/* A URL that paths are added to loses the slashes at its end. */
static int
check_base(struct member_in *in, const char *key, char *url, int plain)
{
	size_t n = strlen(url);

	if (check_url(in, key, url, plain) == -1)
		return -1;
	if (strpbrk(url, "?#") != NULL)
		return member_bad(in, key, "want no query and no fragment");
	while (n > 0 && url[n - 1] == '/')
		url[--n] = '\0';
	return 0;
}

static struct conf_upstream *
add_upstream(struct reader *r, const char *name)
{
	struct conf_upstream *u;
	size_t i;

	if (conf_upstream(&r->c, name, &i) == 0)
		return &r->c.upstreams[i];
	u = reallocarray(r->c.upstreams, r->c.nupstreams + 1, sizeof(*u));
	if (u == NULL)
		return NULL;
	r->c.upstreams = u;
	u += r->c.nupstreams;
	*u = r->dflt;
	if ((u->name = strdup(name)) == NULL)
		return NULL;
	r->c.nupstreams++;
	return u;
}

/* What the service's own upstream has where the file says nothing. */
static int
complete(struct conf_upstream *u)
{
	if (strcmp(u->name, "modelscope") != 0 || u->base_url != NULL)
		return 0;
	if ((u->base_url = strdup(BASE_URL)) == NULL ||
	    (u->balance_url == NULL &&
		(u->balance_url = strdup(BALANCE_URL)) == NULL))
		return -1;
	return 0;
}

static int
check_name(struct reader *r, const char *name)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t n = strlen(name);

	if (n > 0 && n <= CONF_NAME && strspn(name, chars) == n)
		return 0;
	return member_bad(&r->in, NULL,
	    "a name has 1 to %d letters, digits, '.', '_' or '-'", CONF_NAME);
}

static int
get_upstream(struct reader *r, const char *name, jv v)
{
	struct conf_upstream *u;
	int plain;

	member_place(&r->in, "upstreams");
	if (check_name(r, name) == -1)
		return -1;
	member_place(&r->in, "upstreams.%s", name);
	if (jv_get_kind(v) != JV_KIND_OBJECT)
		return member_wrong(&r->in, NULL, "an object", v);
	if ((u = add_upstream(r, name)) == NULL)
		return member_nomem(&r->in);
	if (member_fill(&r->in, v, upstream_members, u) == -1)
		return -1;
	/* the bound for keys is not one for servers that want none */
	if (u->keyless &&
	    !jv_object_has(jv_copy(v), jv_string("per_key_concurrency")))
		u->per_key_concurrency = 0;
	if (complete(u) == -1)
		return member_nomem(&r->in);
	if (u->base_url == NULL)
		return member_bad(&r->in, "base_url", "missing");
	plain = u->keyless || u->allow_plaintext;
	if (check_base(&r->in, "base_url", u->base_url, plain) == -1)
		return -1;
	return u->balance_url == NULL ?
	    0 :
	    check_url(&r->in, "balance_url", u->balance_url, plain);
}

static int
get_upstreams(void *arg, jv v)
{
	struct reader *r = arg;
	int rc = 0;

	jv_object_foreach (v, name, u) {
		rc = get_upstream(r, jv_string_value(name), u);
		jv_free(name);
		jv_free(u);
		if (rc == -1)
			break;
	}
	member_place(&r->in, "%s", "");
	return rc;
}

static int
add_model_upstream(struct reader *r, struct conf_model *m, jv v)
{
	size_t i, j, *p;

	if (jv_get_kind(v) != JV_KIND_STRING)
		return member_wrong(&r->in, NULL, "the name of an upstream", v);
	if (conf_upstream(&r->c, jv_string_value(v), &i) == -1)
		return member_bad(&r->in, NULL, "no such upstream: %.64s",
		    jv_string_value(v));
	for (j = 0; j < m->nupstreams; j++)
		if (m->upstreams[j] == i)
			return member_bad(&r->in, NULL, "named twice");
	p = reallocarray(m->upstreams, m->nupstreams + 1, sizeof(*p));
	if (p == NULL)
		return member_nomem(&r->in);
	m->upstreams = p;
	m->upstreams[m->nupstreams++] = i;
	return 0;
}

/* A name, or a list of names; the default is modelscope. */
static int
get_model_upstream(struct reader *r, size_t at, struct conf_model *m, jv v)
{
	int rc = 0;

	member_place(&r->in, "models[%zu].upstream", at);
	if (jv_get_kind(v) != JV_KIND_ARRAY)
		return add_model_upstream(r, m, v);
	jv_array_foreach (v, i, u) {
		member_place(&r->in, "models[%zu].upstream[%d]", at, i);
		rc = add_model_upstream(r, m, u);
		jv_free(u);
		if (rc == -1)
			return -1;
	}
	if (m->nupstreams == 0)
		return member_bad(&r->in, NULL, "want one name or more");
	return 0;
}

static int
check_id(struct reader *r, const struct conf_model *m)
{
	size_t other;

	if (m->id == NULL)
		return member_bad(&r->in, "id", "missing");
	if (conf_word(m->id))
		return member_bad(&r->in, "id", "%s is not the id of a model",
		    m->id);
	if (conf_model(&r->c, m->id, &other) == 0)
		return member_bad(&r->in, "id", "the same as models[%zu].id",
		    other);
	return 0;
}

/* The model is counted, and so found, only when it is complete. */
static int
fill_model(struct reader *r, struct conf_model *m, jv o)
{
	size_t at = r->c.nmodels;
	jv v;
	int rc;

	if (member_fill(&r->in, o, model_members, m) == -1 ||
	    check_id(r, m) == -1)
		return -1;
	if (m->name == NULL && (m->name = strdup(m->id)) == NULL)
		return member_nomem(&r->in);
	v = jv_object_get(jv_copy(o), jv_string("upstream"));
	if (!jv_is_valid(v)) {
		jv_free(v);
		v = jv_string("modelscope");
	}
	rc = get_model_upstream(r, at, m, v);
	jv_free(v);
	return rc;
}

static void
free_model(struct conf_model *m)
{
	free(m->id);
	free(m->name);
	free(m->upstreams);
}

static int
get_model(struct reader *r, jv v)
{
	struct conf_model m = { .tier = 1, .enabled = 1, .price = NAN }, *p;

	member_place(&r->in, "models[%zu]", r->c.nmodels);
	if (jv_get_kind(v) != JV_KIND_OBJECT)
		return member_wrong(&r->in, NULL, "an object", v);
	if (fill_model(r, &m, v) == -1) {
		free_model(&m);
		return -1;
	}
	p = reallocarray(r->c.models, r->c.nmodels + 1, sizeof(*p));
	if (p == NULL) {
		free_model(&m);
		return member_nomem(&r->in);
	}
	r->c.models = p;
	r->c.models[r->c.nmodels++] = m;
	return 0;
}

static int
get_models(void *arg, jv v)
{
	struct reader *r = arg;
	int rc = 0;

	if (jv_array_length(jv_copy(v)) > CONF_MODELS)
		return member_bad(&r->in, "models", "want at most %d",
		    CONF_MODELS);
	jv_array_foreach (v, i, m) {
		rc = get_model(r, m);
		jv_free(m);
		if (rc == -1)
			return -1;
	}
	member_place(&r->in, "%s", "");
	return 0;
}

static int
get_alias(struct reader *r, const char *pattern, jv v)
{
	struct conf_alias *p;
	size_t n = strlen(pattern);

	if (n == 0 || n > MEMBER_STRING_MAX)
		return member_bad(&r->in, NULL, "a name has 1 to %d bytes",
		    MEMBER_STRING_MAX);
	if (strcspn(pattern, "*") < n - 1)
		return member_bad(&r->in, pattern, "'*' only at the end");
	if (conf_word(pattern))
		return member_bad(&r->in, pattern, "has a meaning of its own");
	p = reallocarray(r->c.aliases, r->c.naliases + 1, sizeof(*p));
	if (p == NULL)
		return member_nomem(&r->in);
	r->c.aliases = p;
	p += r->c.naliases;
	p->target = NULL;
	if ((p->pattern = strdup(pattern)) == NULL)
		return member_nomem(&r->in);
	r->c.naliases++;
	return member_string(&r->in, pattern, v, &p->target);
}

/* The alias of exactly this name, or NULL. */
static const struct conf_alias *
same_alias(const struct conf *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->naliases; i++)
		if (strcasecmp(c->aliases[i].pattern, name) == 0)
			return &c->aliases[i];
	return NULL;
}

static int
check_alias(struct reader *r, const struct conf_alias *a)
{
	if (same_alias(&r->c, a->target) != NULL)
		return member_bad(&r->in, a->pattern,
		    "leads to another alias, %s", a->target);
	if (!conf_word(a->target) && strchr(a->target, '/') == NULL &&
	    conf_model(&r->c, a->target, NULL) == -1)
		return member_bad(&r->in, a->pattern,
		    "leads to %s: not auto, tier1 to tier4 or a model",
		    a->target);
	return 0;
}

static int
get_aliases(void *arg, jv v)
{
	struct reader *r = arg;
	size_t i;
	int rc = 0;

	member_place(&r->in, "aliases");
	jv_object_foreach (v, pattern, target) {
		rc = get_alias(r, jv_string_value(pattern), target);
		jv_free(pattern);
		jv_free(target);
		if (rc == -1)
			break;
	}
	for (i = 0; rc == 0 && i < r->c.naliases; i++)
		rc = check_alias(r, &r->c.aliases[i]);
	member_place(&r->in, "%s", "");
	return rc;
}

/* A local model is one with a base_url; either makes the other needed. */
static int
complete_local(struct conf *c)
{
	const char *url = c->local.openai ? LOCAL_URL "/v1" : LOCAL_URL;

	if ((c->local.base_url == NULL &&
		(c->local.base_url = strdup(url)) == NULL) ||
	    (c->local.model == NULL &&
		(c->local.model = strdup(LOCAL_MODEL)) == NULL))
		return -1;
	return 0;
}

static int
check_local(struct reader *r)
{
	struct conf *c = &r->c;

	if (c->local.base_url == NULL && c->local.model == NULL)
		return 0;
	if (complete_local(c) == -1)
		return member_nomem(&r->in);
	member_place(&r->in, "smart_routing.local_ai");
	return check_base(&r->in, "base_url", c->local.base_url, 1);
}

/* ---- the whole ---- */

static void
release(struct conf *c)
{
	size_t i;

	for (i = 0; i < c->nmodels; i++)
		free_model(&c->models[i]);
	for (i = 0; i < c->naliases; i++) {
		free(c->aliases[i].pattern);
		free(c->aliases[i].target);
	}
	for (i = 0; i < c->nupstreams; i++) {
		free(c->upstreams[i].name);
		free(c->upstreams[i].base_url);
		free(c->upstreams[i].balance_url);
	}
	free(c->models);
	free(c->aliases);
	free(c->upstreams);
	free(c->local.base_url);
	free(c->local.model);
	free(c->path);
}

void
conf_free(struct conf *c)
{
	if (c != NULL)
		release(c);
	free(c);
}

static int
get_all(struct reader *r, jv root)
{
	struct member_in *in = &r->in;
	int rc;

	if (jv_get_kind(root) != JV_KIND_OBJECT)
		return member_wrong(in, NULL, "an object", root);
	if (member_fill(in, root, top_members, r) == -1)
		return -1;
	/* The service's own upstream is always there, and the first. */
	if (add_upstream(r, "modelscope") == NULL)
		return member_nomem(in);
	rc = member_section(in, root, "upstreams", JV_KIND_OBJECT,
	    get_upstreams, r);
	if (rc == -1)
		return -1;
	if (complete(&r->c.upstreams[0]) == -1)
		return member_nomem(in);
	rc = member_section(in, root, "models", JV_KIND_ARRAY, get_models, r);
	if (rc == 0)
		rc = member_section(in, root, "aliases", JV_KIND_OBJECT,
		    get_aliases, r);
	return rc == 0 ? check_local(r) : rc;
}

/* Names line and column, in characters, of the byte that is wrong. */
static int
bad_syntax(struct reader *r, const char *text, size_t off, const char *why)
{
	size_t i, line = 1, column = 1;

	for (i = 0; i < off; i++)
		if (text[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80)
			column++;
	return fault_set(r->in.f, EX_CONFIG, "%s: line %zu, column %zu: %s",
	    r->in.path, line, column, why);
}

static int
parse(struct reader *r, const char *text, size_t n)
{
	struct splice whole;
	size_t off;
	jv root, why;
	int rc;

	if (splice_text(text, n, &whole, &off) == -1)
		return bad_syntax(r, text, off,
		    off == n			  ? "ends too early" :
			splice_deep(text, n, off) ? "nested too deep" :
						    "not valid JSON");
	/* libjq would replace it, and an id would be another */
	if ((off = utf8_span(text, n)) < n)
		return bad_syntax(r, text, off, "not UTF-8");
	root = json_parse(text, n);
	if (jv_is_valid(root)) {
		rc = get_all(r, root);
		jv_free(root);
		return rc;
	}
	why = jv_invalid_get_msg(root);
	rc = member_bad(&r->in, NULL, "%s",
	    jv_get_kind(why) == JV_KIND_STRING ? jv_string_value(why) :
						 "not valid JSON");
	jv_free(why);
	return rc;
}

struct conf *
conf_parse(const char *text, size_t n, const char *path, struct fault *f,
    struct buf *warn)
{
	struct reader r = {
		.in = { .path = path, .f = f, .warn = warn },
		.c = {
		    .unlisted = 1,
		    .retries = 5,
		    .day_offset = 8 * 3600,
		    .keep_days = 90,
		    .local.timeout = 5000,
		},
		.dflt = {
		    .per_key_concurrency = 2,
		    .price = 0.5, /* the least that the service asks */
		    .timeouts = { 10000, 120000, 300000, 60000 },
		},
	};
	struct conf *c;

	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		n -= 3;
	}
	if ((r.c.path = strdup(path)) == NULL) {
		member_nomem(&r.in);
		return NULL;
	}
	if (parse(&r, text, n) == -1) {
		release(&r.c);
		return NULL;
	}
	if ((c = malloc(sizeof(*c))) == NULL) {
		member_nomem(&r.in);
		release(&r.c);
		return NULL;
	}
	*c = r.c;
	return c;
}

/* ---- looking up ---- */

int
conf_model(const struct conf *c, const char *id, size_t *i)
{
	size_t m;

	for (m = 0; m < c->nmodels; m++)
		if (strcasecmp(c->models[m].id, id) == 0) {
			if (i != NULL)
				*i = m;
			return 0;
		}
	return -1;
}

int
conf_upstream(const struct conf *c, const char *name, size_t *i)
{
	size_t u;

	for (u = 0; u < c->nupstreams; u++)
		if (strcmp(c->upstreams[u].name, name) == 0) {
			if (i != NULL)
				*i = u;
			return 0;
		}
	return -1;
}

int
conf_word(const char *name)
{
	return strcasecmp(name, "auto") == 0 ||
	    (strncasecmp(name, "tier", 4) == 0 && name[4] >= '1' &&
		name[4] <= '0' + CONF_TIERS && name[5] == '\0');
}

const char *
conf_alias(const struct conf *c, const char *name)
{
	const struct conf_alias *a, *best;
	size_t i, n, len = 0;

	if ((best = same_alias(c, name)) != NULL)
		return best->target;
	if (conf_word(name) || conf_model(c, name, NULL) == 0)
		return name;
	for (i = 0; i < c->naliases; i++) {
		a = &c->aliases[i];
		n = strlen(a->pattern);
		if (a->pattern[n - 1] == '*' && n > len &&
		    strncasecmp(a->pattern, name, n - 1) == 0) {
			best = a;
			len = n;
		}
	}
	return best != NULL ? best->target : name;
}

/* ---- finding and reading ---- */

/* Puts a variable in place of *old: 1, or 0 if unset. url < 0: no URL. */
static int
overlay(const char *var, int url, char **old, struct fault *f)
{
	struct member_in in = { .path = "environment", .f = f };
	const char *v = getenv(var);
	char *copy;

	if (v == NULL || *v == '\0')
		return 0;
	if ((copy = strdup(v)) == NULL)
		return member_nomem(&in);
	if (url >= 0 && check_base(&in, var, copy, url) == -1) {
		free(copy);
		return -1;
	}
	free(*old);
	*old = copy;
	return 1;
}

/* A balance_url goes when its upstream moves: a key would follow it. */
static int
environment(struct conf *c, struct fault *f)
{
	struct conf_upstream *u = &c->upstreams[0];
	int plain = u->keyless || u->allow_plaintext, moved, url, model;

	moved = overlay("MODELSCOPE_BASE_URL", plain, &u->base_url, f);
	url = overlay("LOCAL_AI_BASE_URL", 1, &c->local.base_url, f);
	model = overlay("LOCAL_AI_MODEL", -1, &c->local.model, f);
	if (moved == -1 || url == -1 || model == -1)
		return -1;
	if (moved) {
		free(u->balance_url);
		u->balance_url = NULL;
	}
	if ((url || model) && complete_local(c) == -1)
		return fault_set(f, EX_OSERR, "environment: %s",
		    strerror(errno));
	return 0;
}

/* Called name in messages. */
static struct conf *
read_as(const char *path, const char *name, int maybe, struct fault *f,
    struct buf *warn)
{
	struct conf *c = NULL;
	struct buf b;

	buf_init(&b, CONF_FILE);
	if (buf_load(&b, path) == 0)
		c = conf_parse(b.d, b.len, name, f, warn);
	else if (!maybe || (errno != ENOENT && errno != ENOTDIR))
		fault_set(f, errno == ENOMEM ? EX_OSERR : EX_CONFIG, "%s: %s",
		    name, strerror(errno));
	buf_free(&b);
	return c;
}

/* With maybe, a file that is not there is NULL without a fault. */
static struct conf *
read_file(const char *path, int maybe, struct fault *f, struct buf *warn)
{
	return read_as(path, path, maybe, f, warn);
}

/* As read_file() of a path that was allocated, or could not be. */
static struct conf *
read_path(char *path, int maybe, struct fault *f, struct buf *warn)
{
	struct conf *c = NULL;

	if (path != NULL)
		c = read_file(path, maybe, f, warn);
	else if (errno != ENOENT)
		fault_set(f, EX_OSERR, "models.json: %s", strerror(errno));
	free(path);
	return c;
}

static struct conf *
find(const char *path, struct fault *f, struct buf *warn)
{
	char held[HELD_PATH];
	const char *name;
	struct conf *c;

	if (path == NULL && held_path(HELD_CONFIG, held, &name) == 0)
		return read_as(held, name, 0, f, warn);
	if (path == NULL && (path = getenv("MS_CONFIG")) != NULL &&
	    *path == '\0')
		path = NULL;
	if (path != NULL)
		return read_file(path, 0, f, warn);
	c = read_path(paths_config("models.json"), 1, f, warn);
	if (c == NULL && f->status == 0)
		c = read_file("/etc/ms/models.json", 1, f, warn);
	if (c == NULL && f->status == 0)
		c = read_path(paths_share("models.json"), 0, f, warn);
	return c;
}

struct conf *
conf_load(const char *path, struct fault *f, struct buf *warn)
{
	struct conf *c;

	fault_set(f, 0, "%s", "");
	if ((c = find(path, f, warn)) != NULL && environment(c, f) == -1) {
		conf_free(c);
		return NULL;
	}
	return c;
}
