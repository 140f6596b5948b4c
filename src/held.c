/* Texts held for processes that are started later. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "held.h"
#include "spawn.h"

enum {
	FIRST = 4 /* behind the three of all and a worker's listener */
};

static int
hold(struct held *h, int i, const char *var, const char *name,
    const struct buf *text)
{
	if ((h->fds[i] = spawn_memory(text->d, text->len)) == -1)
		return -1;
	if (asprintf(&h->env[i], "%s=%d:%s", var, FIRST + i, name) != -1)
		return 0;
	h->env[i] = NULL;
	close(h->fds[i]);
	return -1;
}

int
held_take(struct held *h, const struct buf *conf, const char *conf_name,
    const struct buf *keys, const char *keys_name)
{
	struct held new = { { 0 }, { NULL } };

	if (hold(&new, 0, HELD_CONFIG, conf_name, conf) == -1 ||
	    hold(&new, 1, HELD_KEYS, keys_name, keys) == -1) {
		held_clear(&new);
		return -1;
	}
	held_move(h, &new);
	return 0;
}

void
held_clear(struct held *h)
{
	int i;

	for (i = 0; h->env[i] != NULL; i++) {
		close(h->fds[i]);
		free(h->env[i]);
		h->env[i] = NULL;
	}
}

void
held_move(struct held *h, struct held *from)
{
	if (from->env[0] == NULL)
		return;
	held_clear(h);
	*h = *from;
	memset(from, 0, sizeof(*from));
}

void
held_lend(const struct held *h, struct spawn *s)
{
	int i;

	s->env = h->env;
	for (i = 0; h->env[i] != NULL; i++) {
		while (s->nfds < FIRST + i)
			s->fds[s->nfds++] = -1;
		s->fds[s->nfds++] = h->fds[i];
	}
}

int
held_path(const char *var, char path[HELD_PATH], const char **name)
{
	const char *v = getenv(var);
	char *end;
	long fd;

	if (v == NULL || (fd = strtol(v, &end, 10)) < 0 || *end != ':')
		return -1;
	*name = end + 1;
	snprintf(path, HELD_PATH, "/proc/self/fd/%ld", fd);
	return access(path, R_OK);
}
