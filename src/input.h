/*
 * What the user asks: the words, stdin, or both.
 */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>

struct buf;
struct fault;

enum input_kind {
	INPUT_PROMPT, /* plain text */
	INPUT_REQUEST /* a JSON object with messages or prompt */
};

struct input {
	char *const *words;
	size_t nwords;
	int no_stdin;
	const char *base64; /* in place of words and stdin, or NULL */
};

/*
 * Reads the input into text. Words are joined by spaces; a word "-" is taken
 * out and makes stdin be read. With words stdin is read only if it is a pipe
 * or a regular file, and follows behind an empty line. *utf8 is 0 if a prompt
 * is not UTF-8. 0, or -1 with *f: EX_USAGE, EX_DATAERR (empty, a broken or
 * a second JSON object, bad base64), EX_IOERR.
 */
int input_read(const struct input *in, struct buf *text, enum input_kind *kind,
    int *utf8, struct fault *f);

/*
 * What is text[0..n), when it stands alone? 0, or -1 with *f: EX_DATAERR, as
 * above. Pure.
 */
int input_kind(const char *text, size_t n, enum input_kind *kind,
    struct fault *f);

#endif
