/* Requests for balances as JSON. */
#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "asked.h"
#include "buf.h"
#include "cli.h"
#include "fault.h"
#include "keys.h"
#include "splice.h"

enum {
	KEYS_TEXT = 8 * 1024 * 1024
};

static const char blank[] = " \t\r\n";

/* Bytes of a mark that some editors put before a text, as in keys files. */
static size_t
mark(const char *text, size_t n)
{
	return n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

int
asked_is(const char *text, size_t n)
{
	size_t skip = mark(text, n);

	text += skip;
	n -= skip;
	while (n > 0 && strchr(blank, *text) != NULL && *text != '\0') {
		text++;
		n--;
	}
	return n > 0 && (*text == '{' || *text == '[');
}

/* A member of a request, and what takes each of its texts. */
struct member {
	const char *name;
	int (*fn)(void *arg, const char *text, const char *name,
	    struct fault *f);
	void *arg;
};

static int
nomem(struct fault *f)
{
	return fault_set(f, EX_OSERR, "request: %s", strerror(errno));
}

/* One text of a member; b is scratch. */
static int
one_text(const struct member *m, struct splice v, struct buf *b,
    struct fault *f)
{
	buf_cut(b, 0);
	if (*v.s != '"')
		return fault_set(f, EX_DATAERR, "request: %s: want strings",
		    m->name);
	if (splice_str(v, b) == -1)
		return nomem(f);
	if (memchr(b->d, '\0', b->len) != NULL)
		return fault_set(f, EX_DATAERR, "request: %s: a NUL in it",
		    m->name);
	return m->fn(m->arg, b->d, m->name, f);
}

/* The member's texts, one string or a list of them; null is none. */
static int
each_text(const struct member *m, struct splice v, struct fault *f)
{
	struct splice_walk w;
	struct buf b;
	int rc = 0;

	buf_init(&b, KEYS_TEXT);
	if (*v.s == '"') {
		rc = one_text(m, v, &b, f);
	} else if (*v.s == '[') {
		splice_begin(&w, v);
		while (rc == 0 && splice_next(&w) == 1)
			rc = one_text(m, w.value, &b, f);
	} else if (*v.s != 'n') {
		rc = fault_set(f, EX_DATAERR,
		    "request: %s: want a list of "
		    "strings",
		    m->name);
	}
	buf_wipe(&b);
	return rc;
}

static int
add_models(void *arg, const char *text, const char *name, struct fault *f)
{
	struct asked *a = arg;

	(void)name;
	return cli_split(&a->models, &a->nmodels, text) == -1 ? nomem(f) : 0;
}

/* One more line of a keys file; white space would make it a name and a key. */
static int
add_key(void *arg, const char *text, const char *name, struct fault *f)
{
	struct buf *lines = arg;
	size_t n;

	text += strspn(text, blank);
	n = strlen(text);
	while (n > 0 && strchr(blank, text[n - 1]) != NULL)
		n--;
	if (n == 0)
		return 0;
	if (*text == '#' || strcspn(text, blank) < n)
		return fault_set(f, EX_DATAERR, "request: %s: not a key", name);
	if (buf_add(lines, text, n) == -1 || buf_addc(lines, '\n') == -1)
		return nomem(f);
	return 0;
}

/* As add_key(): nothing but white space is no key. */
static int
see_key(void *arg, const char *text, const char *name, struct fault *f)
{
	int *seen = arg;

	(void)name;
	(void)f;
	*seen |= text[strspn(text, blank)] != '\0';
	return 0;
}

int
asked_keyed(const char *text, size_t n)
{
	int seen = 0;
	const struct member members[] = { { "api_keys", see_key, &seen },
		{ "api_key", see_key, &seen } };
	size_t i, skip = mark(text, n);
	struct splice all, v;
	struct fault f;

	if (splice_text(text + skip, n - skip, &all, NULL) == -1)
		return 0;
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (splice_find(all, members[i].name, &v) == 1)
			(void)each_text(&members[i], v, &f);
	return seen;
}

/*
 * The keys of the request. Where some were to be and none are, ours are not
 * taken in their place: who asks may have no right to those.
 */
static int
parse_keys(struct splice all, struct asked *a, struct fault *f,
    struct buf *notes)
{
	struct buf lines;
	const struct member members[] = { { "api_keys", add_key, &lines },
		{ "api_key", add_key, &lines } };
	const char *given = NULL;
	struct splice v;
	size_t i;
	int rc = 0;

	buf_init(&lines, KEYS_TEXT);
	for (i = 0; rc == 0 && i < 2; i++)
		if (splice_find(all, members[i].name, &v) == 1 && *v.s != 'n') {
			given = members[i].name;
			rc = each_text(&members[i], v, f);
		}
	if (rc == 0 && given != NULL && lines.len == 0)
		rc = fault_set(f, EX_DATAERR, "request: %s: no key in it",
		    given);
	if (rc == 0 && lines.len > 0 &&
	    (a->keys = keys_parse(lines.d, lines.len, "api_keys", f, notes)) ==
		NULL)
		rc = -1;
	buf_wipe(&lines);
	return rc;
}

int
asked_parse(const char *text, size_t n, struct asked *a, struct fault *f,
    struct buf *notes)
{
	const struct member models = { "models", add_models, a };
	size_t skip = mark(text, n);
	struct splice all, v;

	a->keys = NULL;
	if (splice_text(text + skip, n - skip, &all, NULL) == -1 ||
	    *all.s != '{')
		return fault_set(f, EX_DATAERR, "request: not a JSON object");
	if (splice_find(all, "models", &v) == 1 &&
	    each_text(&models, v, f) == -1)
		return -1;
	return parse_keys(all, a, f, notes);
}
