/*
 * POST /v1/responses as chat completions: text, images, tools, streams. What
 * needs state on the server (previous_response_id, conversation, background,
 * tools that the service itself runs) is refused in words.
 */
#ifndef RESPONSES_H
#define RESPONSES_H

#include <stdint.h>

struct json;
struct translate;

/*
 * Writes the data of an "error" event as both ways to read it want: with its
 * words at the top, and in an error, which makes SDKs throw it.
 */
void responses_error(struct json *j, int64_t number, const char *code,
    const char *message);

/*
 * begin() makes the ids from in->id: "req_X" gives "resp_X", and "msg_X_N",
 * "rs_X_N", "fc_X_N" for the N-th item. Events are numbered by
 * sequence_number from 0 and begin with response.created; end() gives
 * response.completed, or response.incomplete if the answer was cut
 * (finish_reason length, content_filter); fail() an "error" event, then
 * response.failed. Reasoning text is the summary of a reasoning item: what
 * clients show. The response object repeats what the request set. Tool calls
 * are done at the end, for their deltas may be mixed.
 */
extern const struct translate responses_translate;

#endif
