/* RFC 4180. Each field brings its comma, the last of which becomes CRLF. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "buf.h"
#include "csv.h"
#include "json.h"

/*
 * The bytes at s of a control character, which no field may hold and a
 * terminal would obey, else 0. Line ends and tabs are none.
 */
static size_t
control(const char *s)
{
	unsigned char c = (unsigned char)s[0], next = (unsigned char)s[1];

	if (c == 0xc2 && next >= 0x80 && next < 0xa0)
		return 2;
	return (c < ' ' && strchr("\t\r\n", c) == NULL) || c == 0x7f;
}

int
csv_str(struct buf *out, const char *s)
{
	int quoted;
	size_t n;

	if (s == NULL)
		s = "";
	quoted = strpbrk(s, ",\"\r\n") != NULL;
	if (quoted && buf_addc(out, '"') == -1)
		return -1;
	for (; *s != '\0'; s += n > 0 ? n : 1) {
		n = control(s);
		if ((*s == '"' && buf_addc(out, '"') == -1) ||
		    buf_addc(out, n > 0 ? '?' : *s) == -1)
			return -1;
	}
	return buf_adds(out, quoted ? "\"," : ",");
}

int
csv_known(struct buf *out, int64_t v)
{
	return v == -1 ? buf_addc(out, ',') : buf_addf(out, "%" PRId64 ",", v);
}

int
csv_num(struct buf *out, double v)
{
	struct json j;

	if (!isnan(v)) {
		json_begin(&j, out);
		json_num(&j, NULL, v);
		if (json_finish(&j) == -1)
			return -1;
	}
	return buf_addc(out, ',');
}

int
csv_end(struct buf *out)
{
	buf_cut(out, out->len - 1);
	return buf_adds(out, "\r\n");
}
