/*
 * The keys: where they are found, the file's lines, and how a key is called
 * without being shown. keys_parse() is pure.
 */
#ifndef KEYS_H
#define KEYS_H

#include <stddef.h>

struct buf;
struct conf;
struct fault;

enum {
	KEYS_ID = 9,
	KEYS_SHOWN = 16
};

struct key {
	char *secret;
	char *name;		/* or NULL */
	char *upstreams;	/* names split by commas, or NULL: modelscope */
	char id[KEYS_ID];	/* 8 hex digits of SHA-256: the ledger's */
	char shown[KEYS_SHOWN]; /* "ms-1a2b…9f0e", never more of it */
};

struct keys {
	struct key *v;
	size_t n;
	char *from; /* where they were found, for people */
};

/*
 * Parses the lines of a keys file: "KEY", "NAME KEY", "NAME KEY UPSTREAM",
 * '#' comments, CRLF. from names it in messages. Duplicates are dropped, with
 * a line in notes (may be NULL; what does not fit is left out). Returns the
 * keys (keys_free()), n being 0 if none is in it; NULL with *f set: EX_DATAERR
 * and the line's number, never its bytes (a key has white space, control or
 * non-ASCII bytes, or is over 512 bytes; a name has the form of a key; more
 * than three fields; a third that names no upstream; more than 10000 keys),
 * EX_OSERR.
 */
struct keys *keys_parse(const char *text, size_t n, const char *from,
    struct fault *f, struct buf *notes);

/*
 * Finds and reads the keys: file ("-" is stdin), if not NULL, else those held
 * for us (held.h), else the first
 * that is set or there of $MS_KEYS_FILE, $CREDENTIALS_DIRECTORY/ms-keys,
 * $MODELSCOPE_API_KEY, $XDG_CONFIG_HOME/ms/keys. A regular file of ours that
 * others can read is EX_CONFIG, with the chmod to type; one that is not ours
 * or under /run/secrets or $CREDENTIALS_DIRECTORY is only a note. None found:
 * n is 0 and f->hint says where to get one; not an error. A named file that
 * cannot be opened is EX_NOINPUT.
 */
struct keys *keys_load(const char *file, struct fault *f, struct buf *notes);

/* Appends the key as a line of a file. 0, or -1 with errno. */
int keys_write(const struct key *k, struct buf *out);

/* Overwrites the secrets and frees. */
void keys_free(struct keys *k);

/* The name, or the masked form. Borrowed. */
const char *keys_label(const struct key *k);

/*
 * Keeps the keys of this name, label or ledger id. 0, or -1 with EX_CONFIG
 * if there is none such.
 */
int keys_only(struct keys *k, const char *name, struct fault *f);

/* May key k be used at the upstream of this name? */
int keys_at(const struct key *k, const char *upstream);

/*
 * A line in notes for the first key that is for an upstream which is not in
 * the configuration.
 */
void keys_check(const struct keys *k, const struct conf *c, struct buf *notes);

/* Fills id (KEYS_ID) and shown (KEYS_SHOWN) for a secret. */
void keys_id(const char *secret, char *id);
void keys_mask(const char *secret, char *shown);

/*
 * Replaces every occurrence in s[0..n) of any of the keys by its masked
 * form of the same length or less, and takes away what of a key the text may
 * end with, being cut; for text of others that may quote one. Returns the new
 * length.
 */
size_t keys_scrub(const struct keys *k, char *s, size_t n);

#endif
