/* How long to rest by x-ratelimit-* headers. */
#include <string.h>

#include "tap.h"
#include "window.h"

static const struct {
	const char *requests, *reset, *tokens, *reset_tokens;
	int64_t want;
} rows[] = {
	{ NULL, NULL, NULL, NULL, 0 },
	{ "59", "1s", "149984", "6m0s", 0 },
	{ "0", "1s", "149984", "6m0s", 1000 },
	{ "59", "1s", "0", "6m0s", 360000 },
	{ "0", "6m0s", "0", "1s", 360000 },
	{ "0", "20ms", NULL, NULL, 20 },
	{ "0", "2m59.56s", NULL, NULL, 179560 },
	{ "0", "1h2m3.5s", NULL, NULL, 3723500 },
	{ "0", "1d", NULL, NULL, 86400000 },
	{ "0", "7d", NULL, NULL, 86400000 },
	{ "0", "17", NULL, NULL, 17000 },
	{ "0", "0.25", NULL, NULL, 250 },
	{ "0", "0s", NULL, NULL, 0 },
	{ "0", "3us", NULL, NULL, 1 },
	{ "00", "2s", NULL, NULL, 2000 },
	/* not known: a minute, never a day */
	{ "0", NULL, NULL, NULL, 60000 },
	{ "0", "", NULL, NULL, 60000 },
	{ "0", "soon", NULL, NULL, 60000 },
	{ "0", "-5s", NULL, NULL, 60000 },
	{ "0", "5x", NULL, NULL, 60000 },
	{ "0", "1m5", NULL, NULL, 60000 },
	{ "0", ".", NULL, NULL, 60000 },
	{ "0", "s", NULL, NULL, 60000 },
	{ "0", "1795262400", NULL, NULL, 60000 },
	{ "0", "2026-11-22T00:00:00Z", NULL, NULL, 60000 },
	{ "0", "99999999999999999999999999999h", NULL, NULL, 60000 },
	{ "0", "1111111111111111111111111111111111111s", NULL, NULL, 60000 },
	{ "-0", "1s", NULL, NULL, 0 },
	{ "0.5", "1s", NULL, NULL, 0 },
	{ "none", "1s", NULL, NULL, 0 },
};

int
main(void)
{
	struct window w;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&w, 0, sizeof(w));
		window_set(&w, 1, rows[i].requests);
		window_set(&w, 2, rows[i].reset);
		window_set(&w, 4, rows[i].tokens);
		window_set(&w, 5, rows[i].reset_tokens);
		ok(window_rest(&w) == rows[i].want, "row %zu: %lld", i,
		    (long long)window_rest(&w));
	}
	window_set(&w, 0, "1\r\nx: y");
	ok(w.v[0][0] == '\0', "no line ends");
	window_set(&w, 0, "0123456789012345678901234567890");
	ok(strlen(w.v[0]) == 31, "the longest");
	window_set(&w, 0, "01234567890123456789012345678901");
	ok(w.v[0][0] == '\0', "and one more");
	return done();
}
