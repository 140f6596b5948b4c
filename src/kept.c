/* Connections that wait for their next request. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kept.h"
#include "loop.h"

struct kept {
	struct loop *loop;
	size_t n, max;
	int fd[]; /* the one used last comes last */
};

struct kept *
kept_new(struct loop *l, size_t max)
{
	struct kept *k;

	if ((k = calloc(1, sizeof(*k) + max * sizeof(k->fd[0]))) == NULL)
		return NULL;
	k->loop = l;
	k->max = max;
	return k;
}

static void
leave(struct kept *k, int fd)
{
	loop_fd(k->loop, fd, 0, NULL, NULL);
	close(fd);
}

/* It ended, or its other side wishes it to end. */
static void
on_word(void *arg, int fd, short revents)
{
	struct kept *k = arg;
	size_t i = k->n;

	(void)revents;
	while (k->fd[--i] != fd)
		continue;
	k->n--;
	memmove(k->fd + i, k->fd + i + 1, (k->n - i) * sizeof(k->fd[0]));
	leave(k, fd);
}

int
kept_take(struct kept *k)
{
	return k->n == 0 ? -1 : k->fd[--k->n];
}

void
kept_put(struct kept *k, int fd)
{
	if (k->n == k->max || loop_fd(k->loop, fd, POLLIN, on_word, k) == -1)
		leave(k, fd);
	else
		k->fd[k->n++] = fd;
}

int
kept_drop(struct kept *k)
{
	size_t n = k->n;

	while (k->n > 0)
		leave(k, k->fd[--k->n]);
	return n > 0;
}

void
kept_free(struct kept *k)
{
	if (k == NULL)
		return;
	(void)kept_drop(k);
	free(k);
}
