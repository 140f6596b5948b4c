/* What the text of a key says about it, and what it has left to spend. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define BAL(total, avail, frozen) \
	"{\"success\":true,\"request_id\":" \
	"\"5e6ca7f0-51de-4000-8000-00000000abcd\",\"data\":{" \
	"\"total_balance\":" total ",\"available_balance\":" avail "," \
	"\"frozen_amount\":" frozen "}}"
#define ODD(word, body) \
	{ \
		word, ON_BALANCE, NULL, body, -1 \
	}
#define DO(word, scope, doing) \
	{ \
		word, scope, doing, NULL, -1 \
	}

static const struct key_word words[] = { DO("bad", ON_ALL, "auth"),
	DO("unbound", ON_ALL, "unbound"),
	DO("unverified", ON_ALL, "unverified"),
	DO("slowkey", ON_ALL, "delay:2000"), DO("busy", ON_CALLS, "too-many"),
	DO("single", ON_CALLS, NULL), DO("balfail", ON_BALANCE, "500"),
	DO("bal500", ON_BALANCE, "500"), DO("bal502", ON_BALANCE, "502-html"),
	DO("bal503", ON_BALANCE, "503"), DO("bal504", ON_BALANCE, "504-html"),
	DO("bal429", ON_BALANCE, "too-many"),
	DO("bal403", ON_BALANCE, "quota-403"), DO("bal404", ON_BALANCE, "404"),
	DO("bal400", ON_BALANCE, "400"), DO("balhtml", ON_BALANCE, "html"),
	DO("balempty", ON_BALANCE, "empty-body"),
	DO("balnotjson", ON_BALANCE, "not-json"),
	DO("balarray", ON_BALANCE, "json-array"),
	DO("balcut", ON_BALANCE, "chunked+close-mid"),
	DO("ballie", ON_BALANCE, "length-long"),
	DO("balshort", ON_BALANCE, "length-short"),
	DO("balstallhead", ON_BALANCE, "stall-head"),
	DO("balstall", ON_BALANCE, "stall"),
	DO("balreset", ON_BALANCE, "reset"),
	DO("balclose", ON_BALANCE, "close"),
	DO("balslow", ON_BALANCE, "delay:1000"),
	DO("balredirect", ON_BALANCE, "redirect"),
	DO("balgzip", ON_BALANCE, "gzip"),
	DO("balgiant", ON_BALANCE, "big:8388608"),
	DO("baltrail", ON_BALANCE, "trailing"),
	DO("baldeep", ON_BALANCE, "deep"),
	DO("balnothttp", ON_BALANCE, "not-http"),
	ODD("balunsuccess",
	    "{\"success\":false,\"request_id\":\"5e6ca7f0\","
	    "\"code\":\"InternalError\",\"message\":\"try again\"}"),
	ODD("balnull", "{\"success\":true,\"data\":null}"),
	ODD("balnodata", "{\"success\":true}"),
	ODD("balnofield", "{\"success\":true,\"data\":{}}"),
	ODD("balstring", BAL("\"177\"", "\"177\"", "\"0\"")),
	ODD("balneg", BAL("-5", "-5", "0")),
	ODD("balhuge", BAL("1e300", "1e300", "0")),
	ODD("balbignum",
	    BAL("9223372036854775808", "9223372036854775808", "0")),
	ODD("balfloat", BAL("142.5", "142.5", "0")),
	ODD("balfrozen", BAL("187", "177", "10")),
	ODD("balnan", BAL("NaN", "NaN", "0")),
	ODD("balbool", BAL("true", "true", "false")),
	ODD("balbom", "\xef\xbb\xbf" BAL("177", "177", "0")),
	ODD("balutf8", BAL("177", "177", "0,\"note\":\"\xff\xfe\"")),
	{ "empty", ON_ALL, NULL, NULL, 0 },
	{ "half", ON_ALL, NULL, NULL, 0.5 } };

static const struct key_word *
find_word(const char *key)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(key, words[i].word) != NULL)
			return &words[i];
	return NULL;
}

/* Credits, or calls of the account, at the start of the day. */
static void
fill(struct entry *e)
{
	const char *p = e->name;

	e->word = find_word(e->name);
	e->known = true;
	e->left = opt.regime == BY_HEADERS ? (double)opt.account : opt.credits;
	while ((p = strstr(p, "credits")) != NULL) {
		p += 7;
		if (*p >= '0' && *p <= '9')
			e->left = strtod(p, NULL);
	}
	if (e->word != NULL && e->word->left >= 0)
		e->left = opt.regime == BY_HEADERS && e->word->left > 0 ?
		    1 :
		    e->word->left;
}

static struct entry *
account(struct conn *c)
{
	if (!c->key->known)
		fill(c->key);
	return c->key;
}

static void
refuse(struct conn *c, const char *error, const char *why)
{
	size_t len = strlen(c->plan.names);

	span_copy(c->plan.names + len, MAX_NAMES - len,
	    span_of(len > 0 ? "+" : ""));
	len = strlen(c->plan.names);
	span_copy(c->plan.names + len, MAX_NAMES - len, span_of(why));
	errors_answer(c, errors_find(span_of(error)));
}

/* The behaviours that the word of a key asks for here. */
static bool
apply_word(struct conn *c, const struct key_word *w)
{
	bool balance = (c->req.op->flags & OP_BALANCE) != 0;

	if (w->scope == (balance ? ON_CALLS : ON_BALANCE))
		return false;
	if (strcmp(w->word, "single") == 0 && c->key->inflight > 1) {
		refuse(c, "request-limit", w->word);
		return true;
	}
	if (w->body != NULL) {
		buf_str(answer_body(c, 200, "application/json"), w->body);
		span_copy(c->plan.names, MAX_NAMES, span_of(w->word));
		return true;
	}
	if (w->doing == NULL)
		return false;
	plan_add(&c->plan, span_of(w->doing));
	if (c->plan.error == NULL)
		return false;
	c->plan.names[0] = '\0';
	refuse(c, c->plan.error->name, w->word);
	return true;
}

bool
keys_check(struct conn *c)
{
	struct entry *e = account(c);

	if (!c->req.has_key) {
		if (opt.keyless && (c->req.op->flags & OP_LOCAL))
			return false;
		refuse(c, "auth", "no-key");
		return true;
	}
	if (e->word != NULL && apply_word(c, e->word))
		return true;
	if (opt.concurrency > 0 && !(c->req.op->flags & OP_BALANCE) &&
	    e->inflight > (unsigned long)opt.concurrency) {
		refuse(c, "too-many", "concurrency");
		return true;
	}
	return false;
}

static void
quota_header(struct buf *b, const char *name, double n)
{
	buf_str(b, name);
	LIT(b, ": ");
	buf_num(b, n);
	LIT(b, "\r\n");
}

void
keys_headers(struct conn *c)
{
	struct entry *key, *pair = c->pair;
	struct buf *b = &c->ans.extra;

	if (!c->req.has_key || opt.regime != BY_HEADERS)
		return;
	key = account(c);
	if (!pair->known) {
		pair->known = true;
		pair->left = (double)opt.model;
	}
	quota_header(b, "modelscope-ratelimit-requests-limit",
	    (double)opt.account);
	quota_header(b, "modelscope-ratelimit-requests-remaining", key->left);
	quota_header(b, "modelscope-ratelimit-model-requests-limit",
	    (double)opt.model);
	quota_header(b, "modelscope-ratelimit-model-requests-remaining",
	    pair->left);
}

static bool
charge_call(struct conn *c)
{
	struct entry *key = account(c), *pair = c->pair;

	if (!pair->known) {
		pair->known = true;
		pair->left = (double)opt.model;
	}
	if (key->left < 1 || pair->left < 1) {
		refuse(c, "quota-day", "quota");
		return true;
	}
	key->left--;
	pair->left--;
	keys_headers(c);
	return false;
}

bool
keys_charge(struct conn *c)
{
	double price = c->plan.price >= 0 ? c->plan.price : opt.price;

	if (!c->req.has_key || opt.regime == BY_NOTHING)
		return false;
	if (opt.regime == BY_HEADERS)
		return charge_call(c);
	if (account(c)->left < price) {
		refuse(c, "no-credits", "credits");
		return true;
	}
	if (!plan_has(&c->plan, F_HOLLOW) &&
	    !plan_has(&c->plan, F_HOLLOW_STREAM))
		c->key->left -= price;
	return false;
}

void
keys_balance(struct conn *c)
{
	double left = account(c)->left;
	struct buf *b = answer_body(c, 200, "application/json");

	LIT(b,
	    "{\"success\":true,\"request_id\":"
	    "\"5e6ca7f0-51de-4000-8000-00000000abcd\",\"data\":{"
	    "\"total_balance\":");
	buf_num(b, left);
	LIT(b, ",\"available_balance\":");
	buf_num(b, left);
	LIT(b, ",\"frozen_amount\":0}}");
	if (c->plan.text == TX_BIG) {
		b->len--;
		LIT(b, ",\"filler\":\"");
		buf_fill(b, 'x', (size_t)c->plan.count);
		LIT(b, "\"}");
	}
	if (c->plan.deep > 0) {
		b->len--;
		LIT(b, ",\"deep\":");
		buf_fill(b, '[', (size_t)c->plan.deep);
		buf_fill(b, ']', (size_t)c->plan.deep);
		LIT(b, "}");
	}
}

void
keys_reset(void)
{
	size_t i;

	for (i = 0; i < keys.cap; i++)
		if (keys.slot[i] != NULL)
			keys.slot[i]->known = false;
	for (i = 0; i < pairs.cap; i++)
		if (pairs.slot[i] != NULL)
			pairs.slot[i]->known = false;
}
