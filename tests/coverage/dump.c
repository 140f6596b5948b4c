/*
 * Linked into programs whose coverage is counted: what they counted is written
 * also at an _exit(), where they must not write, and while nothing fails that
 * a test has preloaded.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

void __gcov_dump(void);
_Noreturn void __real__exit(int);
_Noreturn void __wrap__exit(int);
int __real_setrlimit(__rlimit_resource_t, const struct rlimit *);
int __wrap_setrlimit(__rlimit_resource_t, const struct rlimit *);

int
__wrap_setrlimit(__rlimit_resource_t what, const struct rlimit *r)
{
	return what == RLIMIT_FSIZE && r->rlim_max == 0 ?
	    0 :
	    __real_setrlimit(what, r);
}

/* Comes before gcov's own, which are of a higher rank. */
static __attribute__((destructor)) void
unbind(void)
{
	void (*end)(void);

	*(void **)&end = dlsym(RTLD_DEFAULT, "nth_end");
	if (end != NULL)
		end();
}

_Noreturn void
__wrap__exit(int status)
{
	unbind();
	__gcov_dump();
	__real__exit(status);
}
