/* Where things lie: state, the user's configuration, what is shipped. */
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "fault.h"
#include "paths.h"

/* A variable that is set, and not to nothing; else NULL. */
static const char *
paths_env(const char *name)
{
	const char *v = getenv(name);

	return v != NULL && *v != '\0' ? v : NULL;
}

/* "A/B", or "A/B/C" if c is not NULL. Allocated. */
static char *
paths_join(const char *a, const char *b, const char *c)
{
	char *path;

	if (asprintf(&path, "%s/%s%s%s", a, b, c != NULL ? "/" : "",
		c != NULL ? c : "") == -1)
		return NULL;
	return path;
}

/* Under $XDG, which counts only if absolute, else under a folder of $HOME. */
static char *
paths_xdg(const char *xdg, const char *folder, const char *name)
{
	const char *base = paths_env(xdg), *home = paths_env("HOME");
	char *under, *path;

	if (base != NULL && *base == '/')
		return paths_join(base, "ms", name);
	if (home == NULL) {
		errno = ENOENT;
		return NULL;
	}
	if ((under = paths_join(home, folder, "ms")) == NULL || name == NULL)
		return under;
	path = paths_join(under, name, NULL);
	free(under);
	return path;
}

char *
paths_state(const char *opt, struct fault *f)
{
	const char *v;
	char *dir;

	errno = 0;
	if (opt != NULL || (opt = paths_env("MS_STATE")) != NULL)
		dir = strdup(opt);
	else if ((v = paths_env("STATE_DIRECTORY")) != NULL && *v != ':')
		dir = strndup(v, strcspn(v, ":"));
	else
		dir = paths_xdg("XDG_STATE_HOME", ".local/state", NULL);
	if (dir == NULL && errno == ENOENT) {
		fault_set(f, EX_CONFIG, "no state folder: HOME is not set");
		fault_hint(f, "set it, or name a folder with --state");
	} else if (dir == NULL)
		fault_set(f, EX_OSERR, "state folder: %s", strerror(errno));
	return dir;
}

char *
paths_config(const char *name)
{
	return paths_xdg("XDG_CONFIG_HOME", ".config", name);
}

char *
paths_bin(void)
{
	char exe[PATH_MAX], *slash;
	ssize_t n;

	if ((n = readlink("/proc/self/exe", exe, sizeof(exe))) == -1 ||
	    n == (ssize_t)sizeof(exe) ||
	    (slash = memrchr(exe, '/', (size_t)n)) == NULL)
		return strdup(PREFIX "/bin");
	return strndup(exe, slash == exe ? 1 : (size_t)(slash - exe));
}

char *
paths_share(const char *name)
{
	char *bin, *path;

	if ((bin = paths_bin()) == NULL)
		return NULL;
	path = paths_join(bin, "../share/ms", name);
	free(bin);
	if (path == NULL || access(path, F_OK) == 0)
		return path;
	free(path);
	return paths_join(PREFIX, "share/ms", name);
}

/* One folder; there already is as good, if it is one. */
static int
paths_mkdir1(const char *dir)
{
	struct stat st;

	if (mkdir(dir, 0700) == 0)
		return 0;
	if (errno != EEXIST || stat(dir, &st) == -1)
		return -1;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	return 0;
}

int
paths_mkdir(const char *dir)
{
	char *path, *p;
	int rc = 0, saved;

	if ((path = strdup(dir)) == NULL)
		return -1;
	for (p = path; rc == 0 && *p != '\0';) {
		p += strspn(p, "/");
		p += strcspn(p, "/");
		if (*p == '\0')
			break;
		*p = '\0';
		rc = paths_mkdir1(path);
		*p = '/';
	}
	if (rc == 0)
		rc = paths_mkdir1(path);
	saved = errno;
	free(path);
	errno = saved;
	return rc;
}
