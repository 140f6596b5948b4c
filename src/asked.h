/*
 * A request for balances as JSON: {"models":[...],"api_keys":[...]}, as the
 * web page and the original checker's clients send it. Pure.
 */
#ifndef ASKED_H
#define ASKED_H

#include <stddef.h>

struct buf;
struct fault;
struct keys;

/* Is this text such a request, rather than a keys file? */
int asked_is(const char *text, size_t n);

/*
 * Does such a request bring a key? Without one it asks for the balances of
 * whoever runs us. What asked_parse() refuses may be called either.
 */
int asked_keyed(const char *text, size_t n);

struct asked {
	char **models; /* allocated words in an allocated array */
	size_t nmodels;
	struct keys *keys; /* NULL: none were given */
};

/*
 * Reads it: models (a list, or one text split at commas) are appended to
 * those of *a, api_keys (a list) and api_key become its keys; null is as
 * good as absent, but no key in what is there is an error. notes as in
 * keys_parse(). 0, or -1 with *f: EX_DATAERR, naming the member; EX_OSERR.
 */
int asked_parse(const char *text, size_t n, struct asked *a, struct fault *f,
    struct buf *notes);

#endif
