/*
 * Open addressing with linear steps. The table grows by half when it is 85 %
 * full: at that moment old and new together are under 32 bytes a name.
 */
#include <sys/types.h>

#include <sha2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "idset.h"

enum {
	MARK = 10,    /* bytes kept of a digest */
	FIRST = 1024, /* places to begin with */
	FULL = 85     /* percent */
};

struct idset {
	unsigned char *v; /* MARK bytes a place; all zero: free */
	size_t n, places;
};

struct idset *
idset_new(void)
{
	struct idset *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	s->places = FIRST;
	if ((s->v = calloc(FIRST, MARK)) == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void
idset_free(struct idset *s)
{
	if (s == NULL)
		return;
	free(s->v);
	free(s);
}

void
idset_clear(struct idset *s)
{
	memset(s->v, 0, s->places * MARK);
	s->n = 0;
}

static void
mark_of(const char *name, size_t n, unsigned char *mark)
{
	unsigned char d[SHA256_DIGEST_LENGTH];
	SHA2_CTX c;

	SHA256Init(&c);
	SHA256Update(&c, (const uint8_t *)name, n);
	SHA256Final(d, &c);
	memcpy(mark, d, MARK);
	mark[MARK - 1] |= 1; /* none is all zero */
}

/* The place of a mark, or the free one where it would go. */
static unsigned char *
place(unsigned char *v, size_t places, const unsigned char *mark)
{
	static const unsigned char none[MARK];
	uint64_t h;
	size_t i;

	memcpy(&h, mark, sizeof(h));
	for (i = h % places;; i = i + 1 == places ? 0 : i + 1)
		if (memcmp(v + i * MARK, mark, MARK) == 0 ||
		    memcmp(v + i * MARK, none, MARK) == 0)
			return v + i * MARK;
}

static int
grow(struct idset *s)
{
	size_t i, places = s->places + s->places / 2;
	unsigned char *v, *p;

	if ((v = calloc(places, MARK)) == NULL)
		return -1;
	for (i = 0; i < s->places; i++) {
		p = s->v + i * MARK;
		if (p[MARK - 1] != 0)
			memcpy(place(v, places, p), p, MARK);
	}
	free(s->v);
	s->v = v;
	s->places = places;
	return 0;
}

int
idset_add(struct idset *s, const char *name, size_t n)
{
	unsigned char mark[MARK], *p;

	if ((s->n + 1) * 100 > s->places * FULL && grow(s) == -1)
		return -1;
	mark_of(name, n, mark);
	p = place(s->v, s->places, mark);
	if (p[MARK - 1] != 0)
		return 0;
	memcpy(p, mark, MARK);
	s->n++;
	return 1;
}
