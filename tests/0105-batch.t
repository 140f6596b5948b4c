#!/bin/sh
# ms-chat --batch: many requests from a file, each with its result once.
. "${0%/*}/lib.sh"
sim --credits 100000000
config

# lines N [MODEL]: a file of N Batch lines in "in".
lines() {
	perl -e 'my ($n, $m) = @ARGV; printf(qq({"custom_id":"id%d","method":"POST","url":"/v1/chat/completions","body":{"model":"%s","messages":[{"role":"user","content":"q %d"}]}}\n), $_, $m, $_) for 1 .. $n' "$1" "${2:-sim/echo}" >in
}

# ids: the custom_ids of "out.jsonl", sorted.
ids() {
	jq -r .custom_id out.jsonl | sort
}

# served: how many chat requests the simulator has answered.
served() {
	curl -s "$sim/sim/stats" | jq '.by_op.chat // 0'
}

# ---- what a line may be, and what comes of it ----
cat >in <<'!'
{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"Test/Model-B","messages":[{"role":"user","content":"x"}],"seed":9223372036854775807,"t":1.0}}
{"model":"sim/echo","messages":[{"role":"user","content":"bare"}]}
{"prompt":"p","model_id":"sim/echo"}
not JSON

{"custom_id":"e","method":"POST","url":"/v1/embeddings","body":{"model":"Test/Embed","input":["x","y"]}}
{"custom_id":"u","url":"/v1/files","body":{}}
{"custom_id":"m","method":"GET","url":"/v1/chat/completions","body":{"messages":[]}}
{"custom_id":7,"body":{"messages":[]}}
{"custom_id":"n","body":[]}
{"custom_id":"bad","body":{"model":"sim/400","messages":[{"role":"user","content":"x"}]}}
{"custom_id":"s","body":{"model":"sim/echo","stream":true,"messages":[{"role":"user","content":"streamed"}]}}
{"custom_id":"a","body":{"model":"sim/echo","messages":[{"role":"user","content":"twice"}]}}
{"custom_id":"last","body":{"model":"sim/extra","messages":[{"role":"user","content":"no newline"}]}}
!
truncate -s -1 in
run 'a batch' 1 ms-chat --batch in -O out.jsonl
same 'says how it went' err <<'!'
ms-chat: 6 answered, 6 failed, 0 to do again, 1 done before
!
ids >o
same 'one result an id; the line number where there is none' o <<'!'
2
3
4
9
a
bad
e
last
m
n
s
u
!
jq -r 'select(.custom_id=="a").response.body.choices[0].message.content' out.jsonl >o
same 'the first of two with one id counts' o <<'!'
Hello from Test/Model-B.
!
jq -r 'select(.custom_id|IN("2","3","s")).response.body.choices[0].message.content' out.jsonl | sort >o
same 'bare, prompt and stream' o <<'!'
bare
p
streamed
!
jq -c 'select(.custom_id=="e").response.body.data|length' out.jsonl >o
same 'embeddings' o <<'!'
2
!
jq -r 'select(.error.code=="bad_line")|.error.message' out.jsonl | sort >o
same 'bad lines are told by their numbers' o <<'!'
line 10: body: want an object
line 4: not JSON at byte 2
line 7: url: want /v1/chat/completions or /v1/embeddings
line 8: method: want POST
line 9: custom_id: want a string of at most 512 bytes of UTF-8
!
jq -c 'select(.custom_id=="bad")|[.response.status_code,.error.code]' out.jsonl >o
same 'a refusal has status and code' o <<'!'
[400,"bad_request"]
!
jq -e 'select(.custom_id=="a")|(.id|startswith("req_")) and .id==.response.request_id' out.jsonl >o
same 'ids of requests' o <<'!'
true
!
grep '"custom_id":"last"' out.jsonl | grep -q '9007199254740993\|922337203685477580' &&
	big=yes || big=no
ok 'answers are not parsed: their numbers stay' [ "$big" = yes ]
f=$(grep -l 9223372036854775807 simlog/*.body | tail -n 1)
printf '%s' '{"model":"Test/Model-B","messages":[{"role":"user","content":"x"}],"seed":9223372036854775807,"t":1.0}' >want
ok 'a body goes as it is' cmp -s "$f" want
before=$(served)
run 'again' 1 ms-chat --batch in -O out.jsonl
ok 'nothing is sent' [ "$(served)" = "$before" ]

# ---- pipes ----
lines 20
run 'from stdin to stdout' 0 sh -c 'ms-chat --batch - <in >out.jsonl'
ok 'twenty' [ "$(ids | uniq | wc -l)" -eq 20 ]
run 'ms-route | ms-chat --batch -' 0 sh -c 'ms-route <in | ms-chat --batch - >out.jsonl'
ok 'twenty as well' [ "$(ids | uniq | wc -l)" -eq 20 ]
run 'each answer belongs to its line' 0 jq -es 'all(.[]; .response.body.choices[0].message.content == "q " + (.custom_id|ltrimstr("id")) or (.response.body.model|startswith("Test/")))' out.jsonl
run 'an empty file' 0 ms-chat --batch /dev/null
same 'gives nothing' out </dev/null
run 'a file that is not there' 66 ms-chat --batch nosuch
run 'a full disk' 74 sh -c 'ms-chat --batch in >/dev/full'
run '-O - is stdout as well' 0 ms-chat --batch in -O -
ok 'all of it' [ "$(wc -l <out)" -eq 20 ]
ok 'and no file' [ ! -e ./- ]
cat >bare <<'!'
{"custom_id":"b","url":"/v1/chat/completions","model":"sim/echo","x":1.0,"messages":[{"role":"user","content":"bare"}]}
!
run 'a bare request with an id' 0 ms-chat --batch bare
cat >want <<'!'
{"model":"sim/echo","x":1.0,"messages":[{"role":"user","content":"bare"}]}
!
truncate -s -1 want
ok 'goes without it' cmp -s want "$(grep -l '"bare"' simlog/*.body | tail -n 1)"
lines 2000
(
	env --default-signal=PIPE ms-chat --batch in 2>err1
	echo $? >status
) | head -n 1 >o
ok 'a reader that leaves ends it' [ "$(cat status)" -eq 141 ]
same 'quietly' err1 </dev/null
mkfifo pipe
sh -c 'exec 3<pipe; exec sleep 600' &
pids="$pids $!"
# full: the pipe is, so that nothing more is asked.
full() {
	full_n=$(served)
	sleep 0.3
	[ "$full_n" -gt "$before" ] && [ "$(served)" = "$full_n" ]
}
for sig in INT TERM; do
	before=$(served)
	env --default-signal=$sig ms-chat --batch in >pipe 2>err1 &
	stuck=$!
	until_ok full
	until_ok not kill -$sig "$stuck"
	wait "$stuck"
	ok "$sig twice, while a reader does not read: exit 75" [ $? -eq 75 ]
done
lines 20

# ---- options ----
run '--wait without --batch' 64 ms-chat --wait hi
run '-P without --batch' 64 ms-chat -P 2 hi
run '--batch and a prompt' 64 ms-chat --batch in hi
run '--batch and -s' 64 ms-chat --batch in -s x
run '-m in place of what lines say' 0 sh -c 'ms-chat --batch in -m Test/Model-C >out.jsonl'
run 'all of them' 0 jq -es 'all(.[]; .response.body.model == "Test/Model-C")' out.jsonl

# ---- begun again ----
lines 40
rm -f out.jsonl
run 'forty' 0 ms-chat --batch in -O out.jsonl -P 8
cp out.jsonl whole
head -n 30 whole >out.jsonl
head -n 31 whole | tail -n 1 | head -c 100 >>out.jsonl
sed -i '5s/"error":null/"error":{"code":"server","message":"x"}/' out.jsonl
before=$(served)
run 'with a torn line and an error that may pass' 0 ms-chat --batch in -O out.jsonl
ok 'eleven are done again' [ $(($(served) - before)) -eq 11 ]
ok 'forty results' [ "$(wc -l <out.jsonl)" -eq 40 ]
ok 'forty ids' [ "$(ids | uniq | wc -l)" -eq 40 ]
ok 'all good' jq -es 'all(.[]; .error == null)' out.jsonl
ok 'nothing is left beside it' [ "$(find . -name 'out.jsonl*' | wc -l)" -eq 1 ]
cp in other
run 'a file that holds other things' 65 ms-chat --batch in -O other
ok 'is not touched' cmp -s in other

lines 300 'sim/delay:300'
rm -f out.jsonl
# a shell makes what it puts behind it deaf to INT
env --default-signal=INT ms-chat --batch in -O out.jsonl -P 1 2>err1 &
first=$!
until_ok [ -s out.jsonl ]
run 'two at once' 75 ms-chat --batch in -O out.jsonl
like 'the second is told' err 'another run is writing it'
kill -INT "$first"
wait "$first"
ok 'an interrupt finishes what is under way: exit 75' [ $? -eq 75 ]
ok 'whole lines' jq -e . out.jsonl
n=$(wc -l <out.jsonl)
ok 'some are done, some are not' [ "$n" -gt 0 -a "$n" -lt 300 ]

# ---- killed ----
lines 3000 'sim/delay:3'
rm -f out.jsonl
curl -s -X POST "$sim/sim/reset" >/dev/null
# killed ROUND: a run is killed somewhere behind its first results.
killed() {
	want=$(($(wc -l 2>/dev/null <out.jsonl || echo 0) + $1 * 10))
	ms-chat --batch in -O out.jsonl -P 8 2>/dev/null &
	victim=$!
	until_ok enough
	kill -KILL "$victim" 2>/dev/null
	wait "$victim" 2>/dev/null
}
enough() {
	[ "$(wc -l 2>/dev/null <out.jsonl || echo 0)" -gt "$want" ] ||
		not kill -0 "$victim" 2>/dev/null
}
for round in 1 2 3 4 5 6 7 8 9 10; do
	killed "$round"
done
run 'killed ten times, then finished' 0 ms-chat --batch in -O out.jsonl -P 8
ok 'one result an id' [ "$(ids | uniq | wc -l)" -eq 3000 ]
ok 'and no more' [ "$(wc -l <out.jsonl)" -eq 3000 ]
ok 'at most what was in flight was sent twice' [ "$(served)" -le 3080 ]

# ---- faults ----
perl -e 'for (1 .. 1000) { my @f = qw(500 hollow reset 503 burst); my $m = $_ % 20 < 5 ? "sim/$f[$_ % 5],Test/Model-A" : "Test/Model-A"; my @m = map { qq("$_") } split /,/, $m; local $" = ","; print qq({"custom_id":"f$_","body":{"models":[@m],"messages":[{"role":"user","content":"x"}]}}\n) }' >in
rm -f out.jsonl
run 'a quarter of the lines meet a fault first' 0 ms-chat --batch in -O out.jsonl -P 8
ok 'all are answered' [ "$(jq -r 'select(.error==null).custom_id' out.jsonl | sort -u | wc -l)" -eq 1000 ]

cat >script <<'!'
body~=torn1 times=1 do=reset-body
body~=torn2 times=1 do=truncated-json
!
curl -sS -o o --data-binary @script "$sim/sim/script"
printf '{"prompt":"%s","model_id":"sim/echo"}\n' torn1 torn2 >in
run 'answers that broke off' 0 ms-chat --batch in -O torn.jsonl
ok 'are asked for again' jq -es 'all(.[]; .error == null)' torn.jsonl
curl -sS -o o --data-binary @/dev/null "$sim/sim/script"
echo '{"model":"sim/reasoned-out","max_tokens":9,"messages":[{"role":"user","content":"x"}]}' >in
run 'thought up to its own limit' 1 ms-chat --batch in -O thought.jsonl
ok 'has the reply and an error' jq -e '.error.code == "reasoned" and
	.response.body.choices[0].finish_reason == "length"' thought.jsonl
before=$(served)
run 'and would again' 1 ms-chat --batch in -O thought.jsonl
ok 'so it is not sent' [ "$(served)" = "$before" ]

# ---- out of quota ----
kill "$simpid"
sim --credits 30
config
lines 50 Test/Model-A
rm -f out.jsonl
run 'out of credits half way' 75 ms-chat --batch in -O out.jsonl
like 'is said' err 'out of quota'
ok 'what was answered is there' [ "$(wc -l <out.jsonl)" -eq 30 ]
ok 'and is good' jq -es 'all(.[]; .error == null)' out.jsonl
curl -s -X POST "$sim/sim/reset" >/dev/null
MS_TEST_CLOCK=86400 run 'the next day' 0 ms-chat --batch in -O out.jsonl
ok 'does the rest' [ "$(ids | uniq | wc -l)" -eq 50 ]

# of one model: what others may answer is answered
kill "$simpid"
sim --regime headers --model-limit 5
config
perl -e 'for (1 .. 40) { my $m = $_ == 2 ? "sim/quota-month" : $_ % 2 ? "Test/Model-A" : "Test/Model-B"; print qq({"custom_id":"m$_","body":{"model":"$m","messages":[{"role":"user","content":"x"}]}}\n) }' >in
rm -f out.jsonl
run 'two models and a line of a third' 75 ms-chat --batch in -O out.jsonl
like 'out of quota' err '^ms-chat: out of quota: run again'
ok 'each was used up' jq -es '[.[].response.body.model] | sort ==
	["Test/Model-A","Test/Model-A","Test/Model-A","Test/Model-A","Test/Model-A",
	"Test/Model-B","Test/Model-B","Test/Model-B","Test/Model-B","Test/Model-B"]' out.jsonl
run 'all by -m' 75 ms-chat --batch in -m Test/Model-A -O out.jsonl
like 'stops at the first lines' err ' 0 answered, 0 failed, [1-4] to do again'

# One that waits takes no place: what others may answer is answered.
rm -rf out.jsonl state
curl -s -X POST "$sim/sim/reset" >/dev/null
perl -e 'for (1 .. 12) { my $m = $_ > 8 ? "Test/Model-B" : "Test/Model-A"; print qq({"custom_id":"m$_","body":{"model":"$m","messages":[{"role":"user","content":"x"}]}}\n) }' >in
env --default-signal=INT ms-chat --batch in -P 1 -O out.jsonl --wait 2>err1 &
waits=$!
pids="$pids $waits"
ok 'lines of another model pass those that wait' \
    until_ok sh -c '[ "$(wc -l <out.jsonl)" -eq 9 ]'
ok 'which is said once' [ "$(wc -l <err1)" -eq 1 ]
kill -INT "$waits"
wait "$waits"
ok 'those that waited are for another run' [ $? -eq 75 ]
like 'and are counted' err1 ' 9 answered, 0 failed, 3 to do again'

kill "$simpid"
sim --credits 30
config
lines 50 Test/Model-A
rm -rf out.jsonl state
env --default-signal=INT ms-chat --batch in -O out.jsonl --wait 2>err1 &
waits=$!
until_ok [ -s err1 ]
until_ok sh -c '[ "$(wc -l <out.jsonl)" -eq 30 ]'
ok '--wait waits' kill -0 "$waits"
kill -INT "$waits"
wait "$waits"
ok 'until it is told not to' [ $? -eq 75 ]
ok 'with what it has' [ "$(ids | uniq | wc -l)" -eq 30 ]
done_testing
