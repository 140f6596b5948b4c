/*
 * The access log: a line for each request, on stderr. It never blocks: what
 * cannot be written at once is dropped and counted.
 */
#ifndef ACCESSLOG_H
#define ACCESSLOG_H

#include <stddef.h>
#include <stdint.h>

struct accesslog;

struct access {
	int64_t ts; /* ms since 1970, when it was over */
	int off;    /* of the day, seconds */
	const char *id, *peer, *token, *model; /* or NULL */
	const char *forwarded;		       /* X-Forwarded-For, or NULL */
	const char *method, *path;
	int status, whole;
	int64_t bytes, ms, first_ms, attempts;
};

/* To fd; text: for people, else JSON. NULL with errno. */
struct accesslog *accesslog_new(int fd, int text);
void accesslog_free(struct accesslog *l);

/* Notes a request. */
void accesslog_add(struct accesslog *l, const struct access *a);

/* Writes what was noted, as far as it is taken. Once a turn of the loop. */
void accesslog_flush(struct accesslog *l);

/* How many lines were dropped. */
int64_t accesslog_lost(const struct accesslog *l);

#endif
