/* Connections of clients as state machines on the loop. */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "buf.h"
#include "conn.h"
#include "http.h"
#include "loop.h"
#include "now.h"

enum {
	READ_MAX = 64 * 1024, /* taken from a socket at once */
	SKIP_MAX = 64 * 1024, /* of an unwanted body, to keep the rest */
	ROOM = 64 * 1024,     /* for a body of which nothing has come */
	PEER_MAX = 64,
	OUT_MAX = 1024 * 1024,	  /* not yet taken by a client */
	ANSWER_HEAD = 128 * 1024, /* more than all fields that we make */
	LINGER_TIME = 2000,
	FIRST_TIME = 2000 /* for a first request, when leaving */
};

enum state {
	S_HEAD,	  /* reading a head, or idle */
	S_BODY,	  /* reading a body */
	S_ANSWER, /* an answer is being made and sent */
	S_FLUSH,  /* made, not all taken yet */
	S_LINGER, /* lest a reset eat our last words */
	S_DEAD
};

enum framing {
	F_LENGTH,
	F_CHUNKED,
	F_CLOSE,
	F_NONE
};

struct conn {
	TAILQ_ENTRY(conn) entry;
	struct conn_pool *pool;
	void *arg;
	int fd;
	enum state state;
	short events;
	int taking;	/* inside take() */
	int idle;	/* on the list of these */
	int kept;	/* after an answer */
	struct buf in;	/* read, not used */
	struct buf out; /* sent, not taken */
	struct loop_timer timer;
	int64_t deadline;
	/* the request: */
	size_t seen;  /* bytes of its head, so far */
	int64_t skip; /* of a body nobody wants */
	struct buf body;
	struct http_chunks chunks;
	int64_t want; /* of the body; -1: chunked */
	int minor, headonly, keep;
	int unread; /* some of its body */
	int more;   /* was read behind it */
	/* the answer: */
	enum framing framing;
	int pending; /* its head, in pool->head */
	struct conn_report report;
	char peer[PEER_MAX];
};

static void conn_event(void *, int, short);
static void take_again(struct conn *);

int
conn_pool_init(struct conn_pool *p, struct loop *l, const struct bounds *b,
    const struct conn_ops *ops)
{
	memset(p, 0, sizeof(*p));
	p->loop = l;
	p->bounds = b;
	p->ops = ops;
	TAILQ_INIT(&p->idle);
	TAILQ_INIT(&p->busy);
	TAILQ_INIT(&p->dead);
	/* had once, so that no head breaks off for want of memory */
	buf_init(&p->head, ANSWER_HEAD);
	if (buf_room(&p->head, ANSWER_HEAD) == -1)
		return -1;
	return (p->req = malloc(sizeof(*p->req))) == NULL ? -1 : 0;
}

void
conn_pool_reap(struct conn_pool *p)
{
	struct conn *c;

	while ((c = TAILQ_FIRST(&p->dead)) != NULL) {
		TAILQ_REMOVE(&p->dead, c, entry);
		free(c->arg);
		free(c);
	}
}

void *
conn_arg(const struct conn *c)
{
	return c->arg;
}

struct conn_pool *
conn_pool_of(const struct conn *c)
{
	return c->pool;
}

const char *
conn_peer(const struct conn *c)
{
	return c->peer;
}

struct buf *
conn_body(struct conn *c)
{
	return &c->body;
}

int
conn_fresh(const struct conn *c)
{
	return c->report.status == 0;
}

int
conn_full(const struct conn *c)
{
	return c->out.len > 0;
}

void
conn_last(struct conn *c)
{
	c->keep = 0;
}

void
conn_report(const struct conn *c, struct conn_report *r)
{
	*r = c->report;
}

/* ---- life ---- */

static void
set_idle(struct conn *c, int idle)
{
	if (c->idle == idle)
		return;
	TAILQ_REMOVE(c->idle ? &c->pool->idle : &c->pool->busy, c, entry);
	c->idle = idle;
	TAILQ_INSERT_TAIL(idle ? &c->pool->idle : &c->pool->busy, c, entry);
}

static void
body_free(struct conn *c)
{
	c->pool->held -= c->body.cap;
	explicit_bzero(c->body.d, c->body.len); /* it may hold keys */
	buf_free(&c->body);
}

void
conn_edited(struct conn *c, struct buf *b)
{
	body_free(c);
	c->body = *b;
	c->body.max = (size_t)c->pool->bounds->body;
	c->pool->held += b->cap;
	buf_init(b, b->max);
}

/* The one place where a connection ends. */
static void
conn_close(struct conn *c)
{
	if (c->state == S_DEAD)
		return;
	c->state = S_DEAD;
	loop_fd(c->pool->loop, c->fd, 0, NULL, NULL);
	loop_timer_del(c->pool->loop, &c->timer);
	close(c->fd);
	body_free(c);
	buf_wipe(&c->in);
	buf_free(&c->out);
	TAILQ_REMOVE(c->idle ? &c->pool->idle : &c->pool->busy, c, entry);
	TAILQ_INSERT_TAIL(&c->pool->dead, c, entry);
	c->pool->n--;
}

/* Ends it while a request or its answer may be under way. */
static void
conn_drop(struct conn *c)
{
	enum state state = c->state;

	if (state == S_ANSWER)
		c->pool->ops->cancel(c);
	if (state == S_BODY || state == S_ANSWER || state == S_FLUSH)
		c->pool->ops->done(c);
	conn_close(c);
}

void
conn_abort(struct conn *c)
{
	const struct linger reset = { 1, 0 };

	if (c->state == S_ANSWER)
		c->pool->ops->done(c);
	/* Without a length a plain end would look like a good one. */
	if (c->framing == F_CLOSE)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	conn_close(c);
}

/* Waits for what the state wants; what cannot be watched is closed. */
static void
watch(struct conn *c)
{
	short events = 0;

	switch (c->state) {
	case S_HEAD:
	case S_BODY:
	case S_LINGER:
		events = POLLIN | POLLRDHUP;
		break;
	case S_ANSWER:
	case S_FLUSH:
		events = POLLRDHUP;
		break;
	case S_DEAD:
		return;
	}
	if (c->out.len > 0)
		events |= POLLOUT;
	if (events == c->events)
		return;
	c->events = events;
	if (loop_fd(c->pool->loop, c->fd, events, conn_event, c) == -1)
		conn_drop(c);
}

/* What is left of the request is not read. */
static void
refuse(struct conn *c, int status, const char *why)
{
	c->unread = 1;
	c->state = S_ANSWER;
	c->pool->ops->refuse(c, status, why);
}

static void
expired(void *arg)
{
	struct conn *c = arg;
	int64_t left = c->deadline - now_mono();

	if (left > 0) { /* it was put off since */
		loop_timer(c->pool->loop, &c->timer, left, expired, c);
		return;
	}
	switch (c->state) {
	case S_HEAD:
		if (c->in.len == 0) {
			conn_close(c);
			return;
		}
		c->headonly = 0;
		refuse(c, 408, "the request did not come");
		break;
	case S_BODY:
		refuse(c, 408, "the body did not come");
		break;
	case S_ANSWER:
		if (conn_fresh(c)) {
			c->pool->ops->cancel(c);
			c->pool->ops->refuse(c, 504, "no answer came in time");
			break;
		}
		/* FALLTHROUGH */
	default:
		conn_drop(c);
		return;
	}
	watch(c);
}

/* The timer is left alone as long as it comes no later than this. */
static void
deadline(struct conn *c, int64_t ms)
{
	c->deadline = loop_now(c->pool->loop) + ms;
	if (!c->timer.set || c->timer.at > c->deadline)
		loop_timer(c->pool->loop, &c->timer, ms, expired, c);
}

struct conn *
conn_new(struct conn_pool *p, int fd, const char *peer, void *arg)
{
	struct conn *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	c->pool = p;
	c->fd = fd;
	c->keep = 1;
	buf_init(&c->in,
	    READ_MAX + (size_t)(p->bounds->line + p->bounds->head));
	buf_init(&c->out, OUT_MAX);
	buf_init(&c->body, (size_t)p->bounds->body);
	snprintf(c->peer, sizeof(c->peer), "%s", peer);
	if (loop_fd(p->loop, fd, POLLIN | POLLRDHUP, conn_event, c) == -1) {
		free(c);
		return NULL;
	}
	loop_timer(p->loop, &c->timer, p->bounds->idle_time, expired, c);
	c->arg = arg;
	c->events = POLLIN | POLLRDHUP;
	c->deadline = c->timer.at;
	c->idle = 1;
	TAILQ_INSERT_TAIL(&p->idle, c, entry);
	p->n++;
	return c;
}

void
conn_turn_away(struct conn *c, int status, const char *why)
{
	set_idle(c, 0);
	c->minor = 1;
	c->report.begun = now_mono();
	refuse(c, status, why);
	watch(c);
}

int
conn_pool_evict(struct conn_pool *p)
{
	if (TAILQ_EMPTY(&p->idle))
		return -1;
	conn_close(TAILQ_FIRST(&p->idle));
	return 0;
}

/* ---- answers ---- */

struct buf *
conn_begin(struct conn *c, int status)
{
	struct buf *h = &c->pool->head;
	char date[HTTP_DATE];

	buf_cut(h, 0);
	http_date(date, now_wall() / 1000);
	buf_addf(h, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status,
	    http_reason(status), date);
	c->report.status = status;
	return h;
}

void
conn_start(struct conn *c, int64_t length)
{
	struct buf *h = &c->pool->head;
	int status = c->report.status;

	c->framing = F_LENGTH;
	if (status == 204 || status == 304)
		c->framing = F_NONE;
	else if (length >= 0)
		buf_addf(h, "Content-Length: %lld\r\n", (long long)length);
	else if (c->minor > 0 &&
	    buf_adds(h, "Transfer-Encoding: chunked\r\n") == 0)
		c->framing = F_CHUNKED;
	else
		c->framing = F_CLOSE;
	if (c->framing == F_CLOSE || c->pool->draining || c->unread)
		c->keep = 0;
	if (!c->keep)
		buf_adds(h, "Connection: close\r\n");
	else if (c->minor == 0)
		buf_adds(h, "Connection: keep-alive\r\n");
	buf_add(h, "\r\n", 2);
	if (c->headonly)
		c->framing = F_NONE;
	c->pending = 1;
}

/* The answer was sent to its end: the next request, or good-bye. */
static void
over(struct conn *c)
{
	c->report.whole = 1;
	c->pool->ops->done(c);
	memset(&c->report, 0, sizeof(c->report));
	body_free(c);
	if (c->keep && !c->pool->draining) {
		c->state = S_HEAD;
		c->seen = 0;
		c->kept = 1;
		set_idle(c, 1);
		deadline(c, c->pool->bounds->idle_time);
		take_again(c);
	} else if ((c->unread || c->more) && shutdown(c->fd, SHUT_WR) == 0) {
		c->state = S_LINGER;
		buf_wipe(&c->in);
		deadline(c, LINGER_TIME);
	} else {
		conn_close(c);
	}
}

/* Sends v, what is not taken at once goes to c->out. -1: it is gone. */
static int
send_all(struct conn *c, struct iovec *v, int nv)
{
	const struct msghdr m = { .msg_iov = v, .msg_iovlen = (size_t)nv };
	ssize_t n = 0;
	size_t skip;
	int i;

	if (c->out.len == 0) {
		do
			n = sendmsg(c->fd, &m, MSG_NOSIGNAL);
		while (n == -1 && errno == EINTR);
		if (n == -1 && errno != EAGAIN)
			return -1;
	}
	for (skip = n > 0 ? (size_t)n : 0, i = 0; i < nv; i++) {
		if (skip >= v[i].iov_len) {
			skip -= v[i].iov_len;
			continue;
		}
		if (buf_add(&c->out, (char *)v[i].iov_base + skip,
			v[i].iov_len - skip) == -1)
			return -1;
		skip = 0;
	}
	return 0;
}

static void
slice(struct iovec *v, int *nv, const void *p, size_t n)
{
	if (n == 0)
		return;
	memcpy(&v[*nv].iov_base, &p, sizeof(p)); /* it is only read */
	v[(*nv)++].iov_len = n;
}

void
conn_send(struct conn *c, const char *p, size_t n, int last)
{
	struct iovec v[4];
	char size[24];
	int nv = 0;

	if (c->state == S_DEAD)
		return;
	if (c->pending)
		slice(v, &nv, c->pool->head.d, c->pool->head.len);
	c->pending = 0;
	if (c->report.first == 0)
		c->report.first = now_mono();
	c->report.bytes += (int64_t)n;
	if (c->framing == F_CHUNKED && n > 0)
		slice(v, &nv, size,
		    (size_t)snprintf(size, sizeof(size), "%zx\r\n", n));
	if (c->framing != F_NONE)
		slice(v, &nv, p, n);
	if (c->framing == F_CHUNKED)
		slice(v, &nv, n > 0 ? "\r\n0\r\n\r\n" : "0\r\n\r\n",
		    (n > 0 ? 2 : 0) + (last ? 5 : 0));
	if (nv > 0 && send_all(c, v, nv) == -1) {
		conn_drop(c);
		return;
	}
	if (last && c->out.len == 0) {
		over(c);
	} else {
		if (last)
			c->state = S_FLUSH;
		deadline(c,
		    c->out.len > 0 ? c->pool->bounds->write_time :
				     c->pool->bounds->answer_time);
	}
	watch(c);
}

static void
writable(struct conn *c)
{
	ssize_t n;

	do
		n = send(c->fd, c->out.d, c->out.len, MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	if (n == -1) {
		if (errno != EAGAIN)
			conn_drop(c);
		return;
	}
	buf_drain(&c->out, (size_t)n);
	deadline(c, c->pool->bounds->write_time);
	if (c->out.len > 0)
		return;
	buf_free(&c->out);
	if (c->state == S_FLUSH) {
		over(c);
	} else if (c->state == S_ANSWER) {
		deadline(c, c->pool->bounds->answer_time);
		c->pool->ops->room(c);
	}
}

/* ---- requests ---- */

/* Room for n more bytes of the body: 0, or -1 and the request is refused. */
static int
body_room(struct conn *c, size_t n)
{
	struct conn_pool *p = c->pool;
	size_t before = c->body.cap;

	if (n > (size_t)p->bounds->body - c->body.len) {
		refuse(c, 413, "the body is too large");
		return -1;
	}
	if (n >= before - c->body.len &&
	    (p->held + c->body.len + n > (size_t)p->bounds->held ||
		buf_room(&c->body, n) == -1)) {
		refuse(c, 503, "too much is being sent here just now");
		return -1;
	}
	p->held += c->body.cap - before;
	return 0;
}

/* The request is complete. */
static void
complete(struct conn *c)
{
	c->unread = 0;
	c->state = S_ANSWER;
	deadline(c, c->pool->bounds->answer_time);
	c->pool->ops->request(c);
}

/* Takes bytes of a body; how many. */
static size_t
take_body(struct conn *c, const char *p, size_t n)
{
	struct http_str d = { p, 0 };
	enum http_chunk res = HTTP_DATA;
	size_t used;

	if (c->want >= 0) {
		used = d.n = n < (size_t)c->want ? n : (size_t)c->want;
		c->want -= (int64_t)d.n;
	} else {
		res = http_chunks(&c->chunks, p, n, &used, &d);
	}
	if (res == HTTP_BAD) {
		refuse(c, 400, "a malformed chunk");
		return n;
	}
	if (res == HTTP_DATA && d.n > 0) {
		if (body_room(c, d.n) == -1)
			return n;
		buf_add(&c->body, d.s, d.n);
	}
	c->more = used < n;
	if (res == HTTP_END || c->want == 0)
		complete(c);
	return used;
}

/* A head is in: who answers may do so now, or wants the body. */
static void
take_request(struct conn *c, const struct http_req *r, int more)
{
	int body = r->chunked || r->length > 0;

	c->minor = r->minor;
	c->headonly = http_method(r, "HEAD");
	c->keep = r->keep && !c->pool->draining;
	c->unread = body &&
	    (r->chunked || r->expect || r->length > SKIP_MAX || !c->keep);
	c->more = more;
	c->want = r->chunked ? -1 : r->length;
	memset(&c->chunks, 0, sizeof(c->chunks));
	c->state = S_ANSWER;
	if (c->pool->ops->head(c, r) != 0) {
		if (!c->unread)
			c->skip = r->length;
		return;
	}
	c->state = S_BODY;
	if (!body) {
		complete(c);
	} else if (r->length > c->pool->bounds->body) {
		refuse(c, 413, "the body is too large");
	} else if (body_room(c,
		       (size_t)(r->length < ROOM ? r->length : ROOM)) == 0) {
		deadline(c, c->pool->bounds->body_time);
		c->unread = 1;
		if (r->expect && !more &&
		    buf_adds(&c->out, "HTTP/1.1 100 Continue\r\n\r\n") == 0)
			writable(c);
	}
}

/* Takes bytes of a head; how many. */
static size_t
take_head(struct conn *c, const char *p, size_t n)
{
	const struct http_limits lim = { (size_t)c->pool->bounds->line,
		(size_t)c->pool->bounds->head,
		(size_t)c->pool->bounds->fields };
	struct http_req *r = c->pool->req;
	long len;

	if (c->seen == 0) {
		set_idle(c, 0);
		deadline(c, c->pool->bounds->head_time);
		c->report.begun = now_mono();
	}
	len = http_request(r, p, n, c->seen, &lim);
	c->seen = n;
	if (len == -1) {
		c->minor = 1;
		c->headonly = http_method(r, "HEAD");
		refuse(c, r->status, r->why);
		return n;
	}
	if (len > 0)
		take_request(c, r, (size_t)len < n);
	return (size_t)len;
}

/* Takes what it can of p[0..n), however many requests it is; how much. */
static size_t
take(struct conn *c, const char *p, size_t n)
{
	size_t used = 0, k;

	c->taking = 1;
	while (used < n && (c->state == S_HEAD || c->state == S_BODY)) {
		if (c->skip > 0) {
			k = n - used < (size_t)c->skip ? n - used :
							 (size_t)c->skip;
			c->skip -= (int64_t)k;
		} else if (c->state == S_HEAD) {
			k = take_head(c, p + used, n - used);
		} else {
			k = take_body(c, p + used, n - used);
		}
		if (k == 0)
			break;
		used += k;
	}
	c->taking = 0;
	return used;
}

/* Goes on with what was read earlier. */
static void
take_again(struct conn *c)
{
	size_t used;

	if (c->taking || c->in.len == 0)
		return;
	used = take(c, c->in.d, c->in.len);
	if (c->state == S_DEAD || c->state == S_LINGER)
		return;
	buf_drain(&c->in, used);
	if (c->in.len == 0)
		buf_wipe(&c->in);
}

/* Takes what was read, after what was read earlier. */
static void
take_bytes(struct conn *c, const char *p, size_t n)
{
	int again = c->in.len > 0;
	size_t used = 0;

	if (c->state == S_BODY)
		deadline(c, c->pool->bounds->body_time);
	if (!again)
		used = take(c, p, n);
	if (c->state == S_DEAD || c->state == S_LINGER)
		return;
	if (buf_add(&c->in, p + used, n - used) == -1)
		conn_drop(c);
	else if (again)
		take_again(c);
}

static void
readable(struct conn *c)
{
	static char bytes[READ_MAX];
	ssize_t n;

	do
		n = recv(c->fd, bytes, sizeof(bytes), 0);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0) {
		conn_drop(c);
		return;
	}
	if (c->state != S_LINGER)
		take_bytes(c, bytes, (size_t)n);
	explicit_bzero(bytes, (size_t)n); /* tokens were in it */
}

static void
conn_event(void *arg, int fd, short revents)
{
	struct conn *c = arg;

	(void)fd;
	if (revents & (POLLERR | POLLNVAL) ||
	    (revents & (POLLRDHUP | POLLHUP) &&
		(c->state == S_ANSWER || c->state == S_FLUSH))) {
		conn_drop(c);
		return;
	}
	if (revents & POLLOUT && c->out.len > 0)
		writable(c);
	if (revents & (POLLIN | POLLHUP) &&
	    (c->state == S_HEAD || c->state == S_BODY || c->state == S_LINGER))
		readable(c);
	watch(c);
}

void
conn_pool_drain(struct conn_pool *p)
{
	struct conn *c, *next;

	p->draining = 1;
	for (c = TAILQ_FIRST(&p->busy); c != NULL; c = TAILQ_NEXT(c, entry))
		c->keep = 0;
	for (c = TAILQ_FIRST(&p->idle); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		readable(c); /* a request may have come meanwhile */
		if (c->state == S_HEAD && c->idle) {
			if (c->kept)
				conn_close(c);
			else /* its first may be on the way */
				deadline(c, FIRST_TIME);
		}
		watch(c);
	}
}
