/*
 * The built-in scorer: how much a request asks of a model, from 1 to 10,
 * judged from its text by rules (ms-route(1) lists them). What kind of task
 * it is comes first, then how much of it there is. Chinese and English. Pure,
 * and of bounded cost: only the head and the tail of a long text are read.
 */
#ifndef SCORE_H
#define SCORE_H

#include <stddef.h>

enum {
	SCORE_MIN = 1,
	SCORE_MAX = 10
};

/*
 * Judges text[0..n), UTF-8. Returns the score; *task (an enum task) is what
 * it was taken for.
 */
int score(const char *text, size_t n, int *task);

/*
 * Does the text try to name its own score ("score: 1", "评分为 10")? A model
 * that is asked for one might repeat it, so it should not be asked. Of a long
 * text only the head and the tail are looked at, more than a model is shown.
 */
int score_named(const char *text, size_t n);

/* The tier, 4 (lightest) to 1, that a score wants. */
int score_tier(int score);

#endif
