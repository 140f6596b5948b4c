/*
 * Options of libcurl's easy handles: what holds for every call, and what one
 * request asks for.
 */
#ifndef EASY_H
#define EASY_H

#include <curl/curl.h>

struct easy_ask {
	const char *method; /* "GET" or "POST" */
	const char *url;
	const char *bearer;	    /* the key, or NULL */
	const char *const *headers; /* "Name: value", NULL-ended, or NULL */
	const char *body;	    /* POST */
	size_t len;
	int connect; /* ms, 0: none */
};

/*
 * How we speak to anybody: HTTP/1.1, TLS 1.2 or later, the certificates that
 * the curl program would take.
 */
void easy_rules(CURL *e);

/*
 * Sets what *a asks for. Its body is borrowed for as long as the call lasts,
 * *headers, which is added to, too: easy_free_headers(). 0, or -1 when out of
 * memory.
 */
int easy_request(CURL *e, const struct easy_ask *a,
    struct curl_slist **headers);

/* They hold a key: it is wiped. NULL is fine. */
void easy_free_headers(struct curl_slist *headers);

#endif
