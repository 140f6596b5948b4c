/* prom: the text format, its escapes, and what is left out. */
#include <math.h>
#include <string.h>

#include "buf.h"
#include "prom.h"
#include "tap.h"

int
main(void)
{
	static const struct prom_label labels[] = { { "model", "a\"b\\c\nd" },
		{ "key", "work" }, { NULL, NULL } };
	struct buf b;

	buf_init(&b, 1000);
	ok(prom_family(&b, "x", "gauge", "a\nb \"q\" \\") == 0 &&
		prom_sample(&b, "x", labels, 1.5) == 0 &&
		prom_sample(&b, "x", labels, NAN) == 0 &&
		prom_sample(&b, "x", NULL, INFINITY) == 0 &&
		prom_sample(&b, "x", NULL, -INFINITY) == 0,
	    "samples");
	ok(strcmp(b.d,
	       "# HELP x a\\nb \"q\" \\\\\n# TYPE x gauge\n"
	       "x{model=\"a\\\"b\\\\c\\nd\",key=\"work\"} 1.5\n"
	       "x +Inf\nx -Inf\n") == 0,
	    "escapes, and no sample for the unknown");
	buf_free(&b);
	return done();
}
