/*
 * An attempt (struct attempt of fold.h) as a line of the ledger, and back.
 * Pure.
 */
#ifndef ATTEMPT_H
#define ATTEMPT_H

#include <stddef.h>

struct attempt;
struct buf;
struct field_sub;
struct field_words;
struct fold;

enum {
	ATTEMPT_MAX = 4096
}; /* a line with its LF */

/* Tables of field.h for others: struct limits, and verdicts as words. */
extern const struct field_sub attempt_limits;
extern const struct field_words attempt_verdicts;

/* All unknown. */
void attempt_init(struct attempt *a);

/*
 * Appends the attempt as one line with its LF, under ATTEMPT_MAX (strings
 * too long are cut); off is the day offset for its timestamps. 0 or -1 with
 * errno.
 */
int attempt_line(const struct attempt *a, int off, struct buf *out);

/*
 * Reads a line (without LF) back. Strings are NUL-ended in scratch, which is
 * emptied first, and valid until it changes. 0, or -1 with errno: EINVAL
 * (torn or foreign), ENOMEM, EFBIG (scratch cannot hold n bytes).
 */
int attempt_parse(const char *line, size_t n, struct attempt *a,
    struct buf *scratch);

/*
 * Reads a line into the fold; scratch as above. 0; 1: torn or foreign,
 * counted as skipped; -1 with ENOMEM. An empty line is nothing.
 */
int attempt_fold(struct fold *f, const char *line, size_t n,
    struct buf *scratch);

#endif
