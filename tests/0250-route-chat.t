#!/bin/sh
# Two ways to say one thing: ms-route in front of ms-chat, and ms-chat --route.
. "${0%/*}/lib.sh"

sim
config
cat >models.json <<!
{"models":[{"id":"T/1","tier":1},{"id":"T/2","tier":2},{"id":"T/3","tier":3},
{"id":"T/4","tier":4}],
"upstreams":{"modelscope":{"base_url":"$sim/v1","balance_url":"$sim/openapi/v1/magicubes/balance"}},
"smart_routing":{"enabled":true,"local_ai":{"base_url":"$sim","model":"sim-score-9"}}}
!

# agree NAME: the file req gives the same answer and routing either way.
agree() {
	ms-chat -j --route <req >direct 2>err || cat err
	{ ms-route <req >routed && ms-chat -j <routed >piped; } 2>>err ||
	    cat err
	jq -S '{model, content, routing}' direct >a
	jq -S '{model, content, routing}' piped >b
	ok "$1: the same" cmp -s a b || diff a b | sed 's/^/# /'
	ok "$1: answered" [ "$(jq '.content | length > 0' direct)" = true ]
}

for text in 'hi' 'Explain recursion.' 'Write a Python script.' \
    'Prove that 2 is prime.'; do
	jq -n --arg t "$text" '{messages: [{role: "user", content: $t}]}' >req
	sed -i 's/"enabled":true/"enabled":false/' models.json
	agree "routing off: $text"
	sed -i 's/"enabled":false/"enabled":true/' models.json
	# fills the cache, so that both say where the score is from
	ms-route <req >/dev/null 2>&1
	agree "cached: $text"
	ok "cached: $text: it was" [ "$(jq -r .routing.source direct)" = cache ]
done
sed -i 's/,"local_ai":{[^}]*}//' models.json
for text in 'hi' 'Explain recursion.' 'Write a Python script.' \
    'Prove that 2 is prime.'; do
	jq -n --arg t "$text" '{messages: [{role: "user", content: $t}], model: "x/y"}' >req
	agree "rules: $text"
done
ok 'tier by tier' [ "$(jq -r '.model' direct)" = T/1 ]
echo '{"prompt":"Explain recursion.","max_tokens":50}' >req
agree 'the n8n form'

# A file of them.
echo '{"prompt":"Write a Python script."}' >line
cat line line line | ms-route >lines
run 'a batch' 0 ms-chat --batch lines -O results
ok 'is answered by the models chosen' \
    [ "$(jq -r .response.body.model results | sort -u)" = T/2 ]

cat >line <<'!'
{"custom_id":"e","method":"POST","url":"/v1/embeddings","body":{"input":"x","model":"Test/Embed","d":1.0}}
!
run 'a line of embeddings' 0 sh -c 'ms-route <line'
ok 'goes by as it is' cmp -s line out

# All that is asked comes back by itself: a refusal is seen by the next.
config Test/A sim/500 Test/B
sed -i 's/"enabled":false/"enabled":true/' models.json
run 'an order by hand' 0 ms-chat -j -m sim/500,Test/A hello
ok 'what refused rests' [ "$(echo '{"prompt":"hi"}' | ms-route | jq -r '.models[2]')" = sim/500 ]
done_testing
