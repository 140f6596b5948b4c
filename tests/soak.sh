#!/bin/sh
# The gateway for a day, or $SOAK_SECONDS, of $SOAK_RATE requests a second, one
# in ten of which goes wrong.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
"$MS_BUILD/simulator" --credits 1000000000 >sim.url &	# it keeps no log here
pids="$pids $!"
until_ok [ -s sim.url ]
read -r sim <sim.url
config
MODELSCOPE_API_KEY="$MODELSCOPE_API_KEY ms-00000000-0000-0000-0000-000000000002"
sed -i 's/^{/{"per_key_concurrency":0,"retries":1,/' models.json
serve --log none
export SOAK_SECONDS="${SOAK_SECONDS:-86400}" SOAK_RATE="${SOAK_RATE:-50}"
PORT=$port SUPER=$servepid node "$top/tests/serve/soak.js" >node.out
sed 's/^/# /' node.out
ok 'a long time' not grep -q '^not ok' node.out
ok 'to its end' grep -q '^1\.\.' node.out
unserve
done_testing
