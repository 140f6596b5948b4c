/* csv: RFC 4180, field by field. */
#include <math.h>
#include <string.h>

#include "buf.h"
#include "csv.h"
#include "tap.h"

int
main(void)
{
	struct buf b;

	buf_init(&b, 1000);
	ok(csv_str(&b, NULL) == 0 && csv_str(&b, "a\"b,c") == 0 &&
		csv_known(&b, -1) == 0 && csv_known(&b, 0) == 0 &&
		csv_num(&b, NAN) == 0 && csv_num(&b, 142.5) == 0 &&
		csv_str(&b, "two\r\nlines") == 0 && csv_end(&b) == 0,
	    "fields");
	ok(strcmp(b.d, ",\"a\"\"b,c\",,0,,142.5,\"two\r\nlines\"\r\n") == 0,
	    "quotes, commas and line ends; nothing for the unknown");
	buf_cut(&b, 0);
	ok(csv_str(&b, "") == 0 && csv_end(&b) == 0 && strcmp(b.d, "\r\n") == 0,
	    "a line of one empty field");
	buf_cut(&b, 0);
	ok(csv_str(&b, "a\033[31m\t\177\xc2\x9b\xc2\xa0\xe9\x94\xae") == 0 &&
		csv_end(&b) == 0 &&
		strcmp(b.d, "a?[31m\t??\xc2\xa0\xe9\x94\xae\r\n") == 0,
	    "no control characters");
	buf_cut(&b, 0);
	b.max = 5;
	ok(csv_str(&b, "\"\"\"\"") == -1, "no room is an error");
	buf_free(&b);
	return done();
}
