/*
 * Which web pages may talk to us: the rules on Host (DNS rebinding) and
 * Origin. Pure.
 */
#ifndef ORIGIN_H
#define ORIGIN_H

#include <stddef.h>

struct http_str;

/*
 * Is this Host (with or without a port) one that a page of a foreign site
 * cannot have: an IP literal, localhost, a single label, host.docker.internal,
 * or one of names[0..n)? An absent (empty) one is, too.
 */
int origin_host(const struct http_str *host, char *const *names, size_t n);

/* Is the Origin http(s)://HOST, the very host that was asked? */
int origin_same(const struct http_str *origin, const struct http_str *host);

/* Is the Origin one of list[0..n), or is "*" in it? */
int origin_listed(const struct http_str *origin, char *const *list, size_t n);

/* May a Host, or an Origin, ever say this? Not with a port, or a path. */
int origin_name_ok(const char *name);
int origin_ok(const char *origin);

#endif
