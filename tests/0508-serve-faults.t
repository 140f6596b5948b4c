#!/bin/sh
# What clients of ms-serve are told of each fault of an upstream, and what
# thousands of them leave behind.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim --credits 100000000
config
MODELSCOPE_API_KEY="$MODELSCOPE_API_KEY ms-00000000-0000-0000-0000-000000000002"
sed -i 's/^{/{"per_key_concurrency":0,"retries":1,/' models.json
serve --log none --workers 1
REQUESTS=${TORTURE:+100000}
export MS_BUILD REQUESTS="${REQUESTS:-2000}"
PORT=$port SUPER=$servepid node "$top/tests/serve/faults.js" >node.out
sed 's/^/# /' node.out
ok 'faults' not grep -q '^not ok' node.out
ok 'all of them' grep -q '^1\.\.' node.out
unserve
done_testing
