/*
 * Lists of models.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "catalog.h"
#include "conf.h"
#include "json.h"
#include "splice.h"
#include "table.h"

enum {
	ID_MAX = 512,
	IDS_MAX = 4096 /* no more can be configured either */
};

static int
finish(struct json *j, struct buf *out)
{
	return json_finish(j) == -1 ? -1 : buf_addc(out, '\n');
}

int
catalog_json(const struct conf *c, struct buf *out)
{
	const struct conf_model *m;
	struct json j;
	size_t i;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_array(&j, "models");
	for (i = 0; i < c->nmodels; i++) {
		m = &c->models[i];
		json_object(&j, NULL);
		json_str(&j, "id", m->id);
		json_str(&j, "name", m->name);
		json_int(&j, "tier", m->tier);
		json_bool(&j, "enabled", m->enabled);
		json_end(&j);
	}
	json_end(&j);
	json_end(&j);
	return finish(&j, out);
}

static void
put_openai(struct json *j, const char *id, const char *owner)
{
	json_object(j, NULL);
	json_str(j, "id", id);
	json_str(j, "object", "model");
	json_int(j, "created", 0);
	json_str(j, "owned_by", owner);
	json_array(j, "permission");
	json_end(j);
	json_str(j, "root", id);
	json_null(j, "parent");
	json_end(j);
}

int
catalog_openai(const struct conf *c, struct buf *out)
{
	static const char *const words[] = { "auto", "tier1", "tier2", "tier3",
		"tier4" };
	struct json j;
	size_t i;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_str(&j, "object", "list");
	json_array(&j, "data");
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		put_openai(&j, words[i], "ms");
	for (i = 0; i < c->nmodels; i++)
		if (c->models[i].enabled)
			put_openai(&j, c->models[i].id,
			    c->upstreams[c->models[i].upstreams[0]].name);
	json_end(&j);
	json_end(&j);
	return finish(&j, out);
}

int
catalog_text(const struct conf *c, struct buf *out)
{
	size_t i;

	for (i = 0; i < c->nmodels; i++)
		if (c->models[i].enabled &&
		    buf_addf(out, "%s\t%d\t%s\n", c->models[i].id,
			c->models[i].tier, c->models[i].name) == -1)
			return -1;
	return 0;
}

int
catalog_table(const struct conf *c, const struct table_style *s,
    struct buf *out)
{
	static const struct table_column columns[] = { { "MODEL", 0 },
		{ "TIER", TABLE_RIGHT }, { "NAME", TABLE_SHRINK | TABLE_SPARE },
		{ "UPSTREAM", TABLE_SPARE }, { "", TABLE_SPARE } };
	const struct conf_model *m;
	struct table *t;
	size_t i;
	int r;

	if ((t = table_new(columns, 5)) == NULL)
		return -1;
	for (i = 0; i < c->nmodels; i++) {
		m = &c->models[i];
		table_cell(t, m->id, m->enabled ? TABLE_PLAIN : TABLE_DIM);
		table_cellf(t, TABLE_PLAIN, "%d", m->tier);
		table_cell(t, m->name, TABLE_PLAIN);
		table_cell(t, c->upstreams[m->upstreams[0]].name, TABLE_DIM);
		table_cell(t,
		    !m->enabled	       ? "disabled" :
			m->last_resort ? "last resort" :
					 "",
		    TABLE_DIM);
	}
	r = table_print(t, s, out);
	table_free(t);
	return r;
}

/* ---- against an upstream's own list ---- */

/* Could a configuration name it? */
static int
usable(const struct buf *id)
{
	size_t i;

	for (i = 0; i < id->len; i++)
		if (iscntrl((unsigned char)id->d[i]))
			return 0;
	return id->len > 0 && !conf_word(id->d);
}

static int
add_id(struct catalog_online *o, struct splice v)
{
	struct buf b;
	char **grown;

	buf_init(&b, ID_MAX);
	if (splice_str(v, &b) == -1 || !usable(&b)) {
		buf_free(&b);
		return 0; /* no id that anyone could use */
	}
	if (o->nids == IDS_MAX) {
		buf_free(&b);
		errno = EINVAL;
		return -1;
	}
	if ((grown = reallocarray(o->ids, o->nids + 1, sizeof(*grown))) ==
	    NULL) {
		buf_free(&b);
		return -1;
	}
	o->ids = grown;
	if ((grown[o->nids] = buf_detach(&b)) == NULL)
		return -1;
	o->nids++;
	return 0;
}

int
catalog_read(const char *body, size_t n, struct catalog_online *o)
{
	struct splice_walk w;
	struct splice v, id;
	int r;

	o->ids = NULL;
	o->nids = 0;
	errno = EINVAL;
	if (splice_text(body, n, &v, NULL) == -1 || v.s[0] != '{' ||
	    splice_find(v, "data", &v) != 1 || v.s[0] != '[')
		return -1;
	splice_begin(&w, v);
	while ((r = splice_next(&w)) == 1)
		if (w.value.s[0] == '{' &&
		    splice_find(w.value, "id", &id) == 1 && add_id(o, id) == -1)
			break;
	if (r == 0)
		return 0;
	catalog_free(o);
	return -1;
}

void
catalog_free(struct catalog_online *o)
{
	while (o->nids > 0)
		free(o->ids[--o->nids]);
	free(o->ids);
	o->ids = NULL;
}

/*
 * A tier to begin with, from the size in a name ("-235B-A22B"): only a
 * person can know better.
 */
static int
guess_tier(const char *id)
{
	unsigned long size = 0, n;
	int named = 0;
	char *end;

	for (; *id != '\0'; id = end) {
		end = strpbrk(id, "0123456789");
		if (end == NULL)
			break;
		n = strtoul(end, &end, 10);
		if (*end == '.')
			end += 1 + strspn(end + 1, "0123456789");
		if (*end != 'B' && *end != 'b')
			continue;
		named = 1;
		if (n > size)
			size = n;
	}
	return !named || size >= 100 ? 1 : size >= 25 ? 2 : size >= 10 ? 3 : 4;
}

static int
serves(const struct catalog_online *o, const char *id)
{
	size_t n = strlen(id), i;

	/* "ID:Provider" is served where ID is */
	for (i = 0; i < o->nids; i++)
		if (strncasecmp(o->ids[i], id, strlen(o->ids[i])) == 0 &&
		    (strlen(o->ids[i]) == n ||
			(strlen(o->ids[i]) < n &&
			    id[strlen(o->ids[i])] == ':')))
			return 1;
	return 0;
}

/* Was each upstream of the model asked, and does none serve it? */
static int
gone(const struct conf_model *m, const struct catalog_online *o, size_t no)
{
	size_t asked = 0, i, k;

	for (i = 0; i < m->nupstreams; i++)
		for (k = 0; k < no; k++) {
			if (o[k].upstream != m->upstreams[i])
				continue;
			asked++;
			if (serves(&o[k], m->id))
				return 0;
		}
	return asked == m->nupstreams;
}

/* Is id one of the first n of o? */
static int
lists(const struct catalog_online *o, size_t n, const char *id)
{
	while (n-- > 0)
		if (strcasecmp(o->ids[n], id) == 0)
			return 1;
	return 0;
}

/* Did the ids before o[i].ids[k], of all upstreams, hold it already? */
static int
repeated(const struct catalog_online *o, size_t i, size_t k)
{
	const char *id = o[i].ids[k];

	if (lists(&o[i], k, id))
		return 1;
	while (i-- > 0)
		if (lists(&o[i], o[i].nids, id))
			return 1;
	return 0;
}

/* Where a model is served: not said if it is the first upstream alone. */
static void
put_served(struct json *j, const struct conf *c, const struct catalog_online *o,
    size_t no, const char *id)
{
	size_t i, n = 0, first = no;

	for (i = no; i-- > 0;)
		if (lists(&o[i], o[i].nids, id)) {
			first = i;
			n++;
		}
	if (n == 1 && o[first].upstream == 0)
		return;
	if (n == 1) {
		json_str(j, "upstream", c->upstreams[o[first].upstream].name);
		return;
	}
	json_array(j, "upstream");
	for (i = first; i < no; i++)
		if (lists(&o[i], o[i].nids, id))
			json_str(j, NULL, c->upstreams[o[i].upstream].name);
	json_end(j);
}

static void
put_new(struct json *j, const struct conf *c, const struct catalog_online *o,
    size_t no, const char *id)
{
	const char *name = strrchr(id, '/');

	json_object(j, NULL);
	json_str(j, "id", id);
	json_str(j, "name", name != NULL && name[1] != '\0' ? name + 1 : id);
	json_int(j, "tier", guess_tier(id));
	put_served(j, c, o, no, id);
	json_end(j);
}

int
catalog_compare(const struct conf *c, const struct catalog_online *o, size_t no,
    struct buf *out)
{
	struct json j;
	size_t i, k;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_array(&j, "upstreams");
	for (i = 0; i < no; i++) {
		json_object(&j, NULL);
		json_str(&j, "upstream", c->upstreams[o[i].upstream].name);
		json_array(&j, "models");
		for (k = 0; k < o[i].nids; k++)
			json_str(&j, NULL, o[i].ids[k]);
		json_end(&j);
		json_end(&j);
	}
	json_end(&j);
	json_array(&j, "new");
	for (i = 0; i < no; i++)
		for (k = 0; k < o[i].nids; k++)
			if (conf_model(c, o[i].ids[k], NULL) == -1 &&
			    !repeated(o, i, k))
				put_new(&j, c, o, no, o[i].ids[k]);
	json_end(&j);
	json_array(&j, "gone");
	for (i = 0; i < c->nmodels; i++)
		if (gone(&c->models[i], o, no))
			json_str(&j, NULL, c->models[i].id);
	json_end(&j);
	json_end(&j);
	return finish(&j, out);
}

static void
row(struct table *t, const char *state, enum table_colour colour,
    const char *id, int tier, const char *upstream)
{
	table_cell(t, state, colour);
	table_cell(t, id, TABLE_PLAIN);
	table_cellf(t, TABLE_PLAIN, "%d", tier);
	table_cell(t, upstream, TABLE_DIM);
}

int
catalog_compare_table(const struct conf *c, const struct catalog_online *o,
    size_t no, const struct table_style *s, struct buf *out)
{
	static const struct table_column columns[] = { { "", 0 },
		{ "MODEL", 0 }, { "TIER", TABLE_RIGHT },
		{ "UPSTREAM", TABLE_SPARE } };
	const char *up;
	struct table *t;
	size_t i, k, m;
	int r;

	if ((t = table_new(columns, 4)) == NULL)
		return -1;
	for (i = 0; i < no; i++)
		for (k = 0; k < o[i].nids; k++) {
			up = c->upstreams[o[i].upstream].name;
			if (conf_model(c, o[i].ids[k], &m) == 0)
				row(t, "configured", TABLE_GOOD, o[i].ids[k],
				    c->models[m].tier, up);
			else
				row(t, "new", TABLE_WARN, o[i].ids[k],
				    guess_tier(o[i].ids[k]), up);
		}
	for (i = 0; i < c->nmodels; i++)
		if (gone(&c->models[i], o, no))
			row(t, "gone", TABLE_BAD, c->models[i].id,
			    c->models[i].tier,
			    c->upstreams[c->models[i].upstreams[0]].name);
	r = table_print(t, s, out);
	table_free(t);
	return r;
}
