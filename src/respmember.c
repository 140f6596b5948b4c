/* Members of requests, as the translation of responses looks at them. */
#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "fault.h"
#include "json.h"
#include "request.h"
#include "respmember.h"
#include "splice.h"

enum {
	SHOWN_MAX = 64
};

int
respmember_given(struct splice v, const char *name, struct splice *value)
{
	return splice_find(v, name, value) == 1 && value->s[0] != 'n';
}

void
respmember_copy(struct json *j, struct splice from, const char *name)
{
	struct splice v;

	if (respmember_given(from, name, &v))
		json_raw(j, name, v.s, v.n);
}

int
respmember_shown(struct splice v)
{
	return v.n > SHOWN_MAX ? SHOWN_MAX : (int)v.n;
}

int
respmember_no_room(struct fault *f)
{
	if (errno == EFBIG)
		return fault_set(f, EX_DATAERR, "request: over %d MiB",
		    REQUEST_MAX >> 20);
	return fault_set(f, EX_OSERR, "request: %s", strerror(errno));
}
