#!/bin/sh
# What ms-serve makes of each fault of the service, and what a thousand of
# them leave behind.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim --credits 100000000
config
sed -i 's/^{/{"per_key_concurrency":0,"retries":0,/' models.json
serve --log none
REQUESTS=${TORTURE:+100000}
export MS_BUILD REQUESTS="${REQUESTS:-3000}"
PORT=$port SUPER=$servepid node "$top/tests/serve/faults.js" >node.out
sed 's/^/# /' node.out
ok 'faults' not grep -q '^not ok' node.out
ok 'all of them' grep -q '^1\.\.' node.out
unserve
done_testing
