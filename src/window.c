/* What headers say of the running window. */
#include <stdlib.h>
#include <string.h>

#include "window.h"

enum {
	REMAINING = 1, /* of each kind, behind its limit */
	RESET,
	EACH,
	UNKNOWN = 60 * 1000,	   /* ms */
	LONGEST = 24 * 3600 * 1000 /* ms */
};

const char *const window_headers[WINDOW_HEADERS] = {
	"x-ratelimit-limit-requests",
	"x-ratelimit-remaining-requests",
	"x-ratelimit-reset-requests",
	"x-ratelimit-limit-tokens",
	"x-ratelimit-remaining-tokens",
	"x-ratelimit-reset-tokens",
};

void
window_set(struct window *w, int header, const char *value)
{
	size_t i, n = value != NULL ? strlen(value) : 0;

	w->v[header][0] = '\0';
	if (n >= WINDOW_VALUE)
		return;
	for (i = 0; i < n; i++)
		if (value[i] < ' ' || value[i] > '~')
			return;
	memcpy(w->v[header], n > 0 ? value : "", n + 1);
}

/* Milliseconds of the unit that *s begins with, which is passed; or 0. */
static double
unit(const char **s)
{
	static const struct {
		const char *name;
		double ms;
	} units[] = { { "ms", 1 }, { "us", 1e-3 }, { "ns", 1e-6 },
		{ "d", 86400e3 }, { "h", 3600e3 }, { "m", 60e3 },
		{ "s", 1e3 } };
	size_t i, n;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		n = strlen(units[i].name);
		if (strncmp(*s, units[i].name, n) == 0) {
			*s += n;
			return units[i].ms;
		}
	}
	return 0;
}

/* A duration in ms, or -1: none that we know. */
static double
duration(const char *s)
{
	static const char digits[] = "0123456789.";
	double d, ms = 0, u;
	char *end;

	if (*s == '\0' || strspn(s, "0123456789.dhmnsu") != strlen(s))
		return -1;
	do {
		if (strchr(digits, *s) == NULL)
			return -1;
		d = strtod(s, &end);
		if (end == s)
			return -1;
		s = end;
		if (*s == '\0')
			return ms == 0 ? d * 1000 : -1;
		if ((u = unit(&s)) == 0)
			return -1;
		ms += d * u;
	} while (*s != '\0');
	return ms;
}

static int64_t
rest(const char *remaining, const char *reset)
{
	double ms;

	if (*remaining == '\0' || strspn(remaining, "0") != strlen(remaining))
		return 0;
	/* a point in time, as some have it, is no duration either */
	ms = duration(reset);
	if (ms < 0 || ms > 31.0 * LONGEST)
		return UNKNOWN;
	return ms > LONGEST ? LONGEST : (int64_t)(ms + 0.999);
}

int64_t
window_rest(const struct window *w)
{
	int64_t requests = rest(w->v[REMAINING], w->v[RESET]),
		tokens = rest(w->v[EACH + REMAINING], w->v[EACH + RESET]);

	return requests > tokens ? requests : tokens;
}
