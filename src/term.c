/* The terminal: its width, its characters, a line that is replaced. */
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"
#include "table.h"
#include "term.h"

enum {
	PROGRESS_MS = 100,
	WIDTH = 80
};

void
term_style(int fd, struct table_style *s)
{
	struct winsize ws;

	memset(s, 0, sizeof(*s));
	s->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (!isatty(fd))
		return;
	s->width = ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0 ?
	    ws.ws_col :
	    WIDTH;
	s->colour = cli_colour(fd);
}

/* Can a line on stderr be replaced? */
static int
term_replaces(void)
{
	const char *term = getenv("TERM");

	return term != NULL && strcmp(term, "dumb") != 0 &&
	    isatty(STDERR_FILENO);
}

int
term_progress_due(const struct term_progress *p, int64_t now)
{
	return (p->said == 0 || now - p->said >= PROGRESS_MS) &&
	    term_replaces();
}

void
term_progress(struct term_progress *p, int64_t now, const char *fmt, ...)
{
	va_list ap;

	if (!term_progress_due(p, now))
		return;
	p->said = now;
	fputc('\r', stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("\033[K", stderr);
	fflush(stderr);
}

void
term_progress_end(struct term_progress *p)
{
	if (p->said == 0)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	p->said = 0;
}
