/*
 * POST /v1/responses as chat completions: text, images, tools, streams. What
 * needs state on the server (previous_response_id, conversation, background,
 * tools that the service itself runs) is refused in words.
 */
#ifndef RESPONSES_H
#define RESPONSES_H

struct translate;

/*
 * begin() makes the ids from in->id: "req_X" gives "resp_X", items "msg_X",
 * "rs_X", "fc_X_N". Events are numbered by sequence_number from 0 and begin
 * with response.created; end() gives response.completed, or
 * response.incomplete if the answer was cut (finish_reason length,
 * content_filter); fail() an "error" event. Reasoning text becomes a
 * reasoning item. The response object repeats what the request set.
 */
extern const struct translate responses_translate;

#endif
