/*
 * What went wrong, in words and as an exit status, carried from a module
 * that found out to the program that says it.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stddef.h>

struct fault {
	int status;	/* an EX_ code of sysexits.h, 0: no fault */
	char text[768]; /* one line, printable, outermost place first */
	char hint[256]; /* what a person can do about it, or "" */
};

/*
 * Records a fault with the formatted text; control bytes and bytes that
 * are not UTF-8 are made visible (strnvis), a text too long is cut. Clears
 * the hint. f may be NULL. Always returns -1, so that a module can end
 * with return fault_set(...).
 */
int fault_set(struct fault *f, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds a hint to a fault already set. f may be NULL. Returns -1. */
int fault_hint(struct fault *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Writes s[0..n) made printable on one line into dst (size dsize, always
 * NUL-ended, cut where full): control bytes and invalid UTF-8 are escaped
 * as strnvis does, valid UTF-8 is kept. For remote bytes in messages.
 */
void fault_clean(char *dst, size_t dsize, const char *s, size_t n);

#endif
