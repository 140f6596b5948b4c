/* Valid UTF-8: no overlong forms, surrogates, or values past U+10FFFF. */
#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>

/* The length of the valid sequence that s[0..n) begins with, or 0. */
size_t utf8_len(const char *s, size_t n);

/* How many bytes of s[0..n), from the first on, are valid. */
size_t utf8_span(const char *s, size_t n);

#endif
