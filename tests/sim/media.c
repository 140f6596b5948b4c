/* Embeddings, images with their tasks, and the list of models. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static struct table tasks; /* requests: the polls; seen: it fails */
static uint64_t task_count;
static const char *model_list =
    "Test/Model-A,Test/Model-B,Test/Model-C,"
    "deepseek-ai/DeepSeek-V4.1-Flash,deepseek-ai/DeepSeek-V4-Pro,"
    "ZhipuAI/GLM-5.2,Qwen/Qwen3.8-27B,Qwen/Qwen3.5-397B-A17B,"
    "Qwen/Qwen3.5-122B-A10B,Qwen/Qwen3-Next-80B-A3B-Instruct,"
    "Qwen/Qwen3-Coder-30B-A3B-Instruct,stepfun-ai/Step-3.7-Flash";

void
media_init(const char *list)
{
	model_list = list;
}

/* Eight numbers that follow from the input's bytes. */
static void
vector(struct buf *b, struct span text, uint64_t index)
{
	unsigned h = 2166136261u;
	size_t i;

	for (i = 0; i < text.n; i++)
		h = (h ^ (unsigned char)text.p[i]) * 16777619u;
	LIT(b, "{\"object\":\"embedding\",\"index\":");
	buf_u64(b, index);
	LIT(b, ",\"embedding\":[");
	for (i = 0; i < 8; i++) {
		if (i > 0)
			LIT(b, ",");
		buf_num(b, (double)(h >> (i * 4) & 15) / 16 - 0.5);
	}
	LIT(b, "]}");
}

void
media_embeddings(struct conn *c)
{
	struct span input = c->req.messages;
	struct buf *b = answer_body(c, 200, "application/json");
	struct json_iter it;
	uint64_t n = 0;

	LIT(b, "{\"object\":\"list\",\"data\":[");
	if (json_open(&it, input) && !it.object)
		while (json_next(&it)) {
			if (n > 0)
				LIT(b, ",");
			vector(b, it.val, n++);
		}
	else
		vector(b, input, 0);
	LIT(b, "],\"model\":\"");
	buf_json(b, span_of(c->req.model));
	LIT(b, "\",\"usage\":{\"prompt_tokens\":");
	buf_u64(b, input.n / 4);
	LIT(b, ",\"total_tokens\":");
	buf_u64(b, input.n / 4);
	LIT(b, "}}");
}

static void
task_answer(struct conn *c, struct span id, const char *status, bool done)
{
	struct buf *b = answer_body(c, 200, "application/json");

	LIT(b, "{\"request_id\":\"5e6ca7f0\",\"task_id\":\"");
	buf_json(b, id);
	LIT(b, "\",\"task_status\":\"");
	buf_str(b, status);
	LIT(b, "\"");
	if (done)
		LIT(b,
		    ",\"output_images\":[\"https://example.invalid/"
		    "sim.png\"]");
	LIT(b, "}");
}

void
media_images(struct conn *c)
{
	struct buf id = { 0 }, *b;
	struct entry *task;

	if (!c->req.async) {
		b = answer_body(c, 200, "application/json");
		LIT(b,
		    "{\"created\":1790000000,\"images\":[{\"url\":"
		    "\"https://example.invalid/sim.png\"}]}");
		return;
	}
	LIT(&id, "sim-task-");
	buf_u64(&id, ++task_count);
	task = table_get(&tasks, (struct span){ id.p, id.len });
	task->seen = plan_has(&c->plan, F_TASK_FAIL);
	task_answer(c, (struct span){ id.p, id.len }, "PENDING", false);
	buf_free(&id);
}

void
media_task(struct conn *c)
{
	static const char *const states[] = { "PENDING", "PROCESSING" };
	struct span id = { c->req.path + 10, c->req.pathlen - 10 };
	struct entry *task;
	uint64_t poll;

	if (id.n < 10 || memcmp(id.p, "sim-task-", 9) != 0 ||
	    strtoull(id.p + 9, NULL, 10) - 1 >= task_count) {
		errors_say(c, 404, "task not found");
		return;
	}
	task = table_get(&tasks, id);
	poll = task->requests++;
	if (poll < 2)
		task_answer(c, id, states[poll], false);
	else if (task->seen)
		task_answer(c, id, "FAILED", false);
	else
		task_answer(c, id, "SUCCEED", true);
}

static void
model_object(struct buf *b, struct span id)
{
	LIT(b, "{\"id\":\"");
	buf_json(b, id);
	LIT(b,
	    "\",\"object\":\"model\",\"created\":1790000000,"
	    "\"owned_by\":\"system\"}");
}

void
media_models(struct conn *c)
{
	struct buf *b = answer_body(c, 200, "application/json");
	const char *p, *comma;

	LIT(b, "{\"object\":\"list\",\"data\":[");
	for (p = model_list; *p != '\0';
	     p = *comma == ',' ? comma + 1 : comma) {
		comma = strchrnul(p, ',');
		if (p != model_list)
			LIT(b, ",");
		model_object(b, (struct span){ p, (size_t)(comma - p) });
	}
	LIT(b, "]}");
}

/* Of /v1/models/{id}, with its slash as such or as %2F. */
void
media_model(struct conn *c)
{
	char id[MAX_NAME], *at;
	size_t n;

	span_copy(id, sizeof(id),
	    (struct span){ c->req.path + 11, c->req.pathlen - 11 });
	if ((at = strcasestr(id, "%2f")) != NULL) {
		*at = '/';
		memmove(at + 1, at + 3, strlen(at + 3) + 1);
	}
	n = strlen(id);
	for (at = strstr(model_list, id); n > 0 && at != NULL;
	     at = strstr(at + 1, id))
		if ((at == model_list || at[-1] == ',') &&
		    (at[n] == ',' || at[n] == '\0')) {
			model_object(answer_body(c, 200, "application/json"),
			    (struct span){ id, n });
			return;
		}
	errors_say(c, 404, "The model does not exist");
}
