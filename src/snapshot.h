/*
 * A fold as text, JSON lines, and back: what a checkpoint holds. Pure.
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stddef.h>

struct buf;
struct fold;

/* Appends the state of f. 0, or -1 with errno. */
int snapshot_write(const struct fold *f, struct buf *out);

/*
 * Reads it back: a new fold with the day offset off, or NULL with errno
 * (EINVAL: of another version, cut or damaged; ENOMEM).
 */
struct fold *snapshot_read(const char *s, size_t n, int off);

#endif
