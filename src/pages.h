/*
 * The files that the front serves: the web page and the documents, read once,
 * before it gives up its rights.
 */
#ifndef PAGES_H
#define PAGES_H

#include <stddef.h>

struct http_str;
struct pages;

struct page {
	char *path; /* "/www/app.js", "/" */
	const char *type;
	char *body;
	size_t n;
};

/*
 * Reads the files in folder www as /www/NAME, but index.html and docs.html as
 * / and /docs (what they refer to is relative to that), and
 * www/../openapi.json as /openapi.json. What is not there is not served. NULL
 * with errno.
 */
struct pages *pages_load(const char *www);
void pages_free(struct pages *p);

/* The one of this path, or NULL. */
const struct page *pages_find(const struct pages *p,
    const struct http_str *path);

#endif
