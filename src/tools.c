/* Programs run on request. */
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "held.h"
#include "json.h"
#include "loop.h"
#include "record.h"
#include "spawn.h"
#include "splice.h"
#include "tools.h"

enum {
	TOOLS_MAX = 16, /* at once */
	HEAD_MAX = 64 * 1024,
	OUT_MAX = 8 * 1024 * 1024,
	ERR_MAX = 16 * 1024,
	PATH_BYTES = 4096
};

static int blank_keys(struct buf *);
static int blank_left(struct buf *);

static const struct tool {
	const char *op;
	const char *type; /* of what it prints */
	const char *argv[8];
	/* Takes away what is the owner's alone to know: 0, or -1. */
	int (*blank)(struct buf *);
} table[] = {
	{ "status", "application/json", { "ms-quota", "-o", "json", NULL },
	    blank_keys },
	{ "history", "application/json",
	    { "ms-quota", "--history", "14", "-o", "json", NULL }, NULL },
	{ "metrics", "text/plain", { "ms-quota", "-o", "prometheus", NULL },
	    NULL },
	{ "route", "application/json", { "ms-route", "--explain", NULL },
	    blank_left },
	{ "balance", "application/json",
	    { "ms-balance", "--keys", "-", "-e", "-o", "json", NULL }, NULL },
};

/* One who asks, from accept to the last byte of the answer. */
struct run {
	TAILQ_ENTRY(run) entry;
	struct tools *tools;
	const struct tool *tool;
	int owner; /* asks */
	int fd;
	struct buf head, body;
	int headed; /* the head line is in */
	struct record record;
	pid_t pid;    /* 0: does not run */
	int out, err; /* its pipes, or -1 */
	struct buf outb, errb;
	int late;
	int waits; /* for a reload */
	struct buf answer;
	struct loop_timer timer;
};

TAILQ_HEAD(run_list, run);

struct tools {
	struct tools_opts o;
	struct run_list runs;
	size_t n;
};

static void accept_one(void *, int, short);

static void
shut(struct run *r, int *fd)
{
	if (*fd == -1)
		return;
	loop_fd(r->tools->o.loop, *fd, 0, NULL, NULL);
	close(*fd);
	*fd = -1;
}

/* The asker is answered or gone. A program that still runs is killed. */
static void
finish(struct run *r)
{
	struct tools *t = r->tools;

	if (r->pid > 0)
		kill(-r->pid, SIGKILL);
	shut(r, &r->fd);
	shut(r, &r->out);
	shut(r, &r->err);
	loop_timer_del(t->o.loop, &r->timer);
	buf_free(&r->head);
	buf_wipe(&r->body);
	buf_free(&r->outb);
	buf_free(&r->errb);
	buf_free(&r->answer);
	TAILQ_REMOVE(&t->runs, r, entry);
	free(r);
	if (t->n-- == TOOLS_MAX)
		loop_fd(t->o.loop, t->o.fd, POLLIN, accept_one, t);
}

/* ---- the answer ---- */

static void
send_answer(void *arg, int fd, short revents)
{
	struct run *r = arg;
	ssize_t n;

	(void)revents;
	n = send(fd, r->answer.d, r->answer.len, MSG_NOSIGNAL);
	if (n > 0)
		buf_drain(&r->answer, (size_t)n);
	else if (errno != EAGAIN && errno != EINTR)
		buf_cut(&r->answer, 0);
	if (r->answer.len == 0)
		finish(r);
}

/* Answers with a status and a body; with an error if that is not NULL. */
static void
answer(struct run *r, int status, const char *error)
{
	struct buf *b = &r->answer;
	char size[RECORD_HEAD];
	struct json j;

	json_begin(&j, b);
	json_object(&j, NULL);
	json_int(&j, "status", status);
	json_str(&j, "type",
	    r->tool != NULL ? r->tool->type : "application/json");
	if (error != NULL)
		json_str(&j, "error", error);
	json_end(&j);
	if (json_finish(&j) == -1 || buf_addc(b, '\n') == -1 ||
	    (r->outb.len > 0 &&
		(buf_add(b, size, record_head(size, r->outb.len)) == -1 ||
		    buf_add(b, r->outb.d, r->outb.len) == -1)) ||
	    buf_adds(b, "0\n") == -1 ||
	    loop_fd(r->tools->o.loop, r->fd, POLLOUT, send_answer, r) == -1)
		finish(r);
}

void
tools_reloaded(struct tools *t, const char *why)
{
	struct run *r, *next;

	for (r = TAILQ_FIRST(&t->runs); r != NULL; r = next) {
		next = TAILQ_NEXT(r, entry);
		if (!r->waits)
			continue;
		r->waits = 0;
		if (why == NULL)
			buf_adds(&r->outb,
			    "{\"status\":\"ok\","
			    "\"message\":\"configuration reloaded\"}");
		answer(r, why == NULL ? 200 : 400, why);
	}
}

/* ---- the program ---- */

/* What an exit status is as a status of HTTP. */
static int
http_status(int status)
{
	if (!WIFEXITED(status))
		return 502;
	switch (WEXITSTATUS(status)) {
	case 0:
	case 1:
	case 2:
		return 200;
	case EX_USAGE:
	case EX_DATAERR:
		return 400;
	case EX_TEMPFAIL:
		return 503;
	default:
		return 502;
	}
}

/* The last line that it wrote to stderr. */
static const char *
last_words(struct buf *b)
{
	char *nl;

	while (b->len > 0 && b->d[b->len - 1] == '\n')
		buf_cut(b, b->len - 1);
	nl = strrchr(b->d, '\n');
	return nl != NULL ? nl + 1 : b->d;
}

/* Reads what is there. -1: no more comes, or it is too much. */
static int
take(int fd, struct buf *b)
{
	static char bytes[64 * 1024];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		if (buf_add(b, bytes, (size_t)n) == -1)
			return -1;
	return n == -1 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static void
read_out(void *arg, int fd, short revents)
{
	struct run *r = arg;

	(void)revents;
	if (take(fd, &r->outb) == -1)
		shut(r, &r->out);
}

static void
read_err(void *arg, int fd, short revents)
{
	struct run *r = arg;

	(void)revents;
	if (take(fd, &r->errb) == -1)
		shut(r, &r->err);
}

/* Does the edits at an object that is all of b. */
static int
edit(struct buf *b, const struct splice_edit *e, size_t n)
{
	struct buf out;
	int rc;

	buf_init(&out, OUT_MAX);
	rc = splice_edit(&out, b->d, b->len, e, n);
	buf_free(b);
	*b = out;
	return rc;
}

/* Of a status: the keys, and what they have. */
static int
blank_keys(struct buf *b)
{
	static const struct splice_edit edits[] = { { "keys", "null", 4 },
		{ "credits", "null", 4 } };

	return edit(b, edits, sizeof(edits) / sizeof(edits[0]));
}

/* Of a decision: how many calls of a model are left, which credits tell. */
static int
blank_left(struct buf *b)
{
	static const struct splice_edit none = { "remaining", NULL, 0 };
	struct splice_edit models = { "models", NULL, 0 };
	struct splice all, v;
	struct splice_walk w;
	struct buf list;
	int rc = -1, more = 0;

	buf_init(&list, OUT_MAX);
	if (splice_text(b->d, b->len, &all, NULL) == -1 ||
	    splice_find(all, "models", &v) != 1 || v.s[0] != '[' ||
	    buf_addc(&list, '[') == -1)
		goto out;
	splice_begin(&w, v);
	while ((rc = splice_next(&w)) == 1) {
		rc = more++ > 0 ? buf_addc(&list, ',') : 0;
		if (rc == -1 ||
		    splice_edit(&list, w.value.s, w.value.n, &none, 1) == -1) {
			rc = -1;
			goto out;
		}
	}
	if (rc == 0 && (rc = buf_addc(&list, ']')) == 0) {
		models.value = list.d;
		models.len = list.len;
		rc = edit(b, &models, 1);
	}
out:
	buf_free(&list);
	return rc;
}

int
tools_exited(struct tools *t, pid_t pid, int status)
{
	const char *words;
	struct run *r;
	int http;

	TAILQ_FOREACH(r, &t->runs, entry)
	if (r->pid == pid)
		break;
	if (r == NULL)
		return 0;
	r->pid = 0;
	loop_timer_del(t->o.loop, &r->timer);
	if (r->out != -1)
		read_out(r, r->out, 0);
	if (r->err != -1)
		read_err(r, r->err, 0);
	shut(r, &r->out);
	shut(r, &r->err);
	http = http_status(status);
	words = last_words(&r->errb);
	if (r->late)
		answer(r, 504, "the program took too long");
	else if (!r->owner && r->tool->blank != NULL && r->outb.len > 0 &&
	    r->tool->blank(&r->outb) == -1)
		answer(r, 502, "the program's answer makes no sense");
	else if (http == 200 || r->outb.len > 0)
		answer(r, http, NULL);
	else
		answer(r, http,
		    *words != '\0' ? words :
				     "the program failed without a word");
	return 1;
}

static void
too_late(void *arg)
{
	struct run *r = arg;

	r->late = 1;
	kill(-r->pid, SIGKILL);
}

/* The asker says no more; that something comes means that it left. */
static void
asker_gone(void *arg, int fd, short revents)
{
	(void)fd;
	(void)revents;
	finish(arg);
}

static int
start(struct run *r)
{
	const struct tool *tool = r->tool;
	struct loop *l = r->tools->o.loop;
	struct spawn s = { .death = SIGKILL, .nfds = 3 };
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, in;
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/%s", r->tools->o.bin, tool->argv[0]);
	s.path = path;
	memcpy(&s.argv, &(const char *const *){ tool->argv }, sizeof(s.argv));
	if ((in = spawn_memory(r->body.d, r->body.len)) == -1)
		return -1;
	buf_wipe(&r->body);
	if (pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0) {
		s.fds[0] = in;
		s.fds[1] = out[1];
		s.fds[2] = err[1];
		held_lend(r->tools->o.held, &s);
		r->pid = spawn(&s);
		close(err[1]);
	}
	close(in);
	if (out[1] != -1)
		close(out[1]);
	r->out = out[0];
	r->err = err[0];
	if (r->pid <= 0)
		return -1;
	fcntl(r->out, F_SETFL, O_NONBLOCK);
	fcntl(r->err, F_SETFL, O_NONBLOCK);
	if (loop_fd(l, r->out, POLLIN, read_out, r) == -1 ||
	    loop_fd(l, r->err, POLLIN, read_err, r) == -1 ||
	    loop_fd(l, r->fd, POLLIN, asker_gone, r) == -1)
		return -1;
	loop_timer(l, &r->timer, r->tools->o.time, too_late, r);
	return 0;
}

/* ---- the request ---- */

/* The request is complete: do what its head says. */
static void
begin(struct run *r)
{
	struct splice all, op, owner;
	size_t i;

	if (splice_text(r->head.d, r->head.len, &all, NULL) == -1 ||
	    splice_find(all, "op", &op) != 1) {
		answer(r, 400, "the head has no op");
		return;
	}
	if (splice_eq(op, "reload")) {
		r->waits = 1;
		loop_fd(r->tools->o.loop, r->fd, POLLIN, asker_gone, r);
		r->tools->o.reload(r->tools->o.arg);
		return;
	}
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (splice_eq(op, table[i].op))
			break;
	if (i == sizeof(table) / sizeof(table[0])) {
		answer(r, 400, "no such op");
		return;
	}
	r->tool = &table[i];
	r->owner = splice_find(all, "owner", &owner) == 1 && owner.s[0] == 't';
	if (start(r) == -1) {
		if (r->pid < 0)
			r->pid = 0;
		answer(r, 503, strerror(errno));
	}
}

/* Takes bytes of the request. 1: it is complete; -1: it never will be. */
static int
take_request(struct run *r, const char *p, size_t n)
{
	enum record_res res = RECORD_MORE;
	const char *eol, *data;
	size_t used, len;

	if (!r->headed) {
		eol = memchr(p, '\n', n);
		len = eol != NULL ? (size_t)(eol - p) : n;
		if (buf_add(&r->head, p, len) == -1)
			return -1;
		if (eol == NULL)
			return 0;
		r->headed = 1;
		p += len + 1;
		n -= len + 1;
	}
	for (; n > 0; p += used, n -= used) {
		res = record_next(&r->record, p, n, &used, &data, &len);
		if (res == RECORD_END)
			return 1;
		if (res == RECORD_BAD ||
		    (res == RECORD_DATA && buf_add(&r->body, data, len) == -1))
			return -1;
	}
	return 0;
}

static void
read_request(void *arg, int fd, short revents)
{
	static char bytes[64 * 1024];
	struct run *r = arg;
	ssize_t n;
	int rc;

	(void)revents;
	n = read(fd, bytes, sizeof(bytes));
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	rc = n > 0 ? take_request(r, bytes, (size_t)n) : -1;
	explicit_bzero(bytes, n > 0 ? (size_t)n : 0);
	if (rc == -1)
		finish(r);
	else if (rc == 1)
		begin(r);
}

static void
accept_one(void *arg, int lfd, short revents)
{
	struct tools *t = arg;
	struct run *r;
	int fd;

	(void)revents;
	fd = accept4(lfd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd == -1)
		return;
	if ((r = calloc(1, sizeof(*r))) == NULL) {
		close(fd);
		return;
	}
	r->tools = t;
	r->fd = fd;
	r->out = r->err = -1;
	buf_init(&r->head, HEAD_MAX);
	buf_init(&r->body, t->o.body);
	buf_init(&r->outb, OUT_MAX);
	buf_init(&r->errb, ERR_MAX);
	buf_init(&r->answer, OUT_MAX + HEAD_MAX);
	TAILQ_INSERT_TAIL(&t->runs, r, entry);
	if (++t->n == TOOLS_MAX)
		loop_fd(t->o.loop, lfd, 0, NULL, NULL);
	if (loop_fd(t->o.loop, fd, POLLIN, read_request, r) == -1)
		finish(r);
}

struct tools *
tools_new(const struct tools_opts *o)
{
	struct tools *t;

	if ((t = calloc(1, sizeof(*t))) == NULL)
		return NULL;
	t->o = *o;
	TAILQ_INIT(&t->runs);
	if (loop_fd(o->loop, o->fd, POLLIN, accept_one, t) == 0)
		return t;
	free(t);
	return NULL;
}

void
tools_free(struct tools *t)
{
	struct run *r;

	if (t == NULL)
		return;
	loop_fd(t->o.loop, t->o.fd, 0, NULL, NULL);
	while ((r = TAILQ_FIRST(&t->runs)) != NULL)
		finish(r);
	free(t);
}
