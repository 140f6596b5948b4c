/* Line-ups put in another order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lineup.h"
#include "pick.h"
#include "tap.h"

static const struct {
	const char *name;
	const char *ids[5];
	size_t n;
	const char *want; /* all, those tried before the bar */
	int error;
	size_t bad;
} rows[] = {
	{ "reversed", { "c", "b", "a" }, 3, "cba|xd", 0, 0 },
	{ "fewer", { "b" }, 1, "b|acxd", 0, 0 },
	{ "other letters", { "B", "a" }, 2, "ba|cxd", 0, 0 },
	{ "one that was left out", { "x", "a" }, 2, "xa|bcd", 0, 0 },
	{ "unknown", { "a", "q" }, 2, "abc|xd", EINVAL, 1 },
	{ "disabled", { "d" }, 1, "abc|xd", EINVAL, 0 },
	{ "twice", { "a", "b", "A" }, 3, "abc|xd", EEXIST, 2 },
};

static void
show(const struct lineup *l, char *dst)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (i == l->tried)
			*dst++ = '|';
		*dst++ = l->v[i].id[0];
	}
	*dst = '\0';
}

int
main(void)
{
	static const char *const names[] = { "a", "b", "c", "x", "d" };
	struct lineup l;
	char got[16];
	char *ids[5];
	size_t i, k, bad;
	int r;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		l.n = 5;
		l.tried = 3;
		if ((l.v = calloc(l.n, sizeof(*l.v))) == NULL)
			return 1;
		for (k = 0; k < l.n; k++) {
			l.v[k].id = names[k];
			l.v[k].state = k < 3 ? PICK_READY : PICK_OUT;
			l.v[k].disabled = k == 4;
		}
		for (k = 0; k < rows[i].n; k++)
			ids[k] = strdup(rows[i].ids[k]);
		bad = 0;
		r = lineup_reorder(&l, ids, rows[i].n, &bad);
		ok(rows[i].error == 0 ?
			r == 0 :
			r == -1 && errno == rows[i].error && bad == rows[i].bad,
		    "%s: result", rows[i].name);
		show(&l, got);
		ok(strcmp(got, rows[i].want) == 0, "%s: %s", rows[i].name, got);
		for (k = 0; k < rows[i].n; k++)
			free(ids[k]);
		lineup_free(&l);
	}
	return done();
}
