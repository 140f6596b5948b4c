/*
 * The fold of the ledger's lines: a hash table of entries, one for each
 * upstream, key, model, pair of the two and token that a line named, and one
 * for everything.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"
#include "day.h"
#include "fold.h"

enum {
	FOLD_SLOTS = 64,	       /* to begin with; a power of two */
	FOLD_EXACT = 20,	       /* ms that have a bucket each */
	FOLD_OUT = 4,		       /* models of a key, refused in */
	FOLD_OUT_TIME = 30 * 60 * 1000 /* ms: it is out of credits */
};

#define FOLD_HELD (31 * INT64_C(86400000))

struct fold_node {
	struct fold_ent e;
	uint64_t hash;
};

struct fold {
	int64_t day;
	int off;
	struct fold_node **v; /* all entries; the first: everything */
	size_t n;
	struct fold_node **slot; /* the same by hash, or NULL */
	size_t slots;
	int64_t lines, skipped;
	int64_t verdicts[V_MAX];
};

enum {
	NAME_UPSTREAM,
	NAME_KEY,
	NAME_MODEL,
	NAME_TOKEN,
	NAMES
};

/* The names of an entry, "" for any, and a hash of each. */
struct fold_name {
	const char *s[NAMES];
	uint64_t hash[NAMES];
};

/* ---- the table ---- */

static char
fold_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Equal without regard to case: as for all names, so also for models. */
static int
fold_same(const char *a, const char *b)
{
	if (strcmp(a, b) == 0) /* nearly always */
		return 1;
	for (; fold_lower(*a) == fold_lower(*b); a++, b++)
		if (*a == '\0')
			return 1;
	return 0;
}

static void
fold_name_set(struct fold_name *name, int i, const char *s)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

	name->s[i] = s != NULL ? s : "";
	for (s = name->s[i]; *s != '\0'; s++)
		h = (h ^ (unsigned char)fold_lower(*s)) *
		    UINT64_C(1099511628211);
	name->hash[i] = h;
}

static struct fold_name
fold_name(const char *upstream, const char *key, const char *model,
    const char *token)
{
	struct fold_name name;

	fold_name_set(&name, NAME_UPSTREAM, upstream);
	fold_name_set(&name, NAME_KEY, key);
	fold_name_set(&name, NAME_MODEL, model);
	fold_name_set(&name, NAME_TOKEN, token);
	return name;
}

static uint64_t
fold_hash(const struct fold_name *name)
{
	uint64_t h = 0;
	int i;

	for (i = 0; i < NAMES; i++)
		h = (h ^ name->hash[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

/* The slot where the entry is, or would be. */
static struct fold_node **
fold_slot(const struct fold *f, const struct fold_name *name, uint64_t hash)
{
	struct fold_node *node;
	size_t i = hash & (f->slots - 1);

	while ((node = f->slot[i]) != NULL) {
		if (node->hash == hash &&
		    fold_same(node->e.upstream, name->s[NAME_UPSTREAM]) &&
		    fold_same(node->e.key, name->s[NAME_KEY]) &&
		    fold_same(node->e.model, name->s[NAME_MODEL]) &&
		    fold_same(node->e.token, name->s[NAME_TOKEN]))
			break;
		i = (i + 1) & (f->slots - 1);
	}
	return &f->slot[i];
}

/* Puts all entries of v into their slots. */
static void
fold_rehash(struct fold *f)
{
	size_t i, k;

	memset(f->slot, 0, f->slots * sizeof(f->slot[0]));
	for (k = 0; k < f->n; k++) {
		i = f->v[k]->hash & (f->slots - 1);
		while (f->slot[i] != NULL)
			i = (i + 1) & (f->slots - 1);
		f->slot[i] = f->v[k];
	}
}

/* Makes room for one more entry: a quarter of the slots stays free. */
static int
fold_grow(struct fold *f)
{
	size_t slots = f->slots > 0 ? f->slots * 2 : FOLD_SLOTS;
	struct fold_node **slot, **v;

	if (f->n < f->slots / 4 * 3)
		return 0;
	if ((v = reallocarray(f->v, slots, sizeof(v[0]))) == NULL)
		return -1;
	f->v = v;
	if ((slot = reallocarray(f->slot, slots, sizeof(slot[0]))) == NULL)
		return -1;
	f->slot = slot;
	f->slots = slots;
	fold_rehash(f);
	return 0;
}

/* A new entry that nothing is known of, its names behind it. */
static struct fold_node *
fold_node(const struct fold_name *name, uint64_t hash)
{
	static const struct fold_ent blank = {
		.limits = { -1, -1, -1, -1 },
		.balance = NAN,
		.balance_total = NAN,
		.balance_frozen = NAN,
		.rest_verdict = -1,
		.last_verdict = -1,
		.last_error = -1,
	};
	struct fold_node *node;
	size_t i, len[NAMES], size = sizeof(*node);
	char **to[NAMES], *p;

	for (i = 0; i < NAMES; i++)
		size += len[i] = strlen(name->s[i]) + 1;
	if ((node = malloc(size)) == NULL)
		return NULL;
	node->e = blank;
	node->hash = hash;
	to[NAME_UPSTREAM] = &node->e.upstream;
	to[NAME_KEY] = &node->e.key;
	to[NAME_MODEL] = &node->e.model;
	to[NAME_TOKEN] = &node->e.token;
	for (p = (char *)(node + 1), i = 0; i < NAMES; p += len[i++])
		*to[i] = memcpy(p, name->s[i], len[i]);
	return node;
}

static void
fold_node_free(struct fold_node *node)
{
	free(node->e.latency);
	free(node);
}

/* The entry of a name, made if it is not there. */
static struct fold_ent *
fold_make(struct fold *f, const struct fold_name *name)
{
	uint64_t hash = fold_hash(name);
	struct fold_node **slot;

	if (fold_grow(f) == -1)
		return NULL;
	slot = fold_slot(f, name, hash);
	if (*slot == NULL) {
		if ((*slot = fold_node(name, hash)) == NULL)
			return NULL;
		f->v[f->n++] = *slot;
	}
	return &(*slot)->e;
}

struct fold_ent *
fold_enter(struct fold *f, const char *upstream, const char *key,
    const char *model, const char *token)
{
	struct fold_name name = fold_name(upstream, key, model, token);

	return fold_make(f, &name);
}

static const struct fold_ent *
fold_find(const struct fold *f, const struct fold_name *name)
{
	struct fold_node *node = *fold_slot(f, name, fold_hash(name));

	return node != NULL ? &node->e : NULL;
}

const struct fold_ent *
fold_get(const struct fold *f, const char *upstream, const char *key,
    const char *model)
{
	struct fold_name name = fold_name(upstream, key, model, NULL);

	return fold_find(f, &name);
}

const struct fold_ent *
fold_token(const struct fold *f, const char *token)
{
	struct fold_name name = fold_name(NULL, NULL, NULL, token);

	return fold_find(f, &name);
}

const struct fold_ent *
fold_each(const struct fold *f, size_t *i)
{
	return *i < f->n ? &f->v[(*i)++]->e : NULL;
}

/* ---- the fold as a whole ---- */

struct fold *
fold_new(int64_t day, int off)
{
	struct fold *f;

	if ((f = calloc(1, sizeof(*f))) == NULL)
		return NULL;
	f->day = day;
	f->off = off;
	if (fold_enter(f, NULL, NULL, NULL, NULL) == NULL) {
		fold_free(f);
		return NULL;
	}
	return f;
}

void
fold_free(struct fold *f)
{
	size_t i;

	if (f == NULL)
		return;
	for (i = 0; i < f->n; i++)
		fold_node_free(f->v[i]);
	free(f->v);
	free(f->slot);
	free(f);
}

int64_t
fold_day(const struct fold *f)
{
	return f->day;
}

int64_t
fold_lines(const struct fold *f)
{
	return f->lines;
}

int64_t
fold_skipped(const struct fold *f)
{
	return f->skipped;
}

void
fold_skip(struct fold *f)
{
	f->skipped++;
}

void
fold_counted(struct fold *f, int64_t lines, int64_t skipped)
{
	f->lines = lines;
	f->skipped = skipped;
}

const int64_t *
fold_verdicts(const struct fold *f)
{
	return f->verdicts;
}

static void
fold_unrest(struct fold_ent *e)
{
	e->rest_until = e->rest_since = 0;
	e->rest_verdict = -1;
	e->strikes = 0;
}

/* Empties what is of the day. Does anything hold beyond it? */
static int
fold_turn_one(struct fold_ent *e, int64_t now)
{
	static const struct limits none = { -1, -1, -1, -1 };

	e->calls = e->failures = e->requests = 0;
	e->prompt_tokens = e->completion_tokens = 0;
	e->limits = none;
	free(e->latency);
	e->latency = NULL;
	if (e->rest_until > now)
		return 1;
	fold_unrest(e);
	return *e->key != '\0' && *e->model == '\0' &&
	    (e->last_ts > now - FOLD_HELD || e->balance_ts > now - FOLD_HELD);
}

void
fold_turn(struct fold *f, int64_t day, int64_t now)
{
	size_t i, n = 0;

	for (i = 0; i < f->n; i++) {
		/* The first is everything, and always there. */
		if (fold_turn_one(&f->v[i]->e, now) || i == 0)
			f->v[n++] = f->v[i];
		else
			fold_node_free(f->v[i]);
	}
	f->n = n;
	f->day = day;
	f->lines = f->skipped = 0;
	memset(f->verdicts, 0, sizeof(f->verdicts));
	fold_rehash(f);
}

/* ---- latencies ---- */

/*
 * Bucket b holds from[b] up to under from[b + 1]: 5 % wide, as far as whole
 * milliseconds allow; the last holds all the rest.
 */
static const int64_t *
fold_buckets(void)
{
	static int64_t from[FOLD_BUCKETS];
	int i;

	for (i = 1; from[FOLD_BUCKETS - 1] == 0 && i < FOLD_BUCKETS; i++)
		from[i] = from[i - 1] + from[i - 1] / FOLD_EXACT + 1;
	return from;
}

static void
fold_late(struct fold_ent *e, int64_t ms)
{
	const int64_t *from = fold_buckets();
	size_t lo = 0, mid, hi = FOLD_BUCKETS;

	while (hi - lo > 1) {
		mid = (lo + hi) / 2;
		if (ms < from[mid])
			hi = mid;
		else
			lo = mid;
	}
	e->latency[lo]++;
}

int64_t
fold_latency(const struct fold_ent *e, double q)
{
	const int64_t *from = fold_buckets();
	uint64_t n = 0, seen = 0;
	int i;

	if (e->latency == NULL)
		return -1;
	for (i = 0; i < FOLD_BUCKETS; i++)
		n += e->latency[i];
	for (i = 0; i < FOLD_BUCKETS - 1; i++) {
		seen += e->latency[i];
		if ((double)seen >= q * (double)n && seen > 0)
			return from[i + 1] - 1;
	}
	return n > 0 ? from[i] : -1;
}

/* ---- one line ---- */

void
fold_add(int64_t *sum, int64_t n)
{
	if (n > 0)
		*sum = *sum < INT64_MAX - n ? *sum + n : INT64_MAX;
}

/* Did it fail by a fault of those it went to? */
static int
fold_failed(const struct attempt *a)
{
	return a->verdict > V_OK && a->verdict != V_CANCELLED &&
	    a->verdict != V_SYSTEM;
}

static void
fold_last(struct fold_ent *e, const struct attempt *a)
{
	e->last_verdict = a->verdict;
	e->last_status = a->status;
	e->last_ts = a->ts;
	if (fold_failed(a)) {
		e->last_error = a->verdict;
		e->last_error_ts = a->ts;
	}
}

static int64_t
fold_calls(const struct attempt *a)
{
	return a->calls > 1 ? a->calls : 1;
}

void
fold_ended(struct fold *f, int verdict, int64_t calls)
{
	if (verdict >= 0 && verdict < V_MAX)
		fold_add(&f->verdicts[verdict], calls);
}

static void
fold_count(struct fold_ent *e, const struct attempt *a)
{
	int64_t calls = fold_calls(a);

	fold_add(&e->calls, calls);
	if (a->attempt <= 1)
		fold_add(&e->requests, calls);
	if (fold_failed(a))
		fold_add(&e->failures, calls);
	fold_add(&e->prompt_tokens, a->prompt_tokens);
	fold_add(&e->completion_tokens, a->completion_tokens);
}

int64_t
fold_tokens(int64_t sum, int64_t calls, int64_t failures)
{
	return sum == 0 && calls > failures ? -1 : sum;
}

/* When the attempt began. */
static int64_t
fold_began(const struct attempt *a)
{
	return a->ms > 0 && a->ms < a->ts ? a->ts - a->ms : a->ts;
}

/*
 * Sets a rest; a longer one that is set already stays, unless now it is out
 * altogether. What was under way when the same rest was set is not another
 * strike.
 */
static void
fold_rest(struct fold_ent *e, const struct attempt *a, int verdict,
    int64_t until)
{
	if (until <= a->ts ||
	    (until < e->rest_until &&
		verdict_info(verdict)->out <=
		    verdict_info(e->rest_verdict)->out))
		return;
	if (verdict != e->rest_verdict)
		e->strikes = 1;
	else if (fold_began(a) >= e->rest_since)
		e->strikes++;
	e->rest_verdict = verdict;
	e->rest_since = a->ts;
	e->rest_until = until;
}

/*
 * A success ends the rests of all it went through, but not one that was set
 * after it had begun.
 */
static void
fold_lift(struct fold_ent *e, const struct attempt *a)
{
	if (e->rest_since <= fold_began(a))
		fold_unrest(e);
}

/* The entries that one attempt is about; NULL where it names none. */
struct fold_hit {
	struct fold_ent *all, *upstream, *key, *model, *pair, *token;
};

/* The entry of those names of a line that are in the mask. */
static struct fold_ent *
fold_part(struct fold *f, const struct fold_name *line, unsigned mask)
{
	struct fold_name name = *line;
	int i;

	for (i = 0; i < NAMES; i++)
		if ((mask & 1U << i) == 0)
			fold_name_set(&name, i, NULL);
	return fold_make(f, &name);
}

/* Finds or makes all entries of a line. 0, or -1 with ENOMEM. */
static int
fold_hit(struct fold *f, const struct attempt *a, struct fold_hit *h)
{
	enum {
		U = 1,
		K = 2,
		M = 4,
		T = 8
	};
	struct fold_name n = fold_name(a->upstream, a->key, a->model, a->token);

	memset(h, 0, sizeof(*h));
	h->all = &f->v[0]->e;
	if (*n.s[NAME_UPSTREAM] != '\0' &&
	    (h->upstream = fold_part(f, &n, U)) == NULL)
		return -1;
	if (*n.s[NAME_KEY] != '\0' &&
	    (h->key = fold_part(f, &n, U | K)) == NULL)
		return -1;
	if (*n.s[NAME_MODEL] != '\0' &&
	    (h->model = fold_part(f, &n, U | M)) == NULL)
		return -1;
	if (h->key != NULL && h->model != NULL &&
	    (h->pair = fold_part(f, &n, U | K | M)) == NULL)
		return -1;
	if (*n.s[NAME_TOKEN] != '\0' &&
	    (h->token = fold_part(f, &n, T)) == NULL)
		return -1;
	return 0;
}

/*
 * What headers said is left; 0 is a rest until the day ends. The account's
 * numbers are the key's, the model's are the pair's.
 */
static void
fold_limits(struct fold *f, const struct fold_hit *h, const struct attempt *a)
{
	int64_t end = day_start(day_of(a->ts, f->off) + 1, f->off);
	const struct limits *l = &a->limits;

	if (h->key == NULL)
		return;
	if (l->limit != -1)
		h->key->limits.limit = l->limit;
	if (l->left != -1)
		h->key->limits.left = l->left;
	if (l->left == 0)
		fold_rest(h->key, a, V_QUOTA_DAY, end);
	if (h->pair == NULL)
		return;
	if (l->model_limit != -1)
		h->pair->limits.model_limit = l->model_limit;
	if (l->model_left != -1)
		h->pair->limits.model_left = l->model_left;
	if (l->model_left == 0)
		fold_rest(h->pair, a, V_QUOTA_DAY, end);
}

/*
 * Has this key now been called out of credits for many models? One model may
 * cost more than there is; so many mean that the account has none.
 */
static int
fold_out(const struct fold *f, const struct fold_hit *h,
    const struct attempt *a)
{
	const struct fold_ent *e;
	size_t i;
	int n = 0;

	if (a->verdict != V_NO_CREDITS || a->rest != SCOPE_PAIR ||
	    h->pair == NULL || !isnan(h->key->balance) ||
	    fold_broke(h->key, a->ts))
		return 0;
	for (i = 0; i < f->n && n < FOLD_OUT; i++) {
		e = &f->v[i]->e;
		n += e->rest_verdict == V_NO_CREDITS &&
		    e->rest_since > a->ts - FOLD_OUT_TIME &&
		    *e->model != '\0' && fold_same(e->key, h->key->key) &&
		    fold_same(e->upstream, h->key->upstream);
	}
	return n >= FOLD_OUT;
}

/* Who rests by the line's own word; an answer may use a window up. */
static void
fold_rests(const struct fold *f, const struct fold_hit *h,
    const struct attempt *a)
{
	struct fold_ent *who[] = {
		[SCOPE_NONE] = NULL,
		[SCOPE_KEY] = h->key,
		[SCOPE_MODEL] = h->model,
		[SCOPE_PAIR] = h->key != NULL ? h->pair : h->model,
		[SCOPE_UPSTREAM] = h->upstream,
	};

	if (a->rest > SCOPE_NONE && a->rest <= SCOPE_UPSTREAM &&
	    who[a->rest] != NULL)
		fold_rest(who[a->rest], a,
		    a->verdict != V_OK ? a->verdict : V_BURST, a->rest_until);
	if (h->key != NULL && fold_out(f, h, a))
		fold_rest(h->key, a, V_NO_CREDITS, a->rest_until);
}

/*
 * A call of the balance endpoint: about the key alone. A model that needs
 * more than there is of it goes on resting.
 */
static void
fold_balance(struct fold_ent *key, const struct attempt *a)
{
	fold_last(key, a);
	key->balance_ts = a->ts;
	if (isnan(a->balance))
		return;
	key->balance = a->balance;
	key->balance_total = a->balance_total;
	key->balance_frozen = a->balance_frozen;
	/* credits are back, or what the account was refused for is mended */
	if (a->verdict != V_NO_CREDITS &&
	    (key->rest_verdict == V_NO_CREDITS ||
		(key->rest_verdict >= V_BAD_KEY &&
		    key->rest_verdict <= V_UNVERIFIED)))
		fold_lift(key, a);
}

/* Lifts all rests of what the line names: by hand, so whoever set them. */
static void
fold_clear(struct fold *f, const struct attempt *a)
{
	struct fold_name n = fold_name(a->upstream, a->key, a->model, NULL);
	struct fold_ent *e;
	size_t i;

	for (i = 0; i < f->n; i++) {
		e = &f->v[i]->e;
		if ((*n.s[NAME_UPSTREAM] == '\0' ||
			fold_same(n.s[NAME_UPSTREAM], e->upstream)) &&
		    (*n.s[NAME_KEY] == '\0' ||
			fold_same(n.s[NAME_KEY], e->key)) &&
		    (*n.s[NAME_MODEL] == '\0' ||
			fold_same(n.s[NAME_MODEL], e->model))) {
			fold_unrest(e);
			/* none left is a rest by another name */
			if (e->limits.left == 0)
				e->limits.left = -1;
			if (e->limits.model_left == 0)
				e->limits.model_left = -1;
		}
	}
}

/* A request that was sent to a model. 0, or -1 with ENOMEM. */
static int
fold_call(const struct fold_hit *h, const struct attempt *a, int counted)
{
	struct fold_ent *all[] = {
		h->all,
		h->key,
		h->model,
		h->token,
		h->upstream,
		h->pair,
	};
	size_t i, timed = 0;

	/* The first four have latencies. All memory comes before all else. */
	if (counted && a->verdict == V_OK && a->ms >= 0)
		timed = 4;
	for (i = 0; i < timed; i++)
		if (all[i] != NULL && all[i]->latency == NULL &&
		    (all[i]->latency = calloc(FOLD_BUCKETS,
			 sizeof(all[i]->latency[0]))) == NULL)
			return -1;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i] == NULL)
			continue;
		if (counted)
			fold_count(all[i], a);
		fold_last(all[i], a);
		if (i < timed)
			fold_late(all[i], a->ms);
		if (a->verdict == V_OK)
			fold_lift(all[i], a);
	}
	return 0;
}

int
fold_attempt(struct fold *f, const struct attempt *a)
{
	const char *op = a->op != NULL ? a->op : "";
	int counted = strcmp(op, "score") != 0;
	struct fold_hit h;

	if (strcmp(op, "clear") == 0) {
		fold_clear(f, a);
	} else if (fold_hit(f, a, &h) == -1) {
		return -1;
	} else {
		if (strcmp(op, "balance") != 0) {
			if (fold_call(&h, a, counted) == -1)
				return -1;
			if (counted)
				fold_ended(f, a->verdict, fold_calls(a));
			fold_limits(f, &h, a);
		} else if (h.key != NULL)
			fold_balance(h.key, a);
		fold_rests(f, &h, a);
	}
	f->lines++;
	return 0;
}

int
fold_broke(const struct fold_ent *e, int64_t now)
{
	return e != NULL && e->rest_verdict == V_NO_CREDITS &&
	    e->rest_until > now;
}
