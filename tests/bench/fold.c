/*
 * The ledger's figures: lines folded a second, and what an append costs
 * beside a bare write(2), in CPU time, as others may be busy. Prints "NAME
 * VALUE UNIT" lines. Argument: a folder for the ledger.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "attempt.h"
#include "buf.h"
#include "classify.h"
#include "fault.h"
#include "fold.h"
#include "ledger.h"
#include "now.h"

enum {
	LINES = 1000000,
	APPENDS = 20000,
	KEYS = 20,
	MODELS = 10
};

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The i-th attempt of a busy day: every tenth is refused. */
static void
fill(struct attempt *a, int i, int64_t now)
{
	static char id[32], key[16], model[64], token[16];

	snprintf(id, sizeof(id), "req_%024d", i);
	snprintf(key, sizeof(key), "%08x", (i % KEYS) * 0x1234567);
	snprintf(model, sizeof(model), "Qwen/Qwen3-%d-A22B-Instruct",
	    i / KEYS % MODELS);
	snprintf(token, sizeof(token), "token%d", i % 7);
	attempt_init(a);
	a->ts = now;
	a->id = id;
	a->attempt = 1;
	a->token = token;
	a->key = key;
	a->upstream = "modelscope";
	a->model = model;
	a->op = "chat";
	a->status = i % 10 == 0 ? 429 : 200;
	a->verdict = i % 10 == 0 ? V_TOO_MANY : V_OK;
	a->stream = 1;
	a->ttft = 300 + i % 977;
	a->ms = 1000 + i % 9973;
	a->prompt_tokens = 1000 + i % 5000;
	a->completion_tokens = 200 + i % 700;
	a->limits = (struct limits){ 2000, 1999 - i % 1999, 500, 1 + i % 499 };
	if (a->verdict != V_OK) {
		a->rest = SCOPE_KEY;
		a->rest_until = now + 5000;
	}
}

static void
bench_fold(void)
{
	int64_t now = now_wall();
	struct attempt a;
	struct fold *f;
	struct buf scratch, text;
	const char *lf, *p;
	double t;
	int i;

	buf_init(&scratch, ATTEMPT_MAX);
	buf_init(&text, (size_t)1 << 30);
	for (i = 0; i < LINES; i++) {
		fill(&a, i, now + i);
		if (attempt_line(&a, 28800, &text) == -1)
			err(EX_OSERR, NULL);
	}
	printf("line %.0f bytes\n", (double)text.len / LINES);
	if ((f = fold_new(0, 28800)) == NULL)
		err(EX_OSERR, NULL);
	t = seconds();
	for (p = text.d;
	     (lf = memchr(p, '\n', text.len - (size_t)(p - text.d))) != NULL;
	     p = lf + 1)
		if (attempt_fold(f, p, (size_t)(lf - p), &scratch) != 0)
			errx(EX_SOFTWARE, "a line was not taken");
	t = seconds() - t;
	printf("fold %.0f lines/s\n", LINES / t);
	printf("fold_million %.2f s\n", t * 1e6 / LINES);
	fold_free(f);
	buf_free(&scratch);
	buf_free(&text);
}

static double
bench_write(const char *dir, const char *line, size_t n)
{
	char path[4096];
	double t;
	int fd, i;

	snprintf(path, sizeof(path), "%s/bare", dir);
	if ((fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600)) == -1)
		err(EX_CANTCREAT, "%s", path);
	t = seconds();
	for (i = 0; i < APPENDS; i++)
		if (write(fd, line, n) == -1)
			err(EX_IOERR, "%s", path);
	t = seconds() - t;
	close(fd);
	return t;
}

static void
bench_append(const char *dir)
{
	struct attempt a;
	struct fault f;
	struct ledger *l;
	struct buf line;
	double bare, t;
	int i, warn;

	buf_init(&line, ATTEMPT_MAX);
	fill(&a, 1, now_wall());
	if (attempt_line(&a, 28800, &line) == -1)
		err(EX_OSERR, NULL);
	bare = bench_write(dir, line.d, line.len);
	if ((l = ledger_open(dir, 28800, LEDGER_WRITE, 0, &f)) == NULL)
		errx(f.status, "%s", f.text);
	t = seconds();
	for (i = 0; i < APPENDS; i++) {
		a.ms = i;
		if (ledger_append(l, &a, &warn) == -1)
			err(EX_IOERR, "%s", dir);
	}
	t = seconds() - t;
	printf("append %.2f us\n", t / APPENDS * 1e6);
	printf("write %.2f us\n", bare / APPENDS * 1e6);
	printf("append_to_write %.2f x\n", t / bare);
	ledger_close(l);
	buf_free(&line);
}

int
main(int argc, char *argv[])
{
	if (argc != 2) {
		fputs("usage: fold DIR\n", stderr);
		return EX_USAGE;
	}
	bench_fold();
	bench_append(argv[1]);
	return 0;
}
