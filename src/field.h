/*
 * Structures as JSON objects and back, by tables: the ledger's lines, the
 * members of a reply. What is read is walked once and nothing is allocated
 * but in the scratch given. Pure.
 */
#ifndef FIELD_H
#define FIELD_H

#include <stddef.h>

struct buf;
struct field;
struct json;
struct splice;

enum field_kind {
	FIELD_STR,    /* const char *; NULL: not known */
	FIELD_INT,    /* int, 0 or more */
	FIELD_I64,    /* int64_t, 0 or more */
	FIELD_NUM,    /* double; NaN: not known */
	FIELD_TRUTH,  /* int: 0, 1 */
	FIELD_TIME,   /* int64_t of ms, as RFC 3339 */
	FIELD_WORD,   /* int, as one of words */
	FIELD_OBJECT, /* a structure inside, by the table sub */
	FIELD_RAW     /* struct splice; not written */
};

/* The words of an enumeration. */
struct field_words {
	const char *(*word)(int v); /* NULL: none, not written */
	int (*named)(const char *s, size_t n);
};

/* The table of a structure inside. */
struct field_sub {
	const struct field *table;
};

struct field {
	const char *name;
	enum field_kind kind;
	size_t at;  /* offset in the structure */
	int none;   /* numbers: not known */
	size_t max; /* strings: cut there */
	const struct field_words *words;
	const struct field_sub *sub;
};

/* A row of a table; it ends with a row that has no name. */
#define FIELD(structure, member, text, ...) \
	{ \
		.name = (text), .at = offsetof(struct structure, member), \
		__VA_ARGS__ \
	}
#define FIELD_END \
	{ \
		.name = NULL \
	}

/*
 * Writes the members of base that are known into the object that j is in;
 * off is the offset for times.
 */
void field_write(const struct field *table, const void *base, int off,
    struct json *j);

/*
 * Fills base from the object v; members that are not there or null are left
 * as they are, unknown ones passed over, of equal names the last one counts.
 * Strings are NUL-ended in scratch (NULL if the table has none) and valid
 * until it changes. 0, or -1: not an object, malformed, a value of another
 * kind or out of range, or scratch cannot hold v.n bytes more.
 */
int field_read(const struct field *table, void *base, struct splice v,
    struct buf *scratch);

#endif
