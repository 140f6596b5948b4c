/* The request as an upstream gets it. */
#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "api.h"
#include "fault.h"
#include "outbound.h"
#include "request.h"
#include "translate.h"

void
outbound_init(struct outbound *o, const struct api *a, const char *text,
    size_t n)
{
	memset(o, 0, sizeof(*o));
	o->api = a;
	o->text = text;
	o->n = n;
	buf_init(&o->chat, REQUEST_MAX);
	buf_init(&o->body, REQUEST_MAX);
}

void
outbound_free(struct outbound *o)
{
	buf_free(&o->chat);
	buf_free(&o->body);
}

int
outbound_make(struct outbound *o, int translated, const char *model,
    int repairs, struct fault *f)
{
	const char *text = o->text;
	size_t n = o->n;

	o->translated = translated;
	if (translated) {
		if (o->chat.len == 0 &&
		    o->api->translate->request(&o->chat, text, n, f) == -1)
			return -1;
		text = o->chat.d;
		n = o->chat.len;
	}
	buf_cut(&o->body, 0);
	if (request_send(&o->body, text, n, model, repairs) == -1)
		return fault_set(f, EX_OSERR, "request: %s", strerror(errno));
	return 0;
}

const char *
outbound_path(const struct outbound *o)
{
	return o->translated ? api_named("chat")->path : o->api->path;
}

int
outbound_chat(const struct outbound *o)
{
	return o->translated || o->api->kind == API_CHAT;
}
