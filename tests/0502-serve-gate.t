#!/bin/sh
# Who may call: web pages, tokens, addresses.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim
config
chat='{"messages":[{"role":"user","content":"hi"}]}'

# ---- without tokens: this machine's programs, not its web pages ----
serve --host gw.example --cors https://app.example
for h in localhost 127.0.0.1 '[::1]' nas host.docker.internal GW.example:99; do
	req "Host: $h" 200 /v1/models -H "Host: $h"
done
req 'a foreign Host' 421 /v1/models -H 'Host: evil.example'
like 'names the option' body '"hint":"start it with --host evil\.example, '
req 'also for health' 421 /health -H 'Host: evil.example:8000'
post 'a foreign Origin' 403 /v1/chat/completions "$chat" \
	-H 'Origin: https://evil.example'
req 'on GET' 403 /status -H 'Origin: https://evil.example'
req 'without JSON' 403 /chat -H 'Origin: https://evil.example' \
	-H 'Content-Type: text/plain' -d "$chat"
req 'on a preflight' 403 /chat -X OPTIONS -H 'Origin: https://evil.example' \
	-H 'Access-Control-Request-Method: POST'
req 'Origin: null' 403 /chat -H 'Origin: null' -d "$chat"
req 'no Origin, text/plain' 415 /chat -H 'Content-Type: text/plain' -d "$chat"
post 'no Origin, Sec-Fetch-Mode: cors (Node)' 200 /v1/chat/completions \
	"$chat" -H 'Sec-Fetch-Mode: cors'
for site in cross-site same-site; do
	req "an image of a $site page" 403 /v1/tasks/x -H "Sec-Fetch-Site: $site" \
		-H 'Sec-Fetch-Mode: no-cors'
	req 'a link to the page' 200 / -H "Sec-Fetch-Site: $site" \
		-H 'Sec-Fetch-Mode: navigate'
	req 'an origin that was named' 200 /status -H "Sec-Fetch-Site: $site" \
		-H 'Origin: https://app.example'
done
for site in same-origin none; do
	req "Sec-Fetch-Site: $site" 200 /status -H "Sec-Fetch-Site: $site"
done
post 'our own page' 200 /chat "$chat" -H "Origin: $url"
unlike 'is told nothing of CORS' head '^[Aa]ccess-[Cc]ontrol'
post 'an origin that was named' 200 /v1/chat/completions "$chat" \
	-H 'Origin: https://app.example'
like 'is echoed' head '^Access-Control-Allow-Origin: https://app\.example.$'
like 'may see the id' head '^Access-Control-Expose-Headers: x-request-id,'
unlike 'without credentials' head '^Access-Control-Allow-Credentials'
req 'its preflight' 204 /v1/chat/completions -X OPTIONS \
	-H 'Origin: https://app.example' \
	-H 'Access-Control-Request-Method: POST' \
	-H 'Access-Control-Request-Headers: authorization,x-stainless-os'
like 'has the headers asked for' head \
	'^Access-Control-Allow-Headers: authorization,x-stainless-os.$'
unserve

# ---- with tokens ----
cat >tokens <<'!!'
# name token
alice alice-0123456789abcdef 3/day
bob bob-0123456789abcdef admin
!!
run 'tokens that others can read' 78 ms-serve -l 127.0.0.1:0 --tokens tokens
like 'what to do' err 'chmod 600 tokens'
chmod 600 tokens
serve --tokens tokens --cors '*'
alice='Authorization: Bearer alice-0123456789abcdef'
bob='Authorization: Bearer bob-0123456789abcdef'
req 'health needs none' 200 /health
req 'the root neither' 200 /
req 'the models do' 401 /v1/models
like 'and say how' head '^WWW-Authenticate: Bearer.$'
like 'in the shape of SDKs' body '"code":"invalid_api_key"'
req 'the right one' 200 /v1/models -H "$alice"
req 'as x-api-key' 200 /v1/models -H 'x-api-key: alice-0123456789abcdef'
req 'in lower case' 200 /v1/models -H 'authorization: bearer bob-0123456789abcdef'
req 'a wrong one' 401 /v1/models -H 'Authorization: Bearer alice-0123456789abcdee'
req 'a part of one' 401 /v1/models -H 'Authorization: Bearer alice'
req 'an empty one' 401 /v1/models -H 'Authorization: Bearer '
req 'two' 401 /v1/models -H "$alice" -H "$bob"
req 'another scheme' 401 /v1/models -u alice:alice-0123456789abcdef
req 'a long one' 401 /v1/models -H "Authorization: Bearer $(head -c 9000 /dev/zero | tr '\0' a)"
req 'any Host' 200 /v1/models -H "$alice" -H 'Host: public.example'
req 'any Origin' 200 /v1/models -H "$alice" -H 'Origin: https://x.example'
like 'is echoed' head '^Access-Control-Allow-Origin: https://x\.example.$'
req 'a preflight' 204 /v1/models -X OPTIONS -H 'Origin: https://x.example' \
	-H 'Access-Control-Request-Method: GET'
for p in /reload /metrics; do
	set -- -H "$alice"
	[ $p = /metrics ] || set -- "$@" -d ''
	req "$p is not for alice" 403 $p "$@" -H 'Content-Type:'
done
req 'metrics are for bob' 200 /metrics -H "$bob"
post 'reload is for bob' 200 /reload '{}' -H "$bob"
post "the server's balances are not for alice" 403 /api/balance \
	'{"models":[]}' -H "$alice"
for keys in '"api_keys":[]' '"api_keys":null' '"api_key":""' '"api_key":null'; do
	post "nor with $keys" 403 /api/balance "{\"models\":[],$keys}" -H "$alice"
	post "$keys and a key in a header" 200 /api/balance \
		"{\"models\":[],$keys}" -H "$alice" -H 'X-API-Key: ms-credits9-x'
	like 'is that key' body '"available":9,'
done
post 'nor with blanks' 403 /api/balance \
	'{"models":[],"api_key":" ","api_keys":["",""]}' -H "$alice"
post 'nor with a key too long to be one' 400 /api/balance '{"models":[]}' \
	-H "$alice" -H "X-API-Key: $(head -c 9000 /dev/zero | tr '\0' a)"
unlike 'not even in part' body '"data"'
for v in '"api_key":" "' \
	'"api_keys":["","\t"]' '"api_key":"ms-credits9-x","api_key":""'; do
	post "nor with $v" 403 /api/balance "{\"models\":[],$v}" -H "$alice"
done
post 'they are for bob' 200 /api/balance '{"models":[]}' -H "$bob"
post "alice's own are" 200 /api/balance '{"models":[]}' -H "$alice" \
	-H 'X-API-Key: ms-credits9-x'
req 'of status alice has what is not about keys' 200 /status -H "$alice"
ok 'which are not known to her' jq -e '.keys == null and .credits == null and
	has("keys") and has("credits") and .total_usage >= 0 and
	.models[0].available' body
unlike 'not even by name' body 'ms-00'
post 'a decision' 200 /route "$chat" -H "$alice"
ok 'does not tell her what is left either' jq -e '(.models | length) == 3 and
	([.models[] | has("id") and (has("remaining") | not)] | all)' body
post 'but him' 200 /route "$chat" -H "$bob"
ok 'does' jq -e '[.models[].remaining > 0] | all' body
req 'bob has all of it' 200 /status -H "$bob"
ok 'with the balance' jq -e '.keys[0].balance > 0 and .credits > 0' body
for i in 1 2 3; do
	post "call $i of the day" 200 /v1/chat/completions "$chat" -H "$alice"
done
post 'the fourth' 429 /v1/chat/completions "$chat" -H "$alice"
like 'is out of quota' body '"code":"insufficient_quota"'
like 'do not retry' head '^x-should-retry: false.$'
like 'but later' head '^Retry-After: 600.$'
ok 'the ledger knows her' grep -q '"token":"alice"' state/usage/*.jsonl
kill -9 "$(pgrep -P "$servepid" -f 'ms-serve: front')"
ok 'another front' until_ok curl -sS "$url/health"
post 'has not forgotten' 429 /v1/chat/completions "$chat" -H "$alice"
post 'after a reload' 200 /reload '{}' -H "$bob"
post 'it is still so' 429 /v1/chat/completions "$chat" -H "$alice"
unserve
echo 'carol 0123456789012345678' >>tokens
serve --tokens tokens
like 'a short token is warned of' serve.err \
	'^ms-serve: tokens: the token of carol is short enough to be guessed'
unlike 'and only that' serve.err 'alice|bob|0123456789'
post 'after a restart too' 429 /v1/chat/completions "$chat" -H "$alice"
post 'bob has no number' 200 /v1/chat/completions "$chat" -H "$bob"
unlike 'no token in the log' serve.err '0123456789abcdef'
unserve
MS_TOKEN=one-0123456789abcdef
export MS_TOKEN
serve
req 'a token of the environment' 200 /v1/models -H "x-api-key: $MS_TOKEN"
req 'none' 401 /v1/models
unserve
MS_TOKEN='' MS_TOKENS_FILE='' SERVER_HOST=''
export MS_TOKENS_FILE SERVER_HOST
serve
req 'an empty token is none' 200 /v1/models
req 'who needs no token may know of keys' 200 /status
ok 'and does' jq -e '.keys[0].balance > 0' body
unserve
run 'nor does it open a public address' 78 ms-serve -l 0.0.0.0:0
SERVER_PORT=0 ms-serve </dev/null 2>err &
servepid=$!
pids="$pids $servepid"
ok 'an empty SERVER_HOST is none' until_ok grep -q 'listening on http://127.0.0.1:' err
kill "$servepid"
unset MS_TOKEN MS_TOKENS_FILE SERVER_HOST

# ---- addresses ----
run 'a public address' 78 ms-serve -l 0.0.0.0:0
like 'wants tokens, or says both ways' err \
	'0\.0\.0\.0:.*--tokens FILE or MS_TOKEN.*--no-auth or MS_NO_AUTH=1'
serve -l 0.0.0.0:0 --no-auth
unserve
run "cors '*' without tokens" 64 ms-serve -l 127.0.0.1:0 --cors '*'
run 'a bad address' 64 ms-serve -l 8000
for p in 65536 99999 -1 http ''; do
	run "port [$p]" 64 ms-serve -l "127.0.0.1:$p"
done
run 'no path' 64 ms-serve -l unix:
RUNTIME_DIRECTORY=nowhere run 'no place for sockets' 71 ms-serve -l 127.0.0.1:0
like 'named' err '^ms-serve: nowhere: cannot make a folder for sockets: No such file'
run 'a body that no worker takes' 64 ms-serve --max-body 67108865
for h in gw.example:80 http://gw.example '' '*.example'; do
	run "a name [$h]" 64 ms-serve --host "$h"
done
for o in app.example https:// https://app.example/ 'https://a https://b' ''; do
	run "an origin [$o]" 64 ms-serve --cors "$o"
done
run 'a bad proxy' 64 ms-serve --trust-proxy 300.0.0.1
run 'a bad number' 64 ms-serve --max-body x
run 'keys of stdin' 64 ms-serve -k -
run 'an operand' 64 ms-serve x
run 'help' 0 ms-serve -h
run 'no configuration' 78 ms-serve --config nope.json
serve -l unix:sock --trust-proxy 127.0.0.0/8
ok 'a Unix socket' [ "$(curl -sS --unix-socket sock http://x/health | cut -c1-20)" = '{"status":"healthy",' ]
ok 'is ours alone' [ "$(stat -c %a sock)" = 700 ] || stat -c '# %a' sock
req 'a trusted proxy' 200 /health -H 'X-Forwarded-For: 203.0.113.7'
ok 'names its client' until_ok grep -q '"forwarded_for":"203\.0\.113\.7"' serve.err
unserve
ok 'the socket is gone' [ ! -e sock ]
done_testing
