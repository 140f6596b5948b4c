/* Members of requests, as the translations to chats look at them. */
#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "fault.h"
#include "field.h"
#include "json.h"
#include "request.h"
#include "respmember.h"
#include "splice.h"

enum {
	SHOWN_MAX = 64
};

int
respmember_read(const struct field *table, void *base, struct splice v)
{
	const struct field *f;
	struct splice m;

	if (field_read(table, base, v, NULL) == -1)
		return -1;
	for (f = table; f->name != NULL; f++) {
		memcpy(&m, (char *)base + f->at, sizeof(m));
		if (respmember_is(m, 'n'))
			memset((char *)base + f->at, 0, sizeof(m));
	}
	return 0;
}

int
respmember_is(struct splice v, char kind)
{
	return v.n > 0 && v.s[0] == kind;
}

void
respmember_write(struct json *j, const char *name, struct splice v)
{
	if (v.n > 0)
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
