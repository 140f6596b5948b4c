/* Requests to the processes behind the front. */
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "buf.h"
#include "loop.h"
#include "record.h"

enum {
	READ_MAX = 64 * 1024,
	LINE_MAX_LEN = 64 * 1024, /* of a head */
	RETRY_FIRST = 2,	  /* ms; the listen queue is full */
	RETRY_MAX = 100
};

struct backend {
	struct loop *loop;
	const struct backend_ops *ops;
	void *arg;
	struct loop_timer timer;
	struct sockaddr_un addr;
	int fd;
	int retry;
	int hold;
	int over;	 /* nothing more comes */
	int busy;	 /* inside a callback of ours */
	int gone;	 /* free it after that */
	struct buf head; /* with the first length */
	struct buf body;
	size_t *held;
	size_t sent;	 /* of head, body, end */
	struct buf line; /* of the answer */
	int answered;	 /* the line is in */
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
	const size_t len[] = { b->head.len, b->body.len, 2 };
	char end[] = "0\n";
	struct iovec v[3];
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
	return nv == 0 ? 0 : writev(b->fd, v, nv);
}

static int
all_sent(const struct backend *b)
{
	return b->sent == b->head.len + b->body.len + 2;
}

static void
watch(struct backend *b)
{
	short events = POLLIN;

	if (b->fd == -1)
		return;
	if (b->head.cap > 0)
		events |= POLLOUT;
	if (b->hold) /* its end would be told again and again */
		events = 0;
	if (loop_fd(b->loop, b->fd, events, backend_event, b) == -1)
		fail(b, BACKEND_NONE);
}

static void
writable(struct backend *b)
{
	ssize_t n;

	while ((n = send_some(b)) == -1 && errno == EINTR)
		continue;
	if (n == -1) {
		/* It may have answered without reading all: do read that. */
		if (errno != EAGAIN && errno != EPIPE)
			fail(b, BACKEND_CUT);
		if (errno != EPIPE)
			return;
	} else {
		b->sent += (size_t)n;
		if (!all_sent(b))
			return;
	}
	buf_free(&b->head);
	body_free(b);
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

static void
connect_now(void *arg)
{
	struct backend *b = arg;
	int e;

	b->busy = 1;
	b->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (b->fd == -1) {
		fail(b, BACKEND_NONE);
	} else if (connect(b->fd, (const struct sockaddr *)&b->addr,
		       sizeof(b->addr)) == 0) {
		writable(b);
	} else {
		/* poll() would call a socket not connected ready at once. */
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
		b->over = 1;
		disconnect(b);
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

	while ((n = read(b->fd, bytes, sizeof(bytes))) == -1 && errno == EINTR)
		continue;
	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0)
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
	if (revents & POLLOUT && b->head.cap > 0)
		writable(b);
	if (!b->over && revents & (POLLIN | POLLHUP | POLLERR))
		readable(b);
	leave(b);
}
