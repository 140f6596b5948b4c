/*
 * What routing reads of strangers: requests, texts to score, a local model's
 * answers, streams of JSON texts.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "fault.h"
#include "rating.h"
#include "route.h"
#include "score.h"
#include "task.h"
#include "splice.h"
#include "texts.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
before(void *arg, struct fault *f)
{
	(void)arg;
	(void)f;
	return 0;
}

/*
 * Appends to out the length and line of each text of a stream, and where it is
 * none: every text is one, and up to there the lines never go back.
 */
static void
stream(const char *s, size_t n, size_t max, size_t chunk, struct buf *out)
{
	struct texts t;
	struct splice v, whole;
	struct fault f;
	long line = 1;
	int fd, r;

	if ((fd = memfd_create("texts", MFD_CLOEXEC)) == -1)
		return;
	if (write(fd, s, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return;
	}
	texts_init(&t, fd, "fuzz", max);
	t.chunk = chunk;
	while ((r = texts_next(&t, &v, before, NULL, &f)) == 1 ||
	    (r == -1 && f.status == EX_DATAERR)) {
		(void)buf_addf(out, "%zu:%ld ", r == 1 ? v.n : 0, t.line);
		assert(t.line >= line);
		line = t.line;
		if (r == -1)
			continue;
		assert(splice_text(v.s, v.n, &whole, NULL) == 0);
		assert(v.n <= max);
	}
	assert(r == 0 || f.status == EX_OSERR);
	texts_free(&t);
	close(fd);
}

/* It comes to the same, however little is read at once. */
static void
streams(const char *s, size_t n)
{
	static const size_t chunks[] = { 1 << 16, 1, 7, 64 };
	struct buf all, b;
	size_t i;

	buf_init(&all, 1 << 22);
	stream(s, n, 1 << 20, chunks[0], &all);
	for (i = 1; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		buf_init(&b, 1 << 22);
		stream(s, n, 1 << 20, chunks[i], &b);
		assert(all.len == b.len && memcmp(all.d, b.d, b.len) == 0);
		buf_free(&b);
	}
	buf_cut(&all, 0);
	stream(s, n, 32, 1 << 16, &all);
	stream(s, n, 32, 8, &all);
	buf_free(&all);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct splice request;
	int kind;
	struct buf b;
	char *s;
	int sc, k, api;

	if ((s = malloc(n + (n == 0))) == NULL)
		return 0;
	if (n > 0)
		memcpy(s, data, n);
	sc = score(s, n, &kind);
	assert(sc >= SCORE_MIN && sc <= SCORE_MAX && kind < TASK_MAX);
	(void)score_named(s, n);
	buf_init(&b, 1 << 20);
	if (route_text(s, n, &b) == 0) {
		assert(route_request(s, n, &request) == 0);
		assert(request.s[0] == '{');
	}
	buf_free(&b);
	for (api = 0; api <= 1; api++)
		if (rating_reply(api, s, n, &sc, &k) == 0)
			assert(sc >= SCORE_MIN && sc <= SCORE_MAX && k >= 0 &&
			    k < TASK_MAX);
	streams(s, n);
	free(s);
	return 0;
}
