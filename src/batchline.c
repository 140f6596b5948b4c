/*
 * Batch lines in and out. Bodies are cut out of the line and pasted into the
 * result as they are; only line breaks between JSON tokens become spaces.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "api.h"
#include "batchline.h"
#include "classify.h"
#include "fault.h"
#include "json.h"
#include "request.h"
#include "splice.h"
#include "utf8.h"

static int
read_id(struct batchline *b, struct splice v, struct fault *f)
{
	struct splice m;
	struct buf id;
	int r;

	if (splice_find(v, "custom_id", &m) != 1)
		return 0;
	buf_init(&id, BATCHLINE_ID_MAX);
	r = splice_str(m, &id);
	if (r == -1 && errno == ENOMEM)
		(void)fault_set(f, EX_OSERR, "%s", strerror(errno));
	else if (r == -1 || id.len == 0 || strlen(id.d) != id.len ||
	    utf8_span(id.d, id.len) != id.len)
		r = fault_set(f, EX_DATAERR,
		    "custom_id: want a string of "
		    "at most %d bytes of UTF-8",
		    BATCHLINE_ID_MAX);
	else
		memcpy(b->id, id.d, id.len + 1);
	buf_free(&id);
	return r;
}

static int
read_url(struct batchline *b, struct splice v, struct fault *f)
{
	struct splice m;

	if (splice_find(v, "method", &m) == 1 && !splice_eq(m, "POST"))
		return fault_set(f, EX_DATAERR, "method: want POST");
	if (splice_find(v, "url", &m) == 1 && (b->api = api_batch(m)) == NULL)
		return fault_set(f, EX_DATAERR,
		    "url: want /v1/chat/completions or /v1/embeddings");
	return 0;
}

/* A bare request: the line, without what it says to us. */
static int
read_bare(struct batchline *b, struct splice v, struct fault *f)
{
	static const struct splice_edit ours[] = { { "custom_id", NULL, 0 },
		{ "method", NULL, 0 }, { "url", NULL, 0 } };
	struct buf bare;
	int r;

	buf_init(&bare, REQUEST_MAX);
	if (splice_edit(&bare, v.s, v.n, ours,
		sizeof(ours) / sizeof(ours[0])) == -1)
		r = fault_set(f, errno == ENOMEM ? EX_OSERR : EX_DATAERR, "%s",
		    strerror(errno));
	else
		r = api_request(b->api, &b->body, bare.d, bare.len, &b->limited,
		    f);
	buf_free(&bare);
	return r;
}

static int
read_body(struct batchline *b, struct splice v, struct fault *f)
{
	struct splice m;

	if (splice_find(v, "body", &m) != 1)
		return read_bare(b, v, f);
	if (m.s[0] != '{')
		return fault_set(f, EX_DATAERR, "body: want an object");
	return api_request(b->api, &b->body, m.s, m.n, &b->limited, f);
}

int
batchline_read(struct batchline *b, const char *line, size_t n, int64_t number,
    struct fault *f)
{
	struct splice v;
	char why[SPLICE_WRONG];
	size_t off;

	memset(b, 0, sizeof(*b));
	buf_init(&b->body, REQUEST_MAX);
	snprintf(b->id, sizeof(b->id), "%lld", (long long)number);
	b->api = api_named("chat");
	if (splice_text(line, n, &v, &off) == -1)
		return fault_set(f, EX_DATAERR, "%s",
		    splice_wrong(why, line, n, off));
	if (v.s[0] != '{')
		return fault_set(f, EX_DATAERR, "want an object");
	if (read_id(b, v, f) == -1 || read_url(b, v, f) == -1)
		return -1;
	return read_body(b, v, f);
}

void
batchline_free(struct batchline *b)
{
	buf_free(&b->body);
}

/* JSON on one line: line breaks can only stand between its tokens. */
static int
add_flat(struct json *j, const char *key, const char *s, size_t n)
{
	struct buf b;
	size_t i;
	int r;

	if (memchr(s, '\n', n) == NULL && memchr(s, '\r', n) == NULL) {
		json_raw(j, key, s, n);
		return 0;
	}
	buf_init(&b, n);
	if ((r = buf_add(&b, s, n)) == 0) {
		for (i = 0; i < n; i++)
			if (b.d[i] == '\n' || b.d[i] == '\r')
				b.d[i] = ' ';
		json_raw(j, key, b.d, b.len);
	}
	buf_free(&b);
	return r;
}

/* A body that is no JSON is kept as a string. */
static int
add_body(struct json *j, const char *s, size_t n)
{
	struct splice v;

	if (s == NULL)
		json_null(j, "body");
	else if (splice_text(s, n, &v, NULL) == 0)
		return add_flat(j, "body", v.s, v.n);
	else
		json_strn(j, "body", s, n);
	return 0;
}

int
batchline_write(const struct batchline_result *r, struct buf *out)
{
	struct json j;
	size_t before = out->len;
	int e = 0;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_str(&j, "id", r->request);
	json_str(&j, "custom_id", r->id);
	if (r->status == 0) {
		json_null(&j, "response");
	} else {
		json_object(&j, "response");
		json_int(&j, "status_code", r->status);
		json_str(&j, "request_id", r->request);
		e = add_body(&j, r->body, r->nbody);
		json_end(&j);
	}
	if (r->code == NULL) {
		json_null(&j, "error");
	} else {
		json_object(&j, "error");
		json_str(&j, "code", r->code);
		json_str(&j, "message", r->message);
		json_end(&j);
	}
	json_end(&j);
	if (e == 0 && json_finish(&j) == 0 && buf_addc(out, '\n') == 0)
		return 0;
	buf_cut(out, before);
	return -1;
}

int
batchline_stays(int verdict)
{
	return verdict_info(verdict)->status == EX_UNAVAILABLE ||
	    verdict == V_REASONED;
}

/* Is an error of this code there to stay? */
static int
stays(struct splice code)
{
	int v = -1;

	if (code.n > 2 && code.s[0] == '"')
		v = verdict_named(code.s + 1, code.n - 2);
	return v == -1 || batchline_stays(v);
}

enum batchline_state
batchline_look(const char *line, size_t n, struct buf *id)
{
	struct splice v, m, error, code;

	if (splice_text(line, n, &v, NULL) == -1 || v.s[0] != '{' ||
	    splice_find(v, "custom_id", &m) != 1 ||
	    splice_find(v, "error", &error) != 1 || splice_str(m, id) == -1)
		return BATCHLINE_NONE;
	if (error.s[0] != '{')
		return BATCHLINE_GOOD;
	if (splice_find(error, "code", &code) != 1 || stays(code))
		return BATCHLINE_BAD;
	return BATCHLINE_REDO;
}
