/*
 * The limits of ms-serve: each has a default, an option --NAME, and a test.
 * Times are in milliseconds here and in seconds as options.
 */
#ifndef BOUNDS_H
#define BOUNDS_H

#include <stddef.h>
#include <stdint.h>

struct bounds {
	int64_t connections; /* of clients */
	int64_t line;	     /* bytes of a request line */
	int64_t head;	     /* bytes of the header fields */
	int64_t fields;	     /* how many of them */
	int64_t body;	     /* bytes of a request's body */
	int64_t held;	     /* bytes of all bodies held at once */
	int64_t event;	     /* bytes of one event of an answer */
	int64_t answer;	     /* bytes of a whole answer */
	int64_t head_time;   /* for a head, from its first byte */
	int64_t body_time;   /* of silence inside a body */
	int64_t idle_time;   /* between requests */
	int64_t write_time;  /* in which a client takes nothing */
	int64_t answer_time; /* in which a back end says nothing */
	int64_t drain_time;  /* for what is under way when leaving */
	int64_t tool_time;   /* for a program run on request */
};

struct bound {
	const char *name;	/* of the option, without "--" */
	size_t offset;		/* in struct bounds */
	int64_t dflt, min, max; /* as the option has them */
	int seconds;		/* a time */
};

/* All of them; the last has a NULL name. */
extern const struct bound bounds_table[];

/* The defaults. */
void bounds_init(struct bounds *b);

/* The value that a row of the table stands for. */
int64_t *bounds_value(struct bounds *b, const struct bound *row);

#endif
