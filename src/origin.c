/* The rules on Host and Origin. */
#include <arpa/inet.h>

#include <string.h>
#include <strings.h>

#include "http.h"
#include "origin.h"

enum {
	NAME_MAX_LEN = 256
};

#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" DIGITS

/* The host without port, brackets and final dot, into dst. Its length. */
static size_t
bare(char dst[NAME_MAX_LEN], const struct http_str *host)
{
	const char *s = host->s;
	size_t n = host->n, i;

	if (n > 0 && *s == '[') {
		s++;
		n--;
		for (i = 0; i < n && s[i] != ']'; i++)
			continue;
	} else {
		for (i = 0; i < n && s[i] != ':'; i++)
			continue;
		if (i > 1 && s[i - 1] == '.')
			i--;
	}
	if (i >= NAME_MAX_LEN)
		i = NAME_MAX_LEN - 1;
	memcpy(dst, s, i);
	dst[i] = '\0';
	return i;
}

int
origin_host(const struct http_str *host, char *const *names, size_t n)
{
	unsigned char addr[sizeof(struct in6_addr)];
	char name[NAME_MAX_LEN];
	size_t i;

	if (bare(name, host) == 0)
		return host->n == 0;
	if (inet_pton(AF_INET, name, addr) == 1 ||
	    inet_pton(AF_INET6, name, addr) == 1)
		return 1;
	/* A single label, localhost among them, is no public name. */
	if (strpbrk(name, ".:") == NULL ||
	    strcasecmp(name, "host.docker.internal") == 0)
		return 1;
	for (i = 0; i < n; i++)
		if (strcasecmp(name, names[i]) == 0)
			return 1;
	return 0;
}

int
origin_same(const struct http_str *origin, const struct http_str *host)
{
	size_t skip;

	if (origin->n > 7 && strncasecmp(origin->s, "http://", 7) == 0)
		skip = 7;
	else if (origin->n > 8 && strncasecmp(origin->s, "https://", 8) == 0)
		skip = 8;
	else
		return 0;
	return origin->n - skip == host->n && host->n > 0 &&
	    strncasecmp(origin->s + skip, host->s, host->n) == 0;
}

int
origin_listed(const struct http_str *origin, char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (http_is(origin, list[i]) || strcmp(list[i], "*") == 0)
			return 1;
	return 0;
}

/* Has it no byte but these, and not too many? */
static int
made_of(const char *s, const char *bytes)
{
	size_t n = strlen(s);

	return n > 0 && n < NAME_MAX_LEN && strspn(s, bytes) == n;
}

int
origin_name_ok(const char *name)
{
	return made_of(name, LETTERS "-_.") && name[strlen(name) - 1] != '.';
}

int
origin_ok(const char *origin)
{
	const char *host = strstr(origin, "://"), *port;

	if (strcmp(origin, "*") == 0)
		return 1;
	if (host == NULL || !made_of(origin, LETTERS "-_.+:/[]") ||
	    strspn(origin, LETTERS "+-.") != (size_t)(host - origin) ||
	    host == origin)
		return 0;
	host += 3;
	if (*host == '\0' || strchr(host, '/') != NULL)
		return 0;
	port = strrchr(host, ':');
	return port == NULL || strchr(port, ']') != NULL ||
	    made_of(port + 1, DIGITS);
}
