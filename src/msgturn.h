/* The turns of a request for a message as the messages of a chat. Pure. */
#ifndef MSGTURN_H
#define MSGTURN_H

struct buf;
struct fault;
struct splice;

/*
 * Appends the array of messages for what a request has under these names; no
 * bytes: nothing. 0, or -1 with *f: EX_DATAERR in words that name the place,
 * EX_OSERR.
 */
int msgturn_messages(struct buf *out, struct splice system,
    struct splice messages, struct fault *f);

#endif
