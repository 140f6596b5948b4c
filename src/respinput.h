/*
 * The input of a request for a response as the messages of a chat request:
 * developers speak as the system; what the system says in a row, instructions
 * first, is one message, so is what the assistant says and calls in a row;
 * words alone are a string, each part a line. Past reasoning is left out, and
 * so are references to it; other references, and items and parts that only
 * the service itself could make sense of, are refused. Pure.
 */
#ifndef RESPINPUT_H
#define RESPINPUT_H

struct buf;
struct fault;
struct splice;

/*
 * Appends the array of messages for what a request has under these names; no
 * bytes: nothing. 0, or -1 with *f: EX_DATAERR in words that name the place,
 * EX_OSERR.
 */
int respinput_messages(struct buf *out, struct splice instructions,
    struct splice input, struct fault *f);

#endif
