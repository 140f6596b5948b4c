/* ms-balance: asks the service what each key has left. */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "asked.h"
#include "balance.h"
#include "buf.h"
#include "cli.h"
#include "conf.h"
#include "fault.h"
#include "keys.h"
#include "ledger.h"
#include "now.h"
#include "out.h"
#include "paths.h"
#include "probe.h"
#include "report.h"
#include "state.h"
#include "table.h"
#include "term.h"

enum {
	OPT_PROBE = CLI_OWN,
	OPT_CACHED,
	PARALLEL = 16,
	TIMEOUT = 30 * 1000, /* ms for each key */
	PLUGIN_UNKNOWN = 3,
	FILES = 16,	    /* that are open, calls aside, */
	CALL_FILES = 3,	    /* and of a call, while a name is looked up */
	MODELS_MAX = 10000, /* each new one is compared with all */
	ROWS_MAX = 250000,  /* keys times models: the web may ask, too */
	INPUT_MAX = 8 * 1024 * 1024,
	OUTPUT_MAX = 256 * 1024 * 1024
};

struct task {
	struct cli cli;
	struct asked asked; /* by --probe or a request */
	int exit_status, cached;
	struct report report;
	struct table_style style;
	struct conf *conf;
	struct keys *keys;
	struct ledger *ledger;
	struct balance_model *models;
	struct balance *balance;
	struct out *out;
	/* while it runs: */
	struct term_progress progress;
	size_t done, failed;
};

static const struct option longopts[] = {
	CLI_LONG,
	{ "probe", required_argument, NULL, OPT_PROBE },
	{ "cached", no_argument, NULL, OPT_CACHED },
	{ "exit-status", no_argument, NULL, 'e' },
	{ "warning", required_argument, NULL, 'w' },
	{ "critical", required_argument, NULL, 'c' },
	{ NULL, 0, NULL, 0 },
};

static void
usage(FILE *fp)
{
	fputs("usage: ms-balance [-ehjqVv] [-c number] [-k file] [-m model] "
	      "[-O file]\n"
	      "                  [-o table | json | jsonl | csv | keys] "
	      "[-P number]\n"
	      "                  [-w number] [--cached] [--config file] "
	      "[--env-file file]\n"
	      "                  [--key name] [--probe model] [--state state] "
	      "[--timeout s]\n",
	    fp);
}

/* Ends with a fault; as a plugin, which knows then nothing of any key. */
static _Noreturn void
die(const struct task *t, const struct fault *f)
{
	const char *open = "", *hint = f->hint, *close = "";

	if (*hint != '\0') {
		open = " (";
		close = ")";
	}
	warnx("%s%s%s%s", f->text, open, hint, close);
	if (!t->report.plugin)
		exit(f->status);
	if (t->report.format == REPORT_TABLE)
		printf("BALANCE UNKNOWN - %s%s%s%s\n", f->text, open, hint,
		    close);
	exit(PLUGIN_UNKNOWN);
}

/* Says a note or warning a line. */
static void
say(const struct task *t, struct buf *notes)
{
	char *line, *rest = notes->d;

	while (!t->cli.quiet && (line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0')
			warnx("%s", line);
	buf_free(notes);
}

/* ---- options ---- */

static double
threshold(int ch, const char *arg)
{
	char *end;
	double v = strtod(arg, &end);

	if (end == arg || *end != '\0' || !isfinite(v) || v < 0)
		errx(EX_USAGE, "-%c %s: want a number", ch, arg);
	return v;
}

/* Folders have a slash, states have none. */
static int
state_option(struct task *t, const char *arg, struct fault *f)
{
	if (strchr(arg, '/') == NULL)
		return state_list(arg, &t->report.states, f);
	t->cli.state = arg;
	return 0;
}

static int
option(struct task *t, int ch, struct fault *f)
{
	size_t before = t->asked.nmodels;

	switch (ch) {
	case OPT_PROBE:
		if (cli_split(&t->asked.models, &t->asked.nmodels, optarg) ==
		    -1)
			err(EX_OSERR, NULL);
		if (t->asked.nmodels == before)
			return fault_set(f, EX_USAGE,
			    "--probe: no model named");
		return 0;
	case OPT_CACHED:
		t->cached = 1;
		return 0;
	case CLI_STATE:
		return state_option(t, optarg, f);
	case 'e':
		t->exit_status = 1;
		return 0;
	case 'w':
		t->report.warn = threshold(ch, optarg);
		return 0;
	case 'c':
		t->report.crit = threshold(ch, optarg);
		return 0;
	}
	switch (cli_opt(&t->cli, ch, optarg, f)) {
	case 0:
		usage(stderr);
		exit(EX_USAGE);
	case -1:
		return -1;
	}
	return 0;
}

/* What the options and the terminal make of the output. */
static void
check_options(struct task *t)
{
	int tty = t->cli.outfile == NULL && isatty(STDOUT_FILENO);
	struct report *r = &t->report;

	r->plugin = !isnan(r->warn) || !isnan(r->crit);
	r->attention = t->cli.quiet;
	if (r->states == 0)
		r->states = ~0u;
	if (t->cli.output == NULL)
		t->cli.output = tty || r->plugin ? "table" : "json";
	if ((r->format = report_named(t->cli.output)) == REPORT_MAX)
		errx(EX_USAGE, "-o %s: want table, json, jsonl, csv or keys",
		    t->cli.output);
}

/* ---- what is asked ---- */

/* Keys and perhaps models from stdin. */
static int
read_stdin(struct task *t, struct fault *f, struct buf *notes)
{
	struct buf b;
	int rc = 0;

	buf_init(&b, INPUT_MAX);
	if (buf_read(&b, STDIN_FILENO) == -1)
		rc = fault_set(f, errno == EFBIG ? EX_DATAERR : EX_IOERR,
		    "stdin: %s", strerror(errno));
	else if (asked_is(b.d, b.len))
		rc = asked_parse(b.d, b.len, &t->asked, f, notes);
	else if ((t->keys = keys_parse(b.d, b.len, "stdin", f, notes)) == NULL)
		rc = -1;
	if (rc == 0 && t->keys == NULL)
		t->keys = t->asked.keys;
	buf_wipe(&b);
	return rc;
}

static void
load(struct task *t)
{
	const char *file = t->cli.keys;
	struct fault f = { 0 };
	struct buf notes;

	buf_init(&notes, INPUT_MAX);
	if ((t->conf = conf_load(t->cli.config, &f, &notes)) == NULL)
		die(t, &f);
	if (file != NULL && strcmp(file, "-") == 0) {
		file = NULL;
		if (read_stdin(t, &f, &notes) == -1)
			die(t, &f);
	}
	if (t->keys == NULL && (t->keys = keys_load(file, &f, &notes)) == NULL)
		die(t, &f);
	keys_check(t->keys, t->conf, &notes);
	if (t->cli.key != NULL && keys_only(t->keys, t->cli.key, &f) == -1)
		die(t, &f);
	say(t, &notes);
}

/* A model once, as it is configured. */
static void
add_model(struct task *t, size_t *n, const char *id, int ask)
{
	size_t i;

	if (conf_model(t->conf, id, &i) == 0)
		id = t->conf->models[i].id;
	for (i = 0; i < *n; i++)
		if (strcmp(t->models[i].id, id) == 0) {
			t->models[i].ask |= ask;
			return;
		}
	t->models[*n].id = id;
	t->models[(*n)++].ask = ask;
}

/* The rows, with what the ledger knows. */
static void
prepare(struct task *t)
{
	size_t i, n = 0, nmodels = t->cli.nmodels + t->asked.nmodels;
	struct fault f = { 0 };
	char *dir;

	if (nmodels > MODELS_MAX || nmodels * t->keys->n > ROWS_MAX) {
		fault_set(&f, EX_DATAERR,
		    "%zu models with %zu keys are too many: at most %d models, "
		    "%d of both multiplied",
		    nmodels, t->keys->n, MODELS_MAX, ROWS_MAX);
		die(t, &f);
	}
	if ((t->models = calloc(nmodels + 1, sizeof(*t->models))) == NULL)
		err(EX_OSERR, NULL);
	for (i = 0; i < t->asked.nmodels; i++)
		add_model(t, &n, t->asked.models[i], 1);
	for (i = 0; i < t->cli.nmodels; i++)
		add_model(t, &n, t->cli.models[i], 0);
	t->balance = balance_new(t->conf, t->keys, t->models, n);
	if (t->balance == NULL)
		err(EX_OSERR, NULL);
	if (t->balance->nrows == 0) {
		fault_set(&f, EX_CONFIG, "no key");
		fault_hint(&f,
		    "get one at https://modelscope.cn/my/"
		    "myaccesstoken, then: ms key add");
		die(t, &f);
	}
	if ((dir = paths_state(t->cli.state, &f)) == NULL)
		die(t, &f);
	t->ledger = ledger_open(dir, t->conf->day_offset,
	    t->cached ? LEDGER_READ : LEDGER_WRITE, t->conf->keep_days, &f);
	free(dir);
	if (t->ledger == NULL)
		die(t, &f);
	balance_recall(t->balance, t->conf, ledger_fold(t->ledger), now_wall());
}

/* ---- asking ---- */

/* Who reads has as much time from now on as a key has. */
static void
limit_output(const struct task *t)
{
	if (t->cli.timeout > 0)
		out_until(t->out, now_mono() + t->cli.timeout);
}

/*
 * One row as it comes. What nobody can read is not asked for any longer; a
 * reader that went away ends us quietly.
 */
static void
print_row(struct task *t, const struct balance_row *row)
{
	struct fault f = { 0 };
	struct buf b;

	buf_init(&b, INPUT_MAX);
	if (report_item(t->balance, row, &b) == -1)
		err(EX_OSERR, NULL);
	limit_output(t);
	fwrite(b.d, 1, b.len, out_file(t->out));
	buf_free(&b);
	if (out_flush(t->out) == 0)
		return;
	if (errno == EPIPE) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	(void)out_commit(t->out, &f);
	die(t, &f);
}

static void
on_row(void *arg, const struct balance_row *row)
{
	const struct key *k;
	struct task *t = arg;
	struct fault f;

	t->done++;
	t->failed += row->error != NULL;
	k = t->balance->accounts[row->account].key;
	if (t->cli.verbose) {
		term_progress_end(&t->progress);
		fault_set(&f, 0, "%s%s%s: %s%s%s",
		    k != NULL ? keys_label(k) : "no key",
		    row->model != NULL ? ": " : "",
		    row->model != NULL ? row->model : "",
		    state_info(row->state)->name,
		    row->error != NULL ? ": " : "",
		    row->error != NULL ? row->error : "");
		warnx("%s", f.text);
	}
	if (t->report.format != REPORT_JSONL) {
		if (!t->cli.quiet)
			term_progress(&t->progress, now_mono(),
			    "%zu of %zu asked, %zu failed", t->done,
			    t->balance->nrows, t->failed);
	} else if (report_selects(&t->report, t->balance, row)) {
		print_row(t, row);
	}
}

static void
on_warn(void *arg, const char *text)
{
	struct task *t = arg;

	term_progress_end(&t->progress);
	warnx("%s", text);
}

/* Says what probes cost before they do. */
static void
say_cost(const struct task *t)
{
	size_t i, n = 0;

	for (i = 0; i < t->balance->nrows; i++)
		n += (size_t)t->balance->rows[i].ask &&
		    t->balance->accounts[t->balance->rows[i].account].key;
	if (n > 0 && !t->cli.quiet)
		warnx("--probe costs up to %zu call%s", n, n == 1 ? "" : "s");
}

/* Calls at once: what we cannot open is no failure of the network. */
static int
parallel(const struct task *t)
{
	int64_t n = (cli_files() - FILES) / CALL_FILES;
	int want = t->cli.parallel != 0 ? t->cli.parallel : PARALLEL;

	if (n < 1)
		n = 1;
	return n < want ? (int)n : want;
}

/* 0, or 1: interrupted. */
static int
ask(struct task *t)
{
	struct probe p = { .conf = t->conf,
		.keys = t->keys,
		.ledger = t->ledger,
		.parallel = parallel(t),
		.timeout = t->cli.timeout ? t->cli.timeout : TIMEOUT,
		.row = on_row,
		.warn = on_warn,
		.arg = t };
	struct fault f = { 0 };
	int rc;

	say_cost(t);
	rc = probe_run(&p, t->balance, &f);
	term_progress_end(&t->progress);
	if (rc == -1)
		die(t, &f);
	return rc;
}

/* ---- the end ---- */

/* Opens where the result goes; keys are for files and pipes. */
static void
open_output(struct task *t)
{
	int keys = t->report.format == REPORT_KEYS;
	struct fault f = { 0 };

	if (keys)
		umask(077); /* a file that others can read is refused */
	if ((t->out = out_open(t->cli.outfile, &f)) == NULL)
		die(t, &f);
	if (keys && isatty(out_fd(t->out)))
		errx(EX_USAGE, "-o keys: not on a terminal");
}

static void
print(struct task *t)
{
	struct fault f = { 0 };
	struct buf b;

	term_style(t->cli.outfile == NULL ? STDOUT_FILENO : -1, &t->style);
	t->report.style = &t->style;
	buf_init(&b, OUTPUT_MAX);
	if (t->report.format != REPORT_JSONL || t->cached) {
		if (report_print(&t->report, t->balance, &b) == -1)
			err(EX_OSERR, NULL);
		limit_output(t);
		fwrite(b.d, 1, b.len, out_file(t->out));
	}
	buf_wipe(&b);
	if (out_commit(t->out, &f) == -1)
		die(t, &f);
}

static int
status(const struct task *t, int interrupted)
{
	struct balance_sum s;

	balance_sum(t->balance, &s);
	if (interrupted)
		return EX_TEMPFAIL;
	if (t->report.plugin)
		return report_level(&t->report, t->balance);
	if (t->exit_status)
		return s.count[STATE_OK] < t->balance->nrows;
	return s.unsettled > 0 ? EX_TEMPFAIL : 0;
}

static void
release(struct task *t)
{
	size_t i;

	ledger_close(t->ledger);
	balance_free(t->balance);
	free(t->models);
	keys_free(t->keys);
	conf_free(t->conf);
	for (i = 0; i < t->asked.nmodels; i++)
		free(t->asked.models[i]);
	free(t->asked.models);
	cli_free(&t->cli);
}

int
main(int argc, char *argv[])
{
	struct task t = { .report = { .warn = NAN, .crit = NAN } };
	struct fault f = { 0 };
	int ch, interrupted = 0, rc;

	cli_begin();
	while ((ch = getopt_long(argc, argv, CLI_SHORT "c:ew:", longopts,
		    NULL)) != -1)
		switch (ch) {
		case 'h':
			usage(stdout);
			return fflush(stdout) == 0 ? 0 : EX_IOERR;
		case 'V':
			cli_version("ms-balance");
			return fflush(stdout) == 0 ? 0 : EX_IOERR;
		default:
			if (option(&t, ch, &f) == -1)
				die(&t, &f);
		}
	if (optind < argc) {
		usage(stderr);
		return EX_USAGE;
	}
	check_options(&t);
	load(&t);
	prepare(&t);
	open_output(&t);
	if (!t.cached)
		interrupted = ask(&t);
	print(&t);
	rc = status(&t, interrupted);
	release(&t);
	return rc;
}
