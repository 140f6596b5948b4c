/* The response object. */
#include <errno.h>
#include <string.h>

#include "answer.h"
#include "buf.h"
#include "json.h"
#include "respond.h"
#include "tap.h"
#include "translate.h"

enum {
	MAX = 1 << 20,
	ITEMS_MAX = 4096
};

static struct respond *
begin(const char *request, const char *id)
{
	struct translate_in in = { .request = request,
		.n = strlen(request),
		.id = id,
		.model = "m",
		.now = 9 };

	return respond_new(&in);
}

/* Does the whole of r hold this? */
static int
says(struct respond *r, const char *what)
{
	struct buf out;
	struct json j;
	int yes;

	buf_init(&out, MAX);
	json_begin(&j, &out);
	respond_write(r, &j, NULL);
	yes = json_finish(&j) == 0 && memchr(out.d, '\n', out.len) == NULL &&
	    strstr(out.d, what) != NULL;
	if (!yes)
		printf("# %s\n# %s\n", out.d, what);
	buf_free(&out);
	return yes;
}

static const struct {
	const char *name, *in, *want;
} echoes[] = {
	{ "nothing", "{}",
	    "\"instructions\":null,\"max_output_tokens\":null," },
	{ "what SDKs rely on", "{}",
	    "\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":null," },
	{ "null is nothing", "{\"tools\":null,\"parallel_tool_calls\":null}",
	    "\"tools\":[]" },
	{ "null is still nothing", "{\"parallel_tool_calls\":null}",
	    "\"parallel_tool_calls\":true" },
	{ "numbers as they came", "{\"temperature\":1.0,\"top_p\":0.10}",
	    "\"temperature\":1.0,\"text\":{\"format\":{\"type\":\"text\"}},"
	    "\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":0.10," },
	{ "on one line", "{\"tools\":[{\n\"a\" :\"\\n\"\r\n}]}",
	    "\"tools\":[{ \"a\" :\"\\n\"  }]," },
};

static void
test_echoes(void)
{
	struct respond *r;
	size_t i;

	for (i = 0; i < sizeof(echoes) / sizeof(echoes[0]); i++) {
		r = begin(echoes[i].in, "req_1");
		ok(r != NULL && says(r, echoes[i].want), "repeated: %s",
		    echoes[i].name);
		respond_free(r);
	}
	errno = 0;
	ok(begin("no", "req_1") == NULL && errno == EINVAL, "not JSON");
	errno = 0;
	ok(begin("[]", "req_1") == NULL && errno == EINVAL, "not an object");
	respond_free(NULL);
}

static void
test_ids(void)
{
	char id[301];
	struct respond *r;

	memset(id, 'x', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	r = begin("{}", "req_A_1");
	ok(says(r,
	       "{\"id\":\"resp_A_1\",\"object\":\"response\","
	       "\"created_at\":9,\"status\":\"in_progress\""),
	    "its id");
	respond_free(r);
	r = begin("{}", "mine");
	ok(says(r, "\"id\":\"resp_mine\""), "of a client's own");
	respond_free(r);
	r = begin("{}", id);
	ok(r != NULL && says(r, "\"id\":\"resp_xxx"), "of a long one");
	respond_free(r);
}

static void
test_items(void)
{
	struct respond *r = begin("{}", "req_1");
	struct answer *a = respond_answer(r);
	struct respond_item *item;
	const char *s;
	size_t i, n;

	(void)buf_adds(&a->content, "abcd");
	item = respond_add(r, RESPOND_MESSAGE, 1);
	item->to = 3;
	s = respond_text(r, item, 2, &n);
	ok(n == 1 && *s == 'c' && item->place == 0, "the text of an item");
	ok(says(r,
	       "\"output\":[{\"id\":\"msg_1_0\",\"type\":\"message\","
	       "\"status\":\"in_progress\",\"role\":\"assistant\","
	       "\"content\":[{\"type\":\"output_text\",\"text\":\"bc\","),
	    "the item");
	ok(respond_item(r, 0) == item && respond_item(r, 1) == NULL,
	    "one item");
	for (i = 1; i < ITEMS_MAX; i++)
		if (respond_add(r, RESPOND_REASONING, 0) == NULL)
			break;
	errno = 0;
	ok(i == ITEMS_MAX && respond_add(r, RESPOND_MESSAGE, 0) == NULL &&
		errno == EFBIG,
	    "%d items at most", ITEMS_MAX);
	respond_free(r);
}

static void
test_ends(void)
{
	struct respond *r = begin("{}", "req_1");
	struct answer *a = respond_answer(r);

	ok(strcmp(respond_end(r), "completed") == 0 &&
		says(r,
		    "\"status\":\"completed\",\"error\":null,"
		    "\"incomplete_details\":null,") &&
		says(r, "\"usage\":null"),
	    "completed");
	strlcpy(a->finish, "length", sizeof(a->finish));
	ok(strcmp(respond_end(r), "incomplete") == 0 &&
		says(r,
		    "\"incomplete_details\":{\"reason\":"
		    "\"max_output_tokens\"},"),
	    "incomplete");
	a->prompt_tokens = a->completion_tokens = INT64_MAX;
	ok(says(r, "\"usage\":null"), "counts past all counting");
	a->completion_tokens = 0;
	ok(says(r,
	       "\"usage\":{\"input_tokens\":9223372036854775807,"
	       "\"input_tokens_details\":{\"cached_tokens\":0},"),
	    "counts");
	respond_fail(r, "c", "m");
	ok(says(r,
	       "\"status\":\"failed\",\"error\":{\"code\":\"c\","
	       "\"message\":\"m\"},\"incomplete_details\":null,"),
	    "failed");
	respond_free(r);
}

int
main(void)
{
	test_echoes();
	test_ids();
	test_items();
	test_ends();
	return done();
}
