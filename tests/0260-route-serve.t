#!/bin/sh
# Routing by a local model in ms-serve's workers: they have it loaded when
# they start, and what it does not answer keeps nobody waiting.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"

sim --keyless
config T/1 T/2 T/3 T/4

# slow_model: the local model thinks until it is hurried.
slow_model() {
	echo 'path=/api/generate times=1 do=delay:600000' |
	    curl -s --data-binary @- "$sim/sim/script" >script
}
hurry() {
	curl -s -X POST "$sim/sim/hurry" >hurried
}

# gateway MODEL [slow]: one worker, and a local model that nothing is known of.
gateway() {
	rm -rf state
	curl -s -X POST "$sim/sim/reset" >reset
	if [ $# -gt 1 ]; then
		slow_model
	else
		curl -s -X POST "$sim/sim/script" >script
	fi
	jq --arg sim "$sim" --arg model "$1" '.smart_routing = {enabled: true,
	    local_ai: {base_url: $sim, model: $model, timeout: 60}} |
	    .models |= [.[] | .tier = (.id[2:] | tonumber)]' \
	    models.json >routed.json
	serve --workers 1 --log none --config routed.json
}

# ask NAME TEXT [MODEL]: an answer; its head is in the file head.
ask() {
	post "$1" 200 /v1/chat/completions "$(jq -nc --arg t "$2" \
	    --arg m "${3-auto}" '{model: $m, messages: [{role: "user", content: $t}]}')"
}

# scored SCORE TIER: the last answer's are these.
scored() {
	ok "score $1, tier $2" [ "$(tr -d '\r' <head | awk '
		/^x-ms-score:/ { score = $2 } /^x-ms-tier:/ { tier = $2 }
		END { print score, tier }')" = "$1 $2" ]
}

# on_record N: so many times the local model was spoken to.
on_record() {
	[ "$(cat state/usage/* 2>/dev/null | grep -c '"op":"score"')" -eq "$1" ]
}

gateway sim-score-5 slow
ask 'while it loads' 'Write a Python script that adds numbers.'
scored 6 2
hurry
ok 'it is loaded when the worker starts' until_ok on_record 1
ask 'once it is loaded' 'Write a Python script that sorts lines.'
scored 5 3
like 'nothing was said' serve.err 'listening'
unlike 'nor warned of' serve.err 'local model'
unserve

gateway sim-missing
ok 'one that is not there' until_ok on_record 1
ask 'is not waited for' 'Write a Python script that adds numbers.'
scored 6 2
like 'but warned of' serve.err 'local model sim-missing: HTTP 404: .*not found'
ask 'again' 'Prove that 2 is prime.'
scored 8 1
ok 'once' [ "$(grep -c 'local model' serve.err)" -eq 1 ]
ok 'and not asked again' on_record 1
unserve

gateway sim-score-5
ok 'a slow one' until_ok on_record 1
slow_model
curl -sS --json '{"messages":[{"role":"user","content":"Explain this."}]}' \
    "$url/v1/chat/completions" >slow 2>slow.err &
slow=$!
pids="$pids $slow"
asked() {
	curl -s "$sim/sim/stats" | jq -e '.by_op.generate >= 2'
}
ok 'is asked' until_ok asked
ask 'another request' hello T/3
ok 'does not wait for it' [ ! -s slow ]
hurry
wait "$slow"
like 'which comes too' slow 'Hello from T/'
unserve
done_testing
