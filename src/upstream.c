/*
 * libcurl's multi interface on our loop. Easy handles and their structs are
 * pooled; nothing of curl's is called from inside one of its callbacks: what
 * would have to be is done when curl has returned.
 */
#include <sys/queue.h>
#include <sys/socket.h>

#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "classify.h"
#include "easy.h"
#include "fold.h"
#include "loop.h"
#include "now.h"
#include "transport.h"
#include "upstream.h"

enum {
	POOL_MAX = 1024,	/* idle easy handles kept */
	CONNS_MAX = 1024,	/* idle connections kept */
	HEADERS_MAX = 64 * 1024 /* bytes of a reply's header block */
};

enum phase {
	PHASE_QUEUED,
	PHASE_HEAD,
	PHASE_BODY,
	PHASE_DEAD
};

struct upstream_call {
	TAILQ_ENTRY(upstream_call) entry;
	struct upstream *u;
	CURL *easy;
	struct curl_slist *headers;
	struct upstream_cb cb;
	void *arg;
	struct loop_timer deadline, resume;
	int64_t start, last; /* monotonic ms */
	int first_byte, idle, total;
	enum phase phase;
	int paused;
	size_t nheader;
	int refused; /* errno: we got no socket */
	char why[CURL_ERROR_SIZE];
};

TAILQ_HEAD(calls, upstream_call);

struct upstream {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer timer;
	struct calls live, queued, dead, pool;
	size_t npool;
	int incurl;
};

static void finish(struct upstream_call *, int, const char *);
static void settle(struct upstream *);
static void on_deadline(void *);

/* ---- curl tells us what to wait for ---- */

static void
act(struct upstream *u, curl_socket_t fd, int bits)
{
	struct upstream_call *c;
	CURLMcode code;
	int running;

	u->incurl = 1;
	code = curl_multi_socket_action(u->multi, fd, bits, &running);
	/* Short of memory it may have lost sight of any of them. */
	while (code != CURLM_OK && (c = TAILQ_FIRST(&u->live)) != NULL)
		finish(c, TRANSPORT_SYSTEM, curl_multi_strerror(code));
	u->incurl = 0;
	settle(u);
}

static void
on_fd(void *arg, int fd, short revents)
{
	int bits = 0;

	if (revents & (POLLIN | POLLHUP))
		bits |= CURL_CSELECT_IN;
	if (revents & POLLOUT)
		bits |= CURL_CSELECT_OUT;
	if (revents & (POLLERR | POLLNVAL))
		bits |= CURL_CSELECT_ERR;
	act(arg, fd, bits);
}

static void
on_timer(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* The port that getsockname() or getpeername() says, or -1. */
static long
port_of(int fd, int (*name)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_in6 a = { 0 }; /* IPv4 has it in the same place */
	socklen_t n = sizeof(a);

	if (name(fd, (struct sockaddr *)&a, &n) == -1)
		return -1;
	return ntohs(a.sin6_port);
}

/*
 * Is it the connection of a call that pauses? Where an answer comes as soon as
 * it is asked for, and is too much, curl never said that it uses it again.
 */
static int
is_paused(const struct upstream *u, int fd)
{
	long local = port_of(fd, getsockname), there = port_of(fd, getpeername);
	struct upstream_call *c;
	long ours = 0, theirs = 0;

	TAILQ_FOREACH(c, &u->live, entry)
	{
		if (!c->paused)
			continue;
		curl_easy_getinfo(c->easy, CURLINFO_LOCAL_PORT, &ours);
		curl_easy_getinfo(c->easy, CURLINFO_PRIMARY_PORT, &theirs);
		if (ours == local && theirs == there)
			return 1;
	}
	return 0;
}

/*
 * What comes on a connection that nobody uses, its end or, as some send before
 * they close, a 408, is for no request: curl shall find it closed.
 */
static void
on_idle(void *arg, int fd, short revents)
{
	struct upstream *u = arg;
	char junk[4096];
	ssize_t n;

	(void)revents;
	if (is_paused(u, fd)) {
		loop_fd(u->loop, fd, 0, NULL, NULL);
		return;
	}
	n = recv(fd, junk, sizeof(junk), MSG_DONTWAIT);
	if (n == -1 && errno == EAGAIN)
		return; /* it was an answer, which curl has read since */
	while (n > 0)
		n = recv(fd, junk, sizeof(junk), MSG_DONTWAIT);
	(void)shutdown(fd, SHUT_RDWR);
	loop_fd(u->loop, fd, 0, NULL, NULL);
}

/*
 * Curl waits for it no more. Once an answer has come on it, and unless its
 * call pauses, it is a connection that is kept, or soon closed.
 */
static void
unset_socket(struct upstream *u, CURL *easy, curl_socket_t fd)
{
	const struct upstream_call *c = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &c);
	if (c == NULL || c->phase != PHASE_BODY || c->paused ||
	    loop_fd(u->loop, fd, POLLIN, on_idle, u) == -1)
		loop_fd(u->loop, fd, 0, NULL, NULL);
}

static int
close_socket(void *arg, curl_socket_t fd)
{
	struct upstream *u = arg;

	loop_fd(u->loop, fd, 0, NULL, NULL);
	return close(fd);
}

/* As curl would: but why there is none, it would not say. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct upstream_call *c = arg;
	int fd;

	(void)purpose;
	fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	c->refused = fd == -1 && transport_ours(errno) ? errno : 0;
	return fd == -1 ? CURL_SOCKET_BAD : fd;
}

/* Its socket could not be watched: it would wait for ever. */
static void
on_unwatched(void *arg)
{
	struct upstream_call *c = arg;

	finish(c, TRANSPORT_SYSTEM, strerror(c->refused));
}

static int
set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *perfd)
{
	struct upstream_call *c = NULL;
	struct upstream *u = arg;
	short ev = 0;

	(void)perfd;
	if (what == CURL_POLL_REMOVE) {
		unset_socket(u, easy, fd);
		return 0;
	}
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		ev |= POLLIN;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		ev |= POLLOUT;
	if (loop_fd(u->loop, fd, ev, on_fd, u) == 0)
		return 0;
	/* Curl, if told of that, would never do anything again. */
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &c);
	if (c != NULL) {
		c->refused = errno;
		loop_timer(u->loop, &c->deadline, 0, on_unwatched, c);
	}
	return 0;
}

static int
set_timer(CURLM *multi, long ms, void *arg)
{
	struct upstream *u = arg;

	(void)multi;
	if (ms < 0)
		loop_timer_del(u->loop, &u->timer);
	else
		loop_timer(u->loop, &u->timer, ms, on_timer, u);
	return 0;
}

/* ---- what curl gives us of a reply ---- */

static size_t
on_header(char *p, size_t one, size_t n, void *arg)
{
	struct upstream_call *c = arg;
	long status = 0;

	(void)one;
	if (c->phase == PHASE_DEAD)
		return 0;
	if ((c->nheader += n) > HEADERS_MAX)
		return 0;
	c->last = loop_now(c->u->loop);
	if (c->phase != PHASE_HEAD || (p[0] != '\r' && p[0] != '\n'))
		return n;
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 100 && status < 200)
		return n;
	c->phase = PHASE_BODY;
	c->cb.head(c->arg, c, (int)status);
	return c->phase == PHASE_DEAD ? 0 : n;
}

static size_t
on_body(char *p, size_t one, size_t n, void *arg)
{
	struct upstream_call *c = arg;

	(void)one;
	if (c->phase == PHASE_DEAD)
		return 0;
	c->last = loop_now(c->u->loop);
	c->paused = c->cb.data(c->arg, p, n);
	if (c->phase == PHASE_DEAD)
		return 0;
	return c->paused ? CURL_WRITEFUNC_PAUSE : n;
}

const char *
upstream_header(struct upstream_call *c, const char *name)
{
	struct curl_header *h;
	size_t n;

	if (curl_easy_header(c->easy, name, 0, CURLH_HEADER, -1, &h) !=
	    CURLHE_OK)
		return NULL;
	n = h->amount;
	if (n > 1 &&
	    curl_easy_header(c->easy, name, n - 1, CURLH_HEADER, -1, &h) !=
		CURLHE_OK)
		return NULL;
	return h->value;
}

static int64_t
count_header(struct upstream_call *c, const char *name)
{
	const char *s;
	char *end;
	long long n;

	if ((s = upstream_header(c, name)) == NULL || *s < '0' || *s > '9')
		return -1;
	errno = 0;
	n = strtoll(s, &end, 10);
	return errno != 0 || *end != '\0' ? -1 : n;
}

void
upstream_limits(struct upstream_call *c, struct limits *l)
{
	l->limit = count_header(c, "modelscope-ratelimit-requests-limit");
	l->left = count_header(c, "modelscope-ratelimit-requests-remaining");
	l->model_limit = count_header(c,
	    "modelscope-ratelimit-model-requests-limit");
	l->model_left = count_header(c,
	    "modelscope-ratelimit-model-requests-remaining");
}

/* ---- the life of a call ---- */

static void
set_once(CURL *e, struct upstream_call *c)
{
	easy_rules(e);
	curl_easy_setopt(e, CURLOPT_PRIVATE, c);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, c->why);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, c);
	curl_easy_setopt(e, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(e, CURLOPT_CLOSESOCKETDATA, c->u);
}

static struct upstream_call *
new_call(struct upstream *u)
{
	struct upstream_call *c;

	if ((c = TAILQ_FIRST(&u->pool)) != NULL) {
		TAILQ_REMOVE(&u->pool, c, entry);
		u->npool--;
		return c;
	}
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	if ((c->easy = curl_easy_init()) == NULL) {
		free(c);
		errno = ENOMEM;
		return NULL;
	}
	c->u = u;
	set_once(c->easy, c);
	return c;
}

/* Takes a call, in no list any more, out of service. */
static void
retire(struct upstream_call *c)
{
	struct upstream *u = c->u;

	loop_timer_del(u->loop, &c->deadline);
	loop_timer_del(u->loop, &c->resume);
	curl_multi_remove_handle(u->multi, c->easy);
	easy_free_headers(c->headers);
	c->headers = NULL;
	c->phase = PHASE_DEAD;
	if (u->npool < POOL_MAX) {
		/*
		 * A handle gives up at the sixth dead connection that it
		 * meets in its life: it is to begin a new one.
		 */
		curl_easy_reset(c->easy);
		set_once(c->easy, c);
		TAILQ_INSERT_HEAD(&u->pool, c, entry);
		u->npool++;
	} else {
		curl_easy_cleanup(c->easy);
		free(c);
	}
}

static void
finish(struct upstream_call *c, int t, const char *why)
{
	struct upstream_cb cb = c->cb;
	struct upstream_end e;
	void *arg = c->arg;
	char text[CURL_ERROR_SIZE];
	long status = 0, sent = 0;

	/* the reason may lie in c, which goes before the caller reads it */
	snprintf(text, sizeof(text), "%s", why);
	if (c->phase == PHASE_BODY)
		curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	e.transport = t;
	curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &sent);
	e.status = (int)status;
	e.sent = sent > 0;
	e.why = text;
	TAILQ_REMOVE(&c->u->live, c, entry);
	retire(c);
	cb.done(arg, &e);
}

/* Curl has ended a call. Its words for it are about what it knows. */
static void
ended(struct upstream_call *c, CURLcode code)
{
	const char *why = curl_easy_strerror(code);
	long sent = 0;
	int t;

	curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &sent);
	t = transport_of((int)code, c->phase == PHASE_BODY, sent > 0,
	    &c->refused);
	if (t == TRANSPORT_TOOBIG)
		why = "its headers are too large";
	else if (t == TRANSPORT_SYSTEM && c->refused != 0)
		why = strerror(c->refused);
	else if (c->why[0] != '\0')
		why = c->why;
	finish(c, t, why);
}

/* Does what had to wait until curl returned. */
static void
settle(struct upstream *u)
{
	struct upstream_call *c;
	CURLMsg *m;
	int left;

	while ((c = TAILQ_FIRST(&u->dead)) != NULL) {
		TAILQ_REMOVE(&u->dead, c, entry);
		retire(c);
	}
	while ((m = curl_multi_info_read(u->multi, &left)) != NULL) {
		CURLcode code = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &c);
		ended(c, code);
	}
	while ((c = TAILQ_FIRST(&u->queued)) != NULL) {
		TAILQ_REMOVE(&u->queued, c, entry);
		TAILQ_INSERT_TAIL(&u->live, c, entry);
		c->phase = PHASE_HEAD;
		if (curl_multi_add_handle(u->multi, c->easy) != CURLM_OK)
			finish(c, TRANSPORT_SYSTEM, "out of memory");
	}
}

/* How long until one of the call's times is over, and which. */
static int64_t
time_left(const struct upstream_call *c, const char **which)
{
	int64_t now = now_mono(), t = INT64_MAX;

	*which = "";
	if (c->total > 0) {
		t = c->start + c->total - now;
		*which = "no end within the time given";
	}
	if (c->phase == PHASE_HEAD && c->first_byte > 0 &&
	    c->start + c->first_byte - now < t) {
		t = c->start + c->first_byte - now;
		*which = "no answer within the time given";
	}
	if (c->phase == PHASE_BODY && c->idle > 0 && !c->paused &&
	    c->last + c->idle - now < t) {
		t = c->last + c->idle - now;
		*which = "the answer stalled";
	}
	return t;
}

static void
arm(struct upstream_call *c)
{
	const char *which;
	int64_t t = time_left(c, &which);

	/* the idle time begins with the head: look again when it could */
	if (c->idle > 0 && c->idle < t)
		t = c->idle;
	if (t != INT64_MAX)
		loop_timer(c->u->loop, &c->deadline, t, on_deadline, c);
}

static void
on_deadline(void *arg)
{
	struct upstream_call *c = arg;
	const char *which;

	if (time_left(c, &which) > 0)
		arm(c);
	else
		finish(c, TRANSPORT_TIMEOUT, which);
}

struct upstream_call *
upstream_start(struct upstream *u, const struct upstream_req *r,
    const struct upstream_cb *cb, void *arg)
{
	const struct easy_ask a = { r->method, r->url, r->bearer, r->headers,
		r->body, r->len, r->connect };
	struct upstream_call *c;

	if ((c = new_call(u)) == NULL)
		return NULL;
	c->cb = *cb;
	c->arg = arg;
	c->first_byte = r->first_byte;
	c->idle = r->idle;
	c->total = r->total;
	c->phase = PHASE_QUEUED;
	c->start = c->last = now_mono();
	c->paused = 0;
	c->nheader = 0;
	c->refused = 0;
	c->why[0] = '\0';
	if (easy_request(c->easy, &a, &c->headers) == -1) {
		retire(c);
		errno = ENOMEM;
		return NULL;
	}
	c->phase = PHASE_HEAD;
	arm(c);
	if (u->incurl) {
		c->phase = PHASE_QUEUED;
		TAILQ_INSERT_TAIL(&u->queued, c, entry);
	} else if (curl_multi_add_handle(u->multi, c->easy) == CURLM_OK) {
		TAILQ_INSERT_TAIL(&u->live, c, entry);
	} else {
		retire(c);
		errno = ENOMEM;
		return NULL;
	}
	return c;
}

static void
on_resume(void *arg)
{
	struct upstream_call *c = arg;
	struct upstream *u = c->u;

	c->paused = 0;
	c->last = now_mono();
	u->incurl = 1;
	curl_easy_pause(c->easy, CURLPAUSE_CONT);
	u->incurl = 0;
	settle(u);
}

void
upstream_resume(struct upstream_call *c)
{
	if (c->paused)
		loop_timer(c->u->loop, &c->resume, 0, on_resume, c);
}

void
upstream_abort(struct upstream_call *c)
{
	struct upstream *u = c->u;

	if (c->phase == PHASE_QUEUED)
		TAILQ_REMOVE(&u->queued, c, entry);
	else
		TAILQ_REMOVE(&u->live, c, entry);
	if (u->incurl) {
		c->phase = PHASE_DEAD;
		loop_timer_del(u->loop, &c->deadline);
		loop_timer_del(u->loop, &c->resume);
		TAILQ_INSERT_TAIL(&u->dead, c, entry);
	} else
		retire(c);
}

/* ---- all of them ---- */

struct upstream *
upstream_new(struct loop *l)
{
	struct upstream *u;

	if ((u = calloc(1, sizeof(*u))) == NULL)
		return NULL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    (u->multi = curl_multi_init()) == NULL) {
		free(u);
		errno = ENOMEM;
		return NULL;
	}
	u->loop = l;
	TAILQ_INIT(&u->live);
	TAILQ_INIT(&u->queued);
	TAILQ_INIT(&u->dead);
	TAILQ_INIT(&u->pool);
	curl_multi_setopt(u->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(u->multi, CURLMOPT_SOCKETDATA, u);
	curl_multi_setopt(u->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(u->multi, CURLMOPT_TIMERDATA, u);
	curl_multi_setopt(u->multi, CURLMOPT_MAXCONNECTS, (long)CONNS_MAX);
	curl_multi_setopt(u->multi, CURLMOPT_PIPELINING,
	    (long)CURLPIPE_NOTHING);
	return u;
}

void
upstream_free(struct upstream *u)
{
	struct upstream_call *c;

	if (u == NULL)
		return;
	while ((c = TAILQ_FIRST(&u->live)) != NULL ||
	    (c = TAILQ_FIRST(&u->queued)) != NULL)
		upstream_abort(c);
	while ((c = TAILQ_FIRST(&u->pool)) != NULL) {
		TAILQ_REMOVE(&u->pool, c, entry);
		curl_easy_cleanup(c->easy);
		free(c);
	}
	curl_multi_cleanup(u->multi);
	loop_timer_del(u->loop, &u->timer);
	free(u);
	curl_global_cleanup();
}
