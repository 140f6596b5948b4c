/*
 * A conversation in a file: {"messages":[...]}, one message a line, so that
 * it is also a request. Read before the question, added to after the answer.
 */
#ifndef CONVERSE_H
#define CONVERSE_H

#include <stddef.h>

struct buf;
struct fault;

/*
 * Appends the messages of the file (no brackets) to out: nothing if there is
 * no such file or it is empty. 0, or -1 with *f: EX_NOINPUT, EX_DATAERR, or
 * EX_CANTCREAT if converse_add() will not do.
 */
int converse_read(const char *path, struct buf *out, struct fault *f);

/*
 * Adds messages (one JSON object or more, commas between them) to what the
 * file holds by now, under a lock, by rename; other members of it stay. 0, or
 * -1 with *f: EX_CANTCREAT, EX_IOERR, EX_DATAERR; the file is then as it was.
 */
int converse_add(const char *path, const char *messages, size_t n,
    struct fault *f);

#endif
