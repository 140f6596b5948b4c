/*
 * What others say of a request must not repeat it: their words go into
 * messages and logs, where no prompt and no answer belongs. Pure.
 */
#ifndef ECHO_H
#define ECHO_H

#include <stddef.h>

/*
 * Puts "..." in s, a printable text, for each piece of it that stands in what
 * is asked, too: in a string of messages, prompt, input, system or
 * instructions of the request json[0..n). A piece has 16 bytes or more, or
 * is all of a string of 4 or more. Without memory nothing of s is left.
 */
void echo_hide(char *s, const char *json, size_t n);

#endif
