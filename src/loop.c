/*
 * The loop: watched descriptors in an array indexed by descriptor and in
 * epoll(7), timers in a pairing heap, signals through a pipe to ourselves.
 */
#include <sys/epoll.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loop.h"
#include "now.h"

_Static_assert(POLLIN == EPOLLIN && POLLOUT == EPOLLOUT &&
	POLLERR == EPOLLERR && POLLHUP == EPOLLHUP && POLLRDHUP == EPOLLRDHUP,
    "poll(2) and epoll(7) name events alike");

enum {
	TURN_MAX = 64 /* descriptors served in one turn */
};

/* Where a timer is set: loop_timer.set. */
enum {
	IN_HEAP = 1,
	IN_QUEUE
};

struct watch {
	void (*fn)(void *, int, short);
	void *arg;
	unsigned turn; /* in which it was first asked for */
	short events;  /* 0: not watched */
	short told;    /* to the kernel: these, and maybe more */
	int file;      /* always ready, and unknown to epoll */
};

struct loop {
	int ep;
	struct watch *watch; /* by descriptor */
	size_t nwatch;
	size_t nfiles;
	struct loop_timer *heap; /* the nearest; its siblings are none */
	struct loop_timer *first, *last; /* for the end of the turn */
	size_t nqueued;
	unsigned turn;
	int64_t now; /* see loop_now() */
	int stop;
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

	if ((l = calloc(1, sizeof(*l))) == NULL)
		return NULL;
	if ((l->ep = epoll_create1(EPOLL_CLOEXEC)) == -1) {
		free(l);
		return NULL;
	}
	l->now = now_mono();
	return l;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	close(l->ep);
	free(l->watch);
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
tell(struct loop *l, int fd, int op, short events)
{
	struct epoll_event ev = { .events = (uint32_t)events };

	ev.data.fd = fd;
	if (epoll_ctl(l->ep, op, fd, &ev) == -1)
		return -1;
	l->watch[fd].told = events;
	return 0;
}

static void
unwatch(struct loop *l, int fd)
{
	struct watch *w;

	if ((size_t)fd >= l->nwatch || (w = &l->watch[fd])->events == 0)
		return;
	w->events = 0;
	if (w->file)
		l->nfiles--;
	else
		(void)tell(l, fd, EPOLL_CTL_DEL, 0);
	w->file = 0;
}

/* Makes fd known to the kernel, for which a file has no events. */
static int
watch_new(struct loop *l, int fd, short events)
{
	struct watch *w = &l->watch[fd];

	if (tell(l, fd, EPOLL_CTL_ADD, events) == -1) {
		if (errno != EPERM)
			return -1;
		w->file = 1;
		l->nfiles++;
	}
	w->turn = l->turn;
	return 0;
}

/*
 * The kernel is told of less only once it reports what nobody waits for: who
 * waits by turns for this and that costs no call each time. But that there is
 * room to write it would report at once.
 */
static int
watch_change(struct loop *l, int fd, short events)
{
	const struct watch *w = &l->watch[fd];

	if (w->file ||
	    ((events & ~w->told) == 0 && (w->told & ~events & POLLOUT) == 0))
		return 0;
	return tell(l, fd, EPOLL_CTL_MOD, events);
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
	if (grow_watch(l, fd) == -1)
		return -1;
	w = &l->watch[fd];
	if ((w->events == 0 ? watch_new : watch_change)(l, fd, events) == -1)
		return -1;
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

static void
queue(struct loop *l, struct loop_timer *t)
{
	t->set = IN_QUEUE;
	if ((t->prev = l->last) != NULL)
		t->prev->next = t;
	else
		l->first = t;
	l->last = t;
	l->nqueued++;
}

static void
unqueue(struct loop *l, struct loop_timer *t)
{
	if (t->prev != NULL)
		t->prev->next = t->next;
	else
		l->first = t->next;
	if (t->next != NULL)
		t->next->prev = t->prev;
	else
		l->last = t->prev;
	l->nqueued--;
}

void
loop_timer(struct loop *l, struct loop_timer *t, int64_t ms,
    void (*fn)(void *arg), void *arg)
{
	loop_timer_del(l, t);
	t->fn = fn;
	t->arg = arg;
	t->child = t->next = NULL;
	if (ms <= 0) {
		queue(l, t);
		return;
	}
	t->at = now_mono() + ms;
	t->set = IN_HEAP;
	l->heap = heap_meld(l->heap, t);
}

void
loop_timer_del(struct loop *l, struct loop_timer *t)
{
	int set = t->set;
	struct loop_timer *rest;

	t->set = 0;
	if (set == IN_QUEUE)
		unqueue(l, t);
	if (set != IN_HEAP)
		return;
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

static void
run(struct loop *l, struct loop_timer *t)
{
	loop_timer_del(l, t);
	t->fn(t->arg);
}

/* What sets itself anew is not due again before the next turn. */
static void
run_timers(struct loop *l)
{
	int64_t now = l->heap != NULL ? now_mono() : 0;
	size_t n;

	while (l->heap != NULL && l->heap->at <= now)
		run(l, l->heap);
	for (n = l->nqueued; n > 0 && l->first != NULL; n--)
		run(l, l->first);
}

static int
wait_time(const struct loop *l, int max)
{
	int64_t ms;

	if (l->first != NULL)
		return 0;
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

/* Calls who watches fd, if what happened there is what that one waits for. */
static void
happened(struct loop *l, int fd, short revents)
{
	const struct watch *w = &l->watch[fd];

	/* removed, or another of that number since? */
	if (w->events == 0 || w->turn == l->turn)
		return;
	revents &= (short)(w->events | POLLERR | POLLHUP);
	if (revents != 0)
		w->fn(w->arg, fd, revents);
	else if (!w->file)
		(void)tell(l, fd, EPOLL_CTL_MOD, w->events);
}

int
loop_turn(struct loop *l, int max)
{
	struct epoll_event ev[TURN_MAX];
	int i, n;
	size_t fd;

	l->turn++;
	n = epoll_wait(l->ep, ev, TURN_MAX,
	    l->nfiles > 0 ? 0 : wait_time(l, max));
	if (n == -1 && errno != EINTR)
		return -1;
	l->now = now_mono();
	for (i = 0; i < n; i++)
		happened(l, ev[i].data.fd, (short)ev[i].events);
	for (fd = 0; l->nfiles > 0 && fd < l->nwatch; fd++)
		if (l->watch[fd].file)
			happened(l, (int)fd, POLLIN | POLLOUT);
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
