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

	tokens_free(t);
}

static void
test_lists(void)
{
	struct fault f = { 0 };
	struct tokens *t = tokens_new();
	struct tokens *both = parse("alice s3cret 9/day\nbob other", &f);
	struct tokens *bob = parse("bob other 5/day", &f);
	struct token *a, *b;

	tokens_set_day(both, 7);
	tokens_first(both)->used = 3;
	ok(tokens_exchange(t, both) == 0 && tokens_day(t) == 7, "two came");
	a = find(t, "s3cret");
	b = find(t, "other");
	ok(a != NULL && a->used == 3 && b != NULL, "with what was used");
	tokens_begin(t, a, 7);
	ok(tokens_exchange(t, both) == 0 && a->used == 4,
	    "of what was used the greater number");
	ok(tokens_exchange(t, bob) == 0 && tokens_exchange(t, bob) == 0 &&
		find(t, "s3cret") == NULL && strcmp(a->name, "alice") == 0,
	    "one that is gone stays while it is held");
	ok(find(t, "other") == b && b->limit == 5, "another was changed");
	tokens_end(a, 1);
	tokens_release(a);
	ok(tokens_exchange(t, bob) == 0 && tokens_first(t) == b, "not longer");

	tokens_set_day(both, 8);
	tokens_first(both)->used = 1;
	ok(tokens_exchange(t, both) == 0 && find(t, "s3cret")->used == 1,
	    "a new day");
	tokens_set_day(bob, 7);
	tokens_first(bob)->used = 5;
	ok(tokens_exchange(t, bob) == 0 && b->used == 0, "a list of yesterday");
	tokens_free(t);
	tokens_free(both);
	tokens_free(bob);
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
	test_lists();
	test_bad();
	return done();
}
