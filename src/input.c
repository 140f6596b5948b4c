/*
 * Words and stdin. When stdin is something that may never end or never
 * begin (a terminal, a socket under n8n), words do without it.
 */
#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "fault.h"
#include "input.h"
#include "splice.h"
#include "utf8.h"

/* Has an object, perhaps a broken one, a member of this name? */
static int
names(struct splice v, const char *name)
{
	struct splice_walk w;

	splice_begin(&w, v);
	while (splice_next(&w) == 1)
		if (splice_is(w.name, name))
			return 1;
	return 0;
}

static size_t
skip_space(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && strchr(" \t\r\n", s[i]) != NULL && s[i] != '\0';
	     i++)
		continue;
	return i;
}

/* Where the object ends that s begins with; 0: there is none. */
static size_t
object_first(const char *s, size_t n)
{
	struct splice v;
	size_t end = splice_first(s, n, &v);

	return end == 0 || end == (size_t)-1 || *v.s != '{' ? 0 : end;
}

int
input_kind(const char *text, size_t n, enum input_kind *kind, struct fault *f)
{
	size_t at = skip_space(text, n), off, next;
	struct splice v = { text + at, n - at };
	char why[SPLICE_WRONG];
	int ours;

	*kind = INPUT_PROMPT;
	if (at == n || text[at] != '{')
		return 0;
	ours = names(v, "messages") || names(v, "prompt");
	if (splice_text(text, n, &v, &off) == 0) {
		if (ours)
			*kind = INPUT_REQUEST;
		else if (names(v, "custom_id") && names(v, "body"))
			return fault_set(f, EX_DATAERR,
			    "input: a Batch line: --batch reads these");
		return 0;
	}
	next = object_first(text, n);
	at = next + skip_space(text + next, n - next);
	if (next != 0 && at < n && text[at] == '{' &&
	    (ours || object_first(text + at, n - at) != 0))
		return fault_set(f, EX_DATAERR,
		    "input: more than one JSON object: --batch reads these");
	if (next != 0 && !ours)
		return 0;
	/* not a prompt by chance: a request that broke on its way here */
	if (ours || memmem(text, n, "\"messages\"", 10) != NULL ||
	    memmem(text, n, "\"prompt\"", 8) != NULL)
		return fault_set(f, EX_DATAERR, "input: a request that is %s",
		    splice_wrong(why, text, n, off));
	return 0;
}

static int
read_stdin(struct buf *b, struct fault *f)
{
	if (buf_read(b, STDIN_FILENO) == 0)
		return 0;
	return fault_set(f, errno == EFBIG ? EX_DATAERR : EX_IOERR, "stdin: %s",
	    errno == EFBIG ? "too large" : strerror(errno));
}

static int
decode(const char *s, struct buf *b, struct fault *f)
{
	size_t room = strlen(s) / 4 * 3 + 3;
	int n;

	if (buf_room(b, room) == -1)
		return fault_set(f, EX_DATAERR, "--base64: %s",
		    strerror(errno));
	if ((n = b64_pton(s, (unsigned char *)b->d, room)) == -1)
		return fault_set(f, EX_DATAERR, "--base64: not base64");
	b->len = (size_t)n;
	b->d[n] = '\0';
	return 0;
}

/* Is there something behind stdin that ends by itself? */
static int
ends(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == 0 &&
	    (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode));
}

static int
read_words(const struct input *in, struct buf *text, struct fault *f)
{
	struct buf more;
	size_t i;
	int forced = 0, r = 0;

	for (i = 0; i < in->nwords && r == 0; i++)
		if (strcmp(in->words[i], "-") == 0)
			forced = 1;
		else if ((text->len > 0 && buf_addc(text, ' ') == -1) ||
		    buf_adds(text, in->words[i]) == -1)
			r = fault_set(f, EX_OSERR, "%s", strerror(errno));
	if (forced && in->no_stdin)
		r = fault_set(f, EX_USAGE, "both - and -n");
	if (r == -1 || in->no_stdin || (!forced && !ends()))
		return r;
	buf_init(&more, text->max);
	if ((r = read_stdin(&more, f)) == 0 && more.len > 0 &&
	    ((text->len > 0 && buf_adds(text, "\n\n") == -1) ||
		buf_add(text, more.d, more.len) == -1))
		r = fault_set(f, EX_DATAERR, "stdin: %s", strerror(errno));
	buf_free(&more);
	return r;
}

/* The newline that ends a text file is not part of the question. */
static void
chomp(struct buf *text)
{
	if (text->len > 0 && text->d[text->len - 1] == '\n')
		buf_cut(text, text->len - 1);
	if (text->len > 0 && text->d[text->len - 1] == '\r')
		buf_cut(text, text->len - 1);
}

int
input_read(const struct input *in, struct buf *text, enum input_kind *kind,
    int *utf8, struct fault *f)
{
	int alone = 0;

	*kind = INPUT_PROMPT;
	if (in->base64 != NULL) {
		if (in->nwords > 0)
			return fault_set(f, EX_USAGE,
			    "both --base64 and a prompt");
		alone = 1;
		if (decode(in->base64, text, f) == -1)
			return -1;
	} else if (in->nwords > 0) {
		/* "-" alone is stdin alone */
		alone = in->nwords == 1 && strcmp(in->words[0], "-") == 0;
		if (read_words(in, text, f) == -1)
			return -1;
	} else if (in->no_stdin) {
		return fault_set(f, EX_USAGE, "no prompt");
	} else {
		alone = 1;
		if (read_stdin(text, f) == -1)
			return -1;
	}
	/* a byte order mark is a habit of editors, not of people */
	if (text->len >= 3 && memcmp(text->d, "\xef\xbb\xbf", 3) == 0)
		buf_drain(text, 3);
	if (skip_space(text->d, text->len) == text->len)
		return fault_set(f, EX_DATAERR, "the prompt is empty");
	if (alone && input_kind(text->d, text->len, kind, f) == -1)
		return -1;
	if (*kind == INPUT_PROMPT)
		chomp(text);
	*utf8 = utf8_span(text->d, text->len) == text->len;
	return 0;
}
