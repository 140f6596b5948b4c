/* Preloaded, fails an allocation: see nth.h. */
#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>

#include "nth.h"

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static int
fails(void)
{
	if (!nth_fails("an allocation"))
		return 0;
	errno = ENOMEM;
	return 1;
}

char *
setlocale(int category, const char *locale)
{
	char *(*next)(int, const char *);
	char *was;

	*(void **)&next = nth_next("setlocale");
	was = next(category, locale);
	nth_begin();
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
