#!/bin/sh
# ms-chat: what each refusal and fault of an upstream leads to, in a stream
# and out of it: who is asked next, what is recorded, what is said.
. "${0%/*}/lib.sh"
. "$top/tests/failover.sh"

# row1 FORM DO ASKED RECORDED [STATUS WORDS]: the first request meets DO; five
# tests. With STATUS no answer comes, and the last word has WORDS.
row1() {
	fresh "path=/v1/chat/completions times=1 do=$2"
	run "$2, $1" "${5:-0}" ms-chat -o "$1" hi
	asked "$2, $1: who is asked" "$3"
	recorded "$2, $1: what is recorded" "$4"
	if [ $# -gt 4 ]; then
		same "$2, $1: no answer" out </dev/null
		like "$2, $1: why" err "^ms-chat: Test/Model-[AB]: .*$6"
		return
	fi
	[ "$1" = text ] || {
		jq -r '.choices[0].message.content' out >text
		mv text out
	}
	same "$2, $1: the answer" out <<!
Hello from Test/Model-${3#"${3%?}"}.
!
	same "$2, $1: nothing else" err </dev/null
}

row() {
	row1 text "$@"
	row1 openai "$@"
}

# ---- refusals ----
for word in auth auth-old; do
	row $word '1A 2A' '1A bad_key 401 key 3600, 2A ok 200'
done
row unbound '1A 2A' '1A unbound 401 key 3600, 2A ok 200'
row unverified '1A 2A' '1A unverified 403 key 3600, 2A ok 200'
row no-permission '1A 1B' '1A no_permission 403 pair 3600, 1B ok 200'
row no-provider '1A 1B' '1A no_provider 400 model 86400, 1B ok 200'
row bad-model '1A 1B' '1A bad_model 400 model 86400, 1B ok 200'
row not-exist-404 '1A 1B' '1A bad_model 404 model 86400, 1B ok 200'
row bad-param 1A '1A bad_request 400' 69 'HTTP 400: .*only 1 is allowed'
for status in 400 413 422; do
	row $status 1A "1A bad_request $status" 69 "HTTP $status: "
done
for word in 408 409 500 502 503 504 529 502-html; do
	row $word '1A 1B' "1A server ${word%-html} model 60, 1B ok 200"
done
for word in headers-many:10000 header-giant:200000; do
	row1 text $word '1A 1B' '1A too_large model 60, 1B ok 200'
done
row gzip '1A 1B' '1A bad_reply 200 model 60, 1B ok 200'
row 205 1A '1A ok 205'
row 206 1A '1A ok 206'
row hollow '1A 1B' '1A hollow 200 model 60, 1B ok 200'
row hollow-stream '1A 1B' '1A hollow 200 model 60, 1B ok 200'
row error-200 '1A 1B' '1A server 200 model 60, 1B ok 200'
row error-first '1A 1B' '1A server 200 model 60, 1B ok 200'

# ---- the 429s, and what is out of credits ----
for word in no-credits no-credits:out no-credits:old no-credits:bare; do
	row $word '1A 1$ 2A' \
		'1A no_credits 429 pair 600, 1$ ok 200, 2A ok 200'
done
row balance-402 '1A 1$ 2A' '1A no_credits 402 pair 600, 1$ ok 200, 2A ok 200'
row error-first:quota '1A 1$ 2A' \
	'1A no_credits 200 pair 600, 1$ ok 200, 2A ok 200'
row quota-day '1A 2A' '1A quota_day 429 pair 2030-03-11, 2A ok 200'
row quota-day-headers '1A 2A' '1A quota_day 429 pair 2030-03-11, 2A ok 200'
row quota-month '1A 2A' '1A quota_month 429 pair 2030-04-01, 2A ok 200'
for word in current-quota allocated burst rate; do
	row $word '1A 2A' '1A burst 429 pair 60, 2A ok 200'
done
row provider-1008 '1A 1B' '1A provider 429 model 86400, 1B ok 200'
row too-many '1A 2A' '1A too_many 429 key 5, 2A ok 200'
row request-limit '1A 2A' '1A too_many 429 key 5, 2A ok 200'
row retry-after:7 '1A 2A' '1A too_many 429 key 7, 2A ok 200'
row retry-after:soon '1A 2A' '1A too_many 429 key 5, 2A ok 200'
row retry-after:9999999 '1A 2A' '1A too_many 429 key 86400, 2A ok 200'
row retry-date:-60 '1A 2A' '1A too_many 429 key 5, 2A ok 200'
row burst+retry-after:90 '1A 2A' '1A too_many 429 key 90, 2A ok 200'

# ---- replies that are no answers ----
for word in html json-null empty-body; do
	want=bad_reply
	[ $word != empty-body ] || want=hollow
	row $word '1A 1B' "1A $want 200 model 60, 1B ok 200"
done
row redirect '1A 1B' '1A bad_reply 302 model 60, 1B ok 200'
row not-http '1A 1B' '1A cut model 60, 1B ok 200'
row1 text empty-stream '1A 1B' '1A cut 200 model 60, 1B ok 200'
row1 text done-only '1A 1B' '1A hollow 200 model 60, 1B ok 200'
row1 text role-only '1A 1B' '1A hollow 200 model 60, 1B ok 200'
row not-json '1A 1B' '1A bad_reply 200 model 60, 1B ok 200'
row reset '1A 1B' '1A network upstream 60, 1B ok 200'
row close '1A 1B' '1A network upstream 60, 1B ok 200'
row reset-half-head '1A 1B' '1A network upstream 60, 1B ok 200'
row reset-body '1A 1B' '1A cut 200 model 60, 1B ok 200'
row close-body '1A 1B' '1A cut 200 model 60, 1B ok 200'

# ---- after the first content ----
# broken DO STATUS RECORDED WORDS ERROR: what was said stays, no other model is
# asked, and a stream ends with an event that has ERROR.
broken() {
	fresh "path=/v1/chat/completions times=1 do=$1"
	run "$1" "$2" ms-chat hi
	asked "$1: no other is asked" 1A
	recorded "$1: what is recorded" "$3"
	same "$1: what was said stays" out <<!
Hello from
!
	like "$1: why" err "^ms-chat: Test/Model-A: HTTP 200: $4"
	fresh "path=/v1/chat/completions times=1 do=$1"
	run "$1, sse" "$2" ms-chat -o sse hi
	asked "$1, sse: no other is asked" 1A
	unlike "$1, sse: does not end well" out DONE
	tail -n 2 out | sed -n 's/^data: //p' | jq -r .error.message >error
	like "$1, sse: says so" error "$5"
}

for word in reset-mid close-mid half-event no-last-chunk bad-chunk; do
	broken $word 76 '1A cut 200 model 60' 'reply broke off: ' 'broke off'
done
broken error-mid 75 '1A server 200 model 60' 'upstream failed: ' \
	'^Internal server error$'
broken error-mid:quota 75 '1A no_credits 200 pair 600' 'out of credits: ' \
	'^insufficient balance$'
for word in reset-mid close-mid half-event; do
	row1 openai $word '1A 1B' '1A cut 200 model 60, 1B ok 200'
done
for word in empty filter finish-no-done done-no-finish null-choices id-null \
	reason-only; do
	fresh "path=/v1/chat/completions times=1 do=$word"
	run "$word, text" 0 ms-chat hi
	recorded "$word is an answer" '1A ok 200'
	fresh "path=/v1/chat/completions times=1 do=$word"
	run "$word, openai" 0 ms-chat -o openai hi
	recorded "$word is an answer, plain too" '1A ok 200'
done

# ---- repairs ----
# mended NAME RECORDED MEMBER: two tests, of what is recorded, and of a member
# of the last request, that stdin says.
mended() {
	recorded "$1: what is recorded" "$2"
	jq -c ".$3" "$(find simlog -name '*.body' | sort | tail -n 1)" >member
	same "$1: mended" member
}
fresh 'path=/v1/chat/completions do=stream-only'
run 'stream-only' 0 ms-chat -o openai hi
mended 'stream-only' '1A stream_only 400, 1A ok 200' stream <<'!'
true
!
jq -c '[.object, .choices[0].message.content]' out >text
same 'stream-only: a plain answer all the same' text <<'!'
["chat.completion","Hello from Test/Model-A."]
!
fresh 'path=/v1/chat/completions do=thinking-rule'
run 'thinking-rule' 0 ms-chat -o openai hi
mended 'thinking-rule' '1A think_off 400, 1A ok 200' enable_thinking <<'!'
false
!
fresh 'path=/v1/chat/completions do=thinking-rule-2'
run 'thinking-rule-2' 0 ms-chat -o openai hi
mended 'thinking-rule-2' '1A stream_only 400, 1A ok 200' stream <<'!'
true
!
for rule in stream-only thinking-rule thinking-rule-2; do
	fresh "path=/v1/chat/completions do=$rule"
	run "$rule, in a stream" 0 ms-chat hi
	recorded "$rule, in a stream: nothing to mend" '1A ok 200'
done
for form in text openai; do
	fresh 'path=/v1/chat/completions do=thinking-only'
	run "thinking-only, $form" 0 ms-chat -o $form \
		--param enable_thinking=false hi
	mended "thinking-only, $form" '1A think_on 400, 1A ok 200' \
		enable_thinking <<'!'
null
!
done
for word in stream-only thinking-rule; do
	fresh "path=/v1/chat/completions do=$word"
	run "$word, --retries 0" 69 ms-chat -o openai --retries 0 hi
	asked "$word, --retries 0: is asked once" 1A
done
fresh 'status=400 body="{\"error\":{\"message\":\"only support stream mode\"}}"'
run 'a repair that does not help' 69 ms-chat -o openai hi
recorded 'a repair that does not help: is made once' \
	'1A stream_only 400, 1A stream_only 400'

# What was mended for one model is not for the next.
for rule in stream-only thinking-only; do
	fresh "path=/v1/chat/completions model=*A times=1 do=$rule" \
		'path=/v1/chat/completions model=*A do=500'
	run "$rule, and then it fails" 0 ms-chat -o openai \
		--param enable_thinking=false hi
	asked "$rule, and then it fails: who is asked" '1A 1A 1B'
	jq -c "[.stream, .enable_thinking]" \
		"$(find simlog -name '*.body' | sort | tail -n 1)" >member
	same "$rule, and then it fails: the next is asked as before" member <<'!'
[null,false]
!
done

# ---- reasoning that used up max_tokens ----
fresh 'path=/v1/chat/completions do=reasoned-out:1000'
echo '{"prompt":"p","model_id":"Test/Model-A"}' >n8n.json
run 'a limit of ours' 0 sh -c 'ms-chat -o n8n <n8n.json'
mended 'a limit of ours' '1A reasoned 200, 1A ok 200' max_tokens <<'!'
null
!
same 'a limit of ours: the answer' out <<'!'
{"text":"Hello from Test/Model-A.","model":"Test/Model-A"}
!
for form in text openai; do
	fresh 'path=/v1/chat/completions do=reasoned-out:1000'
	run "a limit of the caller's, $form" 76 ms-chat -o $form --max-tokens 9 hi
	recorded "a limit of the caller's, $form: no other" '1A reasoned 200'
	like "a limit of the caller's, $form: what to do" err \
		'raise max_tokens or turn thinking off'
done
echo '{"prompt":"p","model_id":"Test/Model-A","max_tokens":1000}' >n8n.json
fresh 'path=/v1/chat/completions do=reasoned-out:1000'
run "a limit of the caller's own, n8n" 76 sh -c 'ms-chat -o n8n <n8n.json'
recorded "a limit of the caller's own, n8n: stays" '1A reasoned 200'

# ---- what is no upstream's fault ----
fresh ''
run 'headers past their bound' 76 ms-chat -m sim/header-giant:2000000 hi
like 'are called that' err 'reply too large: its headers are too large'
fresh ''
run 'an answer that is encoded' 76 ms-chat -m sim/gzip hi
like 'is called that' err 'malformed reply: encoded, which was not asked for'
if ! ldd "$MS_BIN/ms-chat" | grep -q libasan; then
	fresh ''
	run 'no memory for an answer' 71 sh -c 'ulimit -v 150000
		exec ms-chat -o openai --max-answer 900000000 -m sim/big:200000000 hi'
	like 'is told as that' err 'our own system failed: out of memory'
	recorded 'lets nobody rest' '10 system 200'
fi
i=0
while [ $((i += 1)) -le 24 ]; do
	echo '{"prompt":"x"}'
done >many
fresh ''
jq '.per_key_concurrency = 0' models.json >free.json
run 'no descriptors for so many calls' 0 sh -c \
	'ulimit -n 16; exec ms-chat --config free.json -v --batch many -P 24 -m sim/delay:300'
like 'is told as that' err 'our own system failed: Too many open files'
unlike 'and as nothing else' err 'no connection'
ok 'all are answered in the end' [ "$(jq -c 'select(.error == null)' out | wc -l)" -eq 24 ]
fresh ''
sed 's,"http:,"https:,g' models.json >tls.json
run 'a file of certificates that is not there' 71 env CURL_CA_BUNDLE=none \
	ms-chat --config tls.json hi
ok 'lets nobody rest, either' \
	[ "$(jq -c '[.verdict, .rest]' state/usage/*.jsonl)" = '["system",null]' ]

# ---- an answer that is over before its reply ----
# Time would be over first, if the end of the reply were waited for.
for form in text sse openai json n8n; do
	fresh 'path=/v1/chat/completions do=stall-end'
	run "stall-end, $form" 0 ms-chat --timeout 20 -o $form hi
	recorded "stall-end, $form: an answer" '1A ok 200'
done
for form in sse json; do
	fresh 'path=/v1/chat/completions do=cr+stall-end'
	run "no LF behind its last CR, $form" 0 ms-chat --timeout 20 -o $form hi
	recorded "no LF behind its last CR, $form: an answer" '1A ok 200'
done
fresh 'path=/v1/chat/completions do=stream-only+stall-end'
run 'stall-end, assembled' 0 ms-chat --timeout 20 -o openai hi
recorded 'an answer, too' '1A stream_only 400, 1A ok 200'
for form in text sse json n8n; do
	fresh 'path=/v1/chat/completions do=error-mid+stall-end'
	run "an error and no end, $form" 75 ms-chat --timeout 20 -o $form hi
	recorded "an error and no end, $form: that error" '1A server 200 model 60'
done
row1 text hollow-stream+stall-end '1A 1B' '1A hollow 200 model 60, 1B ok 200'
perl -e 'print qq(data: {"choices":[{"delta":{"content":"Hi"}}]}\n\ndata: [DONE]\n\n),
	": more\n\n" x 1e5' >more
fresh "path=/v1/chat/completions status=200 body=@$dir/more type=text/event-stream do=stall-end"
run 'more and more' 0 ms-chat --timeout 20 -o sse hi
ok 'nothing of which is passed on' sh -c '[ "$(tail -n 2 out)" = "data: [DONE]" ]'
recorded 'but the answer' '1A ok 200'

# ---- silence ----
jq '.timeouts = {"first_byte": 1, "plain": 1, "idle": 1}' models.json >m
mv m models.json
row stall '1A 1B' '1A timeout 200 model 60, 1B ok 200'
row1 text stall-head '1A 1B' '1A timeout model 60, 1B ok 200'
row1 openai stall-head 1A '1A timeout model 60' 75 'timed out: no answer'
row1 openai stall-mid '1A 1B' '1A timeout 200 model 60, 1B ok 200'
broken stall-mid 75 '1A timeout 200 model 60' 'timed out: ' 'stalled'
done_testing
