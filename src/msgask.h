/*
 * A request of Anthropic's messages API as a chat request. Members that the
 * API does not define (enable_thinking, seed) go over byte for byte; its own
 * are translated, or left out where they mean nothing here. Pure.
 */
#ifndef MSGASK_H
#define MSGASK_H

#include <stddef.h>

struct buf;
struct fault;

/*
 * Appends the chat request for text[0..n). 0, or -1 with *f: EX_DATAERR in
 * words that name the place, EX_OSERR.
 *
 * The results of tools go before all else that the user's message says;
 * images in them, which no tool may send, go to the user. What the model
 * thought is not told it again. Refused is what only the service itself could
 * run or read: its own tools, files, documents that are no text.
 */
int msgask_chat(struct buf *out, const char *text, size_t n, struct fault *f);

#endif
