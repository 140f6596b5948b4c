/*
 * JSON read in place: the ways to read it agree with each other and with
 * jq's parser, and edits do what they say, once.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "splice.h"
#include "utf8.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const struct splice_edit edits[] = {
	{ "model", "\"new\"", 5 },
	{ "a", NULL, 0 },
	{ "stream", "{\"x\":[true]}", 12 },
	{ "", NULL, 0 },
	{ "model", NULL, 0 },
};
enum {
	EDITS = sizeof(edits) / sizeof(edits[0])
};

/* jq takes all that we do, but for deep nesting and lone surrogates. */
static int
comparable(const char *p, size_t n)
{
	int depth = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		depth += p[i] == '[' || p[i] == '{';
		if (p[i] == '\\' && i + 2 < n && p[i + 1] == 'u' &&
		    (p[i + 2] == 'd' || p[i + 2] == 'D'))
			return 0;
	}
	return depth < 200;
}

static int
is_utf8(const struct buf *b)
{
	size_t i, len;

	for (i = 0; i < b->len; i += len)
		if ((len = utf8_len(b->d + i, b->len - i)) == 0)
			return 0;
	return 1;
}

/* One value that both have read. */
static void
same_value(struct splice v, jv j, struct buf *b)
{
	int64_t n;
	double d;

	buf_cut(b, 0);
	switch (jv_get_kind(j)) {
	case JV_KIND_STRING:
		assert(splice_str(v, b) == 0);
		assert(!is_utf8(b) ||
		    (b->len == (size_t)jv_string_length_bytes(jv_copy(j)) &&
			memcmp(b->d, jv_string_value(j), b->len) == 0));
		assert(memchr(b->d, '\0', b->len) != NULL ||
		    splice_eq(v, b->d));
		break;
	case JV_KIND_NUMBER:
		assert(splice_num(v, &d) == -1 || d == jv_number_value(j));
		assert(splice_int(v, &n) == -1 || (double)n == d);
		break;
	case JV_KIND_ARRAY:
	case JV_KIND_OBJECT:
		assert(*v.s == '[' || *v.s == '{');
		break;
	default:
		assert(*v.s == 't' || *v.s == 'f' || *v.s == 'n');
	}
	jv_free(j);
}

/* The members of v, or the elements, are those of j. */
static void
same_members(struct splice v, jv j, struct buf *b)
{
	struct splice_walk w;
	struct splice last;
	jv member;
	int i = 0;

	splice_begin(&w, v);
	while (splice_next(&w) == 1) {
		if (w.name.n == 0) {
			assert(!splice_is(w.name, ""));
			same_value(w.value, jv_array_get(jv_copy(j), i++), b);
			continue;
		}
		buf_cut(b, 0);
		assert(splice_str(w.name, b) == 0);
		if (!is_utf8(b))
			continue;
		member = jv_object_get(jv_copy(j),
		    jv_string_sized(b->d, (int)b->len));
		assert(jv_is_valid(member));
		last = w.value;
		if (strlen(b->d) == b->len)
			assert(splice_find(v, b->d, &last) == 1);
		if (last.s == w.value.s && strlen(b->d) == b->len)
			same_value(w.value, member, b);
		else
			jv_free(member);
	}
	assert(w.name.n > 0 || i == 0 || i == jv_array_length(jv_copy(j)));
}

static void
as_jq(const char *p, size_t n, struct splice v, struct buf *b)
{
	jv j = json_parse(p, n);

	assert(jv_is_valid(j));
	same_value(v, jv_copy(j), b);
	if (*v.s == '{' || *v.s == '[')
		same_members(v, j, b);
	jv_free(j);
}

/* A walk and splice_first() find valid what splice_text() does. */
static void
agree(const char *p, size_t n, int valid, size_t off, struct splice v)
{
	struct splice whole = { p, n }, first;
	struct splice_walk w;
	size_t used;
	int rc;

	if (n > 0 && (*p == '{' || *p == '[')) {
		for (splice_begin(&w, whole); (rc = splice_next(&w)) == 1;)
			assert(w.value.n > 0 && w.value.s >= p &&
			    w.value.s + w.value.n <= p + n);
		assert((rc == 0) == valid);
	}
	used = splice_first(p, n, &first);
	if (valid)
		assert(first.s == v.s && first.n == v.n &&
		    used == (size_t)(v.s + v.n - p));
	else if (used == 0)
		assert(off == n);
	else if (used == (size_t)-1)
		assert(off < n);
}

static void
edit(const char *p, size_t n, struct splice v)
{
	struct buf once, twice;
	struct splice at;
	int object = *v.s == '{';

	buf_init(&once, 1 << 24);
	buf_init(&twice, 1 << 24);
	assert(splice_edit(&once, p, n, NULL, 0) == (object ? 0 : -1));
	assert(!object || (once.len == n && memcmp(once.d, p, n) == 0));
	buf_cut(&once, 0);
	if (object) {
		assert(splice_edit(&once, p, n, edits, EDITS) == 0);
		assert(splice_text(once.d, once.len, &v, NULL) == 0);
		assert(splice_find(v, "a", &at) == 0);
		assert(splice_find(v, "", &at) == 0);
		assert(splice_find(v, "model", &at) == 1 &&
		    splice_eq(at, "new"));
		assert(splice_path(v, &at, "stream", "x", NULL) == 1);
		assert(splice_edit(&twice, once.d, once.len, edits, EDITS) ==
		    0);
		assert(twice.len == once.len &&
		    memcmp(twice.d, once.d, once.len) == 0);
	}
	buf_free(&once);
	buf_free(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct splice v = { NULL, 0 };
	struct buf b;
	size_t off = 0;
	char *p;
	int valid;

	if ((p = calloc(size + (size == 0), 1)) == NULL)
		return 0;
	if (size > 0)
		memcpy(p, data, size);
	valid = splice_text(p, size, &v, &off) == 0;
	agree(p, size, valid, off, v);
	if (valid) {
		buf_init(&b, 1 << 24);
		edit(p, size, v);
		if (comparable(p, size))
			as_jq(p, size, v, &b);
		buf_free(&b);
	}
	free(p);
	return 0;
}
