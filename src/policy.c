/*
 * A jq program run in a bounded child. What it is given holds prompts, so
 * nothing that it says is repeated but model ids.
 */
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <jq.h>
#include <jv.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "fault.h"
#include "now.h"
#include "policy.h"
#include "splice.h"

enum {
	PROGRAM_MAX = 1024 * 1024,
	OUTPUT_MAX = 64 * 1024,
	TIME = 200,		    /* ms of its own */
	CLOCK = 2000,		    /* ms; on a busy machine it waits */
	CPU = 1,		    /* s, should it not heed its timer */
	MEMORY = 512 * 1024 * 1024, /* of address space, ours included */
	IDS_MAX = 4096
};

enum {
	SAID_ERROR = 1,
	SAID_NOTHING,
	SAID_OTHER
}; /* a child's status */

struct policy {
	jq_state *jq;
	char *path;
};

struct complaint {
	char text[256];
};

extern char **environ;

/* Keeps the first line of what the compiler says. */
static void
on_error(void *arg, jv message)
{
	struct complaint *c = arg;
	const char *s;

	if (jv_get_kind(message) != JV_KIND_STRING)
		message = jv_dump_string(message, 0);
	s = jv_string_value(message);
	if (strncmp(s, "jq: error: ", 11) == 0)
		s += 11;
	if (c->text[0] == '\0')
		fault_clean(c->text, sizeof(c->text), s, strcspn(s, "\n"));
	jv_free(message);
}

/* `input` finds none, and `debug` says nothing. */
static jv
on_input(jq_state *jq, void *arg)
{
	(void)jq;
	(void)arg;
	return jv_invalid();
}

static void
on_debug(void *arg, jv v)
{
	(void)arg;
	jv_free(v);
}

/*
 * Compiles with neither environment, which $ENV is from, nor files: a module
 * would be looked for in the current folder, which is not the user's choice.
 */
static int
compile_alone(jq_state *jq, const char *text)
{
	static char *empty[] = { NULL };
	char **saved = environ;
	struct rlimit files, none;
	int ok;

	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		return 0;
	none = files;
	none.rlim_cur = 0;
	if (setrlimit(RLIMIT_NOFILE, &none) == -1)
		return 0;
	environ = empty;
	ok = jq_compile(jq, text);
	environ = saved;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	return ok;
}

static int
compile(struct policy *p, const char *text, struct fault *f)
{
	struct complaint c = { "" };
	int ok;

	if ((p->jq = jq_init()) == NULL)
		return fault_set(f, EX_OSERR, "%s", strerror(ENOMEM));
	/* jq 1.6 leaves the callbacks that nobody sets uninitialized. */
	jq_set_input_cb(p->jq, on_input, NULL);
	jq_set_debug_cb(p->jq, on_debug, NULL);
	jq_set_error_cb(p->jq, on_error, &c);
	jq_set_attr(p->jq, jv_string("JQ_LIBRARY_PATH"), jv_array());
	ok = compile_alone(p->jq, text);
	jq_set_error_cb(p->jq, NULL, NULL);
	if (ok)
		return 0;
	return fault_set(f, EX_DATAERR, "%s: %s", p->path,
	    strstr(c.text, strerror(EMFILE)) != NULL ?
		"a policy cannot load modules" :
		c.text);
}

struct policy *
policy_new(const char *path, struct fault *f)
{
	struct policy *p;
	struct buf b;

	buf_init(&b, PROGRAM_MAX);
	if (buf_load(&b, path) == -1) {
		fault_set(f, EX_NOINPUT, "%s: %s", path, strerror(errno));
		buf_free(&b);
		return NULL;
	}
	if (strlen(b.d) != b.len) {
		fault_set(f, EX_DATAERR, "%s: has a NUL byte", path);
		buf_free(&b);
		return NULL;
	}
	if ((p = calloc(1, sizeof(*p))) == NULL ||
	    (p->path = strdup(path)) == NULL) {
		fault_set(f, EX_OSERR, "%s", strerror(errno));
		goto fail;
	}
	if (compile(p, b.d, f) == -1)
		goto fail;
	buf_free(&b);
	return p;
fail:
	buf_free(&b);
	policy_free(p);
	return NULL;
}

void
policy_free(struct policy *p)
{
	if (p == NULL)
		return;
	if (p->jq != NULL)
		jq_teardown(&p->jq);
	free(p->path);
	free(p);
}

/* ---- the child ---- */

/* Leaves nothing open but out, which becomes stdout. */
static void
confine(int out)
{
	static char *empty[] = { NULL };
	const struct itimerval time = { .it_value.tv_usec = TIME * 1000 };
	const struct rlimit cpu = { CPU, CPU }, none = { 0, 0 };
	int null;

	environ = empty;
	if ((null = open("/dev/null", O_RDWR)) == -1 ||
	    dup2(null, STDIN_FILENO) == -1 || dup2(null, STDERR_FILENO) == -1 ||
	    dup2(out, STDOUT_FILENO) == -1)
		_exit(SAID_ERROR);
	closefrom(3);
	signal(SIGPROF, SIG_DFL);
	setitimer(ITIMER_PROF, &time, NULL);
	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_FSIZE, &none);
#ifndef __SANITIZE_ADDRESS__ /* which reserves terabytes */
	setrlimit(RLIMIT_AS, &(struct rlimit){ MEMORY, MEMORY });
#endif
}

/* Not exit(): what our parent has buffered is not ours to write. */
static void
on_nomem(void *arg)
{
	(void)arg;
	_exit(EX_OSERR);
}

static _Noreturn void
child(struct policy *p, const char *input, size_t n)
{
	jv v;
	const char *s;
	size_t len;
	ssize_t w;

	jv_nomem_handler(on_nomem, NULL);
	v = jv_parse_sized(input, (int)n);
	if (!jv_is_valid(v))
		_exit(SAID_ERROR);
	jq_start(p->jq, v, 0);
	v = jq_next(p->jq);
	if (!jv_is_valid(v))
		_exit(jv_invalid_has_msg(v) ? SAID_ERROR : SAID_NOTHING);
	if (jv_get_kind(v) != JV_KIND_ARRAY)
		_exit(SAID_OTHER);
	v = jv_dump_string(v, 0);
	s = jv_string_value(v);
	for (len = strlen(s); len > 0; s += w, len -= (size_t)w)
		if ((w = write(STDOUT_FILENO, s, len)) == -1)
			_exit(SAID_ERROR);
	_exit(0);
}

/* ---- the parent ---- */

/* Reads until the end, the ceiling or the deadline: 0, or errno. */
static int
gather(struct buf *out, int fd, int64_t deadline)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t rest;
	ssize_t r;

	while ((rest = deadline - now_mono()) > 0) {
		if (poll(&pfd, 1, (int)rest) <= 0)
			continue;
		if (buf_room(out, 4096) == -1)
			return errno;
		r = read(fd, out->d + out->len, 4096);
		if (r == 0)
			return 0;
		if (r > 0)
			out->len += (size_t)r;
		else if (errno != EINTR && errno != EAGAIN)
			return errno;
	}
	return ETIMEDOUT;
}

static int
complain(const struct policy *p, int e, int status, struct fault *f)
{
	const char *why;

	if (e == ETIMEDOUT ||
	    (WIFSIGNALED(status) &&
		(WTERMSIG(status) == SIGPROF || WTERMSIG(status) == SIGXCPU)))
		why = "takes too long";
	else if (e == EFBIG)
		why = "too much output";
	else if (e != 0)
		why = strerror(e);
	else if (!WIFEXITED(status) || WEXITSTATUS(status) == EX_OSERR)
		why = "out of memory";
	else if (WEXITSTATUS(status) == SAID_NOTHING)
		why = "no output";
	else if (WEXITSTATUS(status) == SAID_OTHER)
		why = "its output is not an array";
	else
		why = "it ended with an error";
	return fault_set(f, EX_DATAERR, "%s: %s", p->path, why);
}

/* Runs a child to its end: its output, or a fault. */
static int
run(struct policy *p, const char *input, size_t n, struct buf *out,
    struct fault *f)
{
	pid_t pid;
	int fd[2], e, status;

	if (pipe2(fd, O_CLOEXEC) == -1)
		return fault_set(f, EX_OSERR, "pipe: %s", strerror(errno));
	if ((pid = fork()) == -1) {
		close(fd[0]);
		close(fd[1]);
		return fault_set(f, EX_OSERR, "fork: %s", strerror(errno));
	}
	if (pid == 0) {
		confine(fd[1]);
		child(p, input, n);
	}
	close(fd[1]);
	e = gather(out, fd[0], now_mono() + CLOCK);
	close(fd[0]);
	if (e != 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (e != 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return complain(p, e, status, f);
	return 0;
}

static int
add_id(struct splice v, char ***ids, size_t *n)
{
	struct buf b;
	char **grown;

	buf_init(&b, OUTPUT_MAX);
	if (splice_str(v, &b) == -1) {
		buf_free(&b);
		return -1;
	}
	if (strlen(b.d) != b.len) /* no id has a NUL; "" is none either */
		buf_cut(&b, 0);
	if ((grown = reallocarray(*ids, *n + 1, sizeof(**ids))) == NULL) {
		buf_free(&b);
		return -1;
	}
	*ids = grown;
	if ((grown[*n] = buf_detach(&b)) == NULL)
		return -1;
	(*n)++;
	return 0;
}

int
policy_run(struct policy *p, const char *input, size_t n, char ***ids,
    size_t *nids, struct fault *f)
{
	struct splice_walk w;
	struct splice v;
	struct buf out;
	int r;

	*ids = NULL;
	*nids = 0;
	buf_init(&out, OUTPUT_MAX + 4096);
	if ((r = run(p, input, n, &out, f)) == 0 &&
	    splice_text(out.d, out.len, &v, NULL) == 0) {
		splice_begin(&w, v);
		while (r == 0 && *nids < IDS_MAX && splice_next(&w) == 1)
			if (add_id(w.value, ids, nids) == -1)
				r = fault_set(f, EX_DATAERR,
				    "%s: its array "
				    "holds more than strings",
				    p->path);
	}
	buf_free(&out);
	if (r == 0 && *nids == 0)
		r = fault_set(f, EX_DATAERR, "%s: it gives no model", p->path);
	if (r == 0)
		return 0;
	while (*nids > 0)
		free((*ids)[--*nids]);
	free(*ids);
	return -1;
}
