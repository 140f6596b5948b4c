/* Errors and lengths. */
#include <string.h>

#include "anthropic.h"
#include "buf.h"
#include "json.h"
#include "splice.h"

enum {
	PER_MESSAGE = 4, /* its role, and where it begins and ends */
	PER_TOOL = 12,
	PER_IMAGE = 1600, /* one of a megapixel; they are not measured */
	NESTING = 16,	  /* deeper parts do not count */
	TWELFTH = 12	  /* tokens are summed up in twelfths */
};

static const struct {
	int status;
	const char *type;
} types[] = { { 401, "authentication_error" }, { 402, "billing_error" },
	{ 403, "permission_error" }, { 404, "not_found_error" },
	{ 413, "request_too_large" }, { 429, "rate_limit_error" },
	{ 503, "overloaded_error" }, { 504, "timeout_error" },
	{ 529, "overloaded_error" } };

const char *
anthropic_type(int status)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].status == status)
			return types[i].type;
	return status < 500 ? "invalid_request_error" : "api_error";
}

int
anthropic_error(struct buf *out, const char *type, const char *message,
    const char *hint, const char *id)
{
	struct json j;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_str(&j, "type", "error");
	json_object(&j, "error");
	json_str(&j, "type", type);
	json_str(&j, "message", message);
	if (hint != NULL && hint[0] != '\0')
		json_str(&j, "hint", hint);
	json_end(&j);
	if (id != NULL)
		json_str(&j, "request_id", id);
	json_end(&j);
	return json_finish(&j);
}

/* ---- lengths ---- */

/* Twelfths of tokens of a JSON text, by the lead bytes of UTF-8. */
static int64_t
weigh(struct splice v)
{
	const unsigned char *p = (const unsigned char *)v.s, *end = p + v.n;
	int64_t sum = 0;

	for (; p < end; p++)
		if (*p < 0x80)
			sum += TWELFTH / 4;
		else if (*p >= 0xe3 && *p <= 0xed) /* U+3000 to U+DFFF */
			sum += TWELFTH * 2 / 3;
		else if (*p >= 0xc0)
			sum += *p < 0xe0 ? TWELFTH * 2 / 3 : TWELFTH;
	return sum;
}

static int64_t weigh_parts(struct splice, int);

/* A part: images and documents by the piece, all else by its texts. */
static int64_t
weigh_part(struct splice v, int depth)
{
	struct splice type, in;

	if (v.s[0] != '{' || splice_find(v, "type", &type) != 1)
		return weigh(v);
	if (splice_eq(type, "image") || splice_eq(type, "document"))
		return (int64_t)PER_IMAGE * TWELFTH;
	if (splice_eq(type, "tool_result"))
		return splice_find(v, "content", &in) == 1 ?
		    weigh_parts(in, depth + 1) :
		    0;
	if (splice_find(v, "text", &in) == 1 ||
	    splice_find(v, "thinking", &in) == 1)
		return weigh(in);
	return weigh(v);
}

/* Content: a string, or parts. */
static int64_t
weigh_parts(struct splice v, int depth)
{
	struct splice_walk w;
	int64_t sum = 0;

	if (v.s[0] != '[' || depth > NESTING)
		return weigh(v);
	splice_begin(&w, v);
	while (splice_next(&w) == 1)
		sum += weigh_part(w.value, depth);
	return sum;
}

/* An array of messages or of tools, so much for each beside what it says. */
static int64_t
weigh_list(struct splice v, int each)
{
	struct splice_walk w;
	struct splice content;
	int64_t sum = 0;

	if (v.s[0] != '[')
		return 0;
	splice_begin(&w, v);
	while (splice_next(&w) == 1) {
		sum += (int64_t)each * TWELFTH;
		if (splice_find(w.value, "content", &content) == 1)
			sum += weigh_parts(content, 0);
		else
			sum += weigh(w.value);
	}
	return sum;
}

int64_t
anthropic_count(const char *text, size_t n)
{
	struct splice v, m;
	int64_t sum = 0;

	if (splice_text(text, n, &v, NULL) == -1 || v.s[0] != '{')
		return -1;
	if (splice_find(v, "system", &m) == 1)
		sum += weigh_parts(m, 0) + PER_MESSAGE * TWELFTH;
	if (splice_find(v, "messages", &m) == 1)
		sum += weigh_list(m, PER_MESSAGE);
	if (splice_find(v, "tools", &m) == 1)
		sum += weigh_list(m, PER_TOOL);
	return (sum + TWELFTH - 1) / TWELFTH;
}
