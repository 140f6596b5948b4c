/*
 * A file that one process at a time may have. A lock counts only if the path
 * still leads to what was locked: who replaces the file by rename, under the
 * lock, is safe from who waited for the old one.
 */
#ifndef LOCK_H
#define LOCK_H

/*
 * Opens path for reading and writing, created with mode 0600 if it is not
 * there, and locks it; wait 0: EWOULDBLOCK if another has it. The descriptor,
 * whose closing unlocks, or -1 with errno.
 */
int lock_open(const char *path, int wait);

#endif
