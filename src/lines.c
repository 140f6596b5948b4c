/* Counting the lines of a file. */
#include <sys/stat.h>

#include <string.h>
#include <unistd.h>

#include "lines.h"

int64_t
lines_count(int fd)
{
	char chunk[64 * 1024];
	struct stat st;
	const char *p;
	int64_t lines = 0;
	ssize_t n;
	int open_line = 0;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return -1;
	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		for (p = chunk;
		     (p = memchr(p, '\n', (size_t)(chunk + n - p))) != NULL;
		     p++)
			lines++;
		open_line = chunk[n - 1] != '\n';
	}
	if (lseek(fd, 0, SEEK_SET) == -1)
		return -1;
	return lines + open_line;
}
