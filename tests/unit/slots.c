/* Slots: no more than the limit, across processes, and given back by death. */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "slots.h"
#include "tap.h"

static char dir[] = "/tmp/slots.XXXXXX";

static void
test_one(void)
{
	struct slots *s = slots_open(dir);
	int a, b, c, h[100], i, good = 1;

	a = slots_take(s, "0123abcd", 2);
	b = slots_take(s, "0123abcd", 2);
	ok(a >= 0 && b >= 0 && a != b, "two of two");
	errno = 0;
	ok(slots_take(s, "0123abcd", 2) == -1 && errno == EAGAIN, "no third");
	c = slots_take(s, "ffffffff", 1);
	ok(c >= 0 && slots_take(s, "ffffffff", 1) == -1, "another key");
	slots_give(s, a);
	ok(slots_take(s, "0123abcd", 2) >= 0, "given back, taken again");
	for (i = 0; i < 100; i++)
		good = good && (h[i] = slots_take(s, "0123abcd", 0)) >= 0;
	ok(good, "no bound");
	for (i = 0; i < 100; i++)
		slots_give(s, h[i]);
	ok(slots_take(s, "0123abcd", 2) == -1, "those were not of the two");
	a = slots_ask(s, "0123abcd");
	errno = 0;
	ok(a >= 0 && slots_ask(s, "0123abcd") == -1 && errno == EAGAIN,
	    "the balance is for one to ask");
	ok(slots_ask(s, "ffffffff") >= 0, "that of another key for another");
	slots_give(s, a);
	ok(slots_ask(s, "0123abcd") >= 0, "given back, taken again");
	slots_close(s);
	s = slots_open(dir);
	ok(slots_take(s, "0123abcd", 1) >= 0, "closed, all are free");
	slots_close(s);
	slots_close(NULL);
}

/* A child that takes one and holds it; its pid once it has it or not. */
static pid_t
holder(int *took)
{
	struct slots *s;
	int fd[2], h;
	pid_t pid;

	if (pipe(fd) == -1 || (pid = fork()) == -1)
		abort();
	if (pid == 0) {
		s = slots_open(dir);
		h = slots_take(s, "0123abcd", 1);
		if (write(fd[1], &h, sizeof(h)) != (ssize_t)sizeof(h))
			_exit(1);
		for (;;)
			pause();
	}
	if (read(fd[0], &h, sizeof(h)) != (ssize_t)sizeof(h))
		abort();
	close(fd[0]);
	close(fd[1]);
	*took = h >= 0;
	return pid;
}

static void
test_two(void)
{
	struct slots *s = slots_open(dir);
	int other, took;
	pid_t pid, pid2;

	pid = holder(&took);
	ok(took, "another process takes the only one");
	ok(slots_take(s, "0123abcd", 1) == -1 && errno == EAGAIN,
	    "we get none");
	pid2 = holder(&other);
	ok(!other, "a third gets none");
	ok(slots_take(s, "0123abcd", 2) >= 0, "a higher limit has one more");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	kill(pid2, SIGKILL);
	waitpid(pid2, NULL, 0);
	ok(slots_take(s, "0123abcd", 1) >= 0, "death gives back");
	slots_close(s);
}

/* Takes and gives n times; notes how many held one at once. */
static void
busy(atomic_int *held, atomic_int *most, int limit, int n)
{
	struct slots *s = slots_open(dir);
	int h, now, was;

	while (n > 0) {
		if ((h = slots_take(s, "89abcdef", limit)) == -1)
			continue;
		now = atomic_fetch_add(held, 1) + 1;
		was = atomic_load(most);
		while (now > was &&
		    !atomic_compare_exchange_weak(most, &was, now))
			continue;
		atomic_fetch_sub(held, 1);
		slots_give(s, h);
		n--;
	}
	slots_close(s);
	_exit(0);
}

static void
test_many(void)
{
	enum {
		PROCESSES = 6,
		LIMIT = 2
	};
	atomic_int *n;
	int good = 1, i, status;

	n = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	    -1, 0);
	for (i = 0; i < PROCESSES; i++)
		if (fork() == 0)
			busy(&n[0], &n[1], LIMIT, 300);
	for (i = 0; i < PROCESSES; i++)
		good = good && wait(&status) != -1 && status == 0;
	ok(good && n[1] >= 1 && n[1] <= LIMIT, "never more than the limit");
}

static void
test_without_file(void)
{
	struct slots *s = slots_open("/nonexistent");
	int h = slots_take(s, "0123abcd", 1);

	ok(h >= 0, "without a file");
	ok(slots_take(s, "0123abcd", 1) == -1 && errno == EAGAIN,
	    "bound within this process");
	slots_give(s, h);
	ok(slots_take(s, "0123abcd", 1) >= 0, "and given back");
	slots_close(s);
}

static void
test_modes(void)
{
	struct slots *s;
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), "%s/slots", dir);
	ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600 &&
		st.st_size == 0,
	    "ours alone, and empty");
	unlink(path);
	chmod(dir, 0770);
	slots_close(slots_open(dir));
	ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0660,
	    "the group's, in the group's folder");
	unlink(path);
	if (symlink("/dev/null", path) == -1)
		abort();
	s = slots_open(dir);
	ok(s != NULL && slots_take(s, "0123abcd", 1) >= 0,
	    "a link is not followed");
	slots_close(s);
	unlink(path);
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		abort();
	test_one();
	test_two();
	test_many();
	test_without_file();
	test_modes();
	rmdir(dir);
	return done();
}
