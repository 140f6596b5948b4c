/*
 * The configured models as lists: for the API's /models, for people and
 * completions, and against what an upstream says that it serves. Pure.
 */
#ifndef CATALOG_H
#define CATALOG_H

#include <stddef.h>

struct buf;
struct conf;
struct table_style;

/*
 * Appends {"models":[{id,name,tier,enabled}]}; an OpenAI list ("auto",
 * "tier1" to "tier4", then the enabled ids); or a line "ID TIER NAME" each,
 * split by tabs; with the LF. 0, or -1 with errno.
 */
int catalog_json(const struct conf *c, struct buf *out);
int catalog_openai(const struct conf *c, struct buf *out);
int catalog_text(const struct conf *c, struct buf *out);

/* As a table for a terminal. */
int catalog_table(const struct conf *c, const struct table_style *s,
    struct buf *out);

struct catalog_online {	 /* what one upstream answered */
	size_t upstream; /* index into conf->upstreams */
	char **ids;
	size_t nids;
};

/*
 * Reads the ids of a GET /models answer, in order. 0, or -1 with errno
 * (EINVAL: it is none, or endless).
 */
int catalog_read(const char *body, size_t n, struct catalog_online *o);
void catalog_free(struct catalog_online *o);

/*
 * Appends what o[0..no) and the configuration differ in: ids served ("new":
 * as entries for models.json) and configured models that are not served any
 * more ("gone"), as JSON or as a table.
 */
int catalog_compare(const struct conf *c, const struct catalog_online *o,
    size_t no, struct buf *out);
int catalog_compare_table(const struct conf *c, const struct catalog_online *o,
    size_t no, const struct table_style *s, struct buf *out);

#endif
