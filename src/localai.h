/*
 * Scores by a local model (Ollama's native API, or any OpenAI-compatible
 * server): asked without blocking, remembered on disk by content, the same
 * question asked once at a time. A server that fails is not asked again for
 * a minute, by any process: the ledger says so.
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
	int	 score;		/* 1 to 10; 0: none, see warning */
	int	 kind;		/* enum task */
	int	 cached;
	char	 warning[320];	/* what failed, to be said now, or "" */
};

/*
 * For conf->local, which must name a server. All but text are borrowed and
 * must outlive it; prompt[0..n) is the template: @MARK@ and @TEXT@ in it
 * stand for a delimiter and the text to judge. NULL with *f.
 */
struct localai	*localai_new(const struct conf *conf, const char *prompt,
		    size_t n, struct ledger *led, struct upstream *u,
		    struct fault *f);

/* Questions under way are dropped; no callback follows. */
void	localai_free(struct localai *a);

enum localai_res {
	LOCALAI_NOW,		/* *ans is set from the cache */
	LOCALAI_LATER,		/* fn is called once, from the loop */
	LOCALAI_NOT		/* it rests, is busy or still loading */
};

/*
 * Asks for the score of text[0..n). For LOCALAI_LATER *wait is set, for
 * localai_cancel() until fn was called.
 */
enum localai_res	localai_ask(struct localai *a, const char *text,
			    size_t n, struct localai_answer *ans,
			    void (*fn)(void *arg,
			    const struct localai_answer *ans), void *arg,
			    struct localai_wait **wait);
void	localai_cancel(struct localai_wait *w);

/*
 * Has the server load the model, for a process that will live long; until
 * it has, localai_ask() is LOCALAI_NOT.
 */
void	localai_preload(struct localai *a);

#endif
