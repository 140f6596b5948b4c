/*
 * The options that mean the same in every program, and what every program
 * does first and last.
 */
#ifndef CLI_H
#define CLI_H

#include <getopt.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct fault;

/* For the short option string of a program, and its table of long ones. */
#define CLI_SHORT "hVk:m:o:jO:P:qv"
/* clang-format off */
#define CLI_LONG \
	{ "help", no_argument, NULL, 'h' }, \
	{ "version", no_argument, NULL, 'V' }, \
	{ "keys", required_argument, NULL, 'k' }, \
	{ "model", required_argument, NULL, 'm' }, \
	{ "output", required_argument, NULL, 'o' }, \
	{ "parallel", required_argument, NULL, 'P' }, \
	{ "quiet", no_argument, NULL, 'q' }, \
	{ "verbose", no_argument, NULL, 'v' }, \
	{ "config", required_argument, NULL, CLI_CONFIG }, \
	{ "state", required_argument, NULL, CLI_STATE }, \
	{ "key", required_argument, NULL, CLI_KEY }, \
	{ "timeout", required_argument, NULL, CLI_TIMEOUT }, \
	{ "env-file", required_argument, NULL, CLI_ENV_FILE }
/* clang-format on */

enum {
	CLI_CONFIG = 256,
	CLI_STATE,
	CLI_KEY,
	CLI_TIMEOUT,
	CLI_ENV_FILE,
	CLI_OWN /* a program's own long options start here */
};

struct cli {
	const char *config, *state, *keys, *key;
	const char *output;  /* -o; NULL: not given */
	const char *outfile; /* -O; NULL: stdout */
	char **models;	     /* -m, split at commas */
	size_t nmodels;
	int parallel; /* -P, 0: not given */
	int quiet, verbose;
	int64_t timeout; /* ms, 0: not given */
};

/*
 * First in main: descriptors 0 to 2 are taken (one that was closed fails to
 * read and write with EBADF), no core file, not dumpable, libjq's
 * out-of-memory handler, the character set of the environment.
 */
void cli_begin(void);

/*
 * Many connections at once need as many descriptors: raises their limit as
 * far as we may, and says what it is then.
 */
int64_t cli_files(void);

/*
 * For a program that stays: the same, and what it needed once is given back to
 * the system.
 */
void cli_serves(void);

/*
 * Takes option ch of getopt_long() with its argument, if it is one of the
 * common ones. 1: taken, 0: not ours, -1: *f says what is wrong with it.
 * -h and -V are the program's; --env-file is applied at once.
 */
int cli_opt(struct cli *c, int ch, const char *arg, struct fault *f);
void cli_free(struct cli *c);

/* Prints "PROG VERSION". */
void cli_version(const char *prog);

/*
 * The words of a list at commas: an allocated array of allocated words is
 * extended. Blanks around words and empty words are dropped. 0 or -1 with
 * ENOMEM.
 */
int cli_split(char ***v, size_t *n, const char *list);

/*
 * Will a line on stderr be taken at once? For those who serve others: whoever
 * reads it may have stopped, and nothing is to wait for that.
 */
int cli_heard(void);

/* Is fd a terminal on which colour is welcome (NO_COLOR, TERM=dumb)? */
int cli_colour(int fd);

#endif
