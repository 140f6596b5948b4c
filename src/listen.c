/*
 * The worker's side of the socket protocol. A connection reads its request,
 * hands it to the chat, and writes what comes of it, and may then begin anew;
 * back-pressure is the kernel's: while the socket is full nothing more is
 * taken.
 */
#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "anthropic.h"
#include "api.h"
#include "buf.h"
#include "chat.h"
#include "fault.h"
#include "fetch.h"
#include "fold.h"
#include "headline.h"
#include "listen.h"
#include "loop.h"
#include "now.h"
#include "record.h"
#include "render.h"
#include "request.h"

enum {
	HEAD_MAX = 16 * 1024,	 /* bytes of the first line */
	OUT_MAX = 64 * 1024,	 /* bytes held before we take no more */
	OUT_KEPT = 2048,	 /* allocated, from event to event */
	RECORD_MAX = 256 * 1024, /* bytes of a record that we write */
	READ_SIZE = 64 * 1024,
	ACCEPT_MAX = 8,		      /* connections taken in one turn */
	PAUSE = 20,		      /* ms, when out of descriptors */
	SERVE_MAX = 100,	      /* requests of one connection */
	HELD_MAX = 256 * 1024 * 1024, /* bytes of all requests together */
	MADE_MAX = 0x7fffffff, /* of one answer, where asked for so much */
	COMMIT = 300 * 1000,   /* ms until an answer must begin */
	KEEP_ALIVE = 15 * 1000 /* ms of silence in a stream */
};

enum state {
	ST_KEPT, /* between two requests */
	ST_HEAD,
	ST_LENGTH,
	ST_BODY,
	ST_WORK,
	ST_LAST
};

struct conn {
	LIST_ENTRY(conn) entry;
	struct listen *listen;
	int fd;
	enum state state;
	struct buf in; /* not parsed yet */
	size_t left;   /* of the record being read */
	struct headline head;
	struct buf body, request;
	enum render_kind kind;
	struct render *render;
	struct chat_job *job;
	struct fetch *fetch;
	struct buf line; /* the reply's first line */
	struct buf out;	 /* to be written */
	struct buf made; /* by the shape */
	int stream, broken;
	int full; /* something was not taken: see chat_resume() */
	int told; /* that it is to end */
	int served;
	struct loop_timer keep_alive, kill, flush;
	int64_t last; /* data in a stream, monotonic ms */
};

struct listen {
	struct loop *loop;
	struct chat *chat;
	int fd, draining;
	void (*done)(void *);
	void *arg;
	size_t held;
	size_t fetched; /* see struct fetch_ask */
	struct loop_timer over, more;
	LIST_HEAD(, conn) conns;
};

static void on_conn(void *, int, short);

/* ---- connections ---- */

static void
maybe_done(struct listen *l)
{
	if (l->draining && LIST_EMPTY(&l->conns))
		loop_timer(l->loop, &l->over, 0, l->done, l->arg);
}

/* Forgets a request and its answer. */
static void
clear(struct conn *c)
{
	struct listen *l = c->listen;

	if (c->job != NULL)
		chat_cancel(c->job);
	if (c->fetch != NULL)
		fetch_cancel(c->fetch);
	c->job = NULL;
	c->fetch = NULL;
	loop_timer_del(l->loop, &c->keep_alive);
	loop_timer_del(l->loop, &c->kill);
	loop_timer_del(l->loop, &c->flush);
	l->held -= c->body.len + c->request.len;
	buf_free(&c->in);
	buf_free(&c->body);
	buf_free(&c->request);
	buf_free(&c->line);
	buf_free(&c->out);
	buf_free(&c->made);
	render_free(c->render);
	c->render = NULL;
	headline_free(&c->head);
	c->kind = RENDER_OPENAI;
	c->stream = 0;
}

static void
free_conn(struct conn *c)
{
	struct listen *l = c->listen;

	clear(c);
	loop_fd(l->loop, c->fd, 0, NULL, NULL);
	close(c->fd);
	LIST_REMOVE(c, entry);
	free(c);
	maybe_done(l);
}

static void
on_kill(void *arg)
{
	free_conn(arg);
}

/* Gives a connection up, from where it must not be freed. */
static void
break_conn(struct conn *c)
{
	c->broken = 1;
	loop_timer(c->listen->loop, &c->kill, 0, on_kill, c);
}

/* ---- writing ---- */

static void
watch(struct conn *c)
{
	short ev = POLLIN;

	if (c->out.len > 0)
		ev |= POLLOUT;
	if (loop_fd(c->listen->loop, c->fd, ev, on_conn, c) == -1)
		break_conn(c);
}

static void on_flush(void *);

/* The last answer of a connection has gone: wishes for its end. */
static void
say_end(struct conn *c)
{
	if (c->told)
		return;
	c->told = 1;
	if (send(c->fd, "\n", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
		break_conn(c);
}

/*
 * The answer is out: another request may come. Now and then it is to come by
 * another connection, which the worker with the least to do will take: else
 * all would stay with whoever was there first.
 */
static void
keep_conn(struct conn *c)
{
	clear(c);
	c->state = ST_KEPT;
	if (c->listen->draining || ++c->served >= SERVE_MAX)
		say_end(c);
}

/*
 * Appends one record of n bytes, behind the first line if that is not out
 * yet. What a turn of the loop brings goes out together at its end; of a
 * plain answer, up to OUT_MAX waits for its end: each write
 * wakes the asker.
 */
static void
send_record(struct conn *c, const char *p, size_t n)
{
	char size[RECORD_HEAD];

	if (buf_add(&c->out, c->line.d, c->line.len) == -1 ||
	    buf_add(&c->out, size, record_head(size, n)) == -1 ||
	    buf_add(&c->out, p, n) == -1) {
		break_conn(c);
		return;
	}
	buf_free(&c->line);
	if (!c->flush.set &&
	    (c->stream || c->state == ST_LAST || c->out.len > OUT_MAX))
		loop_timer(c->listen->loop, &c->flush, 0, on_flush, c);
}

/* Writes what is held, and goes on with what waited for that. */
static void
on_flush(void *arg)
{
	struct conn *c = arg;
	ssize_t n;

	if (c->broken)
		return; /* its end would be none */
	do
		n = send(c->fd, c->out.d, c->out.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno != EAGAIN && errno != EWOULDBLOCK) {
		free_conn(c);
		return;
	}
	if (n > 0 && (size_t)n < c->out.len)
		buf_drain(&c->out, (size_t)n);
	else if (n >= 0 && c->stream && c->out.cap <= OUT_KEPT)
		buf_cut(&c->out, 0);
	else if (n >= 0)
		buf_free(&c->out);
	watch(c);
	if (c->out.len > 0)
		return;
	if (c->state == ST_LAST && c->head.keep && !c->broken)
		keep_conn(c);
	else if (c->state == ST_LAST)
		free_conn(c);
	else if (c->full && c->job != NULL)
		chat_resume(c->job);
	else if (c->full && c->fetch != NULL)
		fetch_resume(c->fetch);
}

static void
on_keep_alive(void *arg)
{
	static const char comment[] = ": keep-alive\n\n";
	struct conn *c = arg;

	int64_t left = c->last + KEEP_ALIVE - now_mono();

	if (left <= 0) {
		left = KEEP_ALIVE;
		/* one that does not read needs none */
		if (c->out.len == 0)
			send_record(c, comment, sizeof(comment) - 1);
	}
	loop_timer(c->listen->loop, &c->keep_alive, left, on_keep_alive, c);
}

/* ---- what the chat gives ---- */

static void
on_head(void *arg, const struct chat_head *h)
{
	struct conn *c = arg;

	c->stream = h->stream;
	if (render_head(c->render, h, &c->line) == -1)
		break_conn(c);
	c->last = now_mono();
	if (c->stream)
		loop_timer(c->listen->loop, &c->keep_alive, KEEP_ALIVE,
		    on_keep_alive, c);
}

static size_t
on_data(void *arg, const char *p, size_t n)
{
	struct conn *c = arg;

	if (c->broken)
		return n;
	/* a piece of what another form is made of may make nothing */
	c->full = c->out.len > OUT_MAX ||
	    (n > RECORD_MAX && render_raw(c->render));
	if (c->out.len > OUT_MAX)
		return 0;
	if (c->full)
		n = RECORD_MAX;
	if (render_raw(c->render))
		send_record(c, p, n);
	else {
		if (render_data(c->render, p, n, &c->made) == -1)
			break_conn(c);
		if (c->made.len > 0)
			send_record(c, c->made.d, c->made.len);
		buf_free(&c->made);
	}
	if (c->stream)
		c->last = loop_now(c->listen->loop);
	return n;
}

/* The rest, and the mark that says that it is whole. */
static void
send_last(struct conn *c)
{
	c->state = ST_LAST;
	loop_timer_del(c->listen->loop, &c->keep_alive);
	if (c->made.len > 0)
		send_record(c, c->made.d, c->made.len);
	buf_free(&c->made);
	send_record(c, "", 0);
}

static void
on_end(void *arg, const struct chat_result *r)
{
	struct conn *c = arg;

	c->job = NULL;
	c->fetch = NULL;
	if (render_end(c->render, r, &c->line, &c->made) == -1)
		break_conn(c);
	else if (!c->broken)
		send_last(c);
}

/* ---- the request ---- */

static void
refuse(struct conn *c, const struct fault *f)
{
	if (render_fault(c->kind, c->head.id, f, &c->line, &c->made) == -1)
		break_conn(c);
	else
		send_last(c);
}

static const struct chat_sink sink = { on_head, on_data, on_end };

static void
chat(struct conn *c)
{
	struct chat_ask a = { .id = c->head.id,
		.token = c->head.token,
		.api = c->head.api,
		.headers = (const char *const *)c->head.headers,
		.route = -1,
		.assemble = c->kind == RENDER_N8N, /* has no streams */
		.commit = COMMIT };
	struct fault f;

	if (api_request(c->head.api, &c->request, c->body.d, c->body.len,
		&a.limited, &f) == -1) {
		refuse(c, &f);
		return;
	}
	c->listen->held += c->request.len;
	c->listen->held -= c->body.len;
	buf_free(&c->body);
	a.body = c->request.d;
	a.len = c->request.len;
	c->job = chat_start(c->listen->chat, &a, &sink, c, &f);
	if (c->job == NULL)
		refuse(c, &f);
}

/* Something that an earlier request began. */
static void
fetch(struct conn *c)
{
	struct fetch_ask a = { .id = c->head.id,
		.headers = (const char *const *)c->head.headers,
		.first = &c->listen->fetched };
	struct buf path;
	struct fault f;

	buf_init(&path, HEAD_MAX);
	if (c->head.task == NULL ||
	    buf_addf(&path, "%s%s", c->head.api->path, c->head.task) == -1) {
		fault_set(&f, EX_DATAERR, "request: want the id of a task");
		refuse(c, &f);
		return;
	}
	a.path = path.d;
	c->fetch = fetch_start(c->listen->chat, &a, &sink, c, &f);
	buf_free(&path);
	if (c->fetch == NULL)
		refuse(c, &f);
}

/* How long a request is, without asking anybody. */
static void
count(struct conn *c)
{
	static const struct limits none = { -1, -1, -1, -1 };
	const struct chat_head h = { .attempts = -1, .limits = &none };
	struct fault f;
	int limited;

	if (api_request(c->head.api, &c->request, c->body.d, c->body.len,
		&limited, &f) == -1) {
		refuse(c, &f);
		return;
	}
	if (render_head(c->render, &h, &c->line) == -1 ||
	    buf_addf(&c->made, "{\"input_tokens\":%lld}",
		(long long)anthropic_count(c->request.d, c->request.len)) == -1)
		break_conn(c);
	else
		send_last(c);
}

static void
work(struct conn *c)
{
	struct upstream *up;
	const struct chat_opts *o = chat_opts(c->listen->chat, &up);

	c->state = ST_WORK;
	if ((c->render = render_new(c->kind)) == NULL) {
		break_conn(c);
		return;
	}
	render_bounds(c->render, o->max_event, o->max_answer);
	if (c->head.api->kind == API_TASK)
		fetch(c);
	else if (c->head.api->kind == API_COUNT)
		count(c);
	else
		chat(c);
}

static int
parse_head(struct conn *c, const char *s, size_t n)
{
	if (headline_read(&c->head, s, n) == -1)
		return -1;
	return c->head.shape != NULL ? render_named(c->head.shape, &c->kind) :
				       0;
}

static int
parse_length(struct conn *c, const char *s, size_t n)
{
	size_t i, len = 0;

	if (n == 0 || n > 9)
		return -1;
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		len = len * 10 + (size_t)(s[i] - '0');
	}
	c->left = len;
	return 0;
}

/* A line of in, for the states that want one. 1 taken, 0 not whole, -1. */
static int
parse_line(struct conn *c)
{
	char *nl = memchr(c->in.d, '\n', c->in.len);
	size_t n;
	int r;

	if (nl == NULL)
		return c->in.len > HEAD_MAX ? -1 : 0;
	n = (size_t)(nl - c->in.d);
	if (c->state == ST_HEAD)
		r = parse_head(c, c->in.d, n);
	else
		r = parse_length(c, c->in.d, n);
	buf_drain(&c->in, n + 1);
	if (r == -1)
		return -1;
	if (c->state == ST_HEAD)
		c->state = ST_LENGTH;
	else if (c->left > 0)
		c->state = ST_BODY;
	else
		work(c);
	return 1;
}

static int
parse_body(struct conn *c)
{
	size_t n = c->in.len < c->left ? c->in.len : c->left;

	if (buf_add(&c->body, c->in.d, n) == -1)
		return -1;
	c->listen->held += n;
	buf_drain(&c->in, n);
	if ((c->left -= n) == 0)
		c->state = ST_LENGTH;
	return n > 0;
}

static void
parse(struct conn *c)
{
	static const struct fault full = { .status = EX_TEMPFAIL,
		.text = "too many requests are held" };
	int r = 1;

	while (r == 1 && c->state < ST_WORK && !c->broken)
		r = c->state == ST_BODY ? parse_body(c) : parse_line(c);
	if (r == -1)
		break_conn(c);
	else if (c->listen->held > HELD_MAX && c->state < ST_WORK) {
		c->head.keep = 0; /* its rest is no head of another */
		refuse(c, &full);
	}
}

static void
read_in(struct conn *c)
{
	char chunk[READ_SIZE];
	ssize_t n;

	n = recv(c->fd, chunk, sizeof(chunk), MSG_DONTWAIT);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		free_conn(c); /* gone: so is the wish */
		return;
	}
	if (c->state >= ST_WORK)
		return; /* more than was asked for */
	if (c->state == ST_KEPT)
		c->state = ST_HEAD;
	if (buf_add(&c->in, chunk, (size_t)n) == -1)
		break_conn(c);
	else
		parse(c);
}

static void
on_conn(void *arg, int fd, short revents)
{
	struct conn *c = arg;

	(void)fd;
	if (c->broken)
		return;
	if (revents & POLLOUT)
		loop_timer(c->listen->loop, &c->flush, 0, on_flush, c);
	if (revents & (POLLIN | POLLHUP | POLLERR))
		read_in(c);
}

/* ---- the listener ---- */

static void
take_conn(struct listen *l, int fd)
{
	struct conn *c;

	if ((c = calloc(1, sizeof(*c))) == NULL) {
		close(fd);
		return;
	}
	c->listen = l;
	c->fd = fd;
	c->state = ST_HEAD;
	buf_init(&c->in, HEAD_MAX + READ_SIZE + 1);
	buf_init(&c->body, REQUEST_MAX);
	buf_init(&c->request, REQUEST_MAX + 4096);
	buf_init(&c->line, HEAD_MAX);
	buf_init(&c->out, MADE_MAX);
	buf_init(&c->made, MADE_MAX);
	LIST_INSERT_HEAD(&l->conns, c, entry);
	watch(c);
	read_in(c); /* an asker does not come with empty hands */
}

static void
say_end_all(struct listen *l)
{
	struct conn *c;

	LIST_FOREACH(c, &l->conns, entry)
	if (c->state == ST_KEPT)
		say_end(c);
}

static void on_more(void *);

/*
 * The listener would be called ready without end. Descriptors come back when
 * idle connections are given up, and with every end.
 */
static void
pause_accept(struct listen *l)
{
	say_end_all(l);
	loop_fd(l->loop, l->fd, 0, NULL, NULL);
	loop_timer(l->loop, &l->more, PAUSE, on_more, l);
}

/*
 * A few at a time: the other workers are to have some, too. But the next few
 * wait for no more than one turn, however many descriptors are ready.
 */
static void
on_accept(void *arg, int fd, short revents)
{
	struct listen *l = arg;
	int s, n;

	(void)revents;
	for (n = 0; n < ACCEPT_MAX; n++) {
		s = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (s == -1 &&
		    (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			errno == ENOMEM))
			pause_accept(l);
		if (s == -1)
			return; /* none, or another worker was faster */
		take_conn(l, s);
	}
	loop_timer(l->loop, &l->more, 0, on_more, l);
}

static void
on_more(void *arg)
{
	struct listen *l = arg;

	if (loop_fd(l->loop, l->fd, POLLIN, on_accept, l) == -1)
		pause_accept(l);
	else
		on_accept(l, l->fd, POLLIN);
}

struct listen *
listen_new(struct loop *loop, struct chat *chat, int fd,
    void (*done)(void *arg), void *arg, struct fault *f)
{
	struct listen *l;
	socklen_t n = sizeof(int);
	int is = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is, &n) == -1 || !is) {
		fault_set(f, EX_USAGE,
		    "--listen: descriptor %d is no "
		    "listening socket",
		    fd);
		return NULL;
	}
	if ((l = calloc(1, sizeof(*l))) == NULL) {
		fault_set(f, EX_OSERR, "%s", strerror(errno));
		return NULL;
	}
	l->loop = loop;
	l->chat = chat;
	l->fd = fd;
	l->done = done;
	l->arg = arg;
	LIST_INIT(&l->conns);
	/* two workers may be told of one connection: who is late must not wait
	 */
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1 ||
	    loop_fd(loop, fd, POLLIN, on_accept, l) == -1) {
		fault_set(f, EX_OSERR, "%s", strerror(errno));
		free(l);
		return NULL;
	}
	return l;
}

static void
on_over(void *arg)
{
	struct listen *l = arg;

	l->done(l->arg);
}

void
listen_drain(struct listen *l, int64_t ms)
{
	if (l->draining)
		return;
	l->draining = 1;
	say_end_all(l);
	loop_fd(l->loop, l->fd, 0, NULL, NULL);
	loop_timer_del(l->loop, &l->more);
	loop_timer(l->loop, &l->over, ms, on_over, l);
	maybe_done(l);
}

void
listen_free(struct listen *l)
{
	struct conn *c;

	if (l == NULL)
		return;
	while ((c = LIST_FIRST(&l->conns)) != NULL)
		free_conn(c);
	loop_timer_del(l->loop, &l->over);
	loop_timer_del(l->loop, &l->more);
	loop_fd(l->loop, l->fd, 0, NULL, NULL);
	free(l);
}
