#!/bin/sh
# --policy: a jq program of the user's orders the models, within bounds.
. "${0%/*}/lib.sh"

MS_CONFIG=$dir/models.json MS_STATE=$dir/state MODELSCOPE_API_KEY=ms-secret
export MS_CONFIG MS_STATE MODELSCOPE_API_KEY
cat >models.json <<'!'
{"models":[{"id":"T/1","tier":1},{"id":"T/2","tier":2},{"id":"T/3","tier":3},
{"id":"T/4","tier":4},{"id":"T/off","enabled":false}],
"smart_routing":{"enabled":true}}
!
echo '{"prompt":"Prove the theorem.","n":1}' >req
default='["T/1","T/2","T/3","T/4"]'

# policy NAME PROGRAM WANT [WARNING]: the order that comes of it.
policy() {
	printf '%s\n' "$2" >policy.jq
	run "$1" 0 ms-route --policy policy.jq <req
	ok "$1: order" [ "$(jq -c .models out)" = "$3" ]
	ok "$1: model" [ "$(jq -c '[.model] == .models[:1]' out)" = true ]
	if [ $# -gt 3 ]; then
		like "$1: a warning" err "$4.*the default order is used"
		ok "$1: one line" [ "$(wc -l <err)" -eq 1 ]
	else
		same "$1: no warning" err </dev/null
	fi
}

policy 'turned round' '[.models[].id] | reverse' '["T/4","T/3","T/2","T/1"]'
ok 'the actual tier follows' [ "$(jq .routing.actual_tier out)" -eq 4 ]
policy 'fewer' '["T/3"]' '["T/3"]'
policy 'other letters' '["t/2"]' '["T/2"]'
policy 'only the first output counts' '["T/3"], error("late")' '["T/3"]'
policy 'by the request' 'if .request.n == 1 then ["T/2"] else [] end' '["T/2"]'
policy 'by the decision' '.decision.target_tier as $t | [.models[] | select(.tier == $t) | .id]' '["T/1"]'
yes "$(cat req)" | head -n 50 >many
echo '[]' >policy.jq
run 'many requests' 0 ms-route --policy policy.jq <many
ok 'what is wrong with each is said once' [ -z "$(uniq -d err)" ]
policy 'none' '[]' "$default" 'policy.jq: it gives no model'
policy 'unknown' '["T/1","T/x"]' "$default" 'policy: id 2 is no enabled model'
policy 'a NUL in an id' '["T/1\u0000"]' "$default" 'policy: id 1 is no enabled model'
policy 'disabled' '["T/off"]' "$default" 'id 1 is no enabled model'
policy 'twice' '["T/1","T/2","t/1"]' "$default" 't/1 comes twice'
policy 'no output' 'empty' "$default" 'policy.jq: no output'
policy 'no array' '"T/1"' "$default" 'its output is not an array'
policy 'no strings' '["T/1", 2]' "$default" 'more than strings'
policy 'an error' 'error(.request.prompt)' "$default" 'ended with an error'
unlike 'which quotes no prompt' err theorem
policy 'a prompt for an id' '[.request.prompt]' "$default" 'id 1 is no enabled model'
unlike 'which is not quoted either' err theorem
policy 'halt' 'halt_error' "$default" 'policy.jq: '
policy 'an endless loop' 'def f: f; f' "$default" 'takes too long'
policy 'endless recursion' 'def f: 1 + f; f' "$default" 'policy.jq: '
policy 'all memory' '[range(1e9)]' "$default" 'policy.jq: '
policy 'a megabyte' '["x" * 1000000]' "$default" 'too much output'
policy 'just under the bound' '["x" * 60000]' "$default" 'id 1 is no enabled model'
policy 'no environment' 'if env == {} and $ENV == {} then ["T/4"] else [] end' '["T/4"]'
policy 'nothing to read' '[try input catch "T/3"]' '["T/3"]'
policy 'nothing to debug' '["T/3"] | debug' '["T/3"]'
policy 'nothing to write to' '(["T/3"] | stderr)' '["T/3"]'

# What it is told.
cat >policy.jq <<'!'
if (keys == ["decision","keys","models","request"])
and (.models[0] | keys == ["available","id","inflight","last_error","remaining","resting_until","tier","upstream"])
and (.models | length == 4)
and .models[0] == {"id":"T/1","tier":1,"upstream":["modelscope"],"available":true,"remaining":null,"resting_until":null,"inflight":null,"last_error":null}
and (.keys | length == 1) and (.keys[0] | keys == ["balance","key","last_error","resting_until","upstream"])
and (tojson | contains("ms-secret") | not)
and .decision.source == "builtin"
then ["T/4"] else ["T/1"] end
!
run 'what it is told' 0 ms-route --policy policy.jq <req
ok 'is as documented' [ "$(jq -r .model out)" = T/4 ]

for i in 1 2 3 4 5 6 7 8 9 10; do
	printf '{"prompt":"%s","k":%s}\n' "$i" "$i"
done >lines
echo '.request.k as $k | [.models[$k % 4].id]' >policy.jq
run 'many lines' 0 ms-route --policy policy.jq <lines
ok 'each with its own order' [ "$(jq -r '.models[0][2:]' out | sort | uniq -c | wc -l)" -eq 4 ]
echo '["T/3"]' >policy.jq
run 'explained' 0 ms-route --explain --policy policy.jq <req
ok 'as the policy has it' [ "$(jq -c '[.models[] | select(.place) | .id] | length' out)" -eq 1 ]

echo 'def f: f; f' >policy.jq
for i in 1 2 3 4 5 6 7 8 9 10; do
	cat lines
done >many
run 'one that takes too long, a hundred times' 75 timeout 60 \
    ms-route --timeout 5 --policy policy.jq <many
like 'is over when the time is' err '^ms-route: timed out$'
ok 'what was answered is there' [ "$(wc -l <out)" -ge 1 ]

echo '.models[' >policy.jq
run 'a program that does not compile' 65 ms-route --policy policy.jq <req
like 'is named' err '^ms-route: policy.jq: .'
same 'and nothing is written' out </dev/null
run 'nor is it checked as good' 78 ms-route --check --policy policy.jq
run 'one that is not there' 66 ms-route --policy none.jq <req

# The folder that it is called in is nobody's choice.
echo 'def f: ["T/3"];' >lib.jq
echo '["T/3"]' >data.json
for load in 'include "lib"; f' 'import "lib" as l; l::f' \
    'import "lib" as l {search: "."}; l::f' 'import "data" as $d; $d::d[0]'; do
	echo "$load" >policy.jq
	run "loading: $load" 65 ms-route --policy policy.jq <req
	like 'is refused' err '^ms-route: policy.jq: a policy cannot load modules$'
done
echo 'import "x" as x; [.models[].id]' >policy.jq
run 'a module that is not there' 65 ms-route --policy policy.jq <req
rm lib.jq
mkfifo lib.jq
echo 'include "lib"; f' >policy.jq
run 'a module that never comes' 65 timeout 60 ms-route --policy policy.jq <req
printf '["T/3"]\000 frob(' >policy.jq
run 'a NUL byte' 65 ms-route --policy policy.jq <req
like 'is named' err 'policy.jq: has a NUL byte'
done_testing
