/* Counts of what was served, and the answers of /sim/. */
#include <stdio.h>
#include <string.h>

#include "sim.h"

enum {
	MAX_OPS = 32,
	MAX_STATUS = 1000
};

struct table keys, models, pairs;

static struct {
	uint64_t requests, accepted, in, out, gone;
	unsigned inflight, inflight_max, open, open_max;
	uint64_t op[MAX_OPS], status[MAX_STATUS];
	int64_t gone_ms[MAX_GONE];
	unsigned gone_events[MAX_GONE];
} stats;

/* c->key and friends are set, for answers to be counted against them. */
void
stats_begin(struct conn *c)
{
	char name[2 * MAX_NAME + 2];
	const char *key = c->req.has_key ? c->req.key : "-";
	const char *model = c->req.model[0] == '\0' ? "-" : c->req.model;

	snprintf(name, sizeof(name), "%s %s", key, model);
	c->key = table_get(&keys, span_of(key));
	c->model = table_get(&models, span_of(model));
	c->pair = table_get(&pairs, span_of(name));
	c->counted = true;
	if (++c->key->inflight > c->key->inflight_max)
		c->key->inflight_max = c->key->inflight;
	if (++stats.inflight > stats.inflight_max)
		stats.inflight_max = stats.inflight;
	c->key->requests++;
	c->model->requests++;
	c->pair->requests++;
	stats.requests++;
	stats.op[service_op_index(c->req.op)]++;
}

void
stats_status(int status)
{
	if (status >= 0 && status < MAX_STATUS)
		stats.status[status]++;
}

void
stats_end(struct conn *c)
{
	if (!c->counted)
		return;
	c->counted = false;
	c->key->inflight--;
	stats.inflight--;
}

void
stats_gone(struct conn *c)
{
	size_t i = stats.gone++ % MAX_GONE;

	stats.gone_ms[i] = loop_now() - c->began;
	stats.gone_events[i] = c->ans.made;
}

void
stats_conn(int delta)
{
	if (delta < 0) {
		stats.open--;
		return;
	}
	stats.accepted++;
	if (++stats.open > stats.open_max)
		stats.open_max = stats.open;
}

void
stats_bytes(size_t in, size_t out)
{
	stats.in += in;
	stats.out += out;
}

static void
number(struct buf *b, const char *before, uint64_t n)
{
	buf_str(b, before);
	buf_u64(b, n);
}

static void
numbers(struct buf *b)
{
	uint64_t i, from = stats.gone > MAX_GONE ? stats.gone - MAX_GONE : 0;

	number(b, "{\"requests\":", stats.requests);
	number(b, ",\"in_flight\":", stats.inflight);
	number(b, ",\"in_flight_max\":", stats.inflight_max);
	number(b, ",\"connections\":{\"accepted\":", stats.accepted);
	number(b, ",\"open\":", stats.open);
	number(b, ",\"open_max\":", stats.open_max);
	number(b, "},\"bytes\":{\"in\":", stats.in);
	number(b, ",\"out\":", stats.out);
	number(b, "},\"client_gone\":", stats.gone);
	LIT(b, ",\"client_gone_ms\":[");
	for (i = from; i < stats.gone; i++)
		number(b, i > from ? "," : "",
		    (uint64_t)stats.gone_ms[i % MAX_GONE]);
	LIT(b, "],\"client_gone_events\":[");
	for (i = from; i < stats.gone; i++)
		number(b, i > from ? "," : "", stats.gone_events[i % MAX_GONE]);
	LIT(b, "]");
}

static void
by_number(struct buf *b)
{
	const char *sep = "";
	size_t i;

	LIT(b, ",\"by_op\":{");
	for (i = 0; service_op_at(i) != NULL; i++) {
		if (stats.op[i] == 0)
			continue;
		buf_str(b, sep);
		LIT(b, "\"");
		buf_str(b, service_op_at(i)->name);
		number(b, "\":", stats.op[i]);
		sep = ",";
	}
	LIT(b, "},\"by_status\":{");
	for (i = 0, sep = ""; i < MAX_STATUS; i++) {
		if (stats.status[i] == 0)
			continue;
		buf_str(b, sep);
		number(b, "\"", i);
		number(b, "\":", stats.status[i]);
		sep = ",";
	}
	LIT(b, "}");
}

static void
key_numbers(struct buf *b, const struct entry *e)
{
	number(b, "{\"requests\":", e->requests);
	number(b, ",\"in_flight\":", e->inflight);
	number(b, ",\"in_flight_max\":", e->inflight_max);
	if (e->known) {
		LIT(b, ",\"left\":");
		buf_num(b, e->left);
	}
	LIT(b, "}");
}

static void
by_name(struct buf *b, const char *name, const struct table *t)
{
	const char *sep = "";
	size_t i;

	LIT(b, ",\"");
	buf_str(b, name);
	LIT(b, "\":{");
	for (i = 0; i < t->cap; i++) {
		const struct entry *e = t->slot[i];

		if (e == NULL || e->requests == 0)
			continue;
		buf_str(b, sep);
		LIT(b, "\"");
		buf_json(b, span_of(e->name));
		LIT(b, "\":");
		if (t == &keys)
			key_numbers(b, e);
		else
			buf_u64(b, e->requests);
		sep = ",";
	}
	LIT(b, "}");
}

void
stats_answer(struct conn *c)
{
	struct buf *b = answer_body(c, 200, "application/json");

	numbers(b);
	by_number(b);
	by_name(b, "by_model", &models);
	by_name(b, "by_key", &keys);
	by_name(b, "by_key_model", &pairs);
	LIT(b, "}\n");
}

static void
zero(struct table *t)
{
	size_t i;

	for (i = 0; i < t->cap; i++)
		if (t->slot[i] != NULL) {
			t->slot[i]->requests = t->slot[i]->seen = 0;
			t->slot[i]->inflight_max = t->slot[i]->inflight;
			t->slot[i]->ready = 0;
		}
}

/* What is in flight or open now stays so. */
void
stats_reset_answer(struct conn *c)
{
	unsigned inflight = stats.inflight, open = stats.open;

	memset(&stats, 0, sizeof(stats));
	stats.inflight = stats.inflight_max = inflight;
	stats.open = stats.open_max = open;
	zero(&keys);
	zero(&models);
	zero(&pairs);
	keys_reset();
	script_reset();
	LIT(answer_body(c, 200, "application/json"), "{\"success\":true}\n");
}

void
stats_script_answer(struct conn *c)
{
	char why[128] = "no memory";

	if (script_load(c->req.body, why, sizeof(why)) == -1)
		errors_say(c, 400, why);
	else
		LIT(answer_body(c, 200, "application/json"),
		    "{\"success\":true}\n");
}

void
stats_hurry_answer(struct conn *c)
{
	conn_hurry();
	LIT(answer_body(c, 200, "application/json"), "{\"success\":true}\n");
}
