#!/bin/sh
# openapi.json: valid, and what the server really answers.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
[ -d "$top/tests/node_modules/ajv" ] || {
	echo '1..0 # SKIP the npm packages are not installed (make deps)'
	exit 0
}
sim
config Test/Model-A Test/Model-B Test/Model-C
sed -i 's/^{/{"retries":1,"timeouts":{"first_byte":2,"plain":2},/
	s/"enabled":false/"enabled":true/' models.json
printf '%s\n' 'alice alice-0123456789abcdef' \
	'bob bob-0123456789abcdef admin' 'few few-0123456789abcdef 0/day' >tokens
chmod 600 tokens
serve --log none
open=$port openpid=$servepid
serve --tokens tokens --max-body 65536 --log none
WWW=$top/share/ms/www OPEN=$open PORT=$port OPENAPI=$top/share/ms/openapi.json \
	node "$top/tests/serve/openapi.js" >node.out 2>node.err
sed 's/^/# /' node.out node.err
ok 'the description' not grep -q '^not ok' node.out
ok 'all of it' grep -q '^1\.\.' node.out
unserve
servepid=$openpid
unserve
done_testing
