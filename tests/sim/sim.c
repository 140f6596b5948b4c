/*
 * A stand-in for the model service, its balance endpoint and a local model
 * server, all on one loopback port. README.md says what it can do.
 */
#include <arpa/inet.h>
#include <err.h>
#include <getopt.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim.h"

struct options opt = {
	.credits = 250, .price = 1, .account = 2000, .model = 200, .cold = 6000
};

static void
usage(FILE *to)
{
	fprintf(to,
	    "usage: simulator [--port N] [--log DIR] "
	    "[--regime headers|credits|none]\n"
	    "\t[--credits N] [--price N] [--account-limit N] "
	    "[--model-limit N]\n"
	    "\t[--concurrency N] [--models ID,...] [--script FILE] "
	    "[--keyless]\n"
	    "\t[--cold MS] [--tls CERT KEY]\n");
}

static long
number(const char *name, const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end != '\0' || n < 0)
		errx(64, "--%s: not a number: %s", name, text);
	return n;
}

static double
fraction(const char *name, const char *text)
{
	char *end;
	double n = strtod(text, &end);

	if (end == text || *end != '\0')
		errx(64, "--%s: not a number: %s", name, text);
	return n;
}

static enum regime
regime(const char *text)
{
	if (strcmp(text, "credits") == 0)
		return BY_CREDITS;
	if (strcmp(text, "headers") == 0)
		return BY_HEADERS;
	if (strcmp(text, "none") == 0)
		return BY_NOTHING;
	errx(64, "--regime: want headers, credits or none, got %s", text);
}

static void
script(const char *path)
{
	struct buf b = { 0 };
	char why[128] = "no memory";

	if (buf_file(&b, path) == -1)
		err(66, "%s", path);
	if (script_load((struct span){ b.p, b.len }, why, sizeof(why)) == -1)
		errx(65, "%s: %s", path, why);
	buf_free(&b);
}

static SSL_CTX *
tls_new(const char *cert, const char *key)
{
	SSL_CTX *tls;

	if ((tls = SSL_CTX_new(TLS_server_method())) == NULL ||
	    SSL_CTX_use_certificate_chain_file(tls, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
		errx(65, "%s, %s: %s", cert, key,
		    ERR_reason_error_string(ERR_get_error()));
	SSL_CTX_set_mode(tls,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	return tls;
}

static int
listen_at(int *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)*port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	int fd, on = 1;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		err(71, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    listen(fd, 4096) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) == -1)
		err(71, "port %d", *port);
	*port = ntohs(sin.sin_port);
	return fd;
}

static void
raise_files(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		setrlimit(RLIMIT_NOFILE, &rl);
	}
}

enum {
	O_PORT = 1,
	O_LOG,
	O_REGIME,
	O_CREDITS,
	O_PRICE,
	O_ACCOUNT,
	O_MODEL,
	O_CONCURRENCY,
	O_MODELS,
	O_SCRIPT,
	O_KEYLESS,
	O_COLD,
	O_TLS
};
static const struct option longopts[] = { { "port", required_argument, NULL,
					      O_PORT },
	{ "log", required_argument, NULL, O_LOG },
	{ "regime", required_argument, NULL, O_REGIME },
	{ "credits", required_argument, NULL, O_CREDITS },
	{ "price", required_argument, NULL, O_PRICE },
	{ "account-limit", required_argument, NULL, O_ACCOUNT },
	{ "model-limit", required_argument, NULL, O_MODEL },
	{ "concurrency", required_argument, NULL, O_CONCURRENCY },
	{ "models", required_argument, NULL, O_MODELS },
	{ "script", required_argument, NULL, O_SCRIPT },
	{ "keyless", no_argument, NULL, O_KEYLESS },
	{ "cold", required_argument, NULL, O_COLD },
	{ "tls", required_argument, NULL, O_TLS },
	{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };

static SSL_CTX *
option(int ch, int argc, char *argv[])
{
	switch (ch) {
	case O_PORT:
		opt.port = (int)number("port", optarg);
		break;
	case O_LOG:
		if (log_open(optarg) == -1)
			err(73, "%s", optarg);
		break;
	case O_REGIME:
		opt.regime = regime(optarg);
		break;
	case O_CREDITS:
		opt.credits = fraction("credits", optarg);
		break;
	case O_PRICE:
		opt.price = fraction("price", optarg);
		break;
	case O_ACCOUNT:
		opt.account = number("account-limit", optarg);
		break;
	case O_MODEL:
		opt.model = number("model-limit", optarg);
		break;
	case O_CONCURRENCY:
		opt.concurrency = number("concurrency", optarg);
		break;
	case O_MODELS:
		media_init(optarg);
		break;
	case O_SCRIPT:
		script(optarg);
		break;
	case O_KEYLESS:
		opt.keyless = true;
		break;
	case O_COLD:
		opt.cold = number("cold", optarg);
		break;
	case O_TLS:
		if (optind == argc)
			errx(64, "--tls: want two files");
		return tls_new(optarg, argv[optind++]);
	case 'h':
		usage(stdout);
		exit(0);
	default:
		usage(stderr);
		exit(64);
	}
	return NULL;
}

int
main(int argc, char *argv[])
{
	SSL_CTX *tls = NULL, *made;
	int ch, fd;

	/* "+": so that the second file of --tls stays behind its option. */
	while ((ch = getopt_long(argc, argv, "+h", longopts, NULL)) != -1)
		if ((made = option(ch, argc, argv)) != NULL)
			tls = made;
	if (optind < argc) {
		usage(stderr);
		return 64;
	}
	raise_files();
	fd = listen_at(&opt.port);
	printf("%s://127.0.0.1:%d\n", tls == NULL ? "http" : "https", opt.port);
	if (fflush(stdout) == EOF)
		err(74, "stdout");
	loop_run(fd, tls);
	close(fd);
	SSL_CTX_free(tls);
	return 0;
}
