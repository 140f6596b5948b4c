/*
 * A fold as text: a line for the whole, one for each entry, and a last one
 * that tells how many those were, so that a cut text is not taken for one.
 */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "buf.h"
#include "classify.h"
#include "day.h"
#include "field.h"
#include "fold.h"
#include "json.h"
#include "snapshot.h"
#include "splice.h"

enum {
	SNAPSHOT_VERSION = 2,
	SNAPSHOT_LINE = 65536 /* no line is longer */
};

struct snapshot_head {
	int version;
	const char *day;
	int64_t lines, skipped;
	struct splice verdicts; /* {name: calls} */
};

static const struct field snapshot_heads[] = {
	FIELD(snapshot_head, version, "fold", .kind = FIELD_INT),
	FIELD(snapshot_head, day, "day", .kind = FIELD_STR),
	FIELD(snapshot_head, lines, "lines", .kind = FIELD_I64, .none = -1),
	FIELD(snapshot_head, skipped, "skipped", .kind = FIELD_I64, .none = -1),
	FIELD(snapshot_head, verdicts, "verdicts", .kind = FIELD_RAW),
	FIELD_END,
};

struct snapshot_entry {
	struct fold_ent e;
	struct splice latency; /* [bucket, count, bucket, ...] */
	int64_t end;	       /* not an entry: their number */
};

#define ROW(member, text, ...) FIELD(snapshot_entry, member, text, __VA_ARGS__)

static const struct field snapshot_entries[] = {
	ROW(e.upstream, "upstream", .kind = FIELD_STR),
	ROW(e.key, "key", .kind = FIELD_STR),
	ROW(e.model, "model", .kind = FIELD_STR),
	ROW(e.token, "token", .kind = FIELD_STR),
	ROW(e.calls, "calls", .kind = FIELD_I64),
	ROW(e.failures, "failures", .kind = FIELD_I64),
	ROW(e.requests, "requests", .kind = FIELD_I64),
	ROW(e.prompt_tokens, "prompt_tokens", .kind = FIELD_I64),
	ROW(e.completion_tokens, "completion_tokens", .kind = FIELD_I64),
	ROW(e.limits, "limits", .kind = FIELD_OBJECT, .sub = &attempt_limits),
	ROW(e.balance, "balance", .kind = FIELD_NUM),
	ROW(e.balance_total, "balance_total", .kind = FIELD_NUM),
	ROW(e.balance_frozen, "balance_frozen", .kind = FIELD_NUM),
	ROW(e.balance_ts, "balance_ts", .kind = FIELD_I64),
	ROW(e.rest_until, "rest_until", .kind = FIELD_I64),
	ROW(e.rest_since, "rest_since", .kind = FIELD_I64),
	ROW(e.rest_verdict, "rest_verdict", .kind = FIELD_WORD,
	    .words = &attempt_verdicts),
	ROW(e.strikes, "strikes", .kind = FIELD_INT),
	ROW(e.last_verdict, "last_verdict", .kind = FIELD_WORD,
	    .words = &attempt_verdicts),
	ROW(e.last_status, "last_status", .kind = FIELD_INT),
	ROW(e.last_ts, "last_ts", .kind = FIELD_I64),
	ROW(e.last_error, "last_error", .kind = FIELD_WORD,
	    .words = &attempt_verdicts),
	ROW(e.last_error_ts, "last_error_ts", .kind = FIELD_I64),
	ROW(latency, "latency", .kind = FIELD_RAW),
	ROW(end, "end", .kind = FIELD_I64, .none = -1),
	FIELD_END,
};

static const struct snapshot_entry snapshot_blank = {
	.e = { .limits = { -1, -1, -1, -1 },
	    .balance = NAN,
	    .balance_total = NAN,
	    .balance_frozen = NAN,
	    .rest_verdict = -1,
	    .last_verdict = -1,
	    .last_error = -1, },
	.end = -1,
};

static int
snapshot_line_end(struct json *j, struct buf *out)
{
	json_end(j);
	if (json_finish(j) == -1)
		return -1;
	return buf_addc(out, '\n');
}

/* One line: an entry by its table, and its latencies. */
static int
snapshot_line(const struct snapshot_entry *entry, struct buf *out)
{
	const uint32_t *latency = entry->e.latency;
	struct json j;
	int i;

	json_begin(&j, out);
	json_object(&j, NULL);
	field_write(snapshot_entries, entry, 0, &j);
	if (latency != NULL) {
		json_array(&j, "latency");
		for (i = 0; i < FOLD_BUCKETS; i++)
			if (latency[i] > 0) {
				json_int(&j, NULL, i);
				json_int(&j, NULL, latency[i]);
			}
		json_end(&j);
	}
	return snapshot_line_end(&j, out);
}

/* The first line. */
static int
snapshot_head_line(const struct fold *f, struct buf *out)
{
	struct snapshot_head head = {
		.version = SNAPSHOT_VERSION,
		.lines = fold_lines(f),
		.skipped = fold_skipped(f),
	};
	const int64_t *n = fold_verdicts(f);
	char day[DAY_TEXT];
	struct json j;
	int v;

	day_text(day, fold_day(f));
	head.day = day;
	json_begin(&j, out);
	json_object(&j, NULL);
	field_write(snapshot_heads, &head, 0, &j);
	json_object(&j, "verdicts");
	for (v = 0; v < V_MAX; v++)
		if (n[v] > 0)
			json_int(&j, verdict_info(v)->name, n[v]);
	json_end(&j);
	return snapshot_line_end(&j, out);
}

int
snapshot_write(const struct fold *f, struct buf *out)
{
	struct snapshot_entry entry = snapshot_blank;
	const struct fold_ent *e;
	size_t i = 0;

	if (snapshot_head_line(f, out) == -1)
		return -1;
	while ((e = fold_each(f, &i)) != NULL) {
		entry.e = *e;
		if (snapshot_line(&entry, out) == -1)
			return -1;
	}
	entry = snapshot_blank;
	entry.end = (int64_t)i;
	return snapshot_line(&entry, out);
}

/* The latencies of an entry. 0, or -1 with errno. */
static int
snapshot_latency(struct splice v, struct fold_ent *e)
{
	struct splice_walk w;
	int64_t at, n;
	int rc;

	if (e->latency == NULL &&
	    (e->latency = calloc(FOLD_BUCKETS, sizeof(e->latency[0]))) == NULL)
		return -1;
	errno = EINVAL;
	if (*v.s != '[')
		return -1;
	splice_begin(&w, v);
	while ((rc = splice_next(&w)) == 1) {
		if (splice_int(w.value, &at) == -1 || at < 0 ||
		    at >= FOLD_BUCKETS || splice_next(&w) != 1 ||
		    splice_int(w.value, &n) == -1 || n < 0 || n > UINT32_MAX)
			break;
		e->latency[at] = (uint32_t)n;
	}
	errno = EINVAL;
	return rc == 0 ? 0 : -1;
}

/* Takes an entry into the fold. 0, or -1 with errno. */
static int
snapshot_enter(struct fold *f, const struct snapshot_entry *in)
{
	struct fold_ent *e, was;

	if ((e = fold_enter(f, in->e.upstream, in->e.key, in->e.model,
		 in->e.token)) == NULL)
		return -1;
	was = *e;
	*e = in->e;
	e->upstream = was.upstream;
	e->key = was.key;
	e->model = was.model;
	e->token = was.token;
	e->latency = was.latency;
	return in->latency.n > 0 ? snapshot_latency(in->latency, e) : 0;
}

/* The next line of s[0..*n), which goes on behind it. 0: there is none. */
static int
snapshot_next(const char **s, size_t *n, struct splice *line)
{
	const char *lf = *n > 0 ? memchr(*s, '\n', *n) : NULL;

	if (lf == NULL)
		return 0;
	line->s = *s;
	line->n = (size_t)(lf - *s);
	*s += line->n + 1;
	*n -= line->n + 1;
	return 1;
}

/* The lines behind the head, to the last one. 0, or -1 with errno. */
static int
snapshot_body(struct fold *f, const char *s, size_t n, struct buf *scratch)
{
	struct snapshot_entry entry;
	struct splice line;
	int64_t entries = 0;

	while (snapshot_next(&s, &n, &line)) {
		entry = snapshot_blank;
		buf_cut(scratch, 0);
		errno = EINVAL;
		if (field_read(snapshot_entries, &entry, line, scratch) == -1)
			return -1;
		if (entry.end != -1) {
			errno = EINVAL;
			return entry.end == entries && n == 0 ? 0 : -1;
		}
		if (snapshot_enter(f, &entry) == -1)
			return -1;
		entries++;
	}
	errno = EINVAL;
	return -1;
}

/* Takes the calls by verdict into the fold. 0, or -1 with errno. */
static int
snapshot_verdicts(struct fold *f, struct splice v)
{
	struct splice_walk w;
	int64_t n;
	int rc;

	if (v.n == 0)
		return 0;
	errno = EINVAL;
	if (*v.s != '{')
		return -1;
	splice_begin(&w, v);
	while ((rc = splice_next(&w)) == 1)
		if (splice_int(w.value, &n) == 0 && w.name.n > 2)
			fold_ended(f, verdict_named(w.name.s + 1, w.name.n - 2),
			    n);
	errno = EINVAL;
	return rc;
}

static struct fold *
snapshot_begin(const char **s, size_t *n, int off, struct buf *scratch)
{
	struct snapshot_head head = { .lines = -1, .skipped = -1 };
	struct splice line;
	struct fold *f;
	int64_t day;

	errno = EINVAL;
	if (!snapshot_next(s, n, &line) ||
	    field_read(snapshot_heads, &head, line, scratch) == -1 ||
	    head.version != SNAPSHOT_VERSION || head.lines == -1 ||
	    head.skipped == -1 || head.day == NULL ||
	    day_parse(head.day, strlen(head.day), &day) == -1)
		return NULL;
	if ((f = fold_new(day, off)) == NULL)
		return NULL;
	fold_counted(f, head.lines, head.skipped);
	if (snapshot_verdicts(f, head.verdicts) == 0)
		return f;
	fold_free(f);
	return NULL;
}

struct fold *
snapshot_read(const char *s, size_t n, int off)
{
	struct buf scratch;
	struct fold *f;
	int e;

	buf_init(&scratch, SNAPSHOT_LINE);
	f = snapshot_begin(&s, &n, off, &scratch);
	if (f != NULL && snapshot_body(f, s, n, &scratch) == -1) {
		e = errno;
		fold_free(f);
		errno = e;
		f = NULL;
	}
	buf_free(&scratch);
	return f;
}
