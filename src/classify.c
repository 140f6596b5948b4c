/*
 * Replies to verdicts, by tables. Bodies are read with splice.h, so a long
 * answer is looked at without building a tree of it.
 */
#include <ctype.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "buf.h"
#include "classify.h"
#include "day.h"
#include "fault.h"
#include "field.h"
#include "hollow.h"
#include "splice.h"

enum {
	CLASSIFY_TEXT = 4096, /* of a message: looked at */
	CLASSIFY_PLAIN = 200, /* of a body that is no JSON: quoted */
	CLASSIFY_DAY = 86400  /* seconds */
};

static const struct verdict_info classify_verdicts[V_MAX] = {
	[V_OK] = { "ok", "answered", "ok", SCOPE_NONE, NEXT_DONE, 0, EX_OK },
	[V_BAD_KEY] = { "bad_key", "key refused", "invalid_key", SCOPE_KEY,
	    NEXT_TRY, 0, EX_NOPERM },
	[V_UNBOUND] = { "unbound", "account not bound to Alibaba Cloud",
	    "unbound_account", SCOPE_KEY, NEXT_TRY, 0, EX_NOPERM },
	[V_UNVERIFIED] = { "unverified", "account not real-name verified",
	    "unverified_account", SCOPE_KEY, NEXT_TRY, 0, EX_NOPERM },
	[V_NO_PERMISSION] = { "no_permission", "key may not use this model",
	    "no_permission", SCOPE_PAIR, NEXT_TRY, 0, EX_NOPERM },
	[V_NO_PROVIDER] = { "no_provider", "nobody serves this model",
	    "unavailable", SCOPE_MODEL, NEXT_TRY, 1, EX_UNAVAILABLE },
	[V_BAD_MODEL] = { "bad_model", "no such model", "no_such_model",
	    SCOPE_MODEL, NEXT_TRY, 1, EX_UNAVAILABLE },
	[V_STREAM_ONLY] = { "stream_only", "model only streams", "unknown",
	    SCOPE_NONE, NEXT_REPAIR, 0, EX_UNAVAILABLE },
	[V_THINK_OFF] = { "think_off", "model wants thinking off", "unknown",
	    SCOPE_NONE, NEXT_REPAIR, 0, EX_UNAVAILABLE },
	[V_THINK_ON] = { "think_on", "model wants thinking on", "unknown",
	    SCOPE_NONE, NEXT_REPAIR, 0, EX_UNAVAILABLE },
	[V_BAD_REQUEST] = { "bad_request", "request refused", "unknown",
	    SCOPE_NONE, NEXT_RETURN, 0, EX_UNAVAILABLE },
	/*
	 * Whether the account is out, or has too little for this model's
	 * price, is for its balance to say; without one, for the fold.
	 */
	[V_NO_CREDITS] = { "no_credits", "out of credits", "exhausted",
	    SCOPE_PAIR, NEXT_BALANCE, 1, EX_TEMPFAIL },
	[V_QUOTA_DAY] = { "quota_day", "quota of the day used up", "exhausted",
	    SCOPE_PAIR, NEXT_TRY, 1, EX_TEMPFAIL },
	[V_QUOTA_MONTH] = { "quota_month", "quota of the month used up",
	    "exhausted", SCOPE_PAIR, NEXT_TRY, 1, EX_TEMPFAIL },
	[V_BURST] = { "burst", "rate limit of the minute", "rate_limited",
	    SCOPE_PAIR, NEXT_TRY, 0, EX_TEMPFAIL },
	[V_PROVIDER] = { "provider", "provider's own account is out",
	    "unavailable", SCOPE_MODEL, NEXT_TRY, 1, EX_TEMPFAIL },
	[V_TOO_MANY] = { "too_many", "too many requests", "rate_limited",
	    SCOPE_KEY, NEXT_TRY, 0, EX_TEMPFAIL },
	[V_SERVER] = { "server", "upstream failed", "unavailable", SCOPE_MODEL,
	    NEXT_TRY, 0, EX_TEMPFAIL },
	[V_HOLLOW] = { "hollow", "hollow answer", "hollow", SCOPE_MODEL,
	    NEXT_TRY, 0, EX_TEMPFAIL },
	[V_REASONED] = { "reasoned", "reasoning used up max_tokens", "ok",
	    SCOPE_NONE, NEXT_RETURN, 0, EX_PROTOCOL },
	[V_BAD_REPLY] = { "bad_reply", "malformed reply", "bad_response",
	    SCOPE_MODEL, NEXT_TRY, 0, EX_PROTOCOL },
	[V_TOO_LARGE] = { "too_large", "reply too large", "bad_response",
	    SCOPE_MODEL, NEXT_TRY, 0, EX_PROTOCOL },
	[V_CUT] = { "cut", "reply broke off", "bad_response", SCOPE_MODEL,
	    NEXT_TRY, 0, EX_PROTOCOL },
	[V_NETWORK] = { "network", "no connection", "network_error",
	    SCOPE_UPSTREAM, NEXT_TRY, 0, EX_TEMPFAIL },
	[V_TLS] = { "tls", "TLS failed", "network_error", SCOPE_UPSTREAM,
	    NEXT_TRY, 0, EX_PROTOCOL },
	[V_TIMEOUT] = { "timeout", "timed out", "timeout", SCOPE_MODEL,
	    NEXT_TRY, 0, EX_TEMPFAIL },
	[V_CANCELLED] = { "cancelled", "cancelled", "unknown", SCOPE_NONE,
	    NEXT_RETURN, 0, EX_TEMPFAIL },
	[V_SYSTEM] = { "system", "our own system failed", "unknown", SCOPE_NONE,
	    NEXT_RETURN, 0, EX_OSERR },
};

/*
 * What the words of an error mean. The first row wins whose status is that
 * of the reply and whose texts both are in the message or its code; a row
 * without text is what is left of its status. Lower case.
 */
static const struct classify_rule {
	int status;
	const char *text, *also;
	enum verdict verdict;
} classify_rules[] = {
	{ 401, "bind your alibaba cloud account", NULL, V_UNBOUND },
	{ 401, "real name verified", NULL, V_UNVERIFIED },
	{ 401, NULL, NULL, V_BAD_KEY },
	{ 403, "real name verified", NULL, V_UNVERIFIED },
	{ 403, "bind your alibaba cloud account", NULL, V_UNBOUND },
	{ 403, NULL, NULL, V_NO_PERMISSION },
	{ 400, "has no provider supported", NULL, V_NO_PROVIDER },
	{ 400, "invalid model id", NULL, V_BAD_MODEL },
	{ 400, "only support stream", NULL, V_STREAM_ONLY },
	{ 400, "can not be support when", "stream=false", V_STREAM_ONLY },
	{ 400, "enable_thinking", "non-streaming", V_THINK_OFF },
	{ 400, "enable_thinking", "true", V_THINK_ON },
	/* The provider's account, not ours: before what may be ours. */
	{ 402, "(1008)", NULL, V_PROVIDER },
	{ 402, NULL, NULL, V_NO_CREDITS },
	{ 404, "model", "does not exist", V_BAD_MODEL },
	{ 404, "model", "not found", V_BAD_MODEL }, /* as Ollama says it */
	{ 429, "(1008)", NULL, V_PROVIDER },
	{ 429, "insufficient_balance_error", NULL, V_PROVIDER },
	{ 429, "exceeded today", "quota", V_QUOTA_DAY },
	{ 429, "exceeded this month", "quota", V_QUOTA_MONTH },
	/* Of a minute, whatever they call it. */
	{ 429, "exceeded your current quota", NULL, V_BURST },
	{ 429, "insufficient_quota", NULL, V_BURST },
	{ 429, "allocated quota exceeded", NULL, V_BURST },
	{ 429, "limit_burst_rate", NULL, V_BURST },
	{ 429, "requests rate limit exceeded", NULL, V_BURST },
	{ 429, "insufficient balance", NULL, V_NO_CREDITS },
	{ 429, "request limit exceeded", NULL, V_TOO_MANY },
	{ 429, "too many requests", NULL, V_TOO_MANY },
	{ 429, NULL, NULL, V_TOO_MANY },
	{ 408, NULL, NULL, V_SERVER },
	{ 409, NULL, NULL, V_SERVER },
	{ 425, NULL, NULL, V_SERVER },
};

/* An error in words: where its parts are in the body. */
struct classify_error {
	struct splice error, errors;
	struct splice message, code, type, status, request_id;
};

#define RAW(member, text) FIELD(classify_error, member, text, .kind = FIELD_RAW)

static const struct field classify_outer[] = {
	RAW(error, "error"),
	RAW(errors, "errors"),
	RAW(message, "message"),
	RAW(code, "code"),
	RAW(status, "status"),
	RAW(request_id, "request_id"),
	FIELD_END,
};

static const struct field classify_inner[] = {
	RAW(message, "message"),
	RAW(code, "code"),
	RAW(type, "type"),
	RAW(status, "status"),
	RAW(request_id, "request_id"),
	FIELD_END,
};

const struct verdict_info *
verdict_info(int v)
{
	if (v < 0 || v >= V_MAX)
		v = V_BAD_REPLY;
	return &classify_verdicts[v];
}

int
verdict_named(const char *name, size_t n)
{
	const char *want;
	int v;

	for (v = 0; v < V_MAX; v++) {
		want = classify_verdicts[v].name;
		if (strlen(want) == n && memcmp(name, want, n) == 0)
			return v;
	}
	return -1;
}

/* Is the lower-case ASCII needle in s[0..n), in any case and locale? */
static int
classify_has(const char *s, size_t n, const char *needle)
{
	size_t i, k = 0, len = strlen(needle);
	char c;

	for (i = 0; i + len <= n; i++) {
		for (k = 0; k < len; k++) {
			c = s[i + k];
			if (c >= 'A' && c <= 'Z')
				c += 'a' - 'A';
			if (c != needle[k])
				break;
		}
		if (k == len)
			return 1;
	}
	return 0;
}

/*
 * The verdict of words under a status that says no; under status 0, which
 * says nothing, the words of any status count, and -1 is for others.
 */
static int
classify_words(int status, const struct buf *t)
{
	const struct classify_rule *r, *end;

	end = classify_rules +
	    sizeof(classify_rules) / sizeof(classify_rules[0]);
	for (r = classify_rules; r < end; r++)
		if ((status == r->status || (status == 0 && r->text != NULL)) &&
		    (r->text == NULL || classify_has(t->d, t->len, r->text)) &&
		    (r->also == NULL || classify_has(t->d, t->len, r->also)))
			return r->verdict;
	if (status == 0)
		return -1;
	return status >= 500 ? V_SERVER : V_BAD_REQUEST;
}

/* Appends what v says: a string's text, a number as it is written. */
static void
classify_text(struct buf *out, struct splice v)
{
	char kind = hollow_kind(v);
	struct buf s;

	if (kind == '-' || (kind >= '0' && kind <= '9'))
		(void)buf_add(out, v.s, v.n);
	if (kind != '"')
		return;
	buf_init(&s, v.n);
	if (splice_str(v, &s) == 0)
		(void)buf_add(out, s.d,
		    s.len < CLASSIFY_TEXT ? s.len : CLASSIFY_TEXT);
	buf_free(&s);
}

static void
classify_field(char *dst, size_t dsize, struct splice v)
{
	struct buf b;

	buf_init(&b, CLASSIFY_TEXT);
	classify_text(&b, v);
	fault_clean(dst, dsize, b.d, b.len);
	buf_free(&b);
}

/* v as an HTTP status that says no, else 0. */
static int
classify_status(struct splice v)
{
	struct splice in = v;
	int64_t n;

	if (v.n >= 2 && *v.s == '"') {
		in.s = v.s + 1;
		in.n = v.n - 2;
	}
	if (in.n != 3 || splice_int(in, &n) == -1 || n < 400 || n > 599)
		return 0;
	return (int)n;
}

/*
 * Fills c with the parts of an error and judges its words. status is HTTP's,
 * or 0 if that did not say no.
 */
static int
classify_judge(const struct classify_error *e, int status, struct classified *c)
{
	struct buf t;
	int v;

	classify_field(c->message, sizeof(c->message), e->message);
	classify_field(c->code, sizeof(c->code),
	    hollow_kind(e->code) != 0 ? e->code : e->type);
	classify_field(c->request_id, sizeof(c->request_id), e->request_id);
	if (status == 0 && (status = classify_status(e->code)) == 0)
		status = classify_status(e->status);

	buf_init(&t, 4 * CLASSIFY_TEXT);
	classify_text(&t, e->message);
	(void)buf_addc(&t, '\n');
	classify_text(&t, e->code);
	(void)buf_addc(&t, '\n');
	classify_text(&t, e->type);
	v = classify_words(status, &t);
	buf_free(&t);
	return v;
}

/*
 * Reads the error out of any envelope seen: {"error":{...}}, {"errors":{...}},
 * {"error":"..."}, {"message":...}, the request id inside or beside. Returns
 * 1 if there is one under "error" or "errors", 0 if not, -1: not an object.
 */
static int
classify_envelope(struct splice v, struct classify_error *e)
{
	struct splice error;

	memset(e, 0, sizeof(*e));
	if (field_read(classify_outer, e, v, NULL) == -1)
		return -1;
	error = hollow_kind(e->error) != 0 ? e->error : e->errors;
	switch (hollow_kind(error)) {
	case 0:
		return 0;
	case '"':
		e->message = error;
		break;
	case '{':
		(void)field_read(classify_inner, e, error, NULL);
		break;
	}
	return 1;
}

/* A body with a status that says no. */
static int
classify_refusal(const struct reply *r, struct classified *c)
{
	const char *type = r->type != NULL ? r->type : "";
	size_t n = r->len < CLASSIFY_TEXT ? r->len : CLASSIFY_TEXT;
	struct classify_error e;
	struct splice v;
	struct buf t;
	int verdict;

	if (splice_text(r->body, r->len, &v, NULL) == 0 &&
	    classify_envelope(v, &e) != -1)
		return classify_judge(&e, r->status, c);

	/* Not JSON: a page of some proxy, or plain words. */
	buf_init(&t, CLASSIFY_TEXT);
	(void)buf_add(&t, r->body, n);
	verdict = classify_words(r->status, &t);
	buf_free(&t);
	if (n > CLASSIFY_PLAIN)
		n = CLASSIFY_PLAIN;
	if (!classify_has(type, strlen(type), "html") &&
	    (n == 0 || memchr(r->body, '<', n) == NULL))
		fault_clean(c->message, sizeof(c->message), r->body, n);
	return verdict;
}

/* A 2xx, whole. */
static int
classify_success(const struct reply *r, struct classified *c)
{
	struct classify_error e;
	struct splice v;
	enum hollow answer;
	int error, verdict;

	if (hollow_blank(r->body, r->len))
		return V_HOLLOW;
	if (splice_text(r->body, r->len, &v, NULL) == -1)
		return V_BAD_REPLY;
	if ((answer = hollow_judge(v)) != HOLLOW_YES)
		return answer == HOLLOW_NO ? V_OK : V_REASONED;
	if ((error = classify_envelope(v, &e)) == -1)
		return V_BAD_REPLY;
	if ((verdict = classify_judge(&e, 0, c)) != -1)
		return verdict;
	return error ? V_SERVER : V_HOLLOW;
}

void
classify(const struct reply *r, struct classified *c)
{
	static const enum verdict broken[] = {
		[TRANSPORT_NETWORK] = V_NETWORK,
		[TRANSPORT_TLS] = V_TLS,
		[TRANSPORT_TIMEOUT] = V_TIMEOUT,
		[TRANSPORT_CUT] = V_CUT,
		[TRANSPORT_TOOBIG] = V_TOO_LARGE,
		[TRANSPORT_SYSTEM] = V_SYSTEM,
	};
	int good = r->status >= 200 && r->status < 300;
	int v;

	memset(c, 0, sizeof(*c));
	if (r->transport != TRANSPORT_OK && (r->status == 0 || good))
		v = broken[r->transport];
	else if (good)
		v = r->whole ? classify_success(r, c) : V_CUT;
	else if (r->status >= 400 && r->status < 600)
		v = classify_refusal(r, c);
	else
		v = V_BAD_REPLY;
	/* The header knows better than the words how long this will last. */
	if (v == V_TOO_MANY && r->left)
		v = V_QUOTA_DAY;
	c->verdict = (enum verdict)v;
}

void
classify_event(const char *data, size_t n, struct classified *c)
{
	struct classify_error e;
	struct splice v, inner;
	int verdict = V_BAD_REPLY;

	memset(c, 0, sizeof(*c));
	if (splice_text(data, n, &v, NULL) == 0) {
		/* response.failed has it in the response */
		if (splice_find(v, "response", &inner) == 1)
			v = inner;
		if (classify_envelope(v, &e) != -1 &&
		    (verdict = classify_judge(&e, 0, c)) == -1)
			verdict = V_SERVER;
	}
	c->verdict = (enum verdict)verdict;
}

/* The first millisecond of the month after the one that now is in. */
static int64_t
classify_month_end(int64_t now, int off)
{
	char text[DAY_TEXT];
	int64_t day = day_of(now, off);

	do
		day_text(text, ++day);
	while (strcmp(text + 8, "01") != 0);
	return day_start(day, off);
}

int64_t
classify_rest(enum verdict v, int64_t now, int off, int64_t retry_after,
    int strikes)
{
	int64_t s;

	switch (v) {
	case V_BAD_KEY:
	case V_UNBOUND:
	case V_UNVERIFIED:
	case V_NO_PERMISSION:
		s = 3600;
		break;
	case V_NO_PROVIDER:
	case V_BAD_MODEL:
	case V_PROVIDER:
		s = CLASSIFY_DAY;
		break;
	case V_QUOTA_DAY:
		return day_start(day_of(now, off) + 1, off);
	case V_QUOTA_MONTH:
		return classify_month_end(now, off);
	case V_NO_CREDITS:
		s = 600;
		break;
	case V_BURST:
		s = retry_after > 0 ? retry_after : 60;
		break;
	case V_TOO_MANY:
		s = strikes <= 0 ? 5 : strikes < 4 ? 5 << strikes : 60;
		if (s < retry_after)
			s = retry_after;
		break;
	case V_SERVER:
	case V_HOLLOW:
	case V_BAD_REPLY:
	case V_TOO_LARGE:
	case V_CUT:
	case V_NETWORK:
	case V_TLS:
	case V_TIMEOUT:
		s = 60;
		break;
	default:
		return 0;
	}
	return now + s * 1000;
}

/* The numbers of a date, in the order of classify_letters. */
enum {
	DATE_DAY,
	DATE_YEAR,
	DATE_HOUR,
	DATE_MINUTE,
	DATE_SECOND,
	DATE_MONTH,
	DATE_NUMBERS
};

static const char classify_letters[] = "dyhms";

/*
 * Does s have this form? In it a lower-case letter stands for a digit of
 * that number (a space too, for d), @ for a letter, * for the month's name.
 */
static int
classify_form(const char *s, const char *form, int number[DATE_NUMBERS])
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *at, *n;

	memset(number, 0, DATE_NUMBERS * sizeof(number[0]));
	for (; *form != '\0'; form++, s++) {
		if (*form == '*') {
			for (at = names; *at != '\0'; at += 3)
				if (strncmp(s, at, 3) == 0)
					break;
			if (*at == '\0')
				return 0;
			number[DATE_MONTH] = (int)(at - names) / 3;
			s += 2;
		} else if ((n = strchr(classify_letters, *form)) != NULL) {
			if (*s != ' ' || *form != 'd') {
				if (*s < '0' || *s > '9')
					return 0;
				number[n - classify_letters] *= 10;
				number[n - classify_letters] += *s - '0';
			}
		} else if (*form == '@' ? !isalpha((unsigned char)*s) :
					  *s != *form)
			return 0;
	}
	return *s == '\0';
}

/* An HTTP date in any of its three forms: milliseconds, or -1. */
static int64_t
classify_date(const char *s, int64_t now)
{
	enum {
		CENTURY = 100,
		YEAR = 31556952
	};
	const char *comma = strchr(s, ',');
	int n[DATE_NUMBERS], this = 1970 + (int)(now / 1000 / YEAR);
	struct tm tm = { 0 };

	if (comma != NULL &&
	    classify_form(comma, ", dd-*-yy hh:mm:ss GMT", n)) {
		/* Of this century, but not over 50 years ahead. */
		n[DATE_YEAR] += this - this % CENTURY;
		if (n[DATE_YEAR] > this + CENTURY / 2)
			n[DATE_YEAR] -= CENTURY;
	} else if (!classify_form(s, "@@@, dd * yyyy hh:mm:ss GMT", n) &&
	    !classify_form(s, "@@@ * dd hh:mm:ss yyyy", n))
		return -1;
	if (n[DATE_DAY] < 1 || n[DATE_DAY] > 31 || n[DATE_HOUR] > 23 ||
	    n[DATE_MINUTE] > 59 || n[DATE_SECOND] > 60)
		return -1;
	tm.tm_mday = n[DATE_DAY];
	tm.tm_mon = n[DATE_MONTH];
	tm.tm_year = n[DATE_YEAR] - 1900;
	tm.tm_hour = n[DATE_HOUR];
	tm.tm_min = n[DATE_MINUTE];
	tm.tm_sec = n[DATE_SECOND];
	return (int64_t)timegm(&tm) * 1000;
}

int64_t
classify_retry_after(const char *s, size_t n, int64_t now)
{
	char text[64];
	int64_t t = 0;
	size_t i;

	while (n > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		n--;
	}
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	for (i = 0; i < n && s[i] >= '0' && s[i] <= '9'; i++)
		if (t < CLASSIFY_DAY)
			t = t * 10 + (s[i] - '0');
	if (n == 0 || i < n) {
		if (n == 0 || n >= sizeof(text) || memchr(s, '\0', n) != NULL)
			return -1;
		memcpy(text, s, n);
		text[n] = '\0';
		if ((t = classify_date(text, now)) == -1)
			return -1;
		t = t > now ? (t - now + 999) / 1000 : 0;
	}
	return t < CLASSIFY_DAY ? t : CLASSIFY_DAY;
}
