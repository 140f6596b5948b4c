/*
 * A growing byte buffer with a ceiling. It knows nothing of the layers
 * above it. The bytes are always followed by a NUL that is not counted,
 * and b->d is never NULL, so b->d is a C string whenever its content is.
 */
#ifndef BUF_H
#define BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *d;    /* the bytes; never NULL after buf_init() */
	size_t len; /* how many */
	size_t cap; /* allocated, 0 while d is the static "" */
	size_t max; /* ceiling for len */
};

/* Makes *b empty, with room for at most max bytes. Allocates nothing. */
void buf_init(struct buf *b, size_t max);

/* Frees what b holds and makes it empty again; the ceiling stays. */
void buf_free(struct buf *b);

/* As buf_free(), but overwrites the bytes first: for secrets. */
void buf_wipe(struct buf *b);

/*
 * Append n bytes, a string, one byte, or formatted text. Return 0, or -1
 * with errno EFBIG (past the ceiling) or ENOMEM; b is then unchanged.
 */
int buf_add(struct buf *b, const void *p, size_t n);
int buf_adds(struct buf *b, const char *s);
int buf_addc(struct buf *b, char c);
int buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int buf_addv(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* Makes room for n more bytes behind len. Returns as buf_add(). */
int buf_room(struct buf *b, size_t n);

/* Removes the first n bytes (n at most b->len), keeping the memory. */
void buf_drain(struct buf *b, size_t n);

/* Cuts b to its first n bytes (n at most b->len), keeping the memory. */
void buf_cut(struct buf *b, size_t n);

/*
 * Hands the bytes to the caller, who frees them; b is empty afterwards.
 * NULL with ENOMEM.
 */
char *buf_detach(struct buf *b);

/*
 * Appends all that fd holds until end of file. Returns 0, or -1 with errno
 * (EFBIG: more than the ceiling; b then holds what came before).
 */
int buf_read(struct buf *b, int fd);

/* Writes all of p[0..n) to fd. Returns 0, or -1 with errno. */
int buf_write(int fd, const char *p, size_t n);

/* The same with the file called path. */
int buf_load(struct buf *b, const char *path);

#endif
