/* Rules, one a line, that override what a request would get. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

enum {
	MAX_RULES = 256,
	MAX_WORD = 65536
};

/* Members that a line may set; NULL is "any" or "none". */
enum word {
	W_METHOD,
	W_PATH,
	W_MODEL,
	W_KEY,
	W_OP,
	W_BODY_HAS,
	W_STREAM,
	W_SKIP,
	W_TIMES,
	W_DO,
	W_STATUS,
	W_TYPE,
	W_BODY,
	W_HEADER,
	WORDS
};
static const char *const words[WORDS] = { "method", "path", "model", "key",
	"op", "body~", "stream", "skip", "times", "do", "status", "type",
	"body", "header" };

struct rule {
	char *word[WORDS];
	struct buf headers, body;
	long seen;
};
static struct rule *rules;
static size_t nrules;

static void
rules_free(struct rule *r, size_t n)
{
	size_t i, w;

	for (i = 0; i < n; i++) {
		for (w = 0; w < WORDS; w++)
			free(r[i].word[w]);
		buf_free(&r[i].headers);
		buf_free(&r[i].body);
	}
	free(r);
}

/* Reads "name=value" at ${p} into ${name} and ${value}; past it, or NULL. */
static const char *
read_word(const char *p, const char *end, struct span *name, struct buf *value)
{
	const char *eq = memchr(p, '=', (size_t)(end - p));
	bool quoted;

	if (eq == NULL)
		return NULL;
	*name = (struct span){ p, (size_t)(eq - p) };
	value->len = 0;
	if ((quoted = (p = eq + 1) < end && *p == '"'))
		p++;
	for (; p < end && (quoted ? *p != '"' : *p != ' ' && *p != '\t'); p++) {
		if (!quoted || *p != '\\' || p + 1 == end) {
			buf_add(value, p, 1);
			continue;
		}
		p++;
		buf_add(value,
		    *p == 'n'	  ? "\n" :
			*p == 'r' ? "\r" :
			*p == 't' ? "\t" :
				    p,
		    1);
	}
	if (quoted && p == end)
		return NULL;
	buf_add(value, "", 1);
	return p + quoted;
}

static int
set(struct rule *r, struct span name, struct buf *value)
{
	struct plan trial;
	size_t w;

	for (w = 0; w < WORDS && !span_is(name, words[w]); w++)
		;
	if (w == WORDS)
		return -1;
	if (w == W_HEADER) {
		buf_str(&r->headers, value->p);
		LIT(&r->headers, "\r\n");
		return 0;
	}
	free(r->word[w]);
	r->word[w] = strdup(value->p);
	if (w == W_BODY && value->p[0] == '@')
		return buf_file(&r->body, value->p + 1);
	if (w == W_BODY)
		buf_str(&r->body, value->p);
	plan_init(&trial);
	return w == W_DO ? plan_add(&trial, span_of(value->p)) : 0;
}

static int
read_rule(struct rule *r, const char *p, const char *end, char *why,
    size_t size)
{
	struct buf value = { 0 };
	struct span name;
	const char *from;
	int rc = 0;

	while (rc == 0) {
		while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
			p++;
		if (p == end)
			break;
		from = p;
		if ((p = read_word(p, end, &name, &value)) == NULL ||
		    set(r, name, &value) == -1) {
			snprintf(why, size, "not understood: %.*s",
			    (int)(end - from < 60 ? end - from : 60), from);
			rc = -1;
		}
	}
	buf_free(&value);
	return rc;
}

int
script_load(struct span text, char *why, size_t size)
{
	const char *p = text.p, *end = text.p + text.n, *nl, *q;
	struct rule *new;
	size_t n = 0;

	if ((new = calloc(MAX_RULES, sizeof(*new))) == NULL)
		return -1;
	for (; p < end; p = nl + 1) {
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL)
			nl = end;
		for (q = p; q < nl && strchr(" \t\r", *q) != NULL; q++)
			;
		if (q == nl || *q == '#')
			continue;
		if (n == MAX_RULES) {
			snprintf(why, size, "more than %d rules", MAX_RULES);
			goto bad;
		}
		if (read_rule(&new[n++], q, nl, why, size) == -1)
			goto bad;
	}
	rules_free(rules, nrules);
	rules = new;
	nrules = n;
	return 0;
bad:
	rules_free(new, n);
	return -1;
}

static bool
fits(const char *pattern, const char *text)
{
	return pattern == NULL || fnmatch(pattern, text, 0) == 0;
}

static bool
matches(const struct rule *r, const struct conn *c)
{
	char path[MAX_PATH_LEN];
	const char *has = r->word[W_BODY_HAS], *stream = r->word[W_STREAM];

	span_copy(path, sizeof(path),
	    (struct span){ c->req.path, c->req.pathlen });
	return fits(r->word[W_PATH], path) &&
	    fits(r->word[W_MODEL], c->req.model) &&
	    fits(r->word[W_KEY], c->req.key) &&
	    fits(r->word[W_METHOD], c->req.method) &&
	    fits(r->word[W_OP], c->req.op->name) &&
	    (stream == NULL || c->req.stream == (strcmp(stream, "yes") == 0)) &&
	    (has == NULL ||
		memmem(c->req.body.p, c->req.body.n, has, strlen(has)) != NULL);
}

/* Counts a match; true if its turn has come and is not over. */
static bool
due(struct rule *r)
{
	long skip = r->word[W_SKIP] == NULL ? 0 :
					      strtol(r->word[W_SKIP], NULL, 10);
	long times = r->word[W_TIMES] == NULL ?
	    -1 :
	    strtol(r->word[W_TIMES], NULL, 10);

	if (times >= 0 && r->seen >= skip + times)
		return false;
	return r->seen++ >= skip;
}

static void
canned(struct conn *c, const struct rule *r)
{
	struct buf *b = answer_body(c, (int)strtol(r->word[W_STATUS], NULL, 10),
	    r->word[W_TYPE] == NULL ? "application/json" : r->word[W_TYPE]);

	buf_add(b, r->body.p, r->body.len);
	buf_add(&c->ans.extra, r->headers.p, r->headers.len);
	if (c->plan.names[0] == '\0')
		span_copy(c->plan.names, MAX_NAMES, SPAN("canned"));
}

enum scripted
script_apply(struct conn *c)
{
	const struct rule *r;
	size_t i;

	for (i = 0; i < nrules; i++)
		if (matches(&rules[i], c) && due(&rules[i]))
			break;
	if (i == nrules)
		return SCRIPT_NONE;
	r = &rules[i];
	if (r->word[W_DO] != NULL)
		plan_add(&c->plan, span_of(r->word[W_DO]));
	if (r->word[W_STATUS] != NULL) {
		canned(c, r);
		return SCRIPT_ANSWERED;
	}
	buf_add(&c->ans.extra, r->headers.p, r->headers.len);
	if (plan_has(&c->plan, F_PASS)) {
		plan_init(&c->plan);
		return SCRIPT_NONE;
	}
	if (c->plan.error == NULL)
		return r->word[W_DO] == NULL ? SCRIPT_NONE : SCRIPT_BENT;
	errors_answer(c, c->plan.error);
	return SCRIPT_ANSWERED;
}

void
script_reset(void)
{
	size_t i;

	for (i = 0; i < nrules; i++)
		rules[i].seen = 0;
}
