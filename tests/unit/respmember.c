/* Members of requests: null is as good as absent. */
#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "fault.h"
#include "field.h"
#include "respmember.h"
#include "splice.h"
#include "tap.h"

struct three {
	struct splice a, b, c;
};

static const struct field table[] = {
	RESPMEMBER(three, a),
	RESPMEMBER(three, b),
	RESPMEMBER(three, c),
	FIELD_END,
};

int
main(void)
{
	static const char text[] = "{\"a\":\"x\",\"b\":null,\"d\":1}";
	struct splice v = { text, sizeof(text) - 1 };
	struct three t = { 0 };
	struct fault f;

	ok(respmember_read(table, &t, v) == 0 && t.a.n == 3 &&
		respmember_is(t.a, '"') && !respmember_is(t.a, '{'),
	    "a member");
	ok(t.b.n == 0 && !respmember_is(t.b, 'n'), "null");
	ok(t.c.n == 0 && !respmember_is(t.c, '"'), "absent");
	v.n = 1;
	ok(respmember_read(table, &t, v) == -1, "cut");
	ok(respmember_read(table, &t, t.a) == -1, "no object");
	ok(respmember_shown(t.a) == 3, "shown whole");
	v.n = 1000;
	ok(respmember_shown(v) == 64, "shown in part");
	errno = EFBIG;
	ok(respmember_no_room(&f) == -1 && f.status == EX_DATAERR,
	    "too much of the client's");
	errno = ENOMEM;
	ok(respmember_no_room(&f) == -1 && f.status == EX_OSERR,
	    "too little of ours");
	return done();
}
