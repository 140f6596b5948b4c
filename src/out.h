/*
 * Where a result goes: stdout, or -O FILE. A regular file is written beside
 * itself, as FILE.XXXXXX, and renamed when all is well, so nobody reads half
 * of it; a program that exits, or is ended by a signal that can be caught,
 * leaves nothing behind. Anything else that exists (FIFO, device, what is
 * under /dev) is written to directly.
 */
#ifndef OUT_H
#define OUT_H

#include <stdint.h>
#include <stdio.h>

struct fault;
struct out;

/* path NULL, "-" or /dev/stdout: stdout. NULL with *f: EX_CANTCREAT. */
struct out *out_open(const char *path, struct fault *f);

/* The stream to write to. Errors are looked at by the next two. */
FILE *out_file(struct out *o);

/* Its descriptor, to ask what it is and to wait for room. */
int out_fd(const struct out *o);

/* Would a write of PIPE_BUF bytes not have to wait? */
int out_room(const struct out *o);

/*
 * From t on, monotonic ms, writes of what is no regular file do not wait for
 * who reads it: they fail with ETIMEDOUT. 0: for ever.
 */
void out_until(struct out *o, int64_t t);

/* Flushes. 0, or -1 with the errno of the first write that failed. */
int out_flush(struct out *o);

/*
 * Flushes, checks every write so far, closes and renames. Frees o. 0, or -1
 * with errno and *f: EX_IOERR, or EX_TEMPFAIL if the time was over; the old
 * file, if any, is then still there.
 */
int out_commit(struct out *o, struct fault *f);

/* Drops what was written to a file. Frees o. NULL is fine. */
void out_abort(struct out *o);

#endif
