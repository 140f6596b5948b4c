/* What the front is told, written and read. */
#include <errno.h>
#include <jv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "buf.h"
#include "json.h"
#include "site.h"
#include "tokens.h"

/* The members that are texts, and those that are lists of them. */
static const struct {
	const char *name;
	size_t at;
} texts[] = {
	{ "chat", offsetof(struct site, chat) },
	{ "tool", offsetof(struct site, tool) },
	{ "www", offsetof(struct site, www) },
	{ "models", offsetof(struct site, models) },
	{ "native", offsetof(struct site, native) },
};
static const struct {
	const char *name;
	size_t at, n;
} lists[] = {
	{ "hosts", offsetof(struct site, hosts),
	    offsetof(struct site, nhosts) },
	{ "cors", offsetof(struct site, cors), offsetof(struct site, ncors) },
	{ "proxies", offsetof(struct site, proxies),
	    offsetof(struct site, nproxies) },
};
static const struct {
	const char *name;
	size_t at;
} numbers[] = {
	{ "listeners", offsetof(struct site, listeners) },
	{ "auth", offsetof(struct site, auth) },
	{ "day_offset", offsetof(struct site, day_offset) },
	{ "restarts", offsetof(struct site, restarts) },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FIELD(s, type, at) ((type *)(void *)((char *)(s) + (at)))

static void
write_tokens(struct json *j, struct tokens *t)
{
	const struct token *tok;

	json_array(j, "tokens");
	for (tok = tokens_first(t); tok != NULL; tok = tok->next) {
		json_object(j, NULL);
		json_str(j, "name", tok->name);
		json_str(j, "hash", tok->hash);
		json_int(j, "limit", tok->limit);
		json_int(j, "used", tok->used);
		json_bool(j, "admin", tok->admin);
		json_end(j);
	}
	json_end(j);
	json_int(j, "day", tokens_day(t));
}

int
site_write(struct site *s, struct buf *out)
{
	const struct bound *row;
	struct json j;
	size_t i, k;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_object(&j, "bounds");
	for (row = bounds_table; row->name != NULL; row++)
		json_int(&j, row->name, *bounds_value(s->bounds, row));
	json_end(&j);
	for (i = 0; i < COUNT(texts); i++)
		json_str(&j, texts[i].name, *FIELD(s, char *, texts[i].at));
	for (i = 0; i < COUNT(numbers); i++)
		json_int(&j, numbers[i].name, *FIELD(s, int, numbers[i].at));
	json_int(&j, "log", s->log);
	json_int(&j, "started", s->started);
	for (i = 0; i < COUNT(lists); i++) {
		json_array(&j, lists[i].name);
		for (k = 0; k < *FIELD(s, size_t, lists[i].n); k++)
			json_str(&j, NULL,
			    (*FIELD(s, char **, lists[i].at))[k]);
		json_end(&j);
	}
	if (s->tokens != NULL)
		write_tokens(&j, s->tokens);
	json_end(&j);
	return json_finish(&j);
}

static int
read_list(jv o, const char *name, char ***list, size_t *n)
{
	jv v = jv_object_get(jv_copy(o), jv_string(name)), e;
	int i, len, rc = 0;

	if (jv_get_kind(v) != JV_KIND_ARRAY) {
		jv_free(v);
		return 0;
	}
	len = jv_array_length(jv_copy(v));
	if ((*list = calloc((size_t)len + 1, sizeof(char *))) == NULL)
		len = rc = -1;
	for (i = 0; i < len && rc == 0; i++) {
		e = jv_array_get(jv_copy(v), i);
		if (jv_get_kind(e) != JV_KIND_STRING ||
		    ((*list)[*n] = strdup(jv_string_value(e))) == NULL)
			rc = -1;
		else
			++*n;
		jv_free(e);
	}
	jv_free(v);
	return rc;
}

static int
read_token(struct tokens *t, jv e)
{
	struct token tok = { 0 };
	const char *name = json_get_str(e, "name", NULL);
	const char *hash = json_get_str(e, "hash", "");
	int rc = -1;

	if (name != NULL && strlen(hash) == TOKENS_HASH - 1 &&
	    (tok.name = strdup(name)) != NULL) {
		memcpy(tok.hash, hash, TOKENS_HASH);
		tok.limit = (int64_t)json_get_num(e, "limit", -1);
		tok.used = (int64_t)json_get_num(e, "used", 0);
		tok.admin = json_get_bool(e, "admin", 0);
		rc = tokens_put(t, &tok);
	}
	free(tok.name);
	return rc;
}

static int
read_tokens(struct site *s, jv o)
{
	jv v = jv_object_get(jv_copy(o), jv_string("tokens"));
	int rc = 0;

	if ((s->tokens = tokens_new()) == NULL)
		rc = -1;
	else
		tokens_set_day(s->tokens, (int64_t)json_get_num(o, "day", 0));
	if (rc == 0 && jv_get_kind(v) == JV_KIND_ARRAY) {
		jv_array_foreach (v, i, e) {
			if (rc == 0)
				rc = read_token(s->tokens, e);
			jv_free(e);
		}
	}
	jv_free(v);
	return rc;
}

static int
read_members(struct site *s, jv o)
{
	const struct bound *row;
	const char *v;
	jv b;
	size_t i;

	if ((s->bounds = malloc(sizeof(*s->bounds))) == NULL)
		return -1;
	b = jv_object_get(jv_copy(o), jv_string("bounds"));
	for (row = bounds_table; row->name != NULL; row++)
		*bounds_value(s->bounds, row) = (int64_t)json_get_num(b,
		    row->name, (double)row->dflt);
	jv_free(b);
	for (i = 0; i < COUNT(texts); i++) {
		if ((v = json_get_str(o, texts[i].name, NULL)) == NULL) {
			errno = EINVAL;
			return -1;
		}
		if ((*FIELD(s, char *, texts[i].at) = strdup(v)) == NULL)
			return -1;
	}
	for (i = 0; i < COUNT(numbers); i++)
		*FIELD(s, int, numbers[i].at) = (int)json_get_num(o,
		    numbers[i].name, 0);
	s->log = (enum site_log)json_get_num(o, "log", SITE_NONE);
	s->started = (int64_t)json_get_num(o, "started", 0);
	for (i = 0; i < COUNT(lists); i++)
		if (read_list(o, lists[i].name, FIELD(s, char **, lists[i].at),
			FIELD(s, size_t, lists[i].n)) == -1)
			return -1;
	return read_tokens(s, o);
}

struct site *
site_read(const char *text, size_t n)
{
	jv o = json_parse(text, n);
	struct site *s = NULL;

	if (jv_get_kind(o) != JV_KIND_OBJECT) {
		errno = EINVAL;
	} else if ((s = calloc(1, sizeof(*s))) != NULL &&
	    read_members(s, o) == -1) {
		site_free(s);
		s = NULL;
	}
	jv_free(o);
	return s;
}

void
site_clear(struct site *s)
{
	size_t i, k;

	for (i = 0; i < COUNT(texts); i++)
		free(*FIELD(s, char *, texts[i].at));
	for (i = 0; i < COUNT(lists); i++) {
		for (k = 0; k < *FIELD(s, size_t, lists[i].n); k++)
			free((*FIELD(s, char **, lists[i].at))[k]);
		free(*FIELD(s, char **, lists[i].at));
	}
	tokens_free(s->tokens);
	memset(s, 0, sizeof(*s));
}

void
site_free(struct site *s)
{
	if (s == NULL)
		return;
	free(s->bounds);
	site_clear(s);
	free(s);
}

void
site_take(struct site *s, struct site *from)
{
	free(s->models);
	free(s->native);
	tokens_free(s->tokens);
	s->models = from->models;
	s->native = from->native;
	s->tokens = from->tokens;
	s->auth = from->auth;
	s->day_offset = from->day_offset;
	memset(from, 0, sizeof(*from));
}
