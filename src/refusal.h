/*
 * A refusal in words: of one attempt, or that there is no candidate left to
 * attempt: which models and keys are out, why, and when to try again. Pure.
 */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <stddef.h>
#include <stdint.h>

struct classified;
struct fault;
struct pick;
struct pick_in;

/*
 * Writes "MODEL: HTTP 429: words: upstream's message" for candidate p of in,
 * or with the upstream's URL where no status came (0). No key is in it, even
 * where upstream's message quotes one.
 */
void refusal_text(char *dst, size_t size, const struct pick_in *in,
    const struct pick *p, int status, const struct classified *c);

/*
 * For the candidates v[0..n) that pick() gave for in: sets *f to the words,
 * the hint and the exit status (EX_TEMPFAIL if time can help, EX_CONFIG
 * without a key, EX_NOPERM, EX_UNAVAILABLE), *verdict to what it comes down
 * to and *again to the first moment (ms since 1970) at which one of them is
 * free, 0 if none is known.
 */
void refusal_none(const struct pick_in *in, const struct pick *v, size_t n,
    struct fault *f, int *verdict, int64_t *again);

/* What a person can do about a verdict, or "". */
const char *refusal_hint(int verdict);

#endif
