#!/bin/sh
# What ms-serve has the other programs do: status, routes, balances, reloads.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim
config
serve
chat='"messages":[{"role":"user","content":"hi"}]'

req 'status' 200 /status
like 'as ms-quota says it' body '"global_daily_limit":.*"models":\['
for p in /chat /v1/chat/completions; do
	post "a chat of nothing at $p" 400 "$p" '{"messages":[]}'
	like 'is no fault of a model' body 'request: messages: want at least one'
done
req 'no model' 200 /status
ok 'rests for it' jq -e '[.models[].available] | all' body
post 'a route' 200 /route "{$chat}"
like 'is a decision' body '"actual_tier":1'
post 'a route of nothing' 400 /route '{}'
like 'and why' body '^\{"detail":"ms-route: '

for b in '' '[]' '{"prompt":"hi"} x' '{"prompt":"a"}
{"prompt":"b"}'; do
	req "a route of [$b]" 400 /route -H 'Content-Type: application/json' -d "$b"
	like 'why' body '^\{"detail":"the body is not a JSON object"\}$'
done
post 'a request of many lines' 200 /route "{
$chat
}"

post 'a balance' 200 /api/balance \
	'{"models":["Test/Model-A"],"api_key":"ms-credits7-x"}'
like 'of that key' body '"available":7'
like 'in the shape of the original' body '^\{"success":true,"data":\[\{'
post 'a balance by header' 200 /api/balance '{"models":["Test/Model-A"]}' \
	-H 'X-API-Key: ms-credits5-x'
like 'of that key' body '"available":5'
post 'a key by header beside an empty one' 200 /api/balance \
	'{"models":[],"api_key":"","api_keys":[]}' -H 'X-API-Key: ms-credits6-x'
like 'of that key' body '"available":6'
post 'a key too long' 400 /api/balance '{"models":[]}' \
	-H "X-API-Key: $(printf '%0513d' 0)"
for n in 20 40 60 80 100 120; do
	post "a body that is to grow, $n more" 200 /api/balance \
		"{\"models\":[]$(printf "%${n}s" ''),\"x\":1}" -H 'X-API-Key: ms-credits5-x'
done
req 'all counted' 200 /metrics
like 'none is held' body '^ms_http_held_bytes 0$'
post 'many' 200 /api/balance \
	'{"models":"Test/Model-A","api_keys":["ms-credits3-x","ms-credits4-y"]}'
ok 'all of them' [ "$(grep -o '"available":[34]' body | sort -u | wc -l)" -eq 2 ]
post 'many, of which one cannot be asked' 200 /api/balance \
	'{"models":[],"api_keys":["ms-one","ms-balreset"]}'
ok 'has what is known of each' jq -e '.success == false and
	(.data | map(.state)) == ["ok", "network_error"]' body
post "the server's own" 200 /api/balance '{"models":[]}'
like 'is known too' body '"available":2'
post 'no JSON' 400 /api/balance '[]'
like 'in its shape' body '^\{"success":false,"message":"'
unlike 'no key in the log' serve.err 'ms-credits'

req 'metrics' 200 /metrics
like 'with those of the ledger' body '^ms_.*Test/Model-A'
post 'a failure' 502 /v1/chat/completions "{\"model\":\"sim/500\",$chat}"
req 'metrics' 200 /metrics
like 'with attempts by how they ended' body '^ms_attempts\{verdict="server"\} [1-9]'

printf 'POST /chat HTTP/1.1\r\nHost: a\r\nX-Request-Id: half\r\nContent-Length: 9\r\n\r\n{' |
	socat -u - "TCP:127.0.0.1:$port"
ok 'a request that breaks off' until_ok grep -q '"id":"half".*"status":0,"cut":true' serve.err
req 'metrics' 200 /metrics
like 'is under way no more' body '^ms_http_in_flight 1$'
like 'and counted' body '^ms_http_requests_total\{endpoint="/chat",status="0"\} 1$'

# ---- reloads ----
sed 's/Model-A/Model-Z/' models.json >new && mv new models.json
post 'a reload' 200 /reload ''
like 'is said' body '^\{"status":"ok","message":"configuration reloaded"\}'
req 'the models' 200 /v1/models
like 'are new' body 'Test/Model-Z'
post 'and are used' 200 /v1/chat/completions "{$chat}"
like 'at once' body 'Hello from Test/Model-Z'
cp models.json good.json
echo '{"models":7}' >models.json
post 'a bad configuration' 400 /reload '{}'
like 'is refused with its reason' body \
	'^\{"status":"error","message":".*models.json: models: '
post 'the old one stays' 200 /v1/chat/completions "{$chat}"
# kill_workers: and waits for others.
kill_workers() {
	old=$(pgrep -P "$servepid" ms-chat)
	for p in $old; do kill -9 "$p"; done
	for p in $old; do until_ok not kill -0 "$p"; done
}
kill_workers
post 'for workers that start later, too' 200 /v1/chat/completions "{$chat}"
like 'just so' body 'Hello from Test/Model-Z'
req 'for the status' 200 /status
post 'for routes' 200 /route "{$chat}"
post 'and for balances' 200 /api/balance '{"models":[]}'
sed 's/Model-Z/Model-Q/' good.json >models.json
kill_workers
post 'a good one is none before its reload' 200 /v1/chat/completions "{$chat}"
like 'either' body 'Hello from Test/Model-Z'
echo '{"models":7}' >models.json
kill -HUP "$servepid"
ok 'also by signal' until_ok grep -q 'ms-serve: reload: .*models.json: models' serve.err
mv good.json models.json
sed 's/Model-Z/Model-Y/' models.json >new && mv new models.json
kill -HUP "$servepid"
new_models() { curl -sS "$url/v1/models" | grep -q Model-Y; }
ok 'a good one by signal' until_ok new_models
unserve

# ---- keys that no longer load ----
printf 'ms-00000000-0000-0000-0000-000000000001\n' >keys
chmod 600 keys
unset MODELSCOPE_API_KEY
serve -k keys
post 'keys of a file' 200 /v1/chat/completions "{$chat}"
chmod 644 keys
post 'keys that others can read' 400 /reload '{}'
like 'with the reason' body \
	'^\{"status":"error","message":".*keys: others can read it'
post 'the old ones stay' 200 /v1/chat/completions "{$chat}"
kill_workers
post 'for workers that start later, too' 200 /v1/chat/completions "{$chat}"
printf 'one ms-one-x\ntwo ms-two-x other\nms-three-x\n' >keys
chmod 600 keys
post 'new ones' 200 /reload '{}'
like 'are looked at' serve.err 'keys: key two: no such upstream: other'
kill_workers
rm keys
post 'and used' 200 /v1/chat/completions "{$chat}"
req 'as they were' 200 /status
ok 'all of them' jq -e '[.keys[].key] == ["one", "two", "*******"]' body ||
	cat body
unserve
done_testing
