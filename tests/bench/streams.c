/*
 * streams PORT N MODEL: N requests for a stream of MODEL at once, each of its
 * own connection. Prints events a second (from the first request to the last
 * end), how many streams ended without [DONE], and in ms the 99th percentiles
 * of a stream's length, from its first byte to its end, and of the time from
 * its request to its end.
 */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct stream {
	int fd;
	int match; /* of "data:", across reads */
	int done;  /* of "[DONE]" */
	double begun, first, ended;
};

static long events;

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* How much of word has been seen, up to and with the byte c. */
static int
step(int match, const char *word, char c)
{
	if (word[match] == '\0')
		return match;
	return word[match] == c ? match + 1 : word[0] == c;
}

static void
count(struct stream *s, const char *p, ssize_t n)
{
	for (; n > 0; n--, p++) {
		s->done = step(s->done, "[DONE]", *p);
		s->match = step(s->match, "data:", *p);
		if (s->match == 5) {
			events++;
			s->match = 0;
		}
	}
}

static void
begin(struct stream *s, int port, const char *model)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	char body[200], req[500];
	int n;

	in.sin_port = htons((uint16_t)port);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	n = snprintf(body, sizeof(body),
	    "{\"model\":\"%s\",\"stream\":true,"
	    "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
	    model);
	n = snprintf(req, sizeof(req),
	    "POST /v1/chat/completions HTTP/1.1\r\n"
	    "Host: localhost\r\nAuthorization: Bearer ms-bench\r\n"
	    "Content-Type: application/json\r\nConnection: close\r\n"
	    "Content-Length: %d\r\n\r\n%s",
	    n, body);
	if ((s->fd = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
	    connect(s->fd, (struct sockaddr *)&in, sizeof(in)) == -1 ||
	    write(s->fd, req, (size_t)n) != n)
		err(1, "stream");
	s->begun = now();
}

static int
shorter(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* The 99th percentile of n times. */
static double
p99(double *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), shorter);
	return v[n - 1 - n / 100];
}

int
main(int argc, char *argv[])
{
	static char buf[256 * 1024];
	struct epoll_event ev = { .events = EPOLLIN }, got[64];
	struct stream *v, *s;
	int i, k, n, live, cut = 0, ep = epoll_create1(0);
	double t, *length, *whole;
	ssize_t len;

	if (argc != 4)
		return 64;
	n = live = (int)strtol(argv[2], NULL, 10);
	if ((v = calloc((size_t)n, sizeof(*v))) == NULL ||
	    (length = calloc((size_t)n, sizeof(*length))) == NULL ||
	    (whole = calloc((size_t)n, sizeof(*whole))) == NULL)
		err(1, NULL);
	t = now();
	for (i = 0; i < n; i++) {
		begin(&v[i], (int)strtol(argv[1], NULL, 10), argv[3]);
		ev.data.ptr = &v[i];
		epoll_ctl(ep, EPOLL_CTL_ADD, v[i].fd, &ev);
	}
	while (live > 0) {
		k = epoll_wait(ep, got, 64, -1);
		for (i = 0; i < k; i++) {
			s = got[i].data.ptr;
			if ((len = read(s->fd, buf, sizeof(buf))) > 0) {
				if (s->first == 0)
					s->first = now();
				count(s, buf, len);
				continue;
			}
			s->ended = now();
			cut += s->done != 6;
			close(s->fd);
			live--;
		}
	}
	t = now() - t;
	for (i = 0; i < n; i++) {
		length[i] = v[i].ended - v[i].first;
		whole[i] = v[i].ended - v[i].begun;
	}
	printf("%.0f %d %.0f %.0f\n", (double)events / t * 1e3, cut,
	    p99(length, n), p99(whole, n));
	free(length);
	free(whole);
	free(v);
	return 0;
}
