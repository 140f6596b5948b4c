/* The two clocks. */
#include <stdlib.h>
#include <time.h>

#include "now.h"

static int64_t
now_read(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
now_wall(void)
{
	static int64_t shift = INT64_MIN;
	const char *s;

	if (shift == INT64_MIN) {
		shift = 0;
		if ((s = getenv("MS_TEST_CLOCK")) != NULL)
			shift = strtonum(s, -10000000000, 10000000000, NULL) *
			    1000;
	}
	return now_read(CLOCK_REALTIME) + shift;
}

int64_t
now_mono(void)
{
	return now_read(CLOCK_MONOTONIC);
}
