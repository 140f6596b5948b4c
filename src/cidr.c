/* Ranges of addresses. */
#include <arpa/inet.h>

#include <stdlib.h>
#include <string.h>

#include "cidr.h"

enum {
	TEXT_MAX = 64
};

/* An address in binary: its length in bytes, 0 if it is none. */
static size_t
address(unsigned char bin[16], const char *s, size_t n)
{
	char text[TEXT_MAX];

	if (n >= sizeof(text))
		return 0;
	memcpy(text, s, n);
	text[n] = '\0';
	if (inet_pton(AF_INET, text, bin) == 1)
		return 4;
	return inet_pton(AF_INET6, text, bin) == 1 ? 16 : 0;
}

static size_t
parse(unsigned char bin[16], unsigned *bits, const char *range)
{
	const char *slash = strchr(range, '/'), *why = NULL;
	size_t n, len;

	len = slash != NULL ? (size_t)(slash - range) : strlen(range);
	if ((n = address(bin, range, len)) == 0)
		return 0;
	*bits = (unsigned)n * 8;
	if (slash != NULL)
		*bits = (unsigned)strtonum(slash + 1, 0, (long long)n * 8,
		    &why);
	return why == NULL ? n : 0;
}

int
cidr_ok(const char *range)
{
	unsigned char bin[16];
	unsigned bits;

	return parse(bin, &bits, range) != 0;
}

static int
inside(const unsigned char *a, const unsigned char *range, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(a, range, bits / 8) != 0)
		return 0;
	return rest == 0 || (a[bits / 8] ^ range[bits / 8]) >> (8 - rest) == 0;
}

int
cidr_listed(const char *peer, char *const *ranges, size_t n)
{
	unsigned char a[16], range[16];
	const char *end = strrchr(peer, ':');
	size_t i, len;
	unsigned bits;

	if (end == NULL)
		return 0;
	if (*peer == '[' && end > peer + 1)
		len = address(a, peer + 1, (size_t)(end - peer) - 2);
	else
		len = address(a, peer, (size_t)(end - peer));
	for (i = 0; len > 0 && i < n; i++)
		if (parse(range, &bits, ranges[i]) == len &&
		    inside(a, range, bits))
			return 1;
	return 0;
}
