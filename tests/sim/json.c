/* Finds members in JSON text; tolerant, since a test may send anything. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static const char *
skip_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/* Past the closing quote of the string at ${p}, or the end. */
static const char *
skip_string(const char *p, const char *end)
{
	const char *q;

	for (p++; (q = memchr(p, '"', (size_t)(end - p))) != NULL; p = q + 1) {
		const char *s = q;

		while (s > p && s[-1] == '\\')
			s--;
		if ((q - s) % 2 == 0)
			return q + 1;
	}
	return end;
}

static const char *
skip_value(const char *p, const char *end)
{
	size_t depth = 0;

	while (p < end) {
		switch (*p) {
		case '"':
			p = skip_string(p, end);
			break;
		case '{':
		case '[':
			depth++;
			p++;
			break;
		case '}':
		case ']':
			if (depth == 0)
				return p;
			depth--;
			p++;
			break;
		case ',':
			if (depth == 0)
				return p;
			p++;
			continue;
		default:
			p++;
			continue;
		}
		if (depth == 0)
			return p;
	}
	return end;
}

bool
json_open(struct json_iter *it, struct span doc)
{
	it->p = it->end = NULL;
	if (doc.n == 0)
		return false;
	it->end = doc.p + doc.n;
	it->p = skip_space(doc.p, it->end);
	if (it->p == it->end || (*it->p != '{' && *it->p != '['))
		return false;
	it->object = *it->p++ == '{';
	return true;
}

bool
json_next(struct json_iter *it)
{
	const char *from;

	it->key = (struct span){ "", 0 };
	it->p = skip_space(it->p, it->end);
	if (it->p < it->end && *it->p == ',')
		it->p = skip_space(it->p + 1, it->end);
	if (it->p == it->end || *it->p == '}' || *it->p == ']')
		return false;
	if (it->object) {
		if (*it->p != '"')
			return false;
		from = it->p;
		it->p = skip_string(it->p, it->end);
		if (it->p - from < 2)
			return false;
		it->key = (struct span){ from + 1, (size_t)(it->p - from) - 2 };
		it->p = skip_space(it->p, it->end);
		if (it->p == it->end || *it->p++ != ':')
			return false;
		it->p = skip_space(it->p, it->end);
	}
	from = it->p;
	it->p = skip_value(it->p, it->end);
	it->val = (struct span){ from, (size_t)(it->p - from) };
	while (it->val.n > 0 && strchr(" \t\r\n", from[it->val.n - 1]) != NULL)
		it->val.n--;
	return it->val.n > 0;
}

struct span
json_get(struct span doc, const char *name)
{
	struct json_iter it;

	if (json_open(&it, doc))
		while (json_next(&it))
			if (span_is(it.key, name))
				return it.val;
	return (struct span){ "", 0 };
}

struct span
json_inside(struct span val)
{
	if (val.n < 2 || val.p[0] != '"')
		return (struct span){ "", 0 };
	return (struct span){ val.p + 1, val.n - 2 };
}

double
json_num(struct span val, double otherwise)
{
	char text[40], *end;
	double n;

	span_copy(text, sizeof(text), val);
	n = strtod(text, &end);
	return end == text || *end != '\0' ? otherwise : n;
}
