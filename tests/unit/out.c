/* Results to stdout, to files that appear whole, and to what cannot. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "fault.h"
#include "out.h"
#include "tap.h"

static int
holds(const char *path, const char *want)
{
	char got[100] = "";
	FILE *fp = fopen(path, "r");

	if (fp == NULL)
		return 0;
	got[fread(got, 1, sizeof(got) - 1, fp)] = '\0';
	fclose(fp);
	return strcmp(got, want) == 0;
}

static unsigned
mode(const char *path)
{
	struct stat st;

	return stat(path, &st) == -1 ? 0 : st.st_mode & 07777;
}

/* Are there just n files? Then no temporary was left behind. */
static int
files(int n)
{
	struct dirent *e;
	DIR *d = opendir(".");

	if (d == NULL)
		return 0;
	while ((e = readdir(d)) != NULL)
		n -= strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0;
	closedir(d);
	return n == 0;
}

static int
write_out(const char *path, const char *text, struct fault *f)
{
	struct out *o = out_open(path, f);

	if (o == NULL)
		return -1;
	fputs(text, out_file(o));
	return out_commit(o, f);
}

static void
regular(void)
{
	struct fault f = { 0 };
	struct out *o;

	umask(027);
	ok(write_out("new", "1\n", &f) == 0 && holds("new", "1\n") &&
		mode("new") == 0640,
	    "a new file, by the umask");
	chmod("new", 0600);
	o = out_open("new", &f);
	ok(o != NULL, "opened again");
	fputs("2\n", out_file(o));
	fflush(out_file(o));
	ok(holds("new", "1\n"), "until it is whole the old one is there");
	ok(out_commit(o, &f) == 0 && holds("new", "2\n") && mode("new") == 0600,
	    "then the new one, with the old mode");
	o = out_open("new", &f);
	fputs("3\n", out_file(o));
	out_abort(o);
	ok(holds("new", "2\n") && files(1), "dropped: nothing is left");
	o = out_open("none", &f);
	out_abort(o);
	ok(files(1), "dropped while new: nothing is there");
	out_abort(NULL);
}

static void
others(void)
{
	struct fault f = { 0 };
	struct stat st;
	int fd;

	ok(symlink("new", "link") == 0 && write_out("link", "4\n", &f) == 0 &&
		holds("new", "4\n") && lstat("link", &st) == 0 &&
		S_ISLNK(st.st_mode),
	    "through a symbolic link");
	ok(mkfifo("fifo", 0600) == 0, "FIFO");
	fd = open("fifo", O_RDWR | O_NONBLOCK);
	ok(write_out("fifo", "5\n", &f) == 0 && stat("fifo", &st) == 0 &&
		S_ISFIFO(st.st_mode),
	    "a FIFO stays one");
	close(fd);
	ok(write_out("/dev/null", "6\n", &f) == 0, "a device");
	ok(files(3), "and nothing beside them");
}

/* A write that failed is told of with its reason, however long ago it was. */
static void
lost(void)
{
	static char much[100000];
	struct fault f = { 0 };
	struct out *o = out_open("/dev/full", &f);

	fputs("7\n", out_file(o));
	ok(out_flush(o) == -1 && errno == ENOSPC, "a flush that fails");
	errno = ENOENT;
	ok(out_flush(o) == -1 && errno == ENOSPC, "fails from then on");
	errno = ENOENT;
	ok(out_commit(o, &f) == -1 && errno == ENOSPC &&
		strcmp(f.text, "/dev/full: No space left on device") == 0,
	    "its reason is kept");
	o = out_open("/dev/full", &f);
	fwrite(much, 1, sizeof(much), out_file(o));
	ok(out_commit(o, &f) == -1 && errno == ENOSPC,
	    "that of a large write too");
}

static void
refused(void)
{
	static const char *const paths[] = { "", ".", "no/such", "new/x" };
	struct fault f = { 0 };
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		ok(out_open(paths[i], &f) == NULL && f.status == EX_CANTCREAT &&
			strncmp(f.text, paths[i], strlen(paths[i])) == 0,
		    "no file: %s", f.text);
	ok(write_out("/dev/full", "7\n", &f) == -1 && f.status == EX_IOERR &&
		strcmp(f.text, "/dev/full: No space left on device") == 0,
	    "a full device");
	lost();
}

/* The status of a child that writes to a stdout that is fd. */
static int
to_stdout(const char *path, int fd)
{
	struct fault f = { 0 };
	int status;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == 0) {
		dup2(fd, STDOUT_FILENO);
		_exit(write_out(path, "8\n", &f) == 0 ? 0 : f.status);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ?
	    WEXITSTATUS(status) :
	    -1;
}

static void
standard(void)
{
	int fd = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);
	int full = open("/dev/full", O_WRONLY);

	ok(to_stdout(NULL, fd) == 0 && to_stdout("-", fd) == 0 &&
		to_stdout("/dev/stdout", fd) == 0 && holds("log", "8\n8\n8\n"),
	    "stdout by three names, appended to");
	ok(to_stdout(NULL, full) == EX_IOERR, "a full stdout");
	close(fd);
	close(full);
}

int
main(void)
{
	static const char *const made[] = { "new", "link", "fifo", "log" };
	char dir[] = "/tmp/out.XXXXXX";
	size_t i;

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 1;
	regular();
	others();
	refused();
	standard();
	for (i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		unlink(made[i]);
	ok(rmdir(dir) == 0, "nothing else was made");
	return done();
}
