/* The set of names: what was added is there, nothing else is. */
#include <stdio.h>
#include <string.h>

#include "idset.h"
#include "tap.h"

int
main(void)
{
	struct idset *s = idset_new();
	char name[32];
	int i, bad = 0;

	ok(s != NULL, "an empty set");
	ok(idset_add(s, "", 0) == 1 && idset_add(s, "", 0) == 0,
	    "the empty name, twice, is there once");
	ok(idset_add(s, "a\0b", 3) == 1 && idset_add(s, "a\0c", 3) == 1 &&
		idset_add(s, "a", 1) == 1,
	    "a NUL is a byte like others");
	for (i = 0; i < 400000; i++) {
		snprintf(name, sizeof(name), "id%d", i % 200000);
		bad += idset_add(s, name, strlen(name)) != (i < 200000);
	}
	ok(bad == 0, "200,000 are new, and then there");
	idset_free(s);
	return done();
}
