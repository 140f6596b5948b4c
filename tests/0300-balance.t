#!/bin/sh
# ms-balance: forms, selections, exit codes, where keys come from.
. "${0%/*}/lib.sh"
sim
config Test/Model-A Test/Model-B
k=0000-0000-0000-000000000001
cat >keys <<!
# comment
work ms-credits12.5-$k
ms-00000000-$k	# no name

empty ms-empty-$k
bad ms-bad00000-$k
!
chmod 600 keys
unset MODELSCOPE_API_KEY

# ---- forms ----

run 'json by default' 0 ms-balance -k keys
jq -c '.data[].latency_ms |= type | .' out >json
same 'the whole answer' json <<!
{"success":false,"data":[{"key":"work","model":null,"request_limit":null,"request_remaining":null,"model_request_limit":null,"model_request_remaining":null,"balance":{"available":12.5,"total":12.5,"frozen":0},"state":"ok","latency_ms":"number","error":null,"hint":null},{"key":"ms-0000…0001","model":null,"request_limit":null,"request_remaining":null,"model_request_limit":null,"model_request_remaining":null,"balance":{"available":250,"total":250,"frozen":0},"state":"ok","latency_ms":"number","error":null,"hint":null},{"key":"empty","model":null,"request_limit":null,"request_remaining":null,"model_request_limit":null,"model_request_remaining":null,"balance":{"available":0,"total":0,"frozen":0},"state":"exhausted","latency_ms":"number","error":null,"hint":"sign in at modelscope.cn for today's credits"},{"key":"bad","model":null,"request_limit":null,"request_remaining":null,"model_request_limit":null,"model_request_remaining":null,"balance":{"available":null,"total":null,"frozen":null},"state":"invalid_key","latency_ms":"number","error":"HTTP 401: Authentication failed, please make sure that a valid ModelScope token is supplied.","hint":"get one at https://modelscope.cn/my/myaccesstoken, then: ms key add"}],"summary":{"ok":2,"exhausted":1,"rate_limited":0,"invalid_key":1,"unbound_account":0,"unverified_account":0,"no_permission":0,"no_such_model":0,"unavailable":0,"hollow":0,"network_error":0,"timeout":0,"bad_response":0,"unknown":0,"credits":262.5},"message":"3 succeeded, 1 failed"}
!
same 'nothing on stderr' err </dev/null
not grep -q "$k" out
ok 'no key in the output' [ $? -eq 0 ]
ok 'no key in the ledger' not grep -rq "$k" state
run '-j' 0 ms-balance -jk keys
like 'is json' out '^\{"success"'
run 'jsonl' 0 ms-balance -k keys -o jsonl
jq -r .key out | sort >names
same 'an item a line' names <<!
bad
empty
ms-0000…0001
work
!
run 'csv' 0 ms-balance -k keys -o csv
tr -d '\r' <out | sed 's/,[0-9]*,\([^,]*\)$/,N,\1/' | head -n 4 >csv
same 'in the order of the keys' csv <<!
key,model,request_limit,request_remaining,model_request_limit,model_request_remaining,available,total,frozen,state,latency_ms,error
work,,,,,,12.5,12.5,0,ok,N,
ms-0000…0001,,,,,,250,250,0,ok,N,
empty,,,,,,0,0,0,exhausted,N,
!
ok 'csv lines end in CRLF' [ "$(grep -c "$(printf '\r')\$" out)" -eq 5 ]
run 'table' 0 ms-balance -k keys -o table
sed 's/  *[0-9]*  HTTP/  MS  HTTP/; s/  *[0-9]*$//; s/  *MS  ERROR/  MS  ERROR/' \
    out >table
same 'for people' table <<!
KEY           STATE        CREDITS  MS  ERROR
work          ok              12.5
ms-0000…0001  ok               250
empty         exhausted          0
bad           invalid_key        -  MS  HTTP 401: Authentication failed, please make sure that a valid ModelScope token is supplied.
2 ok, 1 exhausted, 1 invalid_key; 262.5 credits available
exhausted: sign in at modelscope.cn for today's credits
invalid_key: get one at https://modelscope.cn/my/myaccesstoken, then: ms key add
!
run 'keys' 0 ms-balance -k keys --state ok,exhausted -o keys
same 'lines of a keys file' out <<!
work ms-credits12.5-$k
ms-00000000-$k
empty ms-empty-$k
!
run '-O' 0 ms-balance -k keys -o csv -O file.csv
ok 'writes to a file' [ -s file.csv ] && ok 'and not to stdout' [ ! -s out ]
run 'keys in a file' 0 ms-balance -k keys -o keys -O some
ok 'are for their owner alone' [ "$(stat -c %a some)" = 600 ]
check_same 'are the same keys' 'ms-balance -k keys -o keys' \
    'ms-balance -k some -o keys'
run 'verbose' 0 ms-balance -vk keys
like 'says each result' err '^ms-balance: empty: exhausted$'

run 'a model that is an escape' 0 ms-balance -vk keys --key work -o csv \
    -m "$(printf 'x/\033[31m')"
unlike 'escapes nothing in CSV' out "$(printf '\033')"
unlike 'nor in messages' err "$(printf '\033')"

# ---- selections and exit codes ----

run 'one state' 0 ms-balance -k keys --state exhausted
ok 'of four keys' [ "$(jq -r '.data[].key' out)" = empty ]
ok 'with the counts of all' [ "$(jq .summary.ok out)" -eq 2 ]
run 'one key' 0 ms-balance -k keys --key work
ok 'alone' [ "$(jq -r '.data[].key' out)" = work ]
run '-q' 0 ms-balance -qk keys
ok 'what needs attention' [ "$(jq -r '[.data[].key] | join(" ")' out)" = \
    'empty bad' ]
run '-q with nothing to say' 0 ms-balance -q -k keys --key work -o table
same 'says nothing' out </dev/null
run '-e' 1 ms-balance -ek keys
run '-e, all ok' 0 ms-balance -ek keys --key work
run 'thresholds: refused is critical' 2 ms-balance -w 10 -k keys
like 'a plugin has a first line' out \
    '^BALANCE CRITICAL - 2 ok, 1 warning, 1 critical, 0 unknown \| credits=262.5$'
run 'OK' 0 ms-balance -w 12.5 -c 5 -k keys --key work
run 'WARNING' 1 ms-balance -w 13 -c 5 -k keys --key work
run 'CRITICAL' 2 ms-balance -w 20 -c 13 -k keys --key work
echo "ms-bal500-$k" >server && chmod 600 server
run 'UNKNOWN' 3 ms-balance -w 1 -k server
run 'the service failed' 75 ms-balance -k server
run 'a plugin without keys' 3 ms-balance -w 1
like 'knows nothing' out '^BALANCE UNKNOWN - no key \(get one at .*ms key add\)$'
run 'nor with keys that are not there' 3 ms-balance -q -c 1 -k nowhere
same 'and says so' out <<!
BALANCE UNKNOWN - nowhere: No such file or directory
!
run 'nor where it cannot write' 3 sh -c 'ms-balance -c 1 -k keys >/dev/full'
like 'which is said elsewhere' err 'No space left on device'
run 'nor without a home' 3 env -u MS_STATE -u XDG_STATE_HOME -u HOME \
    ms-balance -c 1 -k keys
run 'in JSON' 3 ms-balance -c 1 -j -k nowhere
same 'there is none' out </dev/null
run 'bad options are bad options' 64 ms-balance -w 1 -o xml
run 'thresholds, quiet' 1 ms-balance -q -w 13 -k keys --key work
like 'names the key' out '^work '
run 'thresholds met, quiet' 0 ms-balance -q -w 12 -k keys --key work
same 'is silent' out </dev/null

# ---- where keys come from ----

run 'stdin' 0 sh -c 'ms-balance -k - -o keys <keys'
ok 'has all keys' [ "$(wc -l <out)" -eq 4 ]
run 'environment' 0 env MODELSCOPE_API_KEY="ms-00000000-$k, ms-empty-$k" \
    ms-balance
ok 'two keys' [ "$(jq '.data | length' out)" -eq 2 ]
run 'duplicates' 0 sh -c "printf 'a ms-00000000-$k\r\nb ms-00000000-$k\r\n' |
    ms-balance -k - -o csv"
ok 'once' [ "$(wc -l <out)" -eq 2 ]
like 'said so' err 'line 2: a key that was there before, dropped'
run 'quiet' 0 sh -c "printf 'a ms-00000000-$k\nb ms-00000000-$k\n' |
    ms-balance -qk -"
same 'is quiet about them' err </dev/null
run 'a request' 0 sh -c "echo '{\"models\":[\"Test/Model-A\",\"test/model-b\"],
    \"api_keys\":[\"ms-00000000-$k\",\"ms-empty-$k\"]}' | ms-balance -k -"
jq -c '.data[] | [.key, .model, .state]' out >rows
same 'is probed, each model with each key' rows <<!
["ms-0000…0001","Test/Model-A","ok"]
["ms-0000…0001","Test/Model-B","ok"]
["ms-empt…0001","Test/Model-A","exhausted"]
["ms-empt…0001","Test/Model-B","exhausted"]
!
like 'the cost is said' err 'costs up to 4 calls$'
run 'the checker'\''s request' 0 sh -c "echo '{\"models\":[\"Test/Model-A\"],
    \"api_key\":\" ms-00000000-$k \"}' | ms-balance -k -"
ok 'success' [ "$(jq .success out)" = true ]
run 'a request without keys asks with ours' 0 env \
    MODELSCOPE_API_KEY="ms-00000000-$k" sh -c 'echo {} | ms-balance -k -'
ok 'one key' [ "$(jq '.data | length' out)" -eq 1 ]
run 'where keys were to be and none is' 65 env \
    MODELSCOPE_API_KEY="ms-00000000-$k" sh -c 'echo "{\"api_keys\":[\" \"]}" |
    ms-balance -k -'
same 'ours are not asked' err <<!
ms-balance: request: api_keys: no key in it
!
run 'a bad request' 65 sh -c "echo '{\"api_keys\":[1]}' | ms-balance -k -"
same 'named' err <<!
ms-balance: request: api_keys: want strings
!
awk 'BEGIN { printf "{\"models\":\""
	for (i = 0; i < 10001; i++) printf "a/%d,", i
	printf "\",\"api_key\":\"ms-1\"}" }' >large
run 'too many models' 65 sh -c 'ms-balance -k - <large'
like 'are said' err '^ms-balance: 10001 models with 1 keys are too many: '
awk 'BEGIN { printf "{\"models\":\""
	for (i = 0; i < 501; i++) printf "a/%d,", i
	printf "\",\"api_keys\":[\"ms\""
	for (i = 0; i < 500; i++) printf ",\"ms-%d\"", i
	printf "]}" }' >large
run 'too many for so many keys' 65 sh -c 'ms-balance -k - <large'
run 'no JSON' 65 sh -c "echo '{' | ms-balance -k -"
run 'a list is no key' 65 sh -c "echo '[\"ms-a\"]' | ms-balance -k -"
same 'but no request either' err <<'!'
ms-balance: request: not a JSON object
!

# ---- failures ----

run 'no key at all' 78 ms-balance
like 'says where to get one' err 'ms key add'
run 'empty stdin' 78 sh -c 'ms-balance -k - </dev/null'
run 'no such file' 66 ms-balance -k nowhere
run 'a bad line' 65 sh -c 'echo a b c d | ms-balance -k -'
run 'a file that others can read' 78 sh -c 'chmod 644 keys; ms-balance -k keys'
chmod 600 keys
run 'a bad option' 64 ms-balance --nonsense
run 'an operand' 64 ms-balance keys
run 'a bad format' 64 ms-balance -k keys -o xml
run 'a bad state' 64 ms-balance -k keys --state good
run 'a probe of nothing' 64 ms-balance -k keys --probe ' ,'
run 'a bad threshold' 64 ms-balance -k keys -w ten
run 'a bad configuration' 78 ms-balance -k keys --config keys
run 'an output that cannot be made' 73 ms-balance -k keys -O none/file
run 'a full disk' 74 sh -c 'ms-balance -k keys >/dev/full'
run 'a full disk, jsonl' 74 sh -c 'ms-balance -k keys -o jsonl >/dev/full'
like 'says so' err 'No space left on device'
before=$(curl -s "$sim/sim/stats" | jq .requests)
run 'and asks for no more' 74 sh -c 'ms-balance -k keys -o jsonl -P 1 >/dev/full'
ok 'than one' [ "$(curl -s "$sim/sim/stats" | jq .requests)" -eq \
    $((before + 1)) ]
run 'a full disk, for help' 74 sh -c 'ms-balance -h >/dev/full'
run 'or the version' 74 sh -c 'ms-balance -V >/dev/full'
for o in json jsonl csv table; do
	ms-balance -k keys -o $o 2>err | head -c 1 >out
	ok "a reader gone is no error message ($o)" [ ! -s err ]
done
run 'two keys of one name' 0 sh -c "printf 'a ms-1-$k\na ms-2-$k\n' |
    ms-balance -k - -o csv"
ok 'are two rows' [ "$(wc -l <out)" -eq 3 ]

# ---- the ledger ----

rm -rf state
curl -s -X POST "$sim/sim/reset" >reset
run 'ask' 0 ms-balance -k keys
before=$(curl -s "$sim/sim/stats" | jq .requests)
run '--cached' 0 ms-balance -k keys --cached
jq -c '.data[] | [.key, .state, .balance.available]' out >rows
same 'knows what was learnt' rows <<!
["work","ok",12.5]
["ms-0000…0001","ok",250]
["empty","exhausted",0]
["bad","invalid_key",null]
!
ok 'which is no success' [ "$(jq -c '[.success, .message]' out)" = \
    '[false,"3 succeeded, 1 failed"]' ]
ok 'and asks nobody' [ "$(curl -s "$sim/sim/stats" | jq .requests)" = "$before" ]
run '--cached of nothing' 75 ms-balance -k keys --cached --state ./none
ok 'makes no folder' [ ! -e none ]
ok 'all unknown' [ "$(jq .summary.unknown out)" -eq 4 ]
ok 'nor is that one' [ "$(jq -c '[.success, .message]' out)" = \
    '[false,"0 succeeded, 4 failed"]' ]
mkdir ro && chmod 500 ro
run 'a folder that cannot be written' 0 humble env \
    MODELSCOPE_API_KEY="ms-00000000-$k" ms-balance --state "$dir/ro"
like 'is said once' err 'cannot be recorded: Permission denied$'
chmod 700 ro
done_testing
