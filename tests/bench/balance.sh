#!/bin/sh
# ms-balance over a thousand keys against curl, which asks the same of the
# same server with as many requests at once.
. "${0%/*}/../lib.sh"
sim
config
i=0
while [ $((i += 1)) -le 1000 ]; do
	printf 'ms-%08d-0000-0000-0000-000000000000\n' $i
done >keys
chmod 600 keys
head -n 100 keys >keys100
chmod 600 keys100
# transfers KEYS: curl's configuration for them.
transfers() {
	sep=''
	while read -r key; do
		printf '%surl = %s/openapi/v1/magicubes/balance\n' "$sep" "$sim"
		printf 'header = "Authorization: Bearer %s"\n' "$key"
		printf 'output = /dev/null\nsilent\n'
		sep='next
'
	done <"$1"
}
# compare KEYS N RUNS
compare() {
	transfers "$1" >curlrc
	hyperfine -N --warmup 2 --runs "$3" --export-json times.json \
	    "ms-balance -k $1 -P 16 -o csv -O out.csv" \
	    'curl -Z --parallel-max 16 -K curlrc' >/dev/null 2>err || {
		cat err >&2
		exit 1
	}
	jq -r --arg n "$2" '[.results[].median * 1000] | [
	    "ms-balance, \($n) keys, ms (curl --parallel)",
	    (.[] * 10 | round / 10),
	    (.[0] / .[1] * 100 | round / 100),
	    "<=1.2"] | @tsv' times.json
}
compare keys 1000 20
compare keys100 100 50
