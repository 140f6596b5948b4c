/*
 * The supervisor of ms-serve: holds the listening sockets, starts the front
 * and the workers, starts anew what dies, reloads without loss, runs tools on
 * request, and leaves when all is answered.
 */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <stddef.h>

struct fault;
struct held;
struct port;
struct setup_opts;
struct site;

struct supervise_opts {
	struct site *site; /* all but what setup_load() fills in */
	const struct setup_opts *setup;
	struct held *held;  /* what setup_load() had it hold */
	struct port *ports; /* closed when told to leave */
	size_t nports;
	int workers;
	const char *key; /* for the workers: --key, or NULL */
	const char *bin; /* folder of the programs */
	/* One line for people. */
	void (*say)(const char *line);
};

/* argv[0] of the front, by which ms-serve knows what it is to be. */
#define SUPERVISE_FRONT "ms-serve: front"

/* Runs until told to leave. 0, or -1 with *f. */
int supervise(const struct supervise_opts *o, struct fault *f);

#endif
