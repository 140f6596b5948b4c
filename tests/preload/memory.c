/*
 * Preloaded, fails the allocation of number $FAIL_AT (from 0), counted from
 * the setlocale(3) that each of our programs begins with; with $FAIL_ON all
 * behind it too. Makes the file $FAIL_FIRED when it does, or writes to the
 * descriptor of that number.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static long left = -1; /* allocations before the one; -1: it was, or is none */
static int on, fired;

static int
fails(void)
{
	const char *path = getenv("FAIL_FIRED");

	if (left > 0)
		left--;
	else if (left == 0) {
		left = -1;
		fired = 1;
		if (path != NULL && *path >= '0' && *path <= '9')
			(void)!write((int)strtol(path, NULL, 10), "x", 1);
		else if (path != NULL)
			close(open(path, O_WRONLY | O_CREAT, 0600));
		errno = ENOMEM;
		return 1;
	}
	if (on && fired)
		errno = ENOMEM;
	return on && fired;
}

char *
setlocale(int category, const char *locale)
{
	const char *at = getenv("FAIL_AT");
	char *(*next)(int, const char *);
	char *was;

	*(void **)&next = dlsym(RTLD_NEXT, "setlocale");
	was = next(category, locale);
	if (at != NULL)
		left = strtol(at, NULL, 10);
	on = getenv("FAIL_ON") != NULL;
	return was;
}

void *
malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}

void *
reallocarray(void *p, size_t n, size_t size)
{
	size_t all;

	if (fails() || __builtin_mul_overflow(n, size, &all))
		return NULL;
	return __libc_realloc(p, all);
}
