/* Images: told by their first bytes, and as URLs. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "fault.h"
#include "image.h"
#include "tap.h"

#define BYTES(s) s, sizeof(s) - 1

static const struct {
	const char *name, *in;
	size_t n;
	const char *type;
} types[] = {
	{ "PNG", BYTES("\x89PNG\r\n\x1a\n...."), "image/png" },
	{ "PNG after a text transfer", BYTES("\x89PNG\n\x1a\n...."), NULL },
	{ "JPEG", BYTES("\xff\xd8\xff\xe0"), "image/jpeg" },
	{ "GIF", BYTES("GIF89a"), "image/gif" },
	{ "old GIF", BYTES("GIF87a"), "image/gif" },
	{ "no GIF", BYTES("GIF88a"), NULL },
	{ "WebP", BYTES("RIFF\x01\x02\x03\x04WEBPVP8 "), "image/webp" },
	{ "no WebP", BYTES("an old\r\nWEBPAGE"), NULL },
	{ "another RIFF", BYTES("RIFF....WAVE"), NULL },
	{ "BMP", BYTES("BM\x36\x10\0\0\0\0\0\0\x36\0"), "image/bmp" },
	{ "no BMP", BYTES("BMW is a maker of cars"), NULL },
	{ "TIFF", BYTES("II*\0...."), "image/tiff" },
	{ "TIFF, big end first", BYTES("MM\0*...."), "image/tiff" },
	{ "AVIF",
	    BYTES("\0\0\0\x20"
		  "ftypavif"),
	    "image/avif" },
	{ "HEIC",
	    BYTES("\0\0\0\x20"
		  "ftypheic"),
	    "image/heic" },
	{ "a film",
	    BYTES("\0\0\0\x20"
		  "ftypisom"),
	    NULL },
	{ "text", BYTES("hello, world"), NULL },
	{ "nothing", BYTES(""), NULL },
};

static void
sniff(void)
{
	const char *got;
	unsigned char *p;
	size_t i, n;
	int cut;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		/* Each beginning, in its own memory. */
		for (cut = 0, n = 0; n <= types[i].n; n++) {
			if ((p = malloc(n + (n == 0))) == NULL)
				abort();
			memcpy(p, types[i].in, n);
			got = image_type(p, n);
			free(p);
			cut |= got != NULL &&
			    (types[i].type == NULL ||
				strcmp(got, types[i].type) != 0);
		}
		ok(!cut && (got == NULL) == (types[i].type == NULL), "%s: %s",
		    types[i].name, got == NULL ? "none" : got);
	}
}

/* Writes n bytes to path. */
static void
make(const char *path, const char *s, size_t n)
{
	FILE *fp = fopen(path, "w");

	if (fp == NULL || fwrite(s, 1, n, fp) != n || fclose(fp) != 0)
		abort();
}

static const struct {
	const char *name, *arg, *want; /* want NULL: refused */
	int status;
} urls[] = {
	{ "a URL", "https://x/y.png?a=b", "https://x/y.png?a=b", 0 },
	{ "a plain URL", "HTTP://x/y", "HTTP://x/y", 0 },
	{ "a data: URL",
	    "data:image/png;base64,AA==", "data:image/png;base64,AA==", 0 },
	{ "a file", "gif", "data:image/gif;base64,R0lGODlhAA==", 0 },
	{ "a file of a length by three", "jpeg", "data:image/jpeg;base64,/9j/",
	    0 },
	{ "a text", "text", NULL, EX_DATAERR },
	{ "an empty file", "empty", NULL, EX_DATAERR },
	{ "no file", "nothing", NULL, EX_NOINPUT },
	{ "no name", "", NULL, EX_NOINPUT },
	{ "a folder", ".", NULL, EX_NOINPUT },
	{ "a file too large", "large", NULL, EX_DATAERR },
};

static void
make_urls(void)
{
	struct fault f;
	size_t i;
	char *url;

	make("gif", BYTES("GIF89a\0"));
	make("jpeg", BYTES("\xff\xd8\xff"));
	make("text", BYTES("hello"));
	make("empty", BYTES(""));
	make("large", BYTES("GIF89a"));
	if (truncate("large", (off_t)IMAGE_MAX + 1) == -1)
		abort();
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		memset(&f, 0, sizeof(f));
		url = image_url(urls[i].arg, &f);
		ok(f.status == urls[i].status &&
			(url == NULL) == (urls[i].want == NULL) &&
			(url == NULL || strcmp(url, urls[i].want) == 0),
		    "%s: %s", urls[i].name, url == NULL ? f.text : url);
		free(url);
	}
}

int
main(void)
{
	static const char *const made[] = { "gif", "jpeg", "text", "empty",
		"large" };
	char dir[] = "/tmp/ms-image.XXXXXX";
	size_t i;

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 1;
	sniff();
	make_urls();
	for (i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		unlink(made[i]);
	if (chdir("/") == -1 || rmdir(dir) == -1)
		return 1;
	return done();
}
