/*
 * The sockets that clients connect to: addresses and ports, Unix paths, or
 * those that systemd hands over.
 */
#ifndef PORT_H
#define PORT_H

#include <stddef.h>

struct fault;

struct port {
	int fd;
	int local;	/* only this machine can reach it */
	char name[160]; /* "http://127.0.0.1:8000", "unix:PATH" */
	char *path;	/* of a Unix socket of ours, else NULL */
};

/*
 * Opens "ADDR:PORT" ("[::1]:8000", ":8000" for all addresses, port 0: the
 * kernel's choice) or "unix:PATH". One in use is tried for two seconds. 0, or
 * -1 with *f: EX_USAGE, EX_OSERR.
 */
int port_open(struct port *l, const char *where, int backlog, struct fault *f);

/*
 * The sockets of $LISTEN_FDS, if it is for us: how many (at most max), 0 if
 * there are none, -1 with *f. The variables are removed.
 */
int port_inherited(struct port *l, int max, struct fault *f);

/* Is there a Unix socket at path that nobody listens on any more? */
int port_stale(const char *path);

/* A Unix socket at path, for our own processes. The descriptor or -1. */
int port_unix(const char *path, int backlog);

/* Closes it and removes its path; once is enough. */
void port_close(struct port *l);

#endif
