/* The supervisor: processes, signals, reloads. */
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "bounds.h"
#include "buf.h"
#include "fault.h"
#include "held.h"
#include "loop.h"
#include "now.h"
#include "port.h"
#include "record.h"
#include "setup.h"
#include "site.h"
#include "spawn.h"
#include "supervise.h"
#include "tools.h"

enum {
	DELAY_FIRST = 100, /* ms before a dead process is started anew */
	DELAY_MAX = 10 * 1000,
	HEALTHY = 10 * 1000,	/* ms of life after which all is forgotten */
	READY_TIME = 30 * 1000, /* for the workers of a reload */
	GRACE = 5 * 1000,	/* when leaving, on top of the front's time */
	MESSAGE_MAX = 16 * 1024 * 1024,
	YOUNG = 60 * 1000, /* ms of age of a folder */
	PATH_BYTES = 4096
};

/* What the names of the folders of sockets begin with. */
#define FOLDER "ms-serve."

struct child {
	TAILQ_ENTRY(child) entry;
	struct super *super;
	int front; /* else a worker */
	int generation;
	pid_t pid;
	int fd; /* its control socket */
	int ready, leaving;
	int told; /* sites it has not taken yet */
	int64_t started;
	struct buf out; /* on its way to the front */
};

TAILQ_HEAD(child_list, child);

struct respawn {
	int delay;
	struct loop_timer timer;
};

struct super {
	const struct supervise_opts *o;
	struct loop *loop;
	struct tools *tools;
	char dir[96];	/* of the sockets: a path in it fits an address */
	int chat, tool; /* they listen */
	struct child_list children;
	struct respawn front, workers;
	int generation; /* of the workers in use */
	int reloading, again;
	int telling;	  /* the front of a reload */
	struct site next; /* of the reload under way */
	struct held next_held;
	struct loop_timer late;
	int leaving, up;
	struct fault *fault;
	int failed;
};

static void fill_workers(void *);
static void fill_front(void *);
static void reload(void *);

__attribute__((format(printf, 2, 3))) static void
say(struct super *s, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	s->o->say(line);
}

/* Stops it all for a reason. */
static void
give_up(struct super *s, int status, const char *why)
{
	if (!s->failed)
		fault_set(s->fault, status, "%s", why);
	s->failed = 1;
	loop_stop(s->loop);
}

/* ---- children ---- */

static void
child_free(struct child *c)
{
	struct super *s = c->super;

	loop_fd(s->loop, c->fd, 0, NULL, NULL);
	close(c->fd);
	buf_free(&c->out);
	TAILQ_REMOVE(&s->children, c, entry);
	free(c);
}

static size_t
count(struct super *s, int front, int generation, int ready)
{
	struct child *c;
	size_t n = 0;

	TAILQ_FOREACH(c, &s->children, entry)
	n += c->front == front && !c->leaving &&
	    (front || c->generation == generation) && (!ready || c->ready);
	return n;
}

static struct child *
the_front(struct super *s)
{
	struct child *c;

	TAILQ_FOREACH(c, &s->children, entry)
	if (c->front)
		break;
	return c;
}

static void child_event(void *, int, short);

static void
child_watch(struct child *c)
{
	loop_fd(c->super->loop, c->fd,
	    c->out.len > 0 ? POLLIN | POLLOUT : POLLIN, child_event, c);
}

/* Sends the front a message. */
static void
tell(struct child *front, const char *text, size_t n)
{
	char size[RECORD_HEAD];

	if (buf_add(&front->out, size, record_head(size, n)) == -1 ||
	    buf_add(&front->out, text, n) == -1)
		kill(front->pid, SIGKILL); /* and start it anew */
	child_watch(front);
}

static void
tell_site(struct super *s)
{
	struct child *front = the_front(s);
	struct buf b;

	if (front == NULL)
		return;
	buf_init(&b, MESSAGE_MAX);
	if (site_write(s->o->site, &b) == 0) {
		front->told++;
		tell(front, b.d, b.len);
	}
	buf_free(&b);
}

static void
reload_over(struct super *s, const char *why)
{
	s->reloading = 0;
	if (!s->leaving) /* or it is for those that do not go */
		loop_timer_del(s->loop, &s->late);
	if (why != NULL)
		say(s, "reload: %s; the old configuration stays", why);
	if (s->again) { /* whoever asked since then waits for that */
		s->again = 0;
		reload(s);
		return;
	}
	tools_reloaded(s->tools, why);
}

/* All workers of the new configuration accept: the old may finish. */
static void
reload_commit(struct super *s)
{
	struct site *site = s->o->site;
	struct child *c;

	s->generation++;
	TAILQ_FOREACH(c, &s->children, entry)
	if (!c->front && c->generation != s->generation) {
		c->leaving = 1;
		kill(c->pid, SIGTERM);
	}
	site_take(site, &s->next);
	held_move(s->o->held, &s->next_held);
	tell_site(s);
	say(s, "configuration reloaded");
	/* Whoever hears that it is done must find it so. */
	s->telling = the_front(s) != NULL;
	if (!s->telling)
		reload_over(s, NULL);
}

static void
reload_fail(struct super *s, const char *why)
{
	struct child *c;

	TAILQ_FOREACH(c, &s->children, entry)
	if (!c->front && c->generation > s->generation) {
		c->leaving = 1;
		kill(c->pid, SIGTERM);
	}
	held_clear(&s->next_held);
	reload_over(s, why);
}

static void
announce(struct super *s)
{
	size_t i;

	if (s->up || count(s, 1, 0, 1) == 0 ||
	    count(s, 0, s->generation, 1) == 0)
		return;
	s->up = 1;
	for (i = 0; i < s->o->nports; i++)
		say(s, "listening on %s", s->o->ports[i].name);
}

/* A worker accepts, or the front has taken n sites. */
static void
child_ready(struct child *c, int n)
{
	struct super *s = c->super;

	c->ready = 1;
	announce(s);
	if (c->front) {
		c->told -= n;
		if (s->telling && c->told == 0) {
			s->telling = 0;
			reload_over(s, NULL);
		}
	} else if (s->reloading && c->generation > s->generation &&
	    count(s, 0, s->generation + 1, 1) == (size_t)s->o->workers) {
		reload_commit(s);
	}
}

static void
child_event(void *arg, int fd, short revents)
{
	struct child *c = arg;
	struct super *s = c->super;
	char bytes[64];
	ssize_t n, i;
	int lines = 0;

	if (revents & POLLOUT && c->out.len > 0) {
		n = send(fd, c->out.d, c->out.len, MSG_NOSIGNAL);
		if (n > 0)
			buf_drain(&c->out, (size_t)n);
		child_watch(c);
	}
	if (!(revents & (POLLIN | POLLHUP)))
		return;
	n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) { /* it is dying; SIGCHLD says how */
		loop_fd(s->loop, fd, 0, NULL, NULL);
		return;
	}
	for (i = 0; i < n; i++)
		lines += bytes[i] == '\n';
	child_ready(c, lines);
}

/* Starts a process with descriptors: control socket at, null elsewhere. */
static struct child *
start(struct super *s, struct spawn *sp, int at, int front)
{
	struct child *c;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return NULL;
	if ((c = calloc(1, sizeof(*c))) == NULL) {
		close(pair[0]);
		close(pair[1]);
		return NULL;
	}
	sp->fds[at] = pair[1];
	c->super = s;
	c->front = front;
	c->fd = pair[0];
	c->started = now_mono();
	buf_init(&c->out, MESSAGE_MAX + RECORD_HEAD);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	c->pid = spawn(sp);
	close(pair[1]);
	TAILQ_INSERT_TAIL(&s->children, c, entry);
	if (c->pid != -1) {
		child_watch(c);
		return c;
	}
	child_free(c);
	return NULL;
}

static struct child *
start_worker(struct super *s, int generation)
{
	char path[PATH_BYTES];
	char name[] = "ms-chat", listen[] = "--listen";
	char *argv[6] = { name, listen }, **arg = argv + 2;
	const struct bounds *b = s->o->site->bounds;
	struct bounds dflt;
	struct spawn sp = { .path = path,
		.argv = argv,
		.listen = 1,
		.nfds = 4,
		.fds = { -1, STDERR_FILENO, STDERR_FILENO, s->chat } };
	struct child *c = NULL;

	bounds_init(&dflt);
	held_lend(generation > s->generation ? &s->next_held : s->o->held, &sp);
	snprintf(path, sizeof(path), "%s/ms-chat", s->o->bin);
	if ((s->o->key == NULL ||
		asprintf(arg++, "--key=%s", s->o->key) != -1) &&
	    (b->event == dflt.event ||
		asprintf(arg++, "--max-event=%lld", (long long)b->event) !=
		    -1) &&
	    (b->answer == dflt.answer ||
		asprintf(arg++, "--max-answer=%lld", (long long)b->answer) !=
		    -1))
		c = start(s, &sp, 0, 0);
	if (c != NULL)
		c->generation = generation;
	while (arg > argv + 2)
		free(*--arg);
	return c;
}

static void
respawn(struct super *s, struct respawn *r, void (*fn)(void *))
{
	/* those that died together are started together */
	if (s->leaving || r->timer.set)
		return;
	loop_timer(s->loop, &r->timer, r->delay, fn, s);
	if ((r->delay *= 2) > DELAY_MAX)
		r->delay = DELAY_MAX;
}

static void
fill_workers(void *arg)
{
	struct super *s = arg;

	while (count(s, 0, s->generation, 0) < (size_t)s->o->workers)
		if (start_worker(s, s->generation) == NULL) {
			say(s, "ms-chat: %s", strerror(errno));
			respawn(s, &s->workers, fill_workers);
			return;
		}
}

static void
fill_front(void *arg)
{
	struct super *s = arg;
	char path[PATH_BYTES];
	char name[] = SUPERVISE_FRONT;
	char *argv[] = { name, NULL };
	struct spawn sp = { .path = path,
		.argv = argv,
		.empty = 1,
		.fds = { -1, -1, STDERR_FILENO } };
	struct fault f;
	size_t i;

	/* What the one before it counted is in the ledger. */
	if (s->up && setup_count(s->o->site, s->o->setup, &f) == -1)
		say(s, "%s", f.text);
	snprintf(path, sizeof(path), "%s/ms-serve", s->o->bin);
	for (i = 0; i < s->o->nports; i++)
		sp.fds[SITE_FDS + i] = s->o->ports[i].fd;
	sp.nfds = SITE_FDS + (int)i;
	if (start(s, &sp, SITE_CONTROL, 1) == NULL) {
		say(s, "front: %s", strerror(errno));
		respawn(s, &s->front, fill_front);
		return;
	}
	tell_site(s);
}

/* "exit status 78", "signal 9" */
static void
how_it_ended(char *dst, size_t size, const struct child *c, int status)
{
	snprintf(dst, size, "%s %d: %s %d", c->front ? "front" : "worker",
	    (int)c->pid, WIFSIGNALED(status) ? "signal" : "exit status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void
child_ended(struct super *s, struct child *c, int status)
{
	struct respawn *r = c->front ? &s->front : &s->workers;
	int fresh = !c->front && c->generation > s->generation;
	int expected = c->leaving || s->leaving, ready = c->ready;
	int front = c->front;
	char why[128];

	how_it_ended(why, sizeof(why), c, status);
	if (now_mono() - c->started > HEALTHY)
		r->delay = DELAY_FIRST;
	child_free(c);
	if (front && s->telling) { /* the next one is told at once */
		s->telling = 0;
		reload_over(s, NULL);
	}
	if (expected) {
		if (s->leaving && front)
			TAILQ_FOREACH(c, &s->children, entry)
		kill(c->pid, SIGTERM);
		if (s->leaving && TAILQ_EMPTY(&s->children))
			loop_stop(s->loop);
	} else if (fresh) {
		reload_fail(s, why);
	} else if (!s->up && !ready && WIFEXITED(status)) {
		give_up(s, WEXITSTATUS(status), why);
	} else {
		say(s, "%s; a new one is started", why);
		s->o->site->restarts += !front;
		respawn(s, r, front ? fill_front : fill_workers);
		tell_site(s);
	}
}

/* ---- signals and requests ---- */

static void
on_child(void *arg, int sig)
{
	struct super *s = arg;
	struct child *c;
	pid_t pid;
	int status;

	(void)sig;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (tools_exited(s->tools, pid, status))
			continue;
		TAILQ_FOREACH(c, &s->children, entry)
		if (c->pid == pid)
			break;
		if (c != NULL)
			child_ended(s, c, status);
	}
}

static void
too_late(void *arg)
{
	reload_fail(arg, "the new workers do not begin to accept");
}

static void
reload(void *arg)
{
	struct super *s = arg;
	const char *line;
	struct fault f;
	struct buf warn;
	size_t n;
	int i;

	if (s->leaving)
		return;
	if (s->reloading) {
		s->again = 1;
		return;
	}
	s->reloading = 1;
	buf_init(&warn, MESSAGE_MAX);
	i = setup_load(&s->next, &s->next_held, s->o->setup, &f, &warn);
	for (line = warn.d; *line != '\0'; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		say(s, "%.*s", (int)n, line);
	}
	buf_free(&warn);
	if (i == 0 && s->next.auth != s->o->site->auth)
		i = fault_set(&f, EX_CONFIG,
		    "to begin or end with tokens takes a restart");
	if (i == -1) {
		held_clear(&s->next_held);
		reload_over(s, f.text);
		return;
	}
	for (i = 0; i < s->o->workers; i++)
		if (start_worker(s, s->generation + 1) == NULL) {
			reload_fail(s, strerror(errno));
			return;
		}
	loop_timer(s->loop, &s->late, READY_TIME, too_late, s);
}

static void
on_hup(void *arg, int sig)
{
	(void)sig;
	reload(arg);
}

static void
kill_all(void *arg)
{
	struct super *s = arg;
	struct child *c;

	TAILQ_FOREACH(c, &s->children, entry)
	kill(c->pid, SIGKILL);
}

static void
on_leave(void *arg, int sig)
{
	struct super *s = arg;
	struct child *front = the_front(s), *c;
	size_t i;

	(void)sig;
	if (s->leaving) { /* asked twice */
		kill_all(s);
		return;
	}
	s->leaving = 1;
	for (i = 0; i < s->o->nports; i++)
		port_close(&s->o->ports[i]);
	loop_timer_del(s->loop, &s->front.timer);
	loop_timer_del(s->loop, &s->workers.timer);
	loop_timer(s->loop, &s->late, s->o->site->bounds->drain_time + GRACE,
	    kill_all, s);
	if (front != NULL)
		tell(front, "drain", 5);
	else
		TAILQ_FOREACH(c, &s->children, entry)
	kill(c->pid, SIGTERM);
	if (TAILQ_EMPTY(&s->children))
		loop_stop(s->loop);
}

/* ---- beginning and end ---- */

/*
 * Clears away the folders of supervisors that were killed. A young one may
 * belong to one that is just about to listen.
 */
static void
sweep(const char *run)
{
	char path[PATH_BYTES], tool[PATH_BYTES + 8], chat[PATH_BYTES + 8];
	struct dirent *e;
	struct stat st;
	DIR *d;

	if ((d = opendir(run)) == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, FOLDER, sizeof(FOLDER) - 1) != 0 ||
		    snprintf(path, sizeof(path), "%s/%s", run, e->d_name) >=
			(int)sizeof(path) ||
		    lstat(path, &st) == -1 || !S_ISDIR(st.st_mode) ||
		    st.st_uid != geteuid() ||
		    st.st_mtime * 1000 > now_wall() - YOUNG)
			continue;
		snprintf(tool, sizeof(tool), "%s/tool", path);
		snprintf(chat, sizeof(chat), "%s/chat", path);
		if (!port_stale(tool) || !port_stale(chat))
			continue;
		unlink(tool);
		unlink(chat);
		rmdir(path);
	}
	closedir(d);
}

/* The private folder with the two sockets. */
static int
make_sockets(struct super *s)
{
	const char *run = getenv("RUNTIME_DIRECTORY");
	struct site *site = s->o->site;
	int backlog = (int)site->bounds->connections;
	size_t n;

	if (run == NULL && (run = getenv("XDG_RUNTIME_DIR")) == NULL)
		run = "/tmp";
	sweep(run);
	n = (size_t)snprintf(s->dir, sizeof(s->dir), "%s/" FOLDER "XXXXXX",
	    run);
	if (n >= sizeof(s->dir))
		errno = ENAMETOOLONG;
	if (n >= sizeof(s->dir) || mkdtemp(s->dir) == NULL) {
		s->dir[0] = '\0';
		return fault_set(s->fault, EX_OSERR,
		    "%s: cannot make a folder for sockets: %s", run,
		    strerror(errno));
	}
	if (asprintf(&site->chat, "%s/chat", s->dir) == -1 ||
	    asprintf(&site->tool, "%s/tool", s->dir) == -1)
		return -1;
	s->chat = port_unix(site->chat, backlog);
	s->tool = port_unix(site->tool, backlog);
	return s->chat == -1 || s->tool == -1 ? -1 : 0;
}

static void
remove_sockets(struct super *s)
{
	if (s->dir[0] == '\0')
		return;
	if (s->o->site->chat != NULL)
		unlink(s->o->site->chat);
	if (s->o->site->tool != NULL)
		unlink(s->o->site->tool);
	rmdir(s->dir);
}

static int
begin(struct super *s)
{
	struct tools_opts t = {
		.bin = s->o->bin, .held = s->o->held, .reload = reload, .arg = s
	};

	if ((s->loop = loop_new()) == NULL || make_sockets(s) == -1)
		return -1;
	t.loop = s->loop;
	t.fd = s->tool;
	t.time = s->o->site->bounds->tool_time;
	t.body = (size_t)s->o->site->bounds->body + PATH_BYTES;
	if ((s->tools = tools_new(&t)) == NULL ||
	    loop_signal(s->loop, SIGCHLD, on_child, s) == -1 ||
	    loop_signal(s->loop, SIGHUP, on_hup, s) == -1 ||
	    loop_signal(s->loop, SIGTERM, on_leave, s) == -1 ||
	    loop_signal(s->loop, SIGINT, on_leave, s) == -1)
		return -1;
	fill_workers(s);
	fill_front(s);
	return loop_run(s->loop);
}

int
supervise(const struct supervise_opts *o, struct fault *f)
{
	struct super s = { .o = o,
		.chat = -1,
		.tool = -1,
		.fault = f,
		.front = { .delay = DELAY_FIRST },
		.workers = { .delay = DELAY_FIRST } };
	struct child *c;

	signal(SIGPIPE, SIG_IGN); /* of whoever reads what we say */
	TAILQ_INIT(&s.children);
	o->site->started = now_mono();
	f->text[0] = '\0';
	if (begin(&s) == -1)
		s.failed = f->text[0] != '\0' ?
		    -1 :
		    fault_set(f, EX_OSERR, "%s: %s",
			s.dir[0] != '\0' ? s.dir : "supervisor",
			strerror(errno));
	while ((c = TAILQ_FIRST(&s.children)) != NULL) {
		kill(c->pid, SIGTERM);
		child_free(c);
	}
	tools_free(s.tools);
	remove_sockets(&s);
	if (s.chat != -1)
		close(s.chat);
	if (s.tool != -1)
		close(s.tool);
	site_clear(&s.next);
	held_clear(&s.next_held);
	loop_free(s.loop);
	return s.failed ? -1 : 0;
}
