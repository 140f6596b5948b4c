/*
 * The built-in scorer: how much a request asks of a model, from 1 to 10,
 * judged from its text by rules (ms-route(1) lists them). What kind of task
 * it is comes first, then how much of it there is. Chinese and English. Pure,
 * and of bounded cost: only the head and the tail of a long text are read.
 */
#ifndef SCORE_H
#define SCORE_H

#include <stddef.h>

enum score_kind {
	SCORE_UNKNOWN,
	SCORE_GREETING,
	SCORE_LOOKUP,
	SCORE_TRANSLATION,
	SCORE_EXTRACTION,
	SCORE_EXPLANATION,
	SCORE_SUMMARY,
	SCORE_WRITING,
	SCORE_CODE,
	SCORE_ANALYSIS,
	SCORE_MATHS,
	SCORE_DESIGN,
	SCORE_KINDS
};

enum { SCORE_MIN = 1, SCORE_MAX = 10 };

/* Judges text[0..n), UTF-8. Returns the score; *kind says why. */
int	score(const char *text, size_t n, enum score_kind *kind);

/* "explanation" and the like, for people and the local model's answer. */
const char	*score_kind_name(enum score_kind k);

/* The kind of that name (n bytes), or SCORE_UNKNOWN. */
enum score_kind	score_kind_named(const char *name, size_t n);

/*
 * Does the text try to name its own score ("score: 1", "评分为 10")? A model
 * that is asked for one might repeat it, so it should not be asked. Of a long
 * text only the head and the tail are looked at, more than a model is shown.
 */
int	score_named(const char *text, size_t n);

/* The tier, 4 (lightest) to 1, that a score wants. */
int	score_tier(int score);

#endif
