/* The loop: epoll for sockets, a heap of deadlines, the listener. */
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

enum {
	MAX_EVENTS = 512,
	MAX_ACCEPTS = 64,
	RETRY_MS = 100
};

static int poller = -1;
static int64_t now;
static struct conn **heap; /* heap[1] is the nearest */
static size_t nheap, heap_cap;
static volatile sig_atomic_t ended;

static void
end(int sig)
{
	(void)sig;
	ended = 1;
}

static void
tick(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
loop_now(void)
{
	return now;
}

static void
control(int op, int fd, struct conn *c, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = c };

	if (epoll_ctl(poller, op, fd, &ev) == -1)
		err(1, "epoll_ctl");
}

void
loop_add(struct conn *c)
{
	c->events = EPOLLIN;
	control(EPOLL_CTL_ADD, c->fd, c, c->events);
}

void
loop_watch(struct conn *c, uint32_t events)
{
	if (c->events == events)
		return;
	c->events = events;
	control(EPOLL_CTL_MOD, c->fd, c, events);
}

void
loop_forget(struct conn *c)
{
	loop_off(c);
	control(EPOLL_CTL_DEL, c->fd, c, 0);
}

static void
place(size_t i, struct conn *c)
{
	heap[i] = c;
	c->heap = i;
}

static void
sift(size_t i)
{
	struct conn *c = heap[i];
	size_t child;

	for (; i > 1 && heap[i / 2]->due > c->due; i /= 2)
		place(i, heap[i / 2]);
	for (; (child = i * 2) <= nheap; i = child) {
		if (child < nheap && heap[child + 1]->due < heap[child]->due)
			child++;
		if (heap[child]->due >= c->due)
			break;
		place(i, heap[child]);
	}
	place(i, c);
}

void
loop_at(struct conn *c, int64_t due)
{
	c->due = due;
	if (c->heap == 0) {
		if (nheap + 2 > heap_cap) {
			heap_cap = heap_cap == 0 ? 256 : heap_cap * 2;
			heap = realloc(heap, heap_cap * sizeof(heap[0]));
			if (heap == NULL)
				err(1, NULL);
		}
		heap[++nheap] = c;
		c->heap = nheap;
	}
	sift(c->heap);
}

void
loop_off(struct conn *c)
{
	size_t i = c->heap;
	struct conn *last;

	if (i == 0)
		return;
	c->heap = 0;
	last = heap[nheap--];
	if (last == c)
		return;
	place(i, last);
	sift(i);
}

static void
run_timers(void)
{
	struct conn *c;

	while (nheap > 0 && heap[1]->due <= now) {
		c = heap[1];
		loop_off(c);
		conn_timer(c);
	}
}

/* False when there is no descriptor left. */
static bool
accept_some(int listener, SSL_CTX *tls)
{
	SSL *ssl = NULL;
	int i, fd, on = 1;

	for (i = 0; i < MAX_ACCEPTS; i++) {
		fd = accept4(listener, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd == -1)
			return errno != EMFILE && errno != ENFILE;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (tls != NULL) {
			if ((ssl = SSL_new(tls)) == NULL)
				err(1, "TLS");
			SSL_set_fd(ssl, fd);
			SSL_set_accept_state(ssl);
		}
		conn_new(fd, ssl);
	}
	return true;
}

static int
timeout(bool full)
{
	int64_t ms = nheap == 0 ? -1 : heap[1]->due - now;

	if (full && (ms == -1 || ms > RETRY_MS))
		return RETRY_MS;
	return ms < -1 ? 0 : ms > 60000 ? 60000 : (int)ms;
}

static void catch (sigset_t *waiting)
{
	struct sigaction sa = { .sa_handler = end };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, waiting) == -1 ||
	    sigaction(SIGTERM, &sa, NULL) == -1 ||
	    sigaction(SIGINT, &sa, NULL) == -1)
		err(1, "signals");
	sigdelset(waiting, SIGTERM);
	sigdelset(waiting, SIGINT);
	signal(SIGPIPE, SIG_IGN);
}

void
loop_run(int listener, struct ssl_ctx_st *tls)
{
	struct epoll_event ev[MAX_EVENTS];
	bool full = false;
	sigset_t waiting;
	int i, n;

	catch (&waiting);
	if ((poller = epoll_create1(EPOLL_CLOEXEC)) == -1)
		err(1, "epoll_create1");
	control(EPOLL_CTL_ADD, listener, NULL, EPOLLIN);
	tick();
	while (!ended) {
		n = epoll_pwait(poller, ev, MAX_EVENTS, timeout(full),
		    &waiting);
		if (n == -1 && errno != EINTR)
			err(1, "epoll_pwait");
		tick();
		if (full) {
			control(EPOLL_CTL_MOD, listener, NULL, EPOLLIN);
			full = false;
		}
		for (i = 0; i < n; i++) {
			if (ev[i].data.ptr != NULL) {
				conn_event(ev[i].data.ptr, ev[i].events);
				continue;
			}
			if ((full = !accept_some(listener, tls)))
				control(EPOLL_CTL_MOD, listener, NULL, 0);
		}
		run_timers();
		conn_reap(false);
	}
	conn_reap(true);
	close(poller);
	free(heap);
}
