#!/bin/sh
# The web page and its documentation, in a browser.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
CHROMIUM=$(command -v chromium)
if [ -z "$CHROMIUM" ] || [ ! -d "$top/tests/node_modules/axe-core" ]; then
	echo '1..0 # SKIP chromium or the npm packages are not installed (make deps)'
	exit 0
fi
sim --regime headers
config
cat >models.json <<!
{"models":[{"id":"Test/Model-A","tier":1},{"id":"Test/Model-B","tier":4},
{"id":"Test/sim-quota-day","tier":2},{"id":"Test/sim-error-mid","tier":2},
{"id":"Test/sim-reason+long:100000+slow:20","tier":3},
{"id":"Test/Off","enabled":false}],
"upstreams":{"modelscope":{"base_url":"$sim/v1",
"balance_url":"$sim/openapi/v1/magicubes/balance"}},
"smart_routing":{"enabled":true}}
!
printf '%s\n' 'alice alice-0123456789abcdef' \
	'bob bob-0123456789abcdef admin' >tokens
chmod 600 tokens
serve
for model in auto Test/Model-A; do
	post "something of $model to show" 200 /v1/chat/completions \
		"{\"model\":\"$model\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
done
post 'a model that rests' 429 /v1/chat/completions \
	'{"model":"Test/sim-quota-day","messages":[{"role":"user","content":"hi"}]}'
post 'and credits' 200 /api/balance '{"models":[]}'
open=$port openpid=$servepid
mv serve.err open.err
serve --tokens tokens
OPEN=$open PORT=$port CHROMIUM=$CHROMIUM node "$top/tests/serve/page.js" \
	>node.out 2>node.err
sed 's/^/# /' node.out node.err
ok 'the page' not grep -q '^not ok' node.out
ok 'all of it' grep -q '^1\.\.' node.out
cat serve.err open.err >log
unlike 'no key is logged' log 'feed-000'
unserve
servepid=$openpid
unserve
done_testing
