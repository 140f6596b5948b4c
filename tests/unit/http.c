/* The HTTP/1.1 parser, each input placed against an unreadable page. */
#include <sys/mman.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "http.h"
#include "tap.h"

static const struct http_limits limits = { 200, 400, 5 };

/* s[0..n) placed so that the byte behind it cannot be read. */
static char *
edge(const char *s, size_t n)
{
	static char *page;
	size_t size = (size_t)sysconf(_SC_PAGESIZE);

	if (page == NULL) {
		page = mmap(NULL, 3 * size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED ||
		    mprotect(page + 2 * size, size, PROT_NONE) == -1)
			exit(1);
	}
	return memcpy(page + 2 * size - n, s, n);
}

/* The answer must not depend on how the bytes come in. */
static long
parse(struct http_req *r, const char *s, size_t n)
{
	size_t i, last = 0;
	long whole, bit = 0;

	for (i = 0; i <= n && bit == 0; i++) {
		bit = http_request(r, edge(s, i), i, last, &limits);
		last = i;
	}
	whole = http_request(r, edge(s, n), n, 0, &limits);
	if (whole != bit && !(whole == -1 && bit == -1))
		ok(0, "bytes one by one: %ld, at once: %ld", bit, whole);
	return whole;
}

static void
refuse(const char *name, int status, const char *s, size_t n)
{
	struct http_req r;
	long got = parse(&r, s, n);

	ok(got == -1 && r.status == status, "%d: %s", status, name);
	if (got != -1 || r.status != status)
		printf("# got %ld, %d\n", got, r.status);
}

#define H "Host: x\r\n"
#define REQ(line, fields) line "\r\n" fields "\r\n"

static const struct {
	const char *name;
	int status;
	const char *text;
} bad[] = {
	{ "bare LF after the request line", 400,
	    "GET / HTTP/1.1\nHost: x\r\n\r\n" },
	{ "bare LF after a field", 400, "GET / HTTP/1.1\r\nHost: x\n\r\n" },
	{ "bare LF as the empty line", 400, "GET / HTTP/1.1\r\nHost: x\r\n\n" },
	{ "bare CR in the request line", 400,
	    "GET /\r HTTP/1.1\r\nHost: x\r\n\r\n" },
	{ "bare CR in a field", 400, "GET / HTTP/1.1\r\nHost: x\ry\r\n\r\n" },
	{ "a LF at the very start", 400,
	    "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n" },
	{ "space before the colon", 400, REQ("GET / HTTP/1.1", H "A : b\r\n") },
	{ "tab before the colon", 400, REQ("GET / HTTP/1.1", H "A\t: b\r\n") },
	{ "folded line", 400, REQ("GET / HTTP/1.1", H "A: b\r\n c\r\n") },
	{ "white space before the first field", 400,
	    REQ("GET / HTTP/1.1", " " H) },
	{ "no colon", 400, REQ("GET / HTTP/1.1", H "A b\r\n") },
	{ "no name", 400, REQ("GET / HTTP/1.1", H ": b\r\n") },
	{ "control byte in a value", 400,
	    REQ("GET / HTTP/1.1", H "A: b\001\r\n") },
	{ "8-bit byte in a name", 400,
	    REQ("GET / HTTP/1.1", H "\303\251: b\r\n") },
	{ "no Host", 400, REQ("GET / HTTP/1.1", "A: b\r\n") },
	{ "Host twice", 400, REQ("GET / HTTP/1.1", H H) },
	{ "Host is a list", 400, REQ("GET / HTTP/1.1", "Host: a, b\r\n") },
	{ "Host with a user", 400, REQ("GET / HTTP/1.1", "Host: a@b\r\n") },
	{ "Host with a path", 400, REQ("GET / HTTP/1.1", "Host: a/b\r\n") },
	{ "Host with a bad port", 400, REQ("GET / HTTP/1.1", "Host: a:b\r\n") },
	{ "unclosed bracket", 400, REQ("GET / HTTP/1.1", "Host: [::1\r\n") },
	{ "Content-Length twice", 400,
	    REQ("POST / HTTP/1.1",
		H "Content-Length: 5\r\nContent-Length: 5\r\n") },
	{ "Content-Length list", 400,
	    REQ("POST / HTTP/1.1", H "Content-Length: 5, 5\r\n") },
	{ "Content-Length +5", 400,
	    REQ("POST / HTTP/1.1", H "Content-Length: +5\r\n") },
	{ "Content-Length -5", 400,
	    REQ("POST / HTTP/1.1", H "Content-Length: -5\r\n") },
	{ "Content-Length 0x5", 400,
	    REQ("POST / HTTP/1.1", H "Content-Length: 0x5\r\n") },
	{ "Content-Length 5 5", 400,
	    REQ("POST / HTTP/1.1", H "Content-Length: 5 5\r\n") },
	{ "Content-Length empty", 400,
	    REQ("POST / HTTP/1.1", H "Content-Length:\r\n") },
	{ "Content-Length past 64 bits", 413,
	    REQ("POST / HTTP/1.1",
		H "Content-Length: 99999999999999999999\r\n") },
	{ "both lengths", 400,
	    REQ("POST / HTTP/1.1",
		H "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") },
	{ "both lengths, the other way", 400,
	    REQ("POST / HTTP/1.1",
		H "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") },
	{ "Transfer-Encoding twice", 400,
	    REQ("POST / HTTP/1.1",
		H
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") },
	{ "Transfer-Encoding identity", 400,
	    REQ("POST / HTTP/1.1", H "Transfer-Encoding: identity\r\n") },
	{ "Transfer-Encoding xchunked", 400,
	    REQ("POST / HTTP/1.1", H "Transfer-Encoding: xchunked\r\n") },
	{ "Transfer-Encoding gzip, chunked", 501,
	    REQ("POST / HTTP/1.1", H "Transfer-Encoding: gzip, chunked\r\n") },
	{ "Transfer-Encoding in HTTP/1.0", 400,
	    REQ("POST / HTTP/1.0", H "Transfer-Encoding: chunked\r\n") },
	{ "unknown expectation", 417,
	    REQ("POST / HTTP/1.1", H "Expect: tea\r\n") },
	{ "no method", 400, REQ(" / HTTP/1.1", H) },
	{ "method is no token", 400, REQ("G@T / HTTP/1.1", H) },
	{ "no version", 400, REQ("GET /", H) },
	{ "two spaces", 400, REQ("GET  / HTTP/1.1", H) },
	{ "space in the target", 400, REQ("GET /a b HTTP/1.1", H) },
	{ "space at the end", 400, REQ("GET / HTTP/1.1 ", H) },
	{ "8-bit target", 400, REQ("GET /\303\251 HTTP/1.1", H) },
	{ "fragment", 400, REQ("GET /#a HTTP/1.1", H) },
	{ "target without a slash", 400, REQ("GET a HTTP/1.1", H) },
	{ "asterisk with GET", 400, REQ("GET * HTTP/1.1", H) },
	{ "authority form", 400, REQ("CONNECT a:80 HTTP/1.1", H) },
	{ "https target", 400, REQ("GET https://a/ HTTP/1.1", H) },
	{ "target without a host", 400, REQ("GET http:///a HTTP/1.1", H) },
	{ "no host in the target", 400, REQ("GET http://a\"b/ HTTP/1.1", H) },
	{ "lower-case http", 400, REQ("GET / http/1.1", H) },
	{ "HTTP/1.10", 400, REQ("GET / HTTP/1.10", H) },
	{ "HTTP/2.0", 505, REQ("PRI * HTTP/2.0", "") },
	{ "six fields", 431,
	    REQ("GET / HTTP/1.1", H "A:\r\nA:\r\nA:\r\nA:\r\nA:\r\n") },
};

static void
test_bad(void)
{
	char big[1024];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(bad[i].name, bad[i].status, bad[i].text,
		    strlen(bad[i].text));
	refuse("NUL", 400, "GET / HTTP/1.1\r\nA: \0\r\n\r\n", 23);
	refuse("TLS", 400, "\026\003\001\000\245\001\000", 7);
	memset(big, 'a', sizeof(big));
	memcpy(big, "GET /", 5);
	refuse("long request line", 414, big, 201);
	memcpy(big, "GET / HTTP/1.1\r\nA:", 18);
	refuse("large field", 431, big, 16 + 401);
}

static int
eq(const struct http_str *s, const char *want)
{
	return s->n == strlen(want) && memcmp(s->s, want, s->n) == 0;
}

static void
test_good(void)
{
	static struct http_req r;
	const char *s;

	s = "\r\nPOST /v1/x?a=b HTTP/1.1\r\nhOST: h:80\r\nA:\t b c \t\r\n"
	    "Content-Length: 12\r\nExpect: 100-Continue\r\n\r\nrest";
	ok(parse(&r, s, strlen(s)) == (long)strlen(s) - 4, "a request");
	ok(eq(&r.method, "POST") && eq(&r.path, "/v1/x") &&
		eq(&r.query, "a=b") && eq(&r.host, "h:80"),
	    "its parts");
	ok(r.length == 12 && !r.chunked && r.expect && r.keep, "its body");
	ok(eq(http_field(&r, "a", 0), "b c") &&
		http_field(&r, "a", 1) == NULL && r.nfields == 4,
	    "its fields");

	s = REQ("GET http://h?q HTTP/1.1", "Host: other\r\n");
	ok(parse(&r, s, strlen(s)) > 0 && eq(&r.host, "h") &&
		eq(&r.path, "/") && eq(&r.query, "q"),
	    "absolute form");
	s = REQ("OPTIONS * HTTP/1.1", H);
	ok(parse(&r, s, strlen(s)) > 0 && eq(&r.path, "*"), "asterisk form");
	s = REQ("GET / HTTP/1.0", "");
	ok(parse(&r, s, strlen(s)) > 0 && !r.keep && r.host.n == 0, "1.0");
	s = REQ("GET / HTTP/1.0", "Connection: a, keep-alive\r\n");
	ok(parse(&r, s, strlen(s)) > 0 && r.keep, "1.0, kept");
	s = REQ("GET / HTTP/1.7",
	    "Connection: a\r\nConnection: b ,Close\r\n"
	    "Host: [::1]:8000\r\n");
	ok(parse(&r, s, strlen(s)) > 0 && !r.keep && r.minor == 1, "close");
	s = REQ("POST / HTTP/1.1", H "Transfer-Encoding:  Chunked \r\n");
	ok(parse(&r, s, strlen(s)) > 0 && r.chunked, "chunked");
	s = REQ("GET / HTTP/1.1", "Host:\r\nA: \303\251\r\n");
	ok(parse(&r, s, strlen(s)) > 0 && r.host.n == 0, "empty Host, 8 bits");
	s = "GET / HTTP/1.1\r\nHost: x\r\n\r";
	ok(parse(&r, s, strlen(s)) == 0, "more, please");
}

/*
 * The body of s, fed in pieces of step bytes, into out; how it ended, and in
 * *taken how far it came.
 */
static enum http_chunk
decode(const char *s, size_t n, size_t step, struct buf *out, size_t *taken)
{
	struct http_chunks c = { 0 };
	enum http_chunk res;
	struct http_str data;
	size_t piece, used;

	buf_cut(out, 0);
	for (*taken = 0; *taken < n;) {
		piece = n - *taken < step ? n - *taken : step;
		res = http_chunks(&c, edge(s + *taken, piece), piece, &used,
		    &data);
		*taken += used;
		if (res == HTTP_DATA)
			buf_add(out, data.s, data.n);
		else if (res != HTTP_MORE)
			return res;
	}
	return HTTP_MORE;
}

static const struct {
	const char *text;
	enum http_chunk end;
	const char *body;
	size_t taken; /* when HTTP_END */
} chunked[] = {
	{ "0\r\n\r\nGET", HTTP_END, "", 5 },
	{ "3\r\nabc\r\n0\r\n\r\n", HTTP_END, "abc", 13 },
	{ "03;x=\"y\"\r\nabc\r\nA\r\n0123456789\r\n000\r\n\r\n", HTTP_END,
	    "abc0123456789", 37 },
	{ "1 ;x\r\na\r\n0\r\nT: v\r\nU:\r\n\r\n", HTTP_END, "a", 24 },
	{ "3\r\nab", HTTP_MORE, "ab", 0 },
	{ "\r\n", HTTP_BAD, "", 0 },
	{ "3\nabc\r\n", HTTP_BAD, "", 0 },
	{ "3 \r\nabc\r\n", HTTP_BAD, "", 0 },
	{ "3\rabc\r\n", HTTP_BAD, "", 0 },
	{ "-3\r\nabc\r\n", HTTP_BAD, "", 0 },
	{ "0x3\r\nabc\r\n", HTTP_BAD, "", 0 },
	{ " 3\r\nabc\r\n", HTTP_BAD, "", 0 },
	{ "3\r\nabcd\r\n", HTTP_BAD, "abc", 0 },
	{ "3\r\nabc\n0\r\n\r\n", HTTP_BAD, "abc", 0 },
	{ "10000000000000003\r\nabc\r\n", HTTP_BAD, "", 0 },
	{ "3;\nabc\r\n", HTTP_BAD, "", 0 },
	{ "3;\001\r\nabc\r\n", HTTP_BAD, "", 0 },
	{ "0\r\nT : v\r\n\r\n", HTTP_BAD, "", 0 },
	{ "0\r\n T: v\r\n\r\n", HTTP_BAD, "", 0 },
	{ "0\r\nT: v\n\r\n", HTTP_BAD, "", 0 },
	{ "0\r\n\n", HTTP_BAD, "", 0 },
};

static void
test_chunked(void)
{
	char big[20000];
	struct buf out;
	size_t i, step, taken, n;
	int good;

	buf_init(&out, sizeof(big));
	for (i = 0; i < sizeof(chunked) / sizeof(chunked[0]); i++) {
		n = strlen(chunked[i].text);
		for (good = 1, step = 1; step <= n && good; step++)
			good = decode(chunked[i].text, n, step, &out, &taken) ==
				chunked[i].end &&
			    strcmp(out.d, chunked[i].body) == 0 &&
			    (chunked[i].end != HTTP_END ||
				taken == chunked[i].taken);
		ok(good, "chunked body %zu", i);
	}
	memset(big, 'a', sizeof(big));
	memcpy(big, "1;", 2);
	ok(decode(big, 300, 300, &out, &taken) == HTTP_BAD, "long extension");
	memcpy(big, "0\r\na:", 5);
	ok(decode(big, 8190, 8190, &out, &taken) == HTTP_BAD ||
		decode(big, 8200, 4000, &out, &taken) == HTTP_BAD,
	    "long trailer");
	buf_free(&out);
}

static void
test_parts(void)
{
	struct http_str s;
	struct buf b;
	char dst[32];

	http_date(dst, 784111777);
	ok(strcmp(dst, "Sun, 06 Nov 1994 08:49:37 GMT") == 0, "date");
	http_date(dst, 951782400);
	ok(strcmp(dst, "Tue, 29 Feb 2000 00:00:00 GMT") == 0, "leap day");
	http_date(dst, 1796083199);
	ok(strcmp(dst, "Mon, 30 Nov 2026 23:59:59 GMT") == 0 ||
		printf("# %s\n", dst) < 0,
	    "end of a month");
	buf_init(&b, 64);
	ok(http_add(&b, "A", "b c", 3) == 0 && strcmp(b.d, "A: b c\r\n") == 0,
	    "a field");
	ok(http_add(&b, "A", "b\r\nC: d", 7) == -1 && errno == EINVAL &&
		b.len == 8,
	    "no splitting by a value");
	ok(http_add(&b, "A:", "b", 1) == -1 && http_add(&b, "", "b", 1) == -1,
	    "no splitting by a name");
	buf_free(&b);
	s = (struct http_str){ "a%2Fb%e4", 8 };
	ok(http_unescape(dst, sizeof(dst), &s) == 4 &&
		strcmp(dst, "a/b\344") == 0,
	    "unescape");
	ok(http_unescape(dst, 4, &s) == -1, "unescape: too long");
	s = (struct http_str){ "a%2", 3 };
	ok(http_unescape(dst, sizeof(dst), &s) == -1, "unescape: cut");
	s = (struct http_str){ "%00", 3 };
	ok(http_unescape(dst, sizeof(dst), &s) == -1, "unescape: NUL");
	s = (struct http_str){ "gzip , Chunked", 14 };
	ok(http_lists(&s, "chunked") && !http_lists(&s, "chunk"), "lists");
	ok(strcmp(http_reason(421), "Misdirected Request") == 0, "reason");
}

int
main(void)
{
	test_good();
	test_bad();
	test_chunked();
	test_parts();
	return done();
}
