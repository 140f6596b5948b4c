#!/bin/sh
# ms-balance: interrupted, it prints what is known and says so.
. "${0%/*}/lib.sh"
sim
config
for w in good balstall good2 balstallhead; do
	echo "$w ms-$w-0000-0000-000000000001"
done >keys
chmod 600 keys

# A shell without job control lets its background commands ignore INT.
for sig in INT TERM; do
	rm -rf state out err
	env --default-signal=INT ms-balance -k keys -v --timeout 300 >out 2>err &
	pid=$!
	until_ok sh -c 'grep -q "good: ok" err && grep -q "good2: ok" err'
	kill -s "$sig" "$pid"
	wait "$pid"
	got=$?
	ok "$sig: exit 75" [ "$got" -eq 75 ] || sed 's/^/# /' err
	jq -r '.data[] | "\(.key) \(.state) \(.error)"' out >rows
	same "$sig: what is known, and the rest unknown" rows <<!
good ok null
balstall unknown interrupted
good2 ok null
balstallhead unknown interrupted
!
done
ok 'what was learnt is in the ledger' [ "$(grep -c '"balance":250' \
    state/usage/*)" -eq 2 ]
rm out
env --default-signal=INT ms-balance -k keys -o jsonl -P 1 --timeout 300 >out 2>err &
pid=$!
until_ok grep -q '"good"' out
kill -s INT "$pid"
wait "$pid"
ok 'jsonl: exit 75' [ $? -eq 75 ]
ok 'jsonl: whole lines, one a key' [ "$(jq -s length out)" -eq 4 ]
until_ok sh -c "curl -s $sim/sim/stats | jq -e '.in_flight == 0'"
ok 'no call is left behind' [ $? -eq 0 ]
done_testing
