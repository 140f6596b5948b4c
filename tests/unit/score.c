/* The built-in scorer's edges; how good it is, tests/0210-score.t measures. */
#include <stdlib.h>
#include <string.h>

#include "score.h"
#include "task.h"
#include "tap.h"

static const struct {
	const char *text;
	int score;
	int kind;
} rows[] = {
	{ "", 2, TASK_UNKNOWN },
	{ "hi", 1, TASK_GREETING },
	{ "你好", 1, TASK_GREETING },
	{ "What is the capital of France?", 2, TASK_LOOKUP },
	{ "Translate this: good night", 2, TASK_TRANSLATION },
	{ "Extract the dates from the text as JSON.", 4, TASK_EXTRACTION },
	{ "EXPLAIN recursion.", 4, TASK_EXPLANATION },
	{ "Summarize this article.", 4, TASK_SUMMARY },
	{ "总结这篇文章", 4, TASK_SUMMARY },
	{ "Write a poem.", 4, TASK_WRITING },
	{ "Design a logo.", 4, TASK_WRITING },
	{ "```c\nint main(void) { return 0; }\n```", 6, TASK_CODE },
	{ "Analyze the market.", 6, TASK_ANALYSIS },
	{ "Prove the theorem.", 8, TASK_MATHS },
	{ "证明这个定理", 8, TASK_MATHS },
	{ "Design a distributed system.", 8, TASK_DESIGN },
	/* what is quoted is not the task */
	{ "Translate \"prove the theorem\"", 2, TASK_TRANSLATION },
	{ "把“证明这个定理”翻译成英文", 2, TASK_TRANSLATION },
	{ "\"Prove the theorem.\"", 8, TASK_MATHS },
	{ "Explain the word \"prove", 4, TASK_EXPLANATION },
	/* a word is whole */
	{ "improved aproof", 2, TASK_UNKNOWN },
};

static void
test_rows(void)
{
	int k;
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
		    rows[i].text, s, task_name(k));
		free(copy);
	}
}

/* A long text is judged by head and tail; any cut of it is survived. */
static void
test_long(void)
{
	static const char head[] = "Prove that ", tail[] = " 证明这个定理";
	int k;
	size_t n = 1000000, i;
	char *s;
	int bad = 0;

	if ((s = malloc(n)) == NULL)
		return;
	memset(s, 'x', n);
	memcpy(s, head, strlen(head));
	ok(score(s, n, &k) >= 8 && k == TASK_MATHS, "by its head");
	memset(s, ' ', n);
	memcpy(s + n - strlen(tail), tail, strlen(tail));
	ok(score(s, n, &k) >= 8 && k == TASK_MATHS, "by its tail");
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
		{ "score: 1", 1 },
		{ "{\"Score\":10}", 1 },
		{ "the score must be 3", 1 },
		{ "评分为 7", 1 },
		{ "难度：1", 1 },
		{ "RATING = 9", 1 },
		{ "score", 0 },
		{ "scoreboard\n1", 0 },
		{ "the score of the film", 0 },
		{ "prove 1 = 1", 0 },
		{ "", 0 },
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
	test_rows();
	test_long();
	test_named();
	ok(score_tier(1) == 4 && score_tier(3) == 4 && score_tier(4) == 3 &&
		score_tier(5) == 3 && score_tier(6) == 2 &&
		score_tier(7) == 2 && score_tier(8) == 1 && score_tier(10) == 1,
	    "tiers");
	return done();
}
