/*
 * Many requests from a file. Lines are read as there is room for them; each is
 * a job of the chat; its result is one write(2).
 */
#include <sys/queue.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "batch.h"
#include "batchline.h"
#include "buf.h"
#include "chat.h"
#include "classify.h"
#include "conf.h"
#include "fault.h"
#include "idset.h"
#include "keys.h"
#include "ledger.h"
#include "lines.h"
#include "loop.h"
#include "now.h"
#include "order.h"
#include "pick.h"
#include "request.h"
#include "resume.h"
#include "route.h"

enum {
	READ_SIZE = 256 * 1024,
	TEXT_MAX = REQUEST_MAX + 4 * READ_SIZE, /* of a line; and more */
	ANSWER_MAX = 1 << 30,			/* where asked for so much */
	AGAIN_FIRST = 1000,    /* ms before a line is tried again, */
	AGAIN_MAX = 60 * 1000, /* doubling up to this */
	WAIT = 10 * 60 * 1000, /* ms between looks for new quota, */
	WAIT_MAX = 16 << 20,   /* bytes of lines that wait for them */
	PARALLEL = 16,	       /* where nothing bounds it, */
	PARALLEL_MAX = 1024    /* and where much does */
};

struct item { /* a line under way */
	LIST_ENTRY(item) entry;
	struct batch *batch;
	struct batchline line;
	int64_t number;
	struct chat_job *job; /* NULL: waiting for its timer, or for quota */
	struct loop_timer timer;
	TAILQ_ENTRY(item) wait; /* if it waits for quota */
	int waits;
	int round;
	struct buf answer;
	int lost; /* the errno of what of it there was no room for */
};

struct batch {
	struct batch_opts o;
	int in, out;
	int fills;	   /* out is a pipe or the like, which may be full */
	struct buf unread; /* results that there was no room for */
	struct buf text;   /* read, not yet lines */
	size_t at;	   /* of text, begun */
	int64_t number;	   /* of the last line */
	int eof, stopped, reading;
	int toolong; /* in a line that is */
	int dry;     /* a line is out of quota, which was said */
	int lost;    /* the errno of a write that failed */
	int64_t bad; /* errors that stand, from before */
	int nitems;
	LIST_HEAD(, item) items;
	/* Those that wait for quota take no place: */
	TAILQ_HEAD(, item) waits;
	int nwaits, due; /* the first so many are to be tried again */
	size_t held;	 /* bytes of them */
	int none;	 /* there is no quota of any kind */
	struct loop_timer look;
	struct idset *ids;
	struct batch_count count;
	struct loop_timer over;
	struct fault fault;   /* what ended it early */
	struct fault refused; /* a failure that time does not mend */
};

static void on_room(void *, int, short);
static void fill(struct batch *);
static void start(void *);

/* ---- results ---- */

static void
fail(struct batch *b, int status, const char *what)
{
	if (b->fault.status == 0)
		fault_set(&b->fault, status, "%s: %s", what, strerror(errno));
	batch_stop(b);
}

static void
changed(struct batch *b)
{
	if (b->o.progress != NULL)
		b->o.progress(b->o.arg, b);
}

static void
maybe_over(struct batch *b)
{
	if (b->nitems == 0 && b->unread.len == 0 &&
	    (b->stopped || (b->eof && b->at == b->text.len)))
		loop_timer(b->o.loop, &b->over, 0, b->o.done, b->o.arg);
}

/*
 * Writes what there is room for: where a reader does not read, signals and
 * times are heeded all the same. 0, or -1 with errno.
 */
static int
write_some(struct batch *b)
{
	struct pollfd pfd = { .fd = b->out, .events = POLLOUT };
	size_t at = 0, n;
	ssize_t w = 0;

	while (at < b->unread.len) {
		n = b->unread.len - at;
		if (b->fills && poll(&pfd, 1, 0) == 0)
			break;
		if (b->fills && n > PIPE_BUF)
			n = PIPE_BUF;
		if ((w = write(b->out, b->unread.d + at, n)) != -1)
			at += (size_t)w;
		else if (errno == EAGAIN)
			break;
		else if (errno != EINTR)
			return -1;
	}
	if (at == b->unread.len)
		buf_free(&b->unread);
	else
		buf_drain(&b->unread, at);
	return !b->fills ? 0 :
			   loop_fd(b->o.loop, b->out,
			       b->unread.len > 0 ? POLLOUT : 0, on_room, b);
}

/* Ends the run if that fails. 0 or -1. */
static int
flush(struct batch *b)
{
	if (write_some(b) == 0)
		return 0;
	b->lost = errno;
	fail(b, EX_IOERR, b->o.out != NULL ? b->o.out : "stdout");
	if (b->fills)
		loop_fd(b->o.loop, b->out, 0, NULL, NULL);
	buf_free(&b->unread);
	return -1;
}

static void
on_room(void *arg, int fd, short revents)
{
	struct batch *b = arg;

	(void)fd;
	(void)revents;
	(void)flush(b);
	fill(b);
	maybe_over(b);
}

/*
 * Writes the result, or ends the run: 0 or -1. Behind a piece of a line that
 * did not fit nothing more is written, so that it stays the last.
 */
static int
put(struct batch *b, const struct batchline_result *r)
{
	if (b->lost)
		return -1;
	if (batchline_write(r, &b->unread) == -1) {
		b->lost = errno;
		fail(b, EX_OSERR, r->id);
		return -1;
	}
	return flush(b);
}

static size_t
size(const struct item *i)
{
	return sizeof(*i) + i->line.body.len;
}

/* It waits for quota no more. */
static void
unwait(struct item *i)
{
	struct batch *b = i->batch;

	if (!i->waits)
		return;
	i->waits = 0;
	TAILQ_REMOVE(&b->waits, i, wait);
	b->held -= size(i);
	if (--b->nwaits < b->due)
		b->due = b->nwaits;
}

static void
free_item(struct item *i)
{
	struct batch *b = i->batch;

	unwait(i);
	if (i->job != NULL)
		chat_cancel(i->job);
	loop_timer_del(b->o.loop, &i->timer);
	LIST_REMOVE(i, entry);
	batchline_free(&i->line);
	buf_free(&i->answer);
	free(i);
	b->nitems--;
}

/* One line less is under way: there is room for the next. */
static void
next(struct batch *b)
{
	changed(b);
	fill(b);
	maybe_over(b);
}

/* ---- one line ---- */

static void
on_head(void *arg, const struct chat_head *h)
{
	(void)arg;
	(void)h;
}

static size_t
on_data(void *arg, const char *p, size_t n)
{
	struct item *i = arg;

	if (buf_add(&i->answer, p, n) == -1)
		i->lost = errno;
	return n;
}

/* Is nothing left to ask with, whatever a line wants? */
static int
all_dry(const struct batch *b)
{
	struct upstream *up;
	const struct chat_opts *o = chat_opts(b->o.chat, &up);
	struct pick_in in = { .conf = o->conf,
		.keys = o->keys,
		.fold = ledger_fold(o->ledger),
		.now = now_wall() };
	struct pick_model *order;
	struct decision none;
	struct pick *v;
	struct fault f;
	size_t n;
	int dry = 1;

	route_tier(0, &none);
	order = order_make(o->conf, b->o.models, b->o.nmodels, &none,
	    &in.norder, &f);
	if (order == NULL)
		return 1;
	in.order = order;
	if (pick(&in, &v, &n) == 0) {
		dry = pick_dry(v, n);
		free(v);
	}
	free(order);
	return dry;
}

/* There may be new quota by now: all that wait are tried again, in turn. */
static void
on_look(void *arg)
{
	struct batch *b = arg;

	b->due = b->nwaits;
	b->none = 0;
	fill(b);
	maybe_over(b);
}

/* Has a line wait for quota, in no place, while others take theirs. */
static void
wait_quota(struct item *i)
{
	struct batch *b = i->batch;

	buf_free(&i->answer);
	TAILQ_INSERT_TAIL(&b->waits, i, wait);
	i->waits = 1;
	b->nwaits++;
	b->held += size(i);
	if ((b->none = all_dry(b)))
		b->due = 0;
	if (!b->look.set)
		loop_timer(b->o.loop, &b->look, WAIT, on_look, b);
	next(b);
}

/*
 * What this line wants is out of quota: it is left for another day, or waits
 * until there is some again. Others may want something else.
 */
static void
on_dry(struct item *i, const struct chat_result *r)
{
	struct batch *b = i->batch;

	if (!b->dry && b->o.say != NULL)
		b->o.say(b->o.arg, r->message);
	b->dry = 1;
	if (b->o.wait && !b->stopped) {
		wait_quota(i);
		return;
	}
	b->count.later++;
	free_item(i);
	if (!b->stopped && all_dry(b))
		batch_stop(b);
	next(b);
}

static int
is_quota(int verdict)
{
	return verdict == V_NO_CREDITS || verdict == V_QUOTA_DAY ||
	    verdict == V_QUOTA_MONTH;
}

/* May the line do better in a while? Then it waits for that. */
static int
again(struct item *i, const struct chat_result *r)
{
	struct batch *b = i->batch;
	int64_t ms;

	if ((r->exit != EX_TEMPFAIL && r->verdict != V_CUT &&
		r->verdict != V_BAD_REPLY && r->verdict != V_SYSTEM) ||
	    b->stopped || i->round >= b->o.rounds)
		return 0;
	ms = (int64_t)AGAIN_FIRST << (i->round < 6 ? i->round : 6);
	if (r->retry_after > 0 && ms < r->retry_after * 1000)
		ms = r->retry_after * 1000;
	if (ms > AGAIN_MAX)
		ms = AGAIN_MAX;
	i->round++;
	loop_timer(b->o.loop, &i->timer, ms, start, i);
	return 1;
}

static void
count_result(struct batch *b, const struct chat_result *r)
{
	if (r->exit == 0)
		b->count.good++;
	else if (batchline_stays(r->verdict))
		b->count.bad++;
	else
		b->count.later++;
	if (r->exit != 0 && !batchline_stays(r->verdict) &&
	    r->exit != EX_TEMPFAIL) {
		fault_set(&b->refused, r->exit, "%s", r->message);
		fault_hint(&b->refused, "%s", r->hint);
	}
}

static void
on_end(void *arg, const struct chat_result *r)
{
	struct item *i = arg;
	struct batch *b = i->batch;
	struct batchline_result res = { .id = i->line.id, .request = r->id };

	i->job = NULL;
	if (r->dry && is_quota(r->verdict) && r->exit == EX_TEMPFAIL) {
		on_dry(i, r);
		return;
	}
	if (again(i, r))
		return;
	if (b->o.wait && b->nwaits == 0)
		b->dry = 0;
	if (r->exit == 0)
		b->none = 0;
	if (r->committed) {
		res.status = 200;
		res.body = i->answer.d;
		res.nbody = i->answer.len;
	} else if (r->nreply > 0) {
		res.status = r->status;
		res.body = r->reply;
		res.nbody = r->nreply;
	}
	if (r->exit != 0) {
		res.code = verdict_info(r->verdict)->name;
		res.message = r->message;
	}
	if ((errno = i->lost) != 0)
		fail(b, EX_OSERR, i->line.id);
	if (i->lost == 0 && put(b, &res) == 0)
		count_result(b, r);
	else
		b->count.later++;
	free_item(i);
	next(b);
}

/* What only we lack is no result of the line, which is done another time. */
static void
bad_line(struct batch *b, const char *id, int64_t number, const struct fault *f)
{
	struct batchline_result r = { .id = id, .code = "bad_line" };
	char text[sizeof(f->text) + 32];

	if (f->status == EX_OSERR) {
		if (b->fault.status == 0)
			b->fault = *f;
		batch_stop(b);
		return;
	}
	snprintf(text, sizeof(text), "line %lld: %s", (long long)number,
	    f->text);
	r.message = text;
	if (put(b, &r) == 0)
		b->count.bad++;
}

/* Begins a line, or begins it again. */
static void
start(void *arg)
{
	static const struct chat_sink sink = { on_head, on_data, on_end };
	struct item *i = arg;
	struct batch *b = i->batch;
	struct chat_ask a = { .api = i->line.api,
		.body = i->line.body.d,
		.len = i->line.body.len,
		.models = b->o.models,
		.nmodels = b->o.nmodels,
		.route = b->o.route,
		.limited = i->line.limited,
		.assemble = 1,
		.timeout = b->o.timeout };
	struct fault f;

	buf_cut(&i->answer, 0);
	i->lost = 0;
	if (b->stopped) {
		b->count.later++;
		free_item(i);
		next(b);
		return;
	}
	i->job = chat_start(b->o.chat, &a, &sink, i, &f);
	if (i->job != NULL)
		return;
	bad_line(b, i->line.id, i->number, &f);
	free_item(i);
	next(b);
}

/* ---- the file ---- */

/* The line that has filled the buffer, and no end of it yet. */
static void
too_long(struct batch *b)
{
	char id[24];
	struct fault f;
	int r;

	b->number++;
	b->toolong = 1;
	buf_free(&b->text);
	b->at = 0;
	snprintf(id, sizeof(id), "%lld", (long long)b->number);
	fault_set(&f, EX_DATAERR, "over %d MiB", REQUEST_MAX / 1024 / 1024);
	if ((r = idset_add(b->ids, id, strlen(id))) == -1)
		fail(b, EX_OSERR, b->o.in);
	else if (r == 0)
		b->count.skipped++;
	else
		bad_line(b, id, b->number, &f);
}

/* Is it a line with something in it? Then without what is around it. */
static int
trim(struct batch *b, const char **line, size_t *n)
{
	if (b->number == 1 && *n >= 3 &&
	    memcmp(*line, "\xef\xbb\xbf", 3) == 0) {
		*line += 3;
		*n -= 3;
	}
	while (*n > 0 && memchr(" \t\r", (*line)[*n - 1], 3) != NULL)
		--*n;
	return *n > 0;
}

static void
on_line(struct batch *b, const char *line, size_t n)
{
	struct item *i;
	struct fault f;
	int bad, r;

	b->number++;
	if (!trim(b, &line, &n))
		return;
	if ((i = calloc(1, sizeof(*i))) == NULL) {
		fail(b, EX_OSERR, b->o.in);
		return;
	}
	i->batch = b;
	i->number = b->number;
	buf_init(&i->answer, ANSWER_MAX);
	LIST_INSERT_HEAD(&b->items, i, entry);
	b->nitems++;
	bad = batchline_read(&i->line, line, n, b->number, &f) == -1;
	if ((r = idset_add(b->ids, i->line.id, strlen(i->line.id))) == 0)
		b->count.skipped++;
	else if (r == -1)
		fail(b, EX_OSERR, b->o.in);
	else if (bad)
		bad_line(b, i->line.id, b->number, &f);
	else {
		loop_timer(b->o.loop, &i->timer, 0, start, i);
		return;
	}
	free_item(i);
}

/* Is there a place for another line? */
static int
has_place(const struct batch *b)
{
	return !b->stopped && b->nitems - b->nwaits < b->o.parallel &&
	    b->unread.len == 0;
}

/* May a new line begin? */
static int
has_room(const struct batch *b)
{
	return has_place(b) && !b->none && b->held < WAIT_MAX;
}

/* Takes whole lines out of what was read, while there is room. */
static void
take_lines(struct batch *b)
{
	const char *s, *nl;
	size_t n;

	while (has_room(b) && b->at < b->text.len) {
		s = b->text.d + b->at;
		n = b->text.len - b->at;
		if ((nl = memchr(s, '\n', n)) != NULL)
			n = (size_t)(nl - s);
		else if (!b->eof)
			break;
		b->at += nl != NULL ? n + 1 : n;
		if (!b->toolong)
			on_line(b, s, n);
		b->toolong = 0;
	}
	if (b->at == b->text.len || b->at > READ_SIZE) {
		buf_drain(&b->text, b->at);
		b->at = 0;
	}
}

static void
on_readable(void *arg, int fd, short revents)
{
	struct batch *b = arg;
	ssize_t n;

	(void)revents;
	if (b->toolong) /* no end of it was in what was read */
		buf_cut(&b->text, 0);
	else if (b->text.len >= REQUEST_MAX + READ_SIZE)
		too_long(b);
	if (buf_room(&b->text, READ_SIZE) == -1) {
		fail(b, EX_OSERR, b->o.in);
		maybe_over(b);
		return;
	}
	n = read(fd, b->text.d + b->text.len, READ_SIZE);
	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n == -1)
		fail(b, EX_IOERR, b->o.in);
	else if (n == 0)
		b->eof = 1;
	else
		b->text.len += (size_t)n;
	fill(b);
	maybe_over(b);
}

/* Begins lines, and reads on when it has run out of them. */
static void
fill(struct batch *b)
{
	struct item *i;
	int want;

	while (b->due > 0 && has_place(b)) {
		i = TAILQ_FIRST(&b->waits);
		b->due--;
		unwait(i);
		start(i);
	}
	take_lines(b);
	want = has_room(b) && !b->eof;
	if (want != b->reading &&
	    loop_fd(b->o.loop, b->in, want ? POLLIN : 0, on_readable, b) == -1)
		fail(b, EX_OSERR, b->o.in);
	b->reading = want;
}

static int
same_file(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 &&
	    S_ISREG(a.st_mode) && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int
open_files(struct batch *b, struct fault *f)
{
	struct stat st;

	b->in = strcmp(b->o.in, "-") == 0 ? STDIN_FILENO :
					    open(b->o.in, O_RDONLY | O_CLOEXEC);
	if (b->in == -1)
		return fault_set(f, EX_NOINPUT, "%s: %s", b->o.in,
		    strerror(errno));
	if (b->o.out != NULL && same_file(b->in, b->o.out))
		return fault_set(f, EX_USAGE,
		    "%s: both the requests and the results", b->o.out);
	b->count.total = b->in == STDIN_FILENO ? -1 : lines_count(b->in);
	b->out = b->o.out == NULL ? STDOUT_FILENO :
				    resume_open(b->o.out, b->ids, &b->bad, f);
	if (b->out == -1)
		return -1;
	b->fills = fstat(b->out, &st) == 0 && !S_ISREG(st.st_mode);
	return 0;
}

/* As many as asked for; else all slots there are, or some. */
static int
parallel(const struct batch_opts *b)
{
	struct upstream *up;
	const struct chat_opts *o = chat_opts(b->chat, &up);
	const struct conf_upstream *u;
	int64_t n = 0;
	size_t i, k;

	if (b->parallel > 0)
		return b->parallel;
	for (i = 0; i < o->conf->nupstreams; i++) {
		u = &o->conf->upstreams[i];
		for (k = 0; k < o->keys->n && !u->keyless; k++)
			if (keys_at(&o->keys->v[k], u->name))
				n += u->per_key_concurrency;
		if (u->keyless)
			n += u->per_key_concurrency;
	}
	return n == 0 ? PARALLEL : n > PARALLEL_MAX ? PARALLEL_MAX : (int)n;
}

struct batch *
batch_start(const struct batch_opts *o, struct fault *f)
{
	struct batch *b;

	if ((b = calloc(1, sizeof(*b))) == NULL ||
	    (b->ids = idset_new()) == NULL) {
		fault_set(f, EX_OSERR, "%s", strerror(errno));
		free(b);
		return NULL;
	}
	b->o = *o;
	if (o->out != NULL && strcmp(o->out, "-") == 0)
		b->o.out = NULL;
	b->in = b->out = -1;
	buf_init(&b->text, TEXT_MAX);
	b->o.parallel = parallel(o);
	buf_init(&b->unread, (size_t)ANSWER_MAX * 2 * (size_t)b->o.parallel);
	LIST_INIT(&b->items);
	TAILQ_INIT(&b->waits);
	if (open_files(b, f) == -1) {
		batch_free(b);
		return NULL;
	}
	fill(b);
	return b;
}

void
batch_stop(struct batch *b)
{
	struct item *i;

	b->stopped = 1;
	/* those that wait have nothing under way */
	LIST_FOREACH(i, &b->items, entry)
	if (i->job == NULL)
		loop_timer(b->o.loop, &i->timer, 0, start, i);
	if (b->reading)
		loop_fd(b->o.loop, b->in, 0, NULL, NULL);
	b->reading = 0;
	maybe_over(b);
}

void
batch_free(struct batch *b)
{
	struct item *i;

	if (b == NULL)
		return;
	while ((i = LIST_FIRST(&b->items)) != NULL)
		free_item(i);
	loop_timer_del(b->o.loop, &b->over);
	loop_timer_del(b->o.loop, &b->look);
	if (b->reading)
		loop_fd(b->o.loop, b->in, 0, NULL, NULL);
	if (b->in > STDIN_FILENO)
		close(b->in);
	if (b->fills && b->unread.len > 0)
		loop_fd(b->o.loop, b->out, 0, NULL, NULL);
	if (b->out > STDERR_FILENO)
		close(b->out);
	idset_free(b->ids);
	buf_free(&b->text);
	buf_free(&b->unread);
	free(b);
}

void
batch_counts(const struct batch *b, struct batch_count *c)
{
	*c = b->count;
	c->waiting = b->nwaits > 0;
}

int
batch_status(const struct batch *b, struct fault *f)
{
	if (b->fault.status != 0) {
		*f = b->fault;
		errno = b->lost;
		return -1;
	}
	if (b->dry)
		return fault_set(f, EX_TEMPFAIL,
		    "out of quota: run again "
		    "later for the rest");
	if (b->refused.status != 0 && b->count.good + b->count.skipped == 0) {
		*f = b->refused;
		return -1;
	}
	if (b->count.later > 0 || b->stopped)
		return fault_set(f, EX_TEMPFAIL,
		    "not all lines have their "
		    "answer: run again for the rest");
	return b->bad + b->count.bad > 0;
}
