/* report: the forms of ms-balance's output. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "balance.h"
#include "buf.h"
#include "conf.h"
#include "fault.h"
#include "keys.h"
#include "report.h"
#include "state.h"
#include "table.h"
#include "tap.h"

static const char text[] = "{\"models\":[]}";
static const char lines[] = "工作 ms-00000000-0000-0000-0000-00000000000a\n"
			    "ms-00000000-0000-0000-0000-00000000000b\n"
			    "a,\"b\" ms-key-three modelscope,ai\n";
static struct balance *b;
static struct buf out;
static const struct table_style plain = { 0, 1, 0 };

static void
print(enum report_format format, unsigned states, int attention, double warn,
    const char *want, const char *name)
{
	struct report r = { .format = format,
		.states = states,
		.attention = attention,
		.plugin = !isnan(warn),
		.warn = warn,
		.crit = NAN,
		.style = &plain };

	buf_cut(&out, 0);
	ok(report_print(&r, b, &out) == 0, "prints");
	if (!ok(strcmp(out.d, want) == 0, "%s", name))
		printf("# got:\n%s# want:\n%s", out.d, want);
}

static void
forms(void)
{
	print(REPORT_JSON, 1u << STATE_OK, 0, NAN,
	    "{\"success\":false,\"data\":[{\"key\":\"工作\",\"model\":null,"
	    "\"request_limit\":null,\"request_remaining\":null,"
	    "\"model_request_limit\":null,\"model_request_remaining\":null,"
	    "\"balance\":{\"available\":142.5,\"total\":150,\"frozen\":7.5},"
	    "\"state\":\"ok\",\"latency_ms\":12,\"error\":null,"
	    "\"hint\":null}],\"summary\":{\"ok\":1,\"exhausted\":1,"
	    "\"rate_limited\":0,\"invalid_key\":1,\"unbound_account\":0,"
	    "\"unverified_account\":0,\"no_permission\":0,"
	    "\"no_such_model\":0,\"unavailable\":0,\"hollow\":0,"
	    "\"network_error\":0,\"timeout\":0,\"bad_response\":0,"
	    "\"unknown\":0,\"credits\":142.5},"
	    "\"message\":\"2 succeeded, 1 failed\"}\n",
	    "JSON");
	print(REPORT_CSV, ~0u, 1, NAN,
	    "key,model,request_limit,request_remaining,model_request_limit,"
	    "model_request_remaining,available,total,frozen,state,"
	    "latency_ms,error\r\n"
	    "ms-0000…000b,,2000,0,,,,,,exhausted,,\r\n"
	    "\"a,\"\"b\"\"\",,,,,,,,,invalid_key,,\"HTTP 401: no, \"\"no\"\"\""
	    "\r\n",
	    "CSV of those that need attention");
	print(REPORT_KEYS, 1u << STATE_OK | 1u << STATE_INVALID_KEY, 0, NAN,
	    "工作 ms-00000000-0000-0000-0000-00000000000a\n"
	    "a,\"b\" ms-key-three modelscope,ai\n",
	    "keys");
	print(REPORT_TABLE, ~0u, 0, NAN,
	    "KEY           STATE        CREDITS  FROZEN  REQUESTS  MS  ERROR\n"
	    "工作          ok             142.5     7.5         -  12\n"
	    "ms-0000…000b  exhausted          -            0/2000   -\n"
	    "a,\"b\"         invalid_key        -                 -   -  "
	    "HTTP 401: no, \"no\"\n"
	    "1 ok, 1 exhausted, 1 invalid_key; 142.5 credits available\n"
	    "exhausted: sign in at modelscope.cn for today's credits\n"
	    "invalid_key: get one at https://modelscope.cn/my/myaccesstoken, "
	    "then: ms key add\n",
	    "the table");
	print(REPORT_TABLE, 1u << STATE_OK, 1, 100, "",
	    "a table of nothing that needs attention is silent");
	print(REPORT_TABLE, 1u << STATE_OK, 0, 150,
	    "BALANCE CRITICAL - 0 ok, 2 warning, 1 critical, 0 unknown | "
	    "credits=142.5\n"
	    "KEY   STATE  CREDITS  FROZEN  MS\n"
	    "工作  ok       142.5     7.5  12\n"
	    "1 ok, 1 exhausted, 1 invalid_key; 142.5 credits available\n"
	    "exhausted: sign in at modelscope.cn for today's credits\n"
	    "invalid_key: get one at https://modelscope.cn/my/myaccesstoken, "
	    "then: ms key add\n",
	    "a plugin's first line");
}

int
main(void)
{
	struct fault f = { 0 };
	struct conf *conf = conf_parse(text, strlen(text), "m", &f, NULL);
	struct keys *keys = keys_parse(lines, strlen(lines), "k", &f, NULL);

	if (conf == NULL || keys == NULL ||
	    (b = balance_new(conf, keys, NULL, 0)) == NULL) {
		printf("Bail out! %s\n", f.text);
		return 1;
	}
	buf_init(&out, 100000);
	b->rows[0].state = STATE_OK;
	b->rows[0].latency = 12;
	b->accounts[0].available = 142.5;
	b->accounts[0].total = 150;
	b->accounts[0].frozen = 7.5;
	b->rows[1].state = STATE_EXHAUSTED;
	b->rows[1].limit = 2000;
	b->rows[1].left = 0;
	balance_set(&b->rows[2], STATE_INVALID_KEY, "HTTP 401: no, \"no\"");
	forms();
	ok(report_named("csv") == REPORT_CSV &&
		report_named("xml") == REPORT_MAX,
	    "names");
	buf_free(&out);
	balance_free(b);
	keys_free(keys);
	conf_free(conf);
	return done();
}
