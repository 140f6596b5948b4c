/*
 * ms-chat: send a chat request, or a file of them, and fail over to the next
 * model or key when one is refused.
 */
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "api.h"
#include "ask.h"
#include "batch.h"
#include "buf.h"
#include "chat.h"
#include "cli.h"
#include "conf.h"
#include "converse.h"
#include "emit.h"
#include "fault.h"
#include "input.h"
#include "keys.h"
#include "ledger.h"
#include "left.h"
#include "listen.h"
#include "loop.h"
#include "now.h"
#include "out.h"
#include "paths.h"
#include "request.h"
#include "term.h"

enum {
	RETRIES_MAX = 100,
	BYTES_MAX = 1 << 30, /* as ms-serve has it */
	DRAIN = 600 * 1000   /* ms that a worker may take to leave */
};

enum {
	OPT_TEMPERATURE = CLI_OWN,
	OPT_MAX_TOKENS,
	OPT_PARAM,
	OPT_SCHEMA,
	OPT_ROUTE,
	OPT_NO_ROUTE,
	OPT_RETRIES,
	OPT_BASE64,
	OPT_EXIT_ZERO,
	OPT_REASONING,
	OPT_LISTEN,
	OPT_BATCH,
	OPT_WAIT,
	OPT_MAX_EVENT,
	OPT_MAX_ANSWER
};

#define SHORT CLI_SHORT "c:i:ns:"

static const struct option longopts[] = { CLI_LONG,
	{ "no-stdin", no_argument, NULL, 'n' },
	{ "system", required_argument, NULL, 's' },
	{ "image", required_argument, NULL, 'i' },
	{ "conversation", required_argument, NULL, 'c' },
	{ "temperature", required_argument, NULL, OPT_TEMPERATURE },
	{ "max-tokens", required_argument, NULL, OPT_MAX_TOKENS },
	{ "param", required_argument, NULL, OPT_PARAM },
	{ "json-schema", required_argument, NULL, OPT_SCHEMA },
	{ "route", no_argument, NULL, OPT_ROUTE },
	{ "no-route", no_argument, NULL, OPT_NO_ROUTE },
	{ "retries", required_argument, NULL, OPT_RETRIES },
	{ "base64", required_argument, NULL, OPT_BASE64 },
	{ "exit-zero", no_argument, NULL, OPT_EXIT_ZERO },
	{ "reasoning", no_argument, NULL, OPT_REASONING },
	{ "listen", no_argument, NULL, OPT_LISTEN },
	{ "batch", required_argument, NULL, OPT_BATCH },
	{ "wait", no_argument, NULL, OPT_WAIT },
	{ "max-event", required_argument, NULL, OPT_MAX_EVENT },
	{ "max-answer", required_argument, NULL, OPT_MAX_ANSWER },
	{ NULL, 0, NULL, 0 } };

/* All that the command line says. */
static struct {
	struct cli cli;
	struct input input;
	struct ask ask;
	const char *batch;
	enum emit_format format;
	int route, retries, exit_zero, reasoning, listen;
	int wait;
	int max_event, max_answer;
} opt = { .route = -1, .retries = -1 };

/* All that a run needs. */
struct run {
	struct conf *conf;
	struct keys *keys;
	struct ledger *ledger;
	struct loop *loop;
	struct chat *chat;
	struct chat_job *job;
	struct emit *emit;
	struct out *out;
	struct listen *listen;
	struct batch *batch;
	struct term_progress progress;
	int64_t began;	       /* monotonic ms */
	struct buf body, said; /* see struct asked */
	int piped;	       /* SIGPIPE is to end us */
	int lost;	       /* a write failed */
	size_t fed;	       /* bytes that emit has, not yet taken */
	int signal;
};

static void
usage(FILE *fp)
{
	fputs(
	    "usage: ms-chat [-hjnqVv] [-c file] [-i image] [-k file] "
	    "[-m model]\n"
	    "               [-O file] [-o format] [-s text] [--base64 word] "
	    "[--config file]\n"
	    "               [--env-file file] [--exit-zero] "
	    "[--json-schema file] [--key name]\n"
	    "               [--max-answer n] [--max-event n] "
	    "[--max-tokens n]\n"
	    "               [--param name=json] [--reasoning] [--retries n]\n"
	    "               [--route | --no-route] [--state dir] [--temperature n]\n"
	    "               [--timeout s] [prompt ...]\n"
	    "       ms-chat --batch file [-O file] [-P n] [--wait] "
	    "[options]\n"
	    "       ms-chat --listen [options]\n",
	    fp);
}

/* ---- options ---- */

/* One that is a number. */
static int
count(const char *name, const char *arg, int min, long long max, int *n,
    struct fault *f)
{
	const char *why;

	*n = (int)strtonum(arg, min, max, &why);
	if (why != NULL)
		return fault_set(f, EX_USAGE, "%s %s: %s", name, arg, why);
	return 0;
}

/* Options that need a look at what they say: 0, or -1 with *f. */
static int
value_opt(int ch, char *arg, struct fault *f)
{
	switch (ch) {
	case 'i':
		return ask_image(&opt.ask, arg, f);
	case OPT_TEMPERATURE:
		return ask_temperature(&opt.ask, arg, f);
	case OPT_MAX_TOKENS:
		return ask_max_tokens(&opt.ask, arg, f);
	case OPT_PARAM:
		return ask_param(&opt.ask, arg, f);
	case OPT_MAX_EVENT:
		return count("--max-event", arg, 1, BYTES_MAX, &opt.max_event,
		    f);
	case OPT_MAX_ANSWER:
		return count("--max-answer", arg, 1, BYTES_MAX, &opt.max_answer,
		    f);
	case OPT_RETRIES:
		return count("--retries", arg, 0, RETRIES_MAX, &opt.retries, f);
	default:
		return fault_set(f, EX_USAGE, "%s", "");
	}
}

/* An option of ours: 0, or -1 with *f, without a text if getopt spoke. */
static int
own_opt(int ch, char *arg, struct fault *f)
{
	switch (ch) {
	case 'n':
		opt.input.no_stdin = 1;
		return 0;
	case 's':
		opt.ask.system = arg;
		return 0;
	case 'c':
		opt.ask.conversation = arg;
		return 0;
	case OPT_SCHEMA:
		opt.ask.schema = arg;
		return 0;
	case OPT_ROUTE:
	case OPT_NO_ROUTE:
		opt.route = ch == OPT_ROUTE;
		return 0;
	case OPT_BASE64:
		opt.input.base64 = arg;
		return 0;
	case OPT_EXIT_ZERO:
		opt.exit_zero = 1;
		return 0;
	case OPT_REASONING:
		opt.reasoning = 1;
		return 0;
	case OPT_LISTEN:
		opt.listen = 1;
		return 0;
	case OPT_BATCH:
		opt.batch = arg;
		return 0;
	case OPT_WAIT:
		opt.wait = 1;
		return 0;
	default:
		return value_opt(ch, arg, f);
	}
}

/* What options mean together. */
static int
check_opts(struct fault *f)
{
	int keys = opt.cli.keys != NULL && strcmp(opt.cli.keys, "-") == 0;
	int asks = opt.input.nwords > 0 || opt.input.base64 != NULL;

	if (opt.cli.output != NULL &&
	    emit_named(opt.cli.output, &opt.format) == -1)
		return fault_set(f, EX_USAGE,
		    "-o %s: want text, json, openai, sse or n8n",
		    opt.cli.output);
	if (asks && (opt.listen || opt.batch != NULL))
		return fault_set(f, EX_USAGE, "both %s and a prompt",
		    opt.listen ? "--listen" : "--batch");
	if (opt.listen && opt.batch != NULL)
		return fault_set(f, EX_USAGE, "both --listen and --batch");
	if (opt.batch == NULL && (opt.wait || opt.cli.parallel > 0))
		return fault_set(f, EX_USAGE, "%s is for --batch",
		    opt.wait ? "--wait" : "-P");
	if (opt.batch != NULL &&
	    (opt.ask.nparams > 0 || opt.ask.nimages > 0 ||
		opt.ask.system != NULL || opt.ask.conversation != NULL ||
		opt.ask.schema != NULL || opt.cli.output != NULL))
		return fault_set(f, EX_USAGE,
		    "with --batch the lines say "
		    "what is asked, and -o means nothing");
	if (keys &&
	    (opt.batch != NULL ? strcmp(opt.batch, "-") == 0 :
				 !asks && !opt.listen))
		return fault_set(f, EX_USAGE,
		    "both the keys and the prompt from stdin");
	opt.input.no_stdin |= keys;
	return 0;
}

/* How is a mistake to be told, by the options behind it? */
static void
look_on(int argc, char *argv[])
{
	int ch;

	opterr = 0;
	while ((ch = getopt_long(argc, argv, SHORT, longopts, NULL)) != -1)
		if (ch == OPT_EXIT_ZERO)
			opt.exit_zero = 1;
		else if (ch == 'o')
			opt.cli.output = optarg;
	if (opt.cli.output != NULL)
		(void)emit_named(opt.cli.output, &opt.format);
}

static int
parse(int argc, char *argv[], struct fault *f)
{
	int ch, r;

	while ((ch = getopt_long(argc, argv, SHORT, longopts, NULL)) != -1) {
		if (ch == 'h' || ch == 'V') {
			if (ch == 'h')
				usage(stdout);
			else
				cli_version("ms-chat");
			exit(fflush(stdout) == 0 ? 0 : EX_IOERR);
		}
		if ((r = cli_opt(&opt.cli, ch, optarg, f)) == 0)
			r = own_opt(ch, optarg, f);
		if (r == -1)
			return -1;
	}
	opt.input.words = argv + optind;
	opt.input.nwords = (size_t)(argc - optind);
	opt.ask.input = &opt.input;
	return check_opts(f);
}

/* ---- what every kind of run needs ---- */

/* Says what loading had to say, a line each. */
static void
say_lines(const struct buf *b)
{
	const char *s, *end;

	for (s = b->d; !opt.cli.quiet && *s != '\0'; s = end + 1) {
		if ((end = strchr(s, '\n')) == NULL)
			break;
		warnx("%.*s", (int)(end - s), s);
	}
}

static void
say(void *arg, int what, const char *line)
{
	struct run *r = arg;

	if ((what == CHAT_WARN ? opt.cli.quiet : opt.cli.verbose == 0) ||
	    (opt.listen && !cli_heard()))
		return;
	term_progress_end(&r->progress);
	if (r->emit != NULL)
		emit_break(r->emit);
	warnx("%s", line);
}

static int
load(struct run *r, struct fault *f)
{
	struct buf notes;
	char *state = NULL;

	buf_init(&notes, 64 * 1024);
	r->conf = conf_load(opt.cli.config, f, &notes);
	say_lines(&notes);
	buf_cut(&notes, 0);
	if (r->conf == NULL)
		goto out;
	r->keys = keys_load(opt.cli.keys, f, &notes);
	if (r->keys != NULL)
		keys_check(r->keys, r->conf, &notes);
	say_lines(&notes);
	if (r->keys == NULL ||
	    (opt.cli.key != NULL && keys_only(r->keys, opt.cli.key, f) == -1))
		goto out;
	if ((state = paths_state(opt.cli.state, f)) != NULL)
		r->ledger = ledger_open(state, r->conf->day_offset,
		    LEDGER_WRITE, r->conf->keep_days, f);
out:
	free(state);
	buf_free(&notes);
	return r->ledger == NULL ? -1 : 0;
}

static const int signals[] = { SIGHUP, SIGINT, SIGTERM };

/*
 * What was asked of others is recorded before we go, for whatever reason;
 * nohup(1) holds. 0, or -1 with errno.
 */
static int
set_signals(struct run *r, void (*fn)(void *, int))
{
	size_t i;

	r->piped = signal(SIGPIPE, SIG_IGN) != SIG_IGN;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (signals[i] == SIGHUP && signal(SIGHUP, SIG_IGN) == SIG_IGN)
			continue;
		if (loop_signal(r->loop, signals[i], fn, r) == -1)
			return -1;
	}
	return 0;
}

/* With nothing to be recorded any more, a signal ends us at once. */
static void
reset_signals(void)
{
	struct sigaction sa;
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], NULL, &sa) == 0 &&
		    sa.sa_handler != SIG_IGN)
			signal(signals[i], SIG_DFL);
}

/* The configuration, the keys, the ledger; the attempt machine on a loop. */
static int
prepare(struct run *r, void (*on_signal)(void *, int), struct fault *f)
{
	struct chat_opts o = { .say = say, .arg = r };

	if (load(r, f) == -1)
		return -1;
	o.conf = r->conf;
	o.keys = r->keys;
	o.ledger = r->ledger;
	o.max_event = (size_t)opt.max_event;
	o.max_answer = (size_t)opt.max_answer;
	o.retries = opt.retries >= 0 ? opt.retries : r->conf->retries;
	if ((r->loop = loop_new()) == NULL || set_signals(r, on_signal) == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	o.loop = r->loop;
	r->chat = chat_new(&o, f);
	return r->chat == NULL ? -1 : 0;
}

static int
turn(struct run *r, struct fault *f)
{
	if (loop_run(r->loop) == -1)
		return fault_set(f, EX_OSERR, "poll: %s", strerror(errno));
	return 0;
}

static void
stop_loop(void *arg)
{
	loop_stop(((struct run *)arg)->loop);
}

/* ---- one question ---- */

static void
on_end(void *arg, const struct chat_result *res)
{
	struct run *r = arg;

	r->job = NULL;
	reset_signals();
	emit_end(r->emit, res);
	/* before what is said of it */
	if (out_flush(r->out) == -1 && errno == ETIMEDOUT)
		r->lost = 1;
	loop_stop(r->loop);
}

static void
on_head(void *arg, const struct chat_head *h)
{
	emit_head(((struct run *)arg)->emit, h);
}

static void
on_room(void *arg, int fd, short revents)
{
	struct run *r = arg;

	(void)revents;
	loop_fd(r->loop, fd, 0, NULL, NULL);
	if (r->job != NULL)
		chat_resume(r->job);
}

/*
 * Prints as much as there is room for: where a reader does not read, signals
 * and times are heeded all the same. Taken is what is printed to its end.
 */
static size_t
on_data(void *arg, const char *p, size_t n)
{
	struct run *r = arg;
	size_t taken = 0, fed = r->fed;

	while (!r->lost && (taken < n || emit_behind(r->emit))) {
		if (!out_room(r->out)) {
			loop_fd(r->loop, out_fd(r->out), POLLOUT, on_room, r);
			break;
		}
		fed += emit_data(r->emit, p + fed, n - fed);
		r->lost = out_flush(r->out) == -1;
		if (!emit_behind(r->emit))
			taken = fed;
	}
	r->fed = fed - taken;
	if (r->lost)
		loop_stop(r->loop);
	return taken;
}

static void
on_signal(void *arg, int sig)
{
	struct run *r = arg;

	r->signal = sig;
	if (r->job != NULL)
		chat_cancel(r->job);
	r->job = NULL;
	reset_signals();
	if (r->emit != NULL && out_room(r->out))
		emit_break(r->emit);
	loop_stop(r->loop);
}

static int
make_request(struct run *r, struct chat_ask *a, struct fault *f)
{
	struct asked q = { .body = &r->body, .said = &r->said };
	int stream = opt.format == EMIT_SSE ? 1 :
	    opt.format == EMIT_OPENAI	    ? 0 :
					      -1;

	if (ask_make(&opt.ask, stream, &q, f) == -1)
		return -1;
	if (q.mended && !opt.cli.quiet)
		warnx("the prompt is not UTF-8: what is not was replaced");
	a->body = r->body.d;
	a->len = r->body.len;
	a->limited = q.limited;
	return 0;
}

static int
start(struct run *r, const struct chat_ask *a, struct fault *f)
{
	static const struct chat_sink sink = { on_head, on_data, on_end };

	if ((r->out = out_open(opt.cli.outfile, f)) == NULL)
		return -1;
	if (opt.cli.timeout > 0)
		out_until(r->out, now_mono() + opt.cli.timeout);
	r->emit = emit_new(opt.format, out_file(r->out), isatty(out_fd(r->out)),
	    opt.reasoning ? stderr : NULL, cli_colour(STDERR_FILENO));
	if (r->emit == NULL)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	emit_bounds(r->emit, (size_t)opt.max_event, (size_t)opt.max_answer);
	r->job = chat_start(r->chat, a, &sink, r, f);
	return r->job == NULL ? -1 : 0;
}

/* Asks and prints; *type is set to a verdict's name, if it came to one. */
static int
ask(struct run *r, const char **type, struct fault *f)
{
	struct chat_ask a = { .api = api_named("chat"),
		.models = opt.cli.models,
		.nmodels = opt.cli.nmodels,
		.route = opt.route,
		.timeout = opt.cli.timeout };

	a.lazy = opt.format != EMIT_SSE && opt.format != EMIT_OPENAI &&
	    !opt.reasoning;
	if (make_request(r, &a, f) == -1 || prepare(r, on_signal, f) == -1 ||
	    start(r, &a, f) == -1 || turn(r, f) == -1)
		return -1;
	if (r->signal != 0)
		return fault_set(f, EX_TEMPFAIL, "interrupted");
	*type = emit_verdict(r->emit);
	if (emit_status(r->emit, f) == -1)
		return -1;
	if (opt.ask.conversation == NULL || *type == NULL ||
	    out_flush(r->out) == -1) /* out_commit() knows why */
		return 0;
	if ((r->said.len > 0 && buf_adds(&r->said, ",\n") == -1) ||
	    emit_message(r->emit, &r->said) == -1)
		return fault_set(f, EX_OSERR, "%s: %s", opt.ask.conversation,
		    strerror(errno));
	return converse_add(opt.ask.conversation, r->said.d, r->said.len, f);
}

/* ---- many ---- */

/* The first signal lets what is under way finish, the second does not. */
static void
on_stop(void *arg, int sig)
{
	struct run *r = arg;

	if (r->batch == NULL || r->signal != 0)
		loop_stop(r->loop);
	else
		batch_stop(r->batch);
	r->signal = sig;
}

static void
on_progress(void *arg, const struct batch *b)
{
	struct run *r = arg;
	struct batch_count c;
	int64_t done, rate, now = now_mono();
	char total[32] = "", eta[32] = "", left[128];

	if (!term_progress_due(&r->progress, now))
		return;
	batch_counts(b, &c);
	done = c.good + c.bad + c.later;
	rate = now > r->began ? done * 1000 / (now - r->began) : 0;
	if (c.total >= 0)
		snprintf(total, sizeof(total), "/%lld", (long long)c.total);
	if (c.total >= 0 && done > 0)
		snprintf(eta, sizeof(eta), ", %lld s left",
		    (long long)((c.total - c.skipped - done) *
			(now - r->began) / done / 1000));
	left_text(r->conf, r->keys, ledger_fold(r->ledger), left, sizeof(left));
	term_progress(&r->progress, now,
	    "%lld%s done, %lld failed, "
	    "%lld/s%s%s%s",
	    (long long)(c.skipped + done), total, (long long)(c.bad + c.later),
	    (long long)rate, eta, left, c.waiting ? ", waiting for quota" : "");
}

static void
batch_say(void *arg, const char *line)
{
	say(arg, CHAT_WARN, line);
}

static int
batch(struct run *r, struct fault *f)
{
	struct batch_opts o = { .in = opt.batch,
		.out = opt.cli.outfile,
		.parallel = opt.cli.parallel,
		.wait = opt.wait,
		.models = opt.cli.models,
		.nmodels = opt.cli.nmodels,
		.route = opt.route,
		.timeout = opt.cli.timeout,
		.say = batch_say,
		.done = stop_loop,
		.arg = r };
	struct batch_count c;
	int status;

	(void)cli_files();
	if (prepare(r, on_stop, f) == -1)
		return -1;
	o.loop = r->loop;
	o.chat = r->chat;
	o.rounds = opt.retries >= 0 ? opt.retries : r->conf->retries;
	if (!opt.cli.quiet)
		o.progress = on_progress;
	r->began = now_mono();
	if ((r->batch = batch_start(&o, f)) == NULL || turn(r, f) == -1)
		return -1;
	term_progress_end(&r->progress);
	status = batch_status(r->batch, f);
	if (status == -1 && errno == EPIPE && f->status == EX_IOERR &&
	    r->piped) {
		r->signal = SIGPIPE; /* quietly, as any filter */
		return 0;
	}
	batch_counts(r->batch, &c);
	if (!opt.cli.quiet && status != 0)
		warnx("%lld answered, %lld failed, %lld to do again, "
		      "%lld done before",
		    (long long)c.good, (long long)c.bad, (long long)c.later,
		    (long long)c.skipped);
	return status;
}

/* ---- the worker ---- */

static void
on_drain(void *arg, int sig)
{
	struct run *r = arg;

	(void)sig;
	if (r->listen != NULL)
		listen_drain(r->listen, DRAIN);
}

/* Who started us is gone; a request that it asked for has no reader. */
static void
on_orphan(void *arg, int fd, short revents)
{
	struct run *r = arg;

	(void)revents;
	loop_fd(r->loop, fd, 0, NULL, NULL);
	listen_drain(r->listen, DRAIN);
}

/* Answers what comes in on the listener until it is told to stop. */
static int
work(struct run *r, struct fault *f)
{
	struct stat st;

	cli_serves();
	if (prepare(r, on_drain, f) == -1)
		return -1;
	r->listen = listen_new(r->loop, r->chat, LISTEN_FD, stop_loop, r, f);
	if (r->listen == NULL)
		return -1;
	/* A supervisor's end of a socket: it hears that we accept. */
	if (fstat(STDIN_FILENO, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    (loop_fd(r->loop, STDIN_FILENO, POLLIN, on_orphan, r) == -1 ||
		buf_write(STDIN_FILENO, "ready\n", 6) == -1))
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	chat_preload(r->chat);
	return turn(r, f);
}

/* ---- the end ---- */

/* Breaks off what is under way, of which something may be said yet. */
static void
end(struct run *r)
{
	listen_free(r->listen);
	batch_free(r->batch);
	chat_free(r->chat);
}

static void
clean(struct run *r)
{
	loop_free(r->loop);
	emit_free(r->emit);
	ledger_close(r->ledger);
	keys_free(r->keys);
	conf_free(r->conf);
	buf_free(&r->body);
	buf_free(&r->said);
	ask_free(&opt.ask);
	cli_free(&opt.cli);
}

/* Says a failure, or prints it for a program that wants it so. */
static int
fail(struct run *r, const struct fault *f, const char *type)
{
	struct fault g, unsaid = { .status = EX_USAGE, .text = "bad option" };
	int said = f->text[0] == '\0'; /* by getopt */

	if (opt.exit_zero && r->emit != NULL && emit_tells(r->emit))
		return 0;
	if (opt.exit_zero || opt.format == EMIT_N8N) {
		if (r->out != NULL && out_fd(r->out) != STDOUT_FILENO) {
			out_abort(r->out);
			r->out = NULL;
		}
		if (r->out == NULL && (r->out = out_open(NULL, &g)) == NULL)
			return g.status;
		emit_error(out_file(r->out), opt.format, said ? &unsaid : f,
		    type);
		return opt.exit_zero ? 0 : f->status;
	}
	if (!said)
		warnx("%s%s%s", f->text, f->hint[0] != '\0' ? "; " : "",
		    f->hint);
	if (f->status == EX_USAGE)
		usage(stderr);
	if (opt.cli.outfile != NULL || r->lost) { /* the old file stays */
		out_abort(r->out);
		r->out = NULL;
	}
	return f->status;
}

static int
run(struct run *r, const char **type, struct fault *f)
{
	if (opt.listen)
		return work(r, f);
	return opt.batch != NULL ? batch(r, f) : ask(r, type, f);
}

int
main(int argc, char *argv[])
{
	struct run r = { .conf = NULL };
	struct fault f = { .status = 0 }, g;
	const char *type = NULL;
	int status;

	cli_begin();
	buf_init(&r.body, REQUEST_MAX);
	buf_init(&r.said, REQUEST_MAX);
	if ((status = parse(argc, argv, &f)) == -1)
		look_on(argc, argv);
	else
		status = run(&r, &type, &f);
	end(&r); /* while there is an output */
	if (status == -1)
		status = fail(&r, &f, type);
	if (r.out != NULL && out_commit(r.out, &g) == -1) {
		if (errno == EPIPE && r.piped)
			r.signal = SIGPIPE; /* quietly, as any filter */
		else
			warnx("%s", g.text);
		status = g.status;
	}
	clean(&r);
	if (r.signal == SIGPIPE || (r.signal != 0 && opt.batch == NULL)) {
		signal(r.signal, SIG_DFL);
		raise(r.signal);
	}
	return status;
}
