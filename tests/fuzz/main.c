/*
 * Stands in for libFuzzer: gives each file named as an argument to the fuzz
 * target it is linked with, so that what was once found is tried again. Then
 * each allocation and each call about files that src/ did for it fails in turn,
 * alone and with all behind it: no crash, and nothing left behind. (Their names
 * in its objects are those below: see the Makefile.)
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void *fuzz_malloc(size_t);
void *fuzz_calloc(size_t, size_t);
void *fuzz_realloc(void *, size_t);
void *fuzz_reallocarray(void *, size_t, size_t);
char *fuzz_strdup(const char *);
char *fuzz_strndup(const char *, size_t);
int fuzz_asprintf(char **, const char *, ...)
    __attribute__((format(printf, 2, 3)));
int fuzz_asprintf_chk(char **, int, const char *, ...)
    __attribute__((format(printf, 3, 4)));
void fuzz_free(void *);
int fuzz_setenv(const char *, const char *, int);
int fuzz_open(const char *, int, ...);
int fuzz_close(int);
int fuzz_fstat(int, struct stat *);
int fuzz_fchmod(int, mode_t);
int fuzz_mkostemp(char *, int);
int fuzz_rename(const char *, const char *);
ssize_t fuzz_read(int, void *, size_t);
ssize_t fuzz_pread(int, void *, size_t, off_t);
ssize_t fuzz_write(int, const void *, size_t);
/* What a target leaves where it is broken off is of no interest. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));
void fuzz_broken(void);
int fuzz_short(void);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum {
	LIVE = 1 << 16,
	TRIES = 60 /* of what may fail for an input, each way */
};

static void *live[LIVE]; /* what src/ has allocated: open addressing */
static long calls, fail_at = -1;
static int fail_on, failed; /* 1: memory is short, 2: files are bad */
static jmp_buf out;

/* Where p is, or where there is room for it. */
static void **
slot(void *p)
{
	size_t i = ((uintptr_t)p >> 4) * 2654435761u % LIVE, n;

	for (n = 0; n < LIVE; n++, i = (i + 1) % LIVE)
		if (live[i] == p || live[i] == NULL)
			return &live[i];
	errx(1, "too much is live");
}

static void *
enter(void *p)
{
	if (p != NULL)
		*slot(p) = p;
	return p;
}

/* Those behind it move up, or they would not be found. */
static void
leave(void *p)
{
	void **s = slot(p), *moved;
	size_t i = (size_t)(s - live);

	if (p == NULL || *s == NULL)
		return;
	*s = NULL;
	for (i = (i + 1) % LIVE; (moved = live[i]) != NULL;
	     i = (i + 1) % LIVE) {
		live[i] = NULL;
		enter(moved);
	}
}

static int
fails_as(int how, int e)
{
	long at = calls++;

	if (fail_at == -1 || at < fail_at || (at > fail_at && !fail_on))
		return 0;
	failed |= how;
	errno = e;
	return 1;
}

static int
fails(void)
{
	return fails_as(1, ENOMEM);
}

void *
fuzz_malloc(size_t n)
{
	return fails() ? NULL : enter(malloc(n));
}

void *
fuzz_calloc(size_t n, size_t size)
{
	return fails() ? NULL : enter(calloc(n, size));
}

void *
fuzz_realloc(void *p, size_t n)
{
	if (fails())
		return NULL;
	leave(p);
	return enter(realloc(p, n));
}

void *
fuzz_reallocarray(void *p, size_t n, size_t size)
{
	if (fails())
		return NULL;
	leave(p);
	return enter(reallocarray(p, n, size));
}

char *
fuzz_strdup(const char *s)
{
	return fails() ? NULL : enter(strdup(s));
}

char *
fuzz_strndup(const char *s, size_t n)
{
	return fails() ? NULL : enter(strndup(s, n));
}

__attribute__((format(printf, 2, 0))) static int
print(char **s, const char *fmt, va_list ap)
{
	int n = fails() ? -1 : vasprintf(s, fmt, ap);

	if (n != -1)
		enter(*s);
	return n;
}

int
fuzz_asprintf(char **s, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = print(s, fmt, ap);
	va_end(ap);
	return n;
}

int
fuzz_asprintf_chk(char **s, int flag, const char *fmt, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, fmt);
	n = print(s, fmt, ap);
	va_end(ap);
	return n;
}

void
fuzz_free(void *p)
{
	leave(p);
	free(p);
}

int
fuzz_setenv(const char *name, const char *value, int over)
{
	return fails() ? -1 : setenv(name, value, over);
}

int
fuzz_open(const char *path, int flags, ...)
{
	va_list ap;
	unsigned mode = 0;

	va_start(ap, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(ap, unsigned);
	va_end(ap);
	/* another may have made it just before */
	return fails_as(2, (flags & O_EXCL) != 0 ? EEXIST : EMFILE) ?
	    -1 :
	    open(path, flags, mode);
}

/* Closed is closed, whatever it says. */
int
fuzz_close(int fd)
{
	int bad = fails_as(2, EIO);

	close(fd);
	errno = bad ? EIO : errno;
	return bad ? -1 : 0;
}

int
fuzz_fstat(int fd, struct stat *st)
{
	return fails_as(2, EIO) ? -1 : fstat(fd, st);
}

int
fuzz_fchmod(int fd, mode_t mode)
{
	return fails_as(2, EIO) ? -1 : fchmod(fd, mode);
}

int
fuzz_mkostemp(char *path, int flags)
{
	return fails_as(2, ENOSPC) ? -1 : mkostemp(path, flags);
}

int
fuzz_rename(const char *from, const char *to)
{
	return fails_as(2, EIO) ? -1 : rename(from, to);
}

/* A signal that comes once, or a bad disk. */
static int
cannot(void)
{
	return fails_as(2, fail_on || fail_at % 2 == 0 ? EIO : EINTR);
}

ssize_t
fuzz_read(int fd, void *p, size_t n)
{
	return cannot() ? -1 : read(fd, p, n);
}

ssize_t
fuzz_pread(int fd, void *p, size_t n, off_t at)
{
	if (!cannot())
		return pread(fd, p, n, at);
	return fail_at % 3 == 0 ? 0 : -1; /* or it was cut short */
}

/* The same, or a piece is all there is room for. */
ssize_t
fuzz_write(int fd, const void *p, size_t n)
{
	if (!cannot())
		return write(fd, p, n);
	return fail_at % 3 == 0 || n < 2 ? -1 : write(fd, p, n / 2);
}

int
fuzz_short(void)
{
	return failed;
}

void
fuzz_broken(void)
{
	if (failed)
		longjmp(out, 1);
}

/* Releases what was left: how much it is. */
static size_t
release(void)
{
	size_t i, left = 0;

	for (i = 0; i < LIVE; i++)
		if (live[i] != NULL) {
			left++;
			free(live[i]);
			live[i] = NULL;
		}
	return left;
}

static int
lowest(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

/* Once, with number at failing. */
static void
once(const char *path, const uint8_t *data, size_t n, long at, int on)
{
	static int first = -1;
	size_t left;

	if (first == -1)
		first = lowest();
	calls = failed = 0;
	fail_at = at;
	fail_on = on;
	if (setjmp(out) != 0) {
		(void)release();
		closefrom(first);
		return;
	}
	LLVMFuzzerTestOneInput(data, n);
	if ((left = release()) > 0)
		errx(1, "%s: %zu allocations are left behind, %s %ld failed",
		    path, left, on ? "as all from" : "as", at);
	if (lowest() != first)
		errx(1, "%s: a file is left open, %s %ld failed", path,
		    on ? "as all from" : "as", at);
}

/* In an exact-size allocation, so that a byte too far is noticed. */
static void
replay(const char *path, int skip)
{
	static uint8_t all[4 * 1024 * 1024];
	uint8_t *data;
	FILE *fp;
	size_t n;
	long at, end, step;

	if ((fp = fopen(path, "rb")) == NULL)
		err(1, "%s", path);
	n = fread(all, 1, sizeof(all), fp);
	if (ferror(fp))
		err(1, "%s", path);
	fclose(fp);
	if ((data = malloc(n + (n == 0))) == NULL)
		err(1, NULL);
	memcpy(data, all, n);
	once(path, data, n, -1, 0);
	end = calls;
	step = end / TRIES + 1;
	if (__lsan_disable != NULL)
		__lsan_disable();
	for (at = skip % step; at < end; at += step) {
		once(path, data, n, at, 0);
		once(path, data, n, at, 1);
	}
	if (__lsan_enable != NULL)
		__lsan_enable();
	free(data);
}

int
main(int argc, char *argv[])
{
	int i;

	for (i = 1; i < argc; i++)
		replay(argv[i], i);
	printf("%d inputs\n", argc - 1);
	return 0;
}
