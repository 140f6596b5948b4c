/* The front's counters and histograms. */
#include <stdio.h>
#include <stdlib.h>

#include "buf.h"
#include "metrics.h"
#include "prom.h"

enum {
	STATUSES = 24,
	BUCKETS = 14
};

/* The upper ends of the buckets, in milliseconds. */
static const int bucket_ms[BUCKETS] = { 5, 10, 25, 50, 100, 250, 500, 1000,
	2500, 5000, 10000, 30000, 60000, 300000 };

struct histogram {
	uint64_t n[BUCKETS + 1];
	uint64_t count;
	double sum; /* seconds */
};

struct series {
	const char *name;
	struct {
		int status;
		uint64_t n;
	} answers[STATUSES]; /* the last takes what has no room */
	struct histogram all, first;
};

struct metrics {
	size_t n;
	uint64_t attempts;
	struct series v[];
};

struct metrics *
metrics_new(const char *const *names, size_t n)
{
	struct metrics *m;
	size_t i;

	if ((m = calloc(1, sizeof(*m) + n * sizeof(m->v[0]))) == NULL)
		return NULL;
	m->n = n;
	for (i = 0; i < n; i++)
		m->v[i].name = names[i];
	return m;
}

void
metrics_free(struct metrics *m)
{
	free(m);
}

static void
observe(struct histogram *h, int64_t ms)
{
	size_t i;

	for (i = 0; i < BUCKETS && ms > bucket_ms[i]; i++)
		continue;
	h->n[i]++;
	h->count++;
	h->sum += (double)ms / 1000;
}

void
metrics_count(struct metrics *m, const struct metrics_answer *a)
{
	struct series *s = &m->v[a->endpoint];
	size_t i;

	for (i = 0; i < STATUSES - 1; i++)
		if (s->answers[i].n == 0 || s->answers[i].status == a->status)
			break;
	s->answers[i].status = a->status;
	s->answers[i].n++;
	observe(&s->all, a->ms);
	if (a->first_ms >= 0)
		observe(&s->first, a->first_ms);
	m->attempts += (uint64_t)a->attempts;
}

static int
write_answers(const struct metrics *m, struct buf *out)
{
	static const char name[] = "ms_http_requests_total";
	char status[12];
	struct prom_label l[] = {
		{ "endpoint", NULL },
		{ "status", status },
		{ NULL, NULL },
	};
	size_t i, k;

	if (prom_family(out, name, "counter",
		"Requests answered; status 0: the client left first") == -1)
		return -1;
	for (i = 0; i < m->n; i++)
		for (k = 0; k < STATUSES && m->v[i].answers[k].n > 0; k++) {
			l[0].value = m->v[i].name;
			snprintf(status, sizeof(status), "%d",
			    m->v[i].answers[k].status);
			if (prom_sample(out, name, l,
				(double)m->v[i].answers[k].n) == -1)
				return -1;
		}
	return 0;
}

static int
write_buckets(const char *family, const char *endpoint,
    const struct histogram *h, struct buf *out)
{
	char name[64], le[16];
	struct prom_label l[] = {
		{ "endpoint", endpoint },
		{ "le", le },
		{ NULL, NULL },
	};
	uint64_t n = 0;
	size_t i;

	snprintf(name, sizeof(name), "%s_bucket", family);
	for (i = 0; i <= BUCKETS; i++) {
		n += h->n[i];
		if (i < BUCKETS)
			snprintf(le, sizeof(le), "%g", bucket_ms[i] / 1000.0);
		else
			snprintf(le, sizeof(le), "+Inf");
		if (prom_sample(out, name, l, (double)n) == -1)
			return -1;
	}
	l[1].name = NULL;
	snprintf(name, sizeof(name), "%s_sum", family);
	if (prom_sample(out, name, l, h->sum) == -1)
		return -1;
	snprintf(name, sizeof(name), "%s_count", family);
	return prom_sample(out, name, l, (double)h->count);
}

static int
write_histogram(const struct metrics *m, const char *family, const char *help,
    int first, struct buf *out)
{
	const struct histogram *h;
	size_t i;

	if (prom_family(out, family, "histogram", help) == -1)
		return -1;
	for (i = 0; i < m->n; i++) {
		h = first ? &m->v[i].first : &m->v[i].all;
		if (h->count > 0 &&
		    write_buckets(family, m->v[i].name, h, out) == -1)
			return -1;
	}
	return 0;
}

int
metrics_write(const struct metrics *m, const struct metrics_now *now,
    struct buf *out)
{
	const struct {
		const char *name, *type, *help;
		double value;
	} one[] = {
		{ "ms_http_connections", "gauge", "Connections of clients",
		    (double)now->connections },
		{ "ms_http_in_flight", "gauge", "Requests under way",
		    (double)now->inflight },
		{ "ms_http_held_bytes", "gauge", "Bytes of request bodies",
		    (double)now->held },
		{ "ms_upstream_attempts_total", "counter",
		    "Attempts made for requests", (double)m->attempts },
		{ "ms_worker_restarts_total", "counter",
		    "Workers started in the place of dead ones",
		    now->restarts },
		{ "ms_log_lost_lines_total", "counter",
		    "Lines of the access log that nobody took",
		    (double)now->lost_lines },
	};
	size_t i;

	for (i = 0; i < sizeof(one) / sizeof(one[0]); i++)
		if (prom_family(out, one[i].name, one[i].type, one[i].help) ==
			-1 ||
		    prom_sample(out, one[i].name, NULL, one[i].value) == -1)
			return -1;
	if (write_answers(m, out) == -1 ||
	    write_histogram(m, "ms_http_request_duration_seconds",
		"From a request's first byte to its answer's last", 0,
		out) == -1)
		return -1;
	return write_histogram(m, "ms_http_first_byte_seconds",
	    "From a request's first byte to its answer's first", 1, out);
}
