/*
 * What an upstream's answer to one attempt means, whose fault it is, what to
 * do next and who rests how long: the tables of what is known of the service
 * (HTTP status and message text, 429s told apart, hollow 200s). Pure.
 */
#ifndef CLASSIFY_H
#define CLASSIFY_H

#include <stddef.h>
#include <stdint.h>

enum verdict {
	V_OK,
	V_BAD_KEY,	 /* 401: bad token, or of another host */
	V_UNBOUND,	 /* 401: no Alibaba Cloud account bound */
	V_UNVERIFIED,	 /* 403: not real-name verified */
	V_NO_PERMISSION, /* 403: this key may not use this model */
	V_NO_PROVIDER,	 /* 400: known id that nobody serves */
	V_BAD_MODEL,	 /* 400, 404: unknown id */
	V_STREAM_ONLY,	 /* 400: the model takes only stream:true */
	V_THINK_OFF,	 /* 400: wants enable_thinking:false */
	V_THINK_ON,	 /* 400: refuses enable_thinking:false */
	V_BAD_REQUEST,	 /* other 4xx: the caller's own mistake */
	V_NO_CREDITS,	 /* 402, 429: insufficient balance */
	V_QUOTA_DAY,	 /* 429: this model's quota of the day */
	V_QUOTA_MONTH,	 /* 429: this model's quota of the month */
	V_BURST,	 /* 429: per-minute limits of the back end */
	V_PROVIDER,	 /* 429: the provider's own account is dead */
	V_TOO_MANY,	 /* 429: concurrency or rate */
	V_SERVER,	 /* 5xx, 408, 409, 425 */
	V_HOLLOW,	 /* 200 without an answer in it */
	V_REASONED,	 /* 200, empty: reasoning ate max_tokens */
	V_BAD_REPLY,	 /* not what was asked for: HTML, 3xx, no JSON */
	V_TOO_LARGE,	 /* an answer or event past our ceiling */
	V_CUT,		 /* broke off inside the body */
	V_NETWORK,	 /* no answer: DNS, connection, reset */
	V_TLS,		 /* certificate or handshake */
	V_TIMEOUT,
	V_CANCELLED, /* the asker went away */
	V_SYSTEM,    /* our own machine: memory, descriptors */
	V_MAX
};

enum scope { /* who is at fault, and rests */
	SCOPE_NONE,
	SCOPE_KEY,
	SCOPE_MODEL,
	SCOPE_PAIR, /* this key with this model */
	SCOPE_UPSTREAM
};

enum next {
	NEXT_DONE,    /* it is an answer */
	NEXT_TRY,     /* choose another candidate */
	NEXT_REPAIR,  /* mend the request, same candidate, once */
	NEXT_BALANCE, /* ask the balance endpoint, then choose */
	NEXT_RETURN   /* the caller's to know */
};

/* The fixed properties of a verdict. */
struct verdict_info {
	const char *name;  /* as in the ledger: "bad_key" */
	const char *words; /* for people: "key refused" */
	const char *state; /* of ms-balance: "invalid_key" */
	enum scope scope;
	enum next next;
	int out;    /* while resting: not even a last resort */
	int status; /* EX_ code if it is the last word */
};

/* Never NULL; v out of range gives that of V_BAD_REPLY. */
const struct verdict_info *verdict_info(int v);

/* The verdict of a ledger name (n bytes), or -1. */
int verdict_named(const char *name, size_t n);

enum transport { /* how the transfer itself ended */
	TRANSPORT_OK,
	TRANSPORT_NETWORK, /* before the status line was in */
	TRANSPORT_TLS,
	TRANSPORT_TIMEOUT,
	TRANSPORT_CUT, /* after it */
	TRANSPORT_TOOBIG,
	TRANSPORT_SYSTEM /* of our own: memory, descriptors */
};

struct reply {
	enum transport transport;
	int status;	  /* HTTP, 0: none */
	const char *type; /* Content-Type or NULL */
	const char *body; /* what was read of it */
	size_t len;
	int whole; /* all of it was read; see classify() */
	int left;  /* a header says 0 left: 1 */
};

struct classified {
	enum verdict verdict;
	char message[512];   /* upstream's, printable, or "" */
	char code[64];	     /* its error.code or .type, or "" */
	char request_id[96]; /* upstream's, or "" */
};

/*
 * Judges one reply. A status that says no is judged by as much of the body
 * as there is, however the transfer ended. A 200 is judged only as a whole
 * plain body: JSON with an error, hollow, or fine; not whole it is V_CUT
 * (streams are judged by their events, with classify_event()). What the
 * reply's text holds of secrets is the caller's to mask.
 */
void classify(const struct reply *r, struct classified *c);

/*
 * Judges the data of one stream event that holds a top-level "error"; the
 * same words mean the same as in a body, status being error.code or
 * error.status where it is an HTTP status. Where it is none, the words of
 * any status count; others are V_SERVER.
 */
void classify_event(const char *data, size_t n, struct classified *c);

/*
 * When the one at fault may be used again: milliseconds since 1970, 0 if
 * nobody rests. retry_after in seconds, -1 unknown; strikes: how many of
 * the same before this one without a success between (for doubling); now
 * and off (day offset, seconds) for rests that end with the day or month.
 */
int64_t classify_rest(enum verdict v, int64_t now, int off, int64_t retry_after,
    int strikes);

/*
 * Retry-After, n bytes: seconds, or an HTTP date (now in ms); at most a day.
 * -1: garbage. RFC 9110, 10.2.3.
 */
int64_t classify_retry_after(const char *s, size_t n, int64_t now);

#endif
