/*
 * Edits a JSON text in place, byte for byte but for the members it is told
 * to change: how requests keep their numbers, escapes, order and white
 * space. It validates all that it passes over (RFC 8259, nesting at most
 * SPLICE_DEPTH; bytes above 0x7f inside strings are taken as they are), and
 * builds no tree. Pure; nothing is allocated but by the buf given.
 */
#ifndef SPLICE_H
#define SPLICE_H

#include <stddef.h>
#include <stdint.h>

struct buf;

enum {
	SPLICE_DEPTH = 1000,
	SPLICE_EDITS = 64,
	SPLICE_WRONG = 64
};

/* A value inside a text: s[0..n), without white space around it. */
struct splice {
	const char *s;
	size_t n;
};

/* A walk over the members of an object or the elements of an array. */
struct splice_walk {
	const char *p, *end;
	int state;
	/* set by splice_next(): */
	struct splice name; /* with its quotes; n 0 in an array */
	struct splice value;
};

/*
 * Finds the one JSON value that text[0..n) consists of, white space aside.
 * Returns 0 with *v set, or -1 with *off, if not NULL, set to the offset of
 * the first byte that is wrong (n: the text ends too early).
 */
int splice_text(const char *text, size_t n, struct splice *v, size_t *off);

/* Is that wrong only because it is nested past SPLICE_DEPTH there? */
int splice_deep(const char *text, size_t n, size_t off);

/*
 * What is wrong there: "not JSON at byte 7", or that it is nested too deep.
 * Returns dst.
 */
const char *splice_wrong(char dst[SPLICE_WRONG], const char *text, size_t n,
    size_t off);

/*
 * Measures the first value of s[0..n): leading white space is skipped.
 * Returns the offset behind the value with *v set, 0 if more bytes are
 * needed to know, or (size_t)-1 if it can never be one. A number, true,
 * false or null at the very end of s counts as complete. For files of
 * several texts.
 */
size_t splice_first(const char *s, size_t n, struct splice *v);

/*
 * Begins a walk over v, whose first byte must be '{' or '['. splice_next()
 * gives 1 for each member or element, 0 at the end, -1 at an error. v need
 * not have been validated: the walk validates as it goes.
 */
void splice_begin(struct splice_walk *w, struct splice v);
int splice_next(struct splice_walk *w);

/* Does a quoted name (escapes and all) say want, which is UTF-8? */
int splice_is(struct splice name, const char *want);

/*
 * The value of the last member called name of object v, as most parsers
 * would have it. 1 found, 0 not there, -1 malformed or not an object.
 */
int splice_find(struct splice v, const char *name, struct splice *value);

/* As splice_find() along a path of names ended by NULL. */
int splice_path(struct splice v, struct splice *value, ...)
    __attribute__((sentinel));

/*
 * Appends the text that a quoted string means, as UTF-8; a lone surrogate
 * becomes U+FFFD. 0, or -1 with errno (EINVAL: not a string).
 */
int splice_str(struct splice v, struct buf *out);

/* Is v a string that says want? */
int splice_eq(struct splice v, const char *want);

/*
 * The number v as an integer (1.0 and 1e3 are some) or as a double: 0, or -1
 * with errno EINVAL (it is none) or ERANGE.
 */
int splice_int(struct splice v, int64_t *n);
int splice_num(struct splice v, double *d);

struct splice_edit {
	const char *name;  /* of a top-level member, UTF-8 */
	const char *value; /* JSON bytes, or NULL: remove it */
	size_t len;
};

/*
 * Appends to out the object text[0..n) with the edits done, SPLICE_EDITS at
 * most: every member of an edited name gets the new value, or is removed
 * with the comma and white space that part it from its neighbour; a member
 * that is not there yet is added behind the last. All other bytes stay,
 * those around the object too. Where two edits have one name the first
 * counts. 0, or -1 with errno: EINVAL (not one object), EFBIG, ENOMEM; out
 * is then unchanged.
 */
int splice_edit(struct buf *out, const char *text, size_t n,
    const struct splice_edit *e, size_t ne);

#endif
