/*
 * Images for a request: a URL as it is, a file as a data: URL, its type told
 * by its first bytes.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <stddef.h>

struct fault;

enum {
	IMAGE_MAX = 20 * 1024 * 1024
}; /* bytes of a file */

/*
 * The URL for what -i was given, allocated. NULL with *f: EX_NOINPUT (no such
 * file), EX_DATAERR (not an image that is known, too large), EX_OSERR.
 */
char *image_url(const char *arg, struct fault *f);

/* The media type that the first n bytes show, or NULL. Pure. */
const char *image_type(const unsigned char *s, size_t n);

#endif
