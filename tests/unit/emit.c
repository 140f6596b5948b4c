/* Answers as ms-chat prints them, however they come. */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "buf.h"
#include "chat.h"
#include "classify.h"
#include "emit.h"
#include "fault.h"
#include "fold.h"
#include "tap.h"
#include "utf8.h"

static const struct limits unknown = { -1, -1, -1, -1 };
static const struct limits limits = { 2000, 1990, 200, 0 };
static const char *const retried[] = { "x/a", "x/b" };

#define EVENT(s) "data: {\"choices\":[{\"index\":0," s "}]}\n\n"
#define TEXT(s) EVENT("\"delta\":{\"content\":\"" s "\"}")
#define THINK(s) EVENT("\"delta\":{\"reasoning_content\":\"" s "\"}")
#define STOP EVENT("\"delta\":{},\"finish_reason\":\"stop\"")
#define DONE "data: [DONE]\n\n"
#define CALLS \
	"[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\"," \
	"\"arguments\":\"{}\"}}]"
#define BODY \
	"{\n\"choices\":[{\"message\":{\"content\":\"Hi\"}," \
	"\"finish_reason\":\"stop\"}],\n\"usage\":{\r\n\"prompt_tokens\":1}}"
#define NO_USAGE \
	"\"usage\":{\"prompt_tokens\":null,\"completion_tokens\":null," \
	"\"total_tokens\":null}"
#define NO_LIMITS \
	"\"limits\":{\"model_limit\":null,\"model_remaining\":null," \
	"\"global_limit\":null,\"global_remaining\":null}"
#define LIMITS \
	"\"limits\":{\"model_limit\":200,\"model_remaining\":0," \
	"\"global_limit\":2000,\"global_remaining\":1990}"

static const struct {
	const char *name;
	enum emit_format format;
	int stream;
	const char *in;
	int verdict, exit, told, full;
	const char *out, *think;
} answers[] = {
	{ "text", EMIT_TEXT, 1, TEXT("Hel") TEXT("lo") STOP DONE, V_OK, 0, 0, 0,
	    "Hello\n", "" },
	{ "text that ends its line", EMIT_TEXT, 1, TEXT("a\\nb\\n") STOP, V_OK,
	    0, 0, 0, "a\nb\n", "" },
	{ "text of nothing", EMIT_TEXT, 1, STOP, V_OK, 0, 0, 0, "\n", "" },
	{ "text of a plain answer", EMIT_TEXT, 0, BODY, V_OK, 0, 0, 0, "Hi\n",
	    "" },
	{ "text and reasoning", EMIT_TEXT, 1,
	    THINK("h") THINK("m") TEXT("Hi") STOP, V_OK, 0, 0, 0, "Hi\n",
	    "hm\n" },
	{ "text, its bytes as they are", EMIT_TEXT, 1,
	    TEXT("\\u001b[31m\\u009b\xe4\xbd\xa0\xff"), V_OK, 0, 0, 0,
	    "\033[31m\xc2\x9b\xe4\xbd\xa0\xff\n", "" },
	{ "text of tool calls", EMIT_TEXT, 1,
	    EVENT("\"delta\":{\"tool_calls\":" CALLS "}"), V_OK, 0, 0, 0,
	    CALLS "\n", "" },
	{ "text cut", EMIT_TEXT, 1, TEXT("Hel"), V_CUT, EX_PROTOCOL, 0, 0,
	    "Hel\n", "" },
	{ "text that never began", EMIT_TEXT, 1, "", V_SERVER, EX_TEMPFAIL, 0,
	    0, "", "" },
	{ "text without garbage", EMIT_TEXT, 1,
	    TEXT("a") "data: x\n\n: c\n\n" TEXT("b"), V_OK, 0, 0, 0, "ab\n",
	    "" },
	{ "JSON", EMIT_JSON, 1, THINK("hm") TEXT("Hi") STOP DONE, V_OK, 0, 0, 0,
	    "{\"model\":\"x/a\",\"content\":\"Hi\"," NO_USAGE "," NO_LIMITS
	    ",\"finish_reason\":\"stop\",\"reasoning\":\"hm\"}\n",
	    "hm\n" },
	{ "JSON on one line, of a plain answer of several", EMIT_JSON, 0, BODY,
	    V_OK, 0, 0, 1,
	    "{\"model\":\"x/a\",\"content\":\"Hi\",\"usage\":{  "
	    "\"prompt_tokens\":1}," LIMITS
	    ",\"routing\":{ \"score\":1},\"retried_models\":[\"x/a\","
	    "\"x/b\"],\"finish_reason\":\"stop\"}\n",
	    "" },
	{ "JSON of tool calls", EMIT_JSON, 0,
	    "{\"choices\":[{\"message\":{\"tool_calls\":" CALLS "}}]}", V_OK, 0,
	    0, 0,
	    "{\"model\":\"x/a\",\"content\":\"\"," NO_USAGE "," NO_LIMITS
	    ",\"tool_calls\":" CALLS "}\n",
	    "" },
	{ "JSON cut is none", EMIT_JSON, 1, TEXT("Hi"), V_CUT, EX_PROTOCOL, 0,
	    0, "", "" },
	{ "n8n", EMIT_N8N, 1, TEXT("Hi") STOP, V_OK, 0, 0, 0,
	    "{\"text\":\"Hi\",\"model\":\"x/a\"}\n", "" },
	{ "n8n, of a plain answer", EMIT_N8N, 0, BODY, V_OK, 0, 0, 0,
	    "{\"text\":\"Hi\",\"model\":\"x/a\"}\n", "" },
	{ "a body as it is", EMIT_OPENAI, 0, BODY, V_OK, 0, 0, 0, BODY, "" },
	{ "a stream as it is", EMIT_SSE, 1, ": c\r\n\r\n" TEXT("a") "data: x",
	    V_OK, 0, 0, 0, ": c\r\n\r\n" TEXT("a") "data: x", "" },
	{ "a stream cut", EMIT_SSE, 1, TEXT("a"), V_CUT, EX_PROTOCOL, 0, 0,
	    TEXT("a") "data: {\"error\":{\"message\":\"why\",\"type\":\"cut\","
		      "\"code\":76,\"hint\":\"do\"}}\n\n",
	    "" },
	{ "a stream that tells its error", EMIT_SSE, 1,
	    TEXT("a") "data: {\"error\":\"m\"}\n\n", V_SERVER, EX_TEMPFAIL, 1,
	    0, TEXT("a") "data: {\"error\":\"m\"}\n\n", "" },
	{ "a stream that only reasoned", EMIT_SSE, 1, THINK("a"), V_REASONED,
	    EX_PROTOCOL, 0, 0, THINK("a"), "a\n" },
	{ "a stream that never began", EMIT_SSE, 1, "", V_SERVER, EX_TEMPFAIL,
	    0, 0, "", "" },
};

/* Runs row i with pieces of step bytes, printing to out and think. */
static int
emit(size_t i, size_t step, FILE *out, FILE *think, struct fault *f)
{
	struct chat_head h = { .model = "x/a", .stream = answers[i].stream };
	struct chat_result r = { .verdict = answers[i].verdict,
		.exit = answers[i].exit,
		.told = answers[i].told,
		.message = "why",
		.hint = "do",
		.limits = &unknown };
	struct emit *e = emit_new(answers[i].format, out, 0, think, 0);
	size_t at, len, n = strlen(answers[i].in);
	char *piece;
	int bad;

	if (e == NULL)
		abort();
	if (answers[i].full) {
		r.limits = &limits;
		r.retried = retried;
		r.nretried = 2;
		r.routing = "{\n\"score\":1}";
	}
	bad = emit_verdict(e) != NULL;
	if (n > 0)
		emit_head(e, &h);
	for (at = 0; at < n; at += len) {
		len = n - at < step ? n - at : step;
		if ((piece = malloc(len)) == NULL)
			abort();
		memcpy(piece, answers[i].in + at, len);
		bad |= emit_data(e, piece, len) != len;
		free(piece);
	}
	emit_end(e, &r);
	bad |= strcmp(emit_verdict(e), verdict_info(r.verdict)->name) != 0;
	f->status = 0;
	bad |= (emit_status(e, f) == -1) != (r.exit != 0);
	bad |= f->status != r.exit ||
	    (r.exit != 0 && strcmp(f->text, "why") != 0);
	emit_free(e);
	return bad;
}

static void
printed(void)
{
	char *out, *think;
	size_t i, step, n, nout, nthink;
	FILE *fp, *tp;
	struct fault f;
	int bad;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		n = strlen(answers[i].in);
		for (bad = 0, step = 1; step <= n + 1; step++) {
			fp = open_memstream(&out, &nout);
			tp = open_memstream(&think, &nthink);
			if (fp == NULL || tp == NULL)
				abort();
			bad |= emit(i, step, fp, tp, &f);
			fclose(fp);
			fclose(tp);
			if (strcmp(out, answers[i].out) != 0 ||
			    strcmp(think, answers[i].think) != 0) {
				printf("# by %zu: %s (%s)\n", step, out, think);
				bad = 1;
			}
			free(out);
			free(think);
		}
		ok(!bad, "%s", answers[i].name);
	}
}

/* A line for people parts what is on the terminal already. */
static void
parted(void)
{
	static const char think[] = THINK("hm");
	struct chat_head h = { .model = "x/a", .stream = 1 };
	char *out, *said;
	size_t nout, nsaid;
	struct emit *e;
	FILE *fp, *tp;

	fp = open_memstream(&out, &nout);
	tp = open_memstream(&said, &nsaid);
	if (fp == NULL || tp == NULL ||
	    (e = emit_new(EMIT_TEXT, fp, 0, tp, 0)) == NULL)
		abort();
	emit_head(e, &h);
	emit_break(e);
	emit_data(e, think, sizeof(think) - 1);
	emit_break(e);
	emit_break(e);
	emit_free(e);
	fclose(fp);
	fclose(tp);
	ok(strcmp(said, "hm\n") == 0 && nout == 0,
	    "a line of reasoning is ended, once, if it was begun");
	free(out);
	free(said);
}

/* What a terminal gets for what a model says. */
static void
terminal(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ TEXT("a\\tb\\n\xe4\xbd\xa0"), "a\tb\n\xe4\xbd\xa0\n" },
		{ TEXT("\\u001b]0;x\\u0007\\r\\b\\u007f"), "?]0;x????\n" },
		{ TEXT("\\u009b31m\\u0085\\u00a0"), "?31m?\xc2\xa0\n" },
		{ TEXT("\x9b"
		       "31m\xff"),
		    "?31m?\n" },
		{ TEXT("\xc2") TEXT("\x9b"
				    "31m"),
		    "??31m\n" },
	};
	struct chat_head h = { .model = "x/a", .stream = 1 };
	struct chat_result r = {
		.message = "", .hint = "", .limits = &unknown
	};
	struct termios t;
	struct emit *e;
	char got[100];
	size_t i, len, n, want;
	struct pollfd p = { .events = POLLIN };
	FILE *fp;
	int fd, tty;

	if ((fd = posix_openpt(O_RDWR | O_NOCTTY)) == -1 || grantpt(fd) == -1 ||
	    unlockpt(fd) == -1 ||
	    (tty = open(ptsname(fd), O_RDWR | O_NOCTTY)) == -1 ||
	    tcgetattr(tty, &t) == -1) {
		ok(1, "a terminal # SKIP there is none");
		return;
	}
	p.fd = fd;
	cfmakeraw(&t);
	tcsetattr(tty, TCSANOW, &t);
	if ((fp = fdopen(tty, "w")) == NULL)
		abort();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if ((e = emit_new(EMIT_TEXT, fp, 1, NULL, 0)) == NULL)
			abort();
		emit_head(e, &h);
		emit_data(e, rows[i].in, strlen(rows[i].in) / 2);
		emit_data(e, rows[i].in + strlen(rows[i].in) / 2,
		    strlen(rows[i].in) - strlen(rows[i].in) / 2);
		emit_end(e, &r);
		emit_free(e);
		fflush(fp);
		/* what was written may come in pieces */
		for (n = 0, want = strlen(rows[i].out); n < want; n += len)
			if (poll(&p, 1, 5000) != 1 ||
			    (len = (size_t)read(fd, got + n, want - n)) ==
				(size_t)-1)
				break;
		got[n] = '\0';
		ok(strcmp(got, rows[i].out) == 0, "a terminal, row %zu", i);
	}
	fclose(fp);
	close(fd);
}

/* An answer put together that passes the ceiling is an error. */
static void
large(void)
{
	static const enum emit_format formats[] = { EMIT_TEXT, EMIT_SSE };
	struct chat_head h = { .model = "x/a", .stream = 1 };
	struct chat_result r = {
		.message = "", .hint = "", .limits = &unknown
	};
	struct buf event;
	struct fault f;
	struct emit *e;
	size_t at;
	FILE *fp;
	int i, k;

	buf_init(&event, 1 << 20);
	buf_adds(&event, "data: {\"choices\":[{\"delta\":{\"content\":\"");
	for (i = 0; i < 90000; i++)
		buf_adds(&event, "0123456789");
	buf_adds(&event, "\"}}]}\n\n");
	if ((fp = fopen("/dev/null", "w")) == NULL)
		abort();
	for (k = 0; k < 2; k++) {
		if ((e = emit_new(formats[k], fp, 0, NULL, 0)) == NULL)
			abort();
		emit_head(e, &h);
		for (i = 0; i < 40; i++)
			for (at = 0; at < event.len;)
				at += emit_data(e, event.d + at,
				    event.len - at);
		emit_end(e, &r);
		ok((emit_status(e, &f) == -1) == (k == 0),
		    "an answer too large, %s",
		    k == 0 ? "put together" : "passed on");
		emit_free(e);
	}
	fclose(fp);
	buf_free(&event);
}

/* Of an event that is long no more is written at once than a pipe takes. */
static void
pieces(void)
{
	struct chat_head h = { .model = "x/a", .stream = 1 };
	struct buf event;
	struct emit *e;
	size_t at = 0, had = 0, most = 0, n = 0;
	char *out = NULL;
	int halves = 0;
	FILE *fp;

	buf_init(&event, 1 << 20);
	buf_adds(&event, "data: {\"choices\":[{\"delta\":{\"content\":\"");
	while (event.len < 5 * (size_t)PIPE_BUF)
		buf_adds(&event, "\xe4\xbd\xa0");
	buf_adds(&event, "\"}}]}\n\n");
	if ((fp = open_memstream(&out, &n)) == NULL ||
	    (e = emit_new(EMIT_TEXT, fp, 0, NULL, 0)) == NULL)
		abort();
	emit_head(e, &h);
	while (at < event.len || emit_behind(e)) {
		at += emit_data(e, event.d + at, event.len - at);
		fflush(fp);
		if (n - had > most)
			most = n - had;
		halves |= utf8_span(out + had, n - had) != n - had;
		had = n;
	}
	ok(n > 4 * (size_t)PIPE_BUF && most > PIPE_BUF / 2 &&
		most <= PIPE_BUF && !halves,
	    "a long event is written in pieces: %zu of %zu", most, n);
	emit_free(e);
	fclose(fp);
	free(out);
	buf_free(&event);
}

static void
errors(void)
{
	static const struct {
		enum emit_format format;
		const char *type, *hint, *want;
	} rows[] = {
		{ EMIT_TEXT, NULL, "",
		    "{\"error\":{\"message\":\"a \\\"b\\\"\",\"code\":75}}\n" },
		{ EMIT_JSON, "burst", "do",
		    "{\"error\":{\"message\":\"a \\\"b\\\"\","
		    "\"type\":\"burst\",\"code\":75,\"hint\":\"do\"}}\n" },
		{ EMIT_N8N, "burst", "",
		    "{\"text\":\"\",\"model\":null,\"error\":{\"message\":"
		    "\"a \\\"b\\\"\",\"type\":\"burst\",\"code\":75}}\n" },
	};
	struct fault f;
	size_t i, n;
	char *out;
	FILE *fp;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fault_set(&f, EX_TEMPFAIL, "a \"b\"");
		fault_hint(&f, "%s", rows[i].hint);
		if ((fp = open_memstream(&out, &n)) == NULL)
			abort();
		emit_error(fp, rows[i].format, &f, rows[i].type);
		fclose(fp);
		ok(strcmp(out, rows[i].want) == 0, "an error: %s", out);
		free(out);
	}
}

int
main(void)
{
	enum emit_format f;

	ok(emit_named("text", &f) == 0 && f == EMIT_TEXT &&
		emit_named("n8n", &f) == 0 && f == EMIT_N8N &&
		emit_named("sse", &f) == 0 && f == EMIT_SSE &&
		emit_named("openai", &f) == 0 && f == EMIT_OPENAI &&
		emit_named("json", &f) == 0 && f == EMIT_JSON &&
		emit_named("xml", &f) == -1 && emit_named("", &f) == -1,
	    "names");
	printed();
	parted();
	terminal();
	large();
	pieces();
	errors();
	return done();
}
