/* The Prometheus text exposition format, version 0.0.4. Pure. */
#ifndef PROM_H
#define PROM_H

#include <stddef.h>

struct buf;

/* A label and its value; arrays of them end with a NULL name. */
struct prom_label {
	const char *name, *value;
};

/*
 * Begins a family of metrics; type is "gauge" or "counter". All samples of
 * a name come right after it. 0, or -1 with errno.
 */
int prom_family(struct buf *out, const char *name, const char *type,
    const char *help);

/* One sample; a value that is NaN is unknown, and not written. */
int prom_sample(struct buf *out, const char *name,
    const struct prom_label *labels, double value);

#endif
