/* Faults: printable, one line, never too long. */
#include <string.h>
#include <sysexits.h>

#include "fault.h"
#include "tap.h"

static const struct {
	const char *name, *in, *out;
	size_t n; /* 0: strlen(in) */
} cleans[] = {
	{ "plain", "models[2].tier: want 1 to 4", "models[2].tier: want 1 to 4",
	    0 },
	{ "empty", "", "", 0 },
	{ "newline and tab", "a\nb\tc\r", "a\\nb\\tc\\r", 0 },
	{ "escape sequence", "\033[31mred", "\\^[[31mred", 0 },
	{ "DEL", "\177", "\\^?", 0 },
	{ "NUL", "a\0b", "a\\0b", 3 },
	{ "UTF-8 of each length", "\u00e9 \u4f60\u597d \U0001f600",
	    "\u00e9 \u4f60\u597d \U0001f600", 0 },
	{ "a C1 control in UTF-8",
	    "\xc2\x9b"
	    "31m",
	    "\\M-B\\M^[31m", 0 },
	{ "no-break space is none", "\xc2\xa0", "\xc2\xa0", 0 },
	{ "stray bytes", "\xff\x80", "\\M^?\\M^@", 0 },
	{ "overlong", "\xc0\xaf", "\\M-@\\M-/", 0 },
	{ "surrogate", "\xed\xa0\x80", "\\M-m\\240\\M^@", 0 },
	{ "past U+10FFFF", "\xf4\x90\x80\x80", "\\M-t\\M^P\\M^@\\M^@", 0 },
	{ "cut character", "\xe4\xbd", "\\M-d\\M-=", 0 },
	{ "backslash stays", "C:\\x \\n", "C:\\x \\n", 0 },
};

static void
cleaning(void)
{
	char dst[100], again[100];
	size_t i, n;

	for (i = 0; i < sizeof(cleans) / sizeof(cleans[0]); i++) {
		n = cleans[i].n ? cleans[i].n : strlen(cleans[i].in);
		fault_clean(dst, sizeof(dst), cleans[i].in, n);
		if (!ok(strcmp(dst, cleans[i].out) == 0, "%s", cleans[i].name))
			printf("# got %s\n", dst);
		fault_clean(again, sizeof(again), dst, strlen(dst));
		ok(strcmp(dst, again) == 0, "%s: and stays so", cleans[i].name);
	}
}

static void
cutting(void)
{
	char dst[8];

	fault_clean(dst, 5, "abcdef", 6);
	ok(strcmp(dst, "abcd") == 0, "cut where full");
	fault_clean(dst, 5, "abc\u00e9", 5);
	ok(strcmp(dst, "abc") == 0, "never within a character");
	fault_clean(dst, 4, "ab\n", 3);
	ok(strcmp(dst, "ab") == 0, "nor within an escape");
	strlcpy(dst, "keep", sizeof(dst));
	fault_clean(dst, 0, "x", 1);
	ok(strcmp(dst, "keep") == 0, "no room: nothing written");
	fault_clean(dst, 1, "x", 1);
	ok(*dst == '\0', "room for the NUL alone");
}

static void
setting(void)
{
	char many[2000];
	struct fault f = { 0 };
	size_t i;

	ok(fault_set(&f, EX_CONFIG, "%s: line %d", "k\n", 3) == -1 &&
		f.status == EX_CONFIG && strcmp(f.text, "k\\n: line 3") == 0 &&
		f.hint[0] == '\0',
	    "set");
	ok(fault_hint(&f, "chmod %o", 0600U) == -1 &&
		strcmp(f.hint, "chmod 600") == 0,
	    "hint");
	fault_set(&f, EX_IOERR, "out: %s", f.text);
	ok(strcmp(f.text, "out: k\\n: line 3") == 0 && f.hint[0] == '\0',
	    "a text made of itself; the hint is gone");
	ok(fault_set(NULL, 1, "x") == -1 && fault_hint(NULL, "x") == -1,
	    "nobody asks");
	for (i = 0; i + 2 < sizeof(many); i += 2)
		memcpy(many + i, "\u00e9", 3);
	fault_set(&f, 1, "%s", many);
	ok(strlen(f.text) == 766 && strchr(f.text, '\\') == NULL,
	    "a long text ends with a whole character");
}

int
main(void)
{
	cleaning();
	cutting();
	setting();
	return done();
}
