/*
 * Holding back and judging: a stream commits with its first content, a plain
 * answer when it is whole.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer.h"
#include "classify.h"
#include "relay.h"
#include "sse.h"

enum {
	RELAY_KEPT = 1024 /* bytes held, from event to event */
};

int
relay_init(struct relay *r, enum relay_want want, size_t event, size_t answer)
{
	if (event == 0)
		event = RELAY_EVENT_MAX;
	if (answer == 0)
		answer = RELAY_BODY_MAX;
	memset(r, 0, sizeof(*r));
	r->want = want;
	buf_init(&r->hold, answer);
	if ((r->sse = calloc(1, sizeof(*r->sse))) == NULL ||
	    (r->answer = calloc(1, sizeof(*r->answer))) == NULL ||
	    (r->c = calloc(1, sizeof(*r->c))) == NULL)
		return -1;
	sse_init(r->sse, event);
	answer_init(r->answer, want == RELAY_ASSEMBLE, answer);
	return 0;
}

void
relay_free(struct relay *r)
{
	buf_free(&r->hold);
	if (r->sse != NULL)
		sse_free(r->sse);
	if (r->answer != NULL)
		answer_free(r->answer);
	free(r->sse);
	free(r->answer);
	free(r->c);
	r->sse = NULL;
	r->answer = NULL;
	r->c = NULL;
}

/* Does the status say that this is an answer? */
static int
good(const struct relay *r)
{
	return r->status >= 200 && r->status < 300;
}

void
relay_head(struct relay *r, int status, const char *type, const char *coding)
{
	static const char sse[] = "text/event-stream";

	r->status = status;
	strlcpy(r->type, type != NULL ? type : "", sizeof(r->type));
	r->encoded = coding != NULL && strcasecmp(coding, "identity") != 0;
	r->streaming = r->want != RELAY_PLAIN && good(r) &&
	    strncasecmp(r->type, sse, sizeof(sse) - 1) == 0;
}

static enum relay_res
bad(struct relay *r, enum verdict v, const char *message)
{
	memset(r->c, 0, sizeof(*r->c));
	r->c->verdict = v;
	strlcpy(r->c->message, message, sizeof(r->c->message));
	return RELAY_BAD;
}

/* There was no room for a part of the answer: whose fault is that? */
static enum relay_res
no_room(struct relay *r)
{
	return errno == EFBIG ? bad(r, V_TOO_LARGE, "answer too large") :
				bad(r, V_SYSTEM, "out of memory");
}

static int
commits(const struct relay *r)
{
	int seen = r->answer->seen;

	if (r->want == RELAY_ASSEMBLE)
		return 0;
	if (seen & ANSWER_TEXT)
		return 1;
	return r->want == RELAY_STREAM && (seen & ANSWER_REASONING);
}

/*
 * One event's data: 0, or -1 with r->c set. What an event means does not
 * depend on what came in the same read.
 */
static int
event(struct relay *r)
{
	int flags;

	r->events++;
	if (r->sse->data.len == 0)
		return 0; /* says nothing, but that somebody is there */
	if (r->committed && r->answer->seen & ANSWER_TEXT &&
	    answer_goes_on(r->sse->data.d, r->sse->data.len))
		return 0;
	flags = answer_event(r->answer, r->sse->data.d, r->sse->data.len);
	if (flags == -1 && errno != EINVAL) {
		no_room(r);
		return -1;
	}
	if (flags == -1 && !r->committed) {
		bad(r, V_BAD_REPLY, "an event that is not JSON");
		return -1;
	}
	if (flags != -1 && flags & ANSWER_ERROR) {
		classify_event(r->sse->data.d, r->sse->data.len, r->c);
		r->broken = r->ended = r->committed;
		return r->committed ? 0 : -1;
	}
	r->ended = (r->answer->seen & ANSWER_DONE) != 0;
	r->committed |= commits(r);
	return 0;
}

/*
 * Runs the scanner over new bytes, up to the end; *end: behind the last good
 * event.
 */
static enum relay_res
scan(struct relay *r, const char *p, size_t n, size_t *end)
{
	enum sse_res res;
	size_t at = 0, used;

	*end = 0;
	while (at < n) {
		res = sse_feed(r->sse, p + at, n - at, &used);
		at += used;
		if (res == SSE_TOOBIG)
			return bad(r, V_TOO_LARGE, "event too large");
		if (res == SSE_NOMEM)
			return bad(r, V_SYSTEM, "out of memory");
		if (res != SSE_EVENT)
			continue;
		if (event(r) == -1)
			return RELAY_BAD;
		*end = at;
		if (r->ended)
			break;
	}
	return RELAY_HOLD;
}

static enum relay_res
stream_data(struct relay *r, const char *p, size_t n)
{
	int done = r->ended; /* but perhaps for a LF */
	size_t end, before = r->hold.len;
	enum relay_res res = RELAY_HOLD;

	if (done)
		end = n > 0 && *p == '\n';
	else
		res = scan(r, p, n, &end);
	if (res == RELAY_HOLD && r->ended) {
		if (done || end < n || !sse_cr(r->sse))
			res = RELAY_DONE;
		n = end;
	}
	if (r->want == RELAY_ASSEMBLE || (res == RELAY_BAD && !r->committed))
		return res;
	if (buf_add(&r->hold, p, n) == -1)
		return no_room(r);
	if (end > 0)
		r->ready = before + end;
	if (res == RELAY_HOLD && r->committed)
		res = RELAY_PASS;
	return res;
}

enum relay_res
relay_data(struct relay *r, const char *p, size_t n)
{
	size_t room;

	if (r->encoded)
		return !good(r) ?
		    RELAY_HOLD :
		    bad(r, V_BAD_REPLY, "encoded, which was not asked for");
	if (r->streaming)
		return stream_data(r, p, n);
	if (!good(r)) {
		room = RELAY_ERROR_MAX - r->hold.len;
		(void)buf_add(&r->hold, p, n < room ? n : room);
	} else if (buf_add(&r->hold, p, n) == -1)
		return no_room(r);
	return RELAY_HOLD;
}

void
relay_passed(struct relay *r, size_t n)
{
	r->ready -= n;
	if (n == r->hold.len && r->hold.cap > RELAY_KEPT)
		buf_free(&r->hold);
	else
		buf_drain(&r->hold, n);
}

/* What a stream that ended without content amounts to. */
static void
judge_empty(struct relay *r)
{
	const struct answer *a = r->answer;

	if (strcmp(a->finish, "length") == 0)
		bad(r, V_REASONED, "");
	else if (a->seen & ANSWER_FINISH)
		bad(r, V_OK, "");
	else if (a->seen & ANSWER_DONE)
		bad(r, V_HOLLOW, "");
	else
		bad(r, V_CUT, "the stream ended before an answer");
}

static void
judge_stream(struct relay *r, int t)
{
	const struct answer *a = r->answer;
	int ended = a->seen & (ANSWER_FINISH | ANSWER_DONE);

	if (r->broken)
		return;
	if (!ended && t == TRANSPORT_TIMEOUT)
		bad(r, V_TIMEOUT, "");
	else if (!ended && t == TRANSPORT_SYSTEM)
		bad(r, V_SYSTEM, "");
	else if (!ended && t != TRANSPORT_OK)
		bad(r, V_CUT, "");
	else if (!(a->seen & ANSWER_TEXT))
		judge_empty(r);
	else if (!ended)
		bad(r, V_CUT, "the stream ended without its end");
	else
		bad(r, V_OK, "");
}

/* The body of a plain answer, or of a refusal. */
static void
judge_plain(struct relay *r, int t)
{
	struct reply reply = { .transport = (enum transport)t,
		.status = r->status,
		.type = r->type,
		.body = r->hold.d,
		.len = r->hold.len,
		.whole = 1,
		.left = r->left };

	classify(&reply, r->c);
	if (!good(r) || (r->c->verdict != V_OK && r->c->verdict != V_REASONED))
		return;
	/* who only wants the answer takes it in either form */
	if (r->want == RELAY_STREAM)
		bad(r, V_BAD_REPLY, "not a stream");
	else
		(void)answer_counts(r->answer, r->hold.d, r->hold.len);
}

void
relay_end(struct relay *r, int t)
{
	int made = r->streaming && r->want == RELAY_ASSEMBLE;

	if (r->streaming)
		judge_stream(r, t);
	else
		judge_plain(r, t);
	if (r->c->verdict != V_OK && r->c->verdict != V_REASONED)
		return;
	if (made && answer_completion(r->answer, &r->hold) == -1) {
		no_room(r);
		return;
	}
	r->committed = 1;
	if (made || t == TRANSPORT_OK || !sse_pending(r->sse))
		r->ready = r->hold.len;
}
