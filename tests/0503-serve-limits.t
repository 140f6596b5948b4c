#!/bin/sh
# Every limit of ms-serve, and what happens past it.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim
config
chat='{"messages":[{"role":"user","content":"hi"}]}'

serve --max-line 200 --max-head 400 --max-fields 10 --max-body 1000
req 'a request line of 200' 200 "/health?$(printf '%0177d' 0)"
req 'of 201' 414 "/health?$(printf '%0178d' 0)"
req 'a head of 400' 431 /health -H "X: $(printf '%0400d' 0)"
set --
for i in 1 2 3 4 5 6 7 8 9 10; do set -- "$@" -H "X$i: y"; done
req 'too many fields' 431 /health "$@"
post 'a body over the limit' 413 /v1/chat/completions \
	"$(printf '%-1001s' "$chat")"
post 'one that is not' 200 /v1/chat/completions "$(printf '%-1000s' "$chat")"
req 'a chunked one over it' 413 /v1/chat/completions -H 'Transfer-Encoding: chunked' \
	--json "$(printf '%-1001s' "$chat")"
req 'a chunked one under it' 200 /v1/chat/completions -H 'Transfer-Encoding: chunked' \
	--json "$(printf '%-900s' "$chat")"
unserve

serve --max-held 100000
head -c 200000 /dev/zero | tr '\0' ' ' >big
req 'more bodies than may be held' 503 /chat --json @big
like 'come again' head '^Retry-After: 1.$'
req 'and then' 200 /health
unserve

# What a large request took is given back when it is over.
serve --workers 1
{
	printf '{"messages":[{"role":"user","content":"'
	head -c 30000000 /dev/zero | tr '\0' x
	printf '"}]}'
} >big
# resident: KiB of the worker and the front.
resident() {
	for p in $(pgrep -P "$servepid"); do
		cat "/proc/$p/status"
	done | awk '/^VmRSS/ { n += $2 } END { print n }'
}
given_back() { [ "$(resident)" -lt $((idle + 8192)) ]; }
post 'a request' 200 /v1/chat/completions "$chat"
idle=$(resident)
req 'a large one' 200 /v1/chat/completions --json @big
ldd "$MS_BIN/ms-serve" | grep -q libasan || # whose allocator holds on to it
	ok 'which leaves nothing behind' until_ok given_back
unserve

serve --max-event 1000 --max-answer 3000
for size in 500:200 2000:502; do
	post "a stream with an event of ${size%:*}" "${size#*:}" /v1/chat/completions \
		"$(echo "$chat" | sed "s/{/{\"stream\":true,\"model\":\"sim\/giant-line:${size%:*}\",/")"
done
for size in 2000:200 4000:502; do
	post "an answer of ${size%:*}" "${size#*:}" /v1/chat/completions \
		"$(echo "$chat" | sed "s/{/{\"model\":\"sim\/big:${size%:*}\",/")"
done
unserve

# An answer that is given another form is taken whole, however much of it comes
# at once.
echo 'path=/v1/responses status=404 body="{}"' >lacks
curl -sS -o out --data-binary @lacks "$sim/sim/script"
serve --max-event 4000000
while read -r path ask; do
	post "$path $ask" 200 "$path" "{$ask}"
	ok 'whole' [ "$(tr -cd x <body | wc -c)" -ge 900000 ]
done <<'!'
/n8n/chat "prompt":"hi","model_id":"sim/big:900000"
/chat "messages":[{"role":"user","content":"hi"}],"model_id":"sim/big:900000"
/chat "messages":[{"role":"user","content":"hi"}],"model_id":"sim/giant-line:900000","stream":true
/v1/responses "input":"hi","model":"sim/big:900000"
/v1/responses "input":"hi","model":"sim/giant-line:900000","stream":true
/chat "messages":[{"role":"user","content":"hi"}],"model_id":"sim/giant-line:2000000","stream":true
/v1/responses "input":"hi","model":"sim/giant-line:2000000","stream":true
!
unserve
curl -sS -o out --data-binary '' "$sim/sim/script"

serve --head-time 1 --body-time 1 --idle-time 1 --answer-time 1 \
	--tool-time 1
PORT=$port node "$top/tests/serve/limits.js" >node.out
sed 's/^/# /' node.out
ok 'times' not grep -q '^not ok' node.out
ok 'all of them' grep -q '^1\.\.' node.out
post 'no answer in time' 504 /v1/chat/completions \
	"$(echo "$chat" | sed 's/{/{"model":"sim\/stall-head",/')"
unserve

serve --max-connections 40 --head-time 60
PORT=$port node "$top/tests/serve/crowd.js" >node.out
sed 's/^/# /' node.out
ok 'connections' not grep -q '^not ok' node.out
ok 'all of them' grep -q '^1\.\.' node.out
unserve

# A client that does not read is cut; upstream is let go.
serve --write-time 1 --drain-time 1
PORT=$port SIM=$sim node "$top/tests/serve/stalled.js" >node.out
sed 's/^/# /' node.out
ok 'readers that stall' not grep -q '^not ok' node.out
ok 'all of it' grep -q '^1\.\.' node.out
# Leaving waits no longer than that.
curl -sSN -o slow.out --json '{"model":"sim/long:1000+slow:100","stream":true,
	"messages":[{"role":"user","content":"hi"}]}' \
	"$url/v1/chat/completions" 2>curl.err &
curlpid=$!
until_ok [ -s slow.out ]
unserve
wait "$curlpid"
ok 'what is not done by then is cut, and seen to be' [ $? -eq 18 ]

# With 32 descriptors there is room for fewer connections, and no spinning.
(ulimit -n 32 && exec ms-serve -l 127.0.0.1:0 --workers 1 </dev/null 2>few.err) &
fewpid=$!
pids="$pids $fewpid"
until_ok grep -q 'listening on' few.err
like 'few descriptors' few.err 'at most 9 connections: only 32 descriptors'
port=$(sed -n 's/.*listening on .*://p' few.err) url=http://127.0.0.1:$port
front=$(pgrep -P "$fewpid" -f 'ms-serve: front')
PORT=$port FRONT=$front node "$top/tests/serve/few.js" >node.out
sed 's/^/# /' node.out
ok '200 clients on 32 descriptors' not grep -q '^not ok' node.out
ok 'all of it' grep -q '^1\.\.' node.out
done_testing
