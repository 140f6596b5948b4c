/*
 * A policy: a jq program of the user's that orders the models itself.
 * Compiled once; each run is a child with nothing to reach for: an empty
 * environment, no descriptors, little memory and time.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stddef.h>

struct fault;
struct policy;

/*
 * Reads and compiles path. NULL with *f: EX_NOINPUT (cannot be read),
 * EX_DATAERR (does not compile), EX_OSERR.
 */
struct policy *policy_new(const char *path, struct fault *f);
void policy_free(struct policy *p);

/*
 * Runs it with the JSON text input[0..n) as its input. Sets *ids to the
 * strings of the array that it gives first (allocated, as is each of them)
 * and *nids. 0, or -1 with *f saying what is wrong: an error, no output or
 * another one, none in the array, past the bounds.
 */
int policy_run(struct policy *p, const char *input, size_t n, char ***ids,
    size_t *nids, struct fault *f);

#endif
