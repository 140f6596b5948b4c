/*
 * One day of the ledger: usage/DATE.jsonl, followed into a fold, appended
 * to, and limits/DATE.jsonl, the checkpoint of how far that has got.
 */
#ifndef DAYFILE_H
#define DAYFILE_H

#include <stddef.h>
#include <stdint.h>

struct dayfile;
struct fold;

/* A day in the ledger's folder dir. Opens nothing. NULL with ENOMEM. */
struct dayfile *dayfile_new(const char *dir, int64_t day, int off);
void dayfile_free(struct dayfile *d);

/*
 * What dayfile_read() goes on from: the checkpoint, if there is one that
 * fits the file (1; 0: no, -1: ENOMEM); or a fold of this day, which is d's
 * from then on, and the start of the file.
 */
int dayfile_load(struct dayfile *d);
void dayfile_begin(struct dayfile *d, struct fold *f);

/*
 * Folds what was appended since. 0; 1: the file is another or shorter than
 * it was, begin again; -1 with errno. A file that is not there is empty.
 */
int dayfile_read(struct dayfile *d);

/* Folds a line (without LF) that is in no file. 0, or -1 with ENOMEM. */
int dayfile_line(struct dayfile *d, const char *line, size_t n);

/* Does the name lead to another file by now, or to none? */
int dayfile_moved(const struct dayfile *d);

/*
 * Appends text[1..n), a line with its LF, in one write(2); text[0] is an LF
 * that goes before it if the file does not end in one. Creates the file.
 * It is folded if all before it is. 0, or -1 with errno, ENOSPC for a part
 * written; ESTALE: as 1 of dayfile_read().
 */
int dayfile_append(struct dayfile *d, const char *text, size_t n);

/* Bytes folded since the last checkpoint. */
int64_t dayfile_behind(const struct dayfile *d);

/* Writes a checkpoint. 0, or -1 with errno. */
int dayfile_save(struct dayfile *d);

/* The fold: borrowed, and handed over with d freed. */
struct fold *dayfile_fold(const struct dayfile *d);
struct fold *dayfile_take(struct dayfile *d);

/* The path of the file. Borrowed. */
const char *dayfile_path(const struct dayfile *d);

#endif
