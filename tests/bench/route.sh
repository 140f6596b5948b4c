#!/bin/sh
# ms-route as a filter over 10,000 requests of 512 bytes with the built-in
# scorer, against jq copying the same lines.
. "${0%/*}/../lib.sh"
sim=http://127.0.0.1:1
config
sed -i 's/"enabled":false/"enabled":true/' models.json
awk 'BEGIN {
	text = "Please explain how this works, then write a short note on it. "
	for (i = 0; i < 10000; i++) {
		head = sprintf("{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"%05d ", i)
		tail = "\"}],\"temperature\":0.7}"
		body = head
		while (length(body) + length(tail) < 511)
			body = body text
		print substr(body, 1, 511 - length(tail)) tail
	}
}' >lines
[ "$(wc -c <lines)" -eq 5120000 ] || exit 1
ms-route <lines | jq -c 'del(.model, .models, .routing)' >kept
jq -c . lines | cmp -s - kept || {
	echo 'the lines are not kept' >&2
	exit 1
}
hyperfine -N --warmup 2 --runs 20 --export-json times.json \
    "sh -c 'exec ms-route <lines'" "sh -c 'exec jq -c . <lines'" \
    >/dev/null 2>err || {
	cat err >&2
	exit 1
}
jq -r '[.results[].median] | [
    "ms-route, requests a second (least)",
    (10000 / .[0] | round), 20000,
    (2000 * .[0] | round / 1000), "<=1"], [
    "ms-route, ms for 10,000 (jq -c .)",
    (.[] * 1000 | round), (.[0] / .[1] * 100 | round / 100), "<=1"]
    | @tsv' times.json
"$MS_BUILD/bench/score" | awk '{ printf "%s\t%.1f\t50\t%.3f\t<=1\n",
    "built-in scorer, 4 KiB " $1 ", us (most)", $2, $2 / 50 }'
