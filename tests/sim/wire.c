/* Heads and framing on the wire, right ones and wrong ones. */
#include <string.h>

#include "sim.h"

const char *
wire_reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = { { 200, "OK" }, { 204, "No Content" },
		{ 205, "Reset Content" }, { 206, "Partial Content" },
		{ 301, "Moved Permanently" }, { 302, "Found" },
		{ 307, "Temporary Redirect" }, { 308, "Permanent Redirect" },
		{ 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 402, "Payment Required" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 408, "Request Timeout" }, { 409, "Conflict" },
		{ 413, "Content Too Large" }, { 414, "URI Too Long" },
		{ 422, "Unprocessable Content" }, { 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" }, { 502, "Bad Gateway" },
		{ 503, "Service Unavailable" }, { 504, "Gateway Timeout" },
		{ 505, "HTTP Version Not Supported" } };
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Other";
}

static bool
bodiless(const struct conn *c)
{
	return c->req.head_method || c->ans.status == 204 ||
	    c->ans.status == 304 || plan_has(&c->plan, F_NOT_HTTP);
}

static enum framing
framing(const struct conn *c)
{
	enum framing f = c->plan.framing;

	if (bodiless(c))
		return FR_NONE;
	if (plan_has(&c->plan, F_HTTP10))
		return FR_CLOSE;
	if (f == FR_DEFAULT && !c->ans.stream &&
	    !plan_has(&c->plan, F_ENDLESS_BODY))
		return FR_LENGTH;
	if (c->req.http10 && (f == FR_DEFAULT || f == FR_CHUNKED))
		return FR_CLOSE;
	return f == FR_DEFAULT ? FR_CHUNKED : f;
}

bool
wire_keeps(const struct conn *c)
{
	enum framing f = framing(c);

	return c->req.keepalive && !plan_has(&c->plan, F_CLOSE_AFTER) &&
	    !plan_has(&c->plan, F_NOT_HTTP) && f != FR_CLOSE && f != FR_LONG &&
	    f != FR_SHORT && f != FR_BADLEN && f != FR_TWO && f != FR_BOTH;
}

static void
length(struct buf *b, size_t n)
{
	LIT(b, "Content-Length: ");
	buf_u64(b, n);
	LIT(b, "\r\n");
}

static void
framing_lines(struct conn *c, struct buf *b)
{
	size_t n = c->ans.body.len;

	switch (framing(c)) {
	case FR_LENGTH:
	case FR_DEFAULT:
		length(b, n);
		break;
	case FR_LONG:
		length(b, n + 100);
		break;
	case FR_SHORT:
		length(b, n > 10 ? n - 10 : 0);
		break;
	case FR_TWO:
		length(b, n);
		length(b, n + 1);
		break;
	case FR_BOTH:
		length(b, n);
		LIT(b, "Transfer-Encoding: chunked\r\n");
		break;
	case FR_BADLEN:
		LIT(b, "Content-Length: abc\r\n");
		break;
	case FR_CHUNKED:
	case FR_CHUNKED_1:
	case FR_CHUNK_EXT:
		LIT(b, "Transfer-Encoding: chunked\r\n");
		break;
	case FR_NONE:
		if (c->req.head_method)
			length(b, n);
		break;
	case FR_CLOSE:
		break;
	}
}

static void
bulk_lines(struct buf *b, const struct plan *p)
{
	long i;

	for (i = 0; i < p->headers; i++) {
		LIT(b, "X-Many-");
		buf_u64(b, (uint64_t)i);
		LIT(b, ": 1\r\n");
	}
	if (p->header_size > 0) {
		LIT(b, "X-Giant: ");
		buf_fill(b, 'x', (size_t)p->header_size);
		LIT(b, "\r\n");
	}
}

static void
odd_lines(struct conn *c, struct buf *b)
{
	const struct plan *p = &c->plan;

	bulk_lines(b, p);
	if (plan_has(p, F_BAD_HEADER))
		LIT(b, "this line has no colon\r\n");
	if (plan_has(p, F_NUL_HEADER))
		LIT(b, "X-Nul: a\0b\r\n");
	if (plan_has(p, F_FOLD))
		LIT(b, "X-Folded: one\r\n two\r\n");
	if (plan_has(p, F_COOKIES))
		LIT(b,
		    "Set-Cookie: session=secret; Path=/\r\n"
		    "Server: upstream/1.0\r\n"
		    "Access-Control-Allow-Credentials: true\r\n"
		    "Strict-Transport-Security: max-age=1\r\n"
		    "Keep-Alive: timeout=5\r\n"
		    "Proxy-Authenticate: Basic\r\n"
		    "X-Internal: 10.0.0.1\r\n");
	if (plan_has(p, F_GARBAGE))
		LIT(b,
		    "ModelScope-RateLimit-Requests-Limit: many\r\n"
		    "MODELSCOPE-RATELIMIT-REQUESTS-REMAINING: -1\r\n"
		    "modelscope-ratelimit-model-requests-limit: "
		    "99999999999999999999\r\n"
		    "modelscope-ratelimit-model-requests-remaining: \r\n");
	if (c->ans.status >= 300 && c->ans.status < 400)
		LIT(b, "Location: /sim-redirected\r\n");
	if (plan_has(p, F_GZIP))
		LIT(b, "Content-Encoding: gzip\r\n");
}

static void
status_line(struct conn *c, struct buf *b)
{
	const struct plan *p = &c->plan;

	if (plan_has(p, F_EARLY))
		LIT(b,
		    "HTTP/1.1 100 Continue\r\n\r\n"
		    "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n"
		    "\r\n");
	if (plan_has(p, F_BAD_STATUS)) {
		LIT(b, "HTTP/1.1 abc OK\r\n");
		return;
	}
	buf_str(b, plan_has(p, F_HTTP10) ? "HTTP/1.0 " : "HTTP/1.1 ");
	buf_u64(b, (uint64_t)c->ans.status);
	LIT(b, " ");
	buf_str(b, wire_reason(c->ans.status));
	LIT(b, "\r\n");
}

void
wire_head(struct conn *c)
{
	const struct plan *p = &c->plan;
	struct buf *b = &c->out;

	if (plan_has(p, F_NOT_HTTP)) {
		LIT(b, "SSH-2.0-OpenSSH_9.2\r\n");
		return;
	}
	status_line(c, b);
	if (!plan_has(p, F_NO_TYPE)) {
		LIT(b, "Content-Type: ");
		buf_str(b,
		    plan_has(p, F_WRONG_TYPE) ? "text/plain" : c->ans.type);
		LIT(b, "\r\n");
	}
	framing_lines(c, b);
	if (c->ans.stream)
		LIT(b, "Cache-Control: no-cache\r\n");
	LIT(b, "Access-Control-Allow-Origin: *\r\n");
	buf_add(b, c->ans.extra.p, c->ans.extra.len);
	odd_lines(c, b);
	if (!wire_keeps(c))
		LIT(b, "Connection: close\r\n");
	else if (c->req.http10)
		LIT(b, "Connection: keep-alive\r\n");
	LIT(b, "\r\n");
}

static void
chunk(struct buf *b, const char *p, size_t n, const char *ext)
{
	buf_hex(b, n);
	buf_str(b, ext);
	LIT(b, "\r\n");
	buf_add(b, p, n);
	LIT(b, "\r\n");
}

void
wire_piece(struct conn *c, const struct buf *piece)
{
	struct buf *b = &c->out;
	size_t i;

	if (piece->len == 0)
		return;
	switch (framing(c)) {
	case FR_CHUNKED:
	case FR_BOTH:
		chunk(b, piece->p, piece->len, "");
		break;
	case FR_CHUNK_EXT:
		chunk(b, piece->p, piece->len, ";ext=\"a;b\";x");
		break;
	case FR_CHUNKED_1:
		for (i = 0; i < piece->len; i++)
			chunk(b, piece->p + i, 1, "");
		break;
	case FR_NONE:
		break;
	default:
		buf_add(b, piece->p, piece->len);
	}
}

void
wire_end(struct conn *c)
{
	struct buf *b = &c->out;

	switch (framing(c)) {
	case FR_CHUNKED:
	case FR_CHUNKED_1:
	case FR_BOTH:
		LIT(b, "0\r\n\r\n");
		break;
	case FR_CHUNK_EXT:
		LIT(b,
		    "0;last\r\nX-Trailer: 1\r\n"
		    "modelscope-ratelimit-requests-remaining: 7\r\n\r\n");
		break;
	default:
		break;
	}
	if (plan_has(&c->plan, F_TRAILING))
		LIT(b, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nextra");
}
