/* echo: no message repeats what was asked. */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "echo.h"
#include "tap.h"

static const struct {
	const char *what, *words, *json, *want;
} cases[] = {
	{ "nothing of it", "only 1 is allowed",
	    "{\"messages\":[{\"role\":\"user\",\"content\":\"why is it?\"}]}",
	    "only 1 is allowed" },
	{ "all of it", "bad: the lion sleeps tonight.",
	    "{\"messages\":[{\"role\":\"user\",\"content\":\"In the jungle "
	    "the lion sleeps tonight\"}]}",
	    "bad:...." },
	{ "a short one", "cannot read 'pass1', it says",
	    "{\"prompt\":\"pass1\"}", "cannot read '...', it says" },
	{ "one too short to matter", "this is it", "{\"prompt\":\"is\"}",
	    "this is it" },
	{ "labels", "no role user, no type text",
	    "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
	    "\"text\",\"text\":\"q\"}]}]}",
	    "no role user, no type text" },
	{ "parts", "got 0123456789abcdefg here",
	    "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
	    "\"text\",\"text\":\"0123456789abcdefg\"}]}]}",
	    "got ... here" },
	{ "the system's", "0123456789abcdefg",
	    "{\"system\":\"0123456789abcdefg\",\"messages\":[]}", "..." },
	{ "a text in lines", "in: one line of it\\nand another of it",
	    "{\"input\":\"one line of it\\nand another of it\"}", "in: ..." },
	{ "escaped", "in: 0123456\"789abcd",
	    "{\"input\":[\"0123456\\u0022789abcd\"]}", "in: ..." },
	{ "characters are whole", "说：今天天气很好吗朋友。",
	    "{\"input\":\"今天天气很好吗朋友！\"}", "说：...。" },
	{ "of two", "0123456789abcdefX0123456789ABCDEF!",
	    "{\"input\":[\"0123456789abcdef\",\"0123456789ABCDEF\"]}",
	    "...X...!" },
	{ "other members", "no such model 0123456789abcdefg",
	    "{\"model\":\"0123456789abcdefg\",\"input\":\"x\"}",
	    "no such model 0123456789abcdefg" },
	{ "no request", "0123456789abcdefg", "[\"0123456789abcdefg\"]",
	    "0123456789abcdefg" },
	{ "a GET", "0123456789abcdefg", "", "0123456789abcdefg" },
};

int
main(void)
{
	char s[2048], *big;
	struct buf b;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		strlcpy(s, cases[i].words, sizeof(s));
		echo_hide(s, cases[i].json, strlen(cases[i].json));
		if (!ok(strcmp(s, cases[i].want) == 0, "%s", cases[i].what))
			printf("# got: %s\n", s);
	}
	/* every place of a long one, in time that grows with its length */
	buf_init(&b, 16 << 20);
	buf_adds(&b, "{\"prompt\":\"");
	while (b.len < 8 << 20)
		buf_addf(&b, "%zu aaaaaaaaaaaaaaaaaaaaaaaaaaa", b.len);
	big = strdup(b.d + b.len - 300);
	buf_adds(&b, "\"}");
	strlcpy(s, "it ends: ", sizeof(s));
	strlcat(s, big, sizeof(s));
	echo_hide(s, b.d, b.len);
	ok(strcmp(s, "it ends:...") == 0, "a long one: %.40s", s);
	free(big);
	buf_free(&b);
	return done();
}
