/* Who is not asked again: by key, model, both, or the whole upstream. */
#include "ban.h"
#include "classify.h"
#include "pick.h"
#include "tap.h"

/* The candidate banned is upstream 1, key 2, model 3. */
static const struct {
	const char *name;
	struct pick p;
	int none, key, model, pair, upstream; /* banned, if that scope is */
} rows[] = {
	{ "itself", { .upstream = 1, .key = 2, .model = 3 }, 0, 1, 1, 1, 1 },
	{ "its key, another model", { .upstream = 1, .key = 2, .model = 0 }, 0,
	    1, 0, 0, 1 },
	{ "its model, another key", { .upstream = 1, .key = 0, .model = 3 }, 0,
	    0, 1, 0, 1 },
	{ "its upstream alone", { .upstream = 1, .key = 0, .model = 0 }, 0, 0,
	    0, 0, 1 },
	{ "its upstream without a key",
	    { .upstream = 1, .key = PICK_NOKEY, .model = 0 }, 0, 0, 0, 0, 1 },
	{ "the same elsewhere", { .upstream = 0, .key = 2, .model = 3 }, 0, 0,
	    0, 0, 0 },
};

static int
banned(int scope, const struct pick *p)
{
	static const struct pick other = {
		.upstream = 7, .key = 2, .model = 3
	};
	static const struct pick one = { .upstream = 1, .key = 2, .model = 3 };
	struct bans b = { NULL, 0 };
	int r;

	ban_add(&b, SCOPE_UPSTREAM, &other);
	ban_add(&b, scope, &one);
	r = ban_has(&b, p);
	ban_free(&b);
	return r;
}

int
main(void)
{
	struct bans b = { NULL, 0 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ok(banned(SCOPE_NONE, &rows[i].p) == rows[i].none &&
			banned(SCOPE_KEY, &rows[i].p) == rows[i].key &&
			banned(SCOPE_MODEL, &rows[i].p) == rows[i].model &&
			banned(SCOPE_PAIR, &rows[i].p) == rows[i].pair &&
			banned(SCOPE_UPSTREAM, &rows[i].p) == rows[i].upstream,
		    "%s", rows[i].name);
		ok(!ban_has(&b, &rows[i].p), "%s: not banned at first",
		    rows[i].name);
	}
	ok(ban_scope(V_BAD_KEY, 1, 1) == SCOPE_KEY &&
		ban_scope(V_SERVER, 1, 0) == SCOPE_MODEL &&
		ban_scope(V_BURST, 1, 1) == SCOPE_PAIR &&
		ban_scope(V_TLS, 0, 1) == SCOPE_UPSTREAM,
	    "who is at fault is not asked again");
	ok(ban_scope(V_NO_CREDITS, 1, 1) == SCOPE_PAIR,
	    "out of credits: the balance is to say more");
	ok(ban_scope(V_NO_PERMISSION, 1, 1) == SCOPE_MODEL &&
		ban_scope(V_NO_PERMISSION, 1, 0) == SCOPE_PAIR,
	    "no permission: another model, or else another key");
	ok(ban_scope(V_NETWORK, 1, 1) == SCOPE_MODEL &&
		ban_scope(V_NETWORK, 0, 1) == SCOPE_UPSTREAM,
	    "a broken connection, and none");
	ban_free(&b);
	ok(b.v == NULL && b.n == 0, "an empty list is freed");
	return done();
}
