/* The Test Anything Protocol for unit tests: ok(cond, "name"), done(). */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdio.h>

static int tap_n, tap_bad;

/* One test; the name may be formatted. Returns cond. */
__attribute__((format(printf, 2, 3))) static int
ok(int cond, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", cond ? "" : "not ", ++tap_n);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout); /* a child under valgrind would say it again */
	if (!cond)
		tap_bad++;
	return cond;
}

/* Prints the plan; what main returns. */
static int
done(void)
{
	printf("1..%d\n", tap_n);
	return tap_bad != 0;
}

#endif
