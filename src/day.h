/*
 * Days and timestamps as the ledger writes them. Pure: the clock and the
 * offset from UTC come in as numbers. A day is the number of days since
 * 1970-01-01 at that offset.
 */
#ifndef DAY_H
#define DAY_H

#include <stddef.h>
#include <stdint.h>

enum {
	DAY_TEXT = 11, /* "2026-11-21" and its NUL */
	DAY_STAMP = 30 /* "2026-11-21T08:00:00.000+08:00" and NUL */
};

/* The day that ms (milliseconds since 1970 UTC) is in; off is in seconds. */
int64_t day_of(int64_t ms, int off);

/* The first millisecond of a day. day_start(day + 1, off) ends it. */
int64_t day_start(int64_t day, int off);

/* "YYYY-MM-DD" of a day, into dst (DAY_TEXT bytes). */
void day_text(char *dst, int64_t day);

/* The day that "YYYY-MM-DD" (exactly, n bytes) names: 0, or -1. */
int day_parse(const char *s, size_t n, int64_t *day);

/* RFC 3339 with milliseconds and the offset, into dst (DAY_STAMP bytes). */
void day_stamp(char *dst, int64_t ms, int off);

/* Reads any RFC 3339 timestamp of exactly n bytes: 0, or -1. */
int day_unstamp(const char *s, size_t n, int64_t *ms);

/* Reads "+08:00", "-03:30", "Z": seconds east of UTC. 0, or -1. */
int day_offset(const char *s, int *off);

#endif
