/* The options that mean the same in every program, and how each begins. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"
#include "envfile.h"
#include "fault.h"
#include "json.h"

enum {
	CLI_PARALLEL = 1024,	 /* at most, for -P */
	CLI_NAME = 1024,	 /* bytes of a model's name, as in requests */
	CLI_LARGE = 1024 * 1024, /* bytes that are mapped, and unmapped */
	CLI_SECONDS = 1000000000 /* at most, for --timeout */
};

#if defined(__SANITIZE_ADDRESS__)
#define CLI_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CLI_SANITIZED 1
#endif
#endif

/*
 * A descriptor closed by our caller must not become a socket that messages
 * are then written to. What takes its place can be neither read nor
 * written, so that the program finds out when it tries.
 */
static void
cli_descriptors(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
			open("/", O_PATH);
}

void
cli_begin(void)
{
	const struct rlimit none = { 0, 0 };

	cli_descriptors();
	setrlimit(RLIMIT_CORE, &none);
#if !defined(CLI_SANITIZED) /* the leak check must trace us */
	prctl(PR_SET_DUMPABLE, 0);
#endif
	setlocale(LC_CTYPE, ""); /* not LC_NUMERIC: 1.5 stays 1.5 */
	json_nomem();
}

int
cli_heard(void)
{
	struct pollfd p = { STDERR_FILENO, POLLOUT, 0 };

	return poll(&p, 1, 0) == 1 && p.revents & POLLOUT;
}

int64_t
cli_files(void)
{
	struct rlimit n;

	if (getrlimit(RLIMIT_NOFILE, &n) == -1)
		return INT64_MAX;
	if (n.rlim_cur < n.rlim_max) {
		n.rlim_cur = n.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &n) == -1 &&
		    getrlimit(RLIMIT_NOFILE, &n) == -1)
			return INT64_MAX;
	}
	return n.rlim_cur < INT64_MAX ? (int64_t)n.rlim_cur : INT64_MAX;
}

/*
 * glibc would learn from the first large body to keep as much for itself. What
 * is less it may keep, lest it ask for it time and again.
 */
void
cli_serves(void)
{
	(void)cli_files();
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, CLI_LARGE);
	mallopt(M_TRIM_THRESHOLD, 2 * CLI_LARGE);
#endif
}

static int
cli_parallel(struct cli *c, const char *arg, struct fault *f)
{
	const char *why;

	c->parallel = (int)strtonum(arg, 1, CLI_PARALLEL, &why);
	if (why != NULL)
		return fault_set(f, EX_USAGE, "-P %s: %s", arg, why);
	return 1;
}

/* Seconds, perhaps with a fraction; the words are those of strtonum(). */
static int
cli_timeout(struct cli *c, const char *arg, struct fault *f)
{
	const char *why = NULL;
	char *end;
	double s = strtod(arg, &end);

	/* strtod() alone would take signs, exponents, hex, "inf". */
	if (end == arg || end[0] != '\0' ||
	    arg[strspn(arg, "0123456789.")] != '\0')
		why = "invalid";
	else if (s <= 0)
		why = "too small";
	else if (s > CLI_SECONDS)
		why = "too large";
	if (why != NULL)
		return fault_set(f, EX_USAGE, "--timeout %s: %s", arg, why);
	c->timeout = (int64_t)(s * 1000 + 0.5);
	if (c->timeout == 0)
		c->timeout = 1;
	return 1;
}

static int
cli_models(struct cli *c, const char *arg, struct fault *f)
{
	size_t before = c->nmodels;

	if (cli_split(&c->models, &c->nmodels, arg) == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	if (c->nmodels == before)
		return fault_set(f, EX_USAGE, "-m: no model named");
	for (; before < c->nmodels; before++)
		if (strlen(c->models[before]) > CLI_NAME)
			return fault_set(f, EX_USAGE,
			    "-m: a model's name is longer than %d bytes",
			    CLI_NAME);
	return 1;
}

int
cli_opt(struct cli *c, int ch, const char *arg, struct fault *f)
{
	switch (ch) {
	case 'k':
		c->keys = arg;
		break;
	case 'm':
		return cli_models(c, arg, f);
	case 'o':
		c->output = arg;
		break;
	case 'j':
		c->output = "json";
		break;
	case 'O':
		c->outfile = arg;
		break;
	case 'P':
		return cli_parallel(c, arg, f);
	case 'q':
		c->quiet = 1;
		break;
	case 'v':
		c->verbose++;
		break;
	case CLI_CONFIG:
		c->config = arg;
		break;
	case CLI_STATE:
		c->state = arg;
		break;
	case CLI_KEY:
		c->key = arg;
		break;
	case CLI_TIMEOUT:
		return cli_timeout(c, arg, f);
	case CLI_ENV_FILE:
		return envfile_load(arg, f) == -1 ? -1 : 1;
	default:
		return 0;
	}
	return 1;
}

void
cli_free(struct cli *c)
{
	size_t i;

	for (i = 0; i < c->nmodels; i++)
		free(c->models[i]);
	free(c->models);
	c->models = NULL;
	c->nmodels = 0;
}

void
cli_version(const char *prog)
{
	printf("%s %s\n", prog, VERSION);
}

int
cli_split(char ***v, size_t *n, const char *list)
{
	static const char blank[] = " \t\r\n";
	size_t len;
	char **more;

	for (;; list += len) {
		list += strspn(list, " \t\r\n,");
		if ((len = strcspn(list, ",")) == 0)
			return 0;
		while (strchr(blank, list[len - 1]) != NULL)
			len--;
		if ((more = reallocarray(*v, *n + 1, sizeof(**v))) == NULL)
			return -1;
		*v = more;
		if ((more[*n] = strndup(list, len)) == NULL)
			return -1;
		++*n;
	}
}

int
cli_colour(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return (no == NULL || *no == '\0') && term != NULL &&
	    strcmp(term, "dumb") != 0 && isatty(fd);
}
