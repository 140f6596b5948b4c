/*
 * The endpoints of ms-serve: one row each, that says who answers and in what
 * shape. Pure.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <stddef.h>

struct http_str;

enum {
	ENDPOINT_GET = 1,
	ENDPOINT_POST = 2
};

enum endpoint_family {	/* of errors */
	FAMILY_OPENAI,	/* {"error":{message,type,param,code}} */
	FAMILY_NATIVE,	/* {"detail"} */
	FAMILY_BALANCE, /* {success,message,error} */
	FAMILY_STATUS,	/* {status,message} */
	FAMILY_MESSAGES /* {"type":"error","error":{type,message}} */
};

enum endpoint_kind {  /* who answers */
	KIND_NONE,    /* nobody: unknown path */
	KIND_CHAT,    /* a worker */
	KIND_TOOL,    /* a program run by the supervisor */
	KIND_BALANCE, /* one too, its body being looked at first */
	KIND_ROUTE,   /* and so here */
	KIND_MODELS,  /* the front, from here on */
	KIND_MODEL,
	KIND_NATIVE_MODELS,
	KIND_HEALTH,
	KIND_METRICS,
	KIND_ROOT,
	KIND_FILE
};

enum {		       /* flags */
	EP_OPEN = 1,   /* no token needed */
	EP_ADMIN = 2,  /* only for admins */
	EP_PREFIX = 4, /* and all paths below it */
	EP_XKEY = 8,   /* x-api-key is not our token here */
	EP_COUNTS = 16 /* against a token's daily number */
};

struct endpoint {
	const char *path;
	int methods;
	enum endpoint_kind kind;
	enum endpoint_family family;
	int flags;
	const char *op;	  /* for the worker or the supervisor */
	const char *form; /* the worker's name of the shape */
};

/* The row of a raw path; never NULL (KIND_NONE if there is none such). */
const struct endpoint *endpoint_find(const struct http_str *path);

/* All rows, the last being that of KIND_NONE. */
extern const struct endpoint endpoint_table[];
size_t endpoint_count(void);

#endif
