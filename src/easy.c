/* What we tell curl of a call. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "easy.h"

void
easy_rules(CURL *e)
{
	const char *ca;

	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "ms/" VERSION);
	/* whose headers we are told: the upstream's, not a proxy's */
	curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	/* The variables that the curl program reads; the library does not. */
	if (((ca = getenv("CURL_CA_BUNDLE")) != NULL && *ca != '\0') ||
	    ((ca = getenv("SSL_CERT_FILE")) != NULL && *ca != '\0'))
		curl_easy_setopt(e, CURLOPT_CAINFO, ca);
}

void
easy_free_headers(struct curl_slist *l)
{
	struct curl_slist *h;

	for (h = l; h != NULL; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(l);
}

static int
add_header(struct curl_slist **headers, const char *line)
{
	struct curl_slist *l;

	if ((l = curl_slist_append(*headers, line)) == NULL)
		return -1;
	*headers = l;
	return 0;
}

static int
set_headers(struct curl_slist **headers, const struct easy_ask *a)
{
	char *line;
	size_t i;
	int e;

	if (add_header(headers, "Expect:") == -1 ||
	    add_header(headers, "Accept-Encoding: identity") == -1)
		return -1;
	for (i = 0; a->headers != NULL && a->headers[i] != NULL; i++)
		if (add_header(headers, a->headers[i]) == -1)
			return -1;
	if (a->bearer == NULL)
		return 0;
	if (asprintf(&line, "Authorization: Bearer %s", a->bearer) == -1)
		return -1;
	e = add_header(headers, line);
	explicit_bzero(line, strlen(line));
	free(line);
	return e;
}

int
easy_request(CURL *e, const struct easy_ask *a, struct curl_slist **headers)
{
	if (set_headers(headers, a) == -1 ||
	    curl_easy_setopt(e, CURLOPT_URL, a->url) != CURLE_OK)
		return -1;
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, *headers);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)a->connect);
	/* plain HTTP is for neighbours; no key goes to a proxy in the clear */
	curl_easy_setopt(e, CURLOPT_NOPROXY,
	    strncasecmp(a->url, "http://", 7) == 0 ? "*" : NULL);
	if (strcmp(a->method, "POST") == 0) {
		curl_easy_setopt(e, CURLOPT_POST, 1L);
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)a->len);
		curl_easy_setopt(e, CURLOPT_POSTFIELDS,
		    a->body == NULL ? "" : a->body);
	} else
		curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
	return 0;
}
