/*
 * The words that give a kind of task away, Chinese and English, with how
 * strongly each does. Data for score.c, and the search in it. Pure.
 */
#ifndef LEXICON_H
#define LEXICON_H

#include <stddef.h>

struct lexicon_word {
	const char *text; /* lower case, not NUL-ended */
	unsigned short len;
	unsigned short next; /* in its bucket, and 1 */
	int open;	     /* letters may follow */
	int kind;	     /* enum task, or LEXICON_DEMAND */
	int weight;
};

/* "must", "at least", "要求": more is asked for, whatever the kind. */
enum {
	LEXICON_DEMAND = 64
};

/*
 * The longest word that begins at s[i] of the lower-case text s[0..n), or
 * NULL. A word of letters ends where they end. *len is set to its length.
 */
const struct lexicon_word *lexicon_find(const char *s, size_t i, size_t n,
    size_t *len);

#endif
