/*
 * The attempt machine: any number of requests, each tried at one candidate
 * after another until one answers. Where requests come from and answers go is
 * the caller's: the command line, a file of many, a socket.
 */
#ifndef CHAT_H
#define CHAT_H

#include <stddef.h>
#include <stdint.h>

struct api;
struct chat;
struct chat_job;
struct conf;
struct decision;
struct fault;
struct keys;
struct ledger;
struct limits;
struct loop;
struct translate;
struct translate_in;
struct upstream;
struct window;

enum {
	CHAT_NOTE,
	CHAT_WARN
};

struct chat_opts { /* all borrowed for the life of the chat */
	struct loop *loop;
	const struct conf *conf;
	const struct keys *keys;
	struct ledger *ledger;
	int retries;
	size_t max_event, max_answer; /* bytes from upstream, 0: as ever */
	/* One line for people: an attempt (CHAT_NOTE), or a warning. */
	void (*say)(void *arg, int what, const char *line);
	void *arg;
};

/* NULL with *f. chat_free() cancels what is under way. */
struct chat *chat_new(const struct chat_opts *o, struct fault *f);
void chat_free(struct chat *c);

/* What it was made with, and its connections: all borrowed. */
const struct chat_opts *chat_opts(const struct chat *c, struct upstream **up);

/* For a process that lives long: has a local model loaded. */
void chat_preload(struct chat *c);

struct chat_ask {
	const char *id;	   /* of the request, NULL: made here */
	const char *token; /* name of the caller's, or NULL */
	const struct api *api;
	const char *const *headers; /* as of struct try_in, borrowed too */
	const char *body;	    /* borrowed until the end */
	size_t len;
	char *const *models; /* in place of those in the body */
	size_t nmodels;
	int route;	 /* 1 always, 0 never, -1 as SPEC says */
	int limited;	 /* max_tokens is our default */
	int assemble;	 /* a stream is made a plain answer */
	int lazy;	 /* reasoning alone is no answer yet */
	int64_t timeout; /* ms for all of it, 0: none */
	int64_t commit;	 /* ms until an answer begins, 0: none */
};

/* What goes before the first byte of an answer. Borrowed strings. */
struct chat_head {
	const char *id;
	const char *model; /* that answers */
	int stream;	   /* SSE, else JSON */
	/* How to translate it; NULL: it is as was asked for */
	const struct translate *translate;
	const struct translate_in *in;
	int attempts;
	const struct decision *decision; /* NULL: not routed */
	const struct limits *limits;
	const struct window *window; /* or NULL */
};

struct chat_result {
	int verdict;	     /* enum verdict */
	int exit;	     /* EX_ code; 0: answered */
	int status;	     /* upstream's HTTP status, 0 */
	int unknown;	     /* there is no such model */
	int dry;	     /* no model and key of it may be asked today */
	const char *message; /* for people, with its place */
	const char *hint;    /* or "" */
	const char *reply;   /* upstream's own refusal, */
	size_t nreply;	     /* 0: none to pass on */
	int64_t retry_after; /* seconds, -1 unknown */
	int committed;	     /* an answer had begun */
	int told;	     /* its stream holds the error */
	int64_t events;	     /* of its stream */
	const char *id;
	const char *model; /* last tried, or NULL */
	int attempts;
	const char *const *retried; /* models that refused */
	size_t nretried;
	const struct decision *decision;
	const char *routing; /* JSON of the request's own, or NULL */
	const struct limits *limits;
	const struct window *window; /* or NULL */
	int64_t prompt_tokens, completion_tokens;
};

/*
 * Where the answer goes. end is called once, last, whether head was or not;
 * not after chat_cancel(). None of the three may call chat_cancel().
 */
struct chat_sink {
	void (*head)(void *arg, const struct chat_head *h);
	/* Takes some of n bytes: how many. Fewer: see chat_resume(). */
	size_t (*data)(void *arg, const char *p, size_t n);
	void (*end)(void *arg, const struct chat_result *r);
};

/*
 * Starts a request. Callbacks come from the loop only. NULL with *f:
 * EX_DATAERR (the body is no request), EX_OSERR.
 */
struct chat_job *chat_start(struct chat *c, const struct chat_ask *a,
    const struct chat_sink *s, void *arg, struct fault *f);

/* The sink has room again. */
void chat_resume(struct chat_job *j);

/* Ends a job at once: its upstream call is closed, nothing is called. */
void chat_cancel(struct chat_job *j);

#endif
