/*
 * HTTP/1.1 requests (RFC 9110, 9112): a parser of heads, a decoder of chunked
 * bodies, and what response heads are made of. Strict where smuggling hides:
 * bare CR or LF, white space before a colon, folded lines, more than one or
 * both lengths are never let pass. Pure: no I/O, no clock; results point into
 * the caller's bytes.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stddef.h>
#include <stdint.h>

struct buf;

enum {
	HTTP_FIELDS = 256,
	HTTP_DATE = 30
};

struct http_str {
	const char *s;
	size_t n;
};

struct http_field {
	struct http_str name;
	struct http_str value; /* without white space around it */
};

struct http_limits {
	size_t line;   /* request line, with its CRLF */
	size_t head;   /* the field lines together */
	size_t fields; /* how many; at most HTTP_FIELDS */
};

struct http_req {
	struct http_str method;
	struct http_str path;  /* raw, begins with '/'; or "*" */
	struct http_str query; /* behind the '?', or empty */
	struct http_str host;  /* of the target, else of Host; may be empty */
	int minor;	       /* 0: HTTP/1.0, 1: HTTP/1.1 and up */
	int keep;	       /* the connection may go on after it */
	int expect;	       /* wants 100 Continue */
	int chunked;
	int64_t length; /* of the body if not chunked */
	size_t nfields;
	struct http_field fields[HTTP_FIELDS];
	/* when it can never be one: */
	int status;	 /* 400, 414, 417, 431, 501, 505 */
	const char *why; /* for people */
};

/*
 * Parses the head that p[0..n) begins with. Returns its length (what follows
 * is body), 0 if more bytes are needed, or -1 with r->status and r->why set.
 * last is the n of the previous call on the same bytes, 0 at first: they are
 * looked at once, however slowly they come.
 */
long http_request(struct http_req *r, const char *p, size_t n, size_t last,
    const struct http_limits *lim);

/* The n-th (from 0) field of this name, any case; NULL if there is none. */
const struct http_str *http_field(const struct http_req *r, const char *name,
    size_t nth);

/* Is this its method? Letter case matters here (9110, 9.1). */
int http_method(const struct http_req *r, const char *want);

/* Does s say want, letter case aside? */
int http_is(const struct http_str *s, const char *want);

/* Is want an element of the comma-separated list s, letter case aside? */
int http_lists(const struct http_str *s, const char *want);

struct http_chunks { /* zeroed to begin with */
	int state;
	int line;      /* bytes of this line, or of all trailers */
	uint64_t left; /* of this chunk */
};

enum http_chunk {
	HTTP_MORE, /* all of p was taken */
	HTTP_DATA, /* *data is a piece of the body; call again */
	HTTP_END,  /* the body ended; what follows is the next */
	HTTP_BAD
};

/*
 * Takes bytes of a chunked body from p[0..n); *used says how many. Extensions
 * and trailers are checked and dropped.
 */
enum http_chunk http_chunks(struct http_chunks *c, const char *p, size_t n,
    size_t *used, struct http_str *data);

/* The reason phrase of a status; never NULL. */
const char *http_reason(int status);

/* Seconds since 1970 as an HTTP date, into dst (HTTP_DATE bytes). */
void http_date(char *dst, int64_t t);

/*
 * Appends "Name: value CRLF". A name that is no token, or a value with
 * control bytes, is EINVAL: nobody splits our answers. 0, or -1 with errno.
 */
int http_add(struct buf *b, const char *name, const char *value, size_t n);

/*
 * Decodes %XX of s into dst (size dsize, NUL-ended). The length, or -1: it
 * does not fit, holds a NUL, or is not well-formed.
 */
long http_unescape(char *dst, size_t dsize, const struct http_str *s);

#endif
