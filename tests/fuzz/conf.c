/* models.json: whatever it says, it is read or refused with a place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

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
	if ((c = conf_parse(text, n, "f", &f, &warn)) != NULL)
		check(c);
	else if (f.status != EX_CONFIG && f.status != EX_OSERR)
		abort();
	conf_free(c);
	buf_free(&warn);
	free(text);
	return 0;
}
