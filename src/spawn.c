/* Starting programs. */
#include <sys/mman.h>
#include <sys/prctl.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "spawn.h"

static int
set_descriptors(const struct spawn *s)
{
	int high[SPAWN_FDS], fd, i;

	/* Copies first, where none of the targets is. */
	for (i = 0; i < s->nfds; i++) {
		fd = s->fds[i] != -1 ? s->fds[i] : open("/dev/null", O_RDWR);
		if (fd == -1 || (high[i] = fcntl(fd, F_DUPFD, s->nfds)) == -1)
			return -1;
	}
	for (i = 0; i < s->nfds; i++)
		if (dup2(high[i], i) == -1)
			return -1;
	closefrom(s->nfds);
	return 0;
}

static void
set_signals(const struct spawn *s, pid_t parent)
{
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	if (s->death == 0)
		return;
	prctl(PR_SET_PDEATHSIG, s->death);
	if (getppid() != parent) /* it died before we asked */
		raise(s->death);
}

pid_t
spawn(const struct spawn *s)
{
	char *const nothing[] = { NULL };
	pid_t pid, parent = getpid();
	sigset_t all, old;
	char num[16];
	int i;

	/* What comes for the child at once is not for our handlers. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	if ((pid = fork()) != 0) {
		sigprocmask(SIG_SETMASK, &old, NULL);
		return pid;
	}
	set_signals(s, parent);
	if (s->listen) {
		snprintf(num, sizeof(num), "%d", (int)getpid());
		setenv("LISTEN_PID", num, 1);
		setenv("LISTEN_FDS", "1", 1);
	}
	for (i = 0; s->env != NULL && s->env[i] != NULL; i++)
		putenv(s->env[i]);
	if (set_descriptors(s) == 0) {
		if (s->empty)
			execve(s->path, s->argv, nothing);
		else
			execv(s->path, s->argv);
	}
	dprintf(STDERR_FILENO, "%s: %s: %s\n", s->argv[0], s->path,
	    strerror(errno));
	_exit(EX_OSERR);
}

int
spawn_memory(const char *p, size_t n)
{
	int fd, e;

	if ((fd = memfd_create("ms", MFD_CLOEXEC | MFD_ALLOW_SEALING)) == -1)
		return -1;
	if (buf_write(fd, p, n) == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
	    fcntl(fd, F_ADD_SEALS,
		F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}
