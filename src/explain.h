/*
 * A decision and the line-up of models that follows from it: as JSON, as a
 * table, and as what a policy is told. Pure.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <stddef.h>

struct buf;
struct decision;
struct lineup;
struct pick_in;
struct table_style;

/* Appends one line of JSON, LF included. off as in day.h. 0, or -1, errno. */
int explain_json(const struct decision *d, const struct lineup *l, int off,
    struct buf *out);

/* Appends the same for people. */
int explain_table(const struct decision *d, const struct lineup *l, int off,
    const struct table_style *s, struct buf *out);

/* Appends {request, decision, models, keys}; request[0..n) is JSON. */
int explain_policy(const char *request, size_t n, const struct decision *d,
    const struct lineup *l, const struct pick_in *in, struct buf *out);

#endif
