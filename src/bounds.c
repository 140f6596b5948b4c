/* The limits of ms-serve as a table. */
#include "bounds.h"

enum {
	KIB = 1024,
	MIB = 1024 * 1024
};

#define BYTES(name, member, dflt, min, max) \
	{ \
		name, offsetof(struct bounds, member), dflt, min, max, 0 \
	}
#define TIME(name, member, dflt, max) \
	{ \
		name, offsetof(struct bounds, member), dflt, 1, max, 1 \
	}

const struct bound bounds_table[] = {
	BYTES("max-connections", connections, 1024, 1, 1000000),
	BYTES("max-line", line, 16 * KIB, 64, 64 * KIB),
	BYTES("max-head", head, 32 * KIB, 64, 256 * KIB),
	BYTES("max-fields", fields, 100, 1, 256),
	/* the workers take no more than REQUEST_MAX */
	BYTES("max-body", body, 32 * MIB, 0, 64 * MIB),
	BYTES("max-held", held, 256 * MIB, 0, 65536LL * MIB),
	BYTES("max-event", event, 1 * MIB, 1, 256 * MIB),
	BYTES("max-answer", answer, 32 * MIB, 1, 1024 * MIB),
	TIME("head-time", head_time, 10, 3600),
	TIME("body-time", body_time, 60, 3600),
	TIME("idle-time", idle_time, 75, 86400),
	TIME("write-time", write_time, 60, 3600),
	TIME("answer-time", answer_time, 330, 86400),
	TIME("drain-time", drain_time, 30, 86400),
	TIME("tool-time", tool_time, 60, 3600),
	{ NULL, 0, 0, 0, 0, 0 },
};

int64_t *
bounds_value(struct bounds *b, const struct bound *row)
{
	return (int64_t *)(void *)((char *)b + row->offset);
}

void
bounds_init(struct bounds *b)
{
	const struct bound *row;

	for (row = bounds_table; row->name != NULL; row++)
		*bounds_value(b, row) = row->dflt * (row->seconds ? 1000 : 1);
}
