/* Ranges of addresses. */
#include <string.h>

#include "cidr.h"
#include "tap.h"

static const struct {
	const char *range, *peer;
	int in;
} cases[] = {
	{ "10.0.0.0/8", "10.1.2.3:4711", 1 },
	{ "10.0.0.0/8", "11.1.2.3:4711", 0 },
	{ "10.1.2.3", "10.1.2.3:1", 1 },
	{ "10.1.2.3", "10.1.2.4:1", 0 },
	{ "192.168.0.128/25", "192.168.0.129:1", 1 },
	{ "192.168.0.128/25", "192.168.0.127:1", 0 },
	{ "0.0.0.0/0", "1.2.3.4:1", 1 },
	{ "0.0.0.0/0", "[::1]:1", 0 },
	{ "::1", "[::1]:1", 1 },
	{ "fd00::/8", "[fd12::1]:1", 1 },
	{ "fd00::/8", "[fe80::1]:1", 0 },
	{ "0.0.0.0/0", "unix", 0 },
	{ "0.0.0.0/0", "", 0 },
	{ "0.0.0.0/0", "[:1", 0 },
};

static const struct {
	const char *range;
	int good;
} forms[] = {
	{ "10.0.0.0/8", 1 },
	{ "::/0", 1 },
	{ "10.0.0.0/33", 0 },
	{ "10.0.0/8", 0 },
	{ "10.0.0.0/", 0 },
	{ "10.0.0.0/x", 0 },
	{ "", 0 },
	{ "localhost", 0 },
	{ "::1/129", 0 },
	{ "/8", 0 },
};

int
main(void)
{
	char range[64], *list[] = { range };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		strlcpy(range, cases[i].range, sizeof(range));
		ok(cidr_listed(cases[i].peer, list, 1) == cases[i].in,
		    "%s in %s", cases[i].peer, range);
	}
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		ok(cidr_ok(forms[i].range) == forms[i].good, "form \"%s\"",
		    forms[i].range);
	return done();
}
