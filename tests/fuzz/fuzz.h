/*
 * What fuzz targets do when a promise is broken. Where main.c lets memory run
 * short, what they promise of answers does not hold: such a run just ends.
 * Comes last of all headers.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdlib.h>

/* Weak: libFuzzer has none of them. */
void fuzz_broken(void) __attribute__((weak));
void fuzz_free(void *) __attribute__((weak));

static inline void
fuzz_must(int kept)
{
	if (!kept && fuzz_broken != NULL)
		fuzz_broken();
	if (!kept)
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
#define assert(kept) fuzz_must(kept)
#define abort() fuzz_must(0)
#define free(p) fuzz_release(p)

#endif
