/* Which hosts and origins pass. */
#include <stdio.h>
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

/* What a Host and an Origin may say at all. */
static const struct {
	const char *text;
	int host, origin;
} texts[] = {
	{ "gw.example", 1, 0 },
	{ "a_b-9", 1, 0 },
	{ "xn--r8jz45g.example", 1, 0 },
	{ "", 0, 0 },
	{ "gw.example.", 0, 0 },
	{ "gw.example:80", 0, 0 },
	{ "*.example", 0, 0 },
	{ "\xe4\xbe\x8b.example", 0, 0 },
	{ "a\tb", 0, 0 },
	{ "a\n", 0, 0 },
	{ "*", 0, 1 },
	{ "https://app.example", 0, 1 },
	{ "HTTP://app.example:3000", 0, 1 },
	{ "http://[::1]:3000", 0, 1 },
	{ "chrome-extension://abc", 0, 1 },
	{ "https://", 0, 0 },
	{ "://app.example", 0, 0 },
	{ "https//app.example", 0, 0 },
	{ "https://app.example/", 0, 0 },
	{ "https://app.example?x", 0, 0 },
	{ "https://app.example#x", 0, 0 },
	{ "https://me@app.example", 0, 0 },
	{ "https://*.example", 0, 0 },
	{ "https://app.example:", 0, 0 },
	{ "https://app.example:web", 0, 0 },
	{ "https://app.example\n", 0, 0 },
	{ "https://\xe4\xbe\x8b.example", 0, 0 },
	{ "\xe4\xbe\x8b://app.example", 0, 0 },
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
	char host[257], origin[257];
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
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ok(origin_name_ok(texts[i].text) == texts[i].host,
		    "%zu as a host", i);
		ok(origin_ok(texts[i].text) == texts[i].origin,
		    "%zu as an origin", i);
	}
	snprintf(host, sizeof(host), "%0255d", 0);
	snprintf(origin, sizeof(origin), "https://%0247d", 0);
	ok(origin_name_ok(host) && origin_ok(origin), "long ones");
	snprintf(host, sizeof(host), "%0256d", 0);
	snprintf(origin, sizeof(origin), "https://%0248d", 0);
	ok(!origin_name_ok(host) && !origin_ok(origin), "too long ones");
	a = str("https://app.example");
	b = str("https://app.example.evil");
	ok(origin_listed(&a, list, 1) && !origin_listed(&b, list, 1) &&
		!origin_listed(&a, list, 0) && origin_listed(&b, any, 1),
	    "listed origins");
	return done();
}
