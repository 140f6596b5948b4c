/*
 * The x-ratelimit-* headers that many services send: requests and tokens of
 * the window (a minute, an hour, a day) that is running. Pure.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include <stdint.h>

enum {
	WINDOW_HEADERS = 6,
	WINDOW_VALUE = 32 /* bytes */
};

/* Their names, in lower case. */
extern const char *const window_headers[WINDOW_HEADERS];

struct window {				      /* zeroed at first */
	char v[WINDOW_HEADERS][WINDOW_VALUE]; /* as sent; "" not sent */
};

/* Takes down a header's value (NULL: not sent), if it is a plain short one. */
void window_set(struct window *w, int header, const char *value);

/*
 * How long until there is something again, where 0 is said to remain, in ms,
 * at most a day; a minute where the reset is not told in a way we know: "1s",
 * "6m0s", "1h2m3.5s", "20ms", or seconds. 0: some remain, or nothing is said.
 */
int64_t window_rest(const struct window *w);

#endif
