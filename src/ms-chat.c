/*
 * ms-chat: send a chat request, and fail over to the next model or key when
 * one is refused.
 */
#include <sys/resource.h>
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

#include "buf.h"
#include "chat.h"
#include "cli.h"
#include "conf.h"
#include "converse.h"
#include "emit.h"
#include "fault.h"
#include "image.h"
#include "input.h"
#include "json.h"
#include "keys.h"
#include "ledger.h"
#include "listen.h"
#include "loop.h"
#include "out.h"
#include "paths.h"
#include "request.h"
#include "splice.h"

enum {
	RETRIES_MAX = 100,
	PARAMS_MAX = 40,
	IMAGES_MAX = 64,
	SCHEMA_MAX = 4 * 1024 * 1024,
	DRAIN = 600 * 1000 /* ms that a worker may take to leave */
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
	OPT_LISTEN
};

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
	{ "listen", no_argument, NULL, OPT_LISTEN }, { NULL, 0, NULL, 0 } };

/* All that the command line says. */
static struct {
	struct cli cli;
	struct input input;
	struct request_param params[PARAMS_MAX];
	size_t nparams;
	const char *images[IMAGES_MAX];
	size_t nimages;
	const char *system, *schema, *conversation;
	enum emit_format format;
	int route, retries, exit_zero, reasoning, listen;
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
	struct buf body; /* the request */
	struct buf said; /* its messages, for a conversation */
	int limited;
	int signal;
};

static void
usage(FILE *fp)
{
	fputs("usage: ms-chat [-hjnqVv] [-c file] [-i image] [-k file] "
	      "[-m model]\n"
	      "               [-O file] [-o format] [-s text] [--base64 word] "
	      "[--config file]\n"
	      "               [--env-file file] [--exit-zero] "
	      "[--json-schema file] [--key name]\n"
	      "               [--listen] [--max-tokens n] "
	      "[--param name=json]\n"
	      "               [--reasoning] [--retries n]"
	      " [--route | --no-route]\n"
	      "               [--state dir] [--temperature n] [--timeout s] "
	      "[prompt ...]\n",
	    fp);
}

/* ---- options ---- */

static int
add_param(const char *name, const char *json, struct fault *f)
{
	if (opt.nparams == PARAMS_MAX)
		return fault_set(f, EX_USAGE, "over %d --param", PARAMS_MAX);
	opt.params[opt.nparams++] = (struct request_param){ name, json,
		strlen(json) };
	return 0;
}

/* NAME=JSON; the name's end is marked in arg itself. */
static int
opt_param(char *arg, struct fault *f)
{
	struct splice v;
	char *eq;

	if ((eq = strchr(arg, '=')) == NULL || eq == arg)
		return fault_set(f, EX_USAGE, "--param %s: want NAME=JSON",
		    arg);
	*eq++ = '\0';
	if (strcmp(arg, "messages") == 0 || strcmp(arg, "model") == 0)
		return fault_set(f, EX_USAGE,
		    "--param %s: not by this "
		    "option",
		    arg);
	if (splice_text(eq, strlen(eq), &v, NULL) == -1)
		return fault_set(f, EX_USAGE,
		    "--param %s: the value is not "
		    "JSON (strings want quotes: '%s=\"text\"')",
		    arg, arg);
	return add_param(arg, eq, f);
}

static int
opt_temperature(const char *arg, struct fault *f)
{
	struct splice v;
	double d;

	if (splice_text(arg, strlen(arg), &v, NULL) == -1 ||
	    splice_num(v, &d) == -1 || d < 0)
		return fault_set(f, EX_USAGE, "--temperature %s: invalid", arg);
	return add_param("temperature", arg, f);
}

static int
opt_count(const char *name, const char *arg, long long max, long long *n,
    struct fault *f)
{
	const char *why;

	*n = strtonum(arg, max == RETRIES_MAX ? 0 : 1, max, &why);
	if (why != NULL)
		return fault_set(f, EX_USAGE, "%s %s: %s", name, arg, why);
	return 0;
}

static int
opt_image(const char *arg, struct fault *f)
{
	if (opt.nimages == IMAGES_MAX)
		return fault_set(f, EX_USAGE, "over %d images", IMAGES_MAX);
	opt.images[opt.nimages++] = arg;
	return 0;
}

/* An option of ours: 0, or -1 with *f (a status of EX_USAGE, no text: it is
   not known). */
static int
own_opt(int ch, char *arg, struct fault *f)
{
	long long n;

	switch (ch) {
	case 'n':
		opt.input.no_stdin = 1;
		return 0;
	case 's':
		opt.system = arg;
		return 0;
	case 'i':
		return opt_image(arg, f);
	case 'c':
		opt.conversation = arg;
		return 0;
	case OPT_TEMPERATURE:
		return opt_temperature(arg, f);
	case OPT_MAX_TOKENS:
		if (opt_count("--max-tokens", arg, INT32_MAX, &n, f) == -1)
			return -1;
		return add_param("max_tokens", arg, f);
	case OPT_PARAM:
		return opt_param(arg, f);
	case OPT_SCHEMA:
		opt.schema = arg;
		return 0;
	case OPT_ROUTE:
	case OPT_NO_ROUTE:
		opt.route = ch == OPT_ROUTE;
		return 0;
	case OPT_RETRIES:
		if (opt_count("--retries", arg, RETRIES_MAX, &n, f) == -1)
			return -1;
		opt.retries = (int)n;
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
	default:
		return fault_set(f, EX_USAGE, "%s", "");
	}
}

/* What options mean together. */
static int
check_opts(struct fault *f)
{
	if (opt.cli.output != NULL &&
	    emit_named(opt.cli.output, &opt.format) == -1)
		return fault_set(f, EX_USAGE,
		    "-o %s: want text, json, "
		    "openai, sse or n8n",
		    opt.cli.output);
	if (opt.listen && (opt.input.nwords > 0 || opt.input.base64 != NULL))
		return fault_set(f, EX_USAGE, "both --listen and a prompt");
	if (!opt.listen && opt.cli.keys != NULL &&
	    strcmp(opt.cli.keys, "-") == 0) {
		if (opt.input.nwords == 0 && opt.input.base64 == NULL)
			return fault_set(f, EX_USAGE,
			    "both the keys and the prompt from stdin");
		opt.input.no_stdin = 1;
	}
	return 0;
}

static int
parse(int argc, char *argv[], struct fault *f)
{
	int ch, r;

	while ((ch = getopt_long(argc, argv, CLI_SHORT "c:i:ns:", longopts,
		    NULL)) != -1) {
		if (ch == 'h') {
			usage(stdout);
			exit(fflush(stdout) == 0 ? 0 : EX_IOERR);
		} else if (ch == 'V') {
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
	return check_opts(f);
}

/* ---- the request ---- */

static int
read_schema(struct buf *b, struct fault *f)
{
	struct splice v;
	struct buf text;
	struct json j;
	FILE *fp;
	int r = 0;

	if ((fp = fopen(opt.schema, "re")) == NULL)
		return fault_set(f, EX_NOINPUT, "%s: %s", opt.schema,
		    strerror(errno));
	buf_init(&text, SCHEMA_MAX);
	if (buf_read(&text, fileno(fp)) == -1)
		r = fault_set(f, EX_NOINPUT, "%s: %s", opt.schema,
		    strerror(errno));
	else if (splice_text(text.d, text.len, &v, NULL) == -1 || v.s[0] != '{')
		r = fault_set(f, EX_DATAERR, "%s: not a JSON object",
		    opt.schema);
	if (r == 0) {
		json_begin(&j, b);
		json_object(&j, NULL);
		json_str(&j, "type", "json_schema");
		json_object(&j, "json_schema");
		json_str(&j, "name", "answer");
		json_bool(&j, "strict", 1);
		json_raw(&j, "schema", v.s, v.n);
		json_end(&j);
		json_end(&j);
		if (json_finish(&j) == -1)
			r = fault_set(f, EX_OSERR, "%s", strerror(errno));
		else
			r = add_param("response_format", b->d, f);
	}
	buf_free(&text);
	fclose(fp);
	return r;
}

static int
build(const struct buf *text, enum input_kind kind,
    const struct request_opts *o, struct buf *out, int *limited,
    struct fault *f)
{
	*limited = 0;
	if (kind == INPUT_PROMPT)
		return request_prompt(out, text->d, text->len, o, f);
	return request_edit(out, text->d, text->len, o, limited, f);
}

/* The messages of this question alone, for the conversation's file. */
static int
build_said(struct run *r, const struct buf *text, enum input_kind kind,
    const struct request_opts *o, struct fault *f)
{
	struct request_opts alone = {
		.images = o->images, .nimages = o->nimages, .stream = -1
	};
	struct buf b;
	int limited, e;

	buf_init(&b, REQUEST_MAX);
	e = build(text, kind, &alone, &b, &limited, f);
	if (e == 0 && request_messages(&r->said, b.d, b.len) == -1)
		e = fault_set(f, EX_DATAERR, "request: %s", strerror(errno));
	buf_free(&b);
	return e;
}

static int
stream_for(enum input_kind kind)
{
	if (opt.format == EMIT_SSE)
		return 1;
	if (opt.format == EMIT_OPENAI)
		return 0;
	return kind == INPUT_PROMPT ? 1 : -1;
}

/* Fills r->body from input and options. */
static int
make_request(struct run *r, struct fault *f)
{
	struct request_opts o = { .system = opt.system, .params = opt.params };
	enum input_kind kind;
	struct buf text, schema, history;
	char *urls[IMAGES_MAX];
	size_t i;
	int utf8 = 1, e = -1;

	buf_init(&text, REQUEST_MAX);
	buf_init(&schema, 2 * SCHEMA_MAX);
	buf_init(&history, REQUEST_MAX);
	for (i = 0; i < opt.nimages; i++, o.nimages++)
		if ((urls[i] = image_url(opt.images[i], f)) == NULL)
			goto out;
	o.images = (const char *const *)urls;
	if ((opt.schema != NULL && read_schema(&schema, f) == -1) ||
	    (opt.conversation != NULL &&
		converse_read(opt.conversation, &history, f) == -1) ||
	    input_read(&opt.input, &text, &kind, &utf8, f) == -1)
		goto out;
	if (kind == INPUT_PROMPT && !utf8 && !opt.cli.quiet)
		warnx("the prompt is not UTF-8: what is not was replaced");
	o.nparams = opt.nparams;
	o.history = history.d;
	o.nhistory = history.len;
	o.stream = stream_for(kind);
	e = build(&text, kind, &o, &r->body, &r->limited, f);
	if (e == 0 && opt.conversation != NULL)
		e = build_said(r, &text, kind, &o, f);
out:
	for (i = 0; i < o.nimages; i++)
		free(urls[i]);
	buf_free(&text);
	buf_free(&schema);
	buf_free(&history);
	return e;
}

/* ---- the run ---- */

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
	(void)arg;
	if (what == CHAT_WARN ? !opt.cli.quiet : opt.cli.verbose > 0)
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
		goto fail;
	r->keys = keys_load(opt.cli.keys, f, &notes);
	say_lines(&notes);
	if (r->keys == NULL ||
	    (opt.cli.key != NULL && keys_only(r->keys, opt.cli.key, f) == -1))
		goto fail;
	if ((state = paths_state(opt.cli.state)) == NULL) {
		fault_set(f, EX_OSERR, "no state folder: %s", strerror(errno));
		goto fail;
	}
	r->ledger = ledger_open(state, r->conf->day_offset, LEDGER_WRITE,
	    r->conf->keep_days, f);
	free(state);
	buf_free(&notes);
	return r->ledger == NULL ? -1 : 0;
fail:
	buf_free(&notes);
	return -1;
}

static void
on_end(void *arg, const struct chat_result *res)
{
	struct run *r = arg;

	r->job = NULL;
	emit_end(r->emit, res);
	loop_stop(r->loop);
}

static void
on_head(void *arg, const struct chat_head *h)
{
	emit_head(((struct run *)arg)->emit, h);
}

static size_t
on_data(void *arg, const char *p, size_t n)
{
	return emit_data(((struct run *)arg)->emit, p, n);
}

static void
on_signal(void *arg, int sig)
{
	struct run *r = arg;

	r->signal = sig;
	if (r->job != NULL)
		chat_cancel(r->job);
	r->job = NULL;
	loop_stop(r->loop);
}

/* The loop and the attempt machine on it. */
static int
make_chat(struct run *r, struct fault *f)
{
	struct chat_opts o = { .conf = r->conf,
		.keys = r->keys,
		.ledger = r->ledger,
		.say = say };

	o.retries = opt.retries >= 0 ? opt.retries : r->conf->retries;
	if ((r->loop = loop_new()) == NULL)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	o.loop = r->loop;
	r->chat = chat_new(&o, f);
	return r->chat == NULL ? -1 : 0;
}

static int
on_signals(struct run *r, void (*fn)(void *, int), struct fault *f)
{
	if (loop_signal(r->loop, SIGINT, fn, r) == -1 ||
	    loop_signal(r->loop, SIGTERM, fn, r) == -1)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	return 0;
}

static int
start(struct run *r, struct fault *f)
{
	static const struct chat_sink sink = { on_head, on_data, on_end };
	struct chat_ask a = { .op = "chat",
		.path = "/chat/completions",
		.body = r->body.d,
		.len = r->body.len,
		.models = opt.cli.models,
		.nmodels = opt.cli.nmodels,
		.route = opt.route,
		.limited = r->limited,
		.timeout = opt.cli.timeout };

	a.lazy = opt.format != EMIT_SSE && opt.format != EMIT_OPENAI &&
	    !opt.reasoning;
	if (make_chat(r, f) == -1 || on_signals(r, on_signal, f) == -1)
		return -1;
	r->job = chat_start(r->chat, &a, &sink, r, f);
	return r->job == NULL ? -1 : 0;
}

/* ---- the worker ---- */

static void
on_drain(void *arg, int sig)
{
	struct run *r = arg;

	(void)sig;
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

static void
on_drained(void *arg)
{
	loop_stop(((struct run *)arg)->loop);
}

/* Answers what comes in on the listener until it is told to stop. */
static int
work(struct run *r, struct fault *f)
{
	struct rlimit n;
	struct stat st;

	if (getrlimit(RLIMIT_NOFILE, &n) == 0 && n.rlim_cur < n.rlim_max) {
		n.rlim_cur = n.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &n);
	}
	signal(SIGPIPE, SIG_IGN);
	if (load(r, f) == -1 || make_chat(r, f) == -1)
		return -1;
	r->listen = listen_new(r->loop, r->chat, LISTEN_FD, on_drained, r, f);
	if (r->listen == NULL || on_signals(r, on_drain, f) == -1)
		return -1;
	/* A supervisor's end of a socket: it hears that we accept. */
	if (fstat(STDIN_FILENO, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    (loop_fd(r->loop, STDIN_FILENO, POLLIN, on_orphan, r) == -1 ||
		write(STDIN_FILENO, "ready\n", 6) != 6))
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	chat_preload(r->chat);
	if (loop_run(r->loop) == -1)
		return fault_set(f, EX_OSERR, "poll: %s", strerror(errno));
	return 0;
}

/* Asks and prints; *type is set to a verdict's name, if it came to one. */
static int
ask(struct run *r, const char **type, struct fault *f)
{
	const char *answer;
	size_t n;

	if (make_request(r, f) == -1 || load(r, f) == -1)
		return -1;
	if ((r->out = out_open(opt.cli.outfile, f)) == NULL)
		return -1;
	r->emit = emit_new(opt.format, out_file(r->out),
	    opt.reasoning ? stderr : NULL, cli_colour(STDERR_FILENO));
	if (r->emit == NULL)
		return fault_set(f, EX_OSERR, "%s", strerror(errno));
	if (start(r, f) == -1)
		return -1;
	if (loop_run(r->loop) == -1)
		return fault_set(f, EX_OSERR, "poll: %s", strerror(errno));
	if (r->signal != 0)
		return fault_set(f, EX_TEMPFAIL, "interrupted");
	*type = emit_verdict(r->emit);
	if (emit_status(r->emit, f) == -1)
		return -1;
	if (opt.conversation == NULL)
		return 0;
	answer = emit_content(r->emit, &n);
	return converse_add(opt.conversation, r->said.d, r->said.len, answer, n,
	    f);
}

static void
clean(struct run *r)
{
	listen_free(r->listen);
	chat_free(r->chat);
	loop_free(r->loop);
	emit_free(r->emit);
	ledger_close(r->ledger);
	keys_free(r->keys);
	conf_free(r->conf);
	buf_free(&r->body);
	buf_free(&r->said);
	cli_free(&opt.cli);
}

/* Says a failure, or prints it for a program that wants it so. */
static int
fail(struct run *r, const struct fault *f, const char *type)
{
	struct fault g;

	if (opt.exit_zero || opt.format == EMIT_N8N) {
		if (r->out == NULL && (r->out = out_open(NULL, &g)) == NULL)
			return g.status;
		emit_error(out_file(r->out), opt.format, f, type);
	} else {
		warnx("%s%s%s", f->text, f->hint[0] != '\0' ? "; " : "",
		    f->hint);
		if (opt.cli.outfile != NULL) {
			out_abort(r->out);
			r->out = NULL;
		}
		if (f->status == EX_USAGE)
			usage(stderr);
	}
	return opt.exit_zero ? 0 : f->status;
}

int
main(int argc, char *argv[])
{
	struct run r = { .conf = NULL };
	struct fault f = { .status = 0 }, g;
	const char *type = NULL;
	int status = 0;

	cli_begin();
	buf_init(&r.body, REQUEST_MAX);
	buf_init(&r.said, REQUEST_MAX);
	if (parse(argc, argv, &f) == -1) {
		if (f.text[0] != '\0')
			warnx("%s", f.text);
		if (f.status == EX_USAGE)
			usage(stderr);
		return f.status;
	}
	if (opt.listen ? work(&r, &f) : ask(&r, &type, &f))
		status = fail(&r, &f, type);
	if (r.out != NULL && out_commit(r.out, &g) == -1) {
		warnx("%s", g.text);
		status = g.status;
	}
	clean(&r);
	if (r.signal != 0) {
		signal(r.signal, SIG_DFL);
		raise(r.signal);
	}
	return status;
}
