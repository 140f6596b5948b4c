#!/bin/sh
# The OpenAI SDK for Node against ms-serve.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
[ -d "$top/tests/node_modules/openai" ] || {
	echo '1..0 # SKIP the openai package is not installed (make deps)'
	exit 0
}
sim
config
sed -i 's/^{/{"retries":2,/' models.json
printf 'sdk sdk-0123456789abcdef\nfew few-0123456789abcdef 0/day\n' >tokens
chmod 600 tokens
serve --tokens tokens --log none
NODE_PATH=$top/tests/node_modules PORT=$port SIM=$sim \
	node "$top/tests/serve/openai.js" >node.out 2>node.err
sed 's/^/# /' node.out node.err
ok 'the SDK' not grep -q '^not ok' node.out
ok 'all of it' grep -q '^1\.\.' node.out
unserve
done_testing
