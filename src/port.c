/* Listening sockets. */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "fault.h"
#include "port.h"

enum {
	INHERITED_FIRST = 3,
	HOST_MAX = 256,
	TRIES = 20, /* of an address in use */
	PAUSE = 100 /* ms between them */
};

/* Names the socket, and says whether only this machine can reach it. */
static int
describe(struct port *l)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
		struct sockaddr_storage ss;
	} a;
	socklen_t len = sizeof(a);
	char addr[INET6_ADDRSTRLEN];

	memset(&a, 0, sizeof(a));
	if (getsockname(l->fd, &a.sa, &len) == -1)
		return -1;
	switch (a.sa.sa_family) {
	case AF_INET:
		l->local = ntohl(a.in.sin_addr.s_addr) >> 24 == 127;
		snprintf(l->name, sizeof(l->name), "http://%s:%d",
		    inet_ntop(AF_INET, &a.in.sin_addr, addr, sizeof(addr)),
		    ntohs(a.in.sin_port));
		return 0;
	case AF_INET6:
		l->local = IN6_IS_ADDR_LOOPBACK(&a.in6.sin6_addr);
		snprintf(l->name, sizeof(l->name), "http://[%s]:%d",
		    inet_ntop(AF_INET6, &a.in6.sin6_addr, addr, sizeof(addr)),
		    ntohs(a.in6.sin6_port));
		return 0;
	case AF_UNIX:
		l->local = 1;
		snprintf(l->name, sizeof(l->name), "unix:%.*s",
		    (int)sizeof(a.un.sun_path), a.un.sun_path);
		return 0;
	default:
		errno = EAFNOSUPPORT;
		return -1;
	}
}

int
port_unix(const char *path, int backlog)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd, e;

	if (strlcpy(un.sun_path, path, sizeof(un.sun_path)) >=
	    sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -1;
	if (bind(fd, (struct sockaddr *)&un, sizeof(un)) == 0 &&
	    listen(fd, backlog) == 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

/*
 * What is left of a server that was killed needs a moment to let its address
 * go. -1: it is not that which went wrong, or has been for too long.
 */
static int
again(int *tries)
{
	if (errno != EADDRINUSE || ++*tries == TRIES)
		return -1;
	poll(NULL, 0, PAUSE);
	return 0;
}

int
port_stale(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct stat st;
	int fd, stale;

	if (lstat(path, &st) == -1 || !S_ISSOCK(st.st_mode) ||
	    strlcpy(un.sun_path, path, sizeof(un.sun_path)) >=
		sizeof(un.sun_path) ||
	    (fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		 0)) == -1)
		return 0;
	stale = connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1 &&
	    errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static int
open_unix(struct port *l, const char *path, int backlog, struct fault *f)
{
	mode_t mask = umask(077);
	int tries = 0;

	do {
		if (port_stale(path))
			unlink(path);
		l->fd = port_unix(path, backlog);
	} while (l->fd == -1 && again(&tries) == 0);
	umask(mask);
	if (l->fd == -1 || describe(l) == -1 ||
	    (l->path = strdup(path)) == NULL)
		return fault_set(f, EX_OSERR, "unix:%s: %s", path,
		    strerror(errno));
	return 0;
}

static int
open_one(struct port *l, const struct addrinfo *ai, int backlog)
{
	int one = 1, e;

	l->fd = socket(ai->ai_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd == -1)
		return -1;
	setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(l->fd, ai->ai_addr, ai->ai_addrlen) == 0 &&
	    listen(l->fd, backlog) == 0 && describe(l) == 0)
		return 0;
	e = errno;
	close(l->fd);
	l->fd = -1;
	errno = e;
	return -1;
}

/* "host:port" or "[host]:port" into its parts. */
static int
split(const char *where, char host[HOST_MAX], const char **port)
{
	const char *colon = strrchr(where, ':'), *why;
	size_t n;

	if (colon == NULL || colon[1] == '\0')
		return -1;
	*port = colon + 1;
	n = (size_t)(colon - where);
	if (n >= 2 && where[0] == '[' && where[n - 1] == ']') {
		where++;
		n -= 2;
	} else if (memchr(where, ':', n) != NULL) {
		return -1;
	}
	/* getaddrinfo() takes more, and what is left of it in 16 bits */
	(void)strtonum(*port, 0, 65535, &why);
	if (why != NULL || n >= HOST_MAX)
		return -1;
	memcpy(host, where, n);
	host[n] = '\0';
	return 0;
}

int
port_open(struct port *l, const char *where, int backlog, struct fault *f)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM },
			*res, *ai;
	char host[HOST_MAX];
	const char *port;
	int rc, tries = 0;

	memset(l, 0, sizeof(*l));
	l->fd = -1;
	/* without a path the kernel would choose a name, for anyone */
	if (strncmp(where, "unix:", 5) == 0 && where[5] != '\0')
		return open_unix(l, where + 5, backlog, f);
	if (split(where, host, &port) == -1)
		return fault_set(f, EX_USAGE,
		    "%s: want ADDR:PORT, [ADDR]:PORT or unix:PATH", where);
	rc = getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &res);
	if (rc != 0)
		return fault_set(f, EX_USAGE, "%s: %s", where,
		    gai_strerror(rc));
	do
		for (ai = res; ai != NULL && l->fd == -1; ai = ai->ai_next)
			open_one(l, ai, backlog);
	while (l->fd == -1 && again(&tries) == 0);
	rc = errno;
	freeaddrinfo(res);
	if (l->fd == -1)
		return fault_set(f, EX_OSERR, "%s: %s", where, strerror(rc));
	return 0;
}

static int
listens(int fd)
{
	socklen_t len = sizeof(int);
	int is = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is, &len) == -1)
		return 0;
	errno = EINVAL;
	return is;
}

int
port_inherited(struct port *l, int max, struct fault *f)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	const char *why = NULL;
	int n = 0, i;

	if (pid != NULL && fds != NULL &&
	    strtonum(pid, 1, 1 << 30, NULL) == getpid())
		n = (int)strtonum(fds, 0, max, &why);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (why != NULL)
		return fault_set(f, EX_USAGE, "LISTEN_FDS: %s", why);
	for (i = 0; i < n; i++) {
		memset(&l[i], 0, sizeof(l[i]));
		l[i].fd = INHERITED_FIRST + i;
		if (!listens(l[i].fd) || describe(&l[i]) == -1 ||
		    fcntl(l[i].fd, F_SETFD, FD_CLOEXEC) == -1)
			return fault_set(f, EX_OSERR, "socket %d of %d: %s",
			    i + 1, n, strerror(errno));
	}
	return n;
}

void
port_close(struct port *l)
{
	if (l->path != NULL)
		unlink(l->path);
	free(l->path);
	l->path = NULL;
	if (l->fd != -1)
		close(l->fd);
	l->fd = -1;
}
