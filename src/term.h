/* What the terminal of a descriptor can show, and one line of progress. */
#ifndef TERM_H
#define TERM_H

#include <stdint.h>

struct table_style;

/*
 * Fills *s for fd: its width, colours and characters if it is a terminal;
 * no width and no colour if not. The locale is that of the process.
 */
void term_style(int fd, struct table_style *s);

struct term_progress { /* zeroed at first */
	int64_t said;  /* monotonic ms, 0: never */
};

/* Would term_progress() show it now? For what is dear to gather. */
int term_progress_due(const struct term_progress *p, int64_t now);

/*
 * Replaces the line of progress on stderr, if that is a terminal, and not a
 * dumb one, and the last time is a tenth of a second ago. now in monotonic
 * ms.
 */
void term_progress(struct term_progress *p, int64_t now, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Wipes the line, if there is one. */
void term_progress_end(struct term_progress *p);

#endif
