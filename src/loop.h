/*
 * The loop: descriptors, timers on the monotonic clock, signals. Callbacks may
 * add and remove anything, themselves included. Descriptors wait in epoll(7),
 * since poll(2) costs by what is watched, and a gateway watches thousands of
 * which few are ready. Of Linux: elsewhere, this is the file to write anew.
 */
#ifndef LOOP_H
#define LOOP_H

#include <stdint.h>

struct loop;

/* NULL with errno. loop_free() closes nothing that the caller opened. */
struct loop *loop_new(void);
void loop_free(struct loop *l);

/*
 * Watches fd for poll events (0: no more; it must be taken out before it is
 * closed), replacing what was said of it before. A file, /dev/null too, is
 * always ready. 0, or -1 with errno, and nothing has changed.
 */
int loop_fd(struct loop *l, int fd, short events,
    void (*fn)(void *arg, int fd, short revents), void *arg);

struct loop_timer { /* part of the caller's own struct, zeroed */
	int64_t at; /* monotonic ms */
	void (*fn)(void *arg);
	void *arg;
	int set;
	struct loop_timer *child, *next, *prev; /* in the heap, or the queue */
};

/*
 * Calls fn once, ms milliseconds from now, 0: at the end of this turn, in the
 * order of asking; replaces an earlier setting. Needs no memory, and so cannot
 * fail.
 */
void loop_timer(struct loop *l, struct loop_timer *t, int64_t ms,
    void (*fn)(void *arg), void *arg);
void loop_timer_del(struct loop *l, struct loop_timer *t);

/* Calls fn from the loop (never from the handler) after signal sig. */
int loop_signal(struct loop *l, int sig, void (*fn)(void *arg, int sig),
    void *arg);

/*
 * When the callbacks of this turn began, monotonic ms: for what happens too
 * often to ask the clock each time.
 */
int64_t loop_now(const struct loop *l);

/* Waits at most max ms (-1: as long as it takes) and runs what is due. */
int loop_turn(struct loop *l, int max);

/* Turns until loop_stop(). 0, or -1 with errno. */
int loop_run(struct loop *l);
void loop_stop(struct loop *l);

#endif
