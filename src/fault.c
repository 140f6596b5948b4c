/* Errors in words: printable, one line, of bounded length. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <vis.h>

#include "fault.h"
#include "utf8.h"

/*
 * Formats into dst by way of a copy, since the arguments may point into dst.
 * The copy is longer than dst, lest a character be cut where it ends.
 */
__attribute__((format(printf, 3, 0))) static void
fault_format(char *dst, size_t dsize, const char *fmt, va_list ap)
{
	char raw[sizeof(((struct fault *)NULL)->text) + 4];

	if (vsnprintf(raw, sizeof(raw), fmt, ap) < 0)
		raw[0] = '\0';
	fault_clean(dst, dsize, raw, strlen(raw));
}

int
fault_set(struct fault *f, int status, const char *fmt, ...)
{
	va_list ap;

	if (f == NULL)
		return -1;
	va_start(ap, fmt);
	fault_format(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	f->status = status;
	f->hint[0] = '\0';
	return -1;
}

int
fault_hint(struct fault *f, const char *fmt, ...)
{
	va_list ap;

	if (f == NULL)
		return -1;
	va_start(ap, fmt);
	fault_format(f->hint, sizeof(f->hint), fmt, ap);
	va_end(ap);
	return -1;
}

/*
 * How many bytes at s can be shown as they are: 0 for a control character,
 * among them those of C1, which terminals obey in UTF-8 too.
 */
static size_t
fault_plain(const char *s, size_t n)
{
	unsigned char c = (unsigned char)*s;

	if (c < 0x80)
		return c >= 0x20 && c != 0x7f;
	if (c == 0xc2 && n > 1 && (unsigned char)s[1] < 0xa0)
		return 0;
	return utf8_len(s, n);
}

/*
 * The backslash stays as it is: a text may pass here more than once, part
 * by part and as a whole.
 */
void
fault_clean(char *dst, size_t dsize, const char *s, size_t n)
{
	char one[2] = "", seen[8];
	size_t i, len, out = 0;

	if (dsize == 0)
		return;
	for (i = 0; i < n;) {
		const char *p = s + i;

		if ((len = fault_plain(p, n - i)) > 0) {
			i += len;
		} else if ((one[0] = s[i++]) == '\0') {
			p = "\\0";
			len = 2;
		} else {
			strnvis(seen, one, sizeof(seen),
			    VIS_CSTYLE | VIS_NL | VIS_TAB | VIS_NOLOCALE);
			p = seen;
			len = strlen(seen);
		}
		if (len >= dsize - out)
			break;
		memcpy(dst + out, p, len);
		out += len;
	}
	dst[out] = '\0';
}
