/* RFC 4180. Each field brings its comma, the last of which becomes CRLF. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "buf.h"
#include "csv.h"
#include "json.h"

int
csv_str(struct buf *out, const char *s)
{
	if (s == NULL)
		s = "";
	if (strpbrk(s, ",\"\r\n") == NULL)
		return buf_addf(out, "%s,", s);
	if (buf_addc(out, '"') == -1)
		return -1;
	for (; *s != '\0'; s++)
		if ((*s == '"' && buf_addc(out, '"') == -1) ||
		    buf_addc(out, *s) == -1)
			return -1;
	return buf_adds(out, "\",");
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
