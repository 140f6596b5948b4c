/*
 * ms-route: decide which models, in which order, should answer a request. A
 * filter over requests; and what there is to say about the models.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "catalog.h"
#include "cli.h"
#include "conf.h"
#include "explain.h"
#include "fault.h"
#include "keys.h"
#include "ledger.h"
#include "lineup.h"
#include "loop.h"
#include "now.h"
#include "online.h"
#include "order.h"
#include "out.h"
#include "paths.h"
#include "plan.h"
#include "policy.h"
#include "route.h"
#include "score.h"
#include "splice.h"
#include "table.h"
#include "term.h"
#include "texts.h"
#include "upstream.h"

enum {
	REQUEST_MAX = 64 * 1024 * 1024,
	NOTES_MAX = 64 * 1024,
	ONLINE_TIME = 30 * 1000 /* ms, without --timeout */
};

enum mode {
	FILTER,
	EXPLAIN,
	LIST,
	CHECK
};
enum format {
	NONE,
	JSON,
	OPENAI,
	TEXT
};

enum {
	OPT_EXPLAIN = CLI_OWN,
	OPT_LIST,
	OPT_ONLINE,
	OPT_CHECK,
	OPT_SCORE,
	OPT_TIER,
	OPT_POLICY
};

static const struct option longopts[] = { CLI_LONG,
	{ "explain", no_argument, NULL, OPT_EXPLAIN },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "online", no_argument, NULL, OPT_ONLINE },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "score", required_argument, NULL, OPT_SCORE },
	{ "tier", required_argument, NULL, OPT_TIER },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ NULL, 0, NULL, 0 } };

/* All that the command line says. */
static struct {
	struct cli cli;
	enum mode mode;
	enum format format;
	int online, score, tier;
	const char *policy;
} opt;

/* All that a run needs. */
static struct {
	struct conf *conf;
	struct keys *keys;
	struct ledger *ledger;
	struct loop *loop;
	struct upstream *up;
	struct route *route;
	struct policy *policy;
	struct planner *planner;
	struct out *out;
	struct texts texts;
	struct buf text, line;
	int bad; /* not all were requests */
	struct decision decision;
	int decided;
	int64_t deadline; /* monotonic ms, 0: none */
} run;

static void
usage(FILE *fp)
{
	fputs("usage: ms-route [-hjqVv] [-k file] [-m model] [-O file] "
	      "[-o format] [-P n]\n"
	      "                [--config file] [--env-file file] [--explain] "
	      "[--key name]\n"
	      "                [--policy file] [--score n | --tier n] "
	      "[--state dir]\n"
	      "                [--timeout s]\n"
	      "       ms-route --list [--online] [-j] [-O file] [-o format]\n"
	      "       ms-route --check\n",
	    fp);
}

/* What is wrong with each of many requests is said once in a row. */
static void
warn_line(const char *line)
{
	static char *last;

	if (opt.cli.quiet || (last != NULL && strcmp(line, last) == 0))
		return;
	warnx("%s", line);
	free(last);
	last = strdup(line);
}

/* ---- options ---- */

static int
opt_number(const char *name, const char *arg, int max, int *n, struct fault *f)
{
	const char *why;

	*n = (int)strtonum(arg, 1, max, &why);
	if (why != NULL)
		return fault_set(f, EX_USAGE, "%s %s: %s", name, arg, why);
	return 0;
}

static int
opt_mode(enum mode mode, struct fault *f)
{
	if (opt.mode != FILTER && opt.mode != mode)
		return fault_set(f, EX_USAGE,
		    "--explain, --list and --check: want one of them");
	opt.mode = mode;
	return 0;
}

static int
own_opt(int ch, const char *arg, struct fault *f)
{
	switch (ch) {
	case OPT_EXPLAIN:
		return opt_mode(EXPLAIN, f);
	case OPT_LIST:
		return opt_mode(LIST, f);
	case OPT_CHECK:
		return opt_mode(CHECK, f);
	case OPT_ONLINE:
		opt.online = 1;
		return 0;
	case OPT_SCORE:
		return opt_number("--score", arg, SCORE_MAX, &opt.score, f);
	case OPT_TIER:
		return opt_number("--tier", arg, CONF_TIERS, &opt.tier, f);
	case OPT_POLICY:
		opt.policy = arg;
		return 0;
	default:
		return fault_set(f, EX_USAGE, "%s", "");
	}
}

static int
check_format(struct fault *f)
{
	const char *o = opt.cli.output;

	if (o == NULL)
		return 0;
	if (strcmp(o, "json") == 0)
		opt.format = JSON;
	else if (strcmp(o, "text") == 0 && opt.mode != FILTER)
		opt.format = TEXT;
	else if (strcmp(o, "openai") == 0 && opt.mode == LIST && !opt.online)
		opt.format = OPENAI;
	else
		return fault_set(f, EX_USAGE, "-o %s: not here", o);
	return 0;
}

/* What options mean together. */
static int
check_opts(int argc, char *argv[], struct fault *f)
{
	if (argc > 1 || (argc == 1 && strcmp(argv[0], "-") != 0))
		return fault_set(f, EX_USAGE, "%s: requests come from stdin",
		    argv[0]);
	if (opt.score != 0 && opt.tier != 0)
		return fault_set(f, EX_USAGE, "--score and --tier");
	if (opt.online && opt.mode != LIST)
		return fault_set(f, EX_USAGE, "--online wants --list");
	if (opt.cli.keys != NULL && strcmp(opt.cli.keys, "-") == 0 &&
	    opt.mode != LIST && opt.mode != CHECK)
		return fault_set(f, EX_USAGE,
		    "both the keys and the requests from stdin");
	return check_format(f);
}

static int
parse(int argc, char *argv[], struct fault *f)
{
	int ch, r;

	while ((ch = getopt_long(argc, argv, CLI_SHORT, longopts, NULL)) !=
	    -1) {
		if (ch == 'h') {
			usage(stdout);
			exit(fflush(stdout) == 0 ? 0 : EX_IOERR);
		} else if (ch == 'V') {
			cli_version("ms-route");
			exit(fflush(stdout) == 0 ? 0 : EX_IOERR);
		}
		if ((r = cli_opt(&opt.cli, ch, optarg, f)) == 0)
			r = own_opt(ch, optarg, f);
		if (r == -1)
			return -1;
	}
	return check_opts(argc - optind, argv + optind, f);
}

/* ---- what a run needs ---- */

/* Says what loading had to say, a line each. */
static void
say_lines(const struct buf *b)
{
	const char *s, *end;

	for (s = b->d; (end = strchr(s, '\n')) != NULL; s = end + 1)
		if (!opt.cli.quiet)
			warnx("%.*s", (int)(end - s), s);
}

static int
load(struct fault *f)
{
	struct buf notes;
	int r = 0;

	buf_init(&notes, NOTES_MAX);
	if ((run.conf = conf_load(opt.cli.config, f, &notes)) == NULL)
		r = -1;
	else if (opt.mode != LIST) {
		if ((run.keys = keys_load(opt.cli.keys, f, &notes)) == NULL ||
		    (opt.cli.key != NULL &&
			keys_only(run.keys, opt.cli.key, f) == -1))
			r = -1;
	}
	say_lines(&notes);
	buf_free(&notes);
	return r;
}

static int
open_net(struct fault *f)
{
	if ((run.loop = loop_new()) != NULL &&
	    (run.up = upstream_new(run.loop)) != NULL)
		return 0;
	return fault_set(f, EX_OSERR, "%s", strerror(errno));
}

/* Will a local model be asked? Then the ledger is written to. */
static int
asks_local(void)
{
	return run.conf->smart_routing && run.conf->local.base_url != NULL &&
	    opt.score == 0 && opt.tier == 0 &&
	    order_routed(run.conf, opt.cli.models, opt.cli.nmodels, -1, -1);
}

static int
open_ledger(int mode, struct fault *f)
{
	char *dir;

	/* Without a home there is nothing on record, which is no error. */
	dir = paths_state(opt.cli.state, f);
	if (dir == NULL && f->status == EX_CONFIG)
		dir = strdup("/nonexistent/ms");
	if (dir == NULL)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	run.ledger = ledger_open(dir, run.conf->day_offset, mode,
	    run.conf->keep_days, f);
	free(dir);
	return run.ledger == NULL ? -1 : 0;
}

static int
start(struct fault *f)
{
	int local = asks_local();
	struct planner_opts o = { .conf = run.conf,
		.keys = run.keys,
		.names = opt.cli.models,
		.nnames = opt.cli.nmodels,
		.warn = warn_line };

	if (opt.policy != NULL &&
	    (run.policy = policy_new(opt.policy, f)) == NULL)
		return -1;
	if (open_ledger(local ? LEDGER_WRITE : LEDGER_READ, f) == -1 ||
	    (local && open_net(f) == -1) ||
	    (run.route = route_new(run.conf, run.ledger, run.up, f)) == NULL)
		return -1;
	o.ledger = run.ledger;
	o.policy = run.policy;
	if ((run.planner = planner_new(&o)) == NULL)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	if (run.keys->n == 0)
		warn_line("no key is known here: models are not left out "
			  "for want of one");
	return 0;
}

static void
finish(void)
{
	planner_free(run.planner);
	policy_free(run.policy);
	route_free(run.route);
	if (run.up != NULL)
		upstream_free(run.up);
	if (run.loop != NULL)
		loop_free(run.loop);
	if (run.ledger != NULL)
		ledger_close(run.ledger);
	if (run.keys != NULL)
		keys_free(run.keys);
	conf_free(run.conf);
	texts_free(&run.texts);
	buf_free(&run.text);
	buf_free(&run.line);
	cli_free(&opt.cli);
}

/* ---- one request ---- */

static void
on_decision(void *arg, const struct decision *d)
{
	(void)arg;
	run.decision = *d;
	run.decided = 1;
}

/* Waits for the local model, or for --timeout. */
static int
wait_decision(struct route_wait *w, struct fault *f)
{
	int64_t left = -1;

	for (run.decided = 0; !run.decided;) {
		if (run.deadline != 0 &&
		    (left = run.deadline - now_mono()) <= 0) {
			route_cancel(w);
			return fault_set(f, EX_TEMPFAIL, "timed out");
		}
		if (loop_turn(run.loop, (int)left) == -1) {
			route_cancel(w);
			return fault_set(f, EX_OSERR, "%s", strerror(errno));
		}
	}
	return 0;
}

/* Where no request has a say: what -m names, or the configured order. */
static void
decide_unasked(struct decision *d)
{
	int tier = 0;

	if (opt.cli.nmodels == 0 ||
	    (opt.cli.nmodels == 1 &&
		route_name(run.conf, opt.cli.models[0], &tier)))
		route_tier(tier, d);
	else {
		route_tier(0, d);
		strlcpy(d->reason, "the models that were named",
		    sizeof(d->reason));
	}
}

static int
decide(const char *request, size_t n, struct fault *f)
{
	struct decision *d = &run.decision;
	struct route_wait *w;

	if (opt.score != 0)
		route_score(opt.score, d);
	else if (opt.tier != 0)
		route_tier(opt.tier, d);
	else if (!order_routed(run.conf, opt.cli.models, opt.cli.nmodels, -1,
		     -1))
		decide_unasked(d);
	else {
		buf_cut(&run.text, 0);
		if (route_text(request, n, &run.text) == -1)
			return fault_set(f,
			    errno == ENOMEM ? EX_OSERR : EX_DATAERR, "%s",
			    strerror(errno));
		w = route_ask(run.route, run.text.d, run.text.len, d,
		    on_decision, NULL);
		if (w != NULL && wait_decision(w, f) == -1)
			return -1;
	}
	if (d->warning[0] != '\0')
		warn_line(d->warning);
	return 0;
}

/* Is there time left of --timeout? */
static int
in_time(int64_t *left, struct fault *f)
{
	*left = INT64_MAX;
	if (run.deadline == 0 || (*left = run.deadline - now_mono()) > 0)
		return 0;
	return fault_set(f, EX_TEMPFAIL, "timed out");
}

static int
unwritten(struct fault *f)
{
	return errno == ETIMEDOUT ?
	    fault_set(f, EX_TEMPFAIL, "timed out") :
	    fault_set(f, EX_IOERR, "write: %s", strerror(errno));
}

static int
write_out(const struct buf *b, struct fault *f)
{
	FILE *fp = out_file(run.out);

	if (fwrite(b->d, 1, b->len, fp) != b->len ||
	    (run.deadline != 0 && fflush(fp) != 0))
		return unwritten(f);
	return 0;
}

static int
explain(const struct lineup *l, struct fault *f)
{
	struct table_style style;
	int r;

	term_style(STDOUT_FILENO, &style);
	if (opt.format == TEXT ||
	    (opt.format == NONE && style.width > 0 && opt.cli.outfile == NULL))
		r = explain_table(&run.decision, l, run.conf->day_offset,
		    &style, &run.line);
	else
		r = explain_json(&run.decision, l, run.conf->day_offset,
		    &run.line);
	if (r == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	return write_out(&run.line, f);
}

static int
rewrite(struct splice v, struct splice request, struct fault *f)
{
	if (planner_edit(run.planner, &run.decision, &v, &request, &run.line) ==
		-1 ||
	    buf_addc(&run.line, '\n') == -1)
		return fault_set(f, errno == EFBIG ? EX_DATAERR : EX_OSERR,
		    "%s", strerror(errno));
	return write_out(&run.line, f);
}

/* A Batch line of embeddings: the models here are for chats. */
static int
embeds(struct splice v)
{
	struct splice url;

	return v.s[0] == '{' && splice_find(v, "url", &url) == 1 &&
	    splice_eq(url, "/v1/embeddings");
}

static int
pass(struct splice v, struct fault *f)
{
	buf_cut(&run.line, 0);
	if (buf_add(&run.line, v.s, v.n) == -1 ||
	    buf_addc(&run.line, '\n') == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	return write_out(&run.line, f);
}

static int
answer(struct splice v, struct fault *f)
{
	const struct lineup *l;
	struct splice request;

	if (opt.mode != EXPLAIN && embeds(v))
		return pass(v, f);
	if (route_request(v.s, v.n, &request) == -1)
		return fault_set(f, EX_DATAERR,
		    "neither a request nor a "
		    "Batch line: it has no messages and no prompt");
	if (decide(request.s, request.n, f) == -1 ||
	    (l = planner_lineup(run.planner, &run.decision, request.s,
		 request.n, f)) == NULL)
		return -1;
	if (opt.cli.verbose > 0)
		warnx("line %ld: %s (%s), actual tier %d", run.texts.line,
		    run.decision.reason, route_source(&run.decision),
		    run.decision.actual_tier);
	buf_cut(&run.line, 0);
	if (opt.mode == EXPLAIN)
		return explain(l, f);
	if (l->tried == 0) {
		planner_refuse(run.planner, f);
		return -1;
	}
	return rewrite(v, request, f);
}

/* ---- all of them ---- */

/* Waits for requests no longer than --timeout has it. */
static int
wait_input(struct fault *f)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t left;

	while (run.deadline != 0) {
		if (in_time(&left, f) == -1)
			return -1;
		if (poll(&p, 1, left < INT32_MAX ? (int)left : -1) != 0)
			break; /* what is wrong with it, read(2) will tell */
	}
	return 0;
}

/*
 * What was answered goes out before more is read, so that this can stand in
 * a pipeline that waits for each answer.
 */
static int
flush(void *arg, struct fault *f)
{
	(void)arg;
	if (fflush(out_file(run.out)) == 0)
		return wait_input(f);
	return unwritten(f);
}

/*
 * Says what is wrong with a text. It is left out: an empty line stands in its
 * place, which readers of JSON pass over, while a batch goes on counting.
 */
static int
leave_out(struct fault *f)
{
	run.bad = 1;
	warnx("%s", f->text);
	buf_cut(&run.line, 0);
	if (opt.mode == EXPLAIN)
		return 0;
	if (buf_addc(&run.line, '\n') == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	return write_out(&run.line, f);
}

/* The next request is answered: 1, 0 at the end, or -1 with *f. */
static int
filter_one(struct fault *f)
{
	struct fault inner;
	struct splice v;
	int64_t left;
	int r;

	if ((r = texts_next(&run.texts, &v, flush, NULL, f)) != 1)
		return r;
	if (in_time(&left, f) == 0 && answer(v, f) == 0)
		return 1;
	inner = *f;
	if (f->status == EX_DATAERR)
		fault_set(f, EX_DATAERR, "stdin: line %ld: %s", run.texts.line,
		    inner.text);
	return -1;
}

static int
filter(struct fault *f)
{
	int r;

	while ((r = filter_one(f)) == 1 ||
	    (r == -1 && f->status == EX_DATAERR && leave_out(f) == 0))
		continue;
	if (r == 0 && run.bad)
		return fault_set(f, EX_DATAERR, "%s", "");
	return r;
}

/* ---- lists ---- */

static int
list_online(const struct table_style *s, int table, struct fault *f)
{
	struct online o;
	int failed, r, ms = ONLINE_TIME;

	if (open_net(f) == -1)
		return -1;
	if (opt.cli.timeout > 0 && opt.cli.timeout < INT32_MAX)
		ms = (int)opt.cli.timeout;
	if ((failed = online_list(run.conf, run.loop, run.up, ms, &o,
		 warn_line)) == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	r = table ? catalog_compare_table(run.conf, o.v, o.n, s, &run.line) :
		    catalog_compare(run.conf, o.v, o.n, &run.line);
	online_free(&o);
	if (r == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	if (write_out(&run.line, f) == -1)
		return -1;
	return failed == 0 ? 0 :
			     fault_set(f, EX_TEMPFAIL,
				 "%d of the upstreams gave no list", failed);
}

static int
list(struct fault *f)
{
	struct table_style s;
	int r, table;

	term_style(STDOUT_FILENO, &s);
	table = opt.format == NONE && s.width > 0 && opt.cli.outfile == NULL;
	if (opt.online)
		return list_online(&s, table || opt.format == TEXT, f);
	if (table)
		r = catalog_table(run.conf, &s, &run.line);
	else if (opt.format == TEXT)
		r = catalog_text(run.conf, &run.line);
	else if (opt.format == OPENAI)
		r = catalog_openai(run.conf, &run.line);
	else
		r = catalog_json(run.conf, &run.line);
	if (r == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	return write_out(&run.line, f);
}

/* What loading did not find out: that requests can be routed at all. */
static int
check(struct fault *f)
{
	struct pick_model *order;
	struct decision d;
	size_t n;

	if (opt.policy != NULL &&
	    (run.policy = policy_new(opt.policy, f)) == NULL)
		return -1;
	route_tier(0, &d);
	if ((order = order_make(run.conf, opt.cli.models, opt.cli.nmodels, &d,
		 &n, f)) == NULL)
		return -1;
	free(order);
	if (run.keys->n == 0)
		warn_line("no key is known here");
	return 0;
}

static int
work(struct fault *f)
{
	if (load(f) == -1)
		return -1;
	if (opt.mode != LIST && opt.mode != CHECK && start(f) == -1)
		return -1;
	if ((run.out = out_open(opt.cli.outfile, f)) == NULL)
		return -1;
	out_until(run.out, run.deadline);
	if (opt.mode == CHECK)
		return check(f);
	return opt.mode == LIST ? list(f) : filter(f);
}

int
main(int argc, char *argv[])
{
	struct fault f = { .status = 0 };
	int r;

	cli_begin();
	texts_init(&run.texts, STDIN_FILENO, "stdin", REQUEST_MAX);
	buf_init(&run.text, REQUEST_MAX);
	buf_init(&run.line, REQUEST_MAX);
	if (parse(argc, argv, &f) == -1) {
		if (f.text[0] != '\0')
			warnx("%s", f.text);
		if (f.status == EX_USAGE)
			usage(stderr);
		return f.status;
	}
	if (opt.cli.timeout > 0)
		run.deadline = now_mono() + opt.cli.timeout;
	if ((r = work(&f)) == -1) {
		if (f.text[0] != '\0') /* else it was said */
			warnx("%s%s%s%s", f.text, f.hint[0] != '\0' ? " (" : "",
			    f.hint, f.hint[0] != '\0' ? ")" : "");
		if (opt.mode == CHECK && f.status != EX_OSERR)
			f.status = EX_CONFIG;
	}
	if (r == 0 && (r = out_commit(run.out, &f)) == -1)
		warnx("%s", f.text);
	else if (r == -1 && run.out != NULL) {
		/* What was answered stays on stdout. */
		(void)fflush(out_file(run.out));
		out_abort(run.out);
	}
	finish();
	return r == -1 ? f.status : 0;
}
