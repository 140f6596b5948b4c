/* Lines of a batch in, results out, and results read again. */
#include <string.h>

#include "api.h"
#include "batchline.h"
#include "classify.h"
#include "fault.h"
#include "tap.h"

static const struct {
	const char *line;
	const char *id, *op, *body; /* body NULL: refused */
	const char *error;
} reads[] = {
	{ "{\"custom_id\":\"a\",\"method\":\"POST\","
	  "\"url\":\"/v1/chat/completions\","
	  "\"body\":{ \"model\" : \"m\",\"messages\":[ 1 ],\"n\":1.0}}",
	    "a", "chat", "{ \"model\" : \"m\",\"messages\":[ 1 ],\"n\":1.0}",
	    NULL },
	{ "{\"custom_id\":\"\\u00e9\",\"body\":{\"messages\":[1]}}", "\xc3\xa9",
	    "chat", "{\"messages\":[1]}", NULL },
	{ "{\"messages\":[1],\"model\":\"m\"}", "7", "chat",
	    "{\"messages\":[1],\"model\":\"m\"}", NULL },
	{ "{\"prompt\":\"p\",\"max_tokens\":5}", "7", "chat",
	    "{\"max_tokens\":5,\"messages\":[{\"role\":\"user\","
	    "\"content\":\"p\"}]}",
	    NULL },
	{ "{\"custom_id\":\"e\",\"url\":\"/v1/embeddings\","
	  "\"body\":{\"input\":\"x\"}}",
	    "e", "embeddings", "{\"input\":\"x\"}", NULL },
	{ "", "7", NULL, NULL, "not JSON" },
	{ "{", "7", NULL, NULL, "not JSON" },
	{ "[]", "7", NULL, NULL, "want an object" },
	{ "{}", "7", NULL, NULL, "neither messages nor prompt" },
	{ "{\"custom_id\":1,\"body\":{}}", "7", NULL, NULL, "custom_id" },
	{ "{\"custom_id\":\"\",\"body\":{}}", "7", NULL, NULL, "custom_id" },
	{ "{\"custom_id\":\"a\\u0000b\",\"body\":{}}", "7", NULL, NULL,
	    "custom_id" },
	{ "{\"custom_id\":\"\xed\",\"body\":{}}", "7", NULL, NULL,
	    "custom_id" },
	{ "{\"custom_id\":\"k\",\"method\":\"GET\",\"body\":{}}", "k", NULL,
	    NULL, "method" },
	{ "{\"custom_id\":\"k\",\"url\":\"/v1/x\",\"body\":{}}", "k", NULL,
	    NULL, "url" },
	{ "{\"custom_id\":\"k\",\"body\":1}", "k", NULL, NULL, "body" },
	{ "{\"custom_id\":\"k\",\"body\":{}}", "k", NULL, NULL, "messages" },
	{ "{\"custom_id\":\"k\",\"url\":\"/v1/embeddings\",\"body\":{}}", "k",
	    NULL, NULL, "no input" },
};

static void
test_read(void)
{
	struct batchline b;
	struct fault f;
	size_t i;
	int r;

	for (i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		f.text[0] = '\0';
		r = batchline_read(&b, reads[i].line, strlen(reads[i].line), 7,
		    &f);
		ok(r == (reads[i].body == NULL ? -1 : 0), "read %zu: %s", i,
		    f.text);
		ok(strcmp(b.id, reads[i].id) == 0, "read %zu: id %s", i, b.id);
		if (reads[i].body != NULL) {
			ok(strcmp(b.body.d, reads[i].body) == 0,
			    "read %zu: body %s", i, b.body.d);
			ok(strcmp(b.api->op, reads[i].op) == 0, "read %zu: op",
			    i);
		} else
			ok(strstr(f.text, reads[i].error) != NULL,
			    "read %zu: says %s", i, reads[i].error);
		batchline_free(&b);
	}
}

static const struct {
	struct batchline_result r;
	const char *want;
	enum batchline_state state;
} writes[] = {
	{ { "a", "req_1", 200, "{\"x\":1.0}", 9, NULL, NULL },
	    "{\"id\":\"req_1\",\"custom_id\":\"a\",\"response\":{"
	    "\"status_code\":200,\"request_id\":\"req_1\","
	    "\"body\":{\"x\":1.0}},\"error\":null}\n",
	    BATCHLINE_GOOD },
	{ { "a", "req_1", 200, "{\n\"x\":\r\n1 }\n", 12, NULL, NULL },
	    "{\"id\":\"req_1\",\"custom_id\":\"a\",\"response\":{"
	    "\"status_code\":200,\"request_id\":\"req_1\","
	    "\"body\":{ \"x\":  1 }},\"error\":null}\n",
	    BATCHLINE_GOOD },
	{ { "a", "req_1", 200, NULL, 0, NULL, NULL },
	    "{\"id\":\"req_1\",\"custom_id\":\"a\",\"response\":{"
	    "\"status_code\":200,\"request_id\":\"req_1\","
	    "\"body\":null},\"error\":null}\n",
	    BATCHLINE_GOOD },
	{ { "a\"b", "req_1", 502, "<html>", 6, "server", "m" },
	    "{\"id\":\"req_1\",\"custom_id\":\"a\\\"b\",\"response\":{"
	    "\"status_code\":502,\"request_id\":\"req_1\","
	    "\"body\":\"<html>\"},\"error\":{\"code\":\"server\","
	    "\"message\":\"m\"}}\n",
	    BATCHLINE_REDO },
	{ { "a", NULL, 0, NULL, 0, "network", "m" },
	    "{\"id\":null,\"custom_id\":\"a\",\"response\":null,"
	    "\"error\":{\"code\":\"network\",\"message\":\"m\"}}\n",
	    BATCHLINE_REDO },
	{ { "a", NULL, 0, NULL, 0, "bad_key", "m" },
	    "{\"id\":null,\"custom_id\":\"a\",\"response\":null,"
	    "\"error\":{\"code\":\"bad_key\",\"message\":\"m\"}}\n",
	    BATCHLINE_REDO },
	{ { "a", NULL, 0, NULL, 0, "bad_request", "m" },
	    "{\"id\":null,\"custom_id\":\"a\",\"response\":null,"
	    "\"error\":{\"code\":\"bad_request\",\"message\":\"m\"}}\n",
	    BATCHLINE_BAD },
	{ { "a", NULL, 0, NULL, 0, "bad_line", "m" },
	    "{\"id\":null,\"custom_id\":\"a\",\"response\":null,"
	    "\"error\":{\"code\":\"bad_line\",\"message\":\"m\"}}\n",
	    BATCHLINE_BAD },
};

static void
test_write(void)
{
	struct buf b, id;
	size_t i;
	int r;

	buf_init(&b, 4096);
	buf_init(&id, 4096);
	for (i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		buf_cut(&b, 0);
		buf_cut(&id, 0);
		r = batchline_write(&writes[i].r, &b);
		ok(r == 0 && strcmp(b.d, writes[i].want) == 0, "write %zu: %s",
		    i, b.d);
		ok(batchline_look(b.d, b.len - 1, &id) == writes[i].state,
		    "write %zu: read again", i);
		ok(strcmp(id.d, writes[i].r.id) == 0, "write %zu: its id", i);
	}
	buf_free(&b);
	buf_init(&b, 10);
	ok(batchline_write(&writes[0].r, &b) == -1 && b.len == 0,
	    "a result that does not fit leaves nothing");
	buf_free(&b);
	buf_free(&id);
}

/* Whatever came of a line: what is written of it says whether to go on. */
static void
test_verdicts(void)
{
	struct batchline_result r = { .id = "a", .request = "r" };
	struct buf b, id;
	int v, bad = 0;

	buf_init(&b, 4096);
	buf_init(&id, BATCHLINE_ID_MAX);
	for (v = 0; v < V_MAX; v++) {
		buf_cut(&b, 0);
		r.code = verdict_info(v)->name;
		r.message = verdict_info(v)->words;
		bad += batchline_write(&r, &b) == -1 ||
		    batchline_look(b.d, b.len - 1, &id) !=
			(batchline_stays(v) ? BATCHLINE_BAD : BATCHLINE_REDO);
	}
	ok(bad == 0, "each verdict is read as it was written");
	buf_free(&b);
	buf_free(&id);
}

static void
test_torn(void)
{
	static const char line[] =
	    "{\"id\":\"r\",\"custom_id\":\"a\",\"error\":null}";
	struct buf id;
	size_t n;
	int bad = 0;

	buf_init(&id, 64);
	for (n = 0; n < sizeof(line) - 1; n++)
		bad += batchline_look(line, n, &id) != BATCHLINE_NONE;
	ok(bad == 0, "a line torn anywhere is no result");
	ok(batchline_stays(V_BAD_REQUEST) && batchline_stays(V_REASONED) &&
		!batchline_stays(V_CUT) && !batchline_stays(V_BAD_KEY),
	    "what stays however often a line is sent");
	ok(batchline_look("{\"custom_id\":\"a\"}", 17, &id) == BATCHLINE_NONE,
	    "nor is one without an error member");
	buf_free(&id);
}

int
main(void)
{
	test_read();
	test_write();
	test_verdicts();
	test_torn();
	return done();
}
