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

# Upstream connections are used again while their readers are slow.
serve --log none --workers 1
printf '{"model":"sim/long:4000","stream":true,
	"messages":[{"role":"user","content":"hi"}]}' >long.json
printf '{"model":"Test/Model-A",
	"messages":[{"role":"user","content":"hi"}]}' >short.json
some() {
	for i in 1 2 3 4 5 6; do
		curl -sS --limit-rate 1500k -o "some.$1.$i" --json @long.json \
			"$url/v1/chat/completions"
		curl -sS -o /dev/null --json @short.json \
			"$url/v1/chat/completions"
	done
}
some=''
for n in $(seq 24); do
	some "$n" &
	some="$some $!"
done
# shellcheck disable=SC2086
wait $some
ok 'their streams are whole' \
	[ "$(tail -qc 16 some.* | grep -c '^data: \[DONE\]')" -eq 144 ] ||
	grep -h '"error"' some.* | head -n 3 | sed 's/^/# /'
unserve
done_testing
