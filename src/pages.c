/* Files held in memory to be served. */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "http.h"
#include "pages.h"

enum {
	PAGES_MAX = 64,
	PAGE_BYTES = 8 * 1024 * 1024
};

struct pages {
	struct page v[PAGES_MAX];
	size_t n;
};

static const char *
type_of(const char *name)
{
	static const char *const types[][2] = {
		{ ".html", "text/html; charset=utf-8" },
		{ ".css", "text/css; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".json", "application/json" }, { ".svg", "image/svg+xml" },
		{ ".png", "image/png" }, { ".ico", "image/x-icon" }
	};
	const char *dot = strrchr(name, '.');
	size_t i;

	for (i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(dot, types[i][0]) == 0)
			return types[i][1];
	return "application/octet-stream";
}

/* Reads a file to be served as path; one that cannot be read is not. */
static int
load(struct pages *p, int dir, const char *name, const char *path)
{
	struct page *pg = &p->v[p->n];
	struct buf b;
	int fd, rc;

	if (p->n == PAGES_MAX ||
	    (fd = openat(dir, name, O_RDONLY | O_CLOEXEC)) == -1)
		return 0;
	buf_init(&b, PAGE_BYTES);
	rc = buf_read(&b, fd);
	close(fd);
	if (rc == -1) {
		buf_free(&b);
		return errno == ENOMEM ? -1 : 0;
	}
	pg->type = type_of(name);
	pg->n = b.len;
	if ((pg->path = strdup(path)) == NULL ||
	    (pg->body = buf_detach(&b)) == NULL) {
		free(pg->path);
		buf_free(&b);
		return -1;
	}
	p->n++;
	return 0;
}

/* Where a file is served. */
static void
place(char *path, size_t size, const char *name)
{
	if (strcmp(name, "index.html") == 0)
		strlcpy(path, "/", size);
	else if (strcmp(name, "docs.html") == 0)
		strlcpy(path, "/docs", size);
	else
		snprintf(path, size, "/www/%s", name);
}

static int
load_all(struct pages *p, DIR *d)
{
	char path[sizeof("/www/") + NAME_MAX];
	struct dirent *e;
	struct stat st;

	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' ||
		    fstatat(dirfd(d), e->d_name, &st, 0) == -1 ||
		    !S_ISREG(st.st_mode))
			continue;
		place(path, sizeof(path), e->d_name);
		if (load(p, dirfd(d), e->d_name, path) == -1)
			return -1;
	}
	return load(p, dirfd(d), "../openapi.json", "/openapi.json");
}

struct pages *
pages_load(const char *www)
{
	struct pages *p;
	DIR *d;
	int rc;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		return NULL;
	d = opendir(www);
	rc = d != NULL ? load_all(p, d) : errno == ENOMEM ? -1 : 0;
	if (d != NULL)
		closedir(d);
	if (rc == 0)
		return p;
	pages_free(p);
	return NULL;
}

void
pages_free(struct pages *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->n; i++) {
		free(p->v[i].path);
		free(p->v[i].body);
	}
	free(p);
}

const struct page *
pages_find(const struct pages *p, const struct http_str *path)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strlen(p->v[i].path) == path->n &&
		    memcmp(p->v[i].path, path->s, path->n) == 0)
			return &p->v[i];
	return NULL;
}
