/* Records of the socket protocol. */
#include <string.h>

#include "record.h"

enum {
	DIGITS_MAX = 12
};

enum record_res
record_next(struct record *r, const char *p, size_t n, size_t *used,
    const char **data, size_t *len)
{
	size_t i = 0;

	while (i < n && !r->ended) {
		if (r->inside && r->left > 0) {
			*data = p + i;
			*len = n - i < r->left ? n - i : (size_t)r->left;
			r->left -= *len;
			r->inside = r->left > 0;
			*used = i + *len;
			return RECORD_DATA;
		}
		if (p[i] == '\n' && r->digits > 0) {
			r->ended = r->left == 0;
			r->inside = 1;
			r->digits = 0;
		} else if (p[i] >= '0' && p[i] <= '9' &&
		    r->digits < DIGITS_MAX) {
			r->left = r->left * 10 + (uint64_t)(p[i] - '0');
			r->digits++;
		} else {
			*used = i;
			return RECORD_BAD;
		}
		i++;
	}
	*used = i;
	return r->ended ? RECORD_END : RECORD_MORE;
}

size_t
record_head(char dst[RECORD_HEAD], size_t n)
{
	char digits[RECORD_HEAD], *p = digits + sizeof(digits);
	size_t len;

	*--p = '\0';
	*--p = '\n';
	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	len = (size_t)(digits + sizeof(digits) - p) - 1;
	memcpy(dst, p, len + 1);
	return len;
}
