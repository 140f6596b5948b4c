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

int
asked_is(const char *text, size_t n)
{
	while (n > 0 && strchr(blank, *text) != NULL && *text != '\0') {
		text++;
		n--;
	}
	return n > 0 && *text == '{';
}

static int
nomem(struct fault *f)
{
	return fault_set(f, EX_OSERR, "request: %s", strerror(errno));
}

/* Calls fn with each text of v, one string or a list of them. */
static int
each_text(struct splice v, const char *name,
    int (*fn)(void *arg, const char *text, const char *name, struct fault *f),
    void *arg, struct fault *f)
{
	struct splice_walk w;
	struct buf b;
	int rc = 0;

	buf_init(&b, KEYS_TEXT);
	if (*v.s == '"') {
		rc = splice_str(v, &b) == -1 ? nomem(f) : fn(arg, b.d, name, f);
	} else if (*v.s == '[') {
		splice_begin(&w, v);
		while (rc == 0 && splice_next(&w) == 1) {
			buf_cut(&b, 0);
			if (*w.value.s != '"')
				rc = fault_set(f, EX_DATAERR,
				    "request: %s: want strings", name);
			else
				rc = splice_str(w.value, &b) == -1 ?
				    nomem(f) :
				    fn(arg, b.d, name, f);
		}
	} else if (*v.s != 'n') {
		rc = fault_set(f, EX_DATAERR,
		    "request: %s: want a list of "
		    "strings",
		    name);
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
	static const char *const names[] = { "api_keys", "api_key" };
	struct splice all, v;
	struct fault f;
	int seen = 0;
	size_t i;

	if (splice_text(text, n, &all, NULL) == -1)
		return 0;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (splice_find(all, names[i], &v) == 1)
			(void)each_text(v, names[i], see_key, &seen, &f);
	return seen;
}

int
asked_parse(const char *text, size_t n, struct asked *a, struct fault *f,
    struct buf *notes)
{
	struct splice all, v;
	struct buf lines;
	int rc = 0;

	a->keys = NULL;
	if (splice_text(text, n, &all, NULL) == -1)
		return fault_set(f, EX_DATAERR, "request: not JSON");
	buf_init(&lines, KEYS_TEXT);
	if (splice_find(all, "models", &v) == 1)
		rc = each_text(v, "models", add_models, a, f);
	if (rc == 0 && splice_find(all, "api_keys", &v) == 1)
		rc = each_text(v, "api_keys", add_key, &lines, f);
	if (rc == 0 && splice_find(all, "api_key", &v) == 1)
		rc = each_text(v, "api_key", add_key, &lines, f);
	if (rc == 0 && lines.len > 0 &&
	    (a->keys = keys_parse(lines.d, lines.len, "api_keys", f, notes)) ==
		NULL)
		rc = -1;
	buf_wipe(&lines);
	return rc;
}
