/* Members of JSON objects into C, by tables; what is wrong, by its place. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "member.h"

void
member_place(struct member_in *in, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(in->at, sizeof(in->at), fmt, ap);
	va_end(ap);
}

int
member_bad(struct member_in *in, const char *key, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (key == NULL)
		key = "";
	return fault_set(in->f, EX_CONFIG, "%s: %s%s%s%s%s", in->path, in->at,
	    *in->at != '\0' && *key != '\0' ? "." : "", key,
	    *in->at != '\0' || *key != '\0' ? ": " : "", why);
}

int
member_nomem(struct member_in *in)
{
	return fault_set(in->f, EX_OSERR, "%s: %s", in->path, strerror(errno));
}

int
member_wrong(struct member_in *in, const char *key, const char *want, jv v)
{
	static const char *const kinds[] = { [JV_KIND_INVALID] = "nothing",
		[JV_KIND_NULL] = "null",
		[JV_KIND_FALSE] = "false",
		[JV_KIND_TRUE] = "true",
		[JV_KIND_NUMBER] = "a number",
		[JV_KIND_STRING] = "a string",
		[JV_KIND_ARRAY] = "an array",
		[JV_KIND_OBJECT] = "an object" };

	return member_bad(in, key, "want %s, got %s", want,
	    kinds[jv_get_kind(v)]);
}

/* A member that we do not know is said, while there is room for it. */
static int
unknown(struct member_in *in, const char *key)
{
	char name[128];

	if (in->warn == NULL)
		return 0;
	fault_clean(name, sizeof(name), key, strlen(key));
	if (buf_addf(in->warn, "%s: %s%s%s: unknown, ignored\n", in->path,
		in->at, *in->at != '\0' ? "." : "", name) == -1 &&
	    errno != EFBIG)
		return member_nomem(in);
	return 0;
}

int
member_string(struct member_in *in, const char *key, jv v, char **out)
{
	const char *s;
	size_t i, n;
	char *copy;

	if (jv_get_kind(v) != JV_KIND_STRING)
		return member_wrong(in, key, "a string", v);
	s = jv_string_value(v);
	n = (size_t)jv_string_length_bytes(jv_copy(v));
	if (n == 0)
		return member_bad(in, key, "want a string that is not empty");
	if (n > MEMBER_STRING_MAX)
		return member_bad(in, key, "want at most %d bytes",
		    MEMBER_STRING_MAX);
	for (i = 0; i < n; i++)
		if (iscntrl((unsigned char)s[i]))
			return member_bad(in, key, "has control characters");
	if ((copy = strdup(s)) == NULL)
		return member_nomem(in);
	free(*out);
	*out = copy;
	return 0;
}

static int
get_integer(struct member_in *in, const struct member *m, jv v, int *out)
{
	char want[64];
	double d;

	if (m->max == INT_MAX)
		snprintf(want, sizeof(want), "%d or more", m->min);
	else
		snprintf(want, sizeof(want), "%d to %d", m->min, m->max);
	if (jv_get_kind(v) != JV_KIND_NUMBER)
		return member_wrong(in, m->name, want, v);
	d = jv_number_value(v);
	if (!(d >= m->min && d <= m->max) || d != floor(d))
		return member_bad(in, m->name, "want %s, got %g", want, d);
	*out = (int)d;
	return 0;
}

static int
get_amount(struct member_in *in, const char *key, jv v, double *out)
{
	double d;

	if (jv_get_kind(v) != JV_KIND_NUMBER)
		return member_wrong(in, key, "a number, 0 or more", v);
	d = jv_number_value(v);
	if (!(d >= 0 && isfinite(d)))
		return member_bad(in, key, "want 0 or more, got %g", d);
	*out = d;
	return 0;
}

/* Seconds, perhaps with a fraction, as milliseconds. */
static int
get_seconds(struct member_in *in, const char *key, jv v, int *out)
{
	double d;

	if (jv_get_kind(v) != JV_KIND_NUMBER)
		return member_wrong(in, key, "seconds, more than 0", v);
	d = jv_number_value(v);
	if (!(d >= 0.001 && d <= 86400))
		return member_bad(in, key,
		    "want 0.001 to 86400 seconds, got %g", d);
	*out = (int)(d * 1000 + 0.5);
	return 0;
}

/* "+08:00" as seconds east of UTC. */
static int
get_offset(struct member_in *in, const char *key, jv v, int *out)
{
	const char *s = jv_get_kind(v) == JV_KIND_STRING ? jv_string_value(v) :
							   "";
	int hours, minutes;

	if (strlen(s) != 6 || (*s != '+' && *s != '-') || s[3] != ':' ||
	    strspn(s + 1, "0123456789") != 2 ||
	    strspn(s + 4, "0123456789") != 2)
		return member_bad(in, key, "want an offset like \"+08:00\"");
	hours = (s[1] - '0') * 10 + s[2] - '0';
	minutes = (s[4] - '0') * 10 + s[5] - '0';
	if (hours > 14 || minutes > 59)
		return member_bad(in, key, "want -14:59 to +14:59, got %s", s);
	*out = (hours * 60 + minutes) * (*s == '-' ? -60 : 60);
	return 0;
}

static int
get_api(struct member_in *in, const char *key, jv v, int *out)
{
	const char *s = jv_get_kind(v) == JV_KIND_STRING ? jv_string_value(v) :
							   "";

	if (strcmp(s, "ollama") != 0 && strcmp(s, "openai") != 0)
		return member_bad(in, key, "want \"ollama\" or \"openai\"");
	*out = strcmp(s, "openai") == 0;
	return 0;
}

static int
get_truth(struct member_in *in, const char *key, jv v, int *out)
{
	if (jv_get_kind(v) != JV_KIND_TRUE && jv_get_kind(v) != JV_KIND_FALSE)
		return member_wrong(in, key, "true or false", v);
	*out = jv_get_kind(v) == JV_KIND_TRUE;
	return 0;
}

/* Goes one place down, and comes back if all is well there. */
static int
get_object(struct member_in *in, const struct member *m, jv v, void *base)
{
	size_t n = strlen(in->at);
	int rc;

	if (jv_get_kind(v) != JV_KIND_OBJECT)
		return member_wrong(in, m->name, "an object", v);
	snprintf(in->at + n, sizeof(in->at) - n, "%s%s", n > 0 ? "." : "",
	    m->name);
	if ((rc = member_fill(in, v, m->sub, base)) == 0)
		in->at[n] = '\0';
	return rc;
}

static int
get(struct member_in *in, const struct member *m, void *base, jv v)
{
	void *p = (char *)base + m->at;

	switch (m->kind) {
	case MEMBER_STRING:
		return member_string(in, m->name, v, p);
	case MEMBER_TRUTH:
		return get_truth(in, m->name, v, p);
	case MEMBER_INTEGER:
		return get_integer(in, m, v, p);
	case MEMBER_AMOUNT:
		return get_amount(in, m->name, v, p);
	case MEMBER_SECONDS:
		return get_seconds(in, m->name, v, p);
	case MEMBER_OFFSET:
		return get_offset(in, m->name, v, p);
	case MEMBER_API:
		return get_api(in, m->name, v, p);
	case MEMBER_OBJECT:
		return get_object(in, m, v, p);
	case MEMBER_LATER:
		break;
	}
	return 0;
}

int
member_fill(struct member_in *in, jv o, const struct member *members,
    void *base)
{
	const struct member *m;
	int rc = 0;

	jv_object_foreach (o, k, v) {
		for (m = members; m->name != NULL; m++)
			if (strcmp(m->name, jv_string_value(k)) == 0)
				break;
		rc = m->name != NULL ? get(in, m, base, v) :
				       unknown(in, jv_string_value(k));
		jv_free(k);
		jv_free(v);
		if (rc == -1)
			break;
	}
	return rc;
}

int
member_section(struct member_in *in, jv o, const char *key, jv_kind kind,
    int (*fn)(void *, jv), void *arg)
{
	jv v = jv_object_get(jv_copy(o), jv_string(key));
	int rc = 0;

	if (jv_is_valid(v) && jv_get_kind(v) != kind)
		rc = member_wrong(in, key,
		    kind == JV_KIND_ARRAY ? "an array" : "an object", v);
	else if (jv_is_valid(v))
		rc = fn(arg, v);
	jv_free(v);
	return rc;
}
