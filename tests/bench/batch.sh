#!/bin/sh
# A batch against a bare libcurl loop that sends the same requests as many at
# once; and the memory of a batch of two million lines, most of them done.
. "${0%/*}/../lib.sh"
: "${BATCH_LINES:=20000}" "${BATCH_DONE:=2000000}"
sim --regime none
config
body='{"model":"Test/Model-A","messages":[{"role":"user","content":"hello"}]}'
echo "$body" >body.json
perl -e 'my ($n, $b) = @ARGV; print qq({"custom_id":"id$_","method":"POST","url":"/v1/chat/completions","body":$b}\n) for 1 .. $n' \
    "$BATCH_LINES" "$body" >in
sed -i 's/"smart_routing"/"per_key_concurrency":0,"smart_routing"/' models.json
hyperfine -N --warmup 1 --runs 5 --prepare 'rm -rf out.jsonl state' \
    --export-json times.json \
    'ms-chat -q --batch in -O out.jsonl -P 16' \
    "$MS_BUILD/bench/posts $sim/v1/chat/completions body.json $BATCH_LINES 16" \
    >/dev/null 2>err || {
	cat err >&2
	exit 1
}
jq -r --argjson n "$BATCH_LINES" '[.results[].median | $n / .] | [
    "ms-chat --batch, requests/s (bare libcurl)",
    (.[] | round),
    (.[0] / .[1] * 100 | round / 100),
    ">=0.8"] | @tsv' times.json

# all but the last lines have their results already
perl -e 'my ($n, $b) = @ARGV; open my $in, ">in"; open my $out, ">out.jsonl"; for (1 .. $n) { print $in qq({"custom_id":"id$_","body":$b}\n); print $out qq({"id":"r","custom_id":"id$_","response":null,"error":null}\n) if $_ <= $n - 100 }' \
    "$BATCH_DONE" "$body"
rss() {
	/usr/bin/time -f %M "$@" 2>&1 >/dev/null | tail -n 1
}
base=$(printf '%s\n' "$body" | rss ms-chat -q --batch -)
full=$(rss ms-chat -q --batch in -O out.jsonl -P 16)
awk -v b="$base" -v f="$full" -v n="$BATCH_DONE" 'BEGIN {
	printf "%s\t%.1f\t%d\t%.2f\t<=1\n", "batch, bytes a line (allowed)",
	    (f - b) * 1024 / n, 32, (f - b) * 1024 / n / 32 }'
