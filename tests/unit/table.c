/* table: display widths, fitting, colours, bars. */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "table.h"
#include "tap.h"

static const struct table_column columns[] = {
	{ "MODEL", TABLE_SHRINK },
	{ "LEFT", TABLE_RIGHT },
	{ "LIMIT", TABLE_RIGHT | TABLE_SPARE },
	{ "ERROR", TABLE_SHRINK | TABLE_SPARE },
};

static void
is(struct buf *b, const char *want, const char *name)
{
	if (!ok(strcmp(b->d, want) == 0, "%s", name))
		printf("# got:\n%s# want:\n%s", b->d, want);
	buf_cut(b, 0);
}

static void
text(const char *in, int width, int utf8, const char *want, int columns_used)
{
	struct table_style s = { 0, utf8, 0 };
	struct buf b;

	buf_init(&b, 1000);
	ok(table_text(&b, in, width, &s) == columns_used,
	    "'%s' in %d takes %d columns", want, width, columns_used);
	is(&b, want, "and reads so");
	buf_free(&b);
}

static void
texts(void)
{
	ok(table_width("通义千问") == 8, "Chinese is two columns wide");
	ok(table_width("e\xcc\x81") == 1, "a combining accent takes none");
	ok(table_width("ＡＢ") == 4, "full-width letters are wide");
	text("abc", 0, 1, "abc", 3);
	text("abcdef", 4, 1, "abc…", 4);
	text("通义千问", 7, 1, "通义千…", 7);
	text("通义千问", 6, 1, "通义…", 5);
	text("通义千问", 8, 1, "通义千问", 8);
	text("abcdef", 4, 0, "a...", 4);
	text("ms-1a2b…9f0e", 0, 0, "ms-1a2b...9f0e", 14);
	text("通a", 0, 0, "?a", 2);
	text("a\033[31m\nb", 0, 1, "a?[31m?b", 8);
	text("a\xff\xc3", 0, 1, "a??", 3);
	text("\xe2\x80\xae"
	     "abc",
	    0, 1, "?abc", 4);
	text("\xc2\x9b"
	     "31m",
	    0, 1, "?31m", 4);
}

static struct table *
sample(void)
{
	struct table *t;

	if ((t = table_new(columns, 4)) == NULL)
		exit(71);
	table_cell(t, "通义千问/Qwen3-大模型", TABLE_GOOD);
	table_cellf(t, TABLE_PLAIN, "%d", 12);
	table_cell(t, "2000", TABLE_PLAIN);
	table_cell(t, NULL, TABLE_PLAIN);
	table_cell(t, "sim/short", TABLE_PLAIN);
	table_cell(t, NULL, TABLE_PLAIN);
	table_cell(t, NULL, TABLE_PLAIN);
	table_cell(t, "Authentication failed, try another", TABLE_BAD);
	return t;
}

static void
fits(void)
{
	struct table_style s = { 0, 1, 0 };
	struct table *t = sample();
	struct buf b;
	int w, widest;
	char *line, *save;

	buf_init(&b, 100000);
	ok(table_print(t, &s, &b) == 0, "prints");
	is(&b,
	    "MODEL                  LEFT  LIMIT  ERROR\n"
	    "通义千问/Qwen3-大模型    12   2000  -\n"
	    "sim/short                 -      -  "
	    "Authentication failed, try another\n",
	    "without bound");
	s.width = 50;
	table_print(t, &s, &b);
	is(&b,
	    "MODEL                  LEFT  LIMIT  ERROR\n"
	    "通义千问/Qwen3-大模型    12   2000  -\n"
	    "sim/short                 -      -  Authenticatio…\n",
	    "in 50 what matters less is shortened");
	s.width = 40;
	table_print(t, &s, &b);
	is(&b,
	    "MODEL            LEFT  LIMIT  ERROR\n"
	    "通义千问/Qwen3…    12   2000  -\n"
	    "sim/short           -      -  Authentic…\n",
	    "in 40 the rest too");
	s.width = 16;
	table_print(t, &s, &b);
	is(&b,
	    "MODEL       LEFT\n"
	    "通义千问/…    12\n"
	    "sim/short      -\n",
	    "in 16 the spare columns go");
	for (w = 12; w < 90; w++) {
		s.width = w;
		table_print(t, &s, &b);
		widest = 0;
		for (line = strtok_r(b.d, "\n", &save); line != NULL;
		     line = strtok_r(NULL, "\n", &save))
			if (table_width(line) > widest)
				widest = table_width(line);
		if (widest > w)
			ok(0, "width %d: a line of %d", w, widest);
		buf_cut(&b, 0);
	}
	s.width = 0;
	s.colour = 1;
	table_print(t, &s, &b);
	is(&b,
	    "\033[1mMODEL\033[0m                  \033[1mLEFT\033[0m  "
	    "\033[1mLIMIT\033[0m  \033[1mERROR\033[0m\n"
	    "\033[32m通义千问/Qwen3-大模型\033[0m    12   2000  -\n"
	    "sim/short                 -      -  "
	    "\033[31mAuthentication failed, try another\033[0m\n",
	    "colour touches no space");
	table_free(t);
	table_free(NULL);
	buf_free(&b);
}

static void
bars(void)
{
	static const struct table_column c[] = {
		{ "DAY", 0 },
		{ "NEVER", 0 },
		{ "CALLS", TABLE_BAR },
	};
	static const double values[] = { 100, 50, 1, 0 };
	struct table_style s = { 15, 1, 0 };
	struct table *t = table_new(c, 3);
	struct buf b;
	size_t i;

	buf_init(&b, 100000);
	for (i = 0; i < 4; i++) {
		table_cellf(t, TABLE_PLAIN, "%zu", i);
		table_cell(t, NULL, TABLE_PLAIN);
		table_bar(t, values[i]);
	}
	table_print(t, &s, &b);
	is(&b, "DAY  CALLS\n0    ██████████\n1    █████\n2    ▏\n3\n",
	    "bars in eighths, a column without content left out");
	s.utf8 = 0;
	table_print(t, &s, &b);
	is(&b, "DAY  CALLS\n0    ##########\n1    #####\n2    #\n3\n",
	    "bars in ASCII");
	s.width = 25;
	table_print(t, &s, &b);
	ok(strstr(b.d, "0    ####################\n") != NULL,
	    "bars take the width that is left");
	table_free(t);
	buf_free(&b);
}

static void
prose(void)
{
	struct table_style s = { 10, 1, 0 };
	struct buf b;

	buf_init(&b, 1000);
	ok(table_prose(&b, "one two three four averyverylongword x", &s) == 0,
	    "prose");
	is(&b, "one two\nthree four\naveryverylongword\nx\n",
	    "broken at spaces alone");
	s.width = 0;
	ok(table_prose(&b, "one two three four", &s) == 0, "prose");
	is(&b, "one two three four\n", "not broken without a width");
	buf_free(&b);
}

int
main(void)
{
	texts();
	fits();
	bars();
	prose();
	return done();
}
