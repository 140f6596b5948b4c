/* asked: requests for balances, and texts that are none. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "asked.h"
#include "buf.h"
#include "fault.h"
#include "keys.h"
#include "tap.h"

static struct asked asked;
static struct fault f;

static int
parse(const char *text)
{
	keys_free(asked.keys);
	asked.keys = NULL;
	while (asked.nmodels > 0)
		free(asked.models[--asked.nmodels]);
	return asked_parse(text, strlen(text), &asked, &f, NULL);
}

static void
good(void)
{
	ok(parse("{\"models\":[\"a/b\",\" c \"],\"api_key\":\" k1\\n\"}") ==
		    0 &&
		asked.nmodels == 2 && strcmp(asked.models[0], "a/b") == 0 &&
		strcmp(asked.models[1], "c") == 0 && asked.keys->n == 1 &&
		strcmp(asked.keys->v[0].secret, "k1") == 0,
	    "models and a key");
	ok(parse("{\"models\":\"a, b\",\"api_keys\":[\"k1\",\"\",\"k2\"],"
		 "\"api_key\":\"k1\"}") == 0 &&
		asked.nmodels == 2 && asked.keys->n == 2,
	    "a text of models; keys once each, empty ones not");
	ok(asked_is("\xef\xbb\xbf {", 5) && !asked_is("\xef\xbb\xbf", 3) &&
		parse("\xef\xbb\xbf{\"api_key\":\"k1\"}") == 0 &&
		asked.keys->n == 1,
	    "after a byte order mark");
	ok(parse("{}") == 0 && asked.nmodels == 0 && asked.keys == NULL,
	    "neither");
	ok(parse("{\"models\":null,\"api_keys\":null,\"x\":1}") == 0 &&
		asked.nmodels == 0 && asked.keys == NULL,
	    "null is absent");
}

static void
bad(void)
{
	static const char *const texts[] = { "{", "{\"models\":1}",
		"{\"models\":[1]}", "{\"api_key\":{}}", "{\"api_keys\":[null]}",
		"{\"api_key\":\"two words\"}", "{\"api_key\":\"#x\"}",
		"{\"api_key\":\"a\\u0001b\"}", "{} {}", "{\"api_keys\":[]}",
		"{\"api_key\":\"\"}", "{\"api_keys\":[\"\",\" \"]}",
		"{\"api_key\":null,\"api_keys\":[]}",
		"{\"api_key\":\"a\\u0000b\"}", "{\"models\":[\"a\\u0000b\"]}" };
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ok(parse(texts[i]) == -1 && f.status == EX_DATAERR &&
			strstr(f.text, "words") == NULL,
		    "refused: %s", texts[i]);
}

static void
keyed(void)
{
	static const char *const with[] = { "\xef\xbb\xbf{\"api_key\":\"k\"}",
		"{\"api_key\":\"k\"}",
		"{\"api_keys\":[\"\",\"k\"],\"api_key\":\"\"}",
		"{\"api\\u005fkey\":\" k\"}" };
	static const char *const without[] = { "", "[]", "{}",
		"{\"api_key\":\"\"}", "{\"api_key\":null}",
		"{\"api_keys\":[\" \",\"\\n\"]}", "{\"api_keys\":[]}",
		"{\"api_key\":\"k\",\"api_key\":\"\"}",
		"{\"api_key\":\"\\u0000k\"}", "{\"x\":{\"api_key\":\"k\"}}" };
	size_t i;

	for (i = 0; i < sizeof(with) / sizeof(with[0]); i++)
		ok(asked_keyed(with[i], strlen(with[i])), "a key: %s", with[i]);
	for (i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		ok(!asked_keyed(without[i], strlen(without[i])), "none: %s",
		    without[i]);
	/* whoever reads it must find no key either */
	for (i = 2; i < sizeof(without) / sizeof(without[0]); i++)
		ok(parse(without[i]) <= 0 && asked.keys == NULL,
		    "nor when read");
}

int
main(void)
{
	ok(asked_is(" \n{", 3) && asked_is("[", 1) && !asked_is("a {", 3) &&
		!asked_is("", 0) && !asked_is("\0{", 2),
	    "told from a keys file");
	good();
	bad();
	keyed();
	parse("{}");
	free(asked.models);
	return done();
}
