#!/bin/sh
# ms-balance: a thousand keys of every kind at two upstreams, in both regimes
# of the service; order, memory, and how many calls at once on one key.
. "${0%/*}/lib.sh"
sim
one=$sim
mkdir two
sim --regime headers --log two
two=$sim
cat >models.json <<!
{"models":[{"id":"Test/Model-A"},{"id":"Test/Model-B","upstream":"two"}],
"upstreams":{
"modelscope":{"base_url":"$one/v1",
"balance_url":"$one/openapi/v1/magicubes/balance"},
"two":{"base_url":"$two/v1",
"balance_url":"$two/openapi/v1/magicubes/balance"},
"down":{"base_url":"http://127.0.0.1:1/v1",
"balance_url":"http://127.0.0.1:1/balance"}},
"per_key_concurrency":2,"smart_routing":{"enabled":false}}
!
MS_CONFIG=$dir/models.json MS_STATE=$dir/state
export MS_CONFIG MS_STATE

# Keys, and what is to be known of each: name, state, credits, error.
awk 'BEGIN {
	split("good bad unbound unverified empty credits12.5 slowkey far down", w)
	for (i = 1; i <= 1000; i++) {
		kind = i % 50 == 7 ? "slowkey" : w[1 + i % 6]
		if (i % 9 == 5) kind = "far"
		if (i % 40 == 11) kind = "down"
		# names with commas and quotes, and none at all
		name = i % 4 == 0 ? "" : i % 4 == 1 ? "键" i ",a" : \
		    i % 4 == 2 ? "q\"" i : "key" i
		secret = sprintf("ms-%s-%04d-0000-000000000000", kind, i)
		up = kind == "far" ? " two" : kind == "down" ? " down" : ""
		if (up != "" && name == "")
			name = "n" i
		if (i % 100 == 0)
			printf "\n# a comment\n" >"keys"
		printf "%s%s%s%s%s\n", name, name == "" ? "" : " ", secret, \
		    up, i % 3 ? "" : "\r" >"keys"
		if (i % 25 == 0)
			printf "again%d %s\n", i, secret >"keys"
		if (name == "")
			name = substr(secret, 1, 7) "…" \
			    substr(secret, length(secret) - 3)
		state = kind == "bad" ? "invalid_key" : kind == "unbound" || \
		    kind == "unverified" ? kind "_account" : \
		    kind == "empty" ? "exhausted" : \
		    kind == "down" ? "network_error" : "ok"
		left = kind == "far" ? 2000 : kind == "empty" ? 0 : \
		    kind == "credits12.5" ? 12.5 : 250
		if (state != "ok" && state != "exhausted")
			left = ""
		print name "\t" state "\t" left >"expect"
	}
}'
chmod 600 keys
run 'a thousand keys' 75 sh -c '/usr/bin/time -f %M -o mem \
    ms-balance -k keys -P 16 -o json 2>notes'
jq -r '.data[] | "\(.key)\t\(.state)\t\(.balance.available // "" |
    tostring)"' out >rows
same 'each is what it is, in input order' rows <expect
ok 'duplicates are said' [ "$(grep -c dropped notes)" -eq 40 ]
jq -r '.summary | to_entries[] | select(.value > 0) | "\(.key) \(.value)"' \
    out | sort >sum
awk -F '\t' '{ n[$2]++; c += $3 } END { for (s in n) print s, n[s]
	print "credits", c }' expect | sort >want.sum
same 'the sums' sum <want.sum
echo "# peak memory: $(tail -n 1 mem) KiB"
ldd "$(command -v ms-balance)" | grep -q asan || # which takes its own
	ok 'in under 32 MiB' [ "$(tail -n 1 mem)" -lt 32768 ]
ok 'never more than 2 calls at once on a key' [ "$(for s in "$one" "$two"; do
	curl -s "$s/sim/stats"; done |
    jq -s '[.[].by_key[].in_flight_max] | max')" -le 2 ]
ok 'never more than 16 at once' [ "$(curl -s "$one/sim/stats" |
    jq .in_flight_max)" -le 16 ]
ok 'each key is sent to its own upstream' \
    sh -c "! grep -q ms-far simlog/index && ! grep -vq ms-far two/index"

run 'csv' 75 ms-balance -k keys -P 64 -o csv
awk -F '\t' 'BEGIN { printf "key,model,request_limit,request_remaining,model_request_limit,model_request_remaining,available,total,frozen,state,latency_ms,error\r\n" }
{
	name = $1
	gsub(/"/, "\"\"", name)
	if (name != $1 || name ~ /,/)
		name = "\"" name "\""
	left = $3 == "" ? "," : $3 "," $3 ",0"
	printf "%s,,,,,,%s,%s,N,X\r\n", name, $3 == "" ? ",," : left, $2
}' expect >want.csv
# latencies and errors are not the same each time
sed -E '2,$s/,([a-z_]+),[0-9]*,("[^\r]*"|[^",\r]*)\r$/,\1,N,X\r/' out >got.csv
same 'as RFC 4180 has it' got.csv <want.csv
run 'the table' 75 ms-balance -k keys -P 64 -o table
ok 'has them all' [ "$(grep -cE ' (ok|exhausted|[a-z]+_(key|account|error)) ' \
    out)" -eq 1000 ]
run 'from the ledger' 75 ms-balance -k keys --cached
jq -r '.data[] | "\(.key)\t\(.state)"' out >rows
cut -f 1,2 expect | sed 's/network_error/unknown/' >expect2
same 'the same' rows <expect2

# ---- models, with two calls at once on a key ----

head -n 40 keys | grep -v '^#' >some
chmod 600 some
for s in "$one" "$two"; do
	curl -s -X POST "$s/sim/reset" >reset
done
run 'probes' 75 ms-balance -k some --probe sim/delay:50,sim/hollow,Test/Model-A \
    --probe Test/Model-B -o json
ok 'a row for each key and model of its upstream' [ "$(jq '[.data[] |
    select(.state == "ok")] | map(.model) | unique | length' out)" -eq 3 ]
jq -r '.data[] | select(.model == "Test/Model-B") |
    "\(.request_limit) \(.model_request_remaining)"' out | sort -u >limits
same 'the headers are read' limits <<!
2000 199
!
ok 'hollow' [ "$(jq '[.data[] | select(.model == "sim/hollow").state] |
    unique - ["hollow", "exhausted", "invalid_key", "unbound_account",
    "unverified_account"] | length' out)" -eq 0 ]
ok 'two at once on a key, no more' [ "$(curl -s "$one/sim/stats" |
    jq '[.by_key[].in_flight_max] | max')" -eq 2 ]
ok 'refused and empty keys are not charged' [ "$(curl -s "$one/sim/stats" |
    jq '[.by_key_model | keys[] | select(endswith(" -") | not) |
    select(test("bad|unbound|unverified|empty"))] | length')" -eq 0 ]
done_testing
