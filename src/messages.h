/*
 * POST /v1/messages as chat completions: texts, images, tools, thinking,
 * streams; see msgask.h for requests. Pure.
 */
#ifndef MESSAGES_H
#define MESSAGES_H

struct translate;

/*
 * The id "req_X" gives the message "msg_X". Reasoning becomes a thinking block
 * with an empty signature. A block ends where another kind begins; a call that
 * another follows, as soon as its input is whole. Why the answer stopped is in
 * this API's words.
 */
extern const struct translate messages_translate;

#endif
