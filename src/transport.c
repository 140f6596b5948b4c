/* What libcurl's codes mean here, and where it has one code for two things. */
#include <sys/socket.h>

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "classify.h"
#include "transport.h"

enum {
	CURL_LINE = 100 * 1024, /* curl's own bound of a header line */
	TOO_LARGE = 100		/* CURLE_TOO_LARGE, since 8.6 */
};

int
transport_ours(int e)
{
	return e == EMFILE || e == ENFILE || e == ENOMEM || e == ENOBUFS;
}

/* Had a resolver no descriptor to ask with? Then we have none either. */
static int
is_short(int *refused)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 && transport_ours(errno))
		*refused = errno;
	if (fd != -1)
		close(fd);
	return *refused != 0;
}

/* Is there room for what curl may have wanted? */
static int
has_room(void)
{
	void *volatile p = malloc(2 * (size_t)CURL_LINE); /* do try */
	int room = p != NULL;

	free(p);
	return room;
}

int
transport_of(int code, int begun, int sent, int *refused)
{
	switch (code) {
	case CURLE_OK:
		return TRANSPORT_OK;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return is_short(refused) ? TRANSPORT_SYSTEM : TRANSPORT_NETWORK;
	case CURLE_COULDNT_CONNECT:
		return *refused != 0 ? TRANSPORT_SYSTEM : TRANSPORT_NETWORK;
	case CURLE_FAILED_INIT:
	case CURLE_SSL_CACERT_BADFILE: /* a file of ours */
		return TRANSPORT_SYSTEM;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_USE_SSL_FAILED:
		return TRANSPORT_TLS;
	case CURLE_OUT_OF_MEMORY:
		/* a header line past its bound, too, in older versions */
		return has_room() && !begun && sent ? TRANSPORT_TOOBIG :
						      TRANSPORT_SYSTEM;
	case CURLE_WRITE_ERROR: /* we took no more of the headers */
	case TOO_LARGE:		/* of a header line, as newer curls say it */
		return TRANSPORT_TOOBIG;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9, that is no HTTP */
	case CURLE_BAD_CONTENT_ENCODING:
		return TRANSPORT_CUT;
	default:
		return begun ? TRANSPORT_CUT : TRANSPORT_NETWORK;
	}
}
