/* Requests as upstreams get them, translated or not. */
#include <string.h>
#include <sysexits.h>

#include "api.h"
#include "fault.h"
#include "outbound.h"
#include "request.h"
#include "tap.h"

#define TEXT \
	"{\"model\":\"auto\",\"models\":[\"a\"],\"system\":\"s\"," \
	"\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
#define KEPT "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
#define CHAT \
	"\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{" \
	"\"role\":\"user\",\"content\":\"hi\"}]"

static int
made(struct outbound *o, int translated, int repairs, const char *want)
{
	struct fault f;

	return outbound_make(o, translated, "m", repairs, &f) == 0 &&
	    strcmp(o->body.d, want) == 0;
}

int
main(void)
{
	static const char bad[] = "{\"messages\":7}";
	struct outbound o;
	struct fault f;

	outbound_init(&o, api_named("messages"), TEXT, strlen(TEXT));
	ok(made(&o, 0, 0, "{\"model\":\"m\",\"system\":\"s\"," KEPT "}"),
	    "as it came, but for what is ours");
	ok(strcmp(outbound_path(&o), "/messages") == 0 && !outbound_chat(&o),
	    "to its own path");
	ok(made(&o, 1, 0, "{\"model\":\"m\"," CHAT "}"), "translated");
	ok(strcmp(outbound_path(&o), "/chat/completions") == 0 &&
		outbound_chat(&o),
	    "to that of chats");
	ok(made(&o, 1, REPAIR_THINK_OFF,
	       "{\"model\":\"m\"," CHAT ",\"enable_thinking\":false}"),
	    "repaired");
	ok(made(&o, 0, 0, "{\"model\":\"m\",\"system\":\"s\"," KEPT "}"),
	    "and for another upstream as it came");
	outbound_free(&o);
	outbound_init(&o, api_named("messages"), bad, strlen(bad));
	ok(outbound_make(&o, 1, "m", 0, &f) == -1 && f.status == EX_DATAERR,
	    "what cannot be translated");
	outbound_free(&o);
	return done();
}
