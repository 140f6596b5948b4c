/* Gateway tokens. */
#include <string.h>
#include <sysexits.h>

#include "fault.h"
#include "http.h"
#include "tokens.h"
#include "tap.h"

static struct tokens *
parse(const char *text, struct fault *f)
{
	return tokens_parse(text, strlen(text), "tokens", f);
}

static struct token *
find(struct tokens *t, const char *secret)
{
	const struct http_str s = { secret, strlen(secret) };

	return tokens_find(t, &s);
}

static void
test_good(void)
{
	struct fault f = { 0 };
	struct tokens *t = parse("# all\n\nalice s3cret 2/day\r\n"
				 "bob\tother admin\ncarol third 5/day admin",
	    &f);
	struct token *a;
	char big[600];

	if (!ok(t != NULL, "parsed"))
		return;
	a = find(t, "s3cret");
	ok(a != NULL && strcmp(a->name, "alice") == 0 && a->limit == 2 &&
		!a->admin,
	    "alice");
	ok(find(t, "other") != NULL && find(t, "other")->admin &&
		find(t, "other")->limit == -1,
	    "bob");
	ok(find(t, "third")->admin && find(t, "third")->limit == 5, "carol");
	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	ok(find(t, "") == NULL && find(t, "s3cre") == NULL &&
		find(t, "s3crett") == NULL && find(t, "S3CRET") == NULL &&
		find(t, big) == NULL,
	    "no other");

	ok(tokens_begin(t, a, 7) == 0 && tokens_begin(t, a, 7) == 0 &&
		tokens_begin(t, a, 7) == -1,
	    "two a day");
	tokens_end(a, 0);
	ok(tokens_begin(t, a, 7) == 0 && tokens_begin(t, a, 7) == -1,
	    "one that was none does not count");
	tokens_end(a, 1);
	tokens_end(a, 1);
	ok(tokens_begin(t, a, 7) == -1, "those that were do");
	ok(tokens_begin(t, a, 8) == 0, "tomorrow again");

	tokens_mark(t);
	ok(find(t, "other") == NULL && find(t, "s3cret") == NULL, "gone");
	tokens_put(t,
	    &(struct token){ .name = a->name, .limit = 1, .hash = "x" });
	ok(!a->gone && a->used == 1 && a->limit == 1, "and back, changed");
	a->inflight = 1;
	tokens_mark(t);
	tokens_mark(t);
	ok(tokens_first(t) == a && a->next == NULL,
	    "dropped, but for one in use");
	a->inflight = 0;
	tokens_mark(t);
	ok(tokens_first(t) == NULL, "until it is not");
	tokens_free(t);
}

static void
test_bad(void)
{
	static const char *const bad[] = { "", "# none\n", "alice\n",
		"alice s3cret 3\n", "alice s3cret /day\n",
		"alice s3cret x/day\n", "alice s3cret 1/day 2/day\n",
		"alice s3cret root\n", "alice s\303\251cret\n",
		"alice a\nalice b\n", "alice a\nbob a\n",
		"alice s3cret 99999999999999999999/day\n" };
	struct fault f;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&f, 0, sizeof(f));
		ok(parse(bad[i], &f) == NULL && f.status == EX_DATAERR &&
			strstr(f.text, "s3cret") == NULL,
		    "refused: %s", f.text);
	}
	ok(tokens_one("a b", &f) == NULL && f.status == EX_CONFIG,
	    "MS_TOKEN with white space");
}

int
main(void)
{
	test_good();
	test_bad();
	return done();
}
