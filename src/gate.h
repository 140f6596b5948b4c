/*
 * Who may call: Host and Origin where there are no tokens, tokens where there
 * are, and what web pages of other origins are told (CORS).
 */
#ifndef GATE_H
#define GATE_H

struct buf;
struct endpoint;
struct http_req;
struct site;
struct token;
struct tokens;

struct gate { /* a refusal */
	int status;
	const char *code; /* NULL: by the status */
	char message[320];
	char hint[320]; /* "" : none */
};

/* May this come from where it comes from? 0, or -1 with *g. */
int gate_page(const struct site *s, const struct endpoint *e,
    const struct http_req *r, struct gate *g);

/*
 * Does it carry a token that this endpoint takes? 0 with *tok (NULL where
 * none is wanted), or -1 with *g.
 */
int gate_token(const struct site *s, struct tokens *t, const struct endpoint *e,
    const struct http_req *r, struct token **tok, struct gate *g);

/* Is its body JSON? 0, or -1 with *g. */
int gate_body(const struct http_req *r, struct gate *g);

/* The Origin, if it is one that was named for CORS; else NULL. */
const struct http_str *gate_cors(const struct site *s,
    const struct http_req *r);

/* Appends the fields of the answer to a preflight. 0, or -1 with errno. */
int gate_preflight(const struct http_req *r, struct buf *fields);

#endif
