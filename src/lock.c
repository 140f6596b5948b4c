/* Locks by flock(2). */
#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lock.h"

int
lock_open(const char *path, int wait)
{
	struct stat a, b;
	int e, fd;

	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd == -1)
			return -1;
		while (flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) == -1)
			if (errno != EINTR)
				goto fail;
		if (fstat(fd, &a) == -1)
			goto fail;
		if (stat(path, &b) == 0 && a.st_ino == b.st_ino &&
		    a.st_dev == b.st_dev)
			return fd;
		close(fd);
	}
fail:
	e = errno;
	close(fd);
	errno = e;
	return -1;
}
