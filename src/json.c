/* The JSON writer, and helpers around jq's values. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "json.h"
#include "utf8.h"

/* Bits of json.level. */
enum {
	JSON_MEMBER = 1,
	JSON_ARRAY = 2
};

/* Up to 2^53 every integer is a double. */
#define JSON_EXACT 9007199254740992.0

void
json_begin(struct json *j, struct buf *out)
{
	memset(j, 0, sizeof(*j));
	j->out = out;
}

static void
json_put(struct json *j, const char *s, size_t n)
{
	if (j->err == 0 && buf_add(j->out, s, n) == -1)
		j->err = errno;
}

static void
json_quoted(struct json *j, const char *s, size_t n)
{
	if (j->err == 0 && json_quote(j->out, s, n) == -1)
		j->err = errno;
}

/* What comes before a value: a comma, a name. */
static void
json_lead(struct json *j, const char *key)
{
	if (j->level[j->depth] & JSON_MEMBER)
		json_put(j, ",", 1);
	j->level[j->depth] |= JSON_MEMBER;
	if (key != NULL) {
		json_quoted(j, key, strlen(key));
		json_put(j, ":", 1);
	}
}

static void
json_open(struct json *j, const char *key, const char *c, unsigned char level)
{
	json_lead(j, key);
	json_put(j, c, 1);
	if (j->depth + 1 == JSON_LEVELS) {
		j->err = EOVERFLOW;
		return;
	}
	j->level[++j->depth] = level;
}

void
json_object(struct json *j, const char *key)
{
	json_open(j, key, "{", 0);
}

void
json_array(struct json *j, const char *key)
{
	json_open(j, key, "[", JSON_ARRAY);
}

void
json_end(struct json *j)
{
	if (j->err != 0)
		return;
	if (j->depth == 0) {
		j->err = EINVAL;
		return;
	}
	json_put(j, j->level[j->depth--] & JSON_ARRAY ? "]" : "}", 1);
}

void
json_raw(struct json *j, const char *key, const char *s, size_t n)
{
	json_lead(j, key);
	json_put(j, s, n);
}

void
json_null(struct json *j, const char *key)
{
	json_raw(j, key, "null", 4);
}

void
json_bool(struct json *j, const char *key, int v)
{
	json_raw(j, key, v ? "true" : "false", v ? 4 : 5);
}

void
json_int(struct json *j, const char *key, int64_t v)
{
	uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
	char text[24], *p = text + sizeof(text);

	do
		*--p = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (v < 0)
		*--p = '-';
	json_raw(j, key, p, (size_t)(text + sizeof(text) - p));
}

void
json_known(struct json *j, const char *key, int64_t v)
{
	if (v == -1)
		json_null(j, key);
	else
		json_int(j, key, v);
}

void
json_num(struct json *j, const char *key, double v)
{
	char text[32];
	int digits, n = 0;

	if (!isfinite(v)) {
		json_null(j, key);
		return;
	}
	if (fabs(v) <= JSON_EXACT && v == (double)(int64_t)v)
		n = snprintf(text, sizeof(text), "%.0f", v);
	for (digits = 15; n == 0 || strtod(text, NULL) != v; digits++)
		n = snprintf(text, sizeof(text), "%.*g", digits, v);
	json_raw(j, key, text, (size_t)n);
}

void
json_str(struct json *j, const char *key, const char *s)
{
	if (s == NULL)
		json_null(j, key);
	else
		json_strn(j, key, s, strlen(s));
}

void
json_strn(struct json *j, const char *key, const char *s, size_t n)
{
	json_lead(j, key);
	json_quoted(j, s, n);
}

int
json_finish(struct json *j)
{
	if (j->err == 0 && j->depth != 0)
		j->err = EINVAL;
	if (j->err == 0)
		return 0;
	errno = j->err;
	return -1;
}

/* How many bytes at s may stand in a JSON string as they are. */
static size_t
json_plain(const char *s, size_t n)
{
	size_t i = 0, len;

	for (;;) {
		while (i < n && (signed char)s[i] >= ' ' && s[i] != '"' &&
		    s[i] != '\\')
			i++;
		if (i == n || (unsigned char)s[i] < 0x80 ||
		    (len = utf8_len(s + i, n - i)) == 0)
			return i;
		i += len;
	}
}

static int
json_escape(struct buf *out, unsigned char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *p;

	if (c >= 0x80)
		return buf_add(out, "\xef\xbf\xbd", 3); /* U+FFFD */
	if (c != '\0' && (p = strchr(from, c)) != NULL)
		return buf_addf(out, "\\%c", to[p - from]);
	return buf_addf(out, "\\u%04x", c);
}

/* All of it may stand as it is, and there is room. */
static void
json_quote_plain(struct buf *out, const char *s, size_t n)
{
	char *p = out->d + out->len;

	*p++ = '"';
	if (n > 0)
		memcpy(p, s, n);
	p[n] = '"';
	p[n + 1] = '\0';
	out->len += n + 2;
}

int
json_quote(struct buf *out, const char *s, size_t n)
{
	size_t i, len = json_plain(s, n), start = out->len;

	if (n > SIZE_MAX / 2 || buf_room(out, n + 2) == -1)
		return -1;
	if (len == n) {
		json_quote_plain(out, s, n);
		return 0;
	}
	buf_addc(out, '"');
	for (i = 0; i < n; i += len) {
		if ((len = json_plain(s + i, n - i)) > 0) {
			if (buf_add(out, s + i, len) == -1)
				goto err;
		} else {
			if (json_escape(out, (unsigned char)s[i]) == -1)
				goto err;
			len = 1;
		}
	}
	if (buf_addc(out, '"') == -1)
		goto err;
	return 0;
err:
	buf_cut(out, start);
	return -1;
}

jv
json_parse(const char *s, size_t n)
{
	jv_parser *p;
	jv v, more;

	if (n > INT_MAX)
		return jv_invalid_with_msg(jv_string("too long"));
	p = jv_parser_new(0);
	jv_parser_set_buf(p, s, (int)n, 0);
	v = jv_parser_next(p);
	if (jv_is_valid(v)) {
		more = jv_parser_next(p);
		if (jv_is_valid(more) || jv_invalid_has_msg(jv_copy(more))) {
			jv_free(v);
			v = jv_invalid_with_msg(
			    jv_string("more than one value"));
		}
		jv_free(more);
	} else if (!jv_invalid_has_msg(jv_copy(v))) {
		jv_free(v);
		v = jv_invalid_with_msg(jv_string("empty"));
	}
	jv_parser_free(p);
	return v;
}

/* The one place that cannot return: libjq would go on, or abort. */
static void
json_no_memory(void *unused)
{
	static const char text[] = "out of memory\n";
	ssize_t n;

	(void)unused;
	n = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)n; /* there is nobody else to tell */
	_exit(EX_OSERR);
}

void
json_nomem(void)
{
	jv_nomem_handler(json_no_memory, NULL);
}

/* Member key of obj, borrowed, if it has this kind; else an invalid value. */
static jv
json_get(jv obj, const char *key, jv_kind kind)
{
	jv v;

	if (jv_get_kind(obj) != JV_KIND_OBJECT)
		return jv_invalid();
	v = jv_object_get(jv_copy(obj), jv_string(key));
	if (jv_get_kind(v) == kind)
		return v;
	jv_free(v);
	return jv_invalid();
}

const char *
json_get_str(jv obj, const char *key, const char *dflt)
{
	jv v = json_get(obj, key, JV_KIND_STRING);

	if (jv_is_valid(v))
		dflt = jv_string_value(v);
	jv_free(v); /* obj still holds it */
	return dflt;
}

double
json_get_num(jv obj, const char *key, double dflt)
{
	jv v = json_get(obj, key, JV_KIND_NUMBER);

	if (jv_is_valid(v))
		dflt = jv_number_value(v);
	jv_free(v);
	return dflt;
}

int
json_get_bool(jv obj, const char *key, int dflt)
{
	jv v = json_get(obj, key, JV_KIND_TRUE);

	if (!jv_is_valid(v)) {
		v = json_get(obj, key, JV_KIND_FALSE);
		if (jv_is_valid(v))
			dflt = 0;
	} else {
		dflt = 1;
	}
	jv_free(v);
	return dflt;
}
