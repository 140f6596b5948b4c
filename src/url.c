/* Which URLs may be asked at all. */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "url.h"

enum {
	URL_HOST = 253
};

static int
loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (strcasecmp(host, "localhost") == 0)
		return 1;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/* Nothing, or a colon and a port. */
static int
port_ok(const char *s, size_t n)
{
	size_t i;
	long port = 0;

	if (n == 0)
		return 1;
	if (*s != ':' || n < 2 || n > 6)
		return 0;
	for (i = 1; i < n; i++) {
		if (!isdigit((unsigned char)s[i]))
			return 0;
		port = port * 10 + s[i] - '0';
	}
	return port > 0 && port <= 65535;
}

/* Cuts host[:port], n bytes, to its host; an IPv6 one has brackets. */
static int
url_host(const char *s, size_t n, char *host)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
	struct in6_addr v6;
	size_t skip = *s == '[', len;

	len = strcspn(s + skip, skip ? "]" : ":/?#");
	if (len == 0 || len > URL_HOST || len + 2 * skip > n)
		return -1;
	memcpy(host, s + skip, len);
	host[len] = '\0';
	if (skip ? inet_pton(AF_INET6, host, &v6) != 1 :
		   strspn(host, chars) != len)
		return -1;
	len += 2 * skip;
	return port_ok(s + len, n - len) ? 0 : -1;
}

int
url_ok(const char *url, int plain)
{
	char host[URL_HOST + 1];
	const char *p;
	int tls;

	for (p = url; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f ||
		    strchr("\"<>\\^`{|}", *p) != NULL)
			return 0;
	tls = strncasecmp(url, "https://", 8) == 0;
	if (!tls && strncasecmp(url, "http://", 7) != 0)
		return 0;
	url += tls ? 8 : 7;
	if (url_host(url, strcspn(url, "/?#"), host) == -1)
		return 0;
	return tls || plain || loopback(host);
}
