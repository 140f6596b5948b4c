#!/bin/sh
# ms-balance --probe: what a model does is told apart, and learnt.
. "${0%/*}/lib.sh"
sim
config Test/Model-A sim/hollow qwen3:8b
cat >models.json <<!
{"models":[{"id":"Test/Model-A"},{"id":"sim/hollow"},
{"id":"qwen3:8b","upstream":"ollama"}],"upstreams":{
"modelscope":{"base_url":"$sim/v1",
"balance_url":"$sim/openapi/v1/magicubes/balance"},
"ollama":{"base_url":"$sim/v1","keyless":true}},"per_key_concurrency":4}
!
cat >behaviours <<'!'
Test/Model-A ok
sim/stream-only ok
sim/thinking-rule ok
sim/thinking-only ok
sim/reason ok
sim/reason-only ok
sim/empty ok
sim/tools ok
sim/endless ok
sim/crlf ok
sim/bom ok
sim/error-mid ok
sim/bad-event ok
sim/hollow hollow
sim/hollow-stream hollow
sim/role-only hollow
sim/done-only hollow
sim/empty-stream hollow
sim/no-provider unavailable
sim/provider-1008 unavailable
sim/500 unavailable
sim/502-html unavailable
sim/error-200 unavailable
sim/error-first unavailable
sim/bad-model no_such_model
sim/not-exist-404 no_such_model
sim/no-permission no_permission
sim/burst rate_limited
sim/current-quota rate_limited
sim/request-limit rate_limited
sim/no-credits exhausted
sim/quota-day exhausted
sim/quota-month exhausted
sim/error-first:quota exhausted
sim/auth invalid_key
sim/unbound unbound_account
sim/unverified unverified_account
sim/bad-param unknown
sim/html bad_response
sim/not-json bad_response
sim/redirect bad_response
sim/not-http bad_response
sim/reset network_error
sim/close network_error
!
models=$(cut -d ' ' -f 1 behaviours | paste -sd ,)
run 'all behaviours' 75 ms-balance --probe "$models" --timeout 60
jq -r '.data[] | "\(.model) \(.state)"' out >rows
same 'their states' rows <behaviours
ok 'ok has no error, the rest have one' [ "$(jq '[.data[] |
    select((.state == "ok") != (.error == null))] | length' out)" -eq 0 ]
ok 'credits are no remedy for a quota' [ "$(jq -c '[.data[] |
    select(.state == "exhausted") | .hint != null]' out)" = \
    '[true,false,false,true]' ]
like 'the cost is said once' err '^ms-balance: --probe costs up to 44 calls$'
ok 'a minimal request' [ "$(cat simlog/"$(awk '$4 == "Test/Model-A" {
    print $1; exit }' simlog/index)".body)" = \
    '{"model":"Test/Model-A","messages":[{"role":"user","content":"hi"}],"max_tokens":1,"stream":true}' ]
run 'nor from the ledger' 0 ms-balance --cached -m sim/quota-day -o table
unlike 'where nothing else is out' out 'sign in'
run 'or beside a balance' 0 ms-balance -m sim/quota-day,sim/no-credits -o json
ok 'but of a call' [ "$(jq -c '[.data[].hint != null]' out)" = '[false,true]' ]
run 'quiet' 0 ms-balance -q --probe Test/Model-A
same 'about the cost' err </dev/null

# What was learnt goes to the ledger, and is not paid for again.
config Test/Model-A sim/hollow sim/bad-model
run 'probe three' 0 ms-balance --probe Test/Model-A,sim/hollow,sim/bad-model
calls=$(curl -s "$sim/sim/stats" | jq .by_op.chat)
run '-m shows what is known' 0 ms-balance -m Test/Model-A,SIM/HOLLOW,sim/bad-model
jq -r '.data[] | "\(.model) \(.state)"' out >rows
same 'of each' rows <<!
Test/Model-A ok
sim/hollow hollow
sim/bad-model no_such_model
!
ok 'without a call' [ "$(curl -s "$sim/sim/stats" | jq .by_op.chat)" = "$calls" ]
run '-m in the ledger alone' 0 ms-balance -m Test/Model-A,sim/hollow --cached
ms-quota -j >status
ok 'out for the day' [ "$(jq -c '[.models[].available]' status)" = \
    '[true,false,false]' ]

# The old regime: refused calls have headers too.
sim --regime headers
config Test/Model-A
run 'headers' 0 ms-balance --probe Test/Model-A
jq -c '.data[0] | [.request_limit, .request_remaining, .model_request_limit,
    .model_request_remaining]' out >limits
same 'are read' limits <<!
[2000,1999,200,199]
!
run 'headers of a refused call' 75 ms-balance --probe sim/400
ok 'count' [ "$(jq '.data[0].model_request_limit' out)" -eq 200 ]
run 'garbage in them' 0 ms-balance --probe sim/ratelimit-garbage
ok 'is unknown, not 0' [ "$(jq '[.data[0].model_request_limit,
    .data[0].model_request_remaining] | map(select(. == 0)) | length' out)" -eq 0 ]
rm -rf state
run 'thresholds are calls then' 1 sh -c 'sed "s/\"balance_url\":\"[^\"]*\",*//;
    s/,}/}/" "$MS_CONFIG" >old.json
    ms-balance --config old.json --probe Test/Model-A -w 199 -c 10'

# Without a key.
sim --keyless
config
cat >models.json <<!
{"models":[{"id":"Test/Model-A","upstream":"here"}],
"upstreams":{"here":{"base_url":"$sim/v1","keyless":true}}}
!
unset MODELSCOPE_API_KEY
run 'a model that wants no key' 0 ms-balance --probe Test/Model-A
ok 'answers' [ "$(jq -c '.data | map([.key, .state])' out)" = '[[null,"ok"]]' ]
same 'and costs nothing' err </dev/null

# A model that is silent for longer than is configured does not use up the
# time of the others.
config Test/Model-A
jq '.timeouts = {"first_byte": 1, "plain": 1, "idle": 1} | .per_key_concurrency = 1' \
	"$MS_CONFIG" >quick.json
run 'silent ones first' 75 ms-balance --config quick.json --timeout 60 \
	--probe sim/stall-head,sim/stall,Test/Model-A
jq -r '.data[] | "\(.model) \(.state) \(.error)"' out >rows
same 'are given up in time' rows <<'!'
sim/stall-head timeout no answer within the time given
sim/stall timeout HTTP 200: the answer stalled
Test/Model-A ok null
!
ok 'their own' [ "$(jq '[.data[].latency_ms] | max < 30000' out)" = true ]
echo 'slow ms-balstallhead-0000' >slow && chmod 600 slow
run 'a balance that does not come' 75 ms-balance --config quick.json -k slow \
	--timeout 60
ok 'is given up in time, too' [ "$(jq '.data[0].latency_ms < 30000' out)" = true ]
done_testing
