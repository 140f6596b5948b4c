/* models.json: whatever it says, it is read or refused with a place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "conf.h"
#include "fault.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

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
	for (i = 0; i < c->naliases; i++)
		if (conf_alias(c, c->aliases[i].pattern) == NULL)
			abort();
}

/* From a file, with what the environment says: a key follows no URL of it. */
static void
load(int good, const uint8_t *data, size_t n)
{
	static const char moved[] = "https://elsewhere.example/v1";
	const char *urls[] = { NULL, moved, "ftp://a" };
	struct fault f;
	struct conf *c;
	char path[32];
	size_t i;
	int fd;

	if ((fd = memfd_create("conf", MFD_CLOEXEC)) == -1)
		return;
	if (write(fd, data, n) != (ssize_t)n)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		clearenv();
		if (urls[i] != NULL) {
			setenv("MODELSCOPE_BASE_URL", urls[i], 1);
			setenv("LOCAL_AI_BASE_URL", "http://l.example//", 1);
			setenv("LOCAL_AI_MODEL", "", 1);
			setenv("MS_CONFIG", path, 1);
		}
		c = conf_load(urls[i] == NULL ? path : NULL, &f, NULL);
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
