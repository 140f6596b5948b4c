#!/bin/sh
# Other upstreams: keys, bounds, prices and windows of their own; local ones
# that answer when all else is out.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim --keyless
local=$sim localpid=$simpid
mkdir simlog2
sim --log simlog2 --credits 2
MS_CONFIG=$dir/models.json MS_STATE=$dir/state MS_KEYS_FILE=$dir/keys
export MS_CONFIG MS_STATE MS_KEYS_FILE
printf 'one ms-00000000-0000-0000-0000-000000000001\n' >keys
chmod 600 keys

# site MODELS UPSTREAMS: a configuration and an empty state folder.
site() {
	rm -rf state
	cat >models.json <<-!
		{"models":[$1],"upstreams":{"modelscope":
		 {"base_url":"$sim/v1","balance_url":"$sim/openapi/v1/magicubes/balance"}$2},
		 "smart_routing":{"enabled":false}}
	!
}

# asked URL MODEL: how often a simulator was asked for a model.
asked() {
	curl -s "$1/sim/stats" | jq --arg m "$2" '.by_model[$m] // 0'
}

# ---- the last resort ----
ollama=',"ollama":{"base_url":"'$local'/v1","keyless":true}'
site '{"id":"Test/Model-A"},
 {"id":"qwen3:8b","tier":4,"upstream":"ollama","last_resort":true}' "$ollama"
run 'with credits' 0 ms-chat -j hi
ok 'the service answers' jq -e '.model == "Test/Model-A"' out
run 'the last of them' 0 ms-chat hi
run 'without' 0 ms-chat -j hi
ok 'the last resort answers and is named' \
	jq -e '.model == "qwen3:8b" and .content == "Hello from qwen3:8b."' out
ok 'and who refused' jq -e '.retried_models == ["Test/Model-A"]' out
run 'in words' 0 ms-chat -v hi
same 'too' out <<'!'
Hello from qwen3:8b.
!
run 'a model named alone has no last resort' 75 ms-chat -m Test/Model-A hi
printf '{"prompt":"%s"}\n' a b c d >in
run 'a batch' 0 ms-chat --batch in -O out.jsonl
ok 'goes on with it' jq -es \
	'length == 4 and all(.[]; .response.body.model == "qwen3:8b")' out.jsonl
serve --log none
post 'the gateway' 200 /v1/chat/completions \
	'{"model":"auto","messages":[{"role":"user","content":"hi"}]}'
ok 'answers from it' jq -e '.model == "qwen3:8b"' body
like 'and names it' head '^x-ms-model: qwen3:8b'
unserve
run 'the order says so' 0 sh -c 'echo "{\"prompt\":\"x\"}" | ms-route'
ok 'too, in front' jq -e '.model == "qwen3:8b"' out
kill "$localpid"
until_ok not curl -s "$local/health"
run 'and when it is down as well' 75 ms-chat hi

# ---- a bound for a server without keys ----
sim --keyless
local=$sim
site '{"id":"sim/delay:50","upstream":"ollama"}' \
	',"ollama":{"base_url":"'"$local"'/v1","keyless":true,"per_key_concurrency":2}'
perl -e 'print qq({"prompt":"$_"}\n) for 1 .. 12' >in
run 'two at once' 0 ms-chat --batch in -P 8 -O two.jsonl
ok 'and no more' [ "$(curl -s "$local/sim/stats" | jq .in_flight_max)" -eq 2 ]
curl -s -X POST "$local/sim/reset" >/dev/null
ms-chat --batch in -P 8 -O a.jsonl 2>err1 &
other=$!
run 'two programs' 0 ms-chat --batch in -P 8 -O b.jsonl
wait "$other"
ok 'share it' [ "$(curl -s "$local/sim/stats" | jq .in_flight_max)" -eq 2 ]

# ---- windows of other services ----
cat >script <<'!'
key=*0008 times=1 status=200 body="{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}" type=application/json header="x-ratelimit-limit-requests: 60" header="x-ratelimit-remaining-requests: 0" header="x-ratelimit-reset-requests: 6m0s" header="X-RateLimit-Remaining-Tokens: 149984"
!
sim --script script
site '{"id":"m/m","upstream":"other"},{"id":"Test/Local","upstream":"local"}' \
	',"other":{"base_url":"'"$sim"'/v1","timeouts":{"idle":5}},"local":{"base_url":"'"$local"'/v1","keyless":true}'
printf 'eight ms-00000000-0000-0000-0000-000000000008 other\nlost ms-00000000-0000-0000-0000-000000000009 othr,x\n' >keys
. "$top/tests/serve.sh"
serve
post 'the last of a window' 200 /v1/chat/completions \
	'{"messages":[{"role":"user","content":"x"}]}'
like 'its headers are passed on: the limit' head '^x-ratelimit-limit-requests: 60.$'
like 'what remains' head '^x-ratelimit-remaining-requests: 0.$'
like 'when there is more' head '^x-ratelimit-reset-requests: 6m0s.$'
like 'tokens' head '^x-ratelimit-remaining-tokens: 149984.$'
unlike 'none that was not sent' head '^x-ratelimit-limit-tokens'
post 'then' 200 /v1/chat/completions \
	'{"messages":[{"role":"user","content":"x"}]}'
like 'the next is asked' head '^x-ms-model: Test/Local.$'
run 'by all' 0 ms-chat -q -j hi
ok 'programs' jq -e '.model == "Test/Local"' out
MS_TEST_CLOCK=300 run 'five minutes on' 0 ms-chat -q -j hi
ok 'too' jq -e '.model == "Test/Local"' out
MS_TEST_CLOCK=370 run 'six minutes on' 0 ms-chat -q -j hi
ok 'no more' jq -e '.model == "m/m"' out

# ---- a key for an upstream that is not there ----
run 'with a key that leads nowhere' 0 ms-chat hi
same 'that is said' err <<-!
	ms-chat: $dir/keys: key lost: no such upstream: othr
!
run 'not with -q' 0 ms-chat -q hi
same '' err </dev/null
ms-balance -o json >out 2>err
like 'by ms-balance as well' err '^ms-balance: .*keys: key lost: no such upstream: othr$'
done_testing
