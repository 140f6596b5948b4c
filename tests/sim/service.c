/* From a request to its answer: routes, keys, rules, counting. */
#include <string.h>

#include "sim.h"

static void
welcome(struct conn *c)
{
	LIT(answer_body(c, 200, "application/json"),
	    "{\"message\":\"Welcome to ModelScope API-Inference\"}");
}

static void
health(struct conn *c)
{
	LIT(answer_body(c, 200, "application/json"), "{\"status\":\"ok\"}");
}

static const struct op ops[] = { { "chat", "POST", "/v1/chat/completions",
				     OP_KEYED | OP_MODEL | OP_LOCAL | OP_PAID |
					 OP_CHAT,
				     NULL, &chat_proto },
	{ "balance", "GET", "/openapi/v1/magicubes/balance",
	    OP_KEYED | OP_BALANCE, keys_balance, NULL },
	{ "generate", "POST", "/api/generate", OP_MODEL | OP_OLLAMA, NULL,
	    &ollama_generate_proto },
	{ "ollama-chat", "POST", "/api/chat", OP_MODEL | OP_OLLAMA, NULL,
	    &ollama_chat_proto },
	{ "messages", "POST", "/v1/messages",
	    OP_KEYED | OP_MODEL | OP_PAID | OP_CHAT | OP_ANTHROPIC, NULL,
	    &anthropic_proto },
	{ "responses", "POST", "/v1/responses", OP_KEYED | OP_MODEL | OP_PAID,
	    NULL, &responses_proto },
	{ "completions", "POST", "/v1/completions",
	    OP_KEYED | OP_MODEL | OP_LOCAL | OP_PAID, NULL,
	    &completions_proto },
	{ "embeddings", "POST", "/v1/embeddings",
	    OP_KEYED | OP_MODEL | OP_LOCAL | OP_PAID, media_embeddings, NULL },
	{ "images", "POST", "/v1/images/generations",
	    OP_KEYED | OP_MODEL | OP_PAID, media_images, NULL },
	{ "task", "GET", "/v1/tasks/", OP_KEYED | OP_PREFIX, media_task, NULL },
	{ "models", "GET", "/v1/models", 0, media_models, NULL },
	{ "model", "GET", "/v1/models/", OP_PREFIX, media_model, NULL },
	{ "root", "GET", "/", 0, welcome, NULL },
	{ "health", "GET", "/health", 0, health, NULL },
	{ "tags", "GET", "/api/tags", OP_OLLAMA, ollama_tags, NULL },
	{ "version", "GET", "/api/version", OP_OLLAMA, ollama_version, NULL },
	{ "ps", "GET", "/api/ps", OP_OLLAMA, ollama_ps, NULL },
	{ "sim-stats", "GET", "/sim/stats", OP_CONTROL, stats_answer, NULL },
	{ "sim-reset", "POST", "/sim/reset", OP_CONTROL, stats_reset_answer,
	    NULL },
	{ "sim-script", "POST", "/sim/script", OP_CONTROL, stats_script_answer,
	    NULL },
	{ "sim-hurry", "POST", "/sim/hurry", OP_CONTROL, stats_hurry_answer,
	    NULL },
	{ "other", "", "", 0, NULL, NULL } };
enum {
	OPS = sizeof(ops) / sizeof(ops[0])
};

const struct op *
service_op_at(size_t i)
{
	return i < OPS ? &ops[i] : NULL;
}

size_t
service_op_index(const struct op *op)
{
	return (size_t)(op - ops);
}

static bool
path_is(const struct req *r, const struct op *op)
{
	size_t n = strlen(op->path);

	return (op->flags & OP_PREFIX ? r->pathlen > n : r->pathlen == n) &&
	    memcmp(r->path, op->path, n) == 0;
}

const struct op *
service_op(const struct req *r)
{
	size_t i;

	for (i = 0; i < OPS - 1; i++)
		if (path_is(r, &ops[i]) &&
		    strcmp(r->method, ops[i].method) == 0)
			break;
	return &ops[i];
}

static void
unknown(struct conn *c)
{
	size_t i;

	for (i = 0; i < OPS - 1; i++)
		if (path_is(&c->req, &ops[i])) {
			errors_say(c, 405, "method not allowed");
			LIT(&c->ans.extra, "Allow: ");
			buf_str(&c->ans.extra, ops[i].method);
			LIT(&c->ans.extra, "\r\n");
			return;
		}
	errors_say(c, 404, "not found");
}

/* The errors that hang on what the request says; NULL if it is as wanted. */
static const char *
broken_rule(const struct conn *c)
{
	const struct req *r = &c->req;
	unsigned rules = c->plan.rules;

	if ((rules & RULE_STREAM) && !r->stream)
		return "stream-only!";
	if ((rules & RULE_THINK) && !r->stream && r->think != 0)
		return "thinking-rule!";
	if ((rules & RULE_THINK2) && !r->stream && r->think != 0)
		return "thinking-rule-2!";
	if ((rules & RULE_THINK_ONLY) && r->think == 0)
		return "thinking-only!";
	if ((rules & RULE_TEMP) && (r->temperature < 1 || r->temperature > 1))
		return "bad-param";
	if ((rules & RULE_MAX) && r->max_tokens > c->plan.max)
		return "max!";
	return NULL;
}

static bool
is_hollow(struct conn *c)
{
	const struct req *r = &c->req;

	if ((r->op->flags & OP_CHAT) &&
	    (r->messages.n == 0 || span_is(r->messages, "[]")))
		return true;
	if ((c->plan.rules & RULE_SCHEMA) &&
	    memmem(r->format.p, r->format.n, "json_schema", 11) != NULL)
		return true;
	if (!plan_has(&c->plan, F_HOLLOW))
		return false;
	if (c->plan.hollow < 0 || (long)c->model->seen < c->plan.hollow)
		return true;
	c->plan.flags &= ~F(F_HOLLOW);
	return false;
}

/* What the model's name asks for; true if that is an answer already. */
static bool
apply_model(struct conn *c)
{
	struct span names;

	if (!(c->req.op->flags & OP_MODEL) || ollama_plan(c))
		return false;
	names = plan_of_model(span_of(c->req.model));
	if (names.n == 0 || plan_add(&c->plan, names) == 0)
		return false;
	errors_say(c, 400, "simulator: no behaviour of this name");
	return true;
}

static void
answer_good(struct conn *c)
{
	const struct op *op = c->req.op;
	const char *rule;

	if ((op->flags & OP_MODEL) && !c->req.json)
		errors_say(c, 400, "the body is not a JSON object");
	else if (c->plan.error != NULL) {
		errors_answer(c, c->plan.error);
		if (c->ans.status == 400)
			keys_headers(c);
	} else if ((rule = broken_rule(c)) != NULL) {
		errors_answer(c, errors_find(span_of(rule)));
		keys_headers(c);
	} else if ((op->flags & OP_MODEL) && is_hollow(c)) {
		c->model->seen++;
		c->plan.flags |= F(F_HOLLOW);
		content_hollow(c);
	} else if ((op->flags & OP_PAID) && keys_charge(c))
		return;
	else if (op->handle != NULL)
		op->handle(c);
	else if (op->proto != NULL)
		answer_as(c, op->proto,
		    c->req.stream ||
			((op->flags & OP_OLLAMA) && !c->req.stream_set));
	else
		unknown(c);
}

void
service_answer(struct conn *c)
{
	const struct op *op = c->req.op;
	enum scripted scripted;

	plan_init(&c->plan);
	answer_init(c);
	if (op->flags & OP_CONTROL) {
		op->handle(c);
		return;
	}
	if ((scripted = script_apply(c)) == SCRIPT_ANSWERED)
		return;
	if ((op->flags & OP_KEYED) && keys_check(c))
		return;
	if (scripted == SCRIPT_NONE && apply_model(c))
		return;
	answer_good(c);
}
