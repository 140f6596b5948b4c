/* models.json: whatever it says, it is read or refused with a place. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "conf.h"
#include "fault.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* A name behind a pattern means what that says, or a longer one. */
static void
fits(const struct conf *c, size_t i)
{
	const char *pattern = c->aliases[i].pattern, *to;
	size_t n = strlen(pattern), j;
	char *name;

	if (pattern[n - 1] != '*')
		return;
	if (asprintf(&name, "%.*s?", (int)n - 1, pattern) == -1)
		abort();
	to = conf_alias(c, name);
	for (j = 0; j < c->naliases; j++)
		if (to == c->aliases[j].target &&
		    strlen(c->aliases[j].pattern) >= n)
			break;
	if (j == c->naliases && conf_model(c, name, NULL) == -1)
		abort();
	(free)(name);
}

/* What every reader of a configuration relies on. */
static void
check(const struct conf *c)
{
	size_t i, j;

	if (c->nupstreams == 0 || c->upstreams[0].base_url == NULL)
		abort();
	for (i = 0; i < c->nmodels; i++) {
		if (conf_model(c, c->models[i].id, &j) == -1 || j != i)
			abort();
		if (c->models[i].nupstreams == 0 || c->models[i].tier < 1 ||
		    c->models[i].tier > CONF_TIERS)
			abort();
		for (j = 0; j < c->models[i].nupstreams; j++)
			if (c->models[i].upstreams[j] >= c->nupstreams)
				abort();
	}
	for (i = 0; i < c->naliases; i++) {
		if (strcmp(conf_alias(c, c->aliases[i].pattern),
			c->aliases[i].target) != 0)
			abort();
		fits(c, i);
	}
	if (strcmp(conf_alias(c, "Auto"), "Auto") != 0 && c->naliases == 0)
		abort();
	if (conf_word("tier5") || conf_word("tier0") || conf_word("tier11") ||
	    !conf_word("TIER4"))
		abort();
}

static char root[64], folder[80], path[128];

static void
leave(void)
{
	(void)unlink(path);
	(void)rmdir(folder);
	(void)rmdir(root);
}

/* By its place; and where there is none it is the one that is shipped. */
static void
found(int good, const uint8_t *data, size_t n)
{
	struct fault f;
	struct conf *c;
	int fd;

	if (*root == '\0') {
		fuzz_folder(root);
		snprintf(folder, sizeof(folder), "%s/ms", root);
		snprintf(path, sizeof(path), "%s/models.json", folder);
		atexit(leave);
	}
	clearenv();
	setenv("XDG_CONFIG_HOME", root, 1);
	setenv("MS_CONFIG", "", 1);
	(void)mkdir(folder, 0700);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1 || write(fd, data, n) != (ssize_t)n || close(fd) == -1)
		abort();
	c = conf_load(NULL, &f, NULL);
	fuzz_fault(4, c != NULL ? 0 : f.status);
	(void)unlink(path);
	if (c != NULL)
		assert(good && strcmp(c->path, path) == 0);
	else
		assert(!good && f.status == EX_CONFIG);
	conf_free(c);

	if (n > 64) /* once is enough */
		return;
	c = conf_load(NULL, &f, NULL);
	assert(c != NULL ? strcmp(c->path, path) != 0 : f.status == EX_CONFIG);
	conf_free(c);
	c = conf_load(folder, &f, NULL);
	assert(c == NULL && f.status == EX_CONFIG);
}

/* From a file, with what the environment says: a key follows no URL of it. */
static void
load(int good, const uint8_t *data, size_t n)
{
	static const char moved[] = "https://elsewhere.example/v1";
	const char *urls[] = { NULL, moved, "ftp://a" };
	struct fault f;
	struct conf *c;
	char by_fd[32];
	size_t i;
	int fd;

	if ((fd = memfd_create("conf", MFD_CLOEXEC)) == -1)
		return;
	if (write(fd, data, n) != (ssize_t)n)
		abort();
	snprintf(by_fd, sizeof(by_fd), "/proc/self/fd/%d", fd);
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		clearenv();
		if (urls[i] != NULL) {
			setenv("MODELSCOPE_BASE_URL", urls[i], 1);
			setenv("LOCAL_AI_BASE_URL", "http://l.example//", 1);
			setenv("LOCAL_AI_MODEL", "", 1);
			setenv("MS_CONFIG", by_fd, 1);
		}
		c = conf_load(urls[i] == NULL ? by_fd : NULL, &f, NULL);
		fuzz_fault(1 + i, c != NULL ? 0 : f.status);
		assert((c != NULL) == (good && i < 2));
		if (c != NULL && i == 1) {
			assert(c->upstreams[0].balance_url == NULL);
			assert(strcmp(c->upstreams[0].base_url, moved) == 0);
			assert(strcmp(c->local.base_url, "http://l.example") ==
			    0);
			assert(c->local.model != NULL);
		}
		assert(c != NULL || f.status == EX_CONFIG);
		conf_free(c);
	}
	close(fd);
	found(good, data, n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fault f = { 0 };
	struct conf *c;
	struct buf warn;
	char *text;

	/* Exactly n bytes, so that one too far is seen. */
	if ((text = malloc(n + (n == 0))) == NULL)
		return 0;
	memcpy(text, data, n);
	buf_init(&warn, 1 << 20);
	c = conf_parse(text, n, "f", &f, &warn);
	fuzz_fault(0, c != NULL ? 0 : f.status);
	if (c != NULL)
		check(c);
	else if (f.status != EX_CONFIG && f.status != EX_OSERR)
		abort();
	load(c != NULL, data, n);
	conf_free(c);
	buf_free(&warn);
	free(text);
	return 0;
}
