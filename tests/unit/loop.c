/* The loop: timers in order, descriptors and what callbacks do, signals. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loop.h"
#include "now.h"
#include "tap.h"

enum {
	TIMERS = 1000,
	PIPES = 40
};

static struct loop *loop;

/* ---- timers ---- */

static struct timer {
	struct loop_timer t;
	int fired;
	int64_t due; /* monotonic ms */
} timers[TIMERS];

static int64_t last;
static int fired, early, disorder;

static void
on_time(void *arg)
{
	struct timer *t = arg;
	int64_t now = now_mono();

	t->fired++;
	fired++;
	if (now < t->due)
		early++;
	if (t->due < last)
		disorder++;
	last = t->due;
}

static void
set(struct timer *t, int ms)
{
	loop_timer(loop, &t->t, ms, on_time, t);
	t->due = t->t.at;
}

/* Sets, sets anew and deletes at random; then all that is left fires. */
static void
in_order(void)
{
	int i, k, want = 0, bad = 0;

	for (i = 0; i < TIMERS; i++)
		set(&timers[i], 1 + rand() % 50);
	for (i = 0; i < 5 * TIMERS; i++) {
		k = rand() % TIMERS;
		if (rand() % 3 == 0)
			loop_timer_del(loop, &timers[k].t);
		else
			set(&timers[k], 1 + rand() % 50);
	}
	for (i = 0; i < TIMERS; i++)
		want += timers[i].t.set != 0;
	for (i = 0; i < TIMERS; i++)
		timers[i].fired = timers[i].t.set ? 0 : 1;
	while (fired < want)
		if (loop_turn(loop, -1) == -1)
			break;
	for (i = 0; i < TIMERS; i++)
		bad |= timers[i].fired != 1 || timers[i].t.set;
	ok(fired == want && !bad, "each timer that is set fires, once");
	ok(early == 0, "none before its time");
	ok(disorder == 0, "in order");
	ok(loop_turn(loop, 0) == 0 && fired == want, "then there is none");
}

/* At the end of the turn: in the order of asking, whatever is taken back. */
static void
at_once(void)
{
	static const int asked[] = { 3, 1, 4, 1, 5, 9, 2, 6 },
			 gone[] = { 4, 3, 6 };
	struct timer *t;
	size_t i;
	int turn;

	fired = disorder = 0;
	last = 0;
	for (i = 0; i < 8; i++) {
		t = &timers[asked[i]];
		loop_timer(loop, &t->t, (int)(i & 1) - 1, on_time, t);
		t->due = (int64_t)i;
		t->fired = 0;
	}
	for (i = 0; i < 3; i++)
		loop_timer_del(loop, &timers[gone[i]].t);
	turn = loop_turn(loop, -1);
	ok(turn == 0 && fired == 4 && disorder == 0 && timers[1].fired == 1,
	    "in a turn, in the order of asking");
	ok(loop_turn(loop, 0) == 0 && fired == 4, "and in no other");
}

static int again, others;
static struct loop_timer self, other;

static void
on_other(void *arg)
{
	(void)arg;
	others++;
}

static void
on_again(void *arg)
{
	(void)arg;
	again++;
	loop_timer(loop, &self, 0, on_again, NULL);
}

static void
on_deleting(void *arg)
{
	(void)arg;
	loop_timer_del(loop, &other);
	loop_timer_del(loop, &self); /* not set: nothing happens */
}

static void
from_callbacks(void)
{
	int i;

	/* One that sets itself anew for ever lets everything else live. */
	loop_timer(loop, &self, 0, on_again, NULL);
	loop_timer(loop, &other, 1, on_other, NULL);
	for (i = 0; i < 1000000 && others == 0; i++)
		loop_turn(loop, -1);
	ok(others == 1 && again > 0 && again <= 2 * i,
	    "a timer that sets itself anew");
	loop_timer_del(loop, &self);

	loop_timer(loop, &other, 0, on_other, NULL);
	loop_timer(loop, &other, -5, on_other, NULL);
	loop_turn(loop, -1);
	loop_turn(loop, 0);
	ok(others == 2, "set twice, it fires once");

	loop_timer(loop, &self, 0, on_deleting, NULL);
	loop_timer(loop, &other, 1, on_other, NULL);
	loop_turn(loop, -1);
	loop_turn(loop, 5);
	ok(others == 2 && !other.set, "deleted by another");

	loop_timer(loop, &other, 3600 * 1000, on_other, NULL);
	ok(loop_turn(loop, 0) == 0 && others == 2, "a turn need not wait");
	loop_timer_del(loop, &other);
}

/* ---- descriptors ---- */

static struct end {
	int in, out; /* of a pipe */
	int calls;
	short revents;
} pipes[PIPES];

static void (*then)(struct end *);

static void
on_pipe(void *arg, int fd, short revents)
{
	struct end *e = arg;
	char c;

	e->calls++;
	e->revents = revents;
	if (revents & POLLIN && read(fd, &c, 1) != 1)
		abort();
	if (then != NULL)
		then(e);
}

static void
make_pipes(void)
{
	int fds[2], i;

	for (i = 0; i < PIPES; i++) {
		if (pipe(fds) == -1)
			abort();
		pipes[i] = (struct end){ .in = fds[0], .out = fds[1] };
		loop_fd(loop, fds[0], POLLIN, on_pipe, &pipes[i]);
	}
}

static void
close_pipes(void)
{
	int i;

	for (i = 0; i < PIPES; i++) {
		loop_fd(loop, pipes[i].in, 0, NULL, NULL);
		loop_fd(loop, pipes[i].out, 0, NULL, NULL);
		close(pipes[i].in);
		close(pipes[i].out);
	}
	then = NULL;
}

static void
say_all(void)
{
	int i;

	for (i = 0; i < PIPES; i++)
		if (write(pipes[i].out, "x", 1) != 1)
			abort();
}

/* How many were called, and how often at most. */
static int
called(int *most)
{
	int i, n = 0;

	for (*most = 0, i = 0; i < PIPES; i++) {
		n += pipes[i].calls > 0;
		if (pipes[i].calls > *most)
			*most = pipes[i].calls;
	}
	return n;
}

static void
drop_others(struct end *e)
{
	int i;

	for (i = 0; i < PIPES; i++)
		if (&pipes[i] != e)
			loop_fd(loop, pipes[i].in, 0, NULL, NULL);
}

/* Closes all others; what then has their numbers has nothing to read. */
static void
replace_others(struct end *e)
{
	int fds[2], i;

	for (i = 0; i < PIPES; i++) {
		if (&pipes[i] == e)
			continue;
		loop_fd(loop, pipes[i].in, 0, NULL, NULL);
		close(pipes[i].in);
		close(pipes[i].out);
		if (pipe(fds) == -1)
			abort();
		pipes[i].in = fds[0];
		pipes[i].out = fds[1];
		loop_fd(loop, fds[0], POLLIN, on_pipe, &pipes[i]);
	}
	then = NULL;
}

/* Asks for room to write instead, which a pipe's reading end has not. */
static void
turn_others(struct end *e)
{
	int i;

	for (i = 0; i < PIPES; i++)
		if (&pipes[i] != e)
			loop_fd(loop, pipes[i].in, POLLOUT, on_pipe, &pipes[i]);
	then = NULL;
}

static void
drop_itself(struct end *e)
{
	loop_fd(loop, e->in, 0, NULL, NULL);
}

static void
add_its_end(struct end *e)
{
	loop_fd(loop, e->out, POLLOUT, on_pipe, e);
}

static const struct {
	const char *name;
	void (*then)(struct end *);
	int called, most; /* after one turn */
} acts[] = {
	{ "all that are ready are called", NULL, PIPES, 1 },
	{ "each may drop itself", drop_itself, PIPES, 1 },
	{ "one drops the others", drop_others, 1, 1 },
	{ "one closes the others, whose numbers are taken", replace_others, 1,
	    1 },
	{ "one asks for other events of the others", turn_others, 1, 1 },
	{ "what is added waits for the next turn", add_its_end, PIPES, 1 },
};

static void
descriptors(void)
{
	size_t i;
	int n, most;

	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		make_pipes();
		say_all();
		then = acts[i].then;
		loop_turn(loop, 0);
		n = called(&most);
		ok(n == acts[i].called && most == acts[i].most, "%s: %d, %d",
		    acts[i].name, n, most);
		close_pipes();
	}
	make_pipes();
	close(pipes[0].out);
	pipes[0].out = open("/dev/null", O_RDONLY);
	loop_turn(loop, -1);
	ok(pipes[0].calls == 1 && pipes[0].revents & POLLHUP,
	    "an end that is gone");
	loop_fd(loop, pipes[1].in, 0, NULL, NULL);
	loop_fd(loop, pipes[1].in, 0, NULL, NULL);
	loop_fd(loop, -1, 0, NULL, NULL);
	loop_fd(loop, 1000000, 0, NULL, NULL);
	ok(1, "what is not watched may be dropped");
	close_pipes();
	ok(loop_turn(loop, 0) == 0, "nothing to watch");
}

/* What is asked of one descriptor, changing from turn to turn. */
static void
changes(void)
{
	int fds[2];
	struct end e = { 0 };

	if (pipe(fds) == -1)
		abort();
	e.in = fds[0];
	loop_fd(loop, fds[0], POLLIN | POLLRDHUP, on_pipe, &e);
	loop_turn(loop, 0);
	ok(e.calls == 0, "nothing has happened yet");
	loop_fd(loop, fds[0], POLLRDHUP, on_pipe, &e);
	if (write(fds[1], "xy", 2) != 2)
		abort();
	loop_turn(loop, 0);
	loop_turn(loop, 0);
	ok(e.calls == 0, "nothing that is waited for any more");
	loop_fd(loop, fds[0], POLLIN, on_pipe, &e);
	loop_turn(loop, 0);
	ok(e.calls == 1 && e.revents == POLLIN, "what is waited for again");
	close(fds[1]);
	loop_fd(loop, fds[0], POLLRDHUP, on_pipe, &e);
	loop_turn(loop, 0);
	ok(e.calls == 2 && e.revents == POLLHUP, "an end comes unasked");
	loop_fd(loop, fds[0], 0, NULL, NULL);
	loop_turn(loop, 0);
	ok(e.calls == 2, "but not when nothing is waited for");
	close(fds[0]);
}

/* A file is ready, whatever is asked; a descriptor that is none is an error. */
static void
files(void)
{
	static const struct {
		const char *name;
		int flags;
	} v[] = { { "/dev/null", O_RDWR }, { "/proc/self/exe", O_RDONLY } };
	struct end e;
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		memset(&e, 0, sizeof(e));
		e.in = open(v[i].name, v[i].flags);
		ok(loop_fd(loop, e.in, POLLOUT, on_pipe, &e) == 0 &&
			loop_turn(loop, -1) == 0 && e.calls == 1 &&
			e.revents == POLLOUT,
		    "%s has room", v[i].name);
		then = drop_itself;
		ok(loop_turn(loop, -1) == 0 && loop_turn(loop, 0) == 0 &&
			e.calls == 2,
		    "until it is dropped");
		then = NULL;
		close(e.in);
	}
	ok(loop_fd(loop, e.in, POLLIN, on_pipe, &e) == -1 && errno == EBADF &&
		loop_turn(loop, 0) == 0 && e.calls == 2,
	    "a closed one cannot be watched");
}

/* ---- signals, stopping ---- */

static int signals[NSIG], handling;

static void
on_signal(void *arg, int sig)
{
	signals[sig]++;
	if (arg != &handling || handling != 0)
		signals[0]++;
	if (sig == SIGTERM)
		loop_stop(loop);
}

static void
on_raise(void *arg)
{
	(void)arg;
	handling = 1;
	raise(SIGUSR1);
	raise(SIGUSR1);
	raise(SIGTERM);
	handling = 0;
}

static void
on_alarm(int sig)
{
	(void)sig;
}

static void
signalled(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };

	ok(loop_signal(loop, SIGUSR1, on_signal, &handling) == 0 &&
		loop_signal(loop, SIGTERM, on_signal, &handling) == 0,
	    "signals are watched");
	raise(SIGUSR1);
	ok(signals[SIGUSR1] == 0, "nothing is called from the handler");
	loop_turn(loop, -1);
	ok(signals[SIGUSR1] == 1, "but from the loop");
	loop_timer(loop, &self, 0, on_raise, NULL);
	ok(loop_run(loop) == 0 && signals[SIGUSR1] == 2 &&
		signals[SIGTERM] == 1 && signals[0] == 0,
	    "stopped by a signal");

	/* One that is not ours interrupts the wait, not the loop. */
	sigaction(SIGALRM, &sa, NULL);
	others = 0;
	loop_timer(loop, &other, 20, on_other, NULL);
	ualarm(1000, 0);
	while (others == 0)
		if (loop_turn(loop, -1) == -1)
			break;
	ok(others == 1, "interrupted");

	loop_free(loop);
	if ((loop = loop_new()) == NULL)
		abort();
	loop_signal(loop, SIGUSR1, on_signal, &handling);
	raise(SIGUSR1);
	loop_turn(loop, -1);
	ok(signals[SIGUSR1] == 3, "another loop takes over");
}

int
main(void)
{
	if ((loop = loop_new()) == NULL)
		return 1;
	in_order();
	at_once();
	from_callbacks();
	descriptors();
	changes();
	files();
	signalled();
	loop_free(loop);
	loop_free(NULL);
	return done();
}
