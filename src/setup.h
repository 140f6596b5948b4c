/*
 * What ms-serve reads at its start and at every reload, and hands to the
 * front as part of a site: the models, the tokens and what they have used.
 */
#ifndef SETUP_H
#define SETUP_H

struct buf;
struct fault;
struct held;
struct site;

struct setup_opts {
	const char *config; /* path or NULL, as for conf_load() */
	const char *state;  /* folder or NULL */
	const char *tokens; /* path, or NULL: as SPEC says */
	const char *token;  /* of $MS_TOKEN, or NULL */
	const char *keys;   /* path or NULL, as for keys_load() */
	const char *key;    /* only the keys of this name, or NULL */
};

/*
 * Fills in models, native, day_offset, auth and tokens of s, whose other
 * members stay, and h with what passed. Lines for people are appended to
 * warn. 0, or -1 with *f; s and h are then as before.
 */
int setup_load(struct site *s, struct held *h, const struct setup_opts *o,
    struct fault *f, struct buf *warn);

/*
 * Reads anew, from the ledger, what the tokens of s have used. 0, or -1 with
 * *f: their numbers stay.
 */
int setup_count(struct site *s, const struct setup_opts *o, struct fault *f);

#endif
