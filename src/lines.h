/* How many lines there are to be read: for a progress bar. */
#ifndef LINES_H
#define LINES_H

#include <stdint.h>

/*
 * Of a regular file, which is then read from its start; -1 for other things.
 */
int64_t lines_count(int fd);

#endif
