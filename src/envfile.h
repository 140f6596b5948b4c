/*
 * --env-file: NAME=value lines as dotenv has them ("export", quotes,
 * comments), put into the environment without overriding what is there.
 */
#ifndef ENVFILE_H
#define ENVFILE_H

#include <stddef.h>

struct fault;

/*
 * Sets the variables of text[0..n) that are not set yet. 0, or -1 with *f:
 * EX_DATAERR and the line's number, never its bytes.
 */
int envfile_apply(const char *text, size_t n, const char *path,
    struct fault *f);

/* Reads the file and applies it; EX_NOINPUT if it cannot be read. */
int envfile_load(const char *path, struct fault *f);

#endif
