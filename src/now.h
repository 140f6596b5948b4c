/*
 * The two clocks. MS_TEST_CLOCK=SECONDS in the environment is added to the
 * wall clock, so that tests can stand at any day; nothing else reads it.
 */
#ifndef NOW_H
#define NOW_H

#include <stdint.h>

/* The wall clock: milliseconds since 1970-01-01 UTC. */
int64_t now_wall(void);

/* The monotonic clock, for deadlines: milliseconds since some moment. */
int64_t now_mono(void);

#endif
