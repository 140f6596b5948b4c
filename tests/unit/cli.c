/* Common options, lists, and how a program begins. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"
#include "fault.h"
#include "tap.h"

static const struct {
	const char *list, *words; /* words: joined with | */
} lists[] = {
	{ "", "" },
	{ ",", "" },
	{ " , ,", "" },
	{ "a", "a" },
	{ "a,b", "a|b" },
	{ " a , b ", "a|b" },
	{ "a,,b,", "a|b" },
	{ ",a b,c", "a b|c" },
	{ "Qwen/Qwen3-8B,\tx\t", "Qwen/Qwen3-8B|x" },
};

static void
splitting(void)
{
	char got[100];
	struct cli c;
	size_t i, k;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		memset(&c, 0, sizeof(c));
		got[0] = '\0';
		if (cli_split(&c.models, &c.nmodels, lists[i].list) == -1)
			break;
		for (k = 0; k < c.nmodels; k++) {
			if (k > 0)
				strlcat(got, "|", sizeof(got));
			strlcat(got, c.models[k], sizeof(got));
		}
		ok(strcmp(got, lists[i].words) == 0, "words of '%s'",
		    lists[i].list);
		cli_free(&c);
	}
}

static const struct {
	int ch;
	const char *arg, *text; /* text NULL: taken */
	int64_t want;
} numbers[] = {
	{ 'P', "1", NULL, 1 },
	{ 'P', "1024", NULL, 1024 },
	{ 'P', "0", "-P 0: too small", 0 },
	{ 'P', "1025", "-P 1025: too large", 0 },
	{ 'P', "-1", "-P -1: too small", 0 },
	{ 'P', "", "-P : invalid", 0 },
	{ 'P', "4x", "-P 4x: invalid", 0 },
	{ CLI_TIMEOUT, "30", NULL, 30000 },
	{ CLI_TIMEOUT, "0.5", NULL, 500 },
	{ CLI_TIMEOUT, ".25", NULL, 250 },
	{ CLI_TIMEOUT, "2.", NULL, 2000 },
	{ CLI_TIMEOUT, "0.0001", NULL, 1 },
	{ CLI_TIMEOUT, "1000000000", NULL, 1000000000000 },
	{ CLI_TIMEOUT, "0", "--timeout 0: too small", 0 },
	{ CLI_TIMEOUT, "0.0", "--timeout 0.0: too small", 0 },
	{ CLI_TIMEOUT, "1000000001", "--timeout 1000000001: too large", 0 },
	{ CLI_TIMEOUT, "-1", "--timeout -1: invalid", 0 },
	{ CLI_TIMEOUT, "", "--timeout : invalid", 0 },
	{ CLI_TIMEOUT, ".", "--timeout .: invalid", 0 },
	{ CLI_TIMEOUT, "1.2.3", "--timeout 1.2.3: invalid", 0 },
	{ CLI_TIMEOUT, "1e3", "--timeout 1e3: invalid", 0 },
	{ CLI_TIMEOUT, "inf", "--timeout inf: invalid", 0 },
	{ CLI_TIMEOUT, "nan", "--timeout nan: invalid", 0 },
	{ CLI_TIMEOUT, "0x10", "--timeout 0x10: invalid", 0 },
	{ CLI_TIMEOUT, "5s", "--timeout 5s: invalid", 0 },
	{ CLI_TIMEOUT, " 5", "--timeout  5: invalid", 0 },
};

static void
numbering(void)
{
	struct fault f;
	struct cli c;
	int64_t got;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		memset(&c, 0, sizeof(c));
		rc = cli_opt(&c, numbers[i].ch, numbers[i].arg, &f);
		got = numbers[i].ch == 'P' ? c.parallel : c.timeout;
		if (numbers[i].text == NULL)
			ok(rc == 1 && got == numbers[i].want, "%d '%s'",
			    numbers[i].ch, numbers[i].arg);
		else
			ok(rc == -1 && f.status == EX_USAGE &&
				strcmp(f.text, numbers[i].text) == 0,
			    "%s", numbers[i].text);
	}
}

static void
options(void)
{
	struct cli c = { 0 };
	struct fault f;

	ok(cli_opt(&c, 'k', "K", &f) == 1 && strcmp(c.keys, "K") == 0 &&
		cli_opt(&c, 'O', "F", &f) == 1 && strcmp(c.outfile, "F") == 0 &&
		cli_opt(&c, CLI_CONFIG, "C", &f) == 1 &&
		strcmp(c.config, "C") == 0 &&
		cli_opt(&c, CLI_STATE, "S", &f) == 1 &&
		strcmp(c.state, "S") == 0 &&
		cli_opt(&c, CLI_KEY, "N", &f) == 1 && strcmp(c.key, "N") == 0,
	    "words");
	ok(cli_opt(&c, 'o', "text", &f) == 1 && strcmp(c.output, "text") == 0 &&
		cli_opt(&c, 'j', NULL, &f) == 1 &&
		strcmp(c.output, "json") == 0,
	    "-j is -o json");
	ok(cli_opt(&c, 'q', NULL, &f) == 1 && c.quiet == 1 &&
		cli_opt(&c, 'v', NULL, &f) == 1 &&
		cli_opt(&c, 'v', NULL, &f) == 1 && c.verbose == 2,
	    "-q, -v -v");
	ok(cli_opt(&c, 'm', "a,b", &f) == 1 && cli_opt(&c, 'm', "c", &f) == 1 &&
		c.nmodels == 3 && strcmp(c.models[2], "c") == 0,
	    "-m adds up");
	ok(cli_opt(&c, 'm', ",", &f) == -1 && f.status == EX_USAGE,
	    "-m with no model");
	ok(cli_opt(&c, 'x', NULL, &f) == 0 &&
		cli_opt(&c, CLI_OWN, "", &f) == 0 &&
		cli_opt(&c, 'h', NULL, &f) == 0 &&
		cli_opt(&c, '?', NULL, &f) == 0,
	    "others are not ours");
	ok(cli_opt(&c, CLI_ENV_FILE, "/no/such/file", &f) == -1 &&
		f.status == EX_NOINPUT,
	    "no such --env-file");
	cli_free(&c);
	ok(c.nmodels == 0 && c.models == NULL, "freed");
}

/* What a program that begins without descriptor fd can do with it. */
static int
closed(int fd)
{
	char c;

	close(fd);
	cli_begin();
	if (fcntl(fd, F_GETFD) == -1 || isatty(fd))
		return 1;
	if (read(fd, &c, 1) != -1 || errno != EBADF)
		return 2;
	return write(fd, "x", 1) != -1 || errno != EBADF ? 3 : 0;
}

static int
limited(int unused)
{
	struct rlimit core;

	(void)unused;
	cli_begin();
	if (getrlimit(RLIMIT_CORE, &core) == -1 || core.rlim_cur != 0 ||
	    core.rlim_max != 0)
		return 1;
	return strtod("1.5", NULL) != 1.5;
}

static int
in_child(int (*fn)(int), int arg)
{
	int status;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == 0)
		_exit(fn(arg));
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ?
	    WEXITSTATUS(status) :
	    -1;
}

static void
beginning(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		ok(in_child(closed, fd) == 0, "descriptor %d closed", fd);
	ok(in_child(limited, 0) == 0, "no core file, numbers with a point");
}

static void
colours(void)
{
	int null = open("/dev/null", O_WRONLY), tty = open("/dev/ptmx", O_RDWR);

	if (!ok(null != -1 && tty != -1, "a terminal"))
		return;
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	ok(!cli_colour(null) && cli_colour(tty), "colour on a terminal");
	setenv("NO_COLOR", "", 1);
	ok(cli_colour(tty), "an empty NO_COLOR says nothing");
	setenv("NO_COLOR", "1", 1);
	ok(!cli_colour(tty), "NO_COLOR");
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	ok(!cli_colour(tty), "a dumb terminal");
	unsetenv("TERM");
	ok(!cli_colour(tty), "a terminal unknown");
	close(tty);
	close(null);
}

int
main(void)
{
	splitting();
	numbering();
	options();
	beginning();
	colours();
	return done();
}
