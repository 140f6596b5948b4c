/*
 * Programs run on request: the supervisor's socket called tool, the fixed
 * table of what may be run, and the bounds of each run.
 */
#ifndef TOOLS_H
#define TOOLS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct held;
struct loop;
struct tools;

struct tools_opts {
	struct loop *loop;
	int fd;			 /* listens; borrowed */
	const char *bin;	 /* folder of the programs */
	const struct held *held; /* lent to them */
	int64_t time;		 /* ms for a run */
	size_t body;		 /* bytes of a request */
	/* Somebody asks for a reload: see tools_reloaded(). */
	void (*reload)(void *arg);
	void *arg;
};

/* NULL with errno. Kills what runs. */
struct tools *tools_new(const struct tools_opts *o);
void tools_free(struct tools *t);

/* A process ended: 1 if it was a tool, else 0. */
int tools_exited(struct tools *t, pid_t pid, int status);

/* Answers those who asked for a reload; why is NULL if it went well. */
void tools_reloaded(struct tools *t, const char *why);

#endif
