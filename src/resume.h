/*
 * The output file of a batch when it is begun again: locked, looked through
 * for what is done, and freed of what is not.
 */
#ifndef RESUME_H
#define RESUME_H

#include <stdint.h>

struct fault;
struct idset;

/*
 * Opens path for appending, locked until it is closed. The custom_ids of the
 * results that stand go to done; *bad is how many of these are errors. If
 * there is a torn end, or errors that may pass, the file is replaced by one
 * without these; that which a link leads to, not the link. Of what is no
 * regular file nothing is read or locked. The descriptor, or -1 with *f:
 * EX_TEMPFAIL (another run has it), EX_CANTCREAT, EX_IOERR, EX_DATAERR (it
 * holds other things than results), EX_OSERR.
 */
int resume_open(const char *path, struct idset *done, int64_t *bad,
    struct fault *f);

#endif
