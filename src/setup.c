/* Configuration and tokens for the front. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "catalog.h"
#include "conf.h"
#include "day.h"
#include "fault.h"
#include "fold.h"
#include "held.h"
#include "keys.h"
#include "ledger.h"
#include "now.h"
#include "paths.h"
#include "setup.h"
#include "site.h"
#include "tokens.h"

enum {
	TOKENS_MAX = 4 * 1024 * 1024,
	LIST_MAX = 8 * 1024 * 1024,
	HELD_MAX = 64 * 1024 * 1024,
	KEYS_ROOM = 64 * 1024, /* a buffer that grows leaves copies behind */
	PATH_BYTES = 4096
};

/* Others who can read the file have the tokens: it is then not taken. */
static int
check_mode(int fd, const char *path, struct fault *f)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	struct stat st;

	if (fstat(fd, &st) == -1)
		return fault_set(f, EX_OSERR, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 077) == 0 ||
	    strncmp(path, "/run/secrets/", 13) == 0 ||
	    (dir != NULL && strncmp(path, dir, strlen(dir)) == 0))
		return 0;
	fault_set(f, EX_CONFIG, "%s: others can read it", path);
	return fault_hint(f, "chmod 600 %s", path);
}

static struct tokens *
read_tokens(const char *path, struct fault *f)
{
	struct tokens *t = NULL;
	struct buf b;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1) {
		fault_set(f, EX_NOINPUT, "%s: %s", path, strerror(errno));
		return NULL;
	}
	buf_init(&b, TOKENS_MAX);
	if (check_mode(fd, path, f) == 0) {
		if (buf_read(&b, fd) == -1)
			fault_set(f, EX_NOINPUT, "%s: %s", path,
			    strerror(errno));
		else
			t = tokens_parse(b.d, b.len, path, f);
	}
	close(fd);
	buf_wipe(&b);
	return t;
}

/* Says whose tokens are weak. */
static void
warn_weak(struct tokens *t, const char *from, struct buf *warn)
{
	const struct token *tok;

	for (tok = tokens_first(t); tok != NULL; tok = tok->next)
		if (tok->weak)
			(void)buf_addf(warn,
			    "%s: the token of %s is short enough to be "
			    "guessed; make one with: openssl rand -hex 16\n",
			    from, tok->name);
}

/* The tokens that there are: *t, NULL if none are wanted. */
static int
find_tokens(const struct setup_opts *o, struct tokens **t, struct fault *f,
    struct buf *warn)
{
	const char *path = o->tokens, *dir = getenv("CREDENTIALS_DIRECTORY");
	char cred[PATH_BYTES];

	*t = NULL;
	if (path == NULL && (path = getenv("MS_TOKENS_FILE")) != NULL &&
	    *path == '\0')
		path = NULL;
	if (path == NULL && dir != NULL) {
		snprintf(cred, sizeof(cred), "%s/ms-tokens", dir);
		if (access(cred, F_OK) == 0)
			path = cred;
	}
	if (path != NULL)
		*t = read_tokens(path, f);
	else if (o->token != NULL)
		*t = tokens_one(o->token, f);
	else
		return 0;
	if (*t == NULL)
		return -1;
	warn_weak(*t, path != NULL ? path : "MS_TOKEN", warn);
	return 0;
}

/* What the ledger says that each has used today. */
static int
count_used(struct tokens *t, int day_offset, const char *state, struct fault *f)
{
	const struct fold_ent *e;
	struct ledger *l;
	struct token *tok;
	char *dir;

	for (tok = tokens_first(t); tok != NULL; tok = tok->next)
		if (tok->limit != -1)
			break;
	if (tok == NULL)
		return 0;
	if ((dir = paths_state(state, f)) == NULL)
		return -1;
	l = ledger_open(dir, day_offset, LEDGER_READ, 0, f);
	free(dir);
	if (l == NULL)
		return -1;
	tokens_set_day(t, day_of(now_wall(), day_offset));
	for (; tok != NULL; tok = tok->next)
		if ((e = fold_token(ledger_fold(l), tok->name)) != NULL)
			tok->used = e->requests;
	ledger_close(l);
	return 0;
}

int
setup_count(struct site *s, const struct setup_opts *o, struct fault *f)
{
	return s->tokens == NULL ?
	    0 :
	    count_used(s->tokens, s->day_offset, o->state, f);
}

/* The lists of models as texts. */
static int
list_models(const struct conf *c, char **models, char **native)
{
	struct buf a, b;

	*models = *native = NULL;
	buf_init(&a, LIST_MAX);
	buf_init(&b, LIST_MAX);
	if (catalog_openai(c, &a) == 0 && catalog_json(c, &b) == 0 &&
	    (*models = buf_detach(&a)) != NULL &&
	    (*native = buf_detach(&b)) != NULL)
		return 0;
	free(*models);
	buf_free(&a);
	buf_free(&b);
	return -1;
}

/* The keys, and the lines that they are; wiped by the caller. */
static int
load_keys(const struct setup_opts *o, const struct conf *c, struct buf *lines,
    char **from, struct fault *f, struct buf *warn)
{
	struct keys *k;
	size_t i;
	int rc = 0;

	if (buf_room(lines, KEYS_ROOM) == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	if ((k = keys_load(o->keys, f, warn)) == NULL)
		return -1;
	keys_check(k, c, warn);
	if (o->key != NULL)
		rc = keys_only(k, o->key, f);
	for (i = 0; rc == 0 && i < k->n; i++)
		if (keys_write(&k->v[i], lines) == -1)
			rc = fault_set(f, EX_OSERR, "%s", strerror(errno));
	if (rc == 0 && (*from = strdup(k->from)) == NULL)
		rc = fault_set(f, EX_OSERR, "%s", strerror(errno));
	keys_free(k);
	return rc;
}

/*
 * Holds the texts of both. The file of the configuration is read again: *c
 * is what it says by now.
 */
static int
hold(struct held *h, const struct setup_opts *o, struct conf **c,
    struct fault *f, struct buf *warn)
{
	struct buf text, lines;
	struct conf *again;
	char *from = NULL;
	int rc = -1;

	buf_init(&text, HELD_MAX);
	buf_init(&lines, HELD_MAX);
	if (load_keys(o, *c, &lines, &from, f, warn) == -1)
		goto out;
	if (buf_load(&text, (*c)->path) == -1) {
		fault_set(f, EX_CONFIG, "%s: %s", (*c)->path, strerror(errno));
		goto out;
	}
	again = conf_parse(text.d, text.len, (*c)->path, f, NULL);
	if (again == NULL)
		goto out;
	conf_free(*c);
	*c = again;
	rc = held_take(h, &text, again->path, &lines, from);
	if (rc == -1)
		fault_set(f, EX_OSERR, "%s", strerror(errno));
out:
	buf_free(&text);
	buf_wipe(&lines);
	free(from);
	return rc;
}

int
setup_load(struct site *s, struct held *h, const struct setup_opts *o,
    struct fault *f, struct buf *warn)
{
	struct held new = { { 0 }, { NULL } };
	struct tokens *t = NULL;
	char *models, *native;
	struct conf *c;

	if ((c = conf_load(o->config, f, warn)) == NULL)
		return -1;
	if (hold(&new, o, &c, f, warn) == -1 ||
	    find_tokens(o, &t, f, warn) == -1 ||
	    (t != NULL && count_used(t, c->day_offset, o->state, f) == -1))
		goto err;
	if (list_models(c, &models, &native) == -1) {
		fault_set(f, EX_OSERR, "%s", strerror(errno));
		goto err;
	}
	tokens_free(s->tokens);
	free(s->models);
	free(s->native);
	s->tokens = t;
	s->auth = t != NULL;
	s->models = models;
	s->native = native;
	s->day_offset = c->day_offset;
	held_move(h, &new);
	conf_free(c);
	return 0;
err:
	held_clear(&new);
	tokens_free(t);
	conf_free(c);
	return -1;
}
