/*
 * The line-up of models for a decision: those to be tried, in order, and
 * those that are left out, with the reason. Pure.
 */
#ifndef LINEUP_H
#define LINEUP_H

#include <stddef.h>
#include <stdint.h>

struct conf_model;
struct pick;
struct pick_in;

struct lineup_model {
	const char *id;
	const struct conf_model *conf; /* NULL: not configured */
	int disabled;
	int state;	/* enum pick_state */
	int64_t until;	/* 0: now, or unknown */
	int why;	/* enum verdict */
	int64_t left;	/* over all keys, -1 unknown */
	int last_error; /* enum verdict, -1 none */
};

struct lineup {
	struct lineup_model *v;
	size_t n;
	size_t tried; /* the first so many */
};

/*
 * From the candidates p[0..n) that pick() gave for in. Strings belong to in.
 * 0 (freed with lineup_free()), or -1 with ENOMEM.
 */
int lineup_make(const struct pick_in *in, const struct pick *p, size_t n,
    struct lineup *l);
void lineup_free(struct lineup *l);

/*
 * Puts the models ids[0..n) first and leaves out all others. 0, or -1 and l
 * is as before: *bad is the first id that is not in l or disabled (EINVAL),
 * or comes twice (EEXIST); ENOMEM.
 */
int lineup_reorder(struct lineup *l, char *const *ids, size_t n, size_t *bad);

/* "ready", "resting", "ask", "out", "no_key" or "disabled". */
const char *lineup_state(const struct lineup_model *m);

#endif
