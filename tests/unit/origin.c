/* Which hosts and origins pass. */
#include <string.h>

#include "http.h"
#include "origin.h"
#include "tap.h"

static char name[] = "Gateway.example.org";
static char *names[] = { name };

static const struct {
	const char *host;
	int good;
} hosts[] = {
	{ "", 1 },
	{ "127.0.0.1", 1 },
	{ "127.0.0.1:8000", 1 },
	{ "[::1]:8000", 1 },
	{ "192.168.1.2:80", 1 },
	{ "localhost", 1 },
	{ "LOCALHOST:8000", 1 },
	{ "localhost.", 1 },
	{ "nas", 1 },
	{ "host.docker.internal:8000", 1 },
	{ "gateway.example.org:1", 1 },
	{ "gateway.example.org.", 1 },
	{ "evil.example", 0 },
	{ "evil.example:8000", 0 },
	{ "localhost.evil.example", 0 },
	{ "127.0.0.1.evil.example", 0 },
	{ "127.0.0.1.nip.io", 0 },
	{ "gateway.example.org.evil", 0 },
	{ "1.2.3", 0 },
	{ ":8000", 0 },
	{ "0x7f.1", 0 },
};

static const struct {
	const char *origin, *host;
	int same;
} origins[] = {
	{ "http://127.0.0.1:8000", "127.0.0.1:8000", 1 },
	{ "https://nas", "NAS", 1 },
	{ "http://127.0.0.1:3000", "127.0.0.1:8000", 0 },
	{ "http://127.0.0.1", "127.0.0.1:8000", 0 },
	{ "null", "127.0.0.1", 0 },
	{ "file://", "", 0 },
	{ "http://", "", 0 },
	{ "ftp://127.0.0.1", "127.0.0.1", 0 },
};

static struct http_str
str(const char *s)
{
	return (struct http_str){ s, strlen(s) };
}

int
main(void)
{
	char star[] = "*", app[] = "https://app.example";
	char *list[] = { app }, *any[] = { star };
	struct http_str a, b;
	size_t i;

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		a = str(hosts[i].host);
		ok(origin_host(&a, names, 1) == hosts[i].good, "host %s",
		    hosts[i].host);
	}
	for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		a = str(origins[i].origin);
		b = str(origins[i].host);
		ok(origin_same(&a, &b) == origins[i].same, "%s at %s",
		    origins[i].origin, origins[i].host);
	}
	a = str("https://app.example");
	b = str("https://app.example.evil");
	ok(origin_listed(&a, list, 1) && !origin_listed(&b, list, 1) &&
		!origin_listed(&a, list, 0) && origin_listed(&b, any, 1),
	    "listed origins");
	return done();
}
