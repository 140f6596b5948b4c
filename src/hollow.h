/*
 * Is there an answer in a success? The service sends 200s without one, and
 * 200s whose answer was used up by reasoning. Pure.
 */
#ifndef HOLLOW_H
#define HOLLOW_H

#include <stddef.h>

struct splice;

enum hollow {
	HOLLOW_NO,	 /* text, tool calls, data: an answer */
	HOLLOW_REASONED, /* reasoning used up max_tokens */
	HOLLOW_YES
};

/*
 * Judges the body, a JSON object, of any API that is passed through: chat,
 * completions, messages, responses, embeddings, images, tasks, models. With an
 * error in it, it is no answer.
 */
enum hollow hollow_judge(struct splice body);

/*
 * The first byte of a value, which tells its kind; 0 for one that says
 * nothing: absent, null, false, 0, "", [], {}.
 */
char hollow_kind(struct splice v);

/* Is there nothing but white space in s[0..n)? */
int hollow_blank(const char *s, size_t n);

#endif
