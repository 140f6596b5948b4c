/*
 * Stands in for libFuzzer: gives each file named as an argument to the fuzz
 * target it is linked with, so that what was once found is tried again. Then
 * each allocation that src/ did for it fails in turn, alone and with all behind
 * it: no crash, and nothing left behind. (Their names in its objects are those
 * below: see the Makefile.)
 */
#include <err.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *fuzz_malloc(size_t);
void *fuzz_calloc(size_t, size_t);
void *fuzz_realloc(void *, size_t);
void *fuzz_reallocarray(void *, size_t, size_t);
char *fuzz_strdup(const char *);
char *fuzz_strndup(const char *, size_t);
int fuzz_asprintf(char **, const char *, ...);
int fuzz_asprintf_chk(char **, int, const char *, ...);
void fuzz_free(void *);
void fuzz_broken(void);
int fuzz_short(void);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum {
	LIVE = 1 << 16,
	TRIES = 100 /* of an input's allocations, each way */
};

static void *live[LIVE]; /* what src/ has allocated: open addressing */
static long calls, fail_at = -1;
static int fail_on, failed;
static jmp_buf out;

/* Where p is, or where there is room for it. */
static void **
slot(const void *p)
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
leave(const void *p)
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
fails(void)
{
	long at = calls++;

	if (fail_at == -1 || at < fail_at || (at > fail_at && !fail_on))
		return 0;
	failed = 1;
	errno = ENOMEM;
	return 1;
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

static int
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

/* Once, with allocation number at failing. */
static void
once(const char *path, const uint8_t *data, size_t n, long at, int on)
{
	size_t left;

	calls = failed = 0;
	fail_at = at;
	fail_on = on;
	if (setjmp(out) != 0) {
		(void)release();
		return;
	}
	LLVMFuzzerTestOneInput(data, n);
	if ((left = release()) > 0)
		errx(1, "%s: %zu allocations are left behind, %s %ld failed",
		    path, left, on ? "as all from" : "as", at);
}

/* In an exact-size allocation, so that a byte too far is noticed. */
static void
replay(const char *path)
{
	static uint8_t all[4 * 1024 * 1024];
	uint8_t *data;
	FILE *fp;
	size_t n;
	long at, end;

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
	for (at = 0; at < end; at += end / TRIES + 1) {
		once(path, data, n, at, 0);
		once(path, data, n, at, 1);
	}
	free(data);
}

int
main(int argc, char *argv[])
{
	int i;

	for (i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%d inputs\n", argc - 1);
	return 0;
}
