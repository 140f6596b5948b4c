/*
 * One connection: a state, and a function a state that says whether there is
 * more to do now. Dead ones are freed when the turn of the loop is over.
 */
#include <err.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim.h"

enum {
	READ_SIZE = 16384,
	MAX_PIPELINED = 1 << 20,
	LINGER_MS = 2000,
	RESET_MS = 20,
	UNSOLICITED_MS = 20
};

enum next {
	WAIT,
	GO
};

static struct conn *alive, *dead;

void
conn_new(int fd, SSL *ssl)
{
	struct conn *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		err(1, NULL);
	c->fd = fd;
	c->ssl = ssl;
	c->state = ssl == NULL ? ST_READ : ST_TLS;
	c->req.op = service_op(&c->req);
	if ((c->next = alive) != NULL)
		alive->prev = c;
	alive = c;
	loop_add(c);
	stats_conn(1);
}

static void
conn_end(struct conn *c)
{
	stats_end(c);
	stats_conn(-1);
	loop_forget(c);
	SSL_free(c->ssl);
	close(c->fd);
	if (c->next != NULL)
		c->next->prev = c->prev;
	*(c->prev != NULL ? &c->prev->next : &alive) = c->next;
	c->state = ST_DEAD;
	c->next = dead;
	dead = c;
}

static void
conn_reset(struct conn *c)
{
	struct linger l = { 1, 0 };

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	conn_end(c);
}

/* The client left: that counts if it was owed an answer. */
static void
conn_gone(struct conn *c)
{
	if ((c->state == ST_DELAY || c->state == ST_SEND ||
		c->state == ST_STALL) &&
	    c->counted)
		stats_gone(c);
	conn_end(c);
}

void
conn_reap(bool all)
{
	struct conn *c;

	while (all && alive != NULL)
		conn_end(alive);
	while ((c = dead) != NULL) {
		dead = c->next;
		buf_free(&c->in);
		buf_free(&c->out);
		buf_free(&c->ans.body);
		buf_free(&c->ans.text);
		buf_free(&c->ans.reason);
		buf_free(&c->ans.extra);
		buf_free(&c->ans.prefix);
		free(c);
	}
}

/* As read(2) and write(2), with -1 and EAGAIN for "not now". */
static ssize_t
io_result(struct conn *c, int n)
{
	int why;

	if (n > 0)
		return n;
	why = SSL_get_error(c->ssl, n);
	if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
		errno = EAGAIN;
		return -1;
	}
	if (why == SSL_ERROR_ZERO_RETURN)
		return 0;
	errno = ECONNRESET;
	return -1;
}

static ssize_t
io_read(struct conn *c, char *p, size_t n)
{
	if (c->ssl == NULL)
		return read(c->fd, p, n);
	return io_result(c, SSL_read(c->ssl, p, (int)n));
}

static ssize_t
io_write(struct conn *c, const char *p, size_t n)
{
	if (c->ssl == NULL)
		return write(c->fd, p, n);
	return io_result(c,
	    SSL_write(c->ssl, p, n > 1 << 20 ? 1 << 20 : (int)n));
}

/* Reads what is there; false if the client is gone. */
static bool
fill(struct conn *c)
{
	ssize_t n;

	for (;;) {
		if (c->state != ST_READ && buf_left(&c->in) > MAX_PIPELINED) {
			loop_watch(c, c->events & ~(uint32_t)EPOLLIN);
			return true;
		}
		n = io_read(c, buf_room(&c->in, READ_SIZE), READ_SIZE);
		if (n == 0)
			return false;
		if (n == -1)
			return errno == EAGAIN || errno == EINTR;
		c->in.len += (size_t)n;
		stats_bytes((size_t)n, 0);
		if (c->ssl == NULL && (size_t)n < READ_SIZE)
			return true;
	}
}

/* Writes c->out, ${max} bytes at most; WAIT if the client does not take it. */
static enum next
flush(struct conn *c, size_t max)
{
	size_t n, done = 0;
	ssize_t w;

	while ((n = buf_left(&c->out)) > 0 && done < max) {
		if (n > max - done)
			n = max - done;
		w = io_write(c, c->out.p + c->out.off, n);
		if (w == -1 && errno == EAGAIN) {
			loop_watch(c, c->events | EPOLLOUT);
			return WAIT;
		}
		if (w <= 0) {
			conn_gone(c);
			return WAIT;
		}
		stats_bytes(0, (size_t)w);
		buf_eat(&c->out, (size_t)w);
		done += (size_t)w;
	}
	if (c->events & EPOLLOUT)
		loop_watch(c, c->events & ~(uint32_t)EPOLLOUT);
	return GO;
}

/* Orderly: our side ends, theirs is read out so that nothing is lost. */
static enum next
linger(struct conn *c)
{
	stats_end(c);
	if (c->ssl != NULL)
		SSL_shutdown(c->ssl);
	shutdown(c->fd, SHUT_WR);
	c->state = ST_LINGER;
	buf_clear(&c->in);
	loop_watch(c, EPOLLIN);
	loop_at(c, loop_now() + LINGER_MS);
	return WAIT;
}

static enum next
cut(struct conn *c)
{
	switch (c->plan.cut_how) {
	case CUT_STALL:
		c->state = ST_STALL;
		break;
	case CUT_RESET:
		/* What was written has to arrive before the RST does. */
		c->state = ST_RESET;
		loop_at(c, loop_now() + RESET_MS);
		break;
	case CUT_CLOSE:
		return linger(c);
	}
	return WAIT;
}

static void
bad_request(struct conn *c, int status)
{
	c->req.keepalive = c->req.head_method = false;
	c->req.op = service_op(&c->req);
	plan_init(&c->plan);
	answer_init(c);
	errors_say(c, status, wire_reason(status));
}

static enum next
st_read(struct conn *c)
{
	int rc = http_request(c);

	if (rc == 0) {
		flush(c, SIZE_MAX); /* a 100 Continue */
		return WAIT;
	}
	loop_off(c);
	c->began = loop_now();
	if (c->die_next || c->reset_next) {
		if (c->reset_next)
			conn_reset(c);
		else
			linger(c);
		return WAIT;
	}
	if (rc < 0)
		bad_request(c, -rc);
	else {
		c->req.op = service_op(&c->req);
		http_members(&c->req);
		if (!(c->req.op->flags & OP_CONTROL))
			stats_begin(c);
		service_answer(c);
		answer_settle(c);
		if (c->counted) {
			stats_status(c->plan.cut_at == AT_START ?
				0 :
				c->ans.status);
			log_request(c);
		}
		buf_eat(&c->in, c->req.headlen + c->req.raw);
	}
	c->scan = 0;
	c->req.have_head = false;
	c->last = c->headed = false;
	c->state = ST_DELAY;
	loop_at(c, loop_now() + c->plan.delay);
	return c->plan.delay > 0 ? WAIT : GO;
}

static enum next
st_delay(struct conn *c)
{
	const struct plan *p = &c->plan;

	loop_off(c);
	c->due = loop_now();
	if (p->cut_at == AT_START) {
		if (p->cut_how == CUT_RESET) {
			conn_reset(c);
			return WAIT;
		}
		return cut(c);
	}
	wire_head(c);
	if (p->cut_at == AT_HALF_HEAD)
		c->out.len -= buf_left(&c->out) / 2;
	c->state = ST_SEND;
	return GO;
}

/* Does a stream never get its last chunk? */
static bool
stalls_last(const struct conn *c)
{
	return c->plan.cut_at == AT_END && c->ans.stream;
}

/* True at the place where the plan cuts the answer. */
static bool
cut_here(struct conn *c)
{
	const struct plan *p = &c->plan;

	return p->cut_at == AT_HALF_HEAD || p->cut_at == AT_BODY ||
	    (p->cut_at == AT_MID && answer_middle(c)) ||
	    (c->last && stalls_last(c)) || c->ans.half;
}

/* Makes the third content event, or what there is instead, the last. */
static void
halve(struct conn *c, struct buf *piece)
{
	struct answer *a = &c->ans;

	if (a->stream && a->made < 3 && a->phase <= PH_FINISH)
		return;
	if (a->stream)
		piece->len = piece->len / 2 + 1;
	c->plan.cut_how = CUT_CLOSE;
	a->half = true;
}

/* Adds pieces to c->out, until it is a batch or something is to be awaited. */
static void
produce(struct conn *c)
{
	static struct buf piece;
	const struct plan *p = &c->plan;

	while (!c->last && c->out.len < OUT_BATCH) {
		if (cut_here(c)) {
			if (p->cut_bytes != NULL)
				buf_str(&c->out, p->cut_bytes);
			c->last = true;
			break;
		}
		buf_clear(&piece);
		if (!answer_next(c, &piece)) {
			if (!stalls_last(c))
				wire_end(c);
			c->last = true;
			break;
		}
		if (plan_has(p, F_HALF_EVENT))
			halve(c, &piece);
		wire_piece(c, &piece);
		if (p->slow > 0 || plan_has(p, F_EACH)) {
			c->due += p->slow;
			break;
		}
	}
}

/* After the answer: the next request, or what the plan does instead. */
static enum next
answered(struct conn *c)
{
	const struct plan *p = &c->plan;

	bool keeps = wire_keeps(c) && !plan_has(p, F_KEEP_CLOSE);

	stats_end(c);
	answer_init(c);
	if (buf_left(&c->in) == 0)
		buf_clear(&c->in);
	if (!keeps)
		return linger(c);
	c->die_next = plan_has(p, F_DIE_NEXT);
	c->reset_next = plan_has(p, F_RESET_NEXT);
	c->state = ST_READ;
	if (plan_has(p, F_UNSOLICITED)) {
		c->unsolicited = true;
		loop_at(c, loop_now() + UNSOLICITED_MS);
	}
	loop_watch(c, EPOLLIN);
	return GO;
}

static enum next
st_send(struct conn *c)
{
	const struct plan *p = &c->plan;
	size_t max = p->pace_bytes > 0 ? (size_t)p->pace_bytes : SIZE_MAX;

	for (;;) {
		if (buf_left(&c->out) == 0 && c->last)
			return cut_here(c) ? cut(c) : answered(c);
		if (buf_left(&c->out) == 0 && c->headed &&
		    c->due > loop_now()) {
			loop_at(c, c->due);
			return WAIT;
		}
		if (buf_left(&c->out) == 0 || !c->headed)
			produce(c);
		c->headed = true;
		if (flush(c, max) == WAIT)
			return WAIT;
		if (p->pace_ms > 0 && buf_left(&c->out) > 0) {
			loop_at(c, loop_now() + p->pace_ms);
			return WAIT;
		}
	}
}

static enum next
st_tls(struct conn *c)
{
	int n = SSL_do_handshake(c->ssl), why;

	if (n == 1) {
		c->state = ST_READ;
		loop_watch(c, EPOLLIN);
		return GO;
	}
	why = SSL_get_error(c->ssl, n);
	if (why == SSL_ERROR_WANT_READ)
		loop_watch(c, EPOLLIN);
	else if (why == SSL_ERROR_WANT_WRITE)
		loop_watch(c, EPOLLOUT);
	else
		conn_end(c);
	return WAIT;
}

static void
run(struct conn *c)
{
	enum next next = GO;

	while (next == GO)
		switch (c->state) {
		case ST_TLS:
			next = st_tls(c);
			if (next == GO && !fill(c)) {
				conn_gone(c);
				return;
			}
			break;
		case ST_READ:
			next = st_read(c);
			break;
		case ST_DELAY:
			next = st_delay(c);
			break;
		case ST_SEND:
			next = st_send(c);
			break;
		default:
			return;
		}
}

void
conn_event(struct conn *c, uint32_t events)
{
	if (c->state == ST_DEAD)
		return;
	if (c->state == ST_TLS) {
		run(c);
		return;
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		if (!fill(c)) {
			conn_gone(c);
			return;
		}
		if (c->state == ST_LINGER)
			buf_clear(&c->in);
		else if (c->state == ST_READ)
			run(c);
	}
	if ((events & EPOLLOUT) && c->state != ST_DEAD)
		run(c);
}

void
conn_hurry(void)
{
	struct conn *c;

	for (c = alive; c != NULL; c = c->next)
		if (c->state == ST_DELAY || c->state == ST_SEND) {
			c->plan.slow = 0;
			loop_at(c, loop_now());
		}
}

/* Tells an idle client of a timeout, as servers do that close. */
static void
say_unasked(struct conn *c)
{
	c->unsolicited = false;
	LIT(&c->out,
	    "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n"
	    "Connection: close\r\n\r\n");
	flush(c, SIZE_MAX);
}

void
conn_timer(struct conn *c)
{
	switch (c->state) {
	case ST_RESET:
		conn_reset(c);
		break;
	case ST_LINGER:
		conn_end(c);
		break;
	case ST_READ:
		if (c->unsolicited)
			say_unasked(c);
		break;
	case ST_DELAY:
	case ST_SEND:
		run(c);
		break;
	default:
		break;
	}
}
