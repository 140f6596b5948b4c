/*
 * The gateway's own tokens: the file's lines, their SHA-256 (the front knows
 * no more), who presented one, and how many calls each has left today.
 */
#ifndef TOKENS_H
#define TOKENS_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct http_str;
struct tokens;

enum {
	TOKENS_HASH = 65
}; /* hex digits of SHA-256, and a NUL */

struct token {
	char *name;
	char hash[TOKENS_HASH];
	int64_t limit; /* calls a day, -1: any number */
	int64_t used;  /* today, those in flight included */
	int admin;
	int weak; /* short enough to be guessed; of what was just parsed */
	int inflight;
	int held; /* by those who found it */
	int gone; /* no longer in the file */
	struct token *next;
};

/*
 * Parses lines "NAME TOKEN [N/day] [admin]", with '#' comments, CRLF
 * tolerated; from names the text in messages. NULL with *f: EX_DATAERR and
 * the line's number, never its bytes.
 */
struct tokens *tokens_parse(const char *text, size_t n, const char *from,
    struct fault *f);

/* A single token without limits, of $MS_TOKEN: "NAME" is "default". */
struct tokens *tokens_one(const char *secret, struct fault *f);

/* None; for tokens_put(). NULL with errno. */
struct tokens *tokens_new(void);
void tokens_free(struct tokens *t);

/* The first; go on with ->next. Some may be gone. */
struct token *tokens_first(struct tokens *t);

/*
 * The day of which they have used what they have used: any number that grows
 * from day to day, 0 at first. On a later one none has used any but what is
 * in flight.
 */
int64_t tokens_day(const struct tokens *t);
void tokens_set_day(struct tokens *t, int64_t day);

/*
 * Takes one in by its name: a new one, or the old one changed. 0, or -1 with
 * ENOMEM.
 */
int tokens_put(struct tokens *t, const struct token *tok);

/*
 * Puts a new list (borrowed) in the place of the old one. Of what each has
 * used on the same day the greater number is kept. 0, or -1 with ENOMEM.
 */
int tokens_exchange(struct tokens *t, struct tokens *from);

/*
 * The token that secret says, compared with each in constant time; NULL if
 * it is none. It stays, whatever list comes, until tokens_release().
 */
struct token *tokens_find(struct tokens *t, const struct http_str *secret);
void tokens_release(struct token *tok);

/*
 * Begins a call: 0, or -1 if today's number is reached. today is as
 * for tokens_set_day(). tokens_end() ends it; it counts if it was one.
 */
int tokens_begin(struct tokens *t, struct token *tok, int64_t today);
void tokens_end(struct token *tok, int counts);

#endif
