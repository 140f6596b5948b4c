/*
 * JSON: a writer with one sticky error, for what we print; and a few
 * helpers around jq's jv values, for what only we look at. Texts that are
 * relayed go through neither (see splice.h).
 */
#ifndef JSON_H
#define JSON_H

#include <jv.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* ---- the writer ---- */

enum {
	JSON_LEVELS = 32
}; /* deeper nesting is an error */

struct json {
	struct buf *out; /* borrowed */
	int err;	 /* an errno once anything failed */
	int depth;
	unsigned char level[JSON_LEVELS]; /* flags per depth */
};

/* Begins to append one compact value to out (borrowed). */
void json_begin(struct json *j, struct buf *out);

/*
 * Each writes one value; key is its member name inside an object and NULL
 * inside an array or at the top. Errors stick; nothing is returned.
 */
void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
void json_end(struct json *j); /* ends the innermost */
void json_null(struct json *j, const char *key);
void json_bool(struct json *j, const char *key, int v);
void json_int(struct json *j, const char *key, int64_t v);
/* -1 is written as null: for counts of which nothing is known. */
void json_known(struct json *j, const char *key, int64_t v);
/* In 15 to 17 digits, as few as read back as v; not finite: null. */
void json_num(struct json *j, const char *key, double v);
/* s NULL is written as null. Invalid UTF-8 becomes U+FFFD. */
void json_str(struct json *j, const char *key, const char *s);
void json_strn(struct json *j, const char *key, const char *s, size_t n);
/* n bytes that are JSON already, as they are. */
void json_raw(struct json *j, const char *key, const char *s, size_t n);

/* 0 if all that was written is in out and balanced, else -1 with errno. */
int json_finish(struct json *j);

/* Appends s[0..n) as a quoted JSON string. 0, or -1 with errno. */
int json_quote(struct buf *out, const char *s, size_t n);

/* ---- helpers over jv ---- */

/*
 * Parses exactly one JSON text. An invalid jv with a message that quotes
 * nothing of the input, if it is not that (empty input too).
 */
jv json_parse(const char *s, size_t n);

/* Calls jv_nomem_handler() so that out of memory exits with EX_OSERR. */
void json_nomem(void);

/*
 * Look at member key of obj, which is borrowed: the string (valid while obj
 * is), the number, the truth, or the given default where the member is
 * absent or of another type, or obj is not an object.
 */
const char *json_get_str(jv obj, const char *key, const char *dflt);
double json_get_num(jv obj, const char *key, double dflt);
int json_get_bool(jv obj, const char *key, int dflt);

#endif
