#!/bin/sh
# ms-serve: the log as text, addresses of other kinds, what a silent stream is
# told, and the local model that is loaded beforehand.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim
config
chat='"messages":[{"role":"user","content":"hi"}]'

serve --log text --workers 1
curl -sSN -m 60 -o silent --json "{\"model\":\"sim/stall-mid\",\"stream\":true,$chat}" \
	"$url/v1/chat/completions" &
silentpid=$!
pids="$pids $silentpid"
post 'a request' 200 /v1/chat/completions "{\"model\":\"Test/Model-A\",$chat}"
logged() {
	grep -qE '^[-0-9T:.+]+ 127\.0\.0\.1:[0-9]+ - POST /v1/chat/completions 200 [1-9][0-9]* [0-9]+ms Test/Model-A req_[0-9A-Z]+$' serve.err
}
ok 'its line of text' until_ok logged
req 'a path with a control byte' 404 "/$(printf 'a%%0ab')"
unlike 'is one line' serve.err '^b '
until_ok grep -q '^: keep-alive$' silent
ok 'a silent stream is told that it lives' grep -q '^: keep-alive$' silent
kill "$silentpid"
cut_short() {
	grep -q ' 200 cut .* sim/stall-mid ' serve.err
}
ok 'who leaves is logged as cut' until_ok cut_short
unserve

# ---- addresses ----

if [ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6; then
	ms-serve -l '[::1]:0' --log none </dev/null 2>six.err &
	six=$!
	pids="$pids $six"
	until_ok grep -q 'listening on' six.err
	url=$(sed -n 's/^ms-serve: listening on //p' six.err)
	like 'IPv6' six.err '^ms-serve: listening on http://\[::1\]:[0-9]+$'
	req 'is served' 200 /health
	kill "$six"
	wait "$six"
	ok 'it leaves well' [ $? -eq 0 ]
fi
listen() {
	: >unix.err
	ms-serve -l "unix:$1" --log none </dev/null 2>unix.err &
	servepid=$!
	pids="$pids $servepid"
	until_ok grep -q 'listening on' unix.err
}
listen sock
mode=$(stat -c %a sock)
ok 'a socket is ours alone' [ "${mode#?}" = 00 ]
children=$(pgrep -P "$servepid")
kill -KILL "$servepid"
wait "$servepid" 2>/dev/null
orphans_left() {
	for p in $children; do
		! kill -0 "$p" 2>/dev/null || return 1
	done
}
until_ok orphans_left
listen sock
ok 'one that was left behind is replaced' \
	curl -sSf -o body --unix-socket sock http://localhost/health
run 'one that is in use is not' 71 ms-serve -l unix:sock
like 'and that is said' err '^ms-serve: unix:.*sock: Address already in use$'
kill "$servepid"
wait "$servepid"
ok 'it leaves well' [ $? -eq 0 ]
: >file
run 'a file in its place stays' 71 ms-serve -l unix:file
ok 'as it was' [ -f file ]
long=$(printf '%0200d' 0)
run 'a path too long' 71 ms-serve -l "unix:$long"

# ---- the local model ----

sim --keyless --cold 300
cat >models.json <<!
{"models":[{"id":"T/1","tier":1},{"id":"T/4","tier":4}],
"upstreams":{"modelscope":{"base_url":"$sim/v1","keyless":true}},
"smart_routing":{"enabled":true,"local_ai":{"base_url":"$sim","model":"sim-cold",
"timeout":5}}}
!
rm -rf state
serve --log none --workers 1
loaded() {
	[ "$(curl -s "$sim/sim/stats" | jq '.by_op.generate // 0')" -ge 1 ]
}
ok 'it is loaded before anyone asks' until_ok loaded
post 'who asks' 200 /v1/chat/completions "{\"model\":\"auto\",$chat}"
like 'has its score' head '^x-ms-score: [0-9]+'
unserve
done_testing
