/*
 * The records of the socket protocol between ms-serve's processes: a decimal
 * length, LF, that many bytes; length 0 ends. Pure.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stddef.h>
#include <stdint.h>

enum {
	RECORD_HEAD = 24
}; /* room for a length, its LF and a NUL */

struct record {	    /* zeroed to begin with */
	int digits; /* of the length, so far */
	int inside;
	int ended;
	uint64_t left;
};

enum record_res {
	RECORD_MORE, /* all bytes were taken */
	RECORD_DATA, /* a piece of a record's bytes; call again */
	RECORD_END,
	RECORD_BAD
};

/*
 * Takes bytes from p[0..n); *used says how many. After RECORD_DATA the piece
 * is *data[0..*len), inside p.
 */
enum record_res record_next(struct record *r, const char *p, size_t n,
    size_t *used, const char **data, size_t *len);

/* Writes what goes before a record of n bytes into dst; returns its size. */
size_t record_head(char dst[RECORD_HEAD], size_t n);

#endif
