#!/bin/sh
# Clients that leave, that do not read, that are many.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim --credits 1000000
config
sed -i 's/^{/{"per_key_concurrency":0,/' models.json
serve --log none --max-connections 4000 --head-time 3
export MS_BUILD
PORT=$port SUPER=$servepid SIM=$sim node "$top/tests/serve/slow.js" >node.out
sed 's/^/# /' node.out
ok 'slow clients' not grep -q '^not ok' node.out
ok 'all of them' grep -q '^1\.\.' node.out
unserve
done_testing
