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

/* All of a stream: every text is one, and the lines never go back. */
static void
stream(const char *s, size_t n, size_t max)
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
	while ((r = texts_next(&t, &v, before, NULL, &f)) == 1) {
		assert(splice_text(v.s, v.n, &whole, NULL) == 0);
		assert(v.n <= max && t.line >= line);
		line = t.line;
	}
	assert(r == 0 || f.status == EX_DATAERR);
	texts_free(&t);
	close(fd);
}

/* The same, so far inside an array that it is not read at once. */
static void
far(const char *s, size_t n)
{
	static char text[(1 << 16) + 8192];
	size_t i = 0;

	if (n > 4096)
		return;
	text[i++] = '[';
	memset(text + i, ' ', (1 << 16) + 3000);
	i += (1 << 16) + 3000;
	memcpy(text + i, s, n);
	i += n;
	text[i++] = ']';
	stream(text, i, 1 << 20);
	stream(text, i, 1 << 16);
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
	stream(s, n, 1 << 20);
	stream(s, n, 32);
	far(s, n);
	free(s);
	return 0;
}
