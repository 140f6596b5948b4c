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
#include "fold.h"
#include "loop.h"
#include "now.h"
#include "upstream.h"

enum {
	POOL_MAX = 1024,	 /* idle easy handles kept */
	CONNS_MAX = 1024,	 /* idle connections kept */
	HEADERS_MAX = 64 * 1024, /* bytes of a reply's header block */
	CURL_LINE = 100 * 1024,	 /* curl's own bound of a line of it */
	TOO_LARGE = 100		 /* CURLE_TOO_LARGE, since 8.6 */
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

static void finish(struct upstream_call *, enum transport, const char *);
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

/* Does it say that our own machine has run out of something? */
static int
is_ours(int e)
{
	return e == EMFILE || e == ENFILE || e == ENOMEM || e == ENOBUFS;
}

/* As curl would: but why there is none, it would not say. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct upstream_call *c = arg;
	int fd;

	(void)purpose;
	fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	c->refused = fd == -1 && is_ours(errno) ? errno : 0;
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
	const char *ca;

	curl_easy_setopt(e, CURLOPT_PRIVATE, c);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "ms/" VERSION);
	/* on_header() is for the upstream's, not for a proxy's */
	curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, c->why);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, c);
	curl_easy_setopt(e, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(e, CURLOPT_CLOSESOCKETDATA, c->u);
	/* The variables that the curl program reads; the library does not. */
	if (((ca = getenv("CURL_CA_BUNDLE")) != NULL && *ca != '\0') ||
	    ((ca = getenv("SSL_CERT_FILE")) != NULL && *ca != '\0'))
		curl_easy_setopt(e, CURLOPT_CAINFO, ca);
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

static void
free_headers(struct curl_slist *l)
{
	struct curl_slist *h;

	for (h = l; h != NULL; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(l);
}

/* Takes a call, in no list any more, out of service. */
static void
retire(struct upstream_call *c)
{
	struct upstream *u = c->u;

	loop_timer_del(u->loop, &c->deadline);
	loop_timer_del(u->loop, &c->resume);
	curl_multi_remove_handle(u->multi, c->easy);
	free_headers(c->headers);
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
finish(struct upstream_call *c, enum transport t, const char *why)
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
	e.transport = (int)t;
	curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &sent);
	e.status = (int)status;
	e.sent = sent > 0;
	e.why = text;
	TAILQ_REMOVE(&c->u->live, c, entry);
	retire(c);
	cb.done(arg, &e);
}

/* Had a resolver no descriptor to ask with? Then we have none either. */
static int
is_short(struct upstream_call *c)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 && is_ours(errno))
		c->refused = errno;
	if (fd != -1)
		close(fd);
	return c->refused != 0;
}

/* Curl calls a header line past its 100 KiB so, too, in its older versions. */
static enum transport
no_memory(const struct upstream_call *c)
{
	void *volatile p = malloc(2 * (size_t)CURL_LINE); /* do try */
	int room = p != NULL;
	long sent = 0;

	free(p);
	curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &sent);
	return room && c->phase == PHASE_HEAD && sent > 0 ? TRANSPORT_TOOBIG :
							    TRANSPORT_SYSTEM;
}

static enum transport
transport_of(struct upstream_call *c, CURLcode code)
{
	switch ((int)code) {
	case CURLE_OK:
		return TRANSPORT_OK;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return is_short(c) ? TRANSPORT_SYSTEM : TRANSPORT_NETWORK;
	case CURLE_COULDNT_CONNECT:
		return c->refused != 0 ? TRANSPORT_SYSTEM : TRANSPORT_NETWORK;
	case CURLE_FAILED_INIT:
	case CURLE_SSL_CACERT_BADFILE: /* a file of ours */
		return TRANSPORT_SYSTEM;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_USE_SSL_FAILED:
		return TRANSPORT_TLS;
	case CURLE_OUT_OF_MEMORY:
		return no_memory(c);
	case CURLE_WRITE_ERROR: /* on_header() said no */
	case TOO_LARGE:		/* of a header line, as newer curls say it */
		return TRANSPORT_TOOBIG;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9, that is no HTTP */
	case CURLE_BAD_CONTENT_ENCODING:
		return TRANSPORT_CUT;
	default:
		return c->phase == PHASE_BODY ? TRANSPORT_CUT :
						TRANSPORT_NETWORK;
	}
}

/* Why, in words; curl's own are about what it did not know. */
static const char *
why(const struct upstream_call *c, enum transport t, CURLcode code)
{
	if (t == TRANSPORT_TOOBIG)
		return "its headers are too large";
	if (t == TRANSPORT_SYSTEM && c->refused != 0)
		return strerror(c->refused);
	return c->why[0] != '\0' ? c->why : curl_easy_strerror(code);
}

/* Does what had to wait until curl returned. */
static void
settle(struct upstream *u)
{
	struct upstream_call *c;
	enum transport t;
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
		t = transport_of(c, code);
		finish(c, t, why(c, t, code));
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

static int
add_header(struct upstream_call *c, const char *line)
{
	struct curl_slist *l;

	if ((l = curl_slist_append(c->headers, line)) == NULL)
		return -1;
	c->headers = l;
	return 0;
}

static int
set_headers(struct upstream_call *c, const struct upstream_req *r)
{
	char *line;
	size_t i;
	int e;

	if (add_header(c, "Expect:") == -1 ||
	    add_header(c, "Accept-Encoding: identity") == -1)
		return -1;
	for (i = 0; r->headers != NULL && r->headers[i] != NULL; i++)
		if (add_header(c, r->headers[i]) == -1)
			return -1;
	if (r->bearer == NULL)
		return 0;
	if (asprintf(&line, "Authorization: Bearer %s", r->bearer) == -1)
		return -1;
	e = add_header(c, line);
	explicit_bzero(line, strlen(line));
	free(line);
	return e;
}

static int
set_request(struct upstream_call *c, const struct upstream_req *r)
{
	CURL *e = c->easy;

	if (set_headers(c, r) == -1 ||
	    curl_easy_setopt(e, CURLOPT_URL, r->url) != CURLE_OK)
		return -1;
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, c->headers);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)r->connect);
	/* plain HTTP is for neighbours; no key goes to a proxy in the clear */
	curl_easy_setopt(e, CURLOPT_NOPROXY,
	    strncasecmp(r->url, "http://", 7) == 0 ? "*" : NULL);
	if (strcmp(r->method, "POST") == 0) {
		curl_easy_setopt(e, CURLOPT_POST, 1L);
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)r->len);
		curl_easy_setopt(e, CURLOPT_POSTFIELDS,
		    r->body == NULL ? "" : r->body);
	} else
		curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
	return 0;
}

struct upstream_call *
upstream_start(struct upstream *u, const struct upstream_req *r,
    const struct upstream_cb *cb, void *arg)
{
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
	if (set_request(c, r) == -1) {
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
