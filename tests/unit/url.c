/* Which URLs may be asked, with and without leave for plain http. */
#include <string.h>

#include "tap.h"
#include "url.h"

static const struct {
	const char *url;
	int ok, plain;
} urls[] = {
	{ "https://api-inference.modelscope.cn/v1", 1, 1 },
	{ "HTTPS://Example.COM", 1, 1 },
	{ "https://example.com:8443/a?b=c#d", 1, 1 },
	{ "https://[2001:db8::1]:443/", 1, 1 },
	{ "http://localhost:11434", 1, 1 },
	{ "http://LOCALHOST", 1, 1 },
	{ "http://127.0.0.1:8000/v1", 1, 1 },
	{ "http://127.255.0.9/", 1, 1 },
	{ "http://[::1]:8080/v1", 1, 1 },
	{ "http://example.com/v1", 0, 1 },
	{ "http://192.168.0.1:11434", 0, 1 },
	{ "http://[2001:db8::1]", 0, 1 },
	{ "http://127.0.0.1.example.com/", 0, 1 },
	{ "http://localhost.example.com/", 0, 1 },
	{ "http://127.1/", 0, 1 },
	{ "http://ollama:11434", 0, 1 },
	{ "http://localhost:80@example.com/", 0, 0 },
	{ "https://user:secret@example.com/", 0, 0 },
	{ "https://example.com\\@localhost/", 0, 0 },
	{ "http://localhost#@example.com/", 1, 1 },
	{ "ftp://localhost/", 0, 0 },
	{ "file:///etc/passwd", 0, 0 },
	{ "https:/example.com", 0, 0 },
	{ "https://", 0, 0 },
	{ "https:///v1", 0, 0 },
	{ "https://:443/", 0, 0 },
	{ "https://example.com:", 0, 0 },
	{ "https://example.com:0", 0, 0 },
	{ "https://example.com:65536", 0, 0 },
	{ "https://example.com:99999999999", 0, 0 },
	{ "https://example.com:8a/", 0, 0 },
	{ "https://[::1", 0, 0 },
	{ "https://[]/", 0, 0 },
	{ "https://[::1]x/", 0, 0 },
	{ "https://[fe80::1%25eth0]/", 0, 0 },
	{ "https://exa mple.com/", 0, 0 },
	{ "https://example.com/\n", 0, 0 },
	{ "https://ex\xc3\xa4mple.com/", 0, 0 },
	{ "https://%6cocalhost/", 0, 0 },
	{ "example.com/v1", 0, 0 },
	{ "", 0, 0 },
};

int
main(void)
{
	char long_host[400];
	size_t i;

	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		ok(url_ok(urls[i].url, 0) == urls[i].ok, "row %zu", i);
		ok(url_ok(urls[i].url, 1) == urls[i].plain, "row %zu, plain",
		    i);
	}
	memset(long_host, 'a', sizeof(long_host));
	memcpy(long_host, "https://", 8);
	long_host[8 + 253] = '\0';
	ok(url_ok(long_host, 0), "a host of 253 bytes");
	long_host[8 + 253] = 'a';
	long_host[8 + 254] = '\0';
	ok(!url_ok(long_host, 0), "a host of 254 bytes");
	return done();
}
