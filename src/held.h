/*
 * The texts of the configuration and the keys that passed the check, held by
 * the supervisor for the processes that it starts later: what becomes of the
 * files in the meantime does not matter to them.
 */
#ifndef HELD_H
#define HELD_H

struct buf;
struct spawn;

enum {
	HELD_PATH = 64
};

/* All zero: nothing is held. */
struct held {
	int fds[2];   /* files that are nowhere */
	char *env[3]; /* says where they are; NULL-ended */
};

/* Variables by which a process knows that it is to read such a text. */
#define HELD_CONFIG "MS_CONFIG_HELD"
#define HELD_KEYS "MS_KEYS_HELD"

/*
 * Holds both texts, called by these names, in the place of what it held. 0,
 * or -1 with errno: what it held stays.
 */
int held_take(struct held *h, const struct buf *conf, const char *conf_name,
    const struct buf *keys, const char *keys_name);
void held_clear(struct held *h);

/* Moves what from holds, if anything, to h. */
void held_move(struct held *h, struct held *from);

/* Lets a process to be started read them. */
void held_lend(const struct held *h, struct spawn *s);

/*
 * In that process: the path of the text of that variable, and how it is
 * called (borrowed). 0, or -1: none is held.
 */
int held_path(const char *var, char path[HELD_PATH], const char **name);

#endif
