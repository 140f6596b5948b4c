/* The ledger on disk: appended, followed, damaged, turned, shared. */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attempt.h"
#include "buf.h"
#include "classify.h"
#include "day.h"
#include "fault.h"
#include "fold.h"
#include "ledger.h"
#include "now.h"
#include "tap.h"

enum {
	EAST8 = 8 * 3600,
	BIG = 256 * 1024
};

#define DAY INT64_C(86400000)
#define U "modelscope"
#define K "0123abcd"
#define M "Qwen/Qwen3-8B"

static char root[] = "/tmp/ledger.XXXXXX";
static char dir[64];   /* the state folder of the test at hand */
static char file[128]; /* its present day */
static char checkpoint[128];
static int64_t now;

/* ---- helpers ---- */

static void
path_of(char *dst, size_t size, const char *folder, int64_t day)
{
	char date[DAY_TEXT];

	day_text(date, day);
	snprintf(dst, size, "%s/%s/%s.jsonl", dir, folder, date);
}

/* A folder for a test. */
static void
begin(void)
{
	static int n;

	snprintf(dir, sizeof(dir), "%s/%d", root, n++);
	path_of(file, sizeof(file), "usage", day_of(now, EAST8));
	path_of(checkpoint, sizeof(checkpoint), "limits", day_of(now, EAST8));
}

static struct ledger *
open_in(int mode)
{
	struct fault f;
	struct ledger *l = ledger_open(dir, EAST8, mode, 0, &f);

	if (l == NULL)
		abort();
	return l;
}

static void
fill(struct attempt *a, int64_t ts)
{
	attempt_init(a);
	a->ts = ts;
	a->ms = 5;
	a->op = "chat";
	a->attempt = 1;
	a->upstream = U;
	a->key = K;
	a->model = M;
	a->verdict = V_OK;
	a->status = 200;
}

static int
append(struct ledger *l, int64_t ts)
{
	struct attempt a;
	int warn;

	fill(&a, ts);
	return ledger_append(l, &a, &warn);
}

static void
append_rest(struct ledger *l, int64_t ts, int64_t until)
{
	struct attempt a;
	int warn;

	fill(&a, ts);
	a.verdict = V_QUOTA_MONTH;
	a.rest = SCOPE_PAIR;
	a.rest_until = until;
	ledger_append(l, &a, &warn);
}

static int64_t
calls(const struct ledger *l)
{
	return fold_get(ledger_fold(l), NULL, NULL, NULL)->calls;
}

static int64_t
rest(const struct ledger *l)
{
	const struct fold_ent *e = fold_get(ledger_fold(l), U, K, M);

	return e != NULL ? e->rest_until : 0;
}

/* What a process that starts now sees: its calls and skipped lines. */
static int64_t
fresh(int64_t *skipped)
{
	struct ledger *l = open_in(LEDGER_READ);
	int64_t n = calls(l);

	if (skipped != NULL)
		*skipped = fold_skipped(ledger_fold(l));
	ledger_close(l);
	return n;
}

/* Writes bytes behind a file's end, as no one of ours would. */
static void
scribble(const char *path, const char *s, size_t n)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);

	if (fd == -1 || write(fd, s, n) != (ssize_t)n)
		abort();
	close(fd);
}

static void
slurp(struct buf *b, const char *path)
{
	int fd = open(path, O_RDONLY);

	buf_init(b, 1 << 24);
	if (fd == -1 || buf_read(b, fd) == -1)
		abort();
	close(fd);
}

static mode_t
mode_of(const char *name)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

/* Enough lines for a checkpoint; how many. */
static int
append_big(struct ledger *l)
{
	struct stat st = { 0 };
	int n;

	for (n = 0; st.st_size < 2 * BIG; n++)
		if (append(l, now) == -1 || stat(file, &st) == -1)
			abort();
	return n;
}

/* ---- tests ---- */

static void
test_open(void)
{
	struct ledger *l, *r;
	struct stat st;
	struct buf b;

	begin();
	r = open_in(LEDGER_READ);
	ok(calls(r) == 0 && stat(dir, &st) == -1, "a reader creates nothing");
	l = open_in(LEDGER_WRITE);
	ok(append(l, now) == 0 && calls(l) == 1, "an append is in the fold");
	ok(mode_of(".") == 0700 && mode_of("usage") == 0700 &&
		mode_of("limits") == 0700 && stat(file, &st) == 0 &&
		(st.st_mode & 07777) == 0600,
	    "ours alone");
	ok(ledger_refresh(r, now) == 0 && calls(r) == 1,
	    "another process sees it");
	append(r, now);
	append(l, now + 1);
	ok(calls(l) == 3 && ledger_refresh(r, now) == 0 && calls(r) == 3,
	    "and both what the other appends");
	slurp(&b, file);
	ok(memchr(b.d, '\n', b.len) != NULL && b.d[b.len - 1] == '\n' &&
		strstr(b.d, "\n\n") == NULL,
	    "lines");
	buf_free(&b);
	ok(strcmp(ledger_dir(l), dir) == 0, "its folder");
	ledger_close(l);
	ledger_close(r);
	ledger_close(NULL);
}

static void
test_shared(void)
{
	struct ledger *l;
	struct stat st;

	begin();
	if (mkdir(dir, 0700) == -1 || chmod(dir, 02750) == -1)
		abort();
	l = open_in(LEDGER_WRITE);
	append(l, now);
	ok(mode_of(".") == 02750 && mode_of("usage") == 02750 &&
		stat(file, &st) == 0 && (st.st_mode & 07777) == 0640,
	    "a folder for a group is respected");
	ledger_close(l);
	begin();
	if (mkdir(dir, 0700) == -1 || chmod(dir, 0755) == -1)
		abort();
	l = open_in(LEDGER_WRITE);
	append(l, now);
	ok(mode_of(".") == 0755 && mode_of("usage") == 0700 &&
		stat(file, &st) == 0 && (st.st_mode & 07777) == 0600,
	    "one for everybody is not");
	ledger_close(l);
}

static void
test_torn(void)
{
	static const char good[] = "{\"ts\":\"2026-11-22T12:00:00+08:00\","
				   "\"op\":\"chat\"}";
	struct ledger *l, *r;
	int64_t skipped;
	char *big;

	begin();
	l = open_in(LEDGER_WRITE);
	r = open_in(LEDGER_READ);
	append(l, now);
	scribble(file, good, strlen(good));
	ledger_refresh(r, now);
	ok(calls(r) == 1, "a line without its LF waits");
	scribble(file, "\n", 1);
	ledger_refresh(r, now);
	ok(calls(r) == 2, "until it has one");
	scribble(file, good, 20);
	ok(append(l, now) == 0 && calls(l) == 3 &&
		fold_skipped(ledger_fold(l)) == 1,
	    "a torn line is skipped");
	scribble(file, "\n\n\n", 3);
	scribble(file, "hello\n", 6);
	ledger_refresh(r, now);
	ok(calls(r) == 3 && fold_skipped(ledger_fold(r)) == 2,
	    "empty lines are nothing, foreign ones counted");
	big = malloc(3 * BIG);
	memset(big, 'x', 3 * BIG);
	scribble(file, big, 2 * BIG + 77);
	ledger_refresh(r, now);
	scribble(file, big, BIG);
	ledger_refresh(r, now);
	ok(append(l, now) == 0 && calls(l) == 4 &&
		fold_skipped(ledger_fold(l)) == 3,
	    "a line without end is one");
	ledger_refresh(r, now);
	ok(calls(r) == 4 && fold_skipped(ledger_fold(r)) == 3,
	    "for who saw it grow, too");
	ok(fresh(&skipped) == 4 && skipped == 3, "and for who starts");
	free(big);
	ledger_close(l);
	ledger_close(r);
}

static void
test_replaced(void)
{
	struct ledger *l;
	char other[160];

	begin();
	l = open_in(LEDGER_WRITE);
	append(l, now);
	append(l, now);
	ok(truncate(file, 0) == 0 && ledger_refresh(l, now) == 0 &&
		calls(l) == 0,
	    "cut to nothing");
	append(l, now);
	ok(calls(l) == 1 && fresh(NULL) == 1, "and begun again");
	ok(unlink(file) == 0 && ledger_refresh(l, now) == 0 && calls(l) == 0,
	    "removed");
	ok(append(l, now) == 0 && calls(l) == 1, "and created again");
	ok(unlink(file) == 0 && append(l, now) == 0 && calls(l) == 1 &&
		fresh(NULL) == 1,
	    "removed behind our back");
	snprintf(other, sizeof(other), "%s.old", file);
	append(l, now);
	ok(rename(file, other) == 0 && ledger_refresh(l, now + 2000) == 0 &&
		calls(l) == 0,
	    "moved away");
	append(l, now);
	ok(rename(other, file) == 0 && ledger_refresh(l, now) == 0 &&
		calls(l) == 2,
	    "another in its place");
	ledger_close(l);

	/* The folder too. */
	l = open_in(LEDGER_WRITE);
	snprintf(other, sizeof(other), "rm -r %s", dir);
	ok(system(other) == 0 && append(l, now) == 0 && calls(l) == 1 &&
		fresh(NULL) == 1,
	    "the whole folder removed");
	ledger_close(l);
}

static void
damage(const char *name, const char *text, size_t n, int64_t want)
{
	unlink(checkpoint);
	scribble(checkpoint, text, n);
	ok(fresh(NULL) == want, "%s", name);
}

static void
test_checkpoint(void)
{
	struct ledger *l;
	struct stat st;
	struct buf b;
	int64_t tail;
	char *p;
	int n;

	begin();
	l = open_in(LEDGER_WRITE);
	n = append_big(l);
	ledger_close(l);
	ok(stat(checkpoint, &st) == 0 && (st.st_mode & 07777) == 0600,
	    "a checkpoint is written");
	ok(fresh(NULL) == n, "and read");
	slurp(&b, checkpoint);
	/* One that fits is believed: so a wrong count shows. */
	p = strstr(b.d, "\"calls\":");
	tail = n - strtoll(p + 8, NULL, 10);
	p[8] = '9';
	damage("it is what was read", b.d, b.len,
	    strtoll(p + 8, NULL, 10) + tail);
	unlink(checkpoint);
	l = open_in(LEDGER_READ);
	ok(calls(l) == n, "lost: the file is read again");
	ledger_close(l);
	ok(stat(checkpoint, &st) == 0, "and a reader writes one");
	buf_free(&b);
	slurp(&b, checkpoint);
	damage("cut", b.d, b.len - 5, n);
	damage("empty", "", 0, n);
	damage("garbage", "garbage\n", 8, n);
	p = strstr(b.d, "\"ledger\":1");
	p[9] = '2';
	damage("of another version", b.d, b.len, n);
	p[9] = '1';
	p = strstr(b.d, "\"inode\":\"");
	p[9] = p[9] == '1' ? '2' : '1';
	damage("of another file", b.d, b.len, n);
	p[9] = p[9] == '1' ? '2' : '1';
	p = strstr(b.d, "\"day\":\"");
	p[7] = '3';
	damage("of another day", b.d, b.len, n);
	buf_free(&b);

	/* The same size and inode, but other bytes before the offset. */
	unlink(checkpoint);
	fresh(NULL);
	slurp(&b, file);
	p = strrchr(b.d, '{');
	memcpy(p, "[]", 2);
	if (truncate(file, 0) == -1)
		abort();
	scribble(file, b.d, b.len);
	ok(fresh(NULL) == n - 1, "the file was rewritten");
	ok(truncate(file, BIG) == 0 && fresh(NULL) < n - 1,
	    "the file is shorter than the checkpoint says");
	buf_free(&b);
}

static void
test_turn(void)
{
	int64_t month = now + 20 * DAY, today = day_of(now, EAST8);
	struct ledger *l, *r;
	struct stat st;
	char path[160];

	begin();
	l = open_in(LEDGER_WRITE);
	r = open_in(LEDGER_READ);
	append(l, now);
	append_rest(l, now, month);
	ledger_refresh(r, now);
	ok(calls(l) == 2 && rest(r) == month, "today");
	ok(ledger_refresh(l, now + DAY) == 0 && calls(l) == 0 &&
		fold_day(ledger_fold(l)) == today + 1,
	    "tomorrow is empty");
	ok(rest(l) == month, "a rest lives on");
	path_of(path, sizeof(path), "limits", today + 1);
	ok(stat(path, &st) == 0, "and is saved at once");
	ok(append(r, now + DAY) == 0 && calls(r) == 1 &&
		fold_day(ledger_fold(r)) == today + 1,
	    "an append turns, too");
	ok(rest(r) == 0, "its success ends the rest");
	append_rest(r, now + DAY, month);
	ledger_refresh(l, now + DAY);
	ok(calls(l) == 2 && rest(l) == month, "for all");
	ok(ledger_refresh(l, now + 5 * DAY) == 0 && calls(l) == 0 &&
		rest(l) == month,
	    "days without a file");
	ok(ledger_refresh(l, now) == 0 && calls(l) == 2 &&
		fold_day(ledger_fold(l)) == today,
	    "the clock goes back");
	ledger_close(l);
	ledger_close(r);
}

/* A process that starts on a new day, with yesterday's files only. */
static void
test_start(void)
{
	int64_t month = now + 9 * DAY;
	struct ledger *l;
	struct stat st;
	char cmd[160];

	begin();
	l = open_in(LEDGER_WRITE);
	append_rest(l, now - 9 * DAY, month);
	append_rest(l, now - 3 * DAY, now - 3 * DAY + 60000);
	ok(calls(l) == 0 && rest(l) == 0,
	    "what is of the past is only written");
	ledger_close(l);
	unlink(checkpoint);
	l = open_in(LEDGER_WRITE);
	ok(calls(l) == 0 && rest(l) == month, "rests of earlier days");
	ok(stat(checkpoint, &st) == 0, "saved");
	ledger_close(l);
	snprintf(cmd, sizeof(cmd), "rm -r %s/usage", dir);
	if (system(cmd) != 0)
		abort();
	l = open_in(LEDGER_READ);
	ok(rest(l) == month, "and outliving the days");
	ok(truncate(checkpoint, 9) == 0, "but");
	ledger_close(l);
	l = open_in(LEDGER_READ);
	ok(rest(l) == 0, "not both");
	ledger_close(l);
}

static void
test_prune(void)
{
	int64_t today = day_of(now, EAST8);
	struct ledger *l;
	struct fault f;
	const struct timeval old[2] = { { 1, 0 }, { 1, 0 } };
	struct fold *past;
	struct stat st;
	char date[DAY_TEXT], path[160];
	int i;

	begin();
	l = open_in(LEDGER_WRITE);
	for (i = 0; i < 10; i++)
		append(l, now - i * DAY);
	append(l, now - 9 * DAY);
	ok(calls(l) == 1, "ten days");
	past = ledger_past(l, today - 9);
	ok(past != NULL && fold_get(past, NULL, NULL, NULL)->calls == 2 &&
		fold_day(past) == today - 9,
	    "one of them");
	fold_free(past);
	errno = 0;
	ok(ledger_past(l, today - 10) == NULL && errno == ENOENT,
	    "one that is not there");
	path_of(path, sizeof(path), "usage", today - 9);
	snprintf(path + strlen(path), 8, ".gz");
	scribble(path, "x", 1);
	ok(ledger_prune(l, today - 7) == 2, "two pruned");
	ok(ledger_prune(l, today - 7) == 0, "they are gone");
	ok(stat(path, &st) == 0, "other files stay");
	path_of(path, sizeof(path), "limits", today);
	day_text(date, today);
	snprintf(strrchr(path, '/') + 1, 32, ".%s.XXXXXX", date);
	scribble(path, "x", 1);
	ledger_prune(l, today - 7);
	ok(stat(path, &st) == 0, "a temporary file stays a while");
	ok(utimes(path, old) == 0 && ledger_prune(l, today - 7) == 0 &&
		stat(path, &st) == -1,
	    "one that somebody left does not");
	ledger_close(l);
	l = ledger_open(dir, EAST8, LEDGER_READ, 3, &f);
	ledger_close(l);
	path_of(path, sizeof(path), "usage", today - 4);
	ok(stat(path, &st) == 0, "a reader prunes nothing");
	l = ledger_open(dir, EAST8, LEDGER_WRITE, 3, &f);
	ok(stat(path, &st) == -1, "a writer what is over keep_days");
	path_of(path, sizeof(path), "usage", today - 3);
	ok(stat(path, &st) == 0, "and no more");
	ok(ledger_refresh(l, now + DAY) == 0 && stat(path, &st) == -1,
	    "and again when the day turns");
	ledger_close(l);
}

static void
test_full(void)
{
	struct rlimit was, limit;
	struct ledger *l;
	struct attempt a;
	struct stat st;
	int64_t skipped;
	int warn;

	begin();
	fill(&a, now);
	l = open_in(LEDGER_WRITE);
	append(l, now);
	if (stat(file, &st) == -1 || getrlimit(RLIMIT_FSIZE, &was) == -1)
		abort();
	signal(SIGXFSZ, SIG_IGN);
	limit = was;
	limit.rlim_cur = (rlim_t)st.st_size + 50;
	setrlimit(RLIMIT_FSIZE, &limit);
	ok(ledger_append(l, &a, &warn) == -1 && errno == EFBIG && warn == 1,
	    "half a line is written");
	ok(calls(l) == 2, "the fold has it whole");
	ok(ledger_append(l, &a, &warn) == -1 && errno == EFBIG && warn == 0,
	    "then nothing, without another word");
	ok(calls(l) == 3, "the fold goes on");
	setrlimit(RLIMIT_FSIZE, &was);
	ok(ledger_append(l, &a, &warn) == 0 && warn == 0 && calls(l) == 4,
	    "room again");
	ok(fold_skipped(ledger_fold(l)) == 0 && fresh(&skipped) == 2 &&
		skipped == 1,
	    "half a line is no line");
	ledger_close(l);

	/* All of a line but its LF: it is one when the next begins. */
	l = open_in(LEDGER_WRITE);
	if (stat(file, &st) == -1)
		abort();
	ok(ledger_append(l, &a, &warn) == 0, "a line");
	was.rlim_cur = (rlim_t)st.st_size;
	stat(file, &st);
	limit.rlim_cur = (rlim_t)(2 * st.st_size) - was.rlim_cur - 1;
	was.rlim_cur = was.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
	ok(ledger_append(l, &a, &warn) == -1 && calls(l) == 4,
	    "all but its LF");
	setrlimit(RLIMIT_FSIZE, &was);
	ok(ledger_append(l, &a, &warn) == 0 && calls(l) == 5 &&
		fresh(NULL) == 5,
	    "counted once");
	ledger_close(l);
}

static void
test_unusable(void)
{
	struct ledger *l;
	struct attempt a;
	struct fault f;
	int warn;

	begin();
	fill(&a, now);
	scribble(dir, "x", 1);
	l = open_in(LEDGER_WRITE);
	ok(ledger_append(l, &a, &warn) == -1 && errno == ENOTDIR && warn == 1 &&
		calls(l) == 1,
	    "the folder is a file");
	ok(ledger_refresh(l, now + DAY) == 0 ||
		fold_day(ledger_fold(l)) == day_of(now + DAY, EAST8),
	    "days go by");
	ledger_close(l);
	ok(ledger_open(dir, EAST8, LEDGER_READ, 0, &f) == NULL &&
		strstr(f.text, "Not a directory") != NULL,
	    "a reader says: %s", f.text);

	begin();
	l = open_in(LEDGER_WRITE);
	if (symlink("/dev/null", file) == -1)
		abort();
	ok(ledger_append(l, &a, &warn) == -1 && errno == ELOOP && calls(l) == 1,
	    "a link is not followed");
	unlink(file);
	if (mkfifo(file, 0600) == -1)
		abort();
	ok(ledger_append(l, &a, &warn) == -1 && calls(l) == 2,
	    "a fifo does not hold us");
	unlink(file);
	ok(ledger_append(l, &a, &warn) == 0 && fresh(NULL) == 1,
	    "and it is mended");
	ledger_close(l);
}

/* Appends n lines, counting those that were acknowledged. */
static void
writer(atomic_int *done_lines, int n)
{
	struct ledger *l = open_in(LEDGER_WRITE);

	while (n-- > 0)
		if (append(l, now) == 0)
			atomic_fetch_add(done_lines, 1);
	ledger_close(l);
	_exit(0);
}

static void
test_stress(atomic_int *n)
{
	enum {
		WRITERS = 8,
		LINES = 1000
	};
	const int rounds = getenv("TORTURE") != NULL ? 250 : 25;
	int64_t skipped;
	pid_t pid[WRITERS];
	struct ledger *r;
	struct timespec t = { 0, 0 };
	int i, k, bad = 0, left = WRITERS, round;

	begin();
	for (i = 0; i < WRITERS; i++)
		if ((pid[i] = fork()) == 0)
			writer(n, LINES);
	r = open_in(LEDGER_READ);
	while (left > 0) {
		ledger_refresh(r, now);
		bad += fold_skipped(ledger_fold(r)) != 0;
		if (waitpid(-1, NULL, WNOHANG) > 0)
			left--;
	}
	ledger_refresh(r, now);
	ok(bad == 0 && calls(r) == WRITERS * LINES && *n == WRITERS * LINES,
	    "%d writers: a reader sees every line, none torn", WRITERS);
	ledger_close(r);
	ok(fresh(NULL) == WRITERS * LINES, "and who comes later, too");

	begin();
	*n = 0;
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < 4; i++)
			if ((pid[i] = fork()) == 0)
				writer(n, 1 << 30);
		/* Any moment will do. */
		for (k = *n; *n < k + 10 + round % 25 * 7;)
			nanosleep(&t, NULL);
		for (i = 0; i < 4; i++)
			kill(pid[i], SIGKILL);
		for (i = 0; i < 4; i++)
			waitpid(pid[i], NULL, 0);
	}
	k = (int)fresh(&skipped);
	ok(k >= *n && k <= *n + 4 * rounds && skipped <= 4 * rounds,
	    "%d writers killed: %d lines acknowledged, %d there, %d torn",
	    4 * rounds, *n, k, (int)skipped);
	r = open_in(LEDGER_WRITE);
	ok(append(r, now) == 0 && calls(r) == k + 1,
	    "and it goes on without repair");
	ledger_close(r);
}

int
main(void)
{
	char cmd[64], shift[32];
	int64_t noon;

	/* Noon, so that no test meets midnight. */
	noon = day_start(day_of((int64_t)time(NULL) * 1000, EAST8), EAST8) +
	    DAY / 2;
	snprintf(shift, sizeof(shift), "%lld",
	    (long long)(noon / 1000 - time(NULL)));
	setenv("MS_TEST_CLOCK", shift, 1);
	now = now_wall();
	if (mkdtemp(root) == NULL)
		abort();
	test_open();
	test_shared();
	test_torn();
	test_replaced();
	test_checkpoint();
	test_turn();
	test_start();
	test_prune();
	test_full();
	test_unusable();
	test_stress(mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	snprintf(cmd, sizeof(cmd), "rm -r %s", root);
	if (system(cmd) != 0)
		return 1;
	return done();
}
