/*
 * Scores by a local model (Ollama's native API, or any OpenAI-compatible
 * server): asked without blocking, one question after the other, the same one
 * once, remembered on disk by content. A server that fails is not asked again
 * for a minute, by any process: the ledger says so.
 */
#ifndef LOCALAI_H
#define LOCALAI_H

#include <stddef.h>

struct conf;
struct fault;
struct ledger;
struct localai;
struct localai_wait;
struct upstream;

struct localai_answer {
	int score; /* 1 to 10; 0: none, see warning */
	int kind;  /* enum task */
	int cached;
	char warning[320]; /* what failed, to be said now, or "" */
};

/*
 * For conf->local, which must name a server. All but text are borrowed and
 * must outlive it; prompt[0..n) is the template: @MARK@ and @TEXT@ in it
 * stand for a delimiter and the text to judge. NULL with *f.
 */
struct localai *localai_new(const struct conf *conf, const char *prompt,
    size_t n, struct ledger *led, struct upstream *u, struct fault *f);

/* Questions under way are dropped; no callback follows. */
void localai_free(struct localai *a);

/*
 * Asks for the score of text[0..n). Returns NULL with *ans set where that is
 * known at once: from the cache, or a score of 0 because the server rests, is
 * busy or still loading. Else fn is called once, from the loop, unless
 * localai_cancel() comes first.
 */
struct localai_wait *localai_ask(struct localai *a, const char *text, size_t n,
    struct localai_answer *ans,
    void (*fn)(void *arg, const struct localai_answer *ans), void *arg);
void localai_cancel(struct localai_wait *w);

/*
 * Has the server load the model, for a process that will live long; until
 * it has, localai_ask() gives no score. If it fails, who asks next is told.
 */
void localai_preload(struct localai *a);

#endif
