#!/bin/sh
# An answer is over at its [DONE]: who asked waits no longer, but the upstream
# is not asked again before the reply has ended too, as far as slots go.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim
config
sed -i 's/^{/{"per_key_concurrency":1,/' models.json
serve --log none --workers 1
: >asks
stat() { # each is a connection of ours
	echo >>asks
	curl -sS "$sim/sim/stats" | jq "$1"
}
stream() {
	echo "{\"model\":\"$1\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
}
idle() {
	[ "$(stat .in_flight)" = 0 ]
}

# Of a reply that never ends.
took=$(curl -sS -m 30 -o body -w '%{time_total}' \
	--json "$(stream sim/stall-end)" "$url/v1/chat/completions")
like 'a whole one' body '^data: \[DONE\]$'
post 'another' 200 /v1/chat/completions "$(stream sim/stall-end)"
like 'as well' body '^data: \[DONE\]$'
until_ok idle
ok 'its connection is given up later' jq -en --argjson took "$took" \
	--argjson gone "$(stat '.client_gone_ms[0]')" '$took * 1000 < $gone'
ok 'one at a time' [ "$(stat .in_flight_max)" = 1 ]
ok 'each is recorded' [ "$(grep -c '"verdict":"ok"' state/usage/*.jsonl)" = 2 ]

# Of one that ends a little later.
curl -sS -X POST "$sim/sim/reset" >/dev/null
: >asks
for i in 1 2 3; do
	post "stream $i" 200 /v1/chat/completions "$(stream sim/long:2+slow:20)"
	until_ok idle
done
accepted=$(stat .connections.accepted)
ok 'its connection serves the next' \
	[ $((accepted - $(wc -l <asks))) -eq 1 ]
unserve
done_testing
