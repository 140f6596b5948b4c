/*
 * Reads the members of JSON objects into C structures by tables, and names
 * the place of all that is wrong: "models.json: models[2].tier: want 1 to 4,
 * got 7". Pure. Every jv is borrowed.
 */
#ifndef MEMBER_H
#define MEMBER_H

#include <jv.h>
#include <stddef.h>

struct buf;
struct fault;

enum {
	MEMBER_STRING_MAX = 512
};

/* Where we are in the reading of one text. */
struct member_in {
	const char *path; /* the file, in messages */
	struct fault *f;
	struct buf *warn; /* a line per unknown member */
	char at[160];	  /* "models[2]", "" at the top */
};

enum member_kind {
	MEMBER_STRING,	/* char *, allocated: not empty, no controls */
	MEMBER_TRUTH,	/* int */
	MEMBER_INTEGER, /* int from min to max */
	MEMBER_AMOUNT,	/* double, 0 or more */
	MEMBER_SECONDS, /* int of ms; fractions of seconds are fine */
	MEMBER_OFFSET,	/* int of seconds, from "+08:00" */
	MEMBER_API,	/* int, from "ollama" (0) or "openai" (1) */
	MEMBER_OBJECT,	/* what the table sub says */
	MEMBER_LATER	/* known, but not read by the table */
};

/* A table ends with a member without a name. */
struct member {
	const char *name;
	enum member_kind kind;
	size_t at; /* offset in what is filled */
	int min, max;
	const struct member *sub;
};

/* Sets the place that is read now. */
void member_place(struct member_in *in, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Faults of member key at this place, or of the place itself if key is NULL:
 * in general, and where something else was wanted than v is (EX_CONFIG), and
 * out of memory. All return -1.
 */
int member_bad(struct member_in *in, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int member_wrong(struct member_in *in, const char *key, const char *want, jv v);
int member_nomem(struct member_in *in);

/* v as a string in *out, which is replaced. 0, or -1 with the fault set. */
int member_string(struct member_in *in, const char *key, jv v, char **out);

/*
 * Fills base from the members of the object o. Unknown members are a line
 * in in->warn. 0, or -1 with the fault set.
 */
int member_fill(struct member_in *in, jv o, const struct member *members,
    void *base);

/*
 * Hands member key of o to fn with arg, if it is there; it must be of this
 * kind, an array or an object. 0, or -1 with the fault set; else as fn.
 */
int member_section(struct member_in *in, jv o, const char *key, jv_kind kind,
    int (*fn)(void *arg, jv v), void *arg);

#endif
