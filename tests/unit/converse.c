/* Conversations in files: read, added to, by many at once, or left alone. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "converse.h"
#include "fault.h"
#include "splice.h"
#include "tap.h"

enum {
	MAX = 1 << 20,
	WRITERS = 4,
	TURNS = 10
};

#define USER(s) "{\"role\":\"user\",\"content\":\"" s "\"}"
#define SAID(s) "{\"role\":\"assistant\",\"content\":\"" s "\"}"

static const char file[] = "talk";

static void
put(const char *path, const char *s)
{
	FILE *fp = fopen(path, "w");

	if (fp == NULL || fputs(s, fp) == EOF || fclose(fp) != 0)
		abort();
}

static void
get(const char *path, struct buf *b)
{
	int fd = open(path, O_RDONLY);

	buf_cut(b, 0);
	if (fd == -1 || buf_read(b, fd) == -1)
		abort();
	close(fd);
}

static const struct {
	const char *name, *in; /* in NULL: there is no file */
	const char *out;       /* NULL: refused */
	const char *rest;      /* what else it holds and keeps, or NULL */
} reads[] = {
	{ "no file", NULL, "", NULL },
	{ "an empty file", "", "", NULL },
	{ "no messages", "{\"messages\":[]}", "", NULL },
	{ "two messages", "{\"messages\":[" USER("1") ",\n" SAID("2") "]}\n",
	    USER("1") ",\n" SAID("2"), NULL },
	{ "messages alone", "[" USER("1.0") "]", USER("1.0"), NULL },
	{ "a request", "{\"x\":1.0, \"messages\":[" USER("1") "]}", USER("1"),
	    "\"x\":1.0, " },
	{ "not JSON", "hello", NULL, NULL },
	{ "cut", "{\"messages\":[" USER("1"), NULL, NULL },
	{ "another object", "{}", NULL, NULL },
	{ "messages that are none", "[1]", NULL, NULL },
};

/* Reads it, then adds to it: what cannot be read stays as it was. */
static void
read_and_add(void)
{
	static const char turn[] = USER("?") ",\n" SAID("a\\n\\\"");
	struct buf got, want;
	struct fault f;
	size_t i;
	int r;

	buf_init(&got, MAX);
	buf_init(&want, MAX);
	for (i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		unlink(file);
		if (reads[i].in != NULL)
			put(file, reads[i].in);
		buf_cut(&got, 0);
		r = converse_read(file, &got, &f);
		if (reads[i].out == NULL)
			ok(r == -1 && f.status == EX_DATAERR &&
				strncmp(f.text, "talk: ", 6) == 0,
			    "%s: %s", reads[i].name, r == -1 ? f.text : "");
		else
			ok(r == 0 && strcmp(got.d, reads[i].out) == 0, "%s",
			    reads[i].name);
		r = converse_add(file, turn, sizeof(turn) - 1, &f);
		get(file, &got);
		buf_cut(&want, 0);
		if (reads[i].out == NULL)
			buf_adds(&want, reads[i].in);
		else
			buf_addf(&want, "{%s\"messages\":[\n%s%s%s\n]}\n",
			    reads[i].rest != NULL ? reads[i].rest : "",
			    reads[i].out, *reads[i].out != '\0' ? ",\n" : "",
			    turn);
		if (!ok(r == (reads[i].out == NULL ? -1 : 0) &&
			    strcmp(got.d, want.d) == 0,
			"%s, added to", reads[i].name))
			printf("# %s\n", got.d);
	}
	buf_free(&got);
	buf_free(&want);
}

static int
add(const char *messages, struct fault *f)
{
	return converse_add(file, messages, strlen(messages), f);
}

static void
corners(void)
{
	struct buf got;
	struct fault f;
	struct stat st;

	buf_init(&got, MAX);
	unlink(file);
	umask(0);
	ok(add(SAID("a"), &f) == 0 && add(SAID("b"), &f) == 0 &&
		converse_read(file, &got, &f) == 0 &&
		strcmp(got.d, SAID("a") ",\n" SAID("b")) == 0,
	    "answers to nothing");
	ok(stat(file, &st) == 0 && (st.st_mode & 07777) == 0600,
	    "nobody else may read it");
	if (symlink(file, "link") == -1)
		abort();
	ok(converse_add("link", USER("1"), strlen(USER("1")), &f) == 0 &&
		lstat("link", &st) == 0 && S_ISLNK(st.st_mode),
	    "a symbolic link stays one");
	buf_cut(&got, 0);
	ok(converse_read(file, &got, &f) == 0 &&
		strstr(got.d, SAID("b") ",\n" USER("1")) != NULL,
	    "and what it leads to is written");
	ok(converse_add("nowhere/talk", USER("1"), 1, &f) == -1 &&
		f.status == EX_CANTCREAT,
	    "no such folder: %s", f.text);
	ok(converse_read(".", &got, &f) == -1 && f.status == EX_NOINPUT,
	    "a folder: %s", f.text);
	unlink("link");
	buf_free(&got);
}

/* Several processes add at once, and nothing that anyone said is lost. */
static void
together(void)
{
	struct splice_walk w;
	struct splice v;
	struct buf got;
	struct fault f;
	char said[100];
	int i, k, n = 0, status, bad = 0;

	unlink(file);
	fflush(stdout);
	for (i = 0; i < WRITERS; i++) {
		if (fork() != 0)
			continue;
		for (k = 0; k < TURNS; k++) {
			snprintf(said, sizeof(said),
			    USER("%d.%d") ",\n" SAID("a"), i, k);
			if (add(said, &f) == -1)
				_exit(1);
		}
		_exit(0);
	}
	for (i = 0; i < WRITERS; i++)
		bad |= wait(&status) == -1 || status != 0;
	buf_init(&got, MAX);
	get(file, &got);
	if (splice_text(got.d, got.len, &v, NULL) == -1 ||
	    splice_find(v, "messages", &v) != 1)
		bad = 1;
	splice_begin(&w, v);
	while (!bad && splice_next(&w) == 1)
		n++;
	for (i = 0; i < WRITERS; i++)
		for (k = 0; k < TURNS; k++) {
			snprintf(said, sizeof(said), USER("%d.%d") ",\n%s", i,
			    k, SAID("a"));
			bad |= strstr(got.d, said) == NULL;
		}
	ok(!bad && n == 2 * WRITERS * TURNS, "many at once: %d messages", n);
	buf_free(&got);
}

int
main(void)
{
	char dir[] = "/tmp/ms-converse.XXXXXX";

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 1;
	read_and_add();
	corners();
	together();
	unlink(file);
	if (chdir("/") == -1)
		return 1;
	ok(rmdir(dir) == 0, "no file is left over");
	return done();
}
