/* headers: blocks as curl writes them, and what is none. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fold.h"
#include "headers.h"
#include "tap.h"

static struct headers h;
static struct limits l;

/* In an exact-size copy, so that reading past it shows. */
static int
parse(const char *text)
{
	static char *copy;
	size_t n = strlen(text);

	free(copy);
	if ((copy = malloc(n + !n)) == NULL)
		exit(71);
	memcpy(copy, text, n);
	/* cppcheck-suppress deallocret ; it is allocated again above */
	return headers_parse(copy, n, &h, &l);
}

int
main(void)
{
	ok(parse(
	       "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	       "ModelScope-RateLimit-Requests-Limit: 2000\r\n"
	       "modelscope-ratelimit-requests-remaining:1895 \r\n"
	       "MODELSCOPE-RATELIMIT-MODEL-REQUESTS-LIMIT:\t500\r\n"
	       "modelscope-ratelimit-model-requests-remaining: 477\r\n\r\n") ==
		    0 &&
		h.status == 200 && l.limit == 2000 && l.left == 1895 &&
		l.model_limit == 500 && l.model_left == 477 && h.nbody == 0,
	    "all four, any case");
	ok(parse("HTTP/2 429 \nretry-after: 7\n\n{\"error\":\"x\"}") == 0 &&
		h.status == 429 && h.nretry == 1 && *h.retry_after == '7' &&
		h.nbody == 13 && *h.body == '{' && l.limit == -1,
	    "HTTP/2, bare LF, a body behind it");
	ok(parse(
	       "HTTP/1.1 200 Connection established\r\n"
	       "modelscope-ratelimit-requests-limit: 1\r\n\r\n"
	       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\na: b\r\n\r\n") ==
		    0 &&
		h.status == 401 && l.limit == -1,
	    "the last block counts");
	ok(parse("HTTP/1.1 200 OK\r\n"
		 "modelscope-ratelimit-requests-limit: many\r\n"
		 "modelscope-ratelimit-requests-remaining: -1\r\n"
		 "modelscope-ratelimit-model-requests-limit: "
		 "99999999999999999999\r\n"
		 "modelscope-ratelimit-model-requests-remaining:\r\n"
		 "no colon\r\n: nothing\r\n") == 0 &&
		l.limit == -1 && l.left == -1 && l.model_limit == -1 &&
		l.model_left == -1,
	    "garbage is unknown, not 0");
	ok(parse("") == -1, "nothing");
	ok(parse("hello\r\n\r\n") == -1, "no status line");
	ok(parse("HTTP/1.1\r\n\r\n") == -1, "no status");
	ok(parse("HTTP/1.1 2000 OK\r\n\r\n") == -1, "four digits");
	ok(parse("HTTP/1.1 999 OK\r\n\r\n") == -1, "no such class");
	ok(parse("HTTP/1.1 200") == 0 && h.status == 200, "cut short");
	return done();
}
