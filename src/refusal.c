/*
 * The words for refusals.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "classify.h"
#include "conf.h"
#include "day.h"
#include "fault.h"
#include "keys.h"
#include "pick.h"
#include "refusal.h"

enum {
	SHOW_MODELS = 4, /* named one by one */
	SHOW_KEYS = 3,
	TEXT_MAX = 700,
	MODEL_MAX = 256,
	LABEL_SHOWS = 7, /* bytes of a key's beginning */
	ESCAPE_MAX = 5	 /* bytes that a cut may fall short of the end */
};

const char *
refusal_hint(int verdict)
{
	switch (verdict) {
	case V_BAD_KEY:
		return "get one at https://modelscope.cn/my/myaccesstoken, "
		       "then: ms key add";
	case V_UNBOUND:
		return "bind the account to Alibaba Cloud at modelscope.cn, "
		       "in the account settings";
	case V_UNVERIFIED:
		return "verify the real name of the Alibaba Cloud account";
	case V_NO_CREDITS:
		return "sign in at modelscope.cn for today's credits";
	case V_NO_PROVIDER:
	case V_BAD_MODEL:
		return "what there is says: ms-route --list --online";
	case V_REASONED:
		return "raise max_tokens or turn thinking off "
		       "(--param enable_thinking=false)";
	case V_NO_PERMISSION:
		return "the model wants other rights; choose another";
	default:
		return "";
	}
}

/*
 * A message cut to size may end inside a key, which is then not found as
 * one: what is left of it is cut too, if it is more than a label shows.
 */
static void
cut_key(const struct keys *keys, char *s, size_t size)
{
	size_t i, len, n = strlen(s);

	for (i = 0; i < keys->n && n + ESCAPE_MAX >= size; i++) {
		len = strlen(keys->v[i].secret) - 1;
		for (len = len < n ? len : n; len > LABEL_SHOWS; len--)
			if (memcmp(s + n - len, keys->v[i].secret, len) == 0) {
				s[n - len] = '\0';
				return;
			}
	}
}

void
refusal_text(char *dst, size_t size, const struct pick_in *in,
    const struct pick *p, int status, const struct classified *c)
{
	const char *words = verdict_info((int)c->verdict)->words;
	const char *id = in->order[p->model].id;
	char message[sizeof(c->message)], model[MODEL_MAX];

	fault_clean(model, sizeof(model), id, strlen(id));
	memcpy(message, c->message, sizeof(message));
	cut_key(in->keys, message, sizeof(message));
	message[keys_scrub(in->keys, message, strlen(message))] = '\0';
	if (status != 0)
		snprintf(dst, size, "%s: HTTP %d: %s%s%s", model, status, words,
		    message[0] != '\0' ? ": " : "", message);
	else
		snprintf(dst, size, "%s: %s: %s%s%s", model,
		    in->conf->upstreams[p->upstream].base_url, words,
		    message[0] != '\0' ? ": " : "", message);
}

/* The worst that a script can do is give up on what would pass. */
static int
rank(const struct pick *p)
{
	if (p->state == PICK_NO_KEY)
		return 0;
	return verdict_info(p->why)->status == EX_TEMPFAIL ? 2 : 1;
}

/* "words (key, key)" of the candidates of one model. */
static void
say_model(struct buf *b, const struct pick_in *in, const struct pick *v,
    size_t n, size_t model)
{
	const struct pick *first = NULL;
	size_t i, keys = 0;

	for (i = 0; i < n; i++)
		if (v[i].model == model &&
		    (first == NULL || rank(&v[i]) > rank(first)))
			first = &v[i];
	if (first == NULL)
		return;
	(void)buf_addf(b, "%s%s: ", b->len > 0 ? "; " : "",
	    in->order[model].id);
	if (first->state == PICK_NO_KEY) {
		(void)buf_addf(b, "no key for %s",
		    in->conf->upstreams[first->upstream].name);
		return;
	}
	(void)buf_adds(b, verdict_info(first->why)->words);
	for (i = 0; i < n; i++) {
		if (v[i].model != model || v[i].key == PICK_NOKEY ||
		    v[i].why != first->why)
			continue;
		if (keys++ < SHOW_KEYS)
			(void)buf_addf(b, "%s%s", keys == 1 ? " (" : ", ",
			    keys_label(&in->keys->v[v[i].key]));
	}
	if (keys > SHOW_KEYS)
		(void)buf_addf(b, " and %zu more keys", keys - SHOW_KEYS);
	if (keys > 0)
		(void)buf_adds(b, ")");
}

static void
say_when(struct buf *b, int64_t again, const struct pick_in *in)
{
	char at[DAY_STAMP];

	if (again <= in->now)
		return;
	day_stamp(at, again, in->conf->day_offset);
	/* to the second */
	(void)buf_addf(b, "; try again at %.19s%s", at, at + 23);
}

void
refusal_none(const struct pick_in *in, const struct pick *v, size_t n,
    struct fault *f, int *verdict, int64_t *again)
{
	const struct pick *worst = NULL;
	struct buf b;
	size_t i;

	*again = 0;
	*verdict = V_BAD_KEY;
	for (i = 0; i < n; i++) {
		if (worst == NULL || rank(&v[i]) > rank(worst))
			worst = &v[i];
		if (v[i].until > 0 && (*again == 0 || v[i].until < *again))
			*again = v[i].until;
	}
	if (worst == NULL || worst->state == PICK_NO_KEY) {
		fault_set(f, EX_CONFIG, "no key for %s",
		    worst == NULL ? "any model" :
				    in->conf->upstreams[worst->upstream].name);
		fault_hint(f, "%s", refusal_hint(V_BAD_KEY));
		return;
	}
	*verdict = worst->why;
	buf_init(&b, TEXT_MAX);
	for (i = 0; i < in->norder && i < SHOW_MODELS; i++)
		say_model(&b, in, v, n, i);
	if (in->norder > SHOW_MODELS)
		(void)buf_addf(&b, "; and %zu more models",
		    in->norder - SHOW_MODELS);
	say_when(&b, *again, in);
	fault_set(f, verdict_info(worst->why)->status, "nothing left: %s", b.d);
	fault_hint(f, "%s", refusal_hint(worst->why));
	buf_free(&b);
}
