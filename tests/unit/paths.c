/* Where state, configuration and shipped files are looked for. */
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "fault.h"
#include "paths.h"
#include "tap.h"

static const char *const names[] = { "MS_STATE", "STATE_DIRECTORY",
	"XDG_STATE_HOME", "HOME" };

static const struct {
	const char *opt, *env[4], *want;
} states[] = {
	{ "here", { "/a", "/b", "/c", "/d" }, "here" },
	{ NULL, { "/a", "/b", "/c", "/d" }, "/a" },
	{ NULL, { "", "/b:/b2", "/c", "/d" }, "/b" },
	{ NULL, { NULL, "", "/c", "/d" }, "/c/ms" },
	{ NULL, { NULL, NULL, "relative", "/d" }, "/d/.local/state/ms" },
	{ NULL, { NULL, NULL, "", "/d" }, "/d/.local/state/ms" },
	{ NULL, { NULL, NULL, NULL, "" }, NULL },
	{ NULL, { NULL, NULL, NULL, NULL }, NULL },
};

static void
set(const char *name, const char *value)
{
	if (value != NULL)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

/* Is got, which is freed, the text wanted (or NULL with ENOENT)? */
static int
is(char *got, const char *want)
{
	int same = want == NULL ? got == NULL && errno == ENOENT :
				  got != NULL && strcmp(got, want) == 0;

	free(got);
	return same;
}

static void
test_state(void)
{
	struct fault f = { 0 };
	size_t i, j;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		for (j = 0; j < 4; j++)
			set(names[j], states[i].env[j]);
		ok(is(paths_state(states[i].opt, &f), states[i].want),
		    "state, row %zu", i);
	}
	ok(f.status == EX_CONFIG && strstr(f.text, "HOME") != NULL &&
		strstr(f.hint, "--state") != NULL,
	    "without a home it is said what to do");
}

static void
test_config(void)
{
	set("HOME", "/d");
	set("XDG_CONFIG_HOME", "/c");
	ok(is(paths_config("keys"), "/c/ms/keys"), "XDG_CONFIG_HOME");
	set("XDG_CONFIG_HOME", NULL);
	ok(is(paths_config("keys"), "/d/.config/ms/keys"), "~/.config");
	set("HOME", NULL);
	ok(is(paths_config("keys"), NULL), "no home");
}

static void
test_mkdir(void)
{
	char dir[] = "/tmp/ms-paths.XXXXXX", path[64];
	struct stat st;

	if (!ok(mkdtemp(dir) != NULL, "mkdtemp"))
		return;
	snprintf(path, sizeof(path), "%s//a/b/c/", dir);
	ok(paths_mkdir(path) == 0 && stat(path, &st) == 0, "three folders");
	ok((st.st_mode & 0777) == 0700, "0700");
	ok(paths_mkdir(path) == 0, "again");
	rmdir(path);
	snprintf(path, sizeof(path), "%s/a/b/c", dir);
	ok(mknod(path, S_IFREG | 0600, 0) == 0 && paths_mkdir(path) == -1 &&
		errno == ENOTDIR,
	    "a file is no folder");
	unlink(path);
	snprintf(path, sizeof(path), "%s/a/b", dir);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/a", dir);
	rmdir(path);
	rmdir(dir);
	ok(paths_mkdir("") == -1 && errno == ENOENT, "no name");
	ok(paths_mkdir("/") == 0, "the root");
}

int
main(void)
{
	char *p;

	test_state();
	test_config();
	test_mkdir();
	p = paths_bin();
	ok(p != NULL && *p == '/' && strcmp(strrchr(p, '/'), "/unit") == 0,
	    "the folder of this program");
	free(p);
	p = paths_share("no such file");
	ok(is(p, PREFIX "/share/ms/no such file"), "shipped, else PREFIX");
	return done();
}
