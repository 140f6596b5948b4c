#!/bin/sh
# ms-balance: the state of a key under every fault of the balance endpoint. A
# failure of the network or of the service is never an invalid key.
. "${0%/*}/lib.sh"
sim
config
# word of the simulator, state, credits, error
cat >faults <<'!'
bad invalid_key - HTTP 401: Authentication failed
unbound unbound_account - HTTP 401: Please bind your Alibaba Cloud account
unverified unverified_account - HTTP 403: .* real name verified
empty exhausted 0 -
half ok 0.5 -
credits0.49 exhausted 0.49 -
balneg exhausted -5 -
balhuge ok 1e+300 -
balbignum ok 9223372036854775808 -
balfloat ok 142.5 -
balfrozen ok 177 -
baltrail ok 250 -
balutf8 ok 177 -
balslow ok 250 -
balstring bad_response - HTTP 200: not a balance
balnan bad_response - HTTP 200: not a balance
balbool bad_response - HTTP 200: not a balance
balunsuccess bad_response - HTTP 200: not a balance
balhtml bad_response - HTTP 200: not a balance
balempty bad_response - HTTP 200: not a balance
balnotjson bad_response - HTTP 200: not a balance
balarray bad_response - HTTP 200: not a balance
balnull bad_response - HTTP 200: not a balance
balnodata bad_response - HTTP 200: not a balance
balnofield bad_response - HTTP 200: not a balance
balbom bad_response - HTTP 200: not a balance
baldeep bad_response - HTTP 200: not a balance
balgzip bad_response - HTTP 200: not a balance
balgiant bad_response - HTTP 200: not a balance
balshort bad_response - HTTP 200: not a balance
balcut bad_response - HTTP 200: .*transfer closed
ballie bad_response - HTTP 200: .*transfer closed
balredirect bad_response - HTTP 302
balnothttp bad_response - HTTP/0.9
balreset network_error - reset
balclose network_error - Empty reply|Connection died
bal500 unavailable - HTTP 500
bal502 unavailable - HTTP 502
bal503 unavailable - HTTP 503
bal504 unavailable - HTTP 504
balfail unavailable - HTTP 500
bal429 rate_limited - HTTP 429: Too many requests
bal403 unknown - HTTP 403: The quota limit is exceeded
bal404 unknown - HTTP 404
bal400 unknown - HTTP 400
!
while read -r word rest; do
	echo "$word ms-$word-0000-0000-000000000001"
done <faults >keys
chmod 600 keys
run 'all faults at once' 75 ms-balance -k keys --timeout 60
cp out all
cat >stalls <<'!'
balstall timeout - no end within the time
balstallhead timeout - no end within the time
!
while read -r word rest; do
	echo "$word ms-$word-0000-0000-000000000001"
done <stalls >slow
chmod 600 slow
run 'no end' 75 ms-balance -k slow --timeout 2
cat slow >>keys
cat stalls >>faults
jq -s '{data: map(.data) | add}' all out >both
mv both out
jq -r '.data[] | "\(.key) \(.state) \(.balance.available // "-") \(.error // "-")"' \
    out >got
ok 'a row for each' [ "$(wc -l <got)" -eq "$(wc -l <faults)" ]
# jq prints large numbers in its own way
sed 's/1\(\.0*\)\?[eE]+\?300\|179769.*e+308/1e+300/; s/9223372036854776000\|9223372036854775807\|9.2233720368547[0-9]*e+18/9223372036854775808/' \
    got >got2
exec 3<got2
while read -r word state credits error; do
	IFS= read -r line <&3
	echo "$line" >row
	like "$word: $state, $credits, $error" row \
	    "^$word $state ${credits%+*}.* .*($error)"
done <faults
exec 3<&-
ok 'nothing that failed is a number' [ "$(jq '[.data[] | select(.error != null)
    | .balance | .[] | select(. != null)] | length' out)" -eq 0 ]
run 'the same from the ledger' 75 ms-balance -k keys --cached
jq -r '.data[] | select(.state == "invalid_key") | .key' out >invalid
same 'one invalid key' invalid <<!
bad
!

# Keys that had credits, until the service refused them or failed.
printf 'gone ms-00000000-0000-gone\nfails ms-00000000-0000-fails\n' >had
chmod 600 had
run 'two good keys' 0 ms-balance -k had
cat >script <<!
path=/openapi/* key=*gone status=401 body="{\"error\":{\"message\":\"Authentication failed\"}}"
path=/openapi/* key=*fails do=reset
!
curl -s --data-binary @script "$sim/sim/script" >/dev/null
run 'one is refused, one cannot be asked' 75 ms-balance -k had
ok 'what they had is no longer known' [ "$(jq -c '[.data[] |
    [.state, .balance.available]] + [.summary.credits]' out)" = \
    '[["invalid_key",null],["network_error",null],null]' ]
run 'thresholds go by nothing old' 3 ms-balance -w 300 -k had --key fails
run 'from the ledger' 0 ms-balance -k had --cached
ok 'only the refused key lost it' [ "$(jq -c '[.data[] |
    [.state, .balance.available]] + [.summary.credits]' out)" = \
    '[["invalid_key",null],["ok",250],250]' ]
MS_TEST_CLOCK=7200 ms-balance -k had --key gone --cached >out
ok 'two hours later too' [ "$(jq -r '.data[0].state' out)" = invalid_key ]
curl -s -X POST -d '' "$sim/sim/script" >/dev/null

# What cannot be reached, and names that are not there.
echo 'away ms-00000000-0000-0000-000000000001' >away
chmod 600 away
sed 's|http://127[^"]*/openapi|http://127.0.0.1:1/openapi|' models.json >far.json
run 'nobody listens' 75 ms-balance -k away --config far.json
ok 'is a network error' [ "$(jq -r '.data[0].state' out)" = network_error ]
sed 's/"balance_url":"[^"]*"/"keyless":false/' models.json >none.json
run 'no balance endpoint' 75 ms-balance -k away --config none.json
like 'says how to ask' out 'ask with --probe MODEL'
ok 'is unknown' [ "$(jq -r '.data[0].state' out)" = unknown ]
run 'a probe tells' 0 ms-balance -k away --config none.json --probe Test/Model-A
ok 'that it works' [ "$(jq -r '.data[0].state' out)" = ok ]
echo 'lost ms-1 elsewhere' >lost && chmod 600 lost
run 'an upstream that is not configured' 75 ms-balance -k lost
like 'is said' out 'models.json has no upstream of this key'

# Other 2xx, with and without a balance in them.
cat >script <<!
path=/openapi/* key=*one status=201 body="{\"data\":{\"available_balance\":7}}"
path=/openapi/* key=*two status=202 body="{\"data\":{}}"
path=/openapi/* key=*three status=204
path=/openapi/* key=*four status=206 body="{\"choices\":[{\"message\":{\"content\":\"7\"}}]}"
!
curl -s --data-binary @script "$sim/sim/script" >/dev/null
printf 'ms-0-one\nms-0-two\nms-0-three\nms-0-four\n' >odd && chmod 600 odd
run 'other statuses' 75 ms-balance -k odd
ok 'are balances or none' [ "$(jq -c '[.data[] | .state, .balance.available]' \
    out)" = '["ok",7,"bad_response",null,"bad_response",null,"bad_response",null]' ]

# A service that quotes the key.
cat >script <<!
path=/openapi/* status=401 body="{\"error\":{\"message\":\"no such token: ms-quoted-0000-0000-000000000009\"}}"
!
curl -s --data-binary @script "$sim/sim/script" >/dev/null
echo 'q ms-quoted-0000-0000-000000000009' >quoted && chmod 600 quoted
run 'a key that is quoted' 0 ms-balance -k quoted
like 'is masked' out 'no such token: ms-quot…0009'
curl -s -X POST -d '' "$sim/sim/script" >/dev/null

# Descriptors that are not there are no failure of the network.
awk 'BEGIN { for (i = 0; i < 60; i++) printf "ms-many-%04d-0000\n", i }' >many
chmod 600 many
run 'few descriptors' 0 sh -c 'ulimit -n 18; ms-balance -k many -P 64'
ok 'are enough for all' [ "$(jq .summary.ok out)" -eq 60 ]
same 'nothing to say' err </dev/null
run 'more may be had' 0 sh -c 'ulimit -S -n 32; ms-balance -k many -P 64'
ok 'and are taken' [ "$(jq .summary.ok out)" -eq 60 ]

# A reader that does not read.
for form in json jsonl table; do
	mkfifo "unread.$form"
	exec 7<>"unread.$form"
	timeout 100 ms-balance -k many -m "$(seq -s, 1 40)" -o $form --timeout 2 \
		>"unread.$form" 2>err
	got=$?
	ok "nobody reads, $form: exit 75" [ $got -eq 75 ] || echo "# exit $got"
	like "nobody reads, $form: which is said" err '^ms-balance: stdout: timed out$'
	exec 7>&-
done

# A key that others keep busy is not asked, and not refused.
cat >busy.json <<!
{"models":[],"upstreams":{"modelscope":{"base_url":"$sim/v1",
"balance_url":"$sim/openapi/v1/magicubes/balance","per_key_concurrency":1}}}
!
echo 'slow ms-balstall-0000' >slow && chmod 600 slow
ms-balance -k slow --config busy.json --timeout 60 >first &
other=$!
pids="$pids $other"
until_ok grep -q balance simlog/index
until_ok sh -c "curl -s $sim/sim/stats |
    jq -e '.by_key[\"ms-balstall-0000\"].in_flight == 1'"
run 'a key in use' 75 ms-balance -k slow --config busy.json --timeout 0.3
ok 'is unknown' [ "$(jq -r '.data[0].state' out)" = unknown ]
like 'for want of time' out 'no time was left to ask'
kill "$other"
wait "$other"
ok 'one call at once on the key' [ "$(curl -s "$sim/sim/stats" |
    jq '.by_key["ms-balstall-0000"].in_flight_max')" -eq 1 ]
done_testing
