/* Days and timestamps, by the Gregorian calendar from year 0 to 9999. */
#include <string.h>

#include "day.h"

enum {
	DAY_MS = 86400000
};

static int
day_leap(int64_t y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

/* The day that year y (0 or later) begins on. */
static int64_t
day_year(int64_t y)
{
	int64_t past = y + 399; /* 400 years on: never negative */

	return 365 * (y - 1970) + past / 4 - past / 100 + past / 400 -
	    (2369 / 4 - 2369 / 100 + 2369 / 400);
}

static int
day_month_len(int64_t y, int m)
{
	static const unsigned char len[12] = { 31, 28, 31, 30, 31, 30, 31, 31,
		30, 31, 30, 31 };

	return len[m - 1] + (m == 2 && day_leap(y));
}

static int64_t
day_floor(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t
day_of(int64_t ms, int off)
{
	return day_floor(ms + (int64_t)off * 1000, DAY_MS);
}

int64_t
day_start(int64_t day, int off)
{
	return day * DAY_MS - (int64_t)off * 1000;
}

/* The last n digits of v. */
static void
day_put(char *dst, int n, unsigned v)
{
	for (; n > 0; v /= 10)
		dst[--n] = (char)('0' + v % 10);
}

void
day_text(char *dst, int64_t day)
{
	int64_t y;
	int m = 1;

	if (day < day_year(0))
		day = day_year(0);
	if (day >= day_year(10000))
		day = day_year(10000) - 1;
	y = 1970 + day_floor(day * 400, 146097);
	if (day < day_year(y))
		y--;
	else if (day >= day_year(y + 1))
		y++;
	for (day -= day_year(y); day >= day_month_len(y, m); m++)
		day -= day_month_len(y, m);
	day_put(dst, 4, (unsigned)y);
	dst[4] = '-';
	day_put(dst + 5, 2, (unsigned)m);
	dst[7] = '-';
	day_put(dst + 8, 2, (unsigned)day + 1);
	dst[10] = '\0';
}

/* Reads exactly n digits at s: the number, or -1. */
static int
day_digits(const char *s, int n)
{
	int i, v = 0;

	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

int
day_parse(const char *s, size_t n, int64_t *day)
{
	int d, i, m, y;

	if (n != DAY_TEXT - 1 || s[4] != '-' || s[7] != '-')
		return -1;
	y = day_digits(s, 4);
	m = day_digits(s + 5, 2);
	d = day_digits(s + 8, 2);
	if (y == -1 || m < 1 || m > 12 || d < 1 || d > day_month_len(y, m))
		return -1;
	*day = day_year(y) + d - 1;
	for (i = 1; i < m; i++)
		*day += day_month_len(y, i);
	return 0;
}

void
day_stamp(char *dst, int64_t ms, int off)
{
	int64_t day = day_of(ms, off);
	unsigned abs = (unsigned)(off < 0 ? -off : off) / 60;
	unsigned t = (unsigned)(ms - day_start(day, off)) % DAY_MS;

	day_text(dst, day);
	memcpy(dst + DAY_TEXT - 1, "T00:00:00.000+00:00",
	    DAY_STAMP - DAY_TEXT + 1);
	day_put(dst + 11, 2, t / 3600000);
	day_put(dst + 14, 2, t / 60000 % 60);
	day_put(dst + 17, 2, t / 1000 % 60);
	day_put(dst + 20, 3, t % 1000);
	if (off < 0)
		dst[23] = '-';
	day_put(dst + 24, 2, abs / 60);
	day_put(dst + 27, 2, abs % 60);
}

/* An offset of exactly n bytes. */
static int
day_zone(const char *s, size_t n, int *off)
{
	int h, m;

	if (n == 1 && (*s == 'Z' || *s == 'z')) {
		*off = 0;
		return 0;
	}
	if (n != 6 || (*s != '+' && *s != '-') || s[3] != ':')
		return -1;
	h = day_digits(s + 1, 2);
	m = day_digits(s + 4, 2);
	if (h == -1 || h > 23 || m == -1 || m > 59)
		return -1;
	*off = (h * 3600 + m * 60) * (*s == '-' ? -1 : 1);
	return 0;
}

int
day_offset(const char *s, int *off)
{
	return day_zone(s, strlen(s), off);
}

/* The time of day "hh:mm:ss" at s: milliseconds, or -1. 60 is a leap second. */
static int
day_time(const char *s)
{
	int h = day_digits(s, 2), m = day_digits(s + 3, 2);
	int sec = day_digits(s + 6, 2);

	if (s[2] != ':' || s[5] != ':' || h == -1 || h > 23 || m == -1 ||
	    m > 59 || sec == -1 || sec > 60)
		return -1;
	return ((h * 60 + m) * 60 + sec) * 1000;
}

int
day_unstamp(const char *s, size_t n, int64_t *ms)
{
	/* Where a fraction or zone begins. */
	enum {
		FRACTION = 19
	};
	int off, scale = 100, t;
	size_t i = FRACTION;
	int64_t day;

	if (n <= FRACTION || (s[10] != 'T' && s[10] != 't' && s[10] != ' ') ||
	    day_parse(s, 10, &day) == -1 || (t = day_time(s + 11)) == -1)
		return -1;
	if (s[i] == '.') {
		for (i++; i < n && s[i] >= '0' && s[i] <= '9'; i++) {
			t += (s[i] - '0') * scale;
			scale /= 10;
		}
		if (i == FRACTION + 1)
			return -1;
	}
	if (day_zone(s + i, n - i, &off) == -1)
		return -1;
	*ms = day_start(day, off) + t;
	return 0;
}
