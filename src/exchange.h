/*
 * One request and its answer: what is remembered of the request, the fields
 * that every answer carries, errors in the right shape, and the books kept
 * when it is over.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct accesslog;
struct backend;
struct conn;
struct endpoint;
struct http_req;
struct kept;
struct metrics;
struct pages;
struct errbody;
struct site;
struct token;
struct tokens;

/* What the whole front has; the arg of its conn_pool. */
struct desk {
	struct site *site; /* as it is now */
	struct tokens *tokens;
	struct metrics *metrics;
	struct accesslog *log; /* or NULL */
	struct pages *pages;
	struct kept *kept; /* connections to workers */
	size_t inflight;
};

enum {
	EXCHANGE_ID = 65,
	EXCHANGE_PATH = 1024,
	EXCHANGE_SHORT = 256,
	EXCHANGE_METHOD = 33
};

struct exchange {
	const struct endpoint *ep; /* NULL: no request yet */
	struct token *tok;	   /* who calls, or NULL */
	int counted;		   /* against its daily number */
	struct backend *backend;   /* that answers, or NULL */
	struct buf fields;	   /* of its answer's head */
	struct buf lead;	   /* of its body, held back */
	struct buf key;		   /* x-api-key, where it is no token */
	struct buf along;	   /* headers that go upstream, as JSON */
	char *error;		   /* what it says went wrong */
	int status;
	int64_t attempts;
	int stream;
	int html; /* a browser asks */
	char type[EXCHANGE_SHORT];
	char model[EXCHANGE_SHORT];
	char id[EXCHANGE_ID];
	char method[EXCHANGE_METHOD];
	char path[EXCHANGE_PATH];    /* raw, perhaps cut */
	char origin[EXCHANGE_SHORT]; /* for CORS */
	char forwarded[EXCHANGE_SHORT];
};

/* The exchange of a connection, and the desk of all. */
struct exchange *exchange_of(const struct conn *c);
struct desk *exchange_desk(const struct conn *c);

/* Remembers what matters of a request; r NULL: its head makes no sense. */
void exchange_begin(struct conn *c, const struct http_req *r);

/*
 * Keeps the client's headers that an upstream may want. 0, or -1 with errno
 * EFBIG, ENOMEM.
 */
int exchange_along(struct exchange *x, const struct http_req *r);

/*
 * As conn_begin(), with the fields that all answers have and a type (NULL:
 * no body).
 */
struct buf *exchange_head(struct conn *c, int status, const char *type);

/* Answers with a whole body. fields, or NULL, are more of the head. */
void exchange_answer(struct conn *c, int status, const char *type,
    const char *body, size_t n, const struct buf *fields);

/* Answers with an error. */
void exchange_error(struct conn *c, const struct errbody *e,
    const struct buf *fields);

/* It is over: log, metrics, the token's count; forgets it. */
void exchange_done(struct conn *c);

#endif
