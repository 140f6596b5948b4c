/*
 * The request that ms-chat's options and input amount to.
 */
#ifndef ASK_H
#define ASK_H

#include <stddef.h>

struct buf;
struct fault;
struct input;
struct request_param;

enum {
	ASK_PARAMS = 40,
	ASK_IMAGES = 64
};

struct ask { /* zeroed; then what options say */
	const struct input *input;
	const char *system;
	const char *schema;	  /* a file, for json_schema */
	const char *conversation; /* a file */
	const char *images[ASK_IMAGES];
	size_t nimages;
	struct request_param *params;
	size_t nparams;
	char max_tokens[16];
};

/*
 * Adds what an option says: an image; a member by its name and JSON value;
 * "NAME=JSON", whose '=' becomes the end of the name; a temperature; a
 * number of tokens. Strings are borrowed. 0, or -1 with *f: EX_USAGE, EX_OSERR.
 */
int ask_image(struct ask *a, const char *arg, struct fault *f);
int ask_member(struct ask *a, const char *name, const char *json,
    struct fault *f);
int ask_param(struct ask *a, char *arg, struct fault *f);
int ask_temperature(struct ask *a, const char *arg, struct fault *f);
int ask_max_tokens(struct ask *a, const char *arg, struct fault *f);
void ask_free(struct ask *a);

struct asked {
	struct buf *body; /* the request */
	struct buf *said; /* its messages, for a conversation */
	int limited;	  /* max_tokens in it is our default */
	int mended;	  /* the prompt was not UTF-8 */
};

/*
 * Reads the input and fills *q, whose bufs are the caller's. stream: 1 ask
 * for a stream, 0 for none, -1 as the request says (a prompt: a stream). 0,
 * or -1 with *f.
 */
int ask_make(struct ask *a, int stream, struct asked *q, struct fault *f);

#endif
