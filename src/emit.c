/*
 * The sink of the command line. The forms that are put together read the
 * answer's bytes again with the same parsers as the relay.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "answer.h"
#include "buf.h"
#include "chat.h"
#include "classify.h"
#include "emit.h"
#include "fault.h"
#include "json.h"
#include "relay.h"
#include "render.h"
#include "route.h"
#include "sse.h"
#include "utf8.h"

struct emit {
	enum emit_format format;
	FILE *out, *think;
	int colour, tty;
	int stream;
	struct sse sse;
	struct answer answer;
	size_t max;	       /* bytes of an answer */
	struct buf body;       /* of a plain answer */
	size_t shown, thought; /* of content, reasoning */
	int thinking;	       /* a line of reasoning is begun */
	int ended;	       /* the last line of text is ended */
	char *model;
	int verdict; /* -1: not over */
	struct fault fault;
};

int
emit_named(const char *name, enum emit_format *f)
{
	static const char *const names[] = { [EMIT_TEXT] = "text",
		[EMIT_JSON] = "json",
		[EMIT_OPENAI] = "openai",
		[EMIT_SSE] = "sse",
		[EMIT_N8N] = "n8n" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0) {
			*f = (enum emit_format)i;
			return 0;
		}
	return -1;
}

struct emit *
emit_new(enum emit_format f, FILE *out, int tty, FILE *think, int colour)
{
	struct emit *e;

	if ((e = calloc(1, sizeof(*e))) == NULL)
		return NULL;
	e->format = f;
	e->out = out;
	e->think = think;
	e->colour = colour;
	e->tty = tty;
	e->verdict = -1;
	emit_bounds(e, 0, 0);
	return e;
}

void
emit_bounds(struct emit *e, size_t event, size_t answer)
{
	e->max = answer > 0 ? answer : RELAY_BODY_MAX;
	sse_init(&e->sse, event > 0 ? event : RELAY_EVENT_MAX);
	answer_init(&e->answer, 1, e->max);
	buf_init(&e->body, e->max);
}

void
emit_free(struct emit *e)
{
	if (e == NULL)
		return;
	sse_free(&e->sse);
	answer_free(&e->answer);
	buf_free(&e->body);
	free(e->model);
	free(e);
}

/* Is the character at s a control one, of C0 or C1? */
static int
is_control(const char *s)
{
	unsigned char c = (unsigned char)*s;

	return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f ||
	    (c == 0xc2 && (unsigned char)s[1] < 0xa0);
}

/* A terminal gets no control characters of a stranger's, nor halves of any. */
static void
print(FILE *fp, const char *s, size_t n, int tty)
{
	size_t i, len;

	for (i = 0; i < n; i += len) {
		len = tty ? utf8_len(s + i, n - i) : n;
		if (tty && (len == 0 || is_control(s + i))) {
			putc('?', fp);
			len += len == 0;
		} else {
			fwrite(s + i, 1, len, fp);
		}
	}
}

/* Ends the line of reasoning, if one is begun. */
static void
end_thought(struct emit *e)
{
	if (e->thinking)
		fputc('\n', e->think);
	e->thinking = 0;
}

/* Ends the last line of text, once. */
static void
end_line(struct emit *e)
{
	const struct buf *c = &e->answer.content;

	if (!e->ended && (c->len == 0 || c->d[c->len - 1] != '\n'))
		putc('\n', e->out);
	e->ended = 1;
}

/* How much of s[0..n) to print at once: no half of a character. */
static size_t
piece(const char *s, size_t n)
{
	size_t i, len = PIPE_BUF;

	if (n <= len)
		return n;
	for (i = 0; i < 3 && ((unsigned char)s[len] & 0xc0) == 0x80; i++)
		len--;
	return len;
}

/* Prints what has come of reasoning, and of content all or a piece. */
static void
show(struct emit *e, int all)
{
	const struct buf *t = &e->answer.reasoning, *c = &e->answer.content;
	size_t n;

	if (e->think != NULL && e->thought < t->len) {
		fputs(e->colour ? "\033[2m" : "", e->think);
		print(e->think, t->d + e->thought, t->len - e->thought, 1);
		fputs(e->colour ? "\033[0m" : "", e->think);
		fflush(e->think);
		e->thought = t->len;
		e->thinking = 1;
	}
	if (!emit_behind(e))
		return;
	end_thought(e);
	n = c->len - e->shown;
	if (!all)
		n = piece(c->d + e->shown, n);
	print(e->out, c->d + e->shown, n, e->tty);
	e->shown += n;
}

int
emit_behind(const struct emit *e)
{
	return e->format == EMIT_TEXT && e->shown < e->answer.content.len;
}

void
emit_break(struct emit *e)
{
	end_thought(e);
	if (e->shown > 0) {
		end_line(e);
		fflush(e->out);
	}
}

/* What is put together must be whole; what is passed on is. */
static void
lose(struct emit *e)
{
	if (e->format == EMIT_OPENAI || e->format == EMIT_SSE)
		return;
	if (errno == ENOMEM)
		fault_set(&e->fault, EX_OSERR, "%s", strerror(errno));
	else
		fault_set(&e->fault, EX_PROTOCOL, "answer too large");
}

void
emit_head(void *arg, const struct chat_head *h)
{
	struct emit *e = arg;

	e->stream = h->stream;
	free(e->model);
	if ((e->model = strdup(h->model)) == NULL)
		lose(e);
}

static void
take_event(struct emit *e)
{
	if (answer_event(&e->answer, e->sse.data.d, e->sse.data.len) == -1 &&
	    errno != EINVAL)
		lose(e);
}

static void
take_events(struct emit *e, const char *p, size_t n)
{
	enum sse_res r;
	size_t used;

	for (; n > 0; p += used, n -= used) {
		errno = EFBIG;
		r = sse_feed(&e->sse, p, n, &used);
		if (r == SSE_EVENT) {
			take_event(e);
		} else if (r != SSE_MORE) {
			lose(e);
			break;
		}
	}
}

size_t
emit_data(void *arg, const char *p, size_t n)
{
	struct emit *e = arg;

	if (emit_behind(e))
		n = 0;
	else if (n > PIPE_BUF)
		n = PIPE_BUF;
	if (e->stream)
		take_events(e, p, n);
	else if (buf_add(&e->body, p, n) == -1)
		lose(e);
	if (e->format == EMIT_OPENAI || e->format == EMIT_SSE)
		fwrite(p, 1, n, e->out);
	if (e->stream)
		show(e, 0);
	return n;
}

/* ---- the end ---- */

static void
write_usage(struct json *j, const struct answer *a)
{
	if (a->usage.len > 0) {
		json_raw(j, "usage", a->usage.d, a->usage.len);
		return;
	}
	json_object(j, "usage");
	json_null(j, "prompt_tokens");
	json_null(j, "completion_tokens");
	json_null(j, "total_tokens");
	json_end(j);
}

static void
write_json(struct json *j, const struct emit *e, const struct chat_result *r)
{
	const struct answer *a = &e->answer;
	size_t i;

	json_object(j, NULL);
	json_str(j, "model", e->model);
	json_strn(j, "content", a->content.d, a->content.len);
	write_usage(j, a);
	render_limits(j, r->limits);
	if (r->decision != NULL)
		route_json(j, "routing", r->decision);
	else if (r->routing != NULL)
		json_raw(j, "routing", r->routing, strlen(r->routing));
	if (r->nretried > 0) {
		json_array(j, "retried_models");
		for (i = 0; i < r->nretried; i++)
			json_str(j, NULL, r->retried[i]);
		json_end(j);
	}
	answer_rest(a, j);
	json_end(j);
}

static void
write_n8n(struct json *j, const struct emit *e)
{
	json_object(j, NULL);
	json_strn(j, "text", e->answer.content.d, e->answer.content.len);
	json_str(j, "model", e->model);
	json_end(j);
}

/* Text ends with a newline; tool calls alone are shown as they are. */
static void
end_text(struct emit *e)
{
	const struct buf *c = &e->answer.content;
	struct buf b;
	struct json j;

	if (c->len == 0 && e->answer.ntools > 0) {
		buf_init(&b, 3 * e->max);
		json_begin(&j, &b);
		answer_tools(&e->answer, &j, NULL);
		if (json_finish(&j) == 0)
			fwrite(b.d, 1, b.len, e->out);
		buf_free(&b);
	}
	end_line(e);
}

static void
end_object(struct emit *e, const struct chat_result *r)
{
	struct buf b;
	struct json j;
	size_t i;

	buf_init(&b, 3 * e->max);
	json_begin(&j, &b);
	if (e->format == EMIT_JSON)
		write_json(&j, e, r);
	else
		write_n8n(&j, e);
	/* upstream's usage, or the caller's routing, may have had lines */
	for (i = 0; i < b.len; i++)
		if (b.d[i] == '\n' || b.d[i] == '\r')
			b.d[i] = ' ';
	if (json_finish(&j) == 0 && buf_addc(&b, '\n') == 0)
		fwrite(b.d, 1, b.len, e->out);
	else
		fault_set(&e->fault, EX_OSERR, "answer too large");
	buf_free(&b);
}

/* A stream that broke off says so itself, if upstream did not. */
static void
end_broken(const struct emit *e, const struct chat_result *r)
{
	if (!e->stream || r->told || r->verdict == V_REASONED)
		return;
	fputs("data: ", e->out);
	emit_error(e->out, e->format, &e->fault, emit_verdict(e));
	putc('\n', e->out);
}

void
emit_end(void *arg, const struct chat_result *r)
{
	struct emit *e = arg;

	e->verdict = r->verdict;
	if (!e->stream && e->body.len > 0 &&
	    answer_body(&e->answer, e->body.d, e->body.len) == -1 &&
	    errno != EINVAL)
		lose(e);
	show(e, 1);
	end_thought(e);
	if (r->exit != 0) {
		if (e->shown > 0)
			end_line(e);
		fault_set(&e->fault, r->exit, "%s", r->message);
		fault_hint(&e->fault, "%s", r->hint);
		if (e->format == EMIT_SSE)
			end_broken(e, r);
		return;
	}
	if (e->fault.status != 0) {
		if (e->shown > 0)
			end_line(e);
		return;
	}
	if (e->format == EMIT_TEXT)
		end_text(e);
	else if (e->format == EMIT_JSON || e->format == EMIT_N8N)
		end_object(e, r);
	else if (e->format == EMIT_OPENAI && e->tty)
		putc('\n', e->out);
}

int
emit_status(const struct emit *e, struct fault *f)
{
	if (e->fault.status == 0)
		return 0;
	*f = e->fault;
	return -1;
}

int
emit_tells(const struct emit *e)
{
	return e->format == EMIT_SSE && e->stream;
}

const char *
emit_verdict(const struct emit *e)
{
	return e->verdict == -1 ? NULL : verdict_info(e->verdict)->name;
}

int
emit_message(const struct emit *e, struct buf *b)
{
	struct json j;

	json_begin(&j, b);
	json_object(&j, NULL);
	answer_said(&e->answer, &j);
	json_end(&j);
	return json_finish(&j);
}

void
emit_error(FILE *out, enum emit_format format, const struct fault *f,
    const char *type)
{
	struct buf b;
	struct json j;

	buf_init(&b, 16 * 1024);
	json_begin(&j, &b);
	json_object(&j, NULL);
	if (format == EMIT_N8N) {
		json_str(&j, "text", "");
		json_null(&j, "model");
	}
	json_object(&j, "error");
	json_str(&j, "message", f->text);
	if (type != NULL)
		json_str(&j, "type", type);
	json_int(&j, "code", f->status);
	if (f->hint[0] != '\0')
		json_str(&j, "hint", f->hint);
	json_end(&j);
	json_end(&j);
	if (json_finish(&j) == 0)
		fprintf(out, "%s\n", b.d);
	buf_free(&b);
}
