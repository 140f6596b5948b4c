/* What is counted comes out again. */
#include <string.h>

#include "buf.h"
#include "metrics.h"
#include "tap.h"

static int
has(const struct buf *b, const char *line)
{
	return strstr(b->d, line) != NULL;
}

int
main(void)
{
	static const char *const names[] = { "/a", "/b" };
	struct metrics *m = metrics_new(names, 2);
	struct metrics_now now = { 3, 2, 1000, 4, 5 };
	struct metrics_answer a = { 1, 200, 30, 7, 2 };
	struct buf b;
	int i;

	metrics_count(m, &a);
	a.ms = 400000;
	metrics_count(m, &a);
	a.status = 0;
	a.first_ms = -1;
	metrics_count(m, &a);
	for (i = 0; i < 100; i++) { /* more kinds than there is room for */
		a.status = 400 + i;
		metrics_count(m, &a);
	}
	buf_init(&b, 1 << 20);
	ok(metrics_write(m, &now, &b) == 0, "written");
	ok(has(&b, "\nms_http_connections 3\n") &&
		has(&b, "\nms_http_in_flight 2\n") &&
		has(&b, "\nms_http_held_bytes 1000\n") &&
		has(&b, "\nms_worker_restarts_total 4\n") &&
		has(&b, "\nms_log_lost_lines_total 5\n") &&
		has(&b, "\nms_upstream_attempts_total 206\n"),
	    "numbers");
	ok(has(&b, "_total{endpoint=\"/b\",status=\"200\"} 2\n") &&
		has(&b, "_total{endpoint=\"/b\",status=\"0\"} 1\n") &&
		has(&b, "status=\"499\"} 79\n"),
	    "answers");
	ok(has(&b, "seconds_bucket{endpoint=\"/b\",le=\"0.025\"} 0\n") &&
		has(&b, "seconds_bucket{endpoint=\"/b\",le=\"0.05\"} 1\n") &&
		has(&b, "seconds_bucket{endpoint=\"/b\",le=\"300\"} 1\n") &&
		has(&b, "seconds_bucket{endpoint=\"/b\",le=\"+Inf\"} 103\n") &&
		has(&b, "seconds_count{endpoint=\"/b\"} 103\n"),
	    "durations");
	ok(has(&b, "first_byte_seconds_count{endpoint=\"/b\"} 2\n"),
	    "first bytes");
	ok(!has(&b, "\"/a\""), "nothing of what was not asked");
	buf_free(&b);
	metrics_free(m);
	return done();
}
