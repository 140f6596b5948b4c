/*
 * Requests as a connection sees them: heads, bodies of either framing, one
 * after the other. Taken at once and in pieces the outcome must be one. Every
 * byte a piece would make most runs slow, so it is one to seven of them mostly.
 * And what is written of the same bytes: a field is one, a date is a date.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "buf.h"
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
	static const struct http_str nothing = { "", 0 };
	char dst[64];
	size_t i;

	for (i = 0; i < r->nfields; i++) {
		assert(r->fields[i].name.s > p && r->fields[i].name.n > 0);
		assert(r->fields[i].value.s + r->fields[i].value.n <= p + n);
	}
	assert(r->path.n > 0 && r->length >= 0);
	assert(!r->chunked || r->length == 0);
	assert(http_unescape(dst, 0, &nothing) == -1);
	for (i = 0; i <= sizeof(dst); i++)
		assert(http_unescape(dst, i, &r->path) < (long)i);
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

/* Everything as the value of a field, and as the seconds of a date. */
static void
written(const char *p, size_t n)
{
	static const struct http_limits most = { 64, 1 << 20, 2 };
	static struct http_req r;
	struct buf b;
	char date[HTTP_DATE], want[64];
	int64_t t = 0;
	time_t when;

	buf_init(&b, 1 << 20);
	assert(buf_adds(&b, "GET / HTTP/1.0\r\n") == 0);
	if (http_add(&b, "X-It", p, n) == 0) {
		assert(buf_adds(&b, "\r\n") == 0);
		assert(http_request(&r, b.d, b.len, 0, &most) == (long)b.len);
		assert(r.nfields == 1 && r.fields[0].value.n <= n);
	} else {
		assert(errno == EINVAL || errno == EFBIG);
	}
	buf_free(&b);
	buf_init(&b, 4);
	assert(http_add(&b, "X-It", p, n) == -1 && b.len == 0);
	assert(http_add(&b, "X It", "", 0) == -1 && errno == EINVAL);
	assert(http_add(&b, "", "", 0) == -1 && errno == EINVAL);
	buf_free(&b);
	memcpy(&t, p, n < 4 ? n : 4);
	when = t;
	http_date(date, t);
	strftime(want, sizeof(want), "%a, %d %b %Y %H:%M:%S GMT",
	    gmtime(&when));
	assert(strcmp(date, want) == 0);
	assert(*http_reason((int)(t % 1000)) != '\0');
	assert(strcmp(http_reason(404), "Not Found") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_req r;
	const char *p;
	size_t n = size;
	long len;

	written((const char *)data, size);
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
