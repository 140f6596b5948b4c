/*
 * ms-serve: an OpenAI-compatible HTTP gateway that runs the other programs.
 * This process supervises; run under another name it is the front.
 */
#include <sys/resource.h>

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "bounds.h"
#include "buf.h"
#include "cidr.h"
#include "cli.h"
#include "fault.h"
#include "front.h"
#include "held.h"
#include "origin.h"
#include "paths.h"
#include "port.h"
#include "setup.h"
#include "site.h"
#include "supervise.h"

enum {
	PORTS_MAX = 8,
	WORKERS_MAX = 64,
	SPARE_FDS = 64, /* besides two a connection */
	WARN_MAX = 64 * 1024,
	OPTIONS_MAX = 48
};

enum {
	OPT_TOKENS = CLI_OWN,
	OPT_HOST,
	OPT_CORS,
	OPT_WORKERS,
	OPT_NO_AUTH,
	OPT_PROXY,
	OPT_LOG,
	OPT_BOUND /* the first of bounds_table */
};

static const struct option fixed[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "listen", required_argument, NULL, 'l' },
	{ "keys", required_argument, NULL, 'k' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "config", required_argument, NULL, CLI_CONFIG },
	{ "state", required_argument, NULL, CLI_STATE },
	{ "key", required_argument, NULL, CLI_KEY },
	{ "env-file", required_argument, NULL, CLI_ENV_FILE },
	{ "tokens", required_argument, NULL, OPT_TOKENS },
	{ "host", required_argument, NULL, OPT_HOST },
	{ "cors", required_argument, NULL, OPT_CORS },
	{ "workers", required_argument, NULL, OPT_WORKERS },
	{ "no-auth", no_argument, NULL, OPT_NO_AUTH },
	{ "trust-proxy", required_argument, NULL, OPT_PROXY },
	{ "log", required_argument, NULL, OPT_LOG },
};

static struct {
	struct cli cli;
	struct site site;
	struct bounds bounds;
	struct setup_opts setup;
	const char *listen[PORTS_MAX];
	int nlisten, workers, no_auth;
} opt = { .workers = 2 };

static struct port ports[PORTS_MAX];
static int nports;

static void
usage(FILE *fp)
{
	const struct bound *row;
	int col = 8;

	fprintf(fp,
	    "usage: ms-serve [-hqV] [-l addr:port] [-k file] "
	    "[--config file]\n"
	    "                [--state dir] [--key name] [--env-file file]\n"
	    "                [--tokens file] [--host name] [--cors origin]\n"
	    "                [--workers n] [--no-auth] [--trust-proxy cidr]\n"
	    "                [--log json | text | none]");
	for (row = bounds_table; row->name != NULL; row++) {
		if (col + strlen(row->name) + 7 > 72 || col == 8) {
			fprintf(fp, "\n               ");
			col = 15;
		}
		col += fprintf(fp, " [--%s n]", row->name);
	}
	fputc('\n', fp);
}

static void
say(const char *line)
{
	if (!opt.cli.quiet && cli_heard())
		warnx("%s", line);
}

/* ---- options ---- */

static int
add(char ***list, size_t *n, const char *arg, struct fault *f)
{
	char **v = reallocarray(*list, *n + 1, sizeof(*v));

	if (v == NULL || (v[*n] = strdup(arg)) == NULL)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	*list = v;
	++*n;
	return 0;
}

static int
number(const char *name, const char *arg, int64_t min, int64_t max, int64_t *v,
    struct fault *f)
{
	const char *why;

	*v = strtonum(arg, min, max, &why);
	return why == NULL ?
	    0 :
	    fault_set(f, EX_USAGE, "--%s %s: %s", name, arg, why);
}

static int
bound_option(const struct bound *row, const char *arg, struct fault *f)
{
	int64_t *v = bounds_value(&opt.bounds, row);

	if (number(row->name, arg, row->min, row->max, v, f) == -1)
		return -1;
	*v *= row->seconds ? 1000 : 1;
	return 0;
}

static int
log_option(const char *arg, struct fault *f)
{
	static const char *const names[] = { "json", "text", "none" };
	int i;

	for (i = 0; i < 3; i++)
		if (strcmp(arg, names[i]) == 0) {
			opt.site.log = (enum site_log)i;
			return 0;
		}
	return fault_set(f, EX_USAGE, "--log %s: want json, text or none", arg);
}

static int
own_option(int ch, const char *arg, struct fault *f)
{
	int64_t n;

	switch (ch) {
	case 'l':
		if (opt.nlisten == PORTS_MAX)
			return fault_set(f, EX_USAGE, "-l: at most %d",
			    PORTS_MAX);
		opt.listen[opt.nlisten++] = arg;
		return 0;
	case OPT_TOKENS:
		opt.setup.tokens = arg;
		return 0;
	case OPT_HOST:
		if (!origin_name_ok(arg))
			return fault_set(f, EX_USAGE,
			    "--host %s: want a name as in Host, "
			    "without a port (ASCII: xn--... for others)",
			    arg);
		return add(&opt.site.hosts, &opt.site.nhosts, arg, f);
	case OPT_CORS:
		if (!origin_ok(arg))
			return fault_set(f, EX_USAGE,
			    "--cors %s: want an origin as browsers send it, "
			    "https://NAME, or '*'",
			    arg);
		return add(&opt.site.cors, &opt.site.ncors, arg, f);
	case OPT_PROXY:
		if (!cidr_ok(arg))
			return fault_set(f, EX_USAGE,
			    "--trust-proxy %s: want ADDR or ADDR/BITS", arg);
		return add(&opt.site.proxies, &opt.site.nproxies, arg, f);
	case OPT_WORKERS:
		if (number("workers", arg, 1, WORKERS_MAX, &n, f) == -1)
			return -1;
		opt.workers = (int)n;
		return 0;
	case OPT_NO_AUTH:
		opt.no_auth = 1;
		return 0;
	case OPT_LOG:
		return log_option(arg, f);
	default:
		return bound_option(&bounds_table[ch - OPT_BOUND], arg, f);
	}
}

/* 0; 1: help or version was given; -1 with *f. */
static int
parse(int argc, char *argv[], struct fault *f)
{
	static struct option all[OPTIONS_MAX];
	size_t n = sizeof(fixed) / sizeof(fixed[0]), i;
	int ch, rc;

	memcpy(all, fixed, sizeof(fixed));
	for (i = 0; bounds_table[i].name != NULL; i++)
		all[n++] = (struct option){ bounds_table[i].name,
			required_argument, NULL, OPT_BOUND + (int)i };
	while ((ch = getopt_long(argc, argv, "hVk:l:q", all, NULL)) != -1) {
		if (ch == 'h')
			usage(stdout);
		else if (ch == 'V')
			cli_version("ms-serve");
		if (ch == 'h' || ch == 'V')
			return 1;
		if (ch == '?') {
			f->text[0] = '\0';
			f->status = EX_USAGE;
			return -1;
		}
		if ((rc = cli_opt(&opt.cli, ch, optarg, f)) == 0)
			rc = own_option(ch, optarg, f);
		if (rc == -1)
			return -1;
	}
	if (optind < argc)
		return fault_set(f, EX_USAGE, "%s: unexpected", argv[optind]);
	if (opt.cli.keys != NULL && strcmp(opt.cli.keys, "-") == 0)
		return fault_set(f, EX_USAGE,
		    "-k -: keys are read anew at each reload");
	return 0;
}

/* ---- what follows from them ---- */

/* The programs that we run find the same files by the environment. */
static int export(struct fault *f)
{
	const struct {
		const char *name, *value;
	} vars[] = {
		{ "MS_CONFIG", opt.cli.config },
		{ "MS_STATE", opt.cli.state },
		{ "MS_KEYS_FILE", opt.cli.keys },
	};
	const char *token = getenv("MS_TOKEN"), *no_auth;
	size_t i;

	for (i = 0; i < sizeof(vars) / sizeof(vars[0]); i++)
		if (vars[i].value != NULL &&
		    setenv(vars[i].name, vars[i].value, 1) == -1)
			return fault_set(f, EX_OSERR, "%s", strerror(errno));
	if ((no_auth = getenv("MS_NO_AUTH")) != NULL &&
	    strcmp(no_auth, "1") == 0)
		opt.no_auth = 1;
	opt.setup.config = opt.cli.config;
	opt.setup.state = opt.cli.state;
	opt.setup.keys = opt.cli.keys;
	opt.setup.key = opt.cli.key;
	if (token != NULL && *token != '\0' &&
	    (opt.setup.token = strdup(token)) == NULL)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	unsetenv("MS_TOKEN");
	/* of another server that we may have been started by */
	unsetenv(HELD_CONFIG);
	unsetenv(HELD_KEYS);
	return 0;
}

static int
open_ports(struct fault *f)
{
	const char *host = getenv("SERVER_HOST"), *port = getenv("SERVER_PORT");
	int backlog = (int)opt.bounds.connections, i;
	char where[300];

	if ((nports = port_inherited(ports, PORTS_MAX, f)) == -1) {
		nports = 0;
		return -1;
	}
	if (nports == 0 && opt.nlisten == 0) {
		if (host == NULL || *host == '\0')
			host = "127.0.0.1";
		if (port == NULL || *port == '\0')
			port = "8000";
		snprintf(where, sizeof(where),
		    strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host,
		    port);
		opt.listen[opt.nlisten++] = where;
	}
	for (i = 0; i < opt.nlisten && nports < PORTS_MAX; i++) {
		if (port_open(&ports[nports], opt.listen[i], backlog, f) == -1)
			return -1;
		nports++;
	}
	opt.site.listeners = nports;
	return 0;
}

/* An address that others reach wants tokens; so does "every origin". */
static int
check_access(struct fault *f)
{
	size_t k;
	int i;

	for (k = 0; k < opt.site.ncors && !opt.site.auth; k++)
		if (strcmp(opt.site.cors[k], "*") == 0)
			return fault_set(f, EX_USAGE,
			    "--cors '*' is only for a gateway with tokens");
	for (i = 0; i < nports && !opt.site.auth && !opt.no_auth; i++)
		if (!ports[i].local) {
			fault_set(f, EX_CONFIG,
			    "%s: anyone who reaches it "
			    "could use your keys",
			    ports[i].name);
			return fault_hint(f,
			    "use --tokens FILE or MS_TOKEN; "
			    "or, to leave it open, --no-auth or MS_NO_AUTH=1");
		}
	return 0;
}

/* Two descriptors a connection: as many as may be had, or fewer of these. */
static void
raise_limit(void)
{
	int64_t want = opt.bounds.connections * 2 + SPARE_FDS;
	struct rlimit r;
	char line[160];

	if (getrlimit(RLIMIT_NOFILE, &r) == -1)
		return;
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	if (getrlimit(RLIMIT_NOFILE, &r) == -1 || (int64_t)r.rlim_cur >= want)
		return;
	opt.bounds.connections = (int64_t)r.rlim_cur > SPARE_FDS + 2 ?
	    ((int64_t)r.rlim_cur - SPARE_FDS) / 2 :
	    (int64_t)r.rlim_cur > 16 ? ((int64_t)r.rlim_cur - 14) / 2 :
				       1;
	snprintf(line, sizeof(line),
	    "at most %lld connections: only %lld "
	    "descriptors may be open (ulimit -n)",
	    (long long)opt.bounds.connections, (long long)r.rlim_cur);
	say(line);
}

static int
run(struct fault *f)
{
	struct held held = { { 0 }, { NULL } };
	struct supervise_opts o = { .site = &opt.site,
		.setup = &opt.setup,
		.held = &held,
		.ports = ports,
		.workers = opt.workers,
		.key = opt.cli.key,
		.say = say };
	struct buf warn;
	char *bin, *line, *rest;
	int rc;

	raise_limit();
	buf_init(&warn, WARN_MAX);
	rc = setup_load(&opt.site, &held, &opt.setup, f, &warn);
	for (rest = warn.d; (line = strsep(&rest, "\n")) != NULL;)
		if (*line != '\0')
			say(line);
	buf_free(&warn);
	if (rc == -1 || open_ports(f) == -1 || check_access(f) == -1) {
		held_clear(&held);
		return -1;
	}
	opt.site.www = paths_share("www");
	if ((bin = paths_bin()) == NULL ||
	    (opt.site.www == NULL && (opt.site.www = strdup("")) == NULL))
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	o.nports = (size_t)nports;
	o.bin = bin;
	rc = supervise(&o, f);
	held_clear(&held);
	free(bin);
	return rc;
}

static int
fail(const struct fault *f)
{
	if (f->text[0] != '\0')
		warnx("%s%s%s", f->text, f->hint[0] != '\0' ? "; " : "",
		    f->hint);
	if (f->status == EX_USAGE)
		usage(stderr);
	return f->status;
}

int
main(int argc, char *argv[])
{
	struct fault f = { .status = 0 };
	int rc;

	cli_begin();
	if (strcmp(argv[0], SUPERVISE_FRONT) == 0)
		return front_run(&f) == -1 ? fail(&f) : 0;
	bounds_init(&opt.bounds);
	opt.site.bounds = &opt.bounds;
	if ((rc = parse(argc, argv, &f)) == 0 && (rc = export(&f)) == 0)
		rc = run(&f);
	while (nports > 0)
		port_close(&ports[--nports]);
	site_clear(&opt.site);
	cli_free(&opt.cli);
	return rc == -1 ? fail(&f) : 0;
}
