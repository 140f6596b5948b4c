#!/bin/sh
# One list of cases for every client, against an upstream that has its API and
# against one that has only chats.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
for package in openai @anthropic-ai/sdk ai @ai-sdk/openai @langchain/openai; do
	[ -d "$top/tests/node_modules/$package" ] || {
		echo "1..0 # SKIP $package is not installed (make check)"
		exit 0
	}
done
printf 'sdk sdk-0123456789abcdef\nfew few-0123456789abcdef 0/day\n' >tokens
chmod 600 tokens
cat >lacks <<'!'
path=/v1/messages status=404 body="{\"detail\":\"Not Found\"}"
path=/v1/responses status=404 body="{\"detail\":\"Not Found\"}"
!

# client NAME API: all cases with this client; what fails is shown. Rests of
# one are nothing to the next: each has a gateway of its own.
client() {
	config
	sed -i 's/^{/{"retries":2,/' models.json
	serve --tokens tokens --log none
	NODE_PATH=$top/tests/node_modules PORT=$port SIM=$sim \
		node "$top/tests/serve/cases.js" "$1" "$2" >node.out 2>node.err
	sed 's/^/# /' node.out node.err
	ok "$1, $2${3-}" not grep -q '^not ok' node.out
	ok 'all of it' grep -q '^1\.\.' node.out
	unserve
}

sim
for name in openai aisdk langchain; do
	client $name chat
	client $name responses
done
client anthropic messages
sim --script lacks
for name in openai aisdk langchain; do
	client $name responses ', translated'
done
client anthropic messages ', translated'
done_testing
