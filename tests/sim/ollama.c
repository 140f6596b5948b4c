/* A local Ollama: its routes, and the models that score. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static const struct local {
	const char *name, *doing;
	enum {
		SCORE,
		OBEY,
		THINK,
		CUT,
		PROSE,
		STRING,
		FLOAT,
		FENCE,
		BLANK
	} how;
	bool unlisted;
} locals[] = { { "sim-cold", NULL, SCORE, false },
	{ "sim-missing", "missing!", SCORE, true },
	{ "sim-think", NULL, THINK, false }, { "sim-cut", NULL, CUT, false },
	{ "sim-html", "html", SCORE, false },
	{ "sim-503", "503:string", SCORE, false },
	{ "sim-500", "500:string", SCORE, false },
	{ "sim-400", "400:string", SCORE, false },
	{ "sim-stall", "stall-head", SCORE, false },
	{ "sim-reset", "reset", SCORE, false },
	{ "sim-slow", "delay:1000", SCORE, false },
	{ "sim-nonsense", NULL, PROSE, false },
	{ "sim-string", NULL, STRING, false },
	{ "sim-float", NULL, FLOAT, false },
	{ "sim-fence", NULL, FENCE, false },
	{ "sim-empty", NULL, BLANK, false }, { "sim-obey", NULL, OBEY, false },
	{ "sim-error-mid", "error-mid", SCORE, false } };
enum {
	LOCALS = sizeof(locals) / sizeof(locals[0])
};

static const struct local *
find(const char *model)
{
	size_t i, n;

	for (i = 0; i < LOCALS; i++) {
		n = strlen(locals[i].name);
		if (strncmp(model, locals[i].name, n) == 0 &&
		    (model[n] == '\0' || strcmp(model + n, ":latest") == 0))
			return &locals[i];
	}
	return NULL;
}

static bool
is_local(const struct conn *c)
{
	return (c->req.op->flags & OP_OLLAMA) ||
	    strncmp(c->req.model, "sim-", 4) == 0;
}

static void
warm(struct conn *c)
{
	if (c->model->ready == 0)
		c->model->ready = loop_now() + opt.cold;
	if (c->model->ready > loop_now())
		c->plan.delay += (long)(c->model->ready - loop_now());
}

bool
ollama_plan(struct conn *c)
{
	const struct local *l;

	if (!is_local(c))
		return false;
	if ((l = find(c->req.model)) == NULL)
		return true;
	if (l->doing != NULL)
		plan_add(&c->plan, span_of(l->doing));
	else
		plan_add(&c->plan, SPAN("ok"));
	if (strncmp(c->req.model, "sim-cold", 8) == 0)
		warm(c);
	return true;
}

/* The number behind the last "score:" in ${text}, 5 if there is none. */
static int
obeyed(struct span text)
{
	const char *p = text.p, *end = text.p + text.n;
	int n = 5;

	for (; end - p > 5; p++) {
		if (strncasecmp(p, "score", 5) != 0)
			continue;
		for (p += 5; p < end && strchr("\\\": =", *p) != NULL; p++)
			if (*p == '\0')
				break;
		if (p < end && isdigit((unsigned char)*p))
			n = (int)strtol(p, NULL, 10);
	}
	return n;
}

static void
score_json(struct buf *b, const char *value)
{
	double n = strtod(value[0] == '\\' ? value + 2 : value, NULL);

	LIT(b, "{\\\"score\\\":");
	buf_str(b, value);
	LIT(b, ",\\\"complexity\\\":\\\"");
	buf_str(b,
	    n <= 3     ? "SIMPLE" :
		n <= 5 ? "MEDIUM" :
		n <= 7 ? "COMPLEX" :
			 "VERY_COMPLEX");
	LIT(b, "\\\",\\\"reason\\\":\\\"simulated\\\"}");
}

static void
score_number(struct buf *b, long n)
{
	struct buf text = { 0 };

	buf_num(&text, (double)n);
	buf_add(&text, "", 1);
	score_json(b, text.p);
	buf_free(&text);
}

static void
score(struct conn *c, const struct local *l)
{
	struct answer *a = &c->ans;
	struct buf *b = &a->text;

	switch (l == NULL ? SCORE : l->how) {
	case SCORE:
		score_number(b,
		    strncmp(c->req.model, "sim-score-", 10) == 0 ?
			strtol(c->req.model + 10, NULL, 10) :
			5);
		break;
	case OBEY:
		score_number(b, obeyed(c->req.messages));
		break;
	case THINK:
		if (c->req.think == 0)
			score_number(b, 5);
		else {
			LIT(&a->reason, "The user asks something.");
			a->finish = "length";
		}
		break;
	case CUT:
		LIT(b, "{\\\"score\\\":7,\\\"reas");
		a->finish = "length";
		break;
	case PROSE:
		LIT(b, "As a language model I would call this fairly hard.");
		break;
	case STRING:
		score_json(b, "\\\"7\\\"");
		break;
	case FLOAT:
		score_json(b, "6.6");
		break;
	case FENCE:
		LIT(b, "```json\\n");
		score_number(b, 7);
		LIT(b, "\\n```");
		break;
	case BLANK:
		break;
	}
}

bool
ollama_text(struct conn *c)
{
	if (!is_local(c) &&
	    (c->req.format.n == 0 || strchr(c->req.model, '/') != NULL))
		return false;
	/* An empty prompt only loads the model. */
	if (!(c->req.op->flags & OP_OLLAMA) || c->req.messages.n > 2)
		score(c, find(c->req.model));
	else
		c->ans.finish = "load";
	return true;
}

static void
tag(struct buf *b, const char *name, const char *suffix)
{
	LIT(b, "{\"name\":\"");
	buf_str(b, name);
	buf_str(b, suffix);
	LIT(b, "\",\"model\":\"");
	buf_str(b, name);
	buf_str(b, suffix);
	LIT(b,
	    "\",\"modified_at\":\"2026-11-01T00:00:00Z\",\"size\":986061892,"
	    "\"digest\":\"65ec06548149\",\"details\":{\"format\":\"gguf\","
	    "\"family\":\"qwen2\",\"parameter_size\":\"1.5B\","
	    "\"quantization_level\":\"Q4_K_M\"}}");
}

void
ollama_tags(struct conn *c)
{
	struct buf *b = answer_body(c, 200, "application/json"), name = { 0 };
	size_t i;

	LIT(b, "{\"models\":[");
	tag(b, "qwen2.5:1.5b", "");
	LIT(b, ",");
	tag(b, "qwen3:8b", "");
	for (i = 0; i <= 10; i++) {
		name.len = 0;
		LIT(&name, "sim-score-");
		buf_u64(&name, i);
		buf_add(&name, "", 1);
		LIT(b, ",");
		tag(b, name.p, ":latest");
	}
	for (i = 0; i < LOCALS; i++) {
		if (locals[i].unlisted)
			continue;
		LIT(b, ",");
		tag(b, locals[i].name, ":latest");
	}
	LIT(b, "]}");
	buf_free(&name);
}

void
ollama_version(struct conn *c)
{
	LIT(answer_body(c, 200, "application/json"),
	    "{\"version\":\"0.15.0\"}");
}

void
ollama_ps(struct conn *c)
{
	LIT(answer_body(c, 200, "application/json"), "{\"models\":[]}");
}

/* One line: the text, and with ${done} how it ended. */
static void
line(struct conn *c, struct buf *b, struct span text, struct span thinking,
    bool done)
{
	bool chat = c->ans.proto == &ollama_chat_proto;

	LIT(b, "{\"model\":\"");
	buf_json(b, span_of(c->req.model));
	LIT(b, "\",\"created_at\":\"2026-11-21T00:00:00Z\",");
	buf_str(b,
	    chat ? "\"message\":{\"role\":\"assistant\",\"content\":\"" :
		   "\"response\":\"");
	buf_span(b, text);
	LIT(b, "\"");
	if (thinking.n > 0) {
		LIT(b, ",\"thinking\":\"");
		buf_span(b, thinking);
		LIT(b, "\"");
	}
	buf_str(b, chat ? "}" : "");
	buf_str(b,
	    done ? ",\"done\":true,\"done_reason\":\"" : ",\"done\":false");
	if (done) {
		buf_str(b, c->ans.finish);
		LIT(b,
		    "\",\"total_duration\":251000000,\"load_duration\":"
		    "5100000,\"prompt_eval_count\":");
		buf_u64(b, c->ans.prompt_tokens);
		LIT(b, ",\"prompt_eval_duration\":110000000,\"eval_count\":");
		buf_u64(b, c->ans.tokens);
		LIT(b, ",\"eval_duration\":130000000");
	}
	LIT(b, "}");
}

static void
plain(struct conn *c, struct buf *b)
{
	line(c, b, (struct span){ c->ans.text.p, c->ans.text.len },
	    (struct span){ c->ans.reason.p, c->ans.reason.len }, true);
}

static void
event(struct conn *c, struct buf *out, enum phase phase, struct span piece)
{
	struct span none = { "", 0 };

	if (phase == PH_REASON)
		line(c, out, none, piece, false);
	else if (phase == PH_TEXT)
		line(c, out, piece, none, false);
	else if (phase == PH_DONE)
		line(c, out, none, none, true);
	else
		return;
	LIT(out, "\n");
}

const struct proto ollama_generate_proto = { plain, event,
	"application/x-ndjson" };
const struct proto ollama_chat_proto = { plain, event, "application/x-ndjson" };
