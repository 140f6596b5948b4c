#!/bin/sh
# ms-quota: status, history, commands, filters, exit codes.
. "${0%/*}/lib.sh"
sim=http://127.0.0.1:1
config
k=0000-0000-0000-000000000001
printf 'work ms-1-%s\nhome ms-2-%s\n' "$k" "$k" >keys
chmod 600 keys
unset MODELSCOPE_API_KEY
MS_KEYS_FILE=$dir/keys
export MS_KEYS_FILE
# Noon of a day at +08:00, so that no test runs into midnight.
MS_TEST_CLOCK=$(($(date -d '2026-11-21T12:00:00+08:00' +%s) - $(date +%s)))
export MS_TEST_CLOCK
work=$(printf 'ms-1-%s' "$k" | sha256sum | cut -c 1-8)
home=$(printf 'ms-2-%s' "$k" | sha256sum | cut -c 1-8)

# headers STATUS LEFT MODEL-LEFT: a header block of the old regime.
headers() {
	printf 'HTTP/1.1 %s X\r\n' "$1"
	printf 'modelscope-ratelimit-requests-limit: 2000\r\n'
	printf 'modelscope-ratelimit-requests-remaining: %s\r\n' "$2"
	printf 'modelscope-ratelimit-model-requests-limit: 500\r\n'
	printf 'modelscope-ratelimit-model-requests-remaining: %s\r\n\r\n' "$3"
}

# ---- a fresh machine ----

run 'nothing recorded' 0 ms-quota
same 'the shape of the original, and more' out <<!
{"global_daily_limit":null,"total_usage":0,"remaining":null,"smart_routing_enabled":false,"smart_routing_available":false,"models":[{"model_id":"Test/Model-A","name":"Test/Model-A","tier":1,"priority":1,"enabled":true,"available":true,"daily_limit":null,"usage":0,"remaining":null,"resting_until":null,"last_error":null},{"model_id":"Test/Model-B","name":"Test/Model-B","tier":1,"priority":2,"enabled":true,"available":true,"daily_limit":null,"usage":0,"remaining":null,"resting_until":null,"last_error":null},{"model_id":"Test/Model-C","name":"Test/Model-C","tier":1,"priority":3,"enabled":true,"available":true,"daily_limit":null,"usage":0,"remaining":null,"resting_until":null,"last_error":null}],"keys":[{"key":"work","state":"unknown","balance":null,"usage":0},{"key":"home","state":"unknown","balance":null,"usage":0}],"day":"2026-11-21","credits":null,"failures":0,"prompt_tokens":0,"completion_tokens":0}
!
ok 'reading makes no folder' [ ! -e state ]
run 'no key' 1 env MS_KEYS_FILE=/dev/null ms-quota
ok 'nothing is available' [ "$(jq '[.models[].available] | any' out)" = false ]

# ---- record ----

run 'record' 0 sh -c 'printf "HTTP/1.1 200 Connection established\r\n\r\n" |
    ms-quota record -m Test/Model-A --key work'
run 'no header block' 65 sh -c 'echo hello | ms-quota record -m A --key work'
run 'which key' 64 sh -c 'echo | ms-quota record -m Test/Model-A'
run 'which model' 64 sh -c 'echo | ms-quota record --key work'
headers 200 1895 477 >h
run 'headers' 0 sh -c 'ms-quota record -m test/model-a --key work <h'
run 'status' 0 ms-quota
ok 'counts them' [ "$(jq -c '[.total_usage, .models[0].usage]' out)" = '[2,2]' ]
ok 'one key is not all' [ "$(jq -c '[.global_daily_limit, .remaining,
    .models[0].daily_limit]' out)" = '[null,null,null]' ]
run 'status of one key' 0 ms-quota --key work
ok 'is known' [ "$(jq -c '[.global_daily_limit, .remaining,
    .models[0].daily_limit, .models[0].remaining]' out)" = '[2000,1895,500,477]' ]
headers 200 1000 0 >h
run 'headers of the other' 0 sh -c 'ms-quota record -m Test/Model-A --key home <h'
run 'status' 0 ms-quota
ok 'sums over keys' [ "$(jq -c '[.global_daily_limit, .remaining,
    .models[0].daily_limit, .models[0].remaining]' out)" = '[4000,2895,1000,477]' ]
run '0 left' 1 ms-quota --key home -m Test/Model-A
ok 'until the day ends' [ "$(jq -r '.models[0].resting_until' out)" = \
    2026-11-22T00:00:00.000+08:00 ]
printf 'HTTP/2 429 \r\nretry-after: 30\r\n\r\n{"error":{"message":"%s"}}' \
    'Requests rate limit exceeded' >h
run 'a refused call' 0 sh -c 'ms-quota record -m Test/Model-B --key work <h'
run 'with its body' 0 ms-quota -m Test/Model-B
ok 'is told apart' [ "$(jq -r '.models[0].last_error' out)" = burst ]
run 'by one key' 1 ms-quota -m Test/Model-B --key work
like 'rests as it says' out '"resting_until":"2026-11-21T12:00:[3-5]'

# ---- clear ----

run 'clear another key' 0 ms-quota clear -m Test/Model-B --key home
run 'lifts nothing' 1 ms-quota -m Test/Model-B --key work
run 'clear' 0 ms-quota clear -m Test/Model-B --key work
run 'lifts the rest' 0 ms-quota -m Test/Model-B --key work
run 'clear what nobody knows' 64 ms-quota clear -m Test/Model-A,Nope/Nope
like 'lifts nothing' err '^ms-quota: -m Nope/Nope: neither in .*models.json nor called today$'
run 'clear all' 0 ms-quota clear
run 'lifts all' 0 ms-quota -m Test/Model-A --key home

# ---- forms and filters ----

run 'table' 0 ms-quota -o table
same 'for people' out <<!
MODEL         TIER  STATE      USED  LIMIT  LAST ERROR
Test/Model-A     1  available     3   1000
Test/Model-B     1  available     1      -  rate limit of the minute
Test/Model-C     1  available     0      -

KEY   STATE  USED  LIMIT  LEFT
work  ok        3   2000  1895
home  ok        1   2000  1000

2026-11-21: 4 calls, 1 failed
ledger: $dir/state
!
run 'prometheus' 0 ms-quota -o prometheus
like 'a sample' out '^ms_model_calls\{model="Test/Model-A",tier="1"\} 3$'
like 'calls by how they ended' out '^ms_attempts\{verdict="ok"\} [1-9]'
unlike 'tokens that no answer told are left out' out '^ms_(prompt|completion)_tokens '
like 'of a key' out "^ms_key_remaining\{key=\"work\",id=\"$work\"\} 1895\$"
ok 'each family has its type' [ "$(grep -c '^# TYPE' out)" -eq \
    "$(grep -c '^# HELP' out)" ]
cat keys >twice
printf 'work ms-3-%s\n' "$k" >>twice
chmod 600 twice
run 'a name given twice' 0 ms-quota -k twice -o prometheus
ok 'makes no series twice' [ "$(grep -v '^#' out | sed 's/ [^ ]*$//' | sort |
    uniq -d | wc -l)" -eq 0 ]
run 'no key' 1 ms-quota -k /dev/null -o prometheus
unlike 'is not over at a time' out '^ms_model_resting_until_seconds\{'
run '-m' 0 ms-quota -m test/MODEL-B,Test/Model-C
ok 'two models' [ "$(jq -c '[(.models | length), .total_usage]' out)" = '[2,1]' ]
run '--key by its id' 0 ms-quota --key "$home"
ok 'one key' [ "$(jq -c '[.keys[].key, .total_usage]' out)" = '["home",1]' ]
run 'a model that is not there' 64 ms-quota -m Nope/Nope
run 'a key that is not there' 78 ms-quota --key nobody
run 'a bad option' 64 ms-quota --nonsense
run 'a bad command' 64 ms-quota destroy
run 'a command without its operand' 64 ms-quota import
run 'a bad format' 64 ms-quota -o xml
run '--by alone' 64 ms-quota --by model
run 'a bad group' 64 ms-quota --history 1 --by moon
run 'a bad number of days' 64 ms-quota --history 0
run 'a bad configuration' 78 ms-quota --config keys
run 'no such keys' 66 ms-quota -k nowhere
run 'no output file' 73 ms-quota -O none/file
run 'a full disk' 74 sh -c 'ms-quota >/dev/full'
run 'a full disk, in a history' 74 sh -c 'ms-quota --history 3 >/dev/full'
run 'a full disk, for help' 74 sh -c 'ms-quota -h >/dev/full'
run 'or the version' 74 sh -c 'ms-quota -V >/dev/full'
ms-quota --history 3000 2>err | head -c 1 >out
ok 'a reader gone' [ ! -s err ]
run 'a home folder is needed' 78 env -u MS_STATE -u XDG_STATE_HOME -u HOME \
    ms-quota
like 'and said to be' err 'HOME is not set'

# ---- history ----

mkdir -p past/usage past/limits
echo '{"Test/Model-A": 30, "通义/千问": 12, "none": 0}' \
    >past/usage/2026-11-19.json
echo '{"Test/Model-A": 5}' >past/usage/2026-11-21.json
cat >past/limits/2026-11-21.json <<!
{"global": {"limit": 2000, "remaining": 700, "usage": 1300},
"models": {"Test/Model-A": {"limit": 500, "remaining": 0, "usage": 500,
"exhausted": true}}}
!
echo junk >past/usage/notes.txt
run 'import' 0 ms-quota import past --key work
like 'says what' err ': 2 days, 47 calls in 3 lines; 0 lines were there already$'
run 'again' 0 ms-quota import past --key work
like 'imports nothing' err ' 0 calls in 0 lines; 3 lines were there already$'
echo '{"Test/Model-A": 9}' >past/usage/2026-11-22.json
echo '{"": 9, "Test/Model-A": 5}' >past/usage/2026-11-21.json
run 'a day to come, and no name' 0 ms-quota import past --key work
like 'are none' err ' 0 calls in 0 lines; 3 lines were there already$'
run 'a 0 that a 429 stood for' 0 ms-quota --key work
ok 'is not believed, the rest is' [ "$(jq -c '[.models[0].usage, .remaining,
    .models[0].remaining]' out)" = '[7,700,477]' ]
echo '{"Test/Model-A": 9}' >past/usage/2026-08-22.json
run 'a day that would not be kept' 0 ms-quota import past --key work
like 'is none either' err ' 2 days, 0 calls in 0 lines; 3 lines were there already$'
mkdir -p many/usage
for m in 09 10; do
	for d in 0 1 2; do
		for i in 1 2 3 4 5 6 7 8 9; do
			echo '{"A/b": 3, "B/c": 4, "C/d": 5}' \
			    >"many/usage/2026-$m-$d$i.json"
		done
	done
done
for i in 1 2 3 4; do
	ms-quota import many --key work --state "$dir/at-once" 2>"err$i" &
	pids="$pids $!"
done
wait
run 'four imports at once' 0 ms-quota --history 90 --state "$dir/at-once"
ok 'count once' [ "$(jq '[.history[].calls] | add' out)" -eq 648 ]
run 'no such folder' 66 ms-quota import nowhere
mkdir -p wrong/usage && echo '[1]' >wrong/usage/2026-11-20.json
run 'no such files' 65 ms-quota import wrong
like 'names the file' err 'wrong/usage/2026-11-20\.json: not a JSON object$'
rm wrong/usage/2026-11-20.json
mkfifo wrong/usage/2026-11-20.json
run 'a pipe among them' 65 timeout 20 ms-quota import wrong
like 'is no file' err 'wrong/usage/2026-11-20\.json: not a regular file$'
rm wrong/usage/2026-11-20.json
for calls in 9223372036854775807 1.5 '"3"' '{}'; do
	echo "{\"A/b\": $calls}" >wrong/usage/2026-11-20.json
	run "$calls calls" 65 ms-quota import wrong
done
like 'is said too' err '\.json: want numbers of calls by model$'

run 'history' 0 ms-quota --history 3
same 'a row a day, used or not' out <<!
{"first":"2026-11-19","last":"2026-11-21","by":null,"history":[{"day":"2026-11-19","calls":42,"failures":0,"prompt_tokens":null,"completion_tokens":null,"p50_ms":null,"p95_ms":null},{"day":"2026-11-20","calls":0,"failures":0,"prompt_tokens":0,"completion_tokens":0,"p50_ms":null,"p95_ms":null},{"day":"2026-11-21","calls":9,"failures":1,"prompt_tokens":null,"completion_tokens":null,"p50_ms":null,"p95_ms":null}]}
!
run 'by model' 0 ms-quota --history 3 --by model -o csv
tr -d '\r' <out >csv
same 'as CSV' csv <<!
day,model,calls,failures,prompt_tokens,completion_tokens,p50_ms,p95_ms
2026-11-19,Test/Model-A,30,0,,,,
2026-11-19,通义/千问,12,0,,,,
2026-11-21,Test/Model-A,8,0,,,,
2026-11-21,Test/Model-B,1,1,0,0,,
!
run 'by key' 0 ms-quota --history 1 --by key -o csv
tr -d '\r' <out >csv
same 'by name' csv <<!
day,key,calls,failures,prompt_tokens,completion_tokens,p50_ms,p95_ms
2026-11-21,home,1,0,,,,
2026-11-21,work,8,1,,,,
!
cat >>state/usage/2026-11-21.jsonl <<!
{"ts":"2026-11-21T11:00:00.000+08:00","id":"r1","token":"alice","key":"$work","upstream":"modelscope","model":"Test/Model-C","op":"chat","status":200,"verdict":"ok","ms":100,"prompt_tokens":7,"completion_tokens":3}
{"ts":"2026-11-21T11:00:01.000+08:00","id":"r2","token":"bob","key":"$work","upstream":"modelscope","model":"Test/Model-C","op":"chat","status":200,"verdict":"ok","ms":1000,"prompt_tokens":7,"completion_tokens":3}
!
run 'by token' 0 ms-quota --history 1 --by token -o csv
tr -d '\r' <out >csv
ok 'both' [ "$(cut -d , -f 1-6 csv | tail -n 2)" = '2026-11-21,alice,1,0,7,3
2026-11-21,bob,1,0,7,3' ]
awk -F , '$2 == "alice" { exit !($7 >= 95 && $7 <= 105 && $8 == $7) }' csv
ok 'latencies within 5 %' [ $? -eq 0 ]
run 'by token of a model' 64 ms-quota --history 1 --by token -m Test/Model-C
run 'of one model' 0 ms-quota --history 1 -m Test/Model-C
ok 'alone' [ "$(jq -c '.history[0] | [.calls, .prompt_tokens]' out)" = '[2,14]' ]
run 'of one model with one key' 0 ms-quota --history 1 -m Test/Model-A --key home
ok 'alone' [ "$(jq .history[0].calls out)" -eq 1 ]
run 'a chart' 0 ms-quota --history 3 -o table
ok 'the longest bar is the best day' [ "$(awk '/█/ { if (length($NF) > m) {
    m = length($NF); d = $1 } } END { print d }' out)" = 2026-11-19 ]

# ---- keys that are gone, or of one name ----

cp -R state kept
run 'record with the id of a key that is gone' 0 sh -c \
    'ms-quota record -m Test/Model-C --key 0badc0de <h'
run 'its status' 1 ms-quota --key 0badc0de
ok 'is its own' [ "$(jq -c '[.total_usage, .failures, .keys,
    (.models | map(.usage))]' out)" = '[1,1,[],[0,0,1]]' ]
run 'its history' 0 ms-quota --key 0badc0de --history 1
ok 'too' [ "$(jq .history[0].calls out)" -eq 1 ]
printf 'work ms-1-%s\nwork ms-2-%s\nWORK ms-3-%s\n' "$k" "$k" "$k" >twice
chmod 600 twice
third=$(printf 'ms-3-%s' "$k" | sha256sum | cut -c 1-8)
run 'a key whose name differs in case' 0 sh -c \
    "ms-quota record -m Test/Model-C --key $third <h"
run 'which of two' 64 sh -c 'ms-quota -k twice record -m Test/Model-C --key work <h'
run 'nor for an import' 64 ms-quota -k twice import past --key work
n=$(ms-quota --key "$work" | jq .total_usage)
m=$(ms-quota --key "$home" | jq .total_usage)
run 'both of one name' 0 ms-quota -k twice --key work
ok 'count together' [ "$(jq .total_usage out)" -eq $((n + m)) ]
run 'in a history' 0 ms-quota -k twice --key work --history 1
ok 'as well' [ "$(jq .history[0].calls out)" -eq $((n + m)) ]
run 'by key' 0 ms-quota -k twice --history 1 --by key -o csv
ok 'each has its row' [ "$(cut -d , -f 2,3 out | grep -i work | sort |
    tr '\n' ' ')" = "$(printf '%s\n' WORK,1 work,"$n" work,"$m" | sort |
    tr '\n' ' ')" ]
run 'clear both' 0 ms-quota -k twice clear --key work
ok 'is a line each' [ "$(tail -n 2 state/usage/2026-11-21.jsonl |
    grep -c -e "$work.*clear" -e "$home.*clear")" -eq 2 ]
rm -rf state && mv kept state

run 'a table of nothing' 0 ms-quota --history 3 --by model --state ./none \
    -o table
same 'says so' out <<!
no calls since 2026-11-19
!

# ---- prune ----

run 'prune' 0 ms-quota prune 2
ok 'the older day is gone' [ ! -e state/usage/2026-11-19.jsonl ]
ok 'today is not' [ -s state/usage/2026-11-21.jsonl ]
run 'prune by no number' 64 ms-quota prune all

# ---- nothing left, nobody to ask ----

rm -rf state
headers 429 0 0 >h
run 'a key that has used all' 0 sh -c 'ms-quota record -m Test/Model-A --key work <h'
run 'has none left' 1 ms-quota -m Test/Model-A --key work
run 'cleared' 0 ms-quota clear --key work
run 'it may have' 0 ms-quota -m Test/Model-A --key work
jq '.models[1].enabled = false | .models[2].upstream = "other" |
	.upstreams.other.base_url = "https://other.example/v1"' models.json >other.json
run 'a table of such' 0 ms-quota --config other.json -o table
like 'one is disabled' out '^Test/Model-B +1  disabled '
like 'one has no key' out '^Test/Model-C +1  no key '

# ---- a reader that does not read ----
perl -e 'print "{\"models\":[", join(",", map qq({"id":"a/$_"}), 1 .. 3000), "]}"' >many.json
for form in json table prometheus; do
	mkfifo "unread.$form"
	exec 7<>"unread.$form"
	timeout 20 ms-quota --config many.json -o $form --timeout 0.5 >"unread.$form" 2>err
	ok "nobody reads, $form: exit 75" [ $? -eq 75 ]
	like "nobody reads, $form: which is said" err '^ms-quota: stdout: timed out$'
	exec 7>&-
done
mkfifo unread
exec 7<>unread
timeout 20 ms-quota --history 36500 -o csv --timeout 0.5 >unread 2>err
ok 'nobody reads a history: exit 75' [ $? -eq 75 ]
exec 7>&-
run 'where one reads' 1 sh -c 'ms-quota --config many.json --timeout 5 | cat >read; exit 1'
ok "all is there" [ "$(jq ".models | length" read)" -eq 3000 ]
done_testing
