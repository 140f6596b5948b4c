/* Requests to the processes behind the front. */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "buf.h"
#include "kept.h"
#include "loop.h"
#include "record.h"

enum {
	READ_MAX = 64 * 1024,
	LINE_MAX_LEN = 64 * 1024, /* of a head */
	REUSE_MAX = 64 * 1024,	  /* of a body held until the answer begins */
	RETRY_FIRST = 2,	  /* ms; the listen queue is full */
	RETRY_MAX = 100
};

struct backend {
	struct loop *loop;
	const struct backend_ops *ops;
	void *arg;
	struct loop_timer timer;
	struct sockaddr_un addr;
	struct kept *kept;
	int keep; /* the connection, when this is over */
	int used; /* it served another before */
	int deaf; /* the other side reads no more */
	int fd;
	int retry;
	int hold;
	int over;	 /* nothing more comes */
	int busy;	 /* inside a callback of ours */
	int gone;	 /* free it after that */
	struct buf head; /* with the first length */
	struct buf body;
	size_t nbody; /* its length, also when it is freed */
	size_t *held;
	size_t sent;	 /* of head, body, end */
	struct buf line; /* of the answer */
	int begun;	 /* something of the answer is in */
	int answered;	 /* the line is */
	struct record record;
};

static void backend_event(void *, int, short);

static void
body_free(struct backend *b)
{
	*b->held -= b->body.cap;
	explicit_bzero(b->body.d, b->body.len); /* it may hold keys */
	buf_free(&b->body);
}

static void
disconnect(struct backend *b)
{
	if (b->fd == -1)
		return;
	loop_fd(b->loop, b->fd, 0, NULL, NULL);
	close(b->fd);
	b->fd = -1;
}

void
backend_free(struct backend *b)
{
	if (b == NULL)
		return;
	b->over = b->gone = 1;
	disconnect(b);
	loop_timer_del(b->loop, &b->timer);
	buf_free(&b->head);
	buf_free(&b->line);
	body_free(b);
	if (!b->busy)
		free(b);
}

static void
fail(struct backend *b, enum backend_fault why)
{
	b->over = 1;
	disconnect(b);
	b->ops->fail(b->arg, why);
}

/* What is to be sent: the head, the body, the record that ends it. */
static ssize_t
send_some(struct backend *b)
{
	char *part[] = { b->head.d, b->body.d, NULL };
	const size_t len[] = { b->head.len, b->nbody, 2 };
	char end[] = "0\n";
	struct iovec v[3];
	struct msghdr m = { .msg_iov = v };
	size_t skip = b->sent;
	int i, nv = 0;

	part[2] = end;
	for (i = 0; i < 3; i++) {
		if (skip >= len[i]) {
			skip -= len[i];
			continue;
		}
		v[nv].iov_base = part[i] + skip;
		v[nv++].iov_len = len[i] - skip;
		skip = 0;
	}
	m.msg_iovlen = (size_t)nv;
	return nv == 0 ? 0 : sendmsg(b->fd, &m, MSG_NOSIGNAL);
}

static int
all_sent(const struct backend *b)
{
	return b->sent == b->head.len + b->nbody + 2;
}

/* The body is not needed any more: not for this connection, nor another. */
static void
body_done(struct backend *b)
{
	if ((b->deaf || all_sent(b)) && (b->begun || !b->used))
		body_free(b);
}

/* The answer is whole, and that is all that came. */
static void
succeed(struct backend *b)
{
	b->over = 1;
	if (b->keep && all_sent(b)) {
		kept_put(b->kept, b->fd);
		b->fd = -1;
	}
	disconnect(b);
}

static void
watch(struct backend *b)
{
	short events = POLLIN;

	if (b->fd == -1)
		return;
	if (!b->deaf && !all_sent(b))
		events |= POLLOUT;
	if (b->hold) /* its end would be told again and again */
		events = 0;
	if (loop_fd(b->loop, b->fd, events, backend_event, b) == -1)
		fail(b, BACKEND_NONE);
}

static void connect_now(void *);

/*
 * Whoever had the connection that was kept died before it had read all of
 * this: it has done nothing of it.
 */
static void
again(struct backend *b)
{
	disconnect(b);
	b->sent = 0;
	b->deaf = 0;
	loop_timer(b->loop, &b->timer, 0, connect_now, b);
}

static void
writable(struct backend *b)
{
	ssize_t n;

	while ((n = send_some(b)) == -1 && errno == EINTR)
		continue;
	if (n != -1)
		b->sent += (size_t)n;
	else if (b->used && !b->begun &&
	    (errno == ECONNRESET || (errno == EPIPE && b->sent == 0)))
		again(b);
	else if (errno == EPIPE) /* it may have answered: do read that */
		b->deaf = 1;
	else if (errno != EAGAIN)
		fail(b, BACKEND_CUT);
	body_done(b);
}

static void
leave(struct backend *b)
{
	b->busy = 0;
	if (b->gone)
		free(b);
	else if (!b->over)
		watch(b);
}

static int
new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static void
connect_now(void *arg)
{
	struct backend *b = arg;
	int e;

	b->busy = 1;
	b->fd = b->keep && b->body.len <= REUSE_MAX ? kept_take(b->kept) : -1;
	b->used = b->fd != -1;
	if (b->fd == -1 && (b->fd = new_socket()) == -1 && kept_drop(b->kept))
		b->fd = new_socket();
	if (b->fd == -1) {
		fail(b, BACKEND_NONE);
	} else if (b->used) {
		writable(b);
	} else if (connect(b->fd, (const struct sockaddr *)&b->addr,
		       sizeof(b->addr)) == 0) {
		writable(b);
	} else {
		/* A socket not connected would be called ready at once. */
		e = errno;
		close(b->fd);
		b->fd = -1;
		if (e == EAGAIN)
			loop_timer(b->loop, &b->timer, b->retry, connect_now,
			    b);
		else
			fail(b, BACKEND_NONE);
		if ((b->retry *= 2) > RETRY_MAX)
			b->retry = RETRY_MAX;
	}
	leave(b);
}

struct backend *
backend_new(struct loop *l, const struct backend_ask *a,
    const struct backend_ops *ops, void *arg)
{
	struct backend *b;
	char size[RECORD_HEAD];
	size_t n;

	if ((b = calloc(1, sizeof(*b))) == NULL)
		return NULL;
	b->loop = l;
	b->ops = ops;
	b->arg = arg;
	b->held = a->held;
	b->kept = a->kept;
	b->keep = a->keep;
	b->fd = -1;
	b->retry = RETRY_FIRST;
	b->addr.sun_family = AF_UNIX;
	if (strlcpy(b->addr.sun_path, a->path, sizeof(b->addr.sun_path)) >=
	    sizeof(b->addr.sun_path))
		b->addr.sun_path[0] = '\0';
	buf_init(&b->line, LINE_MAX_LEN);
	buf_init(&b->head, LINE_MAX_LEN);
	buf_init(&b->body, a->body->max);
	n = a->body->len > 0 ? record_head(size, a->body->len) : 0;
	if (buf_add(&b->head, a->head->d, a->head->len) == -1 ||
	    buf_addc(&b->head, '\n') == -1 ||
	    buf_add(&b->head, size, n) == -1) {
		buf_free(&b->head);
		free(b);
		return NULL;
	}
	loop_timer(l, &b->timer, 0, connect_now, b);
	b->body = *a->body;
	b->nbody = b->body.len;
	buf_init(a->body, b->body.max);
	return b;
}

void
backend_hold(struct backend *b, int hold)
{
	if (b->hold == hold)
		return;
	b->hold = hold;
	watch(b);
}

/* Bytes of records: what they hold is moved together and handed on. */
static void
take_records(struct backend *b, char *p, size_t n)
{
	enum record_res res = RECORD_MORE;
	size_t i, used, len, total = 0;
	const char *data;

	for (i = 0; i < n; i += used) {
		res = record_next(&b->record, p + i, n - i, &used, &data, &len);
		if (res != RECORD_DATA)
			break;
		memmove(p + total, data, len);
		total += len;
	}
	if (res == RECORD_BAD) {
		fail(b, BACKEND_CUT);
		return;
	}
	if (res == RECORD_END) {
		b->keep &= i + used == n;
		succeed(b);
	}
	if (total > 0 || b->over)
		b->ops->data(b->arg, p, total, b->over);
}

/* Bytes of the head line; what is behind it is records. */
static void
take_line(struct backend *b, char *p, size_t n)
{
	char *eol = memchr(p, '\n', n);
	size_t used = eol != NULL ? (size_t)(eol - p) : n;

	if (b->used && b->keep && eol == p && b->line.len == 0) {
		b->keep = 0; /* it was to end, but this crossed that wish */
		if (n > 1)
			take_line(b, p + 1, n - 1);
		return;
	}
	if (buf_add(&b->line, p, used) == -1) {
		fail(b, BACKEND_CUT);
		return;
	}
	if (eol == NULL)
		return;
	b->answered = 1;
	if (b->ops->head(b->arg, b->line.d, b->line.len) == -1)
		fail(b, BACKEND_CUT);
	buf_free(&b->line);
	if (!b->over && used + 1 < n)
		take_records(b, eol + 1, n - used - 1);
}

static void
readable(struct backend *b)
{
	static char bytes[READ_MAX];
	ssize_t n;

	do
		n = recv(b->fd, bytes, sizeof(bytes), 0);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN)
		return;
	if (n > 0) {
		b->begun = 1;
		body_done(b);
	}
	if (n == -1 && errno == ECONNRESET && b->used && !b->begun)
		again(b); /* Linux: it closed with something unread */
	else if (n <= 0)
		fail(b, BACKEND_CUT);
	else if (b->answered)
		take_records(b, bytes, (size_t)n);
	else
		take_line(b, bytes, (size_t)n);
}

static void
backend_event(void *arg, int fd, short revents)
{
	struct backend *b = arg;

	(void)fd;
	b->busy = 1;
	if (revents & POLLOUT && !b->deaf && !all_sent(b))
		writable(b);
	if (!b->over && b->fd != -1 && revents & (POLLIN | POLLHUP | POLLERR))
		readable(b);
	leave(b);
}
