#!/bin/sh
# Responses: passed through where upstream serves them, else made from chat
# completions, as the OpenAI SDK sees them.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim
config
sed -i 's/^{/{"retries":2,/' models.json
serve --log none
post 'a response' 200 /v1/responses '{"model":"Test/Model-A","input":"hi"}'
like 'is that of upstream' body '"id":"resp_sim"'
post 'what was kept' 400 /v1/responses \
	'{"model":"Test/Model-A","input":"hi","previous_response_id":"resp_1"}'
like 'by its name' body '"message":"request: previous_response_id: '

cat >lacks <<'!'
path=/v1/responses status=404 body="{\"detail\":\"Not Found\"}"
!
curl -sS -o out --data-binary @lacks "$sim/sim/script"
unserve
serve --log none
ask='"model":"sim/echo","instructions":"be","max_output_tokens":9'
post 'where upstream has no such route' 200 /v1/responses \
	"{$ask,\"seed\":9007199254740993,\"input\":\"hi\"}"
like 'a response of ours' body \
	'^\{"id":"resp_[0-9A-Z]{26}","object":"response",.*"status":"completed",.*"text":"hi"'
like 'its model' head '^x-ms-model: sim/echo.$'
req=$(awk '/POST \/v1\/chat\/completions/ { n = $1 } END { print n }' \
	simlog/index)
ok 'the chat request' [ "$(cat "simlog/$req.body")" = '{"model":"sim/echo","seed":9007199254740993,"messages":[{"role":"system","content":"be"},{"role":"user","content":"hi"}],"max_tokens":9}' ]
post 'a stream' 200 /v1/responses "{$ask,\"stream\":true,\"input\":\"hi\"}"
like 'its type' head '^Content-Type: text/event-stream.$'
like 'its first event' body '^event: response.created$'
like 'its last' body '^event: response.completed$'
unlike 'no mark of chats' body 'DONE'
like 'is counted' state/usage/*.jsonl \
	'"op":"responses".*"prompt_tokens":[0-9]+,"completion_tokens":[0-9]+'

if [ -d "$top/tests/node_modules/openai" ]; then
	NODE_PATH=$top/tests/node_modules PORT=$port SIM=$sim \
		node "$top/tests/serve/responses.js" >node.out 2>node.err
	sed 's/^/# /' node.out node.err
	ok 'the SDK' not grep -q '^not ok' node.out
	ok 'all of it' grep -q '^1\.\.' node.out
else
	echo '# the openai package is not installed (make deps)'
fi
unserve
done_testing
