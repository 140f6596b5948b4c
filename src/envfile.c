/* --env-file: NAME=value lines into the environment, which wins. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "envfile.h"
#include "fault.h"

enum {
	ENVFILE_MAX = 1024 * 1024
};

struct var { /* the last of the file first: it counts */
	struct var *next;
	const char *name, *value;
};

struct reader {	 /* names and values are cut out of the text itself */
	char *p; /* NUL-ended */
	size_t line;
	const char *path;
	struct fault *f;
	struct var *vars;
};

static int
bad(struct reader *r, size_t line, const char *why)
{
	return fault_set(r->f, EX_DATAERR, "%s: line %zu: %s", r->path, line,
	    why);
}

static void
blanks(struct reader *r)
{
	r->p += strspn(r->p, " \t\r");
}

/* A value without quotes: up to a comment or the end, blanks trimmed. */
static char *
plain(struct reader *r)
{
	char *start = r->p, *end = r->p;

	for (; *r->p != '\0' && *r->p != '\n'; r->p++) {
		if (*r->p == '#' && isblank((unsigned char)r->p[-1]))
			break;
		if (strchr(" \t\r", *r->p) == NULL)
			end = r->p + 1;
	}
	r->p += strcspn(r->p, "\n");
	if (*r->p == '\n') { /* end may be just there */
		r->p++;
		r->line++;
	}
	*end = '\0';
	return start;
}

/* What a backslash and c mean within quotes; 0: the two as they are. */
static char
escape(char quote, char c)
{
	static const char from[] = "nrt", to[] = "\n\r\t";
	const char *p;

	if (c == quote || c == '\\')
		return c;
	if (quote == '"' && c != '\0' && (p = strchr(from, c)) != NULL)
		return to[p - from];
	return quote == '"' && c == '$' ? c : '\0';
}

/* A value in quotes, which may run over several lines. */
static char *
quoted(struct reader *r)
{
	char quote = *r->p, *start = r->p, *out = r->p, c;
	size_t line = r->line;

	for (r->p++; *r->p != quote; r->p++) {
		if (*r->p == '\0') {
			bad(r, line, "a quote is not closed");
			return NULL;
		}
		if (*r->p == '\n')
			r->line++;
		if (*r->p == '\\' && (c = escape(quote, r->p[1])) != '\0') {
			*out++ = c;
			r->p++;
		} else {
			*out++ = *r->p;
		}
	}
	r->p++;
	*out = '\0';
	blanks(r);
	if (*r->p == '#')
		r->p += strcspn(r->p, "\n");
	if (*r->p != '\0' && *r->p != '\n') {
		bad(r, r->line, "more text after the closing quote");
		return NULL;
	}
	return start;
}

/* "export", NAME, "=": the name is cut out, p is at the value. */
static char *
name(struct reader *r)
{
	char *start, *end;

	if (strncmp(r->p, "export", 6) == 0 &&
	    isblank((unsigned char)r->p[6])) {
		r->p += 6;
		blanks(r);
	}
	start = r->p;
	if (!isdigit((unsigned char)*r->p))
		while (isalnum((unsigned char)*r->p) || *r->p == '_')
			r->p++;
	end = r->p;
	blanks(r);
	if (end == start || *r->p != '=') {
		bad(r, r->line, "want NAME=value");
		return NULL;
	}
	r->p++;
	blanks(r);
	*end = '\0';
	return start;
}

static int
assignment(struct reader *r)
{
	struct var *v;

	if ((v = calloc(1, sizeof(*v))) == NULL)
		return fault_set(r->f, EX_OSERR, "%s: %s", r->path,
		    strerror(errno));
	v->next = r->vars;
	r->vars = v;
	if ((v->name = name(r)) == NULL)
		return -1;
	v->value = *r->p == '"' || *r->p == '\'' ? quoted(r) : plain(r);
	return v->value == NULL ? -1 : 0;
}

static int
lines(struct reader *r)
{
	while (*r->p != '\0') {
		blanks(r);
		if (*r->p == '#')
			r->p += strcspn(r->p, "\n");
		if (*r->p == '\n') {
			r->p++;
			r->line++;
		} else if (*r->p != '\0' && assignment(r) == -1) {
			return -1;
		}
	}
	return 0;
}

int
envfile_apply(const char *text, size_t n, const char *path, struct fault *f)
{
	struct reader r = { .line = 1, .path = path, .f = f };
	struct var *v;
	struct buf b;
	int rc = -1;

	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		n -= 3;
	}
	buf_init(&b, n);
	if (buf_add(&b, text, n) == -1) {
		fault_set(f, EX_OSERR, "%s: %s", path, strerror(errno));
	} else if (memchr(text, '\0', n) != NULL) {
		fault_set(f, EX_DATAERR, "%s: not a text file", path);
	} else {
		r.p = b.d;
		rc = lines(&r);
	}
	while ((v = r.vars) != NULL) {
		if (rc == 0 && setenv(v->name, v->value, 0) == -1)
			rc = fault_set(f, EX_OSERR, "%s: %s", path,
			    strerror(errno));
		r.vars = v->next;
		free(v);
	}
	buf_wipe(&b);
	return rc;
}

int
envfile_load(const char *path, struct fault *f)
{
	struct buf b;
	int rc;

	buf_init(&b, ENVFILE_MAX);
	if (buf_load(&b, path) == -1)
		rc = fault_set(f, EX_NOINPUT, "%s: %s", path, strerror(errno));
	else
		rc = envfile_apply(b.d, b.len, path, f);
	buf_wipe(&b);
	return rc;
}
