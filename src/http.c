/* HTTP/1.1 request parsing and the parts of a response head. */
#include <sys/types.h>

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "http.h"

enum {
	METHOD_MAX = 32,
	CHUNK_LINE_MAX = 256, /* a size with its extensions */
	TRAILERS_MAX = 8192
};

/* What a byte may be part of. */
enum {
	TOKEN = 1,
	TARGET = 2,
	VALUE = 4,
	HEX = 8
};

static unsigned char class_of[256];

static void
classes(void)
{
	int c;

	if (class_of['a'] != 0)
		return;
	for (c = 0x21; c < 0x7f; c++) {
		class_of[c] = VALUE;
		if (c != '#' && c != '"' && c != '<' && c != '>' && c != '\\' &&
		    c != '^' && c != '`' && c != '{' && c != '|' && c != '}')
			class_of[c] |= TARGET;
		if (strchr("\"(),/:;<=>?@[\\]{}", c) == NULL)
			class_of[c] |= TOKEN;
		if (strchr("0123456789abcdefABCDEF", c) != NULL)
			class_of[c] |= HEX;
	}
	for (c = 0x80; c < 0x100; c++)
		class_of[c] = VALUE;
	class_of['\t'] = class_of[' '] = VALUE;
}

static int
is(char c, int class)
{
	return class_of[(unsigned char)c] & class;
}

static int
all(const char *s, size_t n, int class)
{
	while (n > 0 && is(*s, class)) {
		s++;
		n--;
	}
	return n == 0;
}

static long
never(struct http_req *r, int status, const char *why)
{
	r->status = status;
	r->why = why;
	return -1;
}

int
http_is(const struct http_str *s, const char *want)
{
	return strlen(want) == s->n && strncasecmp(s->s, want, s->n) == 0;
}

int
http_method(const struct http_req *r, const char *want)
{
	return strlen(want) == r->method.n &&
	    memcmp(r->method.s, want, r->method.n) == 0;
}

int
http_lists(const struct http_str *s, const char *want)
{
	const char *p = s->s, *end = s->s + s->n;
	struct http_str e;

	while (p < end) {
		while (p < end && (*p == ' ' || *p == '\t' || *p == ','))
			p++;
		e.s = p;
		while (p < end && *p != ',')
			p++;
		for (e.n = (size_t)(p - e.s);
		     e.n > 0 && (e.s[e.n - 1] == ' ' || e.s[e.n - 1] == '\t');
		     e.n--)
			;
		if (http_is(&e, want))
			return 1;
	}
	return 0;
}

const struct http_str *
http_field(const struct http_req *r, const char *name, size_t nth)
{
	size_t i;

	for (i = 0; i < r->nfields; i++)
		if (http_is(&r->fields[i].name, name) && nth-- == 0)
			return &r->fields[i].value;
	return NULL;
}

/*
 * Finds the empty line, looking at bytes from last on only, and refuses at
 * once what no later byte can mend. The head's length, 0, or -1.
 */
static long
find_end(struct http_req *r, const char *p, size_t n, size_t skip, size_t last,
    const struct http_limits *lim)
{
	const char *eol;
	size_t i, line, end = 0;

	for (i = last > skip + 3 ? last - 3 : skip; i < n && end == 0; i++) {
		if (p[i] == '\0')
			return never(r, 400, "a NUL in the head");
		if (p[i] == '\r' && i + 1 < n && p[i + 1] != '\n')
			return never(r, 400, "a bare CR in the head");
		if (p[i] != '\n')
			continue;
		if (i == skip || p[i - 1] != '\r')
			return never(r, 400, "a line ended by a bare LF");
		if (i >= skip + 3 && p[i - 2] == '\n')
			end = i + 1;
	}
	eol = memchr(p + skip, '\n', n - skip);
	line = eol != NULL ? (size_t)(eol - p) + 1 - skip : n - skip;
	if (line > lim->line)
		return never(r, 414, "the request line is too long");
	if ((end > 0 ? end : n) - skip - line > lim->head)
		return never(r, 431, "the header fields are too large");
	return (long)end;
}

/* "HTTP/1.1" and its end of line, at the end of the request line. */
static long
version(struct http_req *r, const char *s, size_t n)
{
	if (n != 8 || memcmp(s, "HTTP/", 5) != 0 || s[6] != '.' || s[5] < '0' ||
	    s[5] > '9' || s[7] < '0' || s[7] > '9')
		return never(r, 400, "the request line is not HTTP");
	if (s[5] != '1')
		return never(r, 505, "this server speaks HTTP/1.1");
	r->minor = s[7] != '0';
	return 0;
}

/* Splits the target into host (absolute form), path and query. */
static long
target(struct http_req *r, const char *s, size_t n)
{
	const char *q;

	if (n == 0 || !all(s, n, TARGET))
		return never(r, 400, "the request target is malformed");
	if (n > 7 && strncasecmp(s, "http://", 7) == 0) {
		r->host.s = s + 7;
		for (s += 7, n -= 7; n > 0 && *s != '/' && *s != '?'; n--)
			s++;
		r->host.n = (size_t)(s - r->host.s);
		if (r->host.n == 0)
			return never(r, 400, "the target names no host");
	} else if (*s != '/' &&
	    (n != 1 || *s != '*' || !http_method(r, "OPTIONS"))) {
		return never(r, 400, "the request target is malformed");
	}
	q = memchr(s, '?', n);
	r->path.s = s;
	r->path.n = q != NULL ? (size_t)(q - s) : n;
	if (q != NULL) {
		r->query.s = q + 1;
		r->query.n = n - r->path.n - 1;
	}
	if (r->path.n == 0) { /* http://host, http://host?query */
		r->path.s = "/";
		r->path.n = 1;
	}
	return 0;
}

static long
request_line(struct http_req *r, const char *s, size_t n)
{
	const char *sp, *end = s + n;

	if ((sp = memchr(s, ' ', n)) == NULL || sp == s ||
	    sp - s > METHOD_MAX || !all(s, (size_t)(sp - s), TOKEN))
		return never(r, 400, "the request line has no method");
	r->method.s = s;
	r->method.n = (size_t)(sp - s);
	s = sp + 1;
	if ((sp = memchr(s, ' ', (size_t)(end - s))) == NULL)
		return never(r, 400, "the request line has no version");
	if (version(r, sp + 1, (size_t)(end - sp - 1)) == -1)
		return -1;
	return target(r, s, (size_t)(sp - s));
}

/* The field line s[0..n), its CRLF not counted. */
static long
field_line(struct http_req *r, const char *s, size_t n)
{
	struct http_field *f = &r->fields[r->nfields];
	const char *colon;

	if ((colon = memchr(s, ':', n)) == NULL || colon == s)
		return never(r, 400, "a header field without a name");
	f->name.s = s;
	f->name.n = (size_t)(colon - s);
	if (!all(f->name.s, f->name.n, TOKEN))
		return never(r, 400, "a malformed header field name");
	n -= f->name.n + 1;
	for (s = colon + 1; n > 0 && (*s == ' ' || *s == '\t'); n--)
		s++;
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	if (!all(s, n, VALUE))
		return never(r, 400, "a control byte in a header field");
	f->value.s = s;
	f->value.n = n;
	r->nfields++;
	return 0;
}

static long
content_length(struct http_req *r, const struct http_str *v)
{
	size_t i;

	if (v->n == 0)
		return never(r, 400, "a malformed Content-Length");
	for (i = 0; i < v->n; i++) {
		if (v->s[i] < '0' || v->s[i] > '9')
			return never(r, 400, "a malformed Content-Length");
		if (r->length > (INT64_MAX - 9) / 10)
			return never(r, 413, "the body is too large");
		r->length = r->length * 10 + (v->s[i] - '0');
	}
	return 0;
}

/* How long the body is (RFC 9112, 6.3), with no room for two opinions. */
static long
framing(struct http_req *r)
{
	const struct http_str *te, *cl;

	te = http_field(r, "transfer-encoding", 0);
	cl = http_field(r, "content-length", 0);
	if (te != NULL) {
		if (cl != NULL)
			return never(r, 400,
			    "both Content-Length and Transfer-Encoding");
		if (r->minor == 0)
			return never(r, 400, "Transfer-Encoding in HTTP/1.0");
		if (http_field(r, "transfer-encoding", 1) != NULL)
			return never(r, 400, "Transfer-Encoding twice");
		if (!http_is(te, "chunked"))
			return never(r,
			    http_lists(te, "chunked") &&
				    strncasecmp(te->s, "chunked", 7) != 0 ?
				501 :
				400,
			    "a Transfer-Encoding other than chunked");
		r->chunked = 1;
	} else if (cl != NULL) {
		if (http_field(r, "content-length", 1) != NULL)
			return never(r, 400, "Content-Length twice");
		return content_length(r, cl);
	}
	return 0;
}

/* A host name or IP literal, and a port. */
static int
host_ok(const struct http_str *h)
{
	const char *s = h->s, *end = h->s + h->n;

	if (s < end && *s == '[') {
		for (s++; s < end && (is(*s, HEX) || *s == ':' || *s == '.');)
			s++;
		if (s == end || *s++ != ']')
			return 0;
	} else {
		while (s < end && is(*s, TOKEN | TARGET) && *s != ':' &&
		    *s != '@' && *s != '/' && *s != '?' && *s != '[' &&
		    *s != ']' && *s != ',')
			s++;
	}
	if (s < end && *s == ':')
		for (s++; s < end && *s >= '0' && *s <= '9';)
			s++;
	return s == end;
}

/* What the fields say of the connection and of the message as a whole. */
static long
meaning(struct http_req *r)
{
	const struct http_str *v;
	size_t i;

	v = http_field(r, "host", 0);
	if (v == NULL && r->minor > 0)
		return never(r, 400, "no Host");
	if (v != NULL && http_field(r, "host", 1) != NULL)
		return never(r, 400, "Host twice");
	if (v != NULL && !host_ok(v))
		return never(r, 400, "a malformed Host");
	if (r->host.n > 0 && !host_ok(&r->host))
		return never(r, 400, "a malformed host in the target");
	if (r->host.n == 0 && v != NULL)
		r->host = *v;
	r->keep = r->minor > 0;
	for (i = 0; (v = http_field(r, "connection", i)) != NULL; i++) {
		if (http_lists(v, "close"))
			break;
		if (http_lists(v, "keep-alive"))
			r->keep = 1;
	}
	if (v != NULL)
		r->keep = 0;
	if ((v = http_field(r, "expect", 0)) != NULL && r->minor > 0) {
		if (!http_is(v, "100-continue"))
			return never(r, 417, "an unknown expectation");
		r->expect = 1;
	}
	return framing(r);
}

long
http_request(struct http_req *r, const char *p, size_t n, size_t last,
    const struct http_limits *lim)
{
	const char *s, *eol;
	size_t skip = 0;
	long len;

	classes();
	memset(r, 0, offsetof(struct http_req, fields));
	r->host.s = r->query.s = "";
	/* Empty lines before a request are to be passed over (9112, 2.2). */
	while (n - skip >= 2 && p[skip] == '\r' && p[skip + 1] == '\n' &&
	    skip < 8)
		skip += 2;
	if (skip == n || (n - skip == 1 && p[skip] == '\r'))
		return 0;
	if ((len = find_end(r, p, n, skip, last, lim)) <= 0)
		return len;
	s = p + skip;
	if ((eol = memchr(s, '\r', n - skip)) == NULL ||
	    request_line(r, s, (size_t)(eol - s)) == -1)
		return -1;
	for (s = eol + 2; *s != '\r'; s = eol + 2) {
		if (r->nfields == lim->fields)
			return never(r, 431, "too many header fields");
		eol = memchr(s, '\r', (size_t)(p + len - s));
		if (eol == NULL || field_line(r, s, (size_t)(eol - s)) == -1)
			return -1;
	}
	return meaning(r) == -1 ? -1 : len;
}

enum {
	C_SIZE, /* first digit of a size */
	C_DIGITS,
	C_SPACE, /* white space before an extension */
	C_EXT,
	C_SIZE_LF,
	C_DATA,
	C_DATA_CR,
	C_DATA_LF,
	C_TRAILER, /* at the start of a trailer line, or the end */
	C_NAME,
	C_VALUE,
	C_VALUE_LF,
	C_END_LF,
	C_END
};

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 0x20) - 'a' + 10;
}

/* Before the data: size, extensions, CRLF. The next state or -1. */
static int
size_byte(struct http_chunks *c, char b)
{
	if (++c->line > CHUNK_LINE_MAX)
		return -1;
	switch (c->state) {
	case C_SIZE:
		c->left = 0;
		if (!is(b, HEX))
			return -1;
		/* FALLTHROUGH */
	case C_DIGITS:
		if (is(b, HEX)) {
			if (c->left >> 48 != 0)
				return -1;
			c->left = c->left << 4 | (uint64_t)hex(b);
			return C_DIGITS;
		}
		/* FALLTHROUGH */
	case C_SPACE:
		if (b == ' ' || b == '\t')
			return C_SPACE;
		if (b == ';')
			return C_EXT;
		return b == '\r' && c->state == C_DIGITS ? C_SIZE_LF : -1;
	case C_EXT:
		if (b == '\r')
			return C_SIZE_LF;
		return is(b, VALUE) ? C_EXT : -1;
	default:
		if (b != '\n')
			return -1;
		c->line = 0;
		return c->left > 0 ? C_DATA : C_TRAILER;
	}
}

/* After the data, and in the trailers. The next state or -1. */
static int
tail_byte(struct http_chunks *c, char b)
{
	if (c->state >= C_TRAILER && ++c->line > TRAILERS_MAX)
		return -1;
	switch (c->state) {
	case C_DATA_CR:
		return b == '\r' ? C_DATA_LF : -1;
	case C_DATA_LF:
		return b == '\n' ? C_SIZE : -1;
	case C_TRAILER:
		if (b == '\r')
			return C_END_LF;
		return is(b, TOKEN) ? C_NAME : -1;
	case C_NAME:
		if (b == ':')
			return C_VALUE;
		return is(b, TOKEN) ? C_NAME : -1;
	case C_VALUE:
		if (b == '\r')
			return C_VALUE_LF;
		return is(b, VALUE) ? C_VALUE : -1;
	case C_VALUE_LF:
		return b == '\n' ? C_TRAILER : -1;
	default:
		return b == '\n' ? C_END : -1;
	}
}

enum http_chunk
http_chunks(struct http_chunks *c, const char *p, size_t n, size_t *used,
    struct http_str *data)
{
	size_t i = 0;
	int next;

	classes();
	while (i < n && c->state != C_END) {
		if (c->state == C_DATA) {
			data->s = p + i;
			data->n = n - i < c->left ? n - i : (size_t)c->left;
			c->left -= data->n;
			if (c->left == 0)
				c->state = C_DATA_CR;
			*used = i + data->n;
			return HTTP_DATA;
		}
		next = c->state < C_DATA ? size_byte(c, p[i]) :
					   tail_byte(c, p[i]);
		if (next == -1) {
			*used = i;
			return HTTP_BAD;
		}
		c->state = next;
		i++;
	}
	*used = i;
	return c->state == C_END ? HTTP_END : HTTP_MORE;
}

const char *
http_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{ 100, "Continue" },
		{ 200, "OK" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 402, "Payment Required" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 411, "Length Required" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 417, "Expectation Failed" },
		{ 421, "Misdirected Request" },
		{ 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
		{ 505, "HTTP Version Not Supported" },
	};
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

void
http_date(char *dst, int64_t t)
{
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "MarAprMayJunJulAugSepOctNovDecJanFeb";
	unsigned day = (unsigned)(t / 86400);
	unsigned s = (unsigned)(t % 86400);
	unsigned doe, yoe, doy, m, year;

	/* The civil calendar counted from 1 March, so leap days come last. */
	doe = (day + 719468) % 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	m = (5 * doy + 2) / 153;
	year = yoe + (day + 719468) / 146097 * 400 + (m >= 10);
	snprintf(dst, HTTP_DATE, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
	    days + day % 7 * 3, (doy - (153 * m + 2) / 5 + 1) % 32,
	    months + m * 3, year % 10000, s / 3600 % 24, s / 60 % 60, s % 60);
}

int
http_add(struct buf *b, const char *name, const char *value, size_t n)
{
	size_t len = b->len;

	classes();
	if (*name == '\0' || !all(name, strlen(name), TOKEN) ||
	    !all(value, n, VALUE)) {
		errno = EINVAL;
		return -1;
	}
	if (buf_adds(b, name) == -1 || buf_add(b, ": ", 2) == -1 ||
	    buf_add(b, value, n) == -1 || buf_add(b, "\r\n", 2) == -1) {
		buf_cut(b, len);
		return -1;
	}
	return 0;
}

long
http_unescape(char *dst, size_t dsize, const struct http_str *s)
{
	size_t i, o = 0;
	char c;

	classes();
	for (i = 0; i < s->n; i++) {
		c = s->s[i];
		if (c == '%') {
			if (s->n - i < 3 || !is(s->s[i + 1], HEX) ||
			    !is(s->s[i + 2], HEX))
				return -1;
			c = (char)(hex(s->s[i + 1]) << 4 | hex(s->s[i + 2]));
			i += 2;
		}
		if (c == '\0' || o + 1 >= dsize)
			return -1;
		dst[o++] = c;
	}
	if (dsize == 0)
		return -1;
	dst[o] = '\0';
	return (long)o;
}
