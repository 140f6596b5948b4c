/* ms-quota: what this machine has used and has left, by its own records. */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>
#include <unistd.h>

#include "annals.h"
#include "attempt.h"
#include "buf.h"
#include "classify.h"
#include "cli.h"
#include "conf.h"
#include "digest.h"
#include "fault.h"
#include "fold.h"
#include "headers.h"
#include "history.h"
#include "import.h"
#include "keys.h"
#include "ledger.h"
#include "now.h"
#include "out.h"
#include "paths.h"
#include "status.h"
#include "table.h"
#include "term.h"

enum {
	OPT_HISTORY = CLI_OWN,
	OPT_BY,
	DAYS_MAX = 36500,
	INPUT_MAX = 1024 * 1024,
	OUTPUT_MAX = 64 * 1024 * 1024
};

struct task {
	struct cli cli;
	int days; /* --history, 0: none */
	const char *by;
	const char *arg; /* of the command */
	struct conf *conf;
	struct keys *keys;
	struct ledger *ledger;
	const char **ids; /* of --key in the ledger */
	size_t nids;
	int64_t now;
	int64_t until; /* monotonic ms, 0: for ever */
};

static const struct option longopts[] = {
	CLI_LONG,
	{ "history", required_argument, NULL, OPT_HISTORY },
	{ "by", required_argument, NULL, OPT_BY },
	{ NULL, 0, NULL, 0 },
};

static void
usage(FILE *fp)
{
	fputs("usage: ms-quota [-hjqVv] [-k file] [-m model] [-O file] "
	      "[-o format]\n"
	      "                [-P number] [--config file] [--env-file file] "
	      "[--key name]\n"
	      "                [--state dir] [--timeout s]\n"
	      "       ms-quota [options] --history days "
	      "[--by model | key | token]\n"
	      "       ms-quota [options] -m model record <headers\n"
	      "       ms-quota [options] import dir\n"
	      "       ms-quota [options] [-m model] clear\n"
	      "       ms-quota [options] prune days\n",
	    fp);
}

static _Noreturn void
die(const struct fault *f)
{
	if (f->hint[0] != '\0')
		errx(f->status, "%s (%s)", f->text, f->hint);
	errx(f->status, "%s", f->text);
}

/* ---- what there is ---- */

/* --key: the name of keys, or the id that the ledger knows one by. */
static void
choose_key(struct task *t)
{
	const char *name = t->cli.key;
	struct fault f = { 0 };
	size_t i;

	for (i = 0; isxdigit((unsigned char)name[i]); i++)
		continue;
	if (keys_only(t->keys, name, &f) == -1) {
		if (i != KEYS_ID - 1 || name[i] != '\0')
			die(&f);
		/* of a key that is no longer there */
		keys_free(t->keys);
		if ((t->keys = keys_parse("", 0, "keys", &f, NULL)) == NULL)
			errx(f.status, "%s", f.text);
	}
	t->ids = calloc(t->keys->n + 1, sizeof(*t->ids));
	if (t->ids == NULL)
		err(EX_OSERR, NULL);
	for (i = 0; i < t->keys->n; i++)
		t->ids[t->nids++] = t->keys->v[i].id;
	if (t->nids == 0)
		t->ids[t->nids++] = name;
}

static void
say(const struct task *t, struct buf *notes)
{
	char *line, *rest = notes->d;

	while (!t->cli.quiet && (line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0')
			warnx("%s", line);
	buf_free(notes);
}

static void
load(struct task *t, int mode)
{
	struct fault f = { 0 };
	struct buf notes;
	char *dir;

	buf_init(&notes, INPUT_MAX);
	if ((t->conf = conf_load(t->cli.config, &f, &notes)) == NULL ||
	    (t->keys = keys_load(t->cli.keys, &f, &notes)) == NULL)
		die(&f);
	say(t, &notes);
	if (t->cli.key != NULL)
		choose_key(t);
	if ((dir = paths_state(t->cli.state, &f)) == NULL)
		die(&f);
	t->ledger = ledger_open(dir, t->conf->day_offset, mode,
	    mode == LEDGER_WRITE ? t->conf->keep_days : 0, &f);
	free(dir);
	if (t->ledger == NULL)
		die(&f);
	t->now = now_wall();
}

static void
warn_skipped(const struct task *t, int64_t n)
{
	if (n > 0)
		warnx("%s: %lld line%s torn or foreign, skipped",
		    ledger_dir(t->ledger), (long long)n,
		    n == 1 ? " is" : "s are");
}

static int64_t
days(const char *arg, const char *what)
{
	const char *why;
	long long n = strtonum(arg, 1, DAYS_MAX, &why);

	if (why != NULL)
		errx(EX_USAGE, "%s %s: %s", what, arg, why);
	return n;
}

/* ---- status and history ---- */

/* What the terminal shows, and the format if none was asked for. */
static void
choose_format(struct task *t, struct table_style *style)
{
	int fd = t->cli.outfile == NULL ? STDOUT_FILENO : -1;

	term_style(fd, style);
	if (t->cli.output == NULL)
		t->cli.output = fd != -1 && isatty(fd) ? "table" : "json";
}

static void
check_models(const struct task *t)
{
	size_t i;

	for (i = 0; i < t->cli.nmodels; i++)
		if (conf_model(t->conf, t->cli.models[i], NULL) == -1)
			errx(EX_USAGE, "-m %s: not in %s", t->cli.models[i],
			    t->conf->path);
}

static int
print_status(const struct task *t, const struct status *s,
    const struct table_style *style, struct buf *b)
{
	const char *o = t->cli.output;

	if (strcmp(o, "json") == 0)
		return digest_json(s, b);
	if (strcmp(o, "prometheus") == 0)
		return digest_prometheus(s, b);
	if (strcmp(o, "table") != 0)
		errx(EX_USAGE, "-o %s: want table, json or prometheus", o);
	if (digest_table(s, style, b) == -1)
		return -1;
	return buf_addf(b, "ledger: %s\n", ledger_dir(t->ledger));
}

static int
do_status(struct task *t)
{
	struct status_in in = { 0 };
	struct fault f = { 0 };
	struct table_style style;
	struct status *s;
	struct out *out;
	struct buf b;
	int rc;

	choose_format(t, &style);
	load(t, LEDGER_READ);
	check_models(t);
	in.conf = t->conf;
	in.keys = t->keys;
	in.fold = ledger_fold(t->ledger);
	in.now = t->now;
	in.models = t->cli.models;
	in.nmodels = t->cli.nmodels;
	in.ids = t->ids;
	in.nids = t->nids;
	buf_init(&b, OUTPUT_MAX);
	if ((s = status_new(&in)) == NULL ||
	    print_status(t, s, &style, &b) == -1)
		err(EX_OSERR, NULL);
	if ((out = out_open(t->cli.outfile, &f)) == NULL)
		die(&f);
	out_until(out, t->until);
	fwrite(b.d, 1, b.len, out_file(out));
	if (out_commit(out, &f) == -1)
		die(&f);
	warn_skipped(t, fold_skipped(in.fold));
	rc = s->available ? 0 : 1;
	status_free(s);
	buf_free(&b);
	return rc;
}

static int
do_history(struct task *t)
{
	struct history h = { .by = HISTORY_ALL };
	struct fault f = { 0 };
	struct table_style style;
	enum annals_format format;
	struct annals *a;
	struct out *out;
	int64_t last;

	choose_format(t, &style);
	if ((format = annals_named(t->cli.output)) == ANNALS_MAX)
		errx(EX_USAGE, "-o %s: want table, json or csv", t->cli.output);
	if (t->by != NULL && (h.by = history_named(t->by)) == HISTORY_MAX)
		errx(EX_USAGE, "--by %s: want model, key or token", t->by);
	if (h.by == HISTORY_TOKEN && (t->cli.nmodels > 0 || t->cli.key))
		errx(EX_USAGE, "--by token: neither -m nor --key");
	load(t, LEDGER_READ);
	h.ledger = t->ledger;
	h.keys = t->keys;
	h.models = t->cli.models;
	h.nmodels = t->cli.nmodels;
	h.ids = t->ids;
	h.nids = t->nids;
	last = fold_day(ledger_fold(t->ledger));
	if ((out = out_open(t->cli.outfile, &f)) == NULL)
		die(&f);
	out_until(out, t->until);
	a = annals_new(out_file(out), format, t->by, last - t->days + 1, last);
	if (a == NULL)
		err(EX_OSERR, NULL);
	if (history_run(&h, last - t->days + 1, last, annals_row, a, &f) ==
		-1 &&
	    f.status != 0)
		die(&f);
	if (annals_end(a, &style) == -1)
		err(EX_OSERR, NULL);
	if (out_commit(out, &f) == -1)
		die(&f);
	warn_skipped(t, h.skipped);
	return 0;
}

/* ---- commands ---- */

static void
append(struct task *t, const struct attempt *a)
{
	int say_it;

	if (ledger_append(t->ledger, a, &say_it) == -1)
		err(EX_IOERR, "%s", ledger_dir(t->ledger));
}

/* The upstream of a model that its key is good for. */
static const char *
upstream_of(const struct task *t, size_t model, const struct key *key)
{
	const struct conf_model *m = &t->conf->models[model];
	const char *name;
	size_t i;

	for (i = 0; i < m->nupstreams; i++) {
		name = t->conf->upstreams[m->upstreams[i]].name;
		if (key == NULL || keys_at(key, name))
			return name;
	}
	return t->conf->upstreams[0].name;
}

/* What the headers, and perhaps the body, say of a call made without us. */
static void
judge(const struct task *t, const struct headers *h, struct attempt *a)
{
	struct reply r = { .transport = TRANSPORT_OK,
		.status = h->status,
		.body = h->body,
		.len = h->nbody,
		.whole = 1,
		.left = a->limits.left == 0 || a->limits.model_left == 0 };
	struct classified c;
	int64_t retry = -1;

	a->status = h->status;
	a->verdict = V_OK;
	if (h->status >= 200 && h->status < 300)
		return;
	classify(&r, &c);
	a->verdict = (int)c.verdict;
	if (h->retry_after != NULL)
		retry = classify_retry_after(h->retry_after, h->nretry, t->now);
	a->rest = (int)verdict_info(a->verdict)->scope;
	a->rest_until = classify_rest(c.verdict, t->now, t->conf->day_offset,
	    retry, 0);
}

static int
do_record(struct task *t)
{
	const struct key *key = NULL;
	struct attempt a;
	struct headers h;
	struct buf b;
	size_t i;

	if (t->cli.nmodels != 1)
		errx(EX_USAGE, "record: want -m MODEL, one of them");
	load(t, LEDGER_WRITE);
	if (t->keys->n > 1)
		errx(EX_USAGE, "record: which key? want --key NAME");
	if (t->keys->n == 1)
		key = &t->keys->v[0];
	buf_init(&b, INPUT_MAX);
	if (buf_read(&b, STDIN_FILENO) == -1 && errno != EFBIG)
		err(EX_IOERR, "stdin");
	attempt_init(&a);
	if (headers_parse(b.d, b.len, &h, &a.limits) == -1)
		errx(EX_DATAERR,
		    "stdin: no header block, "
		    "such as curl -D writes");
	a.ts = t->now;
	a.op = "record";
	a.model = t->cli.models[0];
	a.upstream = t->conf->upstreams[0].name;
	if (conf_model(t->conf, a.model, &i) == 0) {
		a.model = t->conf->models[i].id;
		a.upstream = upstream_of(t, i, key);
	}
	a.key = key != NULL ? key->id : t->nids == 1 ? t->ids[0] : NULL;
	judge(t, &h, &a);
	append(t, &a);
	buf_free(&b);
	return 0;
}

static int
do_import(struct task *t)
{
	struct import im = { 0 };
	struct fault f = { 0 };

	load(t, LEDGER_WRITE);
	im.ledger = t->ledger;
	im.upstream = t->conf->upstreams[0].name;
	if (t->nids > 1)
		errx(EX_USAGE, "import: several keys have that name");
	if (t->nids == 1)
		im.key = t->ids[0];
	else if (t->keys->n == 1)
		im.key = t->keys->v[0].id;
	im.off = t->conf->day_offset;
	im.keep_days = t->conf->keep_days;
	im.now = t->now;
	if (import_run(&im, t->arg, &f) == -1)
		die(&f);
	if (!t->cli.quiet)
		warnx("%s: %lld days, %lld calls in %lld lines; %lld lines "
		      "were there already",
		    t->arg, (long long)im.days, (long long)im.calls,
		    (long long)im.lines, (long long)im.before);
	return 0;
}

/* Models that no longer are in the configuration may still rest. */
static void
check_recorded(const struct task *t, const char *id)
{
	const struct fold_ent *e;
	size_t i = 0;

	if (conf_model(t->conf, id, NULL) == 0)
		return;
	while ((e = fold_each(ledger_fold(t->ledger), &i)) != NULL)
		if (strcasecmp(e->model, id) == 0)
			return;
	errx(EX_USAGE, "-m %s: neither in %s nor called today", id,
	    t->conf->path);
}

static int
do_clear(struct task *t)
{
	struct attempt a;
	size_t i, k;

	load(t, LEDGER_WRITE);
	for (i = 0; i < t->cli.nmodels; i++)
		check_recorded(t, t->cli.models[i]);
	attempt_init(&a);
	a.ts = t->now;
	a.op = "clear";
	for (k = 0; k == 0 || k < t->nids; k++) {
		a.key = t->nids > 0 ? t->ids[k] : NULL;
		for (i = 0; i == 0 || i < t->cli.nmodels; i++) {
			a.model = t->cli.nmodels > 0 ? t->cli.models[i] : NULL;
			append(t, &a);
		}
	}
	return 0;
}

static int
do_prune(struct task *t)
{
	int64_t keep = days(t->arg, "prune");

	load(t, LEDGER_WRITE);
	if (ledger_prune(t->ledger,
		fold_day(ledger_fold(t->ledger)) - keep + 1) == -1)
		err(EX_IOERR, "%s", ledger_dir(t->ledger));
	return 0;
}

static const struct command {
	const char *name;
	int args;
	int (*fn)(struct task *);
} commands[] = { { "record", 0, do_record }, { "import", 1, do_import },
	{ "clear", 0, do_clear }, { "prune", 1, do_prune } };

/* What is to be done, by the operands. */
static int
run(struct task *t, int argc, char **argv)
{
	size_t i;

	if (argc == 0)
		return t->days > 0 ? do_history(t) : do_status(t);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, argv[0]) == 0 &&
		    commands[i].args == argc - 1 && t->days == 0) {
			t->arg = argv[1];
			return commands[i].fn(t);
		}
	usage(stderr);
	return EX_USAGE;
}

int
main(int argc, char *argv[])
{
	struct task t = { 0 };
	struct fault f = { 0 };
	int ch, rc;

	cli_begin();
	while ((ch = getopt_long(argc, argv, CLI_SHORT, longopts, NULL)) != -1)
		switch (ch) {
		case 'h':
			usage(stdout);
			return fflush(stdout) == 0 ? 0 : EX_IOERR;
		case 'V':
			cli_version("ms-quota");
			return fflush(stdout) == 0 ? 0 : EX_IOERR;
		case OPT_HISTORY:
			t.days = (int)days(optarg, "--history");
			break;
		case OPT_BY:
			t.by = optarg;
			break;
		default:
			if ((rc = cli_opt(&t.cli, ch, optarg, &f)) == -1)
				die(&f);
			if (rc == 0) {
				usage(stderr);
				return EX_USAGE;
			}
		}
	if (t.by != NULL && t.days == 0)
		errx(EX_USAGE, "--by: want --history DAYS");
	if (t.cli.timeout > 0)
		t.until = now_mono() + t.cli.timeout;
	rc = run(&t, argc - optind, argv + optind);
	ledger_close(t.ledger);
	free(t.ids);
	keys_free(t.keys);
	conf_free(t.conf);
	cli_free(&t.cli);
	return rc;
}
