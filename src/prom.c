/* Prometheus text format: escaping, and unknown values left out. */
#include <math.h>

#include "buf.h"
#include "json.h"
#include "prom.h"

/* In help texts a quote stays as it is. */
static int
escaped(struct buf *out, const char *s, int quoted)
{
	int rc = 0;

	for (; rc == 0 && *s != '\0'; s++)
		if (*s == '\n')
			rc = buf_adds(out, "\\n");
		else if (*s == '\\' || (quoted && *s == '"'))
			rc = buf_addf(out, "\\%c", *s);
		else
			rc = buf_addc(out, *s);
	return rc;
}

int
prom_family(struct buf *out, const char *name, const char *type,
    const char *help)
{
	if (buf_addf(out, "# HELP %s ", name) == -1 ||
	    escaped(out, help, 0) == -1)
		return -1;
	return buf_addf(out, "\n# TYPE %s %s\n", name, type);
}

int
prom_sample(struct buf *out, const char *name, const struct prom_label *labels,
    double value)
{
	const char *before = "{";
	struct json j;

	if (isnan(value))
		return 0;
	if (buf_adds(out, name) == -1)
		return -1;
	for (; labels != NULL && labels->name != NULL; labels++) {
		if (buf_addf(out, "%s%s=\"", before, labels->name) == -1 ||
		    escaped(out, labels->value, 1) == -1 ||
		    buf_addc(out, '"') == -1)
			return -1;
		before = ",";
	}
	if (buf_adds(out, *before == ',' ? "} " : " ") == -1)
		return -1;
	if (isinf(value))
		return buf_adds(out, value > 0 ? "+Inf\n" : "-Inf\n");
	json_begin(&j, out);
	json_num(&j, NULL, value);
	if (json_finish(&j) == -1)
		return -1;
	return buf_addc(out, '\n');
}
