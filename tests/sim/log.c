/* The requests as received, in files that tests read. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim.h"

static int dir = -1, list = -1;
static unsigned long count;

int
log_open(const char *path)
{
	if (mkdir(path, 0777) == -1 && errno != EEXIST)
		return -1;
	if ((dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return -1;
	list = openat(dir, "index",
	    O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	return list == -1 ? -1 : 0;
}

static void
write_all(int fd, const char *name, const char *p, size_t n)
{
	ssize_t w;

	for (; n > 0; p += w, n -= (size_t)w)
		if ((w = write(fd, p, n)) == -1)
			err(1, "%s", name);
}

static void
file(const char *suffix, struct span bytes)
{
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "%06lu.%s", count, suffix);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd == -1)
		err(1, "%s", name);
	write_all(fd, name, bytes.p, bytes.n);
	close(fd);
}

static void
field(struct buf *b, const char *text)
{
	size_t at;

	LIT(b, " ");
	at = b->len;
	buf_str(b, text[0] == '\0' ? "-" : text);
	for (; at < b->len; at++)
		if ((unsigned char)b->p[at] <= ' ')
			b->p[at] = '_';
}

void
log_request(const struct conn *c)
{
	struct buf b = { 0 };
	char number[24];
	int status = c->plan.cut_at == AT_START ? 0 : c->ans.status;

	if (dir == -1)
		return;
	count++;
	file("head", c->req.head);
	file("body", c->req.body);
	snprintf(number, sizeof(number), "%06lu", count);
	buf_str(&b, number);
	field(&b, c->req.method);
	field(&b, c->req.path);
	field(&b, c->req.model);
	field(&b, c->req.key);
	snprintf(number, sizeof(number), "%d", status);
	field(&b, number);
	field(&b, c->plan.names);
	LIT(&b, "\n");
	write_all(list, "index", b.p, b.len);
	buf_free(&b);
}
