/*
 * A request of the Responses API as a chat request. What Responses defines is
 * translated, or left out where it means nothing here; what it does not
 * (enable_thinking, top_k, seed) goes over byte for byte. Pure.
 */
#ifndef RESPASK_H
#define RESPASK_H

#include <stddef.h>

struct buf;
struct fault;

/*
 * Appends the chat request for text[0..n). 0, or -1 with *f: EX_DATAERR in
 * words that name the member, EX_OSERR.
 *
 * Refused is what was kept or is run by the service itself:
 * previous_response_id, conversation, prompt, background, and tools that are no
 * functions; of input see respinput.h.
 */
int respask_chat(struct buf *out, const char *text, size_t n, struct fault *f);

#endif
