/*
 * An incremental scanner over a text/event-stream (WHATWG HTML, "Server-sent
 * events"): any line ending, split at any byte, a BOM, comments, several data
 * lines, no space after the colon. It tells where events end; the bytes
 * themselves are the caller's to relay. Pure but for its one buffer.
 */
#ifndef SSE_H
#define SSE_H

#include <stddef.h>

#include "buf.h"

struct sse {
	struct buf line;  /* of a line not yet ended */
	struct buf data;  /* of the event so far */
	struct buf event; /* its "event:" field */
	size_t max;
	size_t bytes; /* of the event so far, raw */
	int state;
	int fields; /* a data line was seen in this event */
};

/*
 * max is the ceiling for one event, raw bytes counted. A block of comments
 * that an empty line ends counts for itself.
 */
void sse_init(struct sse *s, size_t max);
void sse_free(struct sse *s);

enum sse_res {
	SSE_MORE,   /* all n bytes taken, no event ended */
	SSE_EVENT,  /* an event with data ended: see s->data, s->event */
	SSE_TOOBIG, /* the event passes the ceiling: nothing more to do */
	SSE_NOMEM
};

/*
 * Takes bytes from p[0..n), at least one if n > 0, up to the end of the first
 * event; *used says how many. After SSE_EVENT the data and event type stay
 * readable until the next call. Blocks of comments and events without data
 * do not count as events: their bytes are part of what leads to the next.
 */
enum sse_res sse_feed(struct sse *s, const char *p, size_t n, size_t *used);

/* Did what was taken end in a CR, of which a LF may still come? */
int sse_cr(const struct sse *s);

/* Has an event begun that has not ended? For the end of a stream. */
int sse_pending(const struct sse *s);

#endif
