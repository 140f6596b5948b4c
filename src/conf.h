/*
 * models.json: the models in order of priority, the aliases, the upstreams
 * and the knobs. conf_parse() is pure; conf_load() finds and reads the file
 * and applies the environment.
 */
#ifndef CONF_H
#define CONF_H

#include <stddef.h>

struct buf;
struct fault;

enum {
	CONF_TIERS = 4
};

struct conf_timeouts { /* milliseconds */
	int connect;
	int first_byte; /* of a stream */
	int plain;	/* first byte of a plain answer */
	int idle;	/* between bytes */
};

struct conf_upstream {
	char *name;
	char *base_url;	   /* no slash at the end */
	char *balance_url; /* or NULL */
	int keyless;
	int allow_plaintext;
	int per_key_concurrency; /* 0: no limit; keyless: of its own */
	double price;		 /* credits a call; 0 costs nothing */
	struct conf_timeouts timeouts;
};

struct conf_model {
	char *id;   /* exactly as sent */
	char *name; /* for people; the id if none was given */
	int tier;   /* 1 strongest to CONF_TIERS */
	int enabled;
	int last_resort;
	double price;	   /* NaN: that of the upstream */
	size_t *upstreams; /* indices into conf->upstreams */
	size_t nupstreams;
};

struct conf_alias {
	char *pattern; /* may end in '*' */
	char *target;
};

struct conf {
	char *path; /* as it is named in errors */
	struct conf_model *models;
	size_t nmodels;
	struct conf_alias *aliases;
	size_t naliases;
	struct conf_upstream *upstreams; /* [0] is "modelscope" */
	size_t nupstreams;
	int smart_routing;
	struct {
		char *base_url; /* NULL: no local model */
		char *model;
		int openai;  /* api: 1 "openai", 0 "ollama" */
		int timeout; /* milliseconds */
	} local;
	int unlisted;
	int retries;
	int day_offset; /* seconds east of UTC */
	int keep_days;
};

/*
 * Parses text[0..n); path names it in messages. Returns the configuration
 * (freed with conf_free()), or NULL with *f set (EX_CONFIG, the text naming
 * the place: "models.json: models[2].tier: want 1 to 4, got 7"; EX_OSERR).
 * One line per member that is unknown is appended to warn, if not NULL, as
 * far as they fit.
 */
struct conf *conf_parse(const char *text, size_t n, const char *path,
    struct fault *f, struct buf *warn);

/*
 * Reads path, or what is held for us (held.h), or the first that is there of
 * $MS_CONFIG, $XDG_CONFIG_HOME/ms/models.json, /etc/ms/models.json and the
 * shipped file; then applies MODELSCOPE_BASE_URL, LOCAL_AI_BASE_URL and
 * LOCAL_AI_MODEL. Returns as conf_parse(); a file that was named and cannot
 * be read is EX_CONFIG.
 */
struct conf *conf_load(const char *path, struct fault *f, struct buf *warn);

void conf_free(struct conf *c);

/*
 * Look up a model by its id (no regard to case) or an upstream by its name.
 * 0 with *i set (i may be NULL), or -1 if there is none.
 */
int conf_model(const struct conf *c, const char *id, size_t *i);
int conf_upstream(const struct conf *c, const char *name, size_t *i);

/*
 * What name means after aliases: the target of the alias of just this name;
 * else, unless it is "auto", "tier1" to "tier4" or a configured model, that
 * of the longest "*" pattern it fits; else name itself. Borrowed. One step:
 * no alias leads to another. No regard to case.
 */
const char *conf_alias(const struct conf *c, const char *name);

/* Is this one of the words "auto" and "tier1" to "tier4"? */
int conf_word(const char *name);

#endif
