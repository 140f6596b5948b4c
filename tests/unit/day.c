/* Days and timestamps at any offset. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "day.h"
#include "tap.h"

enum {
	HOUR = 3600
};

static const struct {
	const char *text;
	int64_t day;
} days[] = {
	{ "1970-01-01", 0 },
	{ "1969-12-31", -1 },
	{ "1970-12-31", 364 },
	{ "1972-02-29", 789 },
	{ "1972-03-01", 790 },
	{ "2000-02-29", 11016 },
	{ "2026-11-21", 20778 },
	{ "1900-03-01", -25508 },
	{ "2100-02-28", 47540 },
	{ "2100-03-01", 47541 },
	{ "0000-01-01", -719528 },
	{ "0000-12-31", -719163 },
	{ "0001-01-01", -719162 },
	{ "9999-12-31", 2932896 },
};

static const char *const no_days[] = {
	"",
	"2026-11-2",
	"2026-11-211",
	"2026-13-01",
	"2026-00-01",
	"2026-01-00",
	"2026-01-32",
	"2026-02-29",
	"1900-02-29",
	"2026-04-31",
	"2026/11/21",
	"2026-11/21",
	" 026-11-21",
	"+026-11-21",
	"2026-1a-21",
	"-026-11-21",
};

static void
calendar(void)
{
	int64_t d, got;
	char text[DAY_TEXT];
	size_t i;

	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		day_text(text, days[i].day);
		ok(strcmp(text, days[i].text) == 0 &&
			day_parse(text, 10, &got) == 0 && got == days[i].day,
		    "%s", days[i].text);
	}
	for (i = 0; i < sizeof(no_days) / sizeof(no_days[0]); i++)
		ok(day_parse(no_days[i], strlen(no_days[i]), &got) == -1,
		    "no day: '%s'", no_days[i]);
	for (d = -719528; d <= 2932896; d++) {
		day_text(text, d);
		if (day_parse(text, 10, &got) == -1 || got != d)
			break;
	}
	ok(d == 2932897, "every day there and back");
	day_text(text, INT32_MAX);
	ok(strcmp(text, "9999-12-31") == 0, "after the calendar");
	day_text(text, INT32_MIN);
	ok(strcmp(text, "0000-01-01") == 0, "before it");
}

static const struct {
	const char *text;
	int64_t ms;
} stamps[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01t00:00:00z", 0 },
	{ "1970-01-01 00:00:00.5Z", 500 },
	{ "1969-12-31T23:59:59.999Z", -1 },
	{ "2026-11-21T08:00:00.123+08:00", 1795219200123 },
	{ "2026-11-21T00:00:00.1239999999999999999999Z", 1795219200123 },
	{ "2026-11-20T20:30:00.12-03:30", 1795219200120 },
	{ "2026-11-21T00:00:00-00:00", 1795219200000 },
	{ "2016-12-31T23:59:60Z", 1483228800000 },
	{ "2026-11-21T23:59:59+23:59", 1795219259000 },
};

static const char *const no_stamps[] = {
	"",
	"2026-11-21",
	"2026-11-21T08:00:00",
	"2026-11-21T08:00:00.Z",
	"2026-11-21T08:00:00.1",
	"2026-11-21T24:00:00Z",
	"2026-11-21T08:60:00Z",
	"2026-11-21T08:00:61Z",
	"2026-11-21T08:00Z",
	"2026-11-21x08:00:00Z",
	"2026-11-21T08:00:00ZZ",
	"2026-11-21T08:00:00+0800",
	"2026-11-21T08:00:00+24:00",
	"2026-11-21T08:00:00+08:60",
	"2026-11-21T08:00:00+08:0",
	"2026-11-21T8:00:00Z0",
	"2026-02-30T08:00:00Z",
	"2026-11-21T08-00:00Z",
	"2026-11-21T08:00:00 Z",
};

static void
timestamps(void)
{
	int64_t ms;
	size_t i;

	for (i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++)
		ok(day_unstamp(stamps[i].text, strlen(stamps[i].text), &ms) ==
			    0 &&
			ms == stamps[i].ms,
		    "%s", stamps[i].text);
	for (i = 0; i < sizeof(no_stamps) / sizeof(no_stamps[0]); i++)
		ok(day_unstamp(no_stamps[i], strlen(no_stamps[i]), &ms) == -1,
		    "no timestamp: '%s'", no_stamps[i]);
}

/* No byte behind the end is looked at: each length in its own memory. */
static void
lengths(void)
{
	static const char text[] = "2026-11-21T08:00:00.123+08:00";
	int bad = 0;
	int64_t ms;
	size_t n;
	char *s;

	for (n = 0; n < sizeof(text) - 1; n++) {
		if ((s = malloc(n + (n == 0))) == NULL)
			break;
		memcpy(s, text, n);
		bad += day_unstamp(s, n, &ms) == 0;
		bad += n != 10 && day_parse(s, n, &ms) == 0;
		free(s);
	}
	ok(n == sizeof(text) - 1 && bad == 0, "cut anywhere it is none");
}

static const struct {
	const char *text;
	int64_t ms;
	int off;
} written[] = {
	{ "2026-11-21T08:00:00.123+08:00", 1795219200123, 8 * HOUR },
	{ "2026-11-21T00:00:00.123+00:00", 1795219200123, 0 },
	{ "2026-11-20T20:30:00.000-03:30", 1795219200000, -7 * HOUR / 2 },
	{ "1969-12-31T23:59:59.999+00:00", -1, 0 },
};

static void
writing(void)
{
	char text[DAY_STAMP];
	int64_t ms;
	size_t i;

	for (i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		day_stamp(text, written[i].ms, written[i].off);
		ok(strcmp(text, written[i].text) == 0 &&
			day_unstamp(text, strlen(text), &ms) == 0 &&
			ms == written[i].ms,
		    "writes %s", written[i].text);
	}
}

static const struct {
	const char *text;
	int off; /* 1: refused */
} offsets[] = {
	{ "Z", 0 },
	{ "z", 0 },
	{ "+00:00", 0 },
	{ "+08:00", 8 * HOUR },
	{ "-03:30", -7 * HOUR / 2 },
	{ "+14:00", 14 * HOUR },
	{ "+23:59", 24 * HOUR - 60 },
	{ "", 1 },
	{ "8", 1 },
	{ "+8:00", 1 },
	{ "08:00", 1 },
	{ "+0800", 1 },
	{ "+24:00", 1 },
	{ "+08:60", 1 },
	{ "+08:00 ", 1 },
	{ "UTC", 1 },
	{ "+08-00", 1 },
	{ "ZZ", 1 },
};

static void
zones(void)
{
	size_t i;
	int off;

	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		if (day_offset(offsets[i].text, &off) == -1)
			off = 1;
		ok(off == offsets[i].off, "offset '%s'", offsets[i].text);
	}
}

static void
borders(void)
{
	const int cn = 8 * HOUR;
	int64_t start = day_start(20778, cn);

	ok(start == 1795190400000, "a day starts at its offset's midnight");
	ok(day_of(start, cn) == 20778 && day_of(start - 1, cn) == 20777,
	    "and the day before ends there");
	ok(day_of(day_start(20779, cn) - 1, cn) == 20778, "its last ms");
	ok(day_of(-1, 0) == -1 && day_of(0, 0) == 0 && day_of(-1, 1) == 0 &&
		day_of(0, -1) == -1,
	    "around 1970");
}

int
main(void)
{
	calendar();
	timestamps();
	lengths();
	writing();
	zones();
	borders();
	return done();
}
