/*
 * What the front counts, and how Prometheus reads it. Pure.
 */
#ifndef METRICS_H
#define METRICS_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct metrics;

/* For n endpoints with these names (borrowed). NULL with errno. */
struct metrics *metrics_new(const char *const *names, size_t n);
void metrics_free(struct metrics *m);

struct metrics_answer {
	size_t endpoint;
	int status;	  /* 0: the client left before there was one */
	int64_t ms;	  /* in all */
	int64_t first_ms; /* to its first byte, -1: none */
	int64_t attempts; /* upstream */
};

/* Counts an answer. */
void metrics_count(struct metrics *m, const struct metrics_answer *a);

struct metrics_now {
	size_t connections, inflight, held;
	int restarts;	    /* of workers */
	int64_t lost_lines; /* of the access log */
};

/* Appends all of it in the exposition format. 0, or -1 with errno. */
int metrics_write(const struct metrics *m, const struct metrics_now *now,
    struct buf *out);

#endif
