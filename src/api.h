/*
 * What can be asked of an upstream: one row an API. Pure.
 */
#ifndef API_H
#define API_H

#include <stddef.h>

struct buf;
struct classified;
struct fault;
struct splice;
struct translate;

enum api_kind {
	API_CHAT, /* chat completions: also made from a prompt, repaired */
	API_BODY, /* a JSON body that goes as it is */
	API_TASK, /* GET, of what one key began */
	API_COUNT /* answered here */
};

struct api {
	const char *op; /* as in the ledger and a worker's head line */
	enum api_kind kind;
	const char *path;  /* behind base_url; a task's id follows */
	const char *needs; /* a member that a request must have, or NULL */
	const char *const *headers; /* the client's that go along, or NULL */
	const struct translate *translate; /* if upstream lacks it, or NULL */
};

/* A bit that no other API has. */
unsigned api_bit(const struct api *a);

/* The API of that op, or NULL. */
const struct api *api_named(const char *op);

/* Is it of chats, or may it become one? */
int api_chats(const struct api *a);

/* That of a batch line's url, which is a JSON string, or NULL. */
const struct api *api_batch(struct splice url);

/*
 * Appends to out the request that text[0..n) is: of API_CHAT as
 * request_edit() makes it, with *limited; of others the same bytes. 0, or
 * -1 with *f (EX_DATAERR: not such a request).
 */
int api_request(const struct api *a, struct buf *out, const char *text,
    size_t n, int *limited, struct fault *f);

/* May a client's header of this name go along? Without regard to case. */
int api_header(const struct api *a, const char *name);

/*
 * Does this refusal say that upstream knows no such API at all, not just no
 * such model?
 */
int api_lacking(const struct api *a, int status, const char *model,
    const struct classified *c);

#endif
