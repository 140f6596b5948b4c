#!/bin/sh
# What ms-route says of the models: --list, --list --online, --check.
. "${0%/*}/lib.sh"

cat >models.json <<'!'
{"models":[{"id":"T/1","name":"One","tier":1},{"id":"T/off","enabled":false,"tier":2},
{"id":"q:8b","tier":4,"upstream":"home","last_resort":true}],
"upstreams":{"home":{"base_url":"http://127.0.0.1:1/v1","keyless":true}}}
!
MS_CONFIG=$dir/models.json MS_STATE=$dir/state
export MS_CONFIG MS_STATE
run 'the list' 0 ms-route --list
same 'as the API has it' out <<'!'
{"models":[{"id":"T/1","name":"One","tier":1,"enabled":true},{"id":"T/off","name":"T/off","tier":2,"enabled":false},{"id":"q:8b","name":"q:8b","tier":4,"enabled":true}]}
!
run 'for completions' 0 ms-route --list -o text
printf 'T/1\t1\tOne\nq:8b\t4\tq:8b\n' >text
same 'a line each' out <text
run 'for OpenAI clients' 0 ms-route --list -o openai
jq -c '[.object, (.data | map(.id)), .data[0]]' out >got
same 'with the words' got <<'!'
["list",["auto","tier1","tier2","tier3","tier4","T/1","q:8b"],{"id":"auto","object":"model","created":0,"owned_by":"ms","permission":[],"root":"auto","parent":null}]
!
run 'a format that is none' 64 ms-route --list -o xml
run 'online alone' 64 ms-route --online
run 'no key is needed' 0 ms-route --list -k none
rm -rf state
run 'nor a folder' 0 ms-route --list
ok 'none is made' not test -e state

# Against the service.
sim --models Qwen/A-7B,Qwen/B-235B-A22B,T/1,deepseek-ai/C
config T/1 T/gone Qwen/A-7B:DashScope
run 'online' 0 ms-route --list --online
jq -c . out >got
same 'what is new and what is gone' got <<'!'
{"upstreams":[{"upstream":"modelscope","models":["Qwen/A-7B","Qwen/B-235B-A22B","T/1","deepseek-ai/C"]}],"new":[{"id":"Qwen/A-7B","name":"A-7B","tier":4},{"id":"Qwen/B-235B-A22B","name":"B-235B-A22B","tier":1},{"id":"deepseek-ai/C","name":"C","tier":1}],"gone":["T/gone"]}
!
ok 'no key is sent' not grep -qri authorization simlog
jq '{models: .new}' out >new.json
run 'what is new is a configuration' 0 ms-route --check --config new.json
run 'in words' 0 ms-route --list --online -o text
like 'gone' out '^gone +T/gone'
like 'new' out '^new +deepseek-ai/C'
like 'configured' out '^configured +T/1'
printf 'path=/v1/models do=%s\n' 503 | curl -s -X POST --data-binary @- "$sim/sim/script" >/dev/null
run 'a service that is down' 75 ms-route --list --online
like 'says which' err 'modelscope: http://127.0.0.1:[0-9]*/v1/models: HTTP 503'
for what in html stall reset; do
	printf 'path=/v1/models do=%s\n' $what | curl -s -X POST --data-binary @- "$sim/sim/script" >/dev/null
	run "$what" 75 ms-route --list --online --timeout 2
	like "$what: said so" err 'modelscope: http'
done

# --check.
run 'a good configuration' 0 ms-route --check
same 'is nothing to talk of' out </dev/null
for bad in '{' '{"models":[]}' '{"models":[{"id":"a","tier":9}]}' '[]' '{"models":[{"id":"a","enabled":false}]}'; do
	echo "$bad" >bad.json
	run "bad: $bad" 78 ms-route --check --config bad.json
	ok 'with one line' [ "$(wc -l <err)" -eq 1 ]
done
run 'no such file' 78 ms-route --check --config nothing.json
printf 'two words and more than three\n' >keys
chmod 600 keys
run 'bad keys' 78 ms-route --check -k keys
MODELSCOPE_API_KEY='' run 'no key' 0 ms-route --check
like 'is a warning' err 'no key is known here'
done_testing
