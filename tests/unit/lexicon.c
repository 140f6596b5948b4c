/* Words of the lexicon, found at a place of a text. */
#include <stdlib.h>
#include <string.h>

#include "lexicon.h"
#include "tap.h"
#include "task.h"

static const struct {
	const char *text;
	int kind; /* -1: no word begins it */
	size_t len;
} rows[] = {
	{ "prove it", TASK_MATHS, 5 },
	{ "prove", TASK_MATHS, 5 },
	{ "proves", -1, 0 }, /* a word ends where its letters do */
	{ "summarizes", TASK_SUMMARY, 10 },   /* but "summar*" takes more */
	{ "system design", TASK_DESIGN, 13 }, /* the longest counts */
	{ "system", TASK_DESIGN, 6 },
	{ "证明", TASK_MATHS, 6 },
	{ "证", -1, 0 },
	{ "诗歌", TASK_WRITING, 3 }, /* a word of one character */
	{ "推导式", TASK_CODE, 9 },
	{ "推导出", TASK_MATHS, 6 },
	{ "²", TASK_MATHS, 2 },
	{ "=>", TASK_CODE, 2 },
	{ "must", LEXICON_DEMAND, 4 },
	{ "zzz", -1, 0 },
	{ "z", -1, 0 },
	{ "\xe8", -1, 0 },
	{ "\xff\xff\xff", -1, 0 },
};

int
main(void)
{
	const struct lexicon_word *w;
	size_t i, n, len;
	char *s;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* exact size: a byte too far is seen */
		n = strlen(rows[i].text);
		if ((s = malloc(n)) == NULL)
			return 1;
		memcpy(s, rows[i].text, n);
		w = lexicon_find(s, 0, n, &len);
		ok(rows[i].kind == -1 ? w == NULL :
					w != NULL && w->kind == rows[i].kind &&
			    len == rows[i].len,
		    "%s", rows[i].text);
		free(s);
	}
	ok(lexicon_find("xprove", 1, 6, &len) != NULL && len == 5,
	    "at a later place");
	/* of the last group: nothing was dropped for want of room */
	ok(lexicon_find("discuss", 0, 7, &len) != NULL && len == 7,
	    "the whole lexicon is in");
	return done();
}
