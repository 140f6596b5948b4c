/* The keys: where they are found, the file's lines, their masked form. */
#include <sys/stat.h>
#include <sys/types.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "conf.h"
#include "fault.h"
#include "held.h"
#include "keys.h"
#include "paths.h"
#include "utf8.h"

enum {
	KEYS_MAX = 10000, /* keys; each new one is compared with all */
	KEYS_LEN = 512,	  /* bytes of a secret */
	KEYS_NAME = 64,	  /* bytes of a name */
	KEYS_FILE = 8 * 1024 * 1024,
	KEYS_ROOM = 64 * 1024, /* so much is read without a realloc() */
	KEYS_HEAD = 7,
	KEYS_TAIL = 4,
	KEYS_SHORT = 16 /* nothing of a shorter secret is shown */
};

struct field {
	const char *s;
	size_t n;
};

struct reader {
	struct keys *k;
	const char *unit; /* what is counted: "line" or "key" */
	size_t line;
	struct fault *f;
	struct buf *notes;
};

static int
bad(struct reader *r, const char *why)
{
	return fault_set(r->f, EX_DATAERR, "%s: %s %zu: %s", r->k->from,
	    r->unit, r->line, why);
}

static int
nomem(struct fault *f)
{
	return fault_set(f, EX_OSERR, "keys: %s", strerror(errno));
}

/* A line for people, while there is room for it. */
__attribute__((format(printf, 3, 4))) static int
note(struct buf *notes, struct fault *f, const char *fmt, ...)
{
	va_list ap;
	int rc;

	if (notes == NULL)
		return 0;
	va_start(ap, fmt);
	rc = buf_addv(notes, fmt, ap);
	va_end(ap);
	return rc == -1 && errno != EFBIG ? nomem(f) : 0;
}

void
keys_id(const char *secret, char *id)
{
	char hex[SHA256_DIGEST_STRING_LENGTH];

	SHA256Data((const uint8_t *)secret, strlen(secret), hex);
	memcpy(id, hex, KEYS_ID - 1);
	id[KEYS_ID - 1] = '\0';
	explicit_bzero(hex, sizeof(hex));
}

void
keys_mask(const char *secret, char *shown)
{
	static const char dots[] = "\xe2\x80\xa6"; /* an ellipsis */
	size_t n = strlen(secret);
	char *p = shown;

	if (n < KEYS_SHORT) {
		n = n < KEYS_HEAD ? n : KEYS_HEAD;
		memset(shown, '*', n);
		shown[n] = '\0';
		return;
	}
	p = mempcpy(p, secret, KEYS_HEAD);
	p = mempcpy(p, dots, sizeof(dots) - 1);
	memcpy(p, secret + n - KEYS_TAIL, KEYS_TAIL + 1);
}

const char *
keys_label(const struct key *k)
{
	return k->name != NULL ? k->name : k->shown;
}

static void
wipe(char *s)
{
	if (s != NULL)
		explicit_bzero(s, strlen(s));
	free(s);
}

static void
key_clear(struct key *k)
{
	wipe(k->secret);
	free(k->name);
	free(k->upstreams);
}

void
keys_free(struct keys *k)
{
	size_t i;

	if (k == NULL)
		return;
	for (i = 0; i < k->n; i++)
		key_clear(&k->v[i]);
	free(k->v);
	free(k->from);
	free(k);
}

/* ---- the lines ---- */

/* Has this the form of the service's tokens, a UUID with or without "ms-"? */
static int
keylike(struct field w)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i;

	if (w.n > 3 && memcmp(w.s, "ms-", 3) == 0) {
		w.s += 3;
		w.n -= 3;
	}
	if (w.n != sizeof(form) - 1)
		return 0;
	for (i = 0; i < w.n; i++)
		if (form[i] == '-' ? w.s[i] != '-' :
				     !isxdigit((unsigned char)w.s[i]))
			return 0;
	return 1;
}

static int
check_secret(struct reader *r, struct field w)
{
	size_t i;

	if (w.n > KEYS_LEN)
		return bad(r, "the key is longer than 512 bytes");
	for (i = 0; i < w.n; i++)
		if (w.s[i] <= 0x20 || w.s[i] >= 0x7f)
			return bad(r, "the key has bytes that no key has");
	return 0;
}

/* The name of a key or the list of its upstreams. */
static int
check_word(struct reader *r, struct field w)
{
	size_t i, len;

	if (keylike(w))
		return bad(r, "want NAME KEY, in this order");
	if (w.n > KEYS_NAME)
		return bad(r, "the name is longer than 64 bytes");
	for (i = 0; i < w.n; i += len)
		if ((len = utf8_len(w.s + i, w.n - i)) == 0 ||
		    (len == 1 && iscntrl((unsigned char)w.s[i])))
			return bad(r, "the name is not UTF-8 text");
	return 0;
}

static int
key_fill(struct key *k, const struct field *w, size_t n)
{
	const struct field *secret = &w[n > 1];

	if ((k->secret = strndup(secret->s, secret->n)) == NULL ||
	    (n > 1 && (k->name = strndup(w[0].s, w[0].n)) == NULL) ||
	    (n > 2 && (k->upstreams = strndup(w[2].s, w[2].n)) == NULL))
		return -1;
	keys_id(k->secret, k->id);
	keys_mask(k->secret, k->shown);
	return 0;
}

static int
known(const struct keys *k, const struct key *key)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (strcmp(k->v[i].id, key->id) == 0 &&
		    strcmp(k->v[i].secret, key->secret) == 0)
			return 1;
	return 0;
}

/* Splits at the bytes of seps: the next word of s[*i..n), n 0 at the end. */
static struct field
word(const char *s, size_t n, size_t *i, const char *seps)
{
	struct field w;

	while (*i < n && s[*i] != '\0' && strchr(seps, s[*i]) != NULL)
		++*i;
	w.s = s + *i;
	while (*i < n && (s[*i] == '\0' || strchr(seps, s[*i]) == NULL))
		++*i;
	w.n = (size_t)(s + *i - w.s);
	return w;
}

/* Names of upstreams with commas between them, one at least. */
static int
check_upstreams(struct reader *r, struct field w)
{
	size_t i = 0;

	if (word(w.s, w.n, &i, ",").n == 0)
		return bad(r, "want the name of an upstream");
	return check_word(r, w);
}

/* One key of n fields, 1 to 3. */
static int
add(struct reader *r, const struct field *w, size_t n)
{
	struct keys *k = r->k;
	struct key new = { .secret = NULL }, *v;

	if (check_secret(r, w[n > 1]) == -1 ||
	    (n > 1 && check_word(r, w[0]) == -1) ||
	    (n > 2 && check_upstreams(r, w[2]) == -1))
		return -1;
	if (k->n == KEYS_MAX)
		return bad(r, "too many keys");
	if (key_fill(&new, w, n) == -1)
		goto err;
	if (known(k, &new)) {
		key_clear(&new);
		return note(r->notes, r->f,
		    "%s: %s %zu: a key that was there before, dropped\n",
		    k->from, r->unit, r->line);
	}
	if ((v = reallocarray(k->v, k->n + 1, sizeof(*v))) == NULL)
		goto err;
	k->v = v;
	k->v[k->n++] = new;
	return 0;
err:
	nomem(r->f);
	key_clear(&new);
	return -1;
}

static int
line(struct reader *r, const char *s, size_t n)
{
	struct field w[4];
	size_t i = 0, nw;

	r->line++;
	if (n > 0 && s[n - 1] == '\r')
		n--;
	for (nw = 0; nw < 4; nw++) {
		w[nw] = word(s, n, &i, " \t");
		if (w[nw].n == 0 || w[nw].s[0] == '#')
			break;
	}
	if (nw == 4)
		return bad(r, "want KEY, NAME KEY or NAME KEY UPSTREAM");
	return nw > 0 ? add(r, w, nw) : 0;
}

static struct keys *
keys_new(const char *from, struct fault *f)
{
	struct keys *k;

	if ((k = calloc(1, sizeof(*k))) == NULL ||
	    (k->from = strdup(from)) == NULL) {
		nomem(f);
		keys_free(k);
		return NULL;
	}
	return k;
}

struct keys *
keys_parse(const char *text, size_t n, const char *from, struct fault *f,
    struct buf *notes)
{
	struct reader r = { .unit = "line", .f = f, .notes = notes };
	const char *p = text, *end = text + n, *lf;

	if ((r.k = keys_new(from, f)) == NULL)
		return NULL;
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	for (; p < end; p = lf + 1) {
		if ((lf = memchr(p, '\n', (size_t)(end - p))) == NULL)
			lf = end;
		if (line(&r, p, (size_t)(lf - p)) == -1) {
			keys_free(r.k);
			return NULL;
		}
	}
	return r.k;
}

/* ---- where they are found ---- */

/* $MODELSCOPE_API_KEY: keys without names. */
static struct keys *
from_env(const char *text, struct fault *f, struct buf *notes)
{
	struct reader r = { .unit = "key", .f = f, .notes = notes };
	struct field w;
	size_t i = 0, n = strlen(text);

	if ((r.k = keys_new("MODELSCOPE_API_KEY", f)) == NULL)
		return NULL;
	while ((w = word(text, n, &i, ", \t\r\n")).n > 0) {
		r.line++;
		if (add(&r, &w, 1) == -1) {
			keys_free(r.k);
			return NULL;
		}
	}
	return r.k;
}

/* Does path lie in the folder dir, whatever links lead to either? */
static int
inside(const char *path, const char *dir)
{
	char *p = realpath(path, NULL), *d = realpath(dir, NULL);
	size_t n = d != NULL ? strlen(d) : 0;
	int r;

	r = p != NULL && n > 1 && strncmp(p, d, n) == 0 && p[n] == '/';
	free(p);
	free(d);
	return r;
}

/*
 * Secrets that a manager of services or containers has put there have the
 * modes that it gave them; nobody else's file can be mended by us.
 */
static int
check_mode(const char *path, int fd, struct fault *f, struct buf *notes)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	struct stat st;

	if (fstat(fd, &st) == -1)
		return fault_set(f, EX_NOINPUT, "%s: %s", path,
		    strerror(errno));
	if (!S_ISREG(st.st_mode) || (st.st_mode & (S_IRGRP | S_IROTH)) == 0)
		return 0;
	if (st.st_uid != geteuid() || inside(path, "/run/secrets") ||
	    (credentials != NULL && inside(path, credentials)))
		return note(notes, f, "%s: others can read it\n", path);
	fault_set(f, EX_CONFIG, "%s: others can read it", path);
	return fault_hint(f, "chmod 600 %s", path);
}

static struct keys *
from_fd(const char *path, int fd, struct fault *f, struct buf *notes)
{
	struct keys *k = NULL;
	struct buf b;

	buf_init(&b, KEYS_FILE);
	/* A buffer that grows leaves copies of its bytes behind. */
	if (buf_room(&b, KEYS_ROOM) == -1)
		nomem(f);
	else if (buf_read(&b, fd) == -1)
		fault_set(f, EX_NOINPUT, "%s: %s", path, strerror(errno));
	else
		k = keys_parse(b.d, b.len, path, f, notes);
	buf_wipe(&b);
	return k;
}

/* With maybe, a file that is not there is NULL without a fault. */
static struct keys *
from_file(const char *path, int maybe, struct fault *f, struct buf *notes)
{
	struct keys *k = NULL;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1) {
		if (!maybe || (errno != ENOENT && errno != ENOTDIR))
			fault_set(f, EX_NOINPUT, "%s: %s", path,
			    strerror(errno));
		return NULL;
	}
	if (check_mode(path, fd, f, notes) == 0)
		k = from_fd(path, fd, f, notes);
	close(fd);
	return k;
}

/* $CREDENTIALS_DIRECTORY/ms-keys, if it is there. */
static struct keys *
from_credentials(struct fault *f, struct buf *notes)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	struct keys *k = NULL;
	char *path;

	if (dir == NULL || *dir == '\0')
		return NULL;
	if (asprintf(&path, "%s/ms-keys", dir) == -1) {
		nomem(f);
		return NULL;
	}
	k = from_file(path, 1, f, notes);
	free(path);
	return k;
}

/* The user's own file; without it there are none. */
static struct keys *
from_config(struct fault *f, struct buf *notes)
{
	struct keys *k = NULL;
	char *path;

	if ((path = paths_config("keys")) != NULL)
		k = from_file(path, 1, f, notes);
	else if (errno != ENOENT)
		nomem(f);
	if (k == NULL && f->status == 0)
		k = keys_new(path != NULL ? path : "keys", f);
	free(path);
	return k;
}

/* Those that whoever started us has read already. */
static struct keys *
from_held(struct fault *f, struct buf *notes)
{
	char path[HELD_PATH];
	const char *name;
	struct keys *k;
	int fd;

	if (held_path(HELD_KEYS, path, &name) == -1 ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return NULL;
	k = from_fd(name, fd, f, notes);
	close(fd);
	return k;
}

static struct keys *
find(const char *file, struct fault *f, struct buf *notes)
{
	struct keys *k;
	const char *v;

	if (file != NULL && strcmp(file, "-") == 0)
		return from_fd("stdin", STDIN_FILENO, f, notes);
	if (file != NULL)
		return from_file(file, 0, f, notes);
	if ((k = from_held(f, notes)) != NULL || f->status != 0)
		return k;
	if ((v = getenv("MS_KEYS_FILE")) != NULL && *v != '\0')
		return from_file(v, 0, f, notes);
	if ((k = from_credentials(f, notes)) != NULL || f->status != 0)
		return k;
	v = getenv("MODELSCOPE_API_KEY");
	if (v != NULL && v[strspn(v, ", \t\r\n")] != '\0')
		return from_env(v, f, notes);
	return from_config(f, notes);
}

struct keys *
keys_load(const char *file, struct fault *f, struct buf *notes)
{
	struct keys *k;

	fault_set(f, 0, "no key");
	if ((k = find(file, f, notes)) != NULL && k->n == 0)
		fault_hint(f,
		    "get one at "
		    "https://modelscope.cn/my/myaccesstoken, then: ms key add");
	return k;
}

int
keys_write(const struct key *k, struct buf *out)
{
	if ((k->name != NULL && buf_addf(out, "%s ", k->name) == -1) ||
	    buf_adds(out, k->secret) == -1 ||
	    (k->upstreams != NULL && buf_addf(out, " %s", k->upstreams) == -1))
		return -1;
	return buf_addc(out, '\n');
}

/* ---- choosing and hiding ---- */

/* The labels there are, as far as the text holds them. */
static int
no_such_key(const struct keys *k, struct fault *f)
{
	struct buf b;
	size_t i;

	buf_init(&b, sizeof(f->text));
	for (i = 0; i < k->n; i++)
		if (buf_addf(&b, "%s%s", i > 0 ? ", " : "",
			keys_label(&k->v[i])) == -1)
			break;
	/* What was asked for is not said: it may be a key. */
	fault_set(f, EX_CONFIG, "%s: no key of that name; there are: %s",
	    k->from, k->n > 0 ? b.d : "none");
	buf_free(&b);
	return -1;
}

static int
called(const struct key *k, const char *name)
{
	return strcmp(keys_label(k), name) == 0 ||
	    strcmp(k->shown, name) == 0 || strcmp(k->id, name) == 0;
}

int
keys_only(struct keys *k, const char *name, struct fault *f)
{
	size_t i, n;

	for (i = n = 0; i < k->n; i++)
		n += called(&k->v[i], name);
	if (n == 0)
		return no_such_key(k, f);
	for (i = n = 0; i < k->n; i++)
		if (called(&k->v[i], name))
			k->v[n++] = k->v[i];
		else
			key_clear(&k->v[i]);
	k->n = n;
	return 0;
}

int
keys_at(const struct key *k, const char *upstream)
{
	const char *list = k->upstreams != NULL ? k->upstreams : "modelscope";
	size_t i = 0, n = strlen(list), len = strlen(upstream);
	struct field w;

	while ((w = word(list, n, &i, ",")).n > 0)
		if (w.n == len && memcmp(w.s, upstream, len) == 0)
			return 1;
	return 0;
}

void
keys_check(const struct keys *k, const struct conf *c, struct buf *notes)
{
	char name[128];
	struct field w;
	const char *list;
	size_t i, at;

	for (i = 0; i < k->n; i++) {
		if ((list = k->v[i].upstreams) == NULL)
			continue;
		for (at = 0; (w = word(list, strlen(list), &at, ",")).n > 0;) {
			fault_clean(name, sizeof(name), w.s, w.n);
			if (conf_upstream(c, name, NULL) == 0)
				continue;
			(void)buf_addf(notes,
			    "%s: key %s: no such upstream: %s\n", k->from,
			    keys_label(&k->v[i]), name);
			return;
		}
	}
}

/* The longest key that s[0..n) begins with, and its length. */
static const struct key *
key_here(const struct keys *k, const char *s, size_t n, size_t *len)
{
	const struct key *found = NULL;
	size_t i, l;

	for (i = *len = 0; i < k->n; i++) {
		if (k->v[i].secret[0] != *s)
			continue;
		l = strlen(k->v[i].secret);
		if (l > *len && l <= n && memcmp(k->v[i].secret, s, l) == 0) {
			found = &k->v[i];
			*len = l;
		}
	}
	return found;
}

/* Is s[0..n), the end of a text that was cut, more of a key than is shown? */
static int
key_cut(const struct keys *k, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < k->n && n > KEYS_HEAD; i++)
		if (strlen(k->v[i].secret) > n &&
		    memcmp(k->v[i].secret, s, n) == 0)
			return 1;
	return 0;
}

size_t
keys_scrub(const struct keys *k, char *s, size_t n)
{
	const struct key *key;
	size_t i, o, len;

	for (i = o = 0; i < n && !key_cut(k, s + i, n - i);) {
		if ((key = key_here(k, s + i, n - i, &len)) == NULL) {
			s[o++] = s[i++];
			continue;
		}
		i += len;
		len = strlen(key->shown);
		memcpy(s + o, key->shown, len);
		o += len;
	}
	return o;
}
