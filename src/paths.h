/*
 * Where things lie: the state folder, the user's configuration folder, the
 * files that are shipped.
 */
#ifndef PATHS_H
#define PATHS_H

struct fault;

/*
 * The state folder: opt if not NULL, else $MS_STATE, $STATE_DIRECTORY (its
 * first), $XDG_STATE_HOME/ms, ~/.local/state/ms. Allocated; NULL with *f:
 * EX_CONFIG (no home is known), EX_OSERR.
 */
char *paths_state(const char *opt, struct fault *f);

/*
 * $XDG_CONFIG_HOME/ms/NAME or ~/.config/ms/NAME. Allocated; NULL with errno
 * (ENOENT: no home is known).
 */
char *paths_config(const char *name);

/*
 * A shipped file share/ms/NAME, beside the folder that the program lies in
 * (bin/../share/ms, which serves both a build tree and an installation),
 * else of the compiled-in PREFIX. Allocated; NULL with errno.
 */
char *paths_share(const char *name);

/* The folder that this program lies in, to run its sisters. Allocated. */
char *paths_bin(void);

/* Creates a folder and its parents, those new 0700. 0 or -1 with errno. */
int paths_mkdir(const char *dir);

#endif
