#!/bin/sh
# A whole run of ms-chat against curl sending the same request: what our
# program costs over the bare transfer.
. "${0%/*}/../lib.sh"
sim --regime none
config

echo '{"messages":[{"role":"user","content":"hello"}],"model":"Test/Model-A"}' \
    >request.json
cat >curlrc <<!
url = $sim/v1/chat/completions
header = "Authorization: Bearer $MODELSCOPE_API_KEY"
header = "Content-Type: application/json"
data-binary = @request.json
silent
!
hyperfine -N --warmup 20 --runs 300 --export-json times.json \
    'ms-chat -o openai hello' 'curl -K curlrc' >/dev/null 2>err || {
	cat err >&2
	exit 1
}
jq -r '[.results[].median * 1000] | [
    "ms-chat, one request, ms (curl)",
    (.[] * 100 | round / 100),
    (.[0] / .[1] * 100 | round / 100),
    "<=1.3"] | @tsv' times.json
