/*
 * Requests as a connection sees them: heads, bodies of either framing, one
 * after the other. Taken at once and in pieces the outcome must be one. Every
 * byte a piece would make most runs slow, so it is one to seven of them mostly.
 */
#include <assert.h>
#include <stdint.h>

#include "http.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Small, for inputs of a few hundred bytes to get past them. */
static const struct http_limits limits = { 96, 192, 6 };

/* The chunked body at p: its length on the wire, or -1; sums its bytes. */
static long
body(const char *p, size_t n, size_t step, uint64_t *sum)
{
	struct http_chunks c = { 0 };
	struct http_str d;
	size_t i, k, part, used;

	for (i = 0; i < n; i += used) {
		part = n - i < step ? n - i : step;
		switch (http_chunks(&c, p + i, part, &used, &d)) {
		case HTTP_DATA:
			for (k = 0; k < d.n; k++)
				*sum = *sum * 31 + (unsigned char)d.s[k];
			break;
		case HTTP_END:
			return (long)(i + used);
		case HTTP_BAD:
			return -1;
		case HTTP_MORE:
			assert(used == part);
		}
	}
	return 0;
}

/* How long the pieces are that n bytes come in. */
static size_t
piece(size_t n)
{
	return n % 8 == 0 || n < 8 ? 1 : n / (n % 8);
}

static long
both(const char *p, size_t n)
{
	uint64_t a = 0, b = 0;
	long whole = body(p, n, n, &a), bits = body(p, n, piece(n), &b);

	assert(whole == bits && a == b);
	return whole;
}

/* All that a head says must lie inside the head. */
static void
inside(const struct http_req *r, const char *p, size_t n)
{
	char dst[64];
	size_t i;

	for (i = 0; i < r->nfields; i++) {
		assert(r->fields[i].name.s > p && r->fields[i].name.n > 0);
		assert(r->fields[i].value.s + r->fields[i].value.n <= p + n);
	}
	assert(r->path.n > 0 && r->length >= 0);
	assert(!r->chunked || r->length == 0);
	(void)http_unescape(dst, sizeof(dst), &r->path);
	(void)http_field(r, "accept", 1);
	(void)http_lists(&r->host, "close");
}

static long
head(struct http_req *r, const char *p, size_t n)
{
	size_t step = piece(n), to = 0, last;
	long whole, bits = 0;

	while (bits == 0 && (last = to) < n) {
		to = n - last < step ? n : last + step;
		bits = http_request(r, p, to, last, &limits);
	}
	whole = http_request(r, p, n, 0, &limits);
	assert(whole == bits);
	return whole;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_req r;
	const char *p;
	size_t n = size;
	long len;

	/* Whoever calls has them in an allocation of just that size. */
	for (p = (const char *)data; n > 0; p += len, n -= (size_t)len) {
		if ((len = head(&r, p, n)) <= 0)
			break;
		inside(&r, p, (size_t)len);
		p += len;
		n -= (size_t)len;
		if (r.chunked)
			len = both(p, n);
		else
			len = r.length > (int64_t)n ? 0 : (long)r.length;
		if (len < 0 || (len == 0 && (r.chunked || r.length > 0)))
			break;
	}
	return 0;
}
