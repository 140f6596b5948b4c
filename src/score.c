/*
 * The built-in scorer. The rules, each with its reason, are in ms-route(1).
 */
#include <string.h>
#include <strings.h>

#include "lexicon.h"
#include "score.h"
#include "task.h"

enum {
	WINDOW = 2048,	/* read of the head, and of the tail */
	OPENING = 80,	/* bytes in which the task is usually named */
	ZONE = 160,	/* bytes of a line that leads in or closes */
	FENCE = 6,	/* weight of a block of code */
	SURE = 4,	/* less than this says nothing */
	LEAD = 4,	/* what the first task named has over others */
	MANY = 3,	/* facets or items that make a list */
	CHATTY = 12,	/* units; a greeting is no longer than this */
	PARAGRAPH = 28, /* units; a phrase is shorter */
	PAGE = 220,
	NEAR = 24 /* bytes from "score" to its number */
};

struct found {
	const char *s; /* the lower-case window */
	size_t n;
	size_t intro;	       /* end of words that lead in */
	size_t last;	       /* where its last line begins */
	int zone[2][TASK_MAX]; /* weights in these two */
	int early[TASK_MAX];   /* weights in the opening */
	int late[TASK_MAX];    /* and elsewhere */
	int words[TASK_MAX];   /* how many */
	int first;	       /* kind of the first word */
	int demands;
	int facets;	   /* of enumerations */
	int items;	   /* of a list */
	int units;	   /* so many English words */
	unsigned unclosed; /* quotation marks left open */
};

static const int base[TASK_MAX] = { [TASK_UNKNOWN] = 2,
	[TASK_GREETING] = 1,
	[TASK_LOOKUP] = 2,
	[TASK_TRANSLATION] = 2,
	[TASK_EXTRACTION] = 4,
	[TASK_EXPLANATION] = 4,
	[TASK_SUMMARY] = 4,
	[TASK_WRITING] = 4,
	[TASK_CODE] = 6,
	[TASK_ANALYSIS] = 6,
	[TASK_MATHS] = 8,
	[TASK_DESIGN] = 8 };

static int
alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Of the character that begins with c. */
static size_t
width(char c)
{
	unsigned char u = (unsigned char)c;

	return u < 0xc0 ? 1 : u < 0xe0 ? 2 : u < 0xf0 ? 3 : 4;
}

static int
starts(const struct found *f, size_t i, const char *w)
{
	size_t n = strlen(w);

	return f->n - i >= n && memcmp(f->s + i, w, n) == 0;
}

/*
 * Where the quotation that opens at i ends, or i: what is quoted is what the
 * task is about, not the task. A text that is one quotation is the task (but
 * a block of code is code).
 */
static size_t
quoted(struct found *f, size_t i)
{
	static const char *const pair[][2] = { { "\"", "\"" }, { "“", "”" },
		{ "《", "》" }, { "```", "```" } };
	const char *end;
	size_t k, n;

	for (k = 0; k < sizeof(pair) / sizeof(pair[0]); k++) {
		if (f->s[i] != pair[k][0][0] || !starts(f, i, pair[k][0]))
			continue;
		n = strlen(pair[k][0]);
		end = f->unclosed & 1u << k ?
		    NULL :
		    memmem(f->s + i + n, f->n - i - n, pair[k][1],
			strlen(pair[k][1]));
		if (end == NULL) {
			f->unclosed |= 1u << k;
			return i;
		}
		n = (size_t)(end - f->s) + strlen(pair[k][1]);
		return i == 0 && n == f->n && *pair[k][0] != '`' ? i : n;
	}
	return i;
}

static void
add(struct found *f, size_t i, int kind, int weight)
{
	f->words[kind]++;
	if (f->first == TASK_UNKNOWN && weight >= SURE)
		f->first = kind;
	if (i < f->intro)
		f->zone[0][kind] += weight;
	if (f->last > 0 && i >= f->last && f->n - f->last < ZONE)
		f->zone[1][kind] += weight;
	if (i < OPENING || (i >= f->last && f->n - i < ZONE))
		f->early[kind] += weight;
	else
		f->late[kind] += weight;
}

/* Does a comma or the like stand at i? */
static int
separator(const struct found *f, size_t i)
{
	switch ((unsigned char)f->s[i]) {
	case ',':
	case ';':
		return 1;
	case 0xe3:
		return starts(f, i, "、");
	case 0xef:
		return starts(f, i, "，") || starts(f, i, "；");
	default:
		return 0;
	}
}

/* Behind the word, quotation or character at i, which is counted. */
static size_t
step(struct found *f, size_t i)
{
	const struct lexicon_word *w;
	size_t end, len;

	if ((end = quoted(f, i)) != i) {
		if (f->s[i] == '`')
			add(f, i, TASK_CODE, FENCE);
		return end;
	}
	f->facets += separator(f, i);
	if ((w = lexicon_find(f->s, i, f->n, &len)) == NULL)
		return i + width(f->s[i]);
	if (w->kind == LEXICON_DEMAND)
		f->demands++;
	else
		add(f, i, w->kind, w->weight);
	return i + len;
}

static void
search(struct found *f)
{
	size_t i = 0;

	while (i < f->n) {
		i = step(f, i);
		/* A word begins where no other goes on. */
		if (i <= f->n && alnum(f->s[i - 1]))
			while (i < f->n && alnum(f->s[i]))
				i++;
		while (i < f->n && f->s[i] == ' ')
			i++;
	}
}

/* Where a lead-in ends ("Summarize this:", or the first line), or 0. */
static size_t
lead_in(const struct found *f)
{
	size_t i;

	for (i = 0; i < f->n && i < ZONE; i++)
		if (f->s[i] == '\n' || f->s[i] == ':' || starts(f, i, "："))
			return i;
	return 0;
}

/* Length and layout, of quotations too. */
static void
measure(struct found *f)
{
	size_t i;
	unsigned char c;
	int word = 0, cjk = 0;

	for (i = 0; i < f->n; i++) {
		c = (unsigned char)f->s[i];
		if (c == '\n' && i + 1 < f->n) {
			f->last = i + 1;
			f->items += strchr("-*1234567890", f->s[i + 1]) != NULL;
		}
		cjk += c >= 0xe3 && c <= 0xe9;
		f->units += c > ' ' && c < 0x80 && !word;
		word = c > ' ' && c < 0x80;
	}
	f->units += cjk * 2 / 3;
	f->intro = lead_in(f);
}

static int
weight(const struct found *f, int kind)
{
	return 2 * f->early[kind] + f->late[kind] +
	    (kind == f->first ? LEAD : 0);
}

/*
 * Does the line that leads in or closes want something done with material
 * ("summarize the report below:")? What the material is about is then of no
 * account.
 */
static int
with_material(const struct found *f)
{
	static const int gentle[] = { TASK_TRANSLATION, TASK_EXTRACTION,
		TASK_SUMMARY, TASK_WRITING };
	size_t i;
	int z;

	for (z = 0; z < 2; z++) {
		const int *w = f->zone[z];

		if (w[TASK_CODE] + w[TASK_ANALYSIS] + w[TASK_MATHS] +
			w[TASK_DESIGN] >
		    1)
			continue;
		for (i = 0; i < sizeof(gentle) / sizeof(gentle[0]); i++)
			if (w[gentle[i]] >= SURE)
				return gentle[i];
	}
	return TASK_UNKNOWN;
}

/* The strongest kind; of equals the harder. */
static int
choose(const struct found *f)
{
	int best = TASK_UNKNOWN, k, w, most = SURE - 1;

	if (f->units > CHATTY && (best = with_material(f)) != TASK_UNKNOWN)
		return best;
	for (k = TASK_LOOKUP; k < TASK_MAX; k++)
		if ((w = weight(f, k)) >= most && w >= SURE) {
			most = w;
			best = k;
		}
	/* One word of it does not make a system: "design a logo". */
	if (best == TASK_DESIGN && f->words[TASK_DESIGN] < 2 &&
	    f->facets < MANY && f->units < PARAGRAPH)
		best = TASK_WRITING;
	if (f->units <= CHATTY && weight(f, TASK_GREETING) >= most)
		best = TASK_GREETING;
	return best;
}

/* Without any word that says what is wanted, length is all there is. */
static int
by_length(int units)
{
	return units < 7 ? 2 : units < 60 ? 4 : units < PAGE ? 5 : 6;
}

static int
adjust(const struct found *f, int kind)
{
	int n = base[kind],
	    more = f->demands + (f->items >= MANY) + (f->facets >= 2 * MANY);

	switch (kind) {
	case TASK_GREETING:
		return n;
	case TASK_LOOKUP:
	case TASK_TRANSLATION:
		return n + (f->units > CHATTY) + (f->units > PARAGRAPH);
	case TASK_MATHS:
	case TASK_DESIGN:
		return n + (more >= 1) + (more >= 3 || f->units > 120);
	case TASK_UNKNOWN:
		return by_length(f->units);
	case TASK_EXTRACTION:
	case TASK_SUMMARY:
		return n + (f->units > PAGE);
	default:
		return n + (more >= 2 || f->units > PAGE);
	}
}

/* The head and the tail of a text, in lower case. */
static size_t
window(char *dst, const char *text, size_t n)
{
	size_t i, m = 0;

	for (i = 0; i < n; i++) {
		if (i == WINDOW && n > 2 * WINDOW) {
			dst[m++] = '\n';
			i = n - WINDOW;
		}
		dst[m++] = text[i] >= 'A' && text[i] <= 'Z' ?
		    (char)(text[i] + ('a' - 'A')) :
		    text[i];
	}
	return m;
}

int
score(const char *text, size_t n, int *task)
{
	char s[2 * WINDOW + 2];
	struct found f;

	memset(&f, 0, sizeof(f));
	f.s = s;
	f.n = window(s, text, n);
	measure(&f);
	search(&f);
	if (n > 2 * WINDOW)
		f.units = (int)(n / 6 < 100000 ? n / 6 : 100000);
	*task = choose(&f);
	return adjust(&f, *task);
}

int
score_tier(int n)
{
	return n <= 3 ? 4 : n <= 5 ? 3 : n <= 7 ? 2 : 1;
}

/* Does a number follow one of the words that a score goes by? */
static int
names_score(const char *s, size_t n)
{
	static const char *const words[] = { "score", "rating", "difficulty",
		"complexity", "评分", "打分", "得分", "分数", "难度",
		"复杂度" };
	size_t k, len, end;

	for (k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
		len = strlen(words[k]);
		if (n <= len || strncasecmp(s, words[k], len) != 0)
			continue;
		end = n - len < NEAR ? n : len + NEAR;
		for (; len < end && s[len] != '\n'; len++)
			if (s[len] >= '0' && s[len] <= '9')
				return 1;
	}
	return 0;
}

int
score_named(const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i == 2 * WINDOW && n - i > 2 * WINDOW)
			i = n - 2 * WINDOW;
		if (strchr("sSrRdDcC", text[i]) != NULL ||
		    (unsigned char)text[i] >= 0xe0)
			if (names_score(text + i, n - i))
				return 1;
	}
	return 0;
}
