#!/bin/sh
# A web page of somebody else and a gateway without tokens, in a browser.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
CHROMIUM=$(command -v chromium)
if [ -z "$CHROMIUM" ] || [ ! -d "$top/tests/node_modules/playwright-core" ]; then
	echo '1..0 # SKIP chromium or the npm packages are not installed (make deps)'
	exit 0
fi
sim
config
serve
PORT=$port SIM=$sim CHROMIUM=$CHROMIUM node "$top/tests/serve/evil.js" \
	>node.out 2>node.err
sed 's/^/# /' node.out node.err
ok 'the page' not grep -q '^not ok' node.out
ok 'all of it' grep -q '^1\.\.' node.out
unlike 'no chat is begun' serve.err \
	'"path":"/(v1/chat/completions|chat|n8n/chat)","status":[25]'
unlike 'no reload' serve.err 'configuration reloaded'
unlike 'no program is run' serve.err \
	'"path":"/(status|history|metrics|route|api/balance)","status":(200|5)'
like 'it was tried' serve.err '"path":"/chat","status":403'
like 'also by another name' serve.err '"path":"/chat","status":421'
unserve
done_testing
