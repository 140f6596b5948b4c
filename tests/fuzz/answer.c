/*
 * Answers: the input is lines, each an event. What is kept has its ceiling;
 * keeping changes no flag; the completion is JSON, and amounts to itself.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "buf.h"
#include "json.h"
#include "splice.h"
#include "fuzz.h"

enum {
	MAX = 1 << 22
};

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* What surely goes on says nothing else, unless names are written oddly. */
static void
goes_on(const char *s, size_t n, int flags)
{
	if (answer_goes_on(s, n) && flags != -1 && memchr(s, '\\', n) == NULL)
		assert((flags & (ANSWER_FINISH | ANSWER_ERROR | ANSWER_DONE)) ==
		    0);
}

/* Takes all lines, each in its own memory; the sum of their flags. */
static int
take(struct answer *a, const char *p, size_t n)
{
	const char *end;
	size_t len;
	char *line;
	int r, all = 0;

	for (; n > 0; p += len, n -= len) {
		end = memchr(p, '\n', n);
		len = end == NULL ? n : (size_t)(end - p) + 1;
		if ((line = malloc(len)) == NULL)
			abort();
		memcpy(line, p, len);
		r = answer_event(a, line, len);
		goes_on(line, len, r);
		free(line);
		assert(r != -1 || errno == EINVAL || errno == EFBIG);
		if (r != -1)
			all |= r;
	}
	assert((a->seen & all) == all && a->seen < 32);
	return all;
}

/* What the answer says for us: as many calls as there are, all with words. */
static void
said(const struct answer *a)
{
	struct json j;
	struct splice v, m;
	struct splice_walk w;
	struct buf b;
	size_t n = 0;

	buf_init(&b, MAX);
	json_begin(&j, &b);
	json_object(&j, NULL);
	json_object(&j, "message");
	answer_said(a, &j);
	json_end(&j);
	answer_rest(a, &j);
	json_end(&j);
	assert(json_finish(&j) == 0);
	assert(splice_text(b.d, b.len, &v, NULL) == 0);
	assert(splice_path(v, &m, "message", "role", NULL) == 1);
	assert(splice_find(v, "finish_reason", &m) == (*a->finish != '\0'));
	assert(splice_find(v, "reasoning", &m) == (a->reasoning.len > 0));
	assert(splice_find(v, "tool_calls", &m) == (a->ntools > 0));
	if (a->ntools > 0)
		for (splice_begin(&w, m); splice_next(&w) == 1; n++)
			assert(splice_path(w.value, &v, "function", "name",
				   NULL) == 1);
	assert(n == a->ntools);
	buf_free(&b);
}

/* Appends to out the completion that the answer to s[0..n) amounts to. */
static void
again(const char *s, size_t n, struct buf *out)
{
	struct answer a;
	struct splice v;

	answer_init(&a, 1, MAX);
	(void)take(&a, s, n);
	buf_init(out, MAX);
	assert(answer_completion(&a, out) == 0);
	assert(splice_text(out->d, out->len, &v, NULL) == 0 && *v.s == '{');
	assert(memchr(out->d, '\n', out->len) == NULL || a.usage.len > 0);
	said(&a);
	answer_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	struct buf one, two, three;
	struct answer a;
	int seen;

	if (size > MAX / 256)
		return 0;
	answer_init(&a, 0, 0);
	seen = take(&a, s, size);
	assert(a.content.len + a.reasoning.len + a.ntools == 0);
	answer_free(&a);
	answer_init(&a, 1, 64);
	assert((take(&a, s, size) & ~seen) == 0);
	assert(a.content.len + a.reasoning.len + a.id.len + a.model.len +
		a.left <=
	    64);
	answer_free(&a);
	answer_init(&a, 1, MAX);
	assert(take(&a, s, size) == seen);
	answer_free(&a);

	again(s, size, &one);
	again(one.d, one.len, &two);
	again(two.d, two.len, &three);
	assert(two.len == three.len && memcmp(two.d, three.d, two.len) == 0);
	buf_free(&one);
	buf_free(&two);
	buf_free(&three);
	return 0;
}
