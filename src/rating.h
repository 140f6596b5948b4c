/*
 * What is said to a local model that is to score a text, and what its
 * answer means: Ollama's native API and OpenAI's. Pure.
 */
#ifndef RATING_H
#define RATING_H

#include <stddef.h>

struct buf;

struct rating_ask {
	const char *model;
	int openai;	    /* else Ollama's /api/generate */
	const char *prompt; /* with @MARK@ and @TEXT@ in it */
	size_t nprompt;
	const char *mark; /* a line that the text cannot hold */
};

/*
 * Appends the body of a request to score text[0..n); a long text is cut to
 * its head and tail. 0, or -1 with errno.
 */
int rating_request(struct buf *out, const struct rating_ask *a,
    const char *text, size_t n);

/* The same to have the model loaded and nothing said. */
int rating_preload(struct buf *out, const struct rating_ask *a);

/*
 * Reads the body of a 200: sets *score (1 to 10) and *kind (an enum
 * score_kind). The model's JSON may stand in a fence, among words, or behind
 * its thoughts. 0, or -1: nonsense.
 */
int rating_reply(int openai, const char *body, size_t n, int *score, int *kind);

#endif
