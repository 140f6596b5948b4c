/*
 * Files into data: URLs (RFC 2397).
 */
#include <sys/types.h>

#include <errno.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "buf.h"
#include "fault.h"
#include "image.h"

/* Does s begin with these bytes, '?' standing for any? */
static int
fits(const unsigned char *s, const char *magic, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (magic[i] != '?' && s[i] != (unsigned char)magic[i])
			return 0;
	return 1;
}

const char *
image_type(const unsigned char *s, size_t n)
{
	static const struct {
		const char *magic;
		size_t len;
		const char *type;
	} types[] = { { "\x89PNG\r\n\x1a\n", 8, "image/png" },
		{ "\xff\xd8\xff", 3, "image/jpeg" },
		{ "GIF87a", 6, "image/gif" }, { "GIF89a", 6, "image/gif" },
		{ "RIFF????WEBP", 12, "image/webp" },
		{ "BM????\0\0\0\0", 10, "image/bmp" },
		{ "II*\0", 4, "image/tiff" }, { "MM\0*", 4, "image/tiff" },
		{ "????ftypavif", 12, "image/avif" },
		{ "????ftypheic", 12, "image/heic" } };
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (n >= types[i].len && fits(s, types[i].magic, types[i].len))
			return types[i].type;
	return NULL;
}

static char *
data_url(const struct buf *b, const char *type)
{
	size_t room = (b->len + 2) / 3 * 4 + 1;
	char *url;
	int n;

	n = asprintf(&url, "data:%s;base64,%*s", type, (int)room, "");
	if (n == -1)
		return NULL;
	if (b64_ntop((const unsigned char *)b->d, b->len,
		url + (size_t)n - room, room) == -1) {
		free(url);
		errno = EINVAL;
		return NULL;
	}
	return url;
}

char *
image_url(const char *arg, struct fault *f)
{
	struct buf b;
	const char *type;
	char *url = NULL;

	if (strncasecmp(arg, "https://", 8) == 0 ||
	    strncasecmp(arg, "http://", 7) == 0 ||
	    strncasecmp(arg, "data:", 5) == 0) {
		if ((url = strdup(arg)) == NULL)
			fault_set(f, EX_OSERR, "%s", strerror(errno));
		return url;
	}
	buf_init(&b, IMAGE_MAX);
	if (buf_load(&b, arg) == -1) {
		if (errno == EFBIG)
			fault_set(f, EX_DATAERR, "%s: over %d MiB", arg,
			    IMAGE_MAX >> 20);
		else
			fault_set(f, EX_NOINPUT, "%s: %s", arg,
			    strerror(errno));
	} else if ((type = image_type((unsigned char *)b.d, b.len)) == NULL)
		fault_set(f, EX_DATAERR, "%s: not an image that is known", arg);
	else if ((url = data_url(&b, type)) == NULL)
		fault_set(f, EX_OSERR, "%s: %s", arg, strerror(errno));
	buf_free(&b);
	return url;
}
