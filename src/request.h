/*
 * Chat requests as JSON texts: built from a prompt, read for what concerns
 * the choice of a model, and edited in place for one attempt. Pure.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stddef.h>

struct buf;
struct fault;

enum {
	REQUEST_MAX = 64 * 1024 * 1024
}; /* bytes of a request */

struct request_param {
	const char *name;
	const char *json; /* a JSON value */
	size_t len;
};

/* What options add to a request. NULL, 0 and -1: nothing. */
struct request_opts {
	const char *system;
	const char *const *images; /* URLs, data: ones too */
	size_t nimages;
	const struct request_param *params; /* any members, the last counts */
	size_t nparams;
	const char *history; /* messages that go before, commas between */
	size_t nhistory;
	int stream; /* 1 set it, 0 remove it, whatever params say */
	int some;   /* a list of messages without any is refused */
};

/*
 * Appends to out the request for a prompt of n bytes (invalid UTF-8 becomes
 * U+FFFD), with the options. 0, or -1 with *f.
 */
int request_prompt(struct buf *out, const char *prompt, size_t n,
    const struct request_opts *o, struct fault *f);

/*
 * Appends to out the request text[0..n) with the options spliced in: system
 * takes the place of a leading system message or goes before the first;
 * images join the last user message, or are one where there is none. A text
 * with "prompt" and no "messages" ({prompt, system, model_id, max_tokens})
 * becomes a request first, with max_tokens 1000 if it names none, and *limited
 * is then set to 1. 0, or -1 with *f (EX_DATAERR: not such an object).
 */
int request_edit(struct buf *out, const char *text, size_t n,
    const struct request_opts *o, int *limited, struct fault *f);

/* What a request says to us; strings point to copies of its own. */
struct request {
	char **names; /* models wanted, in order: models, else model, else
			 model_id; empty: none */
	size_t nnames;
	char *routing;	 /* JSON of its "routing", or NULL */
	int smart_route; /* -1 not said */
	int stream;
	int think_off; /* enable_thinking is false in it */
};

/* Reads it. 0, or -1 with *f: EX_DATAERR and the member; EX_OSERR. */
int request_read(struct request *r, const char *text, size_t n,
    struct fault *f);
void request_free(struct request *r);

/* What must be different about a request that was refused. */
enum {
	REPAIR_STREAM = 1,    /* stream: true */
	REPAIR_THINK_OFF = 2, /* enable_thinking: false */
	REPAIR_THINK_ON = 4,  /* no enable_thinking */
	REPAIR_NO_LIMIT = 8   /* no max_tokens */
};

/*
 * The repair, of those not done yet, that answers verdict (enum verdict) for
 * this request; 0: there is none. limited: max_tokens in it is our default.
 */
int request_repair(const struct request *r, int done, int verdict, int limited);

/*
 * Appends what goes upstream: text[0..n) with model (plain text) in its
 * place, without our own members, repaired. 0, or -1 with errno.
 */
int request_send(struct buf *out, const char *text, size_t n, const char *model,
    int repairs);

/*
 * The messages of a request, or of an array of them, for a conversation:
 * appends the elements' bytes with ",\n" between (no brackets). said: only
 * what was said in it, not by what rules. 0, or -1 with errno EINVAL, EFBIG,
 * ENOMEM.
 */
int request_messages(struct buf *out, const char *text, size_t n, int said);

#endif
