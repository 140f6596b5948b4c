#!/bin/sh
# The simulator: each family of its behaviours, as curl sees them.
. "${0%/*}/lib.sh"
sim --credits 1000
chat=$sim/v1/chat/completions
limit=	# seconds, where an answer is not to come

# ask MODEL [MEMBERS [KEY]]: one chat; body in out, head in head, and in got
# the status and curl's exit, 1 being any way that a connection breaks.
ask() {
	printf '{"model":"%s","messages":[{"role":"user","content":"hi"}]%s}' \
		"$1" "${2:+,$2}" >request
	curl -s -m "${limit:-20}" -D head -o out -w '%{http_code}' \
		-H "Authorization: Bearer ${3:-ms-key}" -d @request "$chat" \
		>code
	case $? in
	0) got="$(cat code) 0" ;;
	28) got="$(cat code) late" ;;
	*) got="$(cat code) 1" ;;
	esac
}

# asks NAME STATUS-AND-EXIT REGEX MODEL [MEMBERS [KEY]]
asks() {
	name=$1 want=$2 regex=$3
	shift 3
	rm -f head
	: >out
	ask "$@"
	ok "$name: $want" [ "$got" = "$want" ] || echo "# got $got"
	[ -z "$regex" ] || like "$name: body" out "$regex"
}

# ---- good answers ----

asks 'plain' '200 0' '"content":"Hello from Test/A\."' Test/A
asks 'the same again' '200 0' '' Test/A
cp out first
asks 'and again' '200 0' '' Test/A
ok 'the same bytes' cmp -s first out
asks 'stream' '200 0' '^data: \[DONE\]$' Test/A '"stream":true'
grep -c '^data:' out >lines
same 'role, four deltas, finish, the end' lines <<!
7
!
unlike 'no usage unasked' out '"usage"'
asks 'usage asked for' '200 0' '"choices":\[\],"usage":\{"prompt_tokens":8,' \
	Test/A '"stream":true,"stream_options":{"include_usage":true}'
asks 'max_tokens' '200 0' '"content":"Hello from".*"length"' Test/A \
	'"max_tokens":2'
asks 'reasoning' '200 0' '"reasoning_content":"Let me think\."' sim/reason
asks 'tool deltas' '200 0' '"tool_calls":\[\{"index":1,"id":"call_1"' \
	sim/tools:2 '"stream":true'
asks 'echo' '200 0' '"content":"hi"' Org/sim-echo
asks 'long' '200 0' ' word300"' sim/long:300 '"stream":true'
asks 'behaviours joined' '200 0' 'data:\{.*word3' sim/nospace+long:3 \
	'"stream":true'
asks 'an unknown one' '400 0' 'no behaviour' sim/no-such

# ---- refusals ----

while IFS='|' read -r model status regex; do
	asks "$model" "$status 0" "$regex" "$model"
done <<'!'
sim/auth|401|^\{"error":\{"message":"Authentication failed.*"request_id":"[^"]*"\}\}$
sim/auth-old|401|^\{"errors":\{"message":"Authenticaton failed
sim/unbound|401|bind your Alibaba Cloud account
sim/unverified|403|real name verified
sim/no-permission|403|no permission
sim/no-provider|400|^\{"error":\{"message":"[^"]*has no provider supported"\},"request_id"
sim/no-provider:old|400|^\{"errors":
sim/bad-model|400|Invalid model id: sim/bad-model
sim/stream-only|400|only support stream mode
sim/thinking-rule|400|enable_thinking must be set to false for non-streaming
sim/thinking-rule-2|400|can not be support when stream=False
sim/bad-param|400|only 1 is allowed
sim/not-exist-404|404|The model `.*` does not exist
sim/balance-402|402|insufficient balance
sim/no-credits|429|"message":"insufficient balance"
sim/quota-day|429|exceeded today's quota for model sim/quota-day
sim/quota-month|429|exceeded this month's quota for model
sim/current-quota|429|"code":"insufficient_quota","message":"You exceeded your current quota, please check your plan
sim/allocated|429|Allocated quota exceeded
sim/burst|429|limit_burst_rate
sim/rate|429|Requests rate limit exceeded
sim/provider-1008|429|insufficient balance \(1008\).*insufficient_balance_error
sim/too-many|429|Too many requests
sim/request-limit|429|Request limit exceeded
sim/500|500|Internal server error
sim/502-html|502|<title>502 Bad Gateway
sim/503:string|503|^\{"error":"Service unavailable"\}$
sim/504-html|504|Gateway Time-out
sim/hollow|200|^\{"id":"","object":"","created":0,"model":"","choices":null
!
asks 'a stream may be refused' '200 0' '"choices":null' sim/hollow \
	'"stream":true'
asks 'stream-only, repaired' '200 0' DONE sim/stream-only '"stream":true'
asks 'thinking-rule, repaired' '200 0' Hello sim/thinking-rule \
	'"enable_thinking":false'
asks 'thinking-only' '400 0' 'restricted to True' sim/thinking-only \
	'"enable_thinking":false'
asks 'reasoned out' '200 0' '"content":null,"reasoning_content".*"length"' \
	sim/reasoned-out:200 '"max_tokens":200'
asks 'not without the limit' '200 0' Hello sim/reasoned-out:200
asks 'Retry-After' '429 0' '' sim/retry-after:7
like 'its header' head '^Retry-After: 7'
asks 'a date' '429 0' '' sim/retry-date:90
like 'its header' head '^Retry-After: [A-Z][a-z][a-z], .* GMT'

# ---- keys ----

asks 'a bad key' '401 0' 'Authentication failed' Test/A '' ms-bad-1
asks 'an unbound key' '401 0' 'bind your' Test/A '' ms-unbound
asks 'an unverified key' '403 0' 'real name' Test/A '' ms-unverified
asks 'an empty key' '429 0' 'insufficient balance' Test/A '' ms-empty
asks 'half a credit' '429 0' 'insufficient balance' Test/A '' ms-half
asks 'is enough for a cheap model' '200 0' Hello sim/price:0.5 '' ms-half

# balance KEY: the answer of the balance endpoint in out.
balance() {
	curl -s -m 20 -o out -w '%{http_code}' -H "Authorization: Bearer $1" \
		"$sim/openapi/v1/magicubes/balance" >code
}
balance ms-half
like 'balance' out '"total_balance":0,"available_balance":0,"frozen_amount":0'
balance ms-credits2.5
like 'a fraction' out '"available_balance":2.5,'
balance ms-bad
like 'a bad key there' out '"code":"InvalidAuthentication"'
balance ms-balstring
like 'an odd one' out '"available_balance":"177"'
balance ms-bal503
like 'a failing one' code '^503$'
ok 'a lying length is an error' not balance ms-ballie
ok 'so is a reset' not balance ms-balreset
curl -s "$sim/v1/models" >out
like 'models need no key' out '"id":"Test/Model-A","object":"model"'

# ---- faults ----

while IFS='|' read -r model members want regex; do
	case $want in
	*late) limit=1 ;;
	*) limit= ;;
	esac
	asks "$model" "$want" "$regex" "$model" "$members"
done <<'!'
sim/reset||000 1|
sim/close||000 1|
sim/stall-half-head||200 late|
sim/reset-body||200 1|
sim/reset-mid|"stream":true|200 1|Hello
sim/close-mid|"stream":true|200 1|Hello
sim/half-event|"stream":true|200 1|from
sim/stall-head||000 late|
sim/stall-mid|"stream":true|200 late|Hello
sim/stall-end|"stream":true|200 late|DONE
sim/delay:50||200 0|Hello
sim/length-long||200 1|Hello
sim/bad-chunk|"stream":true|200 1|Hello
sim/no-last-chunk|"stream":true|200 1|Hello
sim/chunked-1||200 0|Hello
sim/chunk-ext||200 0|Hello
sim/http10||200 0|Hello
sim/no-length-close||200 0|Hello
sim/early-hints||200 0|Hello
sim/redirect||302 0|
sim/headers-many:90||200 0|Hello
sim/not-http||000 1|
sim/status-999||999 0|
sim/split:40||200 0|Hello
sim/html|"stream":true|200 0|<html>
sim/not-json||200 0|^this is not json$
sim/truncated-json||200 0|
sim/empty-body||200 0|
sim/finish-no-done|"stream":true|200 0|"stop"
sim/error-first|"stream":true|200 0|^data: \{"error"
sim/error-mid:quota|"stream":true|200 0|^data: \{"error".*insufficient
sim/comments|"stream":true|200 0|^: PROCESSING
sim/null-choices|"stream":true|200 0|"id":null.*"choices":null
sim/multi-data|"stream":true|200 0|^data: "object"
sim/big:100000||200 0|x{1000}
sim/keep-then-close||200 0|Hello
sim/trailing||200 0|Hello
sim/comments-only|"stream":true|200 late|^: keep-alive
!
limit=
asks 'gzip' '200 0' '' sim/gzip
gzip -dc <out >plain 2>/dev/null
like 'unzips' plain 'Hello from sim/gzip'
asks 'crlf' '200 0' '' sim/crlf '"stream":true'
tr -d '\r' <out | grep -c '^data:' >lines
tr -cd '\r' <out | wc -c >>lines
same 'every line ends so' lines <<!
7
14
!

# ---- other shapes ----

post() {
	curl -s -m 20 -H 'Authorization: Bearer ms-key' -o out -d "$2" "$sim$1"
}
post /v1/messages '{"model":"Test/A","stream":true,"messages":[{}]}'
like 'messages' out '^event: message_stop'
post /v1/messages '{"model":"sim/too-many","messages":[{}]}'
like 'their errors' out '^\{"type":"error","error":\{"type":"rate_limit_error"'
curl -s -H 'x-api-key: ms-other' -d '{"model":"A/b","messages":[{}]}' \
	"$sim/v1/messages" >out
like 'their own key header' out '"end_turn"'
post /v1/responses '{"model":"Test/A","input":"hi"}'
like 'responses' out '"object":"response".*Hello from'
post /v1/completions '{"model":"Test/A","prompt":"hi"}'
like 'completions' out '"text":"Hello from'
post /v1/embeddings '{"model":"Test/A","input":["a","b"]}'
like 'embeddings' out '"index":1,"embedding":\['
curl -s -H 'Authorization: Bearer k' -H 'X-ModelScope-Async-Mode: true' \
	-d '{"model":"Test/A"}' "$sim/v1/images/generations" >out
like 'images' out '"task_id":"sim-task-1"'
until_ok sh -c "curl -s -H 'Authorization: Bearer k' \
	'$sim/v1/tasks/sim-task-1' | tee out | grep SUCCEED"
like 'their task' out '"SUCCEED","output_images":\['
ask_local() {
	post /api/generate "{\"model\":\"$1\",\"prompt\":\"$2\"${3-}}"
}
ask_local sim-score-8 x ',"stream":false'
like 'a local score' out '"response":"\{\\"score\\":8,'
ask_local sim-score-8 x
like 'streams unless told' out '"done":false'
ask_local sim-obey 'score: 9' ',"stream":false'
like 'obeys' out 'score\\":9,'
ask_local sim-think x ',"stream":false'
like 'thinks' out '"response":"","thinking"'
ask_local sim-missing x
like 'a missing one' out '^\{"error":"model \\"sim-missing\\" not found'

# ---- counting, scripts, log ----

post /sim/reset ''
ask Test/A
ask Test/B '' ms-two
limit=1
ask sim/stall-mid '"stream":true'
limit=
until_ok sh -c "curl -s '$sim/sim/stats' | grep -q '\"client_gone\":1'"
curl -s "$sim/sim/stats" >out
like 'requests' out '^\{"requests":3,"in_flight":0,"in_flight_max":1,'
like 'by key' out '"ms-key":\{"requests":2,"in_flight":0,"in_flight_max":1,"left":998'
like 'by model' out '"Test/B":1'
like 'the client left' out '"client_gone":1,.*"client_gone_events":\[2\]'
post /sim/script 'model=Test/A times=2 do=500
key=ms-two status=418 body="short \"and\" stout" header="X-Tea: yes"'
asks 'scripted once' '500 0' '' Test/A
asks 'twice' '500 0' '' Test/A
asks 'not thrice' '200 0' Hello Test/A
asks 'canned' '418 0' 'short "and" stout' Test/A '' ms-two
like 'its header' head '^X-Tea: yes'
post /sim/script 'do=no-such-thing'
like 'a bad script' out 'not understood: do=no-such-thing'
tail -n 1 simlog/index >last
read -r number rest <last
same 'the index' last <<!
$number POST /v1/chat/completions Test/A ms-two 418 canned
!
same 'the body' "simlog/$number.body" <request
like 'the head' "simlog/$number.head" '^Authorization: Bearer ms-two'

# Who waits for a delay or a pause is hurried by a word.
hurry() {
	curl -s -X POST "$sim/sim/hurry" >hurried
}
for model in sim/delay:600000 sim/long:3+slow:600000; do
	ask "$model" '"stream":true' &
	late=$!
	until_ok sh -c "curl -s '$sim/sim/stats' | grep -q '\"in_flight\":1'"
	hurry
	wait "$late"
	like "$model, hurried" out '^data: \[DONE\]$'
done

# ---- the other regime, concurrency, TLS ----

sim --regime headers --account-limit 3 --model-limit 2 --concurrency 1
chat=$sim/v1/chat/completions
asks 'old regime' '200 0' Hello Test/A
like 'account' head '^modelscope-ratelimit-requests-remaining: 2'
like 'model' head '^modelscope-ratelimit-model-requests-limit: 2'
asks 'told on a 400' '400 0' '' sim/no-provider
like 'the same left' head '^modelscope-ratelimit-requests-remaining: 2'
asks 'last of the model' '200 0' Hello Test/A
asks 'model out' '429 0' "today's quota for model Test/A" Test/A
asks 'last of the account' '200 0' Hello Test/B
asks 'account out' '429 0' "today's quota" Test/C
asks 'another key has its own' '200 0' Hello Test/A '' ms-two
ask sim/delay:600000 '' ms-three &
slow=$!
until_ok sh -c "curl -s '$sim/sim/stats' | grep -q '\"in_flight\":1'"
asks 'one at a time' '429 0' 'Too many requests' Test/A '' ms-three
hurry
wait $slow
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout tls.key -out tls.crt -subj /CN=localhost \
	-addext subjectAltName=IP:127.0.0.1 2>/dev/null
sim --tls tls.crt tls.key
like 'its address' sim.url '^https://127'
curl -s --cacert tls.crt -d '{"model":"sim/long:2000","stream":true,
	"messages":[{}]}' -H 'Authorization: Bearer k' \
	"$sim/v1/chat/completions" >out
like 'over TLS' out 'word2000"'
kill "$simpid"
wait "$simpid"
ok 'ends well when told' [ $? -eq 0 ]
run 'a bad option' 64 "$MS_BUILD/simulator" --regime of-old
done_testing
