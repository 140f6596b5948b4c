/*
 * The poll loop: watched descriptors in an array indexed by descriptor,
 * timers in a pairing heap, signals through a pipe to ourselves.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"
#include "now.h"

enum {
	GATHER = 1000,	   /* us, see gather() */
	GATHER_MANY = 256, /* descriptors */
	GATHER_FEW = 32,   /* ready: fewer than one in so many */
	GATHER_TURNS = 16  /* in a row */
};

struct watch {
	void (*fn)(void *, int, short);
	void *arg;
	unsigned turn; /* in which it was first asked for */
	size_t place;  /* in the list, and 1; 0: not watched */
	short events;
};

struct loop {
	struct watch *watch; /* by descriptor */
	size_t nwatch;
	int *list; /* the watched ones */
	size_t nlist;
	struct pollfd *pfd;
	size_t maxlist;
	struct loop_timer *heap; /* the nearest; its siblings are none */
	size_t ntimers;
	unsigned turn;
	int64_t now; /* see loop_now() */
	int stop;
	size_t ready; /* at the last turn */
	int64_t last; /* turn, in microseconds; see gather() */
	int quick;
};

static struct {
	int fd[2];
	volatile sig_atomic_t seen[NSIG];
	void (*fn[NSIG])(void *, int);
	void *arg[NSIG];
} sigs = { .fd = { -1, -1 } };

struct loop *
loop_new(void)
{
	struct loop *l;

	if ((l = calloc(1, sizeof(*l))) != NULL)
		l->now = now_mono();
	return l;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	free(l->watch);
	free(l->list);
	free(l->pfd);
	free(l);
}

static int
grow_watch(struct loop *l, int fd)
{
	struct watch *w;
	size_t n;

	if ((size_t)fd < l->nwatch)
		return 0;
	n = (size_t)fd + 64;
	if ((w = reallocarray(l->watch, n, sizeof(*w))) == NULL)
		return -1;
	memset(w + l->nwatch, 0, (n - l->nwatch) * sizeof(*w));
	l->watch = w;
	l->nwatch = n;
	return 0;
}

static int
grow_list(struct loop *l)
{
	struct pollfd *p;
	size_t n;
	int *v;

	if (l->nlist < l->maxlist)
		return 0;
	n = l->maxlist == 0 ? 16 : l->maxlist * 2;
	if ((v = reallocarray(l->list, n, sizeof(*v))) == NULL)
		return -1;
	l->list = v;
	if ((p = reallocarray(l->pfd, n, sizeof(*p))) == NULL)
		return -1;
	l->pfd = p;
	l->maxlist = n;
	return 0;
}

static void
unwatch(struct loop *l, int fd)
{
	struct watch *w;
	int last;

	if ((size_t)fd >= l->nwatch || (w = &l->watch[fd])->place == 0)
		return;
	last = l->list[--l->nlist];
	l->list[w->place - 1] = last;
	l->watch[last].place = w->place;
	w->place = 0;
	w->events = 0;
}

int
loop_fd(struct loop *l, int fd, short events,
    void (*fn)(void *arg, int fd, short revents), void *arg)
{
	struct watch *w;

	if (events == 0) {
		unwatch(l, fd);
		return 0;
	}
	if (grow_watch(l, fd) == -1 || grow_list(l) == -1)
		return -1;
	w = &l->watch[fd];
	if (w->place == 0) {
		l->list[l->nlist++] = fd;
		w->place = l->nlist;
		w->turn = l->turn;
	}
	w->events = events;
	w->fn = fn;
	w->arg = arg;
	return 0;
}

/* One heap of two, of which either may be none. */
static struct loop_timer *
heap_meld(struct loop_timer *a, struct loop_timer *b)
{
	struct loop_timer *t;

	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	if (b->at < a->at) {
		t = a;
		a = b;
		b = t;
	}
	b->prev = a;
	if ((b->next = a->child) != NULL)
		b->next->prev = b;
	a->child = b;
	return a;
}

/* One heap of t and its siblings: of pairs first, then of those. */
static struct loop_timer *
heap_gather(struct loop_timer *t)
{
	struct loop_timer *a, *b, *pairs = NULL, *all = NULL;

	while ((a = t) != NULL) {
		b = a->next;
		t = b != NULL ? b->next : NULL;
		a->next = NULL;
		if (b != NULL)
			b->next = NULL;
		a = heap_meld(a, b);
		a->next = pairs;
		pairs = a;
	}
	while ((a = pairs) != NULL) {
		pairs = a->next;
		a->next = NULL;
		all = heap_meld(all, a);
	}
	return all;
}

void
loop_timer(struct loop *l, struct loop_timer *t, int64_t ms,
    void (*fn)(void *arg), void *arg)
{
	loop_timer_del(l, t);
	t->at = now_mono() + (ms < 0 ? 0 : ms);
	t->fn = fn;
	t->arg = arg;
	t->set = 1;
	t->child = t->next = NULL;
	l->heap = heap_meld(l->heap, t);
	l->ntimers++;
}

void
loop_timer_del(struct loop *l, struct loop_timer *t)
{
	struct loop_timer *rest;

	if (!t->set)
		return;
	t->set = 0;
	l->ntimers--;
	rest = heap_gather(t->child);
	if (t == l->heap) {
		l->heap = rest;
		return;
	}
	if (t->prev->child == t)
		t->prev->child = t->next;
	else
		t->prev->next = t->next;
	if (t->next != NULL)
		t->next->prev = t->prev;
	l->heap = heap_meld(l->heap, rest);
}

static void
on_signal(int sig)
{
	int e = errno;
	ssize_t n;

	sigs.seen[sig] = 1;
	n = write(sigs.fd[1], "", 1); /* a full pipe will wake us as well */
	(void)n;
	errno = e;
}

static void
drain_signals(void *arg, int fd, short revents)
{
	char junk[64];
	int i;

	(void)arg;
	(void)revents;
	while (read(fd, junk, sizeof(junk)) > 0)
		continue;
	for (i = 1; i < NSIG; i++)
		if (sigs.seen[i]) {
			sigs.seen[i] = 0;
			if (sigs.fn[i] != NULL)
				sigs.fn[i](sigs.arg[i], i);
		}
}

int
loop_signal(struct loop *l, int sig, void (*fn)(void *arg, int sig), void *arg)
{
	struct sigaction sa;

	if (sigs.fd[0] == -1 && pipe2(sigs.fd, O_CLOEXEC | O_NONBLOCK) == -1)
		return -1;
	if (loop_fd(l, sigs.fd[0], POLLIN, drain_signals, NULL) == -1)
		return -1;
	sigs.fn[sig] = fn;
	sigs.arg[sig] = arg;
	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = on_signal;
	sa.sa_flags = SA_RESTART;
	return sigaction(sig, &sa, NULL);
}

/* Runs what is due, but no timer that sets itself anew for ever. */
static void
run_timers(struct loop *l)
{
	struct loop_timer *t;
	int64_t now = now_mono();
	size_t n = l->ntimers;

	while (n-- > 0 && (t = l->heap) != NULL && t->at <= now) {
		loop_timer_del(l, t);
		t->fn(t->arg);
	}
}

static int64_t
micros(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/*
 * poll(2) costs by what is watched, not by what is ready. With much to watch
 * and turn upon turn for a few descriptors each, a rest lets more of them
 * become ready, so that one call serves them all.
 */
static void
gather(struct loop *l, size_t watched)
{
	int64_t now;

	if (watched < GATHER_MANY)
		return;
	now = micros();
	if (now - l->last < GATHER && l->ready < watched / GATHER_FEW)
		l->quick++;
	else
		l->quick = 0;
	if (l->quick > GATHER_TURNS) {
		(void)poll(NULL, 0, GATHER / 1000);
		now = micros();
	}
	l->last = now;
}

static int
wait_time(const struct loop *l, int max)
{
	int64_t ms;

	if (l->heap == NULL)
		return max;
	if ((ms = l->heap->at - now_mono()) < 0)
		ms = 0;
	if (ms > 3600 * 1000)
		ms = 3600 * 1000;
	return max >= 0 && max < ms ? max : (int)ms;
}

int64_t
loop_now(const struct loop *l)
{
	return l->now;
}

int
loop_turn(struct loop *l, int max)
{
	struct watch *w;
	size_t i, n;
	int r;

	n = l->nlist;
	gather(l, n);
	for (i = 0; i < n; i++) {
		l->pfd[i].fd = l->list[i];
		l->pfd[i].events = l->watch[l->list[i]].events;
		l->pfd[i].revents = 0;
	}
	l->turn++;
	if ((r = poll(l->pfd, n, wait_time(l, max))) == -1 && errno != EINTR)
		return -1;
	l->now = now_mono();
	l->ready = r > 0 ? (size_t)r : 0;
	for (i = 0; r > 0 && i < n; i++) {
		struct pollfd p = l->pfd[i];

		if (p.revents == 0)
			continue;
		r--;
		w = &l->watch[p.fd];
		p.revents &= (short)(w->events | POLLERR | POLLHUP | POLLNVAL);
		/* removed, asked for less, or another of that number since? */
		if (w->place == 0 || w->turn == l->turn || p.revents == 0)
			continue;
		w->fn(w->arg, p.fd, p.revents);
	}
	run_timers(l);
	return 0;
}

int
loop_run(struct loop *l)
{
	l->stop = 0;
	while (!l->stop)
		if (loop_turn(l, -1) == -1)
			return -1;
	return 0;
}

void
loop_stop(struct loop *l)
{
	l->stop = 1;
}
