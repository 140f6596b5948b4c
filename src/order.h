/*
 * From the model names of a request to the order of models to try: ids,
 * aliases, "auto", "tier1" to "tier4". Pure.
 */
#ifndef ORDER_H
#define ORDER_H

#include <stddef.h>

struct conf;
struct decision;
struct fault;
struct pick_model;

/*
 * Does the order of these names wait for a decision? If a name means "auto",
 * or there is none, unless routing is off in c or smart (the request's own
 * smart_route) is 0. route, an option's, decides if it is not -1.
 */
int order_routed(const struct conf *c, char *const *names, size_t n, int route,
    int smart);

/*
 * The *norder models in order, none twice: allocated (freed by the caller);
 * what they point to belongs to c and names. d is used where a name means
 * "auto"; a name that means a tier stands for the order of that tier. An id
 * that is not configured but has a '/' goes to the first upstream unless
 * c->unlisted is 0. NULL with *f: EX_UNAVAILABLE (a model that is not known
 * or disabled), EX_CONFIG (no model), EX_OSERR.
 */
struct pick_model *order_make(const struct conf *c, char *const *names,
    size_t n, const struct decision *d, size_t *norder, struct fault *f);

#endif
