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
	ok(!idset_has(s, "", 0), "the empty name is not in it");
	ok(idset_add(s, "", 0) == 1 && idset_has(s, "", 0), "now it is");
	ok(idset_add(s, "", 0) == 0, "twice is once");
	ok(idset_add(s, "a\0b", 3) == 1 && !idset_has(s, "a\0c", 3) &&
		!idset_has(s, "a", 1),
	    "a NUL is a byte like others");
	for (i = 0; i < 200000; i++) {
		snprintf(name, sizeof(name), "id%d", i);
		bad += idset_add(s, name, strlen(name)) != 1;
	}
	ok(bad == 0, "200,000 are new");
	for (i = 0; i < 200000; i++) {
		snprintf(name, sizeof(name), "id%d", i);
		bad += !idset_has(s, name, strlen(name));
		snprintf(name, sizeof(name), "no%d", i);
		bad += idset_has(s, name, strlen(name));
	}
	ok(bad == 0, "they are there, and others are not");
	idset_free(s);
	return done();
}
