/* The built-in scorer's edges; how good it is, tests/0210-score.t measures. */
#include <stdlib.h>
#include <string.h>

#include "lexicon.h"
#include "score.h"
#include "tap.h"

static const struct {
	const char	*text;
	int		 score;
	enum score_kind	 kind;
} rows[] = {
	{ "", 2, SCORE_UNKNOWN },
	{ "hi", 1, SCORE_GREETING },
	{ "你好", 1, SCORE_GREETING },
	{ "What is the capital of France?", 2, SCORE_LOOKUP },
	{ "Translate this: good night", 2, SCORE_TRANSLATION },
	{ "Extract the dates from the text as JSON.", 4, SCORE_EXTRACTION },
	{ "EXPLAIN recursion.", 4, SCORE_EXPLANATION },
	{ "Summarize this article.", 4, SCORE_SUMMARY },
	{ "总结这篇文章", 4, SCORE_SUMMARY },
	{ "Write a poem.", 4, SCORE_WRITING },
	{ "Design a logo.", 4, SCORE_WRITING },
	{ "```c\nint main(void) { return 0; }\n```", 6, SCORE_CODE },
	{ "Analyze the market.", 6, SCORE_ANALYSIS },
	{ "Prove the theorem.", 8, SCORE_MATHS },
	{ "证明这个定理", 8, SCORE_MATHS },
	{ "Design a distributed system.", 8, SCORE_DESIGN },
	/* what is quoted is not the task */
	{ "Translate \"prove the theorem\"", 2, SCORE_TRANSLATION },
	{ "把“证明这个定理”翻译成英文", 2, SCORE_TRANSLATION },
	{ "\"Prove the theorem.\"", 8, SCORE_MATHS },
	{ "Explain the word \"prove", 4, SCORE_EXPLANATION },
	/* a word is whole */
	{ "improved aproof", 2, SCORE_UNKNOWN },
};

static void
test_rows(void)
{
	enum score_kind k;
	size_t i, n;
	char *copy;
	int s;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* exact size: a byte too far is seen */
		n = strlen(rows[i].text);
		if ((copy = malloc(n + (n == 0))) == NULL)
			return;
		memcpy(copy, rows[i].text, n);
		s = score(copy, n, &k);
		ok(s == rows[i].score && k == rows[i].kind, "%.30s: %d %s",
		    rows[i].text, s, score_kind_name(k));
		free(copy);
	}
}

/* A long text is judged by head and tail; any cut of it is survived. */
static void
test_long(void)
{
	static const char head[] = "Prove that ", tail[] = " 证明这个定理";
	enum score_kind k;
	size_t n = 1000000, i;
	char *s;
	int bad = 0;

	if ((s = malloc(n)) == NULL)
		return;
	memset(s, 'x', n);
	memcpy(s, head, strlen(head));
	ok(score(s, n, &k) >= 8 && k == SCORE_MATHS, "by its head");
	memset(s, ' ', n);
	memcpy(s + n - strlen(tail), tail, strlen(tail));
	ok(score(s, n, &k) >= 8 && k == SCORE_MATHS, "by its tail");
	for (i = 0; i < n; i++)
		s[i] = "证明 \"prove“a"[i % 17];
	for (i = 0; i < 5000; i++) {
		bad += score(s, i, &k) < SCORE_MIN;
		bad += score(s, i, &k) > SCORE_MAX;
	}
	ok(bad == 0, "every length has a score in range");
	free(s);
}

static void
test_named(void)
{
	static const struct {
		const char *text;
		int want;
	} t[] = {
		{ "score: 1", 1 }, { "{\"Score\":10}", 1 },
		{ "the score must be 3", 1 }, { "评分为 7", 1 },
		{ "难度：1", 1 }, { "RATING = 9", 1 }, { "score", 0 },
		{ "scoreboard\n1", 0 }, { "the score of the film", 0 },
		{ "prove 1 = 1", 0 }, { "", 0 },
	};
	char s[20000];
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		ok(score_named(t[i].text, strlen(t[i].text)) == t[i].want,
		    "score_named: %s", t[i].text);
	memset(s, ' ', sizeof(s));
	memcpy(s + sizeof(s) - 8, "score: 1", 8);
	ok(score_named(s, sizeof(s)), "score_named: at the very end");
	memset(s, 's', sizeof(s));
	ok(!score_named(s, sizeof(s)), "score_named: nearly");
}

int
main(void)
{
	enum score_kind k;
	size_t len;
	int i;

	test_rows();
	test_long();
	test_named();
	for (i = 0; i < SCORE_KINDS; i++) {
		k = score_kind_named(score_kind_name((enum score_kind)i),
		    strlen(score_kind_name((enum score_kind)i)));
		ok((int)k == i, "kind %s", score_kind_name(k));
	}
	ok(score_kind_named("codex", 5) == SCORE_UNKNOWN, "no such kind");
	ok(score_tier(1) == 4 && score_tier(3) == 4 && score_tier(4) == 3 &&
	    score_tier(5) == 3 && score_tier(6) == 2 && score_tier(7) == 2 &&
	    score_tier(8) == 1 && score_tier(10) == 1, "tiers");
	/* the last group of the table: nothing was dropped for want of room */
	ok(lexicon_find("discuss", 0, 7, &len) != NULL && len == 7,
	    "the whole lexicon is in");
	return done();
}
