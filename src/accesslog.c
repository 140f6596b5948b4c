/* The access log. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accesslog.h"
#include "buf.h"
#include "day.h"
#include "fault.h"
#include "json.h"

enum {
	LOG_HELD = 256 * 1024,
	PRINTED = 512
};

struct accesslog {
	int fd;
	int text;
	struct buf lines;
	int64_t lost;
};

struct accesslog *
accesslog_new(int fd, int text)
{
	struct accesslog *l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		return NULL;
	l->fd = fd;
	l->text = text;
	buf_init(&l->lines, LOG_HELD);
	return l;
}

void
accesslog_free(struct accesslog *l)
{
	if (l == NULL)
		return;
	buf_free(&l->lines);
	free(l);
}

int64_t
accesslog_lost(const struct accesslog *l)
{
	return l->lost;
}

static int
add_json(struct buf *b, const struct access *a, const char *ts)
{
	struct json j;

	json_begin(&j, b);
	json_object(&j, NULL);
	json_str(&j, "ts", ts);
	json_str(&j, "id", a->id);
	json_str(&j, "peer", a->peer);
	if (a->forwarded != NULL)
		json_str(&j, "forwarded_for", a->forwarded);
	if (a->token != NULL)
		json_str(&j, "token", a->token);
	json_str(&j, "method", a->method);
	json_str(&j, "path", a->path);
	json_int(&j, "status", a->status);
	if (!a->whole)
		json_bool(&j, "cut", 1);
	json_int(&j, "bytes", a->bytes);
	json_int(&j, "ms", a->ms);
	json_known(&j, "first_byte_ms", a->first_ms);
	if (a->model != NULL)
		json_str(&j, "model", a->model);
	if (a->attempts > 0)
		json_int(&j, "attempts", a->attempts);
	json_end(&j);
	return json_finish(&j);
}

static int
add_text(struct buf *b, const struct access *a, const char *ts)
{
	char path[PRINTED], from[PRINTED];
	const char *peer = a->forwarded != NULL ? a->forwarded : a->peer;

	fault_clean(path, sizeof(path), a->path, strlen(a->path));
	fault_clean(from, sizeof(from), peer, strlen(peer));
	return buf_addf(b, "%s %s %s %s %s %d%s %lld %lldms %s %s", ts, from,
	    a->token != NULL ? a->token : "-", a->method, path, a->status,
	    a->whole ? "" : " cut", (long long)a->bytes, (long long)a->ms,
	    a->model != NULL ? a->model : "-", a->id);
}

void
accesslog_add(struct accesslog *l, const struct access *a)
{
	size_t before = l->lines.len;
	char ts[DAY_STAMP];

	day_stamp(ts, a->ts, a->off);
	if ((l->text ? add_text : add_json)(&l->lines, a, ts) == -1 ||
	    buf_addc(&l->lines, '\n') == -1) {
		buf_cut(&l->lines, before);
		l->lost++;
	}
}

/* The length of the whole lines that s[0..n) begins with. */
static size_t
whole_lines(const char *s, size_t n)
{
	const char *eol = memrchr(s, '\n', n);

	return eol != NULL ? (size_t)(eol - s) + 1 : 0;
}

void
accesslog_flush(struct accesslog *l)
{
	struct pollfd p = { l->fd, POLLOUT, 0 };
	ssize_t n;
	size_t want;

	/*
	 * stderr may be shared, so it is not ours to make non-blocking. A pipe
	 * that poll() calls writable takes PIPE_BUF bytes without waiting.
	 */
	while (l->lines.len > 0 && poll(&p, 1, 0) == 1 && p.revents & POLLOUT) {
		want = l->lines.len < PIPE_BUF ?
		    l->lines.len :
		    whole_lines(l->lines.d, PIPE_BUF);
		if (want == 0) /* one line longer than that */
			want = PIPE_BUF;
		if ((n = write(l->fd, l->lines.d, want)) <= 0) {
			if (n == -1 && errno == EINTR)
				continue;
			break;
		}
		buf_drain(&l->lines, (size_t)n);
	}
}
