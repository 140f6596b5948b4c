/*
 * One attempt: a request sent to one upstream with one key, its reply held
 * back until it is an answer and then passed on as fast as it is taken.
 */
#ifndef TRY_H
#define TRY_H

#include <stddef.h>
#include <stdint.h>

struct attempt;
struct classified;
struct conf_upstream;
struct fold_ent;
struct limits;
struct loop;
struct try;
struct upstream;
struct window;

enum {
	TRY_HEADERS = 4
}; /* of a request, beside our own */

struct try_in {
	struct loop *loop;
	struct upstream *up;
	const struct conf_upstream *u;
	const char *secret;	    /* NULL: keyless */
	const char *path;	    /* behind u->base_url */
	const char *const *headers; /* "Name: value", NULL-ended, at most
				       TRY_HEADERS; or NULL */
	const char *body;	    /* borrowed until done; NULL: a GET */
	size_t len;
	int want;		      /* enum relay_want */
	int strict;		      /* V_REASONED is no answer */
	size_t max_event, max_answer; /* bytes, as relay_init() has them */
};

/* What is known of it, from commit or done on. Borrowed from the try. */
struct try_out {
	const struct classified *c; /* the verdict, from done on */
	int status;		    /* HTTP, 0: none */
	int sent;		    /* from done on: some of the request was */
	int committed;		    /* it is being answered */
	int stream;		    /* as SSE, else JSON */
	int told;		    /* the stream itself held the error */
	int64_t events;		    /* of the stream */
	int64_t ms, ttft;	    /* -1: no content came */
	int64_t retry_after;	    /* seconds, -1 */
	int64_t prompt_tokens, completion_tokens; /* -1 */
	const struct limits *limits;
	const struct window *window;
	const char *reply; /* of a refusal: its body */
	size_t nreply;
};

struct try_cb {
	/* Once, before the first data: an answer begins. */
	void (*commit)(void *arg, const struct try_out *o);
	/* Takes some of n bytes; fewer: go on with try_resume(). */
	size_t (*data)(void *arg, const char *p, size_t n);
	/*
	 * Once: it is over, and all data was taken. The try is still there:
	 * try_free() may be called from here, which for one that try_rests()
	 * is to break it off.
	 */
	void (*done)(void *arg, const struct try_out *o);
	/* Once, last, if at done it was still to end: now it has. */
	void (*gone)(void *arg);
};

/* Starts it. Callbacks come from the loop. NULL with errno. */
struct try *try_start(const struct try_in *in, const struct try_cb *cb,
    void *arg);

/*
 * At done: has the reply not ended, though the answer in it has? For a little
 * while it may do so, which keeps the connection; until gone, the upstream
 * takes the request for one under way. Only of a stream.
 */
int try_rests(const struct try *t);

/* The caller has room again. */
void try_resume(struct try *t);

/*
 * Breaks it off: the connection is closed, no callback follows; the verdict,
 * if it is not over, is v. Returns what is known of it.
 */
const struct try_out *try_abort(struct try *t, int v);

/* Breaks off and frees. NULL is fine. Not from commit or data. */
void try_free(struct try *t);

/*
 * Is this refusal for the caller, whatever candidates are left? Also that of
 * a plain answer (stream 0) which did not begin in time: it had all there is.
 */
int try_final(const struct try_out *t, int stream);

/*
 * What the ledger is to know of it, now (ms) that it is over: verdict,
 * numbers, who rests until when (off: the day offset; key: what is known of
 * the key, or NULL; chat: it was one: that a model is unknown or closed to
 * another API says nothing of chats). The rest of a is unknown, and the
 * caller's.
 */
void try_attempt(const struct try_out *t, int64_t now, int off,
    const struct fold_ent *key, int chat, struct attempt *a);

#endif
