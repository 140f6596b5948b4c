/* Gateway tokens: names, hashes, daily numbers. */
#include <sys/types.h>

#include <errno.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "fault.h"
#include "http.h"
#include "tokens.h"

enum {
	TOKEN_LEN = 512,
	TOKEN_STRONG = 20, /* characters for 128 bits */
	NAME_LEN = 64,
	LINE_FIELDS = 5
};

struct tokens {
	struct token *first;
	int64_t day;
};

static void
hash(char dst[TOKENS_HASH], const char *s, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[SHA256_DIGEST_LENGTH];
	SHA2_CTX ctx;
	size_t i;

	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)s, n);
	SHA256Final(raw, &ctx);
	for (i = 0; i < sizeof(raw); i++) {
		dst[2 * i] = digits[raw[i] >> 4];
		dst[2 * i + 1] = digits[raw[i] & 15];
	}
	dst[2 * i] = '\0';
}

struct tokens *
tokens_new(void)
{
	return calloc(1, sizeof(struct tokens));
}

static void
token_free(struct token *tok)
{
	free(tok->name);
	free(tok);
}

void
tokens_free(struct tokens *t)
{
	struct token *tok;

	if (t == NULL)
		return;
	while ((tok = t->first) != NULL) {
		t->first = tok->next;
		token_free(tok);
	}
	free(t);
}

struct token *
tokens_first(struct tokens *t)
{
	return t->first;
}

/* Drops those that are gone and that nobody holds. */
static void
sweep(struct tokens *t)
{
	struct token **p = &t->first, *tok;

	while ((tok = *p) != NULL)
		if (tok->gone && tok->held == 0) {
			*p = tok->next;
			token_free(tok);
		} else {
			p = &tok->next;
		}
}

int64_t
tokens_day(const struct tokens *t)
{
	return t->day;
}

void
tokens_set_day(struct tokens *t, int64_t day)
{
	struct token *tok;

	if (day <= t->day)
		return;
	t->day = day;
	for (tok = t->first; tok != NULL; tok = tok->next)
		tok->used = tok->inflight;
}

static struct token *
named(struct tokens *t, const char *name)
{
	struct token *tok;

	for (tok = t->first; tok != NULL; tok = tok->next)
		if (strcmp(tok->name, name) == 0)
			break;
	return tok;
}

int
tokens_put(struct tokens *t, const struct token *from)
{
	struct token *tok = named(t, from->name), **end = &t->first;

	if (tok == NULL) {
		if ((tok = calloc(1, sizeof(*tok))) == NULL)
			return -1;
		if ((tok->name = strdup(from->name)) == NULL) {
			free(tok);
			return -1;
		}
		while (*end != NULL)
			end = &(*end)->next;
		*end = tok;
	}
	memcpy(tok->hash, from->hash, sizeof(tok->hash));
	tok->limit = from->limit;
	tok->used = from->used;
	tok->admin = from->admin;
	tok->weak = from->weak;
	tok->gone = 0;
	return 0;
}

int
tokens_exchange(struct tokens *t, struct tokens *from)
{
	struct token *tok, new;
	const struct token *old;

	sweep(t);
	tokens_set_day(t, from->day);
	tokens_set_day(from, t->day);
	for (tok = t->first; tok != NULL; tok = tok->next)
		tok->gone = 1;
	for (tok = from->first; tok != NULL; tok = tok->next) {
		new = *tok;
		old = named(t, tok->name);
		if (old != NULL && old->used > new.used)
			new.used = old->used;
		if (tokens_put(t, &new) == -1)
			return -1;
	}
	return 0;
}

/* Splits a line at white space; the number of words, at most max. */
static size_t
words(struct http_str *w, size_t max, const char *s, size_t n)
{
	const char *end = s + n;
	size_t k = 0;

	while (k < max) {
		while (s < end && strchr(" \t\r", *s) != NULL)
			s++;
		if (s == end)
			break;
		w[k].s = s;
		while (s < end && strchr(" \t\r", *s) == NULL)
			s++;
		w[k].n = (size_t)(s - w[k].s);
		k++;
	}
	return k;
}

/* "N/day" */
static int
per_day(const struct http_str *w, int64_t *n)
{
	size_t i;

	*n = 0;
	for (i = 0; i < w->n && w->s[i] >= '0' && w->s[i] <= '9'; i++) {
		if (*n > 1000000000)
			return -1;
		*n = *n * 10 + (w->s[i] - '0');
	}
	return i > 0 && w->n - i == 4 && memcmp(w->s + i, "/day", 4) == 0 ? 0 :
									    -1;
}

/* Control and non-ASCII bytes have no place in a header field. */
static int
plain(const struct http_str *w)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->s[i] <= ' ' || w->s[i] >= 0x7f)
			return 0;
	return 1;
}

static const char *
parse_line(struct tokens *t, const struct http_str *w, size_t nw)
{
	struct token tok = { .limit = -1 }, *o;
	char name[NAME_LEN + 1];
	size_t i;

	if (nw < 2)
		return "want NAME TOKEN [N/day] [admin]";
	if (w[0].n > NAME_LEN || !plain(&w[0]))
		return "want a name of at most 64 ASCII characters";
	if (w[1].n > TOKEN_LEN || !plain(&w[1]))
		return "want a token of at most 512 ASCII characters";
	memcpy(name, w[0].s, w[0].n);
	name[w[0].n] = '\0';
	tok.name = name;
	hash(tok.hash, w[1].s, w[1].n);
	tok.weak = w[1].n < TOKEN_STRONG;
	for (i = 2; i < nw; i++)
		if (http_is(&w[i], "admin"))
			tok.admin = 1;
		else if (tok.limit != -1 || per_day(&w[i], &tok.limit) == -1)
			return "want N/day or admin after the token";
	for (o = t->first; o != NULL; o = o->next)
		if (strcmp(o->name, name) == 0 ||
		    strcmp(o->hash, tok.hash) == 0)
			return "a name or token that was there already";
	return tokens_put(t, &tok) == -1 ? strerror(errno) : NULL;
}

struct tokens *
tokens_parse(const char *text, size_t n, const char *from, struct fault *f)
{
	struct http_str w[LINE_FIELDS];
	const char *end = text + n, *eol, *why;
	struct tokens *t;
	size_t nw, line;

	if ((t = tokens_new()) == NULL) {
		fault_set(f, EX_OSERR, "%s: %s", from, strerror(errno));
		return NULL;
	}
	for (line = 1; text < end; text = eol + 1, line++) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (eol == NULL)
			eol = end;
		nw = words(w, LINE_FIELDS, text, (size_t)(eol - text));
		if (nw == 0 || w[0].s[0] == '#')
			continue;
		if ((why = parse_line(t, w, nw)) != NULL) {
			fault_set(f, EX_DATAERR, "%s: line %zu: %s", from, line,
			    why);
			tokens_free(t);
			return NULL;
		}
	}
	if (t->first != NULL)
		return t;
	fault_set(f, EX_DATAERR, "%s: no token in it", from);
	tokens_free(t);
	return NULL;
}

struct tokens *
tokens_one(const char *secret, struct fault *f)
{
	struct http_str w[2] = { { "default", 7 }, { secret, strlen(secret) } };
	struct tokens *t = tokens_new();
	const char *why = t == NULL ? strerror(errno) : parse_line(t, w, 2);

	if (why == NULL)
		return t;
	fault_set(f, EX_CONFIG, "MS_TOKEN: %s", why);
	tokens_free(t);
	return NULL;
}

/* Looks at all bytes whatever it finds. */
static int
differ(const char *a, const char *b, size_t n)
{
	unsigned char d = 0;
	size_t i;

	for (i = 0; i < n; i++)
		d |= (unsigned char)(a[i] ^ b[i]);
	return d;
}

struct token *
tokens_find(struct tokens *t, const struct http_str *secret)
{
	struct token *tok, *found = NULL;
	char h[TOKENS_HASH];

	if (secret->n == 0 || secret->n > TOKEN_LEN)
		return NULL;
	hash(h, secret->s, secret->n);
	for (tok = t->first; tok != NULL; tok = tok->next)
		if (!differ(h, tok->hash, TOKENS_HASH - 1) && !tok->gone)
			found = tok;
	if (found != NULL)
		found->held++;
	return found;
}

void
tokens_release(struct token *tok)
{
	if (tok != NULL)
		tok->held--;
}

int
tokens_begin(struct tokens *t, struct token *tok, int64_t today)
{
	tokens_set_day(t, today);
	if (tok->limit != -1 && tok->used >= tok->limit)
		return -1;
	tok->used++;
	tok->inflight++;
	return 0;
}

void
tokens_end(struct token *tok, int counts)
{
	tok->inflight--;
	if (!counts)
		tok->used--;
}
