/*
 * What fuzz targets do when a promise is broken. Where main.c lets memory run
 * short, what they promise of answers does not hold: such a run just ends.
 * Comes last of all headers.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Weak: libFuzzer has none of them. */
void fuzz_broken(void) __attribute__((weak));
void fuzz_free(void *) __attribute__((weak));
int fuzz_short(void) __attribute__((weak));

/*
 * The status of fault number n of this input, 0: there was none. Where memory
 * is short, and only there, it may be another; but then that is what it says.
 */
static inline void
fuzz_fault(size_t n, int status)
{
	static int plain[64];

	if (n >= sizeof(plain) / sizeof(plain[0]))
		return;
	if (fuzz_short == NULL || !fuzz_short())
		plain[n] = status;
	else if (fuzz_short() == 1 && status != plain[n] && status != EX_OSERR)
		abort();
}

static inline _Noreturn void
fuzz_abort(void)
{
	if (fuzz_broken != NULL)
		fuzz_broken();
	abort();
}

/* A folder for files, in memory if there is such a place. */
static inline void
fuzz_folder(char path[64])
{
	static const char shm[] = "/dev/shm/ms-fuzz.XXXXXX",
			  tmp[] = "/tmp/ms-fuzz.XXXXXX";

	memcpy(path, shm, sizeof(shm));
	if (mkdtemp(path) != NULL)
		return;
	memcpy(path, tmp, sizeof(tmp));
	if (mkdtemp(path) == NULL)
		abort();
}

/* For memory that a module handed over. */
static inline void
fuzz_release(void *p)
{
	if (fuzz_free != NULL)
		fuzz_free(p);
	else
		free(p);
}

#undef assert
#define assert(kept) ((kept) ? (void)0 : fuzz_abort())
#define abort() fuzz_abort()
#define free(p) fuzz_release(p)

#endif
