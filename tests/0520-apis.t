#!/bin/sh
# Messages, embeddings, completions and images through ms-serve: in the shape
# of their own API, with the failover of chats.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim
config
sed -i 's/^{/{"retries":2,"aliases":{"claude-*":"auto"},/' models.json
serve --workers 1 --log none

# say API MODEL [MORE]: the smallest request of that API.
say() {
	case $1 in
	messages | chat/completions)
		body='"max_tokens":99,"messages":[{"role":"user","content":"hi"}]' ;;
	responses | embeddings) body='"input":"hi"' ;;
	*) body='"prompt":"hi"' ;;
	esac
	printf '{"model":"%s",%s%s}' "$2" "$body" "${3-}"
}

# rules: what the simulator is to do from now on, from stdin.
rules() {
	curl -sS -o /dev/null --data-binary @- "$sim/sim/script"
}

# last FILE: of the last request but those for balances, head or body.
last() {
	n=$(awk '!/balance/ { n = $1 } END { print n }' simlog/index)
	cat "simlog/$n.$1"
}

# ---- in each shape ----

rules <<'!'
model=hollow/* status=200 body="{\"id\":\"\",\"object\":\"\",\"created\":0,\"choices\":null,\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}}"
!
for api in messages embeddings completions images/generations responses; do
	op=${api%/*}
	post "$api" 200 "/v1/$api" "$(say $api Test/Model-A)"
	like 'from where it goes' head '^x-ms-model: Test/Model-A.$'
	like 'in one attempt' head '^x-ms-attempts: 1.$'
	like 'its id' head '^x-request-id: req_[0-9A-Z]{26}.$'
	like 'is counted' state/usage/*.jsonl \
		"\"model\":\"Test/Model-A\",\"op\":\"$op\",\"status\":200,\"verdict\":\"ok\""
	last body >out
	ok 'as it was asked' [ "$(cat out)" = "$(say $api Test/Model-A)" ]

	post 'an order of models' 200 "/v1/$api" \
		"$(say $api gone ",\"models\":[\"$op/sim-500\",\"Test/Model-B\"]")"
	like 'goes on after a failure' head '^x-ms-model: Test/Model-B.$'
	like 'and counts it' head '^x-ms-attempts: 2.$'
	post 'a hollow answer' 200 "/v1/$api" \
		"$(say $api gone ",\"models\":[\"hollow/$op\",\"Test/Model-B\"]")"
	like 'is none' head '^x-ms-model: Test/Model-B.$'
	like 'and recorded so' state/usage/*.jsonl \
		"\"model\":\"hollow/$op\",\"op\":\"$op\",\"status\":200,\"verdict\":\"hollow\""
	post 'without a model' 200 "/v1/$api" \
		"$(say $api auto | sed 's/"model":"auto",//')"
	like 'the first that is configured' head '^x-ms-model: Test/Model-A.$'
	post 'no such model' 404 "/v1/$api" "$(say $api nope)"
	post 'a mistake of the caller' 400 "/v1/$api" "$(say $api sim/bad-param)"
	like 'in words of upstream' body '"message":"invalid temperature: '
	post 'too many' 429 "/v1/$api" "$(say $api sim/retry-after:1)"
	like 'may come again soon' head '^retry-after: 1.$'
	post 'out of quota' 429 "/v1/$api" "$(say $api sim/quota-day)"
	like 'may not' head '^x-should-retry: false.$'
	post 'broken' 502 "/v1/$api" "$(say $api sim/500)"
	post 'no object' 400 "/v1/$api" '[]'
	post 'no input' 400 "/v1/$api" '{"model":"Test/Model-A"}'
	req 'another method' 405 "/v1/$api"
	member=$(say $api x | sed 's/.*"\(messages\|input\|prompt\)".*/\1/')
	post 'an empty list' 400 "/v1/$api" \
		"{\"model\":\"Test/Model-A\",\"$member\":[ ]}"
	like 'is no fault of a model' body "request: $member: want at least one"
done

for api in messages completions responses; do
	post "$api in a stream" 200 "/v1/$api" \
		"$(say $api sim/long:30 ',"stream":true')"
	like 'is one' head '^Content-Type: text/event-stream.$'
	ok 'all of it' [ "$(grep -cE '"(text|delta)":" ?word[0-9]+"' body)" -eq 30 ]
	for fault in hollow-stream close-body error-first html; do
		post "$fault" 200 "/v1/$api" "$(say $api gone \
			",\"stream\":true,\"models\":[\"sim/$fault\",\"Test/Model-B\"]")"
		like 'goes on' head '^x-ms-model: Test/Model-B.$'
		unlike 'with nothing of it' body "$fault|\"error\":[^n]"
	done
	for fault in error-mid close-mid reset-mid; do
		post "$fault" 200 "/v1/$api" \
			"$(say $api sim/$fault ',"stream":true')"
		ok 'is said once' [ "$(grep -cE '^data: .*"error":[^n]' body)" -eq 1 ]
		unlike 'and no other answer begins' body 'Test/Model'
		unlike 'nor does it end well' body 'DONE|message_stop|response.completed'
	done
	post "$api: nothing to say" 200 "/v1/$api" "$(say $api sim/empty)"
	post 'or in a stream' 200 "/v1/$api" "$(say $api sim/empty ',"stream":true')"
done

# ---- messages ----

post 'an alias' 200 /v1/messages "$(say messages claude-sonnet-4-5)"
like 'leads to a model' head '^x-ms-model: Test/Model-A.$'
like 'the id that its SDKs look for' head '^request-id: req_'
post 'headers of the client' 200 '/v1/messages?beta=true' \
	"$(say messages Test/Model-A)" -H 'anthropic-version: 2023-06-01' \
	-H 'anthropic-beta: a-1,b-2' -H 'x-api-key: sk-ant-secret' \
	-H 'Cookie: secret' -H 'x-modelscope-async-mode: true'
last head >out
like 'some go upstream' out '^anthropic-version: 2023-06-01.$'
like 'both of them' out '^anthropic-beta: a-1,b-2.$'
post 'with a tab, and on two lines' 200 /v1/messages \
	"$(say messages Test/Model-A)" \
	-H "$(printf 'anthropic-beta: a-1,\tb-2')" -H 'anthropic-beta: c-3'
last head >out
like 'as one line' out "$(printf '^anthropic-beta: a-1,\tb-2, c-3.$')"
post 'longer than go along' 431 /v1/messages \
	"$(say messages Test/Model-A)" -H "anthropic-beta: $(printf %04000d 0)"
like 'is not left out in silence' body '"message":"[^"]*anthropic-beta'
post 'where it does not go along, it may be' 200 /v1/chat/completions \
	"$(say chat/completions Test/Model-A)" \
	-H "anthropic-beta: $(printf %04000d 0)"
like 'with our key' out '^Authorization: Bearer ms-0000'
unlike 'but no secret' out 'secret'
unlike 'and none of other APIs' out 'sync'
post 'no messages' 400 /v1/messages '{"max_tokens":9}'
like 'in its own shape' body \
	'^\{"type":"error","error":\{"type":"invalid_request_error","message":"request: no messages"\},"request_id":"req_[0-9A-Z]{26}"\}$'
# STATUS TYPE MODEL
while read -r status type model; do
	post "$model" "$status" /v1/messages "$(say messages "$model")"
	like "is a $type" body "^\{\"type\":\"error\",\"error\":\{\"type\":\"$type\","
done <<'!'
400 invalid_request_error sim/bad-param
404 not_found_error nope
413 request_too_large sim/413:anthropic
429 rate_limit_error sim/too-many
429 rate_limit_error sim/no-credits
502 api_error sim/503
503 overloaded_error sim/auth
!
req 'a method' 405 /v1/messages
like 'has that shape too' body '^\{"type":"error",'
req 'a body of another type' 415 /v1/messages -d x
like 'has it as well' body '^\{"type":"error",'
post 'error-mid' 200 /v1/messages "$(say messages sim/close-mid ',"stream":true')"
like 'is an event' body '^event: error$'
like 'that SDKs know' body '^data: \{"type":"error","error":\{"type":"api_error",'
post 'thought alone' 200 /v1/messages "$(say messages sim/reasoned-out)"
like 'up to the limit' body '"stop_reason":"max_tokens"'
like 'is no failure of upstream' state/usage/*.jsonl '"verdict":"reasoned"'

before=$(wc -l <simlog/index)
post 'tokens' 200 /v1/messages/count_tokens "$(say messages Test/Model-A)"
ok 'are estimated' [ "$(cat body)" = '{"input_tokens":5}' ]
post 'of no messages' 400 /v1/messages/count_tokens '{}'
like 'none' body '^\{"type":"error",'
ok 'without asking anybody' [ "$(wc -l <simlog/index)" -eq "$before" ]

# ---- where upstream knows only chats ----

# Each process finds that out once.
rules <<'!'
path=/v1/messages status=404 body="404 page not found" type=text/plain
!
unserve
serve --workers 1 --log none
ask='"system":"be","seed":9007199254740993,"stop_sequences":["x"]'
post 'where upstream has no messages' 200 /v1/messages \
	"$(say messages sim/echo ",$ask")"
like 'a message of ours' body \
	'^\{"id":"msg_[0-9A-Z]{26}","type":"message","role":"assistant","model":"sim/echo","content":\[\{"type":"text","text":"hi"\}\],"stop_reason":"end_turn","stop_sequence":null,"usage":\{"input_tokens":[0-9]+,"output_tokens":1\}\}$'
like 'after two attempts' head '^x-ms-attempts: 2.$'
last body >out
ok 'the chat request' [ "$(cat out)" = '{"model":"sim/echo","max_tokens":99,"messages":[{"role":"system","content":"be"},{"role":"user","content":"hi"}],"seed":9007199254740993,"stop":["x"]}' ]
post 'and again' 200 /v1/messages "$(say messages Test/Model-A)"
like 'at once' head '^x-ms-attempts: 1.$'
post 'a stream' 200 /v1/messages "$(say messages Test/Model-A ',"stream":true')"
ok 'its events' [ "$(sed -n 's/^event: //p' body | uniq | tr '\n' ' ')" = \
	'message_start content_block_start content_block_delta content_block_stop message_delta message_stop ' ]
like 'are counted' body '^data: \{"type":"message_delta".*"output_tokens":4\}\}$'
like 'here too' state/usage/*.jsonl \
	'"op":"messages","status":200,"verdict":"ok","stream":true.*"completion_tokens":4'
post 'failing over' 200 /v1/messages \
	"$(say messages gone ',"stream":true,"models":["sim/hollow","Test/Model-B"]')"
like 'as ever' head '^x-ms-model: Test/Model-B.$'
post 'broken' 200 /v1/messages "$(say messages sim/reset-mid ',"stream":true')"
like 'as an event' body '^data: \{"type":"error","error":\{"type":"api_error",.*"request_id":"req_'
unlike 'and no end' body 'message_stop'
post 'refused' 400 /v1/messages "$(say messages sim/bad-param)"
like 'in the shape of messages' body \
	'^\{"type":"error","error":\{"type":"invalid_request_error","message":"sim/bad-param: .*invalid temperature'
post 'what no chat can say' 400 /v1/messages \
	"$(say messages Test/Model-A ',"tools":[{"type":"web_search_20250305","name":"w"}]')"
like 'by its place' body '"message":"request: tools\[0\]: there is no tool'
rules <<'!'
path=/v1/messages status=404 body="404 page not found" type=text/plain
path=/v1/chat/completions status=200 body="{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]},\"finish_reason\":\"tool_calls\"}]}"
!
post 'a call whose arguments are not JSON' 502 /v1/messages \
	"$(say messages Test/Model-A)"
like 'is told as that' body \
	'^\{"type":"error","error":\{"type":"api_error","message":"the model.*not JSON'
like 'with who it was' head '^x-ms-model: Test/Model-A.$'
rules <<'!'
path=/v1/messages status=404 body="404 page not found" type=text/plain
!
post 'a model that only streams' 200 /v1/messages "$(say messages sim/stream-only)"
like 'is put together' body '"text":"Hello from sim/stream-only\."'
rules <<'!'
path=/v1/messages status=404 body="{\"error\":{\"message\":\"The model `Test/Model-C` does not exist\"}}"
!
unserve
serve --workers 1 --log none
post 'no such model there' 503 /v1/messages "$(say messages Test/Model-C)"
like 'is not no such path' head '^x-ms-attempts: 1.$'
rules </dev/null
unserve

# ---- a model that is none for one API ----

rules <<'!'
path=/v1/embeddings do=no-provider
path=/v1/images/* do=bad-model
path=/v1/messages do=no-provider
!
serve --workers 1 --log none
for api in embeddings images/generations messages; do
	post "$api that no model has" 503 "/v1/$api" "$(say $api auto)"
	post 'chats go on' 200 /v1/chat/completions "$(say chat/completions auto)"
	like 'with the first' head '^x-ms-model: Test/Model-A.$'
done
rules <<'!'
path=/v1/chat/completions model=Test/Embed do=no-provider
path=/v1/embeddings model=Test/Chat do=no-permission
!
post 'a model that only embeds' 503 /v1/chat/completions \
	"$(say chat/completions Test/Embed)"
post 'embeds all the same' 200 /v1/embeddings "$(say embeddings Test/Embed)"
post 'one that may not be asked for that' 503 /v1/embeddings \
	"$(say embeddings Test/Chat)"
post 'chats all the same' 200 /v1/chat/completions \
	"$(say chat/completions Test/Chat)"
like 'at once' head '^x-ms-attempts: 1.$'
unserve
rules </dev/null

# ---- images, and whose they are ----

MODELSCOPE_API_KEY='ms-one-0001 ms-two-0002 ms-three-0003'
printf 'a tok-0123456789abcdef 1/day\n' >tokens
chmod 600 tokens
serve --workers 1 --log none --tokens tokens
set -- -H 'x-api-key: tok-0123456789abcdef'
req 'a task without a token' 401 /v1/tasks/sim-task-1
post 'an image' 200 /v1/images/generations \
	"$(say images/generations Test/Model-A)" -H 'X-ModelScope-Async-Mode: true' "$@"
like 'is begun' body '"task_id":"sim-task-1","task_status":"PENDING"'
post 'one a day' 429 /v1/images/generations \
	"$(say images/generations Test/Model-A)" "$@"
rules <<'!'
path=/v1/tasks/* key=ms-one-* status=404 body="{\"error\":{\"message\":\"task not found\"}}"
path=/v1/tasks/* key=ms-two-* status=401 body="{\"error\":{\"message\":\"Authentication failed\"}}"
!
lines=$(cat state/usage/*.jsonl | wc -l)
req 'its task' 200 /v1/tasks/sim-task-1 \
	-H 'X-ModelScope-Task-Type: image_generation' "$@"
like 'is known to one key' body '"task_status":"PENDING"'
like 'after the others' head '^x-ms-attempts: 3.$'
last head >out
like 'with its type' out '^x-modelscope-task-type: image_generation.$'
req 'once more' 200 /v1/tasks/sim-task-1 "$@"
like 'that key is asked first' head '^x-ms-attempts: 1.$'
req 'in the end' 200 '/v1/tasks/sim-task-1?x=y' "$@"
like 'there it is' body '"task_status":"SUCCEED","output_images":\['
req 'another' 404 /v1/tasks/none "$@"
like 'is not there' body '"message":"task not found"'
like 'at any key' head '^x-ms-attempts: 3.$'
req 'no path' 400 /v1/tasks/..%2Fmodels "$@"
req 'no id' 400 /v1/tasks/ "$@"
rules <<'!'
path=/v1/tasks/* key=ms-two-* do=500
path=/v1/tasks/* status=404 body="{\"error\":{\"message\":\"task not found\"}}"
!
req 'one that may be there' 502 /v1/tasks/sim-task-1 "$@"
ok 'nobody rests for it' [ "$(cat state/usage/*.jsonl | wc -l)" -eq "$lines" ]
unserve
done_testing
