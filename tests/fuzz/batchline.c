/*
 * Lines of a batch: each is read as one, or refused in words; what is written
 * of it is one line, which says what came of it when it is looked at again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "batchline.h"
#include "buf.h"
#include "classify.h"
#include "fault.h"
#include "splice.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
outcome(const struct batchline *b, const char *s, size_t n, int verdict)
{
	struct batchline_result r = { .id = b->id, .request = "req_1" };
	struct splice v, m;
	struct buf out, id;
	enum batchline_state state;

	if (verdict >= 0) {
		r.code = verdict_info(verdict)->name;
		r.message = "m";
	}
	if (verdict != V_NETWORK) {
		r.status = 200;
		r.body = s;
		r.nbody = n;
	}
	buf_init(&out, 1 << 22);
	buf_init(&id, BATCHLINE_ID_MAX);
	assert(batchline_write(&r, &out) == 0);
	assert(out.d[out.len - 1] == '\n' &&
	    memchr(out.d, '\n', out.len - 1) == NULL);
	assert(splice_text(out.d, out.len, &v, NULL) == 0);
	assert(r.status == 0 ||
	    splice_path(v, &m, "response", "body", NULL) == 1);
	state = batchline_look(out.d, out.len - 1, &id);
	assert(strcmp(id.d, b->id) == 0);
	assert(state ==
	    (verdict < 0		     ? BATCHLINE_GOOD :
		    batchline_stays(verdict) ? BATCHLINE_BAD :
					       BATCHLINE_REDO));
	buf_free(&out);
	buf_free(&id);
}

static void
line(const char *s, size_t n, int64_t number)
{
	struct batchline b;
	struct splice v;
	struct fault f;
	struct buf id;
	int r;

	f.text[0] = '\0';
	f.status = 0;
	r = batchline_read(&b, s, n, number, &f);
	fuzz_fault((size_t)number, f.status);
	if (r == -1) {
		assert(f.status == EX_DATAERR && f.text[0] != '\0');
	} else {
		assert(b.api != NULL);
		assert(splice_text(b.body.d, b.body.len, &v, NULL) == 0);
		assert(*v.s == '{');
	}
	assert(*b.id != '\0');
	outcome(&b, s, n, -1);
	outcome(&b, s, n, (int)(((size_t)number + n) % V_MAX));
	batchline_free(&b);
	buf_init(&id, BATCHLINE_ID_MAX);
	(void)batchline_look(s, n, &id);
	buf_free(&id);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *lf;
	int64_t number;
	size_t n;
	char *copy;

	for (number = 1; size > 0; number++) {
		lf = memchr(p, '\n', size);
		n = lf != NULL ? (size_t)(lf - p) : size;
		if ((copy = malloc(n + (n == 0))) == NULL)
			return 0;
		memcpy(copy, p, n);
		line(copy, n, number);
		(free)(copy);
		n += lf != NULL;
		p += n;
		size -= n;
	}
	return 0;
}
