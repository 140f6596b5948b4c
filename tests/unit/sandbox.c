/* The front's sandbox, each time in a process of its own. */
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "sandbox.h"
#include "tap.h"

/* How a child ends that does fn, whose answer is its exit status. */
static int
inside(int (*fn)(void))
{
	int status = 0;
	pid_t pid;

	if ((pid = fork()) == 0)
		_exit(sandbox_front() == -1 ? 99 : fn());
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int
neighbours(void)
{
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	return s == -1 || close(s) == -1;
}

static int null;

/* The C library, when it finds that memory is corrupt, says so by this. */
static int
last_words(void)
{
	char text[] = "x";
	struct iovec v = { text, 1 };

	return writev(null, &v, 1) != 1;
}

static int
opens(void)
{
	return open("/", O_RDONLY) == -1;
}

static int
calls(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) == -1;
}

int
main(void)
{
	null = open("/dev/null", O_WRONLY);
	ok(inside(neighbours) == 0, "a socket to a neighbour");
	ok(inside(last_words) == 0, "what the C library says in the end");
	/* with a sanitizer the sandbox lets all pass */
	ok(inside(opens) == (inside(calls) == 0 ? 0 : 1), "no file");
	ok(inside(calls) == 0 || inside(calls) == -SIGSYS, "no network");
	return done();
}
