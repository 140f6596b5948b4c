/* Records, split at every byte. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "record.h"
#include "tap.h"

static const struct {
	const char *text;
	enum record_res end;
	const char *body;
} cases[] = {
	{ "0\n", RECORD_END, "" },
	{ "3\nabc0\n", RECORD_END, "abc" },
	{ "3\nabc10\n0123456789"
	  "0\nrest",
	    RECORD_END, "abc0123456789" },
	{ "3\nab", RECORD_MORE, "ab" },
	{ "3\nabc", RECORD_MORE, "abc" },
	{ "", RECORD_MORE, "" },
	{ "\n", RECORD_BAD, "" },
	{ "x\n", RECORD_BAD, "" },
	{ "-1\n", RECORD_BAD, "" },
	{ " 1\na", RECORD_BAD, "" },
	{ "1\r\na", RECORD_BAD, "" },
	{ "1\na\n", RECORD_BAD, "a" },
	{ "9999999999999\n", RECORD_BAD, "" },
};

static enum record_res
decode(const char *s, size_t n, size_t step, struct buf *out)
{
	struct record r = { 0 };
	enum record_res res;
	const char *data;
	size_t i, piece, used, len;

	buf_cut(out, 0);
	for (i = 0; i < n; i += used) {
		piece = n - i < step ? n - i : step;
		res = record_next(&r, s + i, piece, &used, &data, &len);
		if (res == RECORD_DATA)
			buf_add(out, data, len);
		else if (res != RECORD_MORE)
			return res;
	}
	return RECORD_MORE;
}

int
main(void)
{
	char head[RECORD_HEAD];
	struct buf out;
	size_t i, n, step;
	int good;

	buf_init(&out, 1024);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = strlen(cases[i].text);
		for (good = 1, step = 1; step <= n + 1 && good; step++)
			good = decode(cases[i].text, n, step, &out) ==
				cases[i].end &&
			    strcmp(out.d, cases[i].body) == 0;
		ok(good, "records %zu", i);
	}
	buf_free(&out);
	ok(record_head(head, 1234) == 5 && strcmp(head, "1234\n") == 0,
	    "a head");
	ok(record_head(head, 0) == 2 && strcmp(head, "0\n") == 0,
	    "the last one");
	ok(record_head(head, SIZE_MAX) < RECORD_HEAD &&
		strtoull(head, NULL, 10) == SIZE_MAX,
	    "the largest one");
	return done();
}
