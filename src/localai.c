/*
 * Scores by a local model. A question is one text under way, with everyone
 * who waits for it; the server's failures become a rest in the ledger, which
 * every process sees. A server answers one question after the other, as a
 * rule: so they are sent, that none times out for want of another's answer.
 */
#include <sys/queue.h>

#include <errno.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "attempt.h"
#include "buf.h"
#include "classify.h"
#include "conf.h"
#include "echo.h"
#include "fault.h"
#include "fold.h"
#include "ledger.h"
#include "localai.h"
#include "now.h"
#include "rating.h"
#include "scorecache.h"
#include "splice.h"
#include "upstream.h"

enum {
	QUESTIONS = 8,	      /* known at once: sent is one, others wait */
	REST = 60 * 1000,     /* ms that a server that failed is left alone */
	LOADING = 300 * 1000, /* ms; Ollama's own limit for a model */
	REPLY_MAX = 256 * 1024,
	BODY_MAX = 512 * 1024,
	WHY = 128,
	WORDS = 100, /* of the server's own */
	NAME = 65    /* of a model, in words */
};

/* Where it is configured: no upstream of the user's is called that. */
static const char upstream_name[] = "smart_routing.local_ai";

struct localai_wait {
	LIST_ENTRY(localai_wait) entry;
	void (*fn)(void *, const struct localai_answer *);
	void *arg;
};

struct question {
	TAILQ_ENTRY(question) entry;
	LIST_HEAD(waits, localai_wait) waits;
	struct localai *ai;
	struct upstream_call *call; /* NULL: not sent yet */
	struct buf body, reply;
	int toobig;
	int preload;
	int late; /* it was sent with less than all its time */
	int64_t asked, start;
	unsigned char hash[SCORECACHE_HASH];
};

struct localai {
	const struct conf *conf;
	struct rating_ask ask;
	char *url;
	struct ledger *ledger;
	struct upstream *up;
	struct scorecache *cache;
	TAILQ_HEAD(questions, question) questions; /* the first is sent */
	int nquestions;
	int loading;
	char unsaid[WHY]; /* what failed when nobody waited for it */
};

struct localai *
localai_new(const struct conf *conf, const char *prompt, size_t n,
    struct ledger *led, struct upstream *u, struct fault *f)
{
	struct localai *a;

	if ((a = calloc(1, sizeof(*a))) == NULL)
		goto err0;
	TAILQ_INIT(&a->questions);
	a->conf = conf;
	a->ledger = led;
	a->up = u;
	a->ask.model = conf->local.model;
	a->ask.openai = conf->local.openai;
	a->ask.prompt = prompt;
	a->ask.nprompt = n;
	if (asprintf(&a->url, "%s%s", conf->local.base_url,
		conf->local.openai ? "/chat/completions" : "/api/generate") ==
	    -1)
		goto err1;
	if ((a->cache = scorecache_open(ledger_dir(led))) == NULL)
		goto err2;
	return a;
err2:
	free(a->url);
err1:
	free(a);
err0:
	fault_set(f, EX_OSERR, "%s", strerror(errno));
	return NULL;
}

static void
free_question(struct question *q)
{
	struct localai_wait *w;

	while ((w = LIST_FIRST(&q->waits)) != NULL) {
		LIST_REMOVE(w, entry);
		free(w);
	}
	TAILQ_REMOVE(&q->ai->questions, q, entry);
	q->ai->nquestions--;
	buf_free(&q->body);
	buf_free(&q->reply);
	free(q);
}

void
localai_free(struct localai *a)
{
	struct question *q;

	if (a == NULL)
		return;
	while ((q = TAILQ_FIRST(&a->questions)) != NULL) {
		if (q->call != NULL)
			upstream_abort(q->call);
		free_question(q);
	}
	scorecache_close(a->cache);
	free(a->url);
	free(a);
}

/* ---- what came of it ---- */

/* Records the attempt; a failure is a rest for everyone. */
static void
record(struct question *q, int status, int verdict, int failed, int score)
{
	struct attempt t;
	int warn;

	attempt_init(&t);
	t.ts = now_wall();
	t.attempt = 1;
	t.upstream = upstream_name;
	t.model = q->ai->ask.model;
	t.op = "score";
	t.status = status;
	t.verdict = verdict;
	t.ms = now_mono() - q->start;
	t.score = score;
	if (failed) {
		t.rest = SCOPE_UPSTREAM;
		t.rest_until = t.ts + REST;
	}
	/* The rest holds in this process even if it cannot be written. */
	(void)ledger_append(q->ai->ledger, &t, &warn);
}

static int
judge(const struct question *q, const struct upstream_end *e,
    struct localai_answer *ans)
{
	switch (e->transport) {
	case TRANSPORT_OK:
		break;
	case TRANSPORT_TIMEOUT:
		return V_TIMEOUT;
	case TRANSPORT_TLS:
		return V_TLS;
	case TRANSPORT_CUT:
		return V_CUT;
	case TRANSPORT_SYSTEM:
		return V_SYSTEM;
	default:
		return V_NETWORK;
	}
	if (q->toobig)
		return V_TOO_LARGE;
	if (e->status != 200)
		return e->status == 404 ? V_BAD_MODEL :
		    e->status >= 500	? V_SERVER :
					  V_BAD_REQUEST;
	if (q->preload)
		return V_OK;
	return rating_reply(q->ai->ask.openai, q->reply.d, q->reply.len,
		   &ans->score, &ans->kind) == -1 ?
	    V_BAD_REPLY :
	    V_OK;
}

/* The server's own words: {"error":"..."} or {"error":{"message":"..."}}. */
static void
server_words(const struct question *q, char *dst, size_t size)
{
	struct splice v, w;
	struct buf words;

	buf_init(&words, REPLY_MAX);
	if (splice_text(q->reply.d, q->reply.len, &v, NULL) == 0 &&
	    v.s[0] == '{' && splice_find(v, "error", &w) == 1 &&
	    (w.s[0] != '{' || splice_find(w, "message", &w) == 1))
		(void)splice_str(w, &words);
	fault_clean(dst, size, words.d, words.len);
	buf_free(&words);
}

static void
explain(const struct question *q, const struct upstream_end *e, int verdict,
    char *why, size_t size)
{
	char words[WORDS] = "";

	if (verdict == V_BAD_REPLY)
		strlcpy(why, "no score in its answer", size);
	else if (e->transport != TRANSPORT_OK)
		fault_clean(why, size, e->why, strlen(e->why));
	else {
		server_words(q, words, sizeof(words));
		echo_hide(words, q->body.d, q->body.len);
		snprintf(why, size, "HTTP %d%s%s", e->status,
		    words[0] != '\0' ? ": " : "", words);
	}
}

static void
warning(const struct localai *a, const char *why, struct localai_answer *ans)
{
	char name[NAME];

	if (!scorecache_warn(a->cache, now_wall()))
		return;
	fault_clean(name, sizeof(name), a->ask.model, strlen(a->ask.model));
	snprintf(ans->warning, sizeof(ans->warning),
	    "local model %s: %s; requests are scored by rules meanwhile", name,
	    why);
}

static void
on_head(void *arg, struct upstream_call *c, int status)
{
	(void)arg;
	(void)c;
	(void)status;
}

static int
on_data(void *arg, const char *p, size_t n)
{
	struct question *q = arg;

	if (buf_add(&q->reply, p, n) == -1)
		q->toobig = 1;
	return 0;
}

/* Who is told may cancel others, ask again, but not free us. */
static void
tell(struct question *q, struct localai_answer *ans)
{
	struct localai_wait *w;

	while ((w = LIST_FIRST(&q->waits)) != NULL) {
		LIST_REMOVE(w, entry);
		w->fn(w->arg, ans);
		free(w);
		ans->warning[0] = '\0';
	}
}

static void next(struct localai *);

static void
on_done(void *arg, const struct upstream_end *e)
{
	struct question *q = arg;
	struct localai *a = q->ai;
	struct localai_answer ans;
	char why[WHY] = "";
	int failed, verdict;

	memset(&ans, 0, sizeof(ans));
	verdict = judge(q, e, &ans);
	failed = verdict != V_OK && verdict != V_SYSTEM &&
	    (verdict != V_TIMEOUT || !q->late);
	record(q, e->status, verdict, failed, ans.score);
	if (failed)
		explain(q, e, verdict, why, sizeof(why));
	if (q->preload)
		a->loading = 0;
	else if (verdict == V_OK)
		scorecache_put(a->cache, q->hash, ans.score, ans.kind);
	if (LIST_EMPTY(&q->waits))
		strlcpy(a->unsaid, why, sizeof(a->unsaid));
	else if (failed)
		warning(a, why, &ans);
	tell(q, &ans);
	free_question(q);
	next(a);
}

/* ---- asking ---- */

/* Sends the body of q. The callbacks get q. 0, or -1. */
static int
start(struct question *q, int timeout)
{
	static const struct upstream_cb cb = { on_head, on_data, on_done };
	struct upstream_req r = { .method = "POST",
		.url = q->ai->url,
		.body = q->body.d,
		.len = q->body.len,
		.connect = timeout,
		.total = timeout };

	q->start = now_mono();
	q->call = upstream_start(q->ai->up, &r, &cb, q);
	return q->call != NULL ? 0 : -1;
}

static int
resting(const struct localai *a)
{
	const struct fold_ent *e;
	int64_t now = now_wall();

	(void)ledger_refresh(a->ledger, now);
	e = fold_get(ledger_fold(a->ledger), upstream_name, NULL, NULL);
	return e != NULL && e->rest_until > now;
}

/*
 * Sends the question that waits longest. What has less than half its time
 * left is not worth it: that may be too little for any server.
 */
static void
next(struct localai *a)
{
	struct localai_answer none;
	struct question *q;
	int64_t left;

	while ((q = TAILQ_FIRST(&a->questions)) != NULL && q->call == NULL) {
		left = q->asked + a->conf->local.timeout - now_mono();
		q->late = 1;
		if (!LIST_EMPTY(&q->waits) &&
		    left > a->conf->local.timeout / 2 && !resting(a) &&
		    start(q, (int)left) == 0)
			break;
		memset(&none, 0, sizeof(none));
		tell(q, &none);
		free_question(q);
	}
}

static void
hash_text(const struct localai *a, const char *text, size_t n,
    unsigned char *hash)
{
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)a->ask.model,
	    strlen(a->ask.model) + 1);
	SHA256Update(&ctx, (const uint8_t *)a->ask.prompt, a->ask.nprompt);
	SHA256Update(&ctx, (const uint8_t *)text, n);
	SHA256Final(hash, &ctx);
}

static struct question *
new_question(struct localai *a)
{
	struct question *q;

	if ((q = calloc(1, sizeof(*q))) == NULL)
		return NULL;
	q->ai = a;
	LIST_INIT(&q->waits);
	buf_init(&q->body, BODY_MAX);
	buf_init(&q->reply, REPLY_MAX);
	q->asked = now_mono();
	TAILQ_INSERT_TAIL(&a->questions, q, entry);
	a->nquestions++;
	return q;
}

/* The question of this hash, or a new one: sent, if it is the only one. */
static struct question *
question(struct localai *a, const unsigned char *hash, const char *text,
    size_t n)
{
	struct rating_ask ask = a->ask;
	struct question *q;
	char mark[40];

	TAILQ_FOREACH(q, &a->questions, entry)
	if (!q->preload && memcmp(q->hash, hash, sizeof(q->hash)) == 0)
		return q;
	if (a->nquestions >= QUESTIONS || (q = new_question(a)) == NULL)
		return NULL;
	memcpy(q->hash, hash, sizeof(q->hash));
	/* No text can hold its own hash, so none can end itself. */
	snprintf(mark, sizeof(mark),
	    "=== %02x%02x%02x%02x%02x%02x%02x%02x ===", hash[0], hash[1],
	    hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]);
	ask.mark = mark;
	if (rating_request(&q->body, &ask, text, n) == 0 &&
	    (TAILQ_FIRST(&a->questions) != q ||
		start(q, a->conf->local.timeout) == 0))
		return q;
	free_question(q);
	return NULL;
}

struct localai_wait *
localai_ask(struct localai *a, const char *text, size_t n,
    struct localai_answer *ans,
    void (*fn)(void *arg, const struct localai_answer *ans), void *arg)
{
	unsigned char hash[SCORECACHE_HASH];
	struct localai_wait *w;
	struct question *q;
	int rests;

	hash_text(a, text, n, hash);
	memset(ans, 0, sizeof(*ans));
	if (scorecache_get(a->cache, hash, &ans->score, &ans->kind)) {
		ans->cached = 1;
		return NULL;
	}
	if (a->loading)
		return NULL;
	rests = resting(a);
	if (rests && a->unsaid[0] != '\0')
		warning(a, a->unsaid, ans);
	a->unsaid[0] = '\0';
	if (rests || (w = calloc(1, sizeof(*w))) == NULL)
		return NULL;
	if ((q = question(a, hash, text, n)) == NULL) {
		free(w);
		return NULL;
	}
	w->fn = fn;
	w->arg = arg;
	LIST_INSERT_HEAD(&q->waits, w, entry);
	return w;
}

void
localai_cancel(struct localai_wait *w)
{
	/* If it was sent the question goes on: its answer is remembered. */
	LIST_REMOVE(w, entry);
	free(w);
}

void
localai_preload(struct localai *a)
{
	struct question *q;

	if (a->nquestions > 0 || resting(a) || (q = new_question(a)) == NULL)
		return;
	q->preload = 1;
	if (rating_preload(&q->body, &a->ask) == 0 && start(q, LOADING) == 0)
		a->loading = 1;
	else
		free_question(q);
}
