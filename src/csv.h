/* Comma-separated values as RFC 4180 has them: CRLF, quotes doubled. Pure. */
#ifndef CSV_H
#define CSV_H

#include <stdint.h>

struct buf;

/*
 * Append the next field of a line: text (NULL: empty), a count (-1: empty),
 * a number (NaN: empty). Control characters, which are no text, become '?',
 * but tabs and line ends stay. csv_end() ends the line, which has one field
 * or more. 0, or -1 with errno.
 */
int csv_str(struct buf *out, const char *s);
int csv_known(struct buf *out, int64_t v);
int csv_num(struct buf *out, double v);
int csv_end(struct buf *out);

#endif
