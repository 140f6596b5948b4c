/* The front: listeners, the control socket, the loop. */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "accesslog.h"
#include "bounds.h"
#include "buf.h"
#include "conn.h"
#include "endpoint.h"
#include "exchange.h"
#include "fault.h"
#include "front.h"
#include "handle.h"
#include "kept.h"
#include "loop.h"
#include "metrics.h"
#include "pages.h"
#include "record.h"
#include "sandbox.h"
#include "site.h"
#include "tokens.h"

enum {
	MESSAGE_MAX = 16 * 1024 * 1024,
	ACCEPT_MAX = 64, /* in one turn */
	EXTRA = 16,	 /* connections that are told there is no room */
	KEPT = 1024,	 /* idle connections to workers */
	PAUSE = 100	 /* ms, when out of descriptors */
};

struct front {
	struct loop *loop;
	struct conn_pool pool;
	struct desk desk;
	struct record record; /* of the control socket */
	struct buf message;
	int nlisteners;
	struct bounds bounds; /* those it began with */
	struct loop_timer pause, end;
	int unsaid; /* sites taken, not told so */
	int running, stop;
};

static void accept_some(void *, int, short);

static int
listen_all(struct front *f, short events)
{
	int i, rc = 0;

	for (i = 0; i < f->nlisteners; i++)
		if (loop_fd(f->loop, SITE_FDS + i, events, accept_some, f) ==
		    -1)
			rc = -1;
	return rc;
}

static void
resume(void *arg)
{
	struct front *f = arg;

	if (listen_all(f, POLLIN) == -1)
		f->stop = 1; /* and another is started */
}

static void
peer_name(char *dst, size_t size, const struct sockaddr_storage *ss)
{
	const struct sockaddr_in *in = (const void *)ss;
	const struct sockaddr_in6 *in6 = (const void *)ss;
	char addr[INET6_ADDRSTRLEN];

	if (ss->ss_family == AF_INET)
		snprintf(dst, size, "%s:%d",
		    inet_ntop(AF_INET, &in->sin_addr, addr, sizeof(addr)),
		    ntohs(in->sin_port));
	else if (ss->ss_family == AF_INET6)
		snprintf(dst, size, "[%s]:%d",
		    inet_ntop(AF_INET6, &in6->sin6_addr, addr, sizeof(addr)),
		    ntohs(in6->sin6_port));
	else
		snprintf(dst, size, "unix");
}

/* Serves a new connection, or says that there is no room. */
static void
serve(struct front *f, int fd, const struct sockaddr_storage *ss)
{
	const size_t max = (size_t)f->bounds.connections;
	struct exchange *x;
	struct conn *c;
	char peer[64];
	int one = 1, full;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	peer_name(peer, sizeof(peer), ss);
	full = f->pool.n >= max && conn_pool_evict(&f->pool) == -1;
	if (f->pool.n >= max + EXTRA || (x = calloc(1, sizeof(*x))) == NULL) {
		close(fd);
		return;
	}
	if ((c = conn_new(&f->pool, fd, peer, x)) == NULL) {
		free(x);
		close(fd);
	} else if (full) {
		conn_turn_away(c, 503, "all connections are taken");
	}
}

/* Takes what waits at a listener. 1: more may, 0: no more for now. */
static int
take_waiting(struct front *f, int fd)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t len;
	int i, s;

	for (i = 0; i < ACCEPT_MAX; i++) {
		len = sizeof(ss);
		s = accept4(fd, (struct sockaddr *)&ss, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (s != -1) {
			serve(f, s, &ss);
		} else if (errno == EMFILE || errno == ENFILE ||
		    errno == ENOBUFS || errno == ENOMEM) {
			if (kept_drop(f->desk.kept))
				continue;
			/* It would be called ready without end. */
			(void)listen_all(f, 0);
			loop_timer(f->loop, &f->pause, PAUSE, resume, f);
			return 0;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return 0;
		}
	}
	return 1;
}

static void
accept_some(void *arg, int fd, short revents)
{
	(void)revents;
	(void)take_waiting(arg, fd);
}

static void
stop(void *arg)
{
	struct front *f = arg;

	f->stop = 1;
}

/*
 * Closes the listeners: whoever comes now is refused, and may go to another
 * server at once. Who waits there already is let in.
 */
static void
close_listeners(struct front *f)
{
	int i, turns = (int)f->bounds.connections / ACCEPT_MAX + 1;

	(void)listen_all(f, 0);
	for (i = 0; i < f->nlisteners; i++)
		while (turns-- > 0 && take_waiting(f, SITE_FDS + i))
			continue;
	/* The numbers may be those of connections from here on. */
	for (i = 0; i < f->nlisteners; i++)
		close(SITE_FDS + i);
	f->nlisteners = 0;
	loop_timer_del(f->loop, &f->pause);
}

static void
drain(struct front *f)
{
	if (f->pool.draining)
		return;
	close_listeners(f);
	conn_pool_drain(&f->pool);
	loop_timer(f->loop, &f->end, f->bounds.drain_time, stop, f);
}

/*
 * Exchanges the site; tokens keep their counts. What comes from now on goes to
 * the workers that know it, and not by a connection to one that leaves.
 */
static int
take_site(struct front *f, struct site *s)
{
	int rc = tokens_exchange(f->desk.tokens, s->tokens);

	if (f->desk.kept != NULL)
		(void)kept_drop(f->desk.kept);
	site_free(f->desk.site);
	f->desk.site = s;
	return rc;
}

/* Tells the supervisor that what it said holds from now on. */
static void
taken(struct front *f)
{
	for (; f->running && f->unsaid > 0; f->unsaid--)
		if (buf_write(SITE_CONTROL, "taken\n", 6) == -1)
			drain(f);
}

/* One message of the supervisor: a word, or a site. */
static int
take_message(struct front *f)
{
	struct site *s;
	int rc = 0;

	if (strcmp(f->message.d, "drain") == 0)
		drain(f);
	else if ((s = site_read(f->message.d, f->message.len)) == NULL ||
	    take_site(f, s) == -1)
		rc = -1;
	else {
		f->unsaid++;
		taken(f);
	}
	buf_free(&f->message);
	return rc;
}

static int
take_control(struct front *f, const char *p, size_t n)
{
	enum record_res res;
	const char *data;
	size_t used, len;

	while (n > 0) {
		res = record_next(&f->record, p, n, &used, &data, &len);
		if (res == RECORD_BAD || res == RECORD_END)
			return -1;
		if (res == RECORD_DATA) {
			if (buf_add(&f->message, data, len) == -1)
				return -1;
			if (!f->record.inside && take_message(f) == -1)
				return -1;
		}
		p += used;
		n -= used;
	}
	return 0;
}

static void
control(void *arg, int fd, short revents)
{
	static char bytes[64 * 1024];
	struct front *f = arg;
	ssize_t n;

	(void)revents;
	n = read(fd, bytes, sizeof(bytes));
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && take_control(f, bytes, (size_t)n) == 0)
		return;
	/* The supervisor is gone, or not understood: so shall we be. */
	loop_fd(f->loop, fd, 0, NULL, NULL);
	drain(f);
}

/* Waits for the first site. */
static int
first_site(struct front *f)
{
	char bytes[4096];
	ssize_t n;

	while (f->desk.site == NULL) {
		n = read(SITE_CONTROL, bytes, sizeof(bytes));
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0 || take_control(f, bytes, (size_t)n) == -1) {
			errno = n == -1 ? errno : EPROTO;
			return -1;
		}
	}
	return 0;
}

/* All that is to be had before the sandbox closes. */
static int
prepare(struct front *f)
{
	const char *names[32];
	const struct site *s;
	size_t i;

	buf_init(&f->message, MESSAGE_MAX);
	if ((f->loop = loop_new()) == NULL ||
	    (f->desk.tokens = tokens_new()) == NULL || first_site(f) == -1)
		return -1;
	s = f->desk.site;
	f->nlisteners = s->listeners;
	f->bounds = *s->bounds;
	for (i = 0; i < endpoint_count(); i++)
		names[i] = endpoint_table[i].path[0] != '\0' ?
		    endpoint_table[i].path :
		    "other";
	if ((f->desk.metrics = metrics_new(names, i)) == NULL ||
	    (f->desk.pages = pages_load(s->www)) == NULL ||
	    (f->desk.kept = kept_new(f->loop, KEPT)) == NULL ||
	    conn_pool_init(&f->pool, f->loop, &f->bounds, &handle_ops) == -1)
		return -1;
	if (s->log != SITE_NONE &&
	    (f->desk.log = accesslog_new(STDERR_FILENO, s->log == SITE_TEXT)) ==
		NULL)
		return -1;
	f->pool.arg = &f->desk;
	return 0;
}

static int
run(struct front *f)
{
	int i;

	for (i = 0; i < f->nlisteners; i++)
		fcntl(SITE_FDS + i, F_SETFL, O_NONBLOCK);
	fcntl(SITE_CONTROL, F_SETFL, O_NONBLOCK);
	if (listen_all(f, POLLIN) == -1 ||
	    loop_fd(f->loop, SITE_CONTROL, POLLIN, control, f) == -1)
		return -1;
	f->running = 1;
	taken(f);
	while (!f->stop && !(f->pool.draining && f->pool.n == 0)) {
		if (loop_turn(f->loop, -1) == -1)
			return -1;
		conn_pool_reap(&f->pool);
		if (f->desk.log != NULL)
			accesslog_flush(f->desk.log);
	}
	return 0;
}

int
front_run(struct fault *fault)
{
	static struct front f;

	signal(SIGPIPE, SIG_IGN);
	if (prepare(&f) == -1)
		return fault_set(fault, EX_OSERR, "front: %s", strerror(errno));
	if (sandbox_front() == -1)
		return fault_set(fault, EX_OSERR, "front: sandbox: %s",
		    strerror(errno));
	if (run(&f) == -1)
		return fault_set(fault, EX_OSERR, "front: %s", strerror(errno));
	return 0;
}
