/*
 * For what is preloaded: which operation fails. It is the one of number
 * $FAIL_AT (from 0) of all that the program, and those that it starts, do
 * after the setlocale(3) that each of ours begins with; with $FAIL_ON all
 * behind it too. The file $FAIL_FIRED is shared by them: its text is the name
 * of what failed first, nothing if all went on before it came to that.
 */
#ifndef NTH_H
#define NTH_H

#include <dlfcn.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct nth {
	char what[32];
	long at; /* operations before the one */
} * nth;	 /* NULL: nothing shall fail */
static int nth_on;

/* Is an operation of this name, now begun, one that fails? */
static int
nth_fails(const char *what)
{
	long at;

	if (nth == NULL)
		return 0;
	at = __atomic_fetch_sub(&nth->at, 1, __ATOMIC_RELAXED);
	if (at == 0)
		strncpy(nth->what, what, sizeof(nth->what) - 1);
	return at == 0 || (nth_on && at < 0);
}

/* What is called name behind us. */
static void *
nth_next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/* For what is at work when the program is over: nothing fails any more. */
void nth_end(void);

void
nth_end(void)
{
	nth = NULL;
}

static void
nth_begin(void)
{
	const char *at = getenv("FAIL_AT"), *path = getenv("FAIL_FIRED");
	struct nth *map;
	long size;
	int fd;

	if (at == NULL || path == NULL || nth != NULL)
		return;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT, 0600);
	size = lseek(fd, 0, SEEK_END);
	if (size == 0)
		(void)!ftruncate(fd, sizeof(*map));
	map = mmap(NULL, sizeof(*map), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	syscall(SYS_close, fd);
	if (map == MAP_FAILED)
		abort();
	if (size == 0)
		map->at = strtol(at, NULL, 10);
	nth_on = getenv("FAIL_ON") != NULL;
	nth = map;
}

/* A program that is given no environment shall have what we need. */
int
execve(const char *path, char *const argv[], char *const envp[])
{
	static const char *const ours[] = { "LD_PRELOAD", "FAIL_AT", "FAIL_ON",
		"FAIL_HOW", "FAIL_FIRED", "ASAN_OPTIONS" };
	static char text[6][512];
	char *env[7], **e = env;
	const char *v;
	size_t i;

	if (envp != NULL && *envp != NULL)
		return (int)syscall(SYS_execve, path, argv, envp);
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if ((v = getenv(ours[i])) != NULL) {
			snprintf(text[i], sizeof(text[i]), "%s=%s", ours[i], v);
			*e++ = text[i];
		}
	*e = NULL;
	return (int)syscall(SYS_execve, path, argv, env);
}

#endif
