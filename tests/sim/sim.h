/*
 * The simulator's prototypes, each under the name of the file that holds it.
 * One thread, one loop; memory that runs out ends the program.
 */
#ifndef SIM_H
#define SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MAX_PATH_LEN = 1024,
	MAX_NAME = 256,	 /* of a key or a model */
	MAX_NAMES = 256, /* behaviours, joined */
	MAX_HEAD = 1 << 20,
	MAX_BODY = 1 << 28,
	MAX_GONE = 64,
	OUT_BATCH = 32 * 1024
};

/* buf.c: bytes p[off] to p[len - 1]. */
struct buf {
	char *p;
	size_t off, len, cap;
};
struct span {
	const char *p;
	size_t n;
};
#define SPAN(s) ((struct span){ (s), sizeof(s) - 1 })
#define LIT(b, s) buf_add((b), (s), sizeof(s) - 1)
/* Room for ${n} more bytes at p + len. */
char *buf_room(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_span(struct buf *b, struct span s);
void buf_fill(struct buf *b, char c, size_t n);
void buf_u64(struct buf *b, uint64_t n);
void buf_hex(struct buf *b, uint64_t n);
/* The shortest decimal text of ${n}. */
void buf_num(struct buf *b, double n);
/* ${s} as the inside of a JSON string. */
void buf_json(struct buf *b, struct span s);
/* ${text} with each ${mark} replaced by ${by}. */
void buf_with(struct buf *b, const char *text, char mark, const char *by);
size_t buf_left(const struct buf *b);
void buf_eat(struct buf *b, size_t n);
void buf_clear(struct buf *b);
void buf_free(struct buf *b);
/* The file ${path} added; -1 and errno if it cannot be read. */
int buf_file(struct buf *b, const char *path);
struct span span_of(const char *s);
bool span_is(struct span s, const char *text);
/* ${s} into ${dst}, cut to fit, ended by NUL. */
void span_copy(char *dst, size_t size, struct span s);

/* json.c: walks JSON text without building anything. */
struct json_iter {
	const char *p, *end;
	struct span key, val; /* key without quotes; val as it stands */
	bool object;
};
/* Starts on the members of ${doc}; false if it is no object or array. */
bool json_open(struct json_iter *it, struct span doc);
/* The next member; false at the end or where the text is broken. */
bool json_next(struct json_iter *it);
struct span json_get(struct span doc, const char *name);
/* The inside of a string value, escapes as they stand; empty if none. */
struct span json_inside(struct span val);
double json_num(struct span val, double otherwise);

/* table.c: counts by name. */
struct entry {
	char *name;
	uint64_t requests, seen;
	unsigned inflight, inflight_max;
	bool known;    /* left and word are set */
	double left;   /* credits, or calls */
	int64_t ready; /* when a cold model is warm */
	const struct key_word *word;
};
struct table {
	struct entry **slot;
	size_t n, cap;
};
struct entry *table_get(struct table *t, struct span name);

/* plan.c: what a behaviour's name sets. */
enum envelope {
	ENV_DEFAULT,
	ENV_IN,
	ENV_OUT,
	ENV_OLD,
	ENV_PROV,
	ENV_ANTHROPIC,
	ENV_STRING,
	ENV_BARE,
	ENV_DETAIL,
	ENV_HTML,
	ENV_TEXT,
	ENV_EMPTY,
	ENV_OPENAPI
};
enum cut_at {
	AT_NEVER,
	AT_START,
	AT_HALF_HEAD,
	AT_BODY,
	AT_MID,
	AT_END
};
enum cut_how {
	CUT_STALL,
	CUT_RESET,
	CUT_CLOSE
};
enum framing {
	FR_DEFAULT,
	FR_LENGTH,
	FR_CHUNKED,
	FR_CHUNKED_1,
	FR_CHUNK_EXT,
	FR_CLOSE,
	FR_LONG,
	FR_SHORT,
	FR_TWO,
	FR_BOTH,
	FR_BADLEN,
	FR_NONE
};
enum eol {
	EOL_LF,
	EOL_CRLF,
	EOL_CR,
	EOL_MIXED
};
enum text {
	TX_HELLO,
	TX_JSON,
	TX_FENCED,
	TX_IMAGES,
	TX_ECHO,
	TX_EMPTY,
	TX_FILTER,
	TX_LONG,
	TX_BIG,
	TX_GIANT,
	TX_UNICODE,
	TX_ESCAPES,
	TX_BADUTF8,
	TX_SURROGATE,
	TX_REASON,
	TX_REASON_ONLY,
	TX_REASONED_OUT,
	TX_TOOLS,
	TX_ENDLESS,
	TX_BOMB
};
enum spoil { /* what is done to a good body or event */
	SP_NONE,
	SP_HTML,
	SP_EMPTY,
	SP_NOTJSON,
	SP_TRUNC,
	SP_TWICE,
	SP_ARRAY,
	SP_NULL
};
enum rules { /* errors that depend on the request */
	RULE_NONE,
	RULE_STREAM = 1,
	RULE_THINK = 2,
	RULE_THINK2 = 4,
	RULE_THINK_ONLY = 8,
	RULE_TEMP = 16,
	RULE_MAX = 32,
	RULE_SCHEMA = 64
};
#define F(n) (UINT64_C(1) << (n))
enum flag {
	F_HOLLOW,
	F_HOLLOW_STREAM,
	F_EXTRA,
	F_NULL_CHOICES,
	F_ID_NULL,
	F_CONTENT_ARRAY,
	F_NO_USAGE,
	F_USAGE_ALWAYS,
	F_USAGE_MID,
	F_TWO_CHOICES,
	F_OTHER_MODEL,
	F_TASK_FAIL,
	F_HALF_EVENT,
	F_EACH,
	F_CLOSE_AFTER,
	F_KEEP_CLOSE,
	F_DIE_NEXT,
	F_RESET_NEXT,
	F_UNSOLICITED,
	F_TRAILING,
	F_HTTP10,
	F_GZIP,
	F_EARLY,
	F_BAD_HEADER,
	F_NUL_HEADER,
	F_FOLD,
	F_COOKIES,
	F_GARBAGE,
	F_NOT_HTTP,
	F_BAD_STATUS,
	F_NO_TYPE,
	F_WRONG_TYPE,
	F_NO_DONE,
	F_NO_FINISH,
	F_EMPTY_STREAM,
	F_DONE_ONLY,
	F_ROLE_ONLY,
	F_ERROR_FIRST,
	F_ERROR_MID,
	F_EMPTY_FIRST,
	F_COMMENTS,
	F_COMMENTS_ONLY,
	F_NOSPACE,
	F_BOM,
	F_MULTI,
	F_ID_LINES,
	F_NO_BLANK,
	F_BAD_EVENT,
	F_NUL_EVENT,
	F_ENDLESS_LINE,
	F_ENDLESS_BODY,
	F_AFTER_DONE,
	F_PASS
};
struct plan {
	const struct error_row *error;
	enum envelope env;
	uint64_t flags;
	unsigned rules;
	enum cut_at cut_at;
	enum cut_how cut_how;
	const char *cut_bytes; /* sent before the cut */
	enum framing framing;
	enum eol eol;
	enum text text;
	enum spoil spoil;
	long delay, slow, pace_bytes, pace_ms;
	long count, deep, max, headers, header_size, status, hollow;
	double price;
	char arg[128], retry[128]; /* ARG of the last, of retry-after */
	char names[MAX_NAMES];	   /* for the log */
};
void plan_init(struct plan *p);
/*
 * Adds the behaviours of ${names} ("long:100+slow:10"); -1 if one is unknown,
 * which is then in p->arg.
 */
int plan_add(struct plan *p, struct span names);
/* The behaviours in the model id ${model}; nothing is empty. */
struct span plan_of_model(struct span model);
bool plan_has(const struct plan *p, enum flag f);

/* errors.c: the service's refusals. */
enum error_extra {
	EX_NO,
	EX_RETRY,
	EX_RETRY_DATE,
	EX_QUOTA
};
struct error_row {
	const char *name;
	int status;
	enum envelope env;
	const char *msg; /* @ is the model */
	const char *code, *type;
	enum error_extra extra;
};
struct conn;
const struct error_row *errors_find(struct span name);
int errors_envelope(struct span name, enum envelope *env);
/* Makes ${row} the answer of ${c}. */
void errors_answer(struct conn *c, const struct error_row *row);
/* An answer of our own words: bad requests, unknown paths. */
void errors_say(struct conn *c, int status, const char *msg);
/* The JSON of an error in a stream. */
void errors_event(struct conn *c, struct buf *out);

/* keys.c: what a key's text says, and what it has left. */
struct key_word {
	const char *word;
	enum {
		ON_ALL,
		ON_CALLS,
		ON_BALANCE
	} scope;
	const char *doing; /* behaviours */
	const char *body;  /* or the body of the balance answer */
	double left;	   /* or its credits, if not -1 */
};
/* Refuses or bends by the key; true if the answer is made. */
bool keys_check(struct conn *c);
/* Takes the price of a good call; true if refused. */
bool keys_charge(struct conn *c);
/* In the headers regime, the four headers with what is left. */
void keys_headers(struct conn *c);
void keys_balance(struct conn *c);
void keys_reset(void);

/* http.c: a request out of c->in. */
struct op;
struct req {
	char method[16], path[MAX_PATH_LEN], key[MAX_NAME], model[MAX_NAME];
	size_t pathlen; /* without the query */
	const struct op *op;
	struct span head, body, messages, format;
	size_t headlen, raw, dec, need; /* raw bytes taken, bytes decoded */
	bool chunked, keepalive, http10, async, have_head, head_method;
	bool has_key, json;
	bool stream, stream_set, usage, tools;
	int think;	    /* -1 not said, 0, 1 */
	long max_tokens;    /* -1 not said */
	double temperature; /* 1 not said */
};
/* 1 whole request, 0 more bytes needed, else minus the status. */
int http_request(struct conn *c);
/* Fills in what the JSON body says. */
void http_members(struct req *r);

/* answer.c: what is answered, as pieces of a body. */
enum phase {
	PH_START,
	PH_REASON,
	PH_TEXT,
	PH_TOOL,
	PH_FINISH,
	PH_USAGE,
	PH_DONE,
	PH_AFTER,
	PH_END
};
struct proto { /* a shape of answers */
	void (*plain)(struct conn *, struct buf *);
	/* One phase's event or events, ${piece} being its text. */
	void (*event)(struct conn *, struct buf *, enum phase, struct span);
	const char *type; /* of a stream */
};
struct answer {
	int status;
	const char *type;
	const struct proto *proto; /* else body is the answer */
	bool stream, charged;
	struct buf body, extra;	 /* extra: header lines */
	struct buf text, reason; /* the inside of JSON strings */
	struct buf prefix;	 /* that every chunk starts with */
	const char *finish;	 /* finish_reason */
	uint64_t prompt_tokens, tokens;
	enum phase phase;
	size_t off;    /* in body, text or reason */
	size_t piece;  /* of a plain body */
	unsigned made; /* content events so far */
	unsigned tool;
	uint64_t sequence; /* of an event, where they are numbered */
	bool half;
};
void answer_init(struct conn *c);
/* Answers with ${p}, of MIME type ${type}; a->body is what follows. */
struct buf *answer_body(struct conn *c, int status, const char *type);
/* Answers in the shape of ${p}: streamed if asked for. */
void answer_as(struct conn *c, const struct proto *p, bool stream);
/* Before the head goes: a body for what needs one whole. */
void answer_settle(struct conn *c);
/* The next piece into ${out}; false when there is none. */
bool answer_next(struct conn *c, struct buf *out);
/* True where a fault in the middle is due. */
bool answer_middle(const struct conn *c);
/* An event of ${data}, called ${name} unless NULL. */
void answer_sse(struct conn *c, struct buf *out, const char *name,
    struct span data);

/* content.c: the words. */
void content_make(struct conn *c);
/* The next delta of ${text} after ${off}. */
struct span content_piece(const struct conn *c, const struct buf *text,
    size_t off);
void content_hollow(struct conn *c);

/* chat.c, anthropic.c, responses.c, media.c, ollama.c: the routes. */
extern const struct proto chat_proto, completions_proto, anthropic_proto,
    responses_proto, ollama_generate_proto, ollama_chat_proto;
void chat_usage(struct conn *c, struct buf *b);
void media_embeddings(struct conn *c);
void media_images(struct conn *c);
void media_task(struct conn *c);
void media_models(struct conn *c);
void media_model(struct conn *c);
void media_init(const char *models);
void ollama_tags(struct conn *c);
void ollama_version(struct conn *c);
void ollama_ps(struct conn *c);
/* The behaviours of a local model; false if the name is no local one. */
bool ollama_plan(struct conn *c);
/* The score's JSON as the content; true if this request wants a score. */
bool ollama_text(struct conn *c);

/* service.c: from a request to its answer. */
enum op_flag {
	OP_KEYED = 1,
	OP_MODEL = 2,
	OP_LOCAL = 4,
	OP_PAID = 8,
	OP_CHAT = 16,
	OP_PREFIX = 32,
	OP_OLLAMA = 64,
	OP_BALANCE = 128,
	OP_ANTHROPIC = 256,
	OP_CONTROL = 512
};
struct op {
	const char *name, *method, *path;
	unsigned flags;
	void (*handle)(struct conn *);
	const struct proto *proto;
};
const struct op *service_op(const struct req *r);
void service_answer(struct conn *c);
const struct op *service_op_at(size_t i); /* NULL past the last */
size_t service_op_index(const struct op *op);

/* wire.c: heads and framing, right and wrong. */
void wire_head(struct conn *c);
/* ${piece} framed into c->out. */
void wire_piece(struct conn *c, const struct buf *piece);
void wire_end(struct conn *c);
bool wire_keeps(const struct conn *c);
const char *wire_reason(int status);

/* script.c: rules that override. */
/* -1 if ${text} is not good: ${why} says what, and the old rules stay. */
int script_load(struct span text, char *why, size_t size);
enum scripted {
	SCRIPT_NONE,
	SCRIPT_BENT,
	SCRIPT_ANSWERED
};
/* Applies the first rule that matches. */
enum scripted script_apply(struct conn *c);
void script_reset(void);

/* stats.c, log.c: what happened. */
extern struct table keys, models, pairs;
void stats_begin(struct conn *c);
void stats_end(struct conn *c);
/* Of an answer; 0 is none. */
void stats_status(int status);
void stats_gone(struct conn *c);
void stats_conn(int delta);
void stats_bytes(size_t in, size_t out);
void stats_answer(struct conn *c);
void stats_reset_answer(struct conn *c);
void stats_script_answer(struct conn *c);
void stats_hurry_answer(struct conn *c);
int log_open(const char *dir);
void log_request(const struct conn *c);

/* conn.c: one connection. */
enum state {
	ST_TLS,
	ST_READ,
	ST_DELAY,
	ST_SEND,
	ST_STALL,
	ST_RESET,
	ST_LINGER,
	ST_DEAD
};
struct conn {
	int fd;
	enum state state;
	struct ssl_st *ssl;
	uint32_t events; /* what epoll watches */
	size_t heap;	 /* place among the timers, 0 none */
	int64_t due, began;
	struct buf in, out;
	size_t scan; /* bytes of c->in without a head's end */
	struct req req;
	struct plan plan;
	struct answer ans;
	struct entry *key, *model, *pair;
	bool counted, last, headed, die_next, reset_next, unsolicited;
	struct conn *prev, *next; /* of the living, or of the dead */
};
void conn_new(int fd, struct ssl_st *ssl);
void conn_event(struct conn *c, uint32_t events);
void conn_timer(struct conn *c);
/* Ends the delays and pauses of all answers that are under way. */
void conn_hurry(void);
/* Frees those that have died, and with ${all} the others too. */
void conn_reap(bool all);

/* loop.c: epoll and timers. */
struct ssl_ctx_st;
int64_t loop_now(void); /* ms, of this turn */
void loop_add(struct conn *c);
void loop_watch(struct conn *c, uint32_t events);
void loop_forget(struct conn *c); /* before its fd is closed */
void loop_at(struct conn *c, int64_t due);
void loop_off(struct conn *c);
/* Serves until a signal ends it. */
void loop_run(int listener, struct ssl_ctx_st *tls);

/* sim.c: the options. */
enum regime {
	BY_CREDITS,
	BY_HEADERS,
	BY_NOTHING
};
struct options {
	enum regime regime;
	double credits, price;
	long account, model, concurrency, cold;
	bool keyless;
	int port;
};
extern struct options opt;

#endif
