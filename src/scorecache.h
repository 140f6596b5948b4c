/*
 * Scores by content on disk: a file of a fixed number of small records in
 * the state folder, shared by all processes, a record written by one
 * pwrite(2) and checked when read. Neither texts nor words of a model are in
 * it. A folder that cannot be written only means that nothing is remembered.
 */
#ifndef SCORECACHE_H
#define SCORECACHE_H

#include <stddef.h>
#include <stdint.h>

struct scorecache;

enum {
	SCORECACHE_HASH = 32
}; /* bytes of SHA-256 */

/* For dir/scores. NULL with ENOMEM; a foreign or torn file is set aside. */
struct scorecache *scorecache_open(const char *dir);
void scorecache_close(struct scorecache *c);

/* 1 and the score and kind, or 0. */
int scorecache_get(struct scorecache *c, const unsigned char *hash, int *score,
    int *kind);
void scorecache_put(struct scorecache *c, const unsigned char *hash, int score,
    int kind);

/*
 * May people be warned now (ms)? At most once an hour of all processes; 1
 * counts as having warned.
 */
int scorecache_warn(struct scorecache *c, int64_t now);

#endif
