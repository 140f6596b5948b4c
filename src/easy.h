/*
 * Options of libcurl's easy handles: what holds for every call, and what one
 * request asks for.
 */
#ifndef EASY_H
#define EASY_H

#include <curl/curl.h>

struct upstream_req;

/*
 * How we speak to anybody: HTTP/1.1, TLS 1.2 or later, the certificates that
 * the curl program would take.
 */
void easy_rules(CURL *e);

/*
 * Sets what *r asks for. Its body is borrowed for as long as the call lasts,
 * *headers, which is added to, too: easy_free_headers(). 0, or -1 when out of
 * memory.
 */
int easy_request(CURL *e, const struct upstream_req *r,
    struct curl_slist **headers);

/* They hold a key: it is wiped. NULL is fine. */
void easy_free_headers(struct curl_slist *headers);

#endif
