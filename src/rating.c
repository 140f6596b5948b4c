/*
 * The words exchanged with a local model that scores. The schema leaves it
 * nothing to say but a kind and a number, so nothing of a prompt comes back.
 */
#include <math.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "rating.h"
#include "score.h"
#include "splice.h"
#include "task.h"

enum {
	HEAD = 3000, /* bytes kept of a long text: with the */
	TAIL = 1500, /* template well within 4096 tokens */
	TOKENS = 64, /* {"kind": ..., "score": ...} takes 20 */
	PROMPT_MAX = 128 * 1024,
	VALUE_MAX = 64 * 1024
};

/* Is c a byte inside a UTF-8 sequence, where no cut may be made? */
static int
inside(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static int
add_text(struct buf *out, const char *text, size_t n)
{
	size_t head = HEAD, tail = n - TAIL;

	if (n <= HEAD + TAIL)
		return buf_add(out, text, n);
	while (head > 0 && inside(text[head]))
		head--;
	while (tail < n && inside(text[tail]))
		tail++;
	if (buf_add(out, text, head) == -1 || buf_adds(out, "\n[...]\n") == -1)
		return -1;
	return buf_add(out, text + tail, n - tail);
}

/* The template with its two words replaced; what is put in is not searched. */
static int
add_prompt(struct buf *out, const struct rating_ask *a, const char *text,
    size_t n)
{
	const char *p = a->prompt, *end = p + a->nprompt, *at;
	int r = 0;

	while (r == 0 && (at = memchr(p, '@', (size_t)(end - p))) != NULL) {
		r = buf_add(out, p, (size_t)(at - p));
		p = at + 6;
		if (r == -1)
			break;
		if (end - at >= 6 && memcmp(at, "@MARK@", 6) == 0)
			r = buf_adds(out, a->mark);
		else if (end - at >= 6 && memcmp(at, "@TEXT@", 6) == 0)
			r = add_text(out, text, n);
		else {
			r = buf_addc(out, '@');
			p = at + 1;
		}
	}
	return r == -1 ? -1 : buf_add(out, p, (size_t)(end - p));
}

static void
put_schema(struct json *j, const char *key)
{
	int i;

	json_object(j, key);
	json_str(j, "type", "object");
	json_object(j, "properties");
	json_object(j, "kind");
	json_str(j, "type", "string");
	json_array(j, "enum");
	for (i = TASK_UNKNOWN + 1; i < TASK_MAX; i++)
		json_str(j, NULL, task_name(i));
	json_end(j);
	json_end(j);
	json_object(j, "score");
	json_str(j, "type", "integer");
	json_int(j, "minimum", SCORE_MIN);
	json_int(j, "maximum", SCORE_MAX);
	json_end(j);
	json_end(j);
	json_array(j, "required");
	json_str(j, NULL, "kind");
	json_str(j, NULL, "score");
	json_end(j);
	json_bool(j, "additionalProperties", 0);
	json_end(j);
}

static void
put_ollama(struct json *j, const char *prompt, size_t n)
{
	json_strn(j, "prompt", prompt, n);
	json_bool(j, "think", 0);
	put_schema(j, "format");
	json_object(j, "options");
	json_int(j, "temperature", 0);
	json_int(j, "seed", 1);
	json_int(j, "num_predict", TOKENS);
	json_end(j);
}

static void
put_openai(struct json *j, const char *prompt, size_t n)
{
	json_array(j, "messages");
	json_object(j, NULL);
	json_str(j, "role", "user");
	json_strn(j, "content", prompt, n);
	json_end(j);
	json_end(j);
	json_int(j, "temperature", 0);
	json_int(j, "seed", 1);
	json_int(j, "max_tokens", TOKENS);
	json_object(j, "response_format");
	json_str(j, "type", "json_schema");
	json_object(j, "json_schema");
	json_str(j, "name", "score");
	json_bool(j, "strict", 1);
	put_schema(j, "schema");
	json_end(j);
	json_end(j);
}

/* The members that all requests have, around those of put (or none). */
static int
put(struct buf *out, const struct rating_ask *a,
    void (*members)(struct json *, const char *, size_t), const char *prompt,
    size_t n)
{
	struct json j;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_str(&j, "model", a->model);
	if (members != NULL)
		members(&j, prompt, n);
	json_bool(&j, "stream", 0);
	if (!a->openai)
		json_str(&j, "keep_alive", "30m");
	json_end(&j);
	return json_finish(&j);
}

int
rating_request(struct buf *out, const struct rating_ask *a, const char *text,
    size_t n)
{
	struct buf p;
	int r = -1;

	buf_init(&p, PROMPT_MAX);
	if (add_prompt(&p, a, text, n) == 0)
		r = put(out, a, a->openai ? put_openai : put_ollama, p.d,
		    p.len);
	buf_free(&p);
	return r;
}

int
rating_preload(struct buf *out, const struct rating_ask *a)
{
	if (a->openai)
		return put(out, a, put_openai, "Reply with {}.", 14);
	return put(out, a, NULL, NULL, 0);
}

/* A number, or a string that is one: rounded, and in range. */
static int
read_score(struct splice v, int *score)
{
	struct splice w;
	double d;

	if (v.n >= 2 && v.s[0] == '"') {
		v.s++;
		v.n -= 2;
	}
	if (splice_text(v.s, v.n, &w, NULL) == -1 || splice_num(w, &d) == -1 ||
	    !(d >= SCORE_MIN && d <= SCORE_MAX))
		return -1;
	*score = (int)lround(d);
	return 0;
}

/* The first object in the model's words that has a good score. */
static int
read_words(const char *s, size_t n, int *score, int *kind)
{
	static const char thought[] = "</think>";
	const char *end = s + n, *p;
	struct splice v, w;

	while ((p = memmem(s, (size_t)(end - s), thought,
		    sizeof(thought) - 1)) != NULL)
		s = p + sizeof(thought) - 1;
	for (p = s; (p = memchr(p, '{', (size_t)(end - p))) != NULL; p++) {
		n = splice_first(p, (size_t)(end - p), &v);
		if (n == 0 || n == (size_t)-1 ||
		    splice_find(v, "score", &w) != 1)
			continue;
		if (read_score(w, score) == -1)
			return -1;
		*kind = TASK_UNKNOWN;
		if (splice_find(v, "kind", &w) == 1 && w.n > 2)
			*kind = task_named(w.s + 1, w.n - 2);
		return 0;
	}
	return -1;
}

/* choices[0].message.content */
static int
find_content(struct splice v, struct splice *content)
{
	struct splice_walk w;

	if (splice_find(v, "choices", &v) != 1 || v.s[0] != '[')
		return 0;
	splice_begin(&w, v);
	if (splice_next(&w) != 1 || w.value.s[0] != '{')
		return 0;
	return splice_path(w.value, content, "message", "content",
	    (const char *)NULL);
}

int
rating_reply(int openai, const char *body, size_t n, int *score, int *kind)
{
	struct splice v, said;
	struct buf words;
	int r = -1;

	if (splice_text(body, n, &v, NULL) == -1 || v.s[0] != '{')
		return -1;
	if ((openai ? find_content(v, &said) :
		      splice_find(v, "response", &said)) != 1)
		return -1;
	buf_init(&words, VALUE_MAX);
	if (splice_str(said, &words) == 0)
		r = read_words(words.d, words.len, score, kind);
	buf_free(&words);
	return r;
}
