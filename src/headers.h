/*
 * The header block of a response, as curl -D writes it, read back. Pure.
 */
#ifndef HEADERS_H
#define HEADERS_H

#include <stddef.h>

struct limits;

struct headers {
	int status;
	const char *retry_after; /* nretry bytes, or NULL */
	size_t nretry;
	const char *body; /* what follows: nbody bytes */
	size_t nbody;
};

/*
 * Reads the last block that text[0..n) begins with (before it may be those
 * of proxies and of 1xx answers) and the quota headers in it. What h points
 * to is in text. 0, or -1: there is no status line.
 */
int headers_parse(const char *text, size_t n, struct headers *h,
    struct limits *l);

#endif
