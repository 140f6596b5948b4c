/* Which URLs may be asked at all. Pure. */
#ifndef URL_H
#define URL_H

/*
 * May this URL be asked? https always; http only to loopback, or if plain
 * is set; other schemes, user names in it, and garbage never. 1 or 0.
 */
int url_ok(const char *url, int plain);

#endif
