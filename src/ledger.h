/*
 * The ledger in the state folder: usage/YYYY-MM-DD.jsonl, appended by every
 * process at once with one write(2) a line, followed by each; and the
 * checkpoints in limits/ that spare reading a day from its start. Safe
 * against SIGKILL at any moment, not against loss of power (no fsync).
 */
#ifndef LEDGER_H
#define LEDGER_H

#include <stdint.h>

struct attempt;
struct fault;
struct fold;
struct ledger;

enum {
	LEDGER_READ,
	LEDGER_WRITE
};

/*
 * Opens the ledger in dir (created 0700 for LEDGER_WRITE; a folder that is
 * there keeps its mode; its absence is no error for LEDGER_READ), off being
 * the day offset in seconds, keep_days the age past which days are removed
 * (0: never; done at most once a day and process). Reads the present day. A
 * folder that cannot be used is no error for LEDGER_WRITE either: see
 * ledger_append(). NULL with *f: EX_OSERR.
 */
struct ledger *ledger_open(const char *dir, int off, int mode, int keep_days,
    struct fault *f);
void ledger_close(struct ledger *l);

/*
 * Reads and folds what was appended since, by anyone; turns the day when
 * now (ms) is past it; writes a checkpoint when one is due. 0, or -1 with
 * errno; what was folded before stays good.
 */
int ledger_refresh(struct ledger *l, int64_t now);

/* The fold, as of the last refresh or append. Borrowed, never NULL. */
const struct fold *ledger_fold(const struct ledger *l);

/*
 * Records an attempt: one line, one write(2), to the day of its ts. If that
 * is the present day (or a later one, which begins then) it is in the fold
 * afterwards, whatever happens to the file; if it is past, it is only
 * written. 0, or -1 with errno; *warn is 1 if this failure is the first in a
 * minute and should be said.
 */
int ledger_append(struct ledger *l, const struct attempt *a, int *warn);

/* The folder. Borrowed. */
const char *ledger_dir(const struct ledger *l);

/*
 * The fold of one earlier day alone, for histories: from its checkpoint if
 * that is whole, else read through in bounded memory. Freed by the caller;
 * NULL with errno (ENOENT: no such day).
 */
struct fold *ledger_past(const struct ledger *l, int64_t day);

/*
 * Removes the days before first (a day number). The number of files
 * removed, or -1 with errno.
 */
int ledger_prune(struct ledger *l, int64_t first);

#endif
