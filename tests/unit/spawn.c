/* Programs started: by how they end, also where a signal comes at once. */
#include <sys/wait.h>

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "spawn.h"
#include "tap.h"

static int at_once;

static void
ours(int sig)
{
	(void)sig;
}

/* In the child, before fork() has returned there. */
static void
in_child(void)
{
	if (at_once)
		raise(SIGTERM);
}

/* How it ended, as waitpid() has it. */
static int
run(const char *path)
{
	char name[] = "it";
	char *argv[] = { name, NULL };
	struct spawn s = { .path = path,
		.argv = argv,
		.empty = 1,
		.nfds = 3,
		.fds = { -1, -1, -1 } };
	int status = -1;
	pid_t pid = spawn(&s);

	return pid != -1 && waitpid(pid, &status, 0) == pid ? status : -1;
}

int
main(void)
{
	sigset_t before, after;
	int status;

	sigemptyset(&before);
	sigaddset(&before, SIGUSR1);
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGTERM, ours);
	pthread_atfork(NULL, NULL, in_child);
	status = run("/bin/true");
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "it runs");
	status = run("/nonexistent");
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 71, "there is none");
	at_once = 1;
	status = run("/bin/true");
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
	    "a signal is its own from the start, not lost to our handler");
	sigprocmask(SIG_SETMASK, NULL, &after);
	ok(sigismember(&after, SIGUSR1) == 1 &&
		sigismember(&after, SIGTERM) == 0,
	    "what is blocked here is so still");
	return done();
}
