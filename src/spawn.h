/* Starting programs: which descriptors they get, and nothing else. */
#ifndef SPAWN_H
#define SPAWN_H

#include <sys/types.h>

enum {
	SPAWN_FDS = 16
};

struct spawn {
	const char *path;
	char *const *argv;
	int empty;	    /* with no environment at all */
	int listen;	    /* tell it LISTEN_FDS=1, LISTEN_PID */
	int death;	    /* signal it gets when we die, or 0 */
	char *const *env;   /* NAME=VALUE besides ours, or NULL */
	int nfds;	    /* its descriptors are 0 to nfds - 1 */
	int fds[SPAWN_FDS]; /* what they copy; -1: /dev/null */
};

/*
 * Starts it in a process group of its own, with default signals. The pid, or
 * -1 with errno. A program that cannot be run says so on its stderr and exits
 * with 71.
 */
pid_t spawn(const struct spawn *s);

/* p[0..n) as a file that is nowhere, for reading only. Its descriptor, or -1
 * with errno. */
int spawn_memory(const char *p, size_t n);

#endif
