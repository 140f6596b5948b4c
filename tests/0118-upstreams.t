#!/bin/sh
# Other upstreams: keys, bounds, prices and windows of their own; local ones
# that answer when all else is out.
. "${0%/*}/lib.sh"
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
done_testing
