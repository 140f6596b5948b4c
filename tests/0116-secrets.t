#!/bin/sh
# ms-chat: no key is ever to be seen: not by ps, not in what is printed or
# kept, not even when the upstream quotes it.
. "${0%/*}/lib.sh"
sim
config Test/Model-A Test/Model-B
secret=ms-5ec7e75e-c7e7-4ec7-9e75-0123456789ab
part=5ec7e75e-c
unset MODELSCOPE_API_KEY

# hidden NAME FILE...: one test, that no file, nor any in a folder, has more
# of the key than is shown of it.
hidden() {
	name=$1
	shift
	grep -r -F -e "$part" -e 0123456789ab "$@" >shown
	grep_status=$?
	ok "$name" [ $grep_status -eq 1 ]
}

script() {
	printf '%s\n' "$@" | curl -sS --data-binary @- \
		"$sim/sim/script" >/dev/null
}

# ---- while it runs ----
echo "$secret" >keys
chmod 600 keys
script 'path=/v1/chat/completions do=stall-mid'
running() {
	[ "$(curl -sS "$sim/sim/stats" | jq .in_flight)" -eq "$1" ]
}
ms-chat -k keys hi >out 2>err &
one=$!
MODELSCOPE_API_KEY=$secret ms-chat hi >out2 2>err2 &
two=$!
pids="$pids $one $two"
ok 'two are running' until_ok running 2
ps -eww -o args >ps.txt
hidden 'ps' ps.txt
for pid in $one $two; do
	tr '\0' '\n' <"/proc/$pid/cmdline" >cmdline
	ok 'it has a command line' grep -q ms-chat cmdline
	hidden '/proc/PID/cmdline' cmdline
	hidden '/proc/PID/comm' "/proc/$pid/comm"
	ok 'no core is left of it' \
		grep -q '^Max core file size *0 *0 ' "/proc/$pid/limits"
	ok 'nothing is run that could be told' \
		[ -z "$(cat "/proc/$pid/task/$pid/children")" ]
done
# root alone may look
{ tr '\0' '\n' <"/proc/$one/environ" >environ; } 2>/dev/null || : >environ
hidden '/proc/PID/environ, with keys in a file' environ
kill "$one" "$two"
wait "$one" 2>/dev/null
wait "$two" 2>/dev/null
hidden 'what they had said' out err out2 err2

# ---- what the upstream quotes ----
export MODELSCOPE_API_KEY="$secret"
# quoted NAME RULE...: nobody sees it, whatever the form.
quoted() {
	name=$1
	shift
	script "$@"
	rm -rf state
	for form in text json n8n openai; do
		ms-chat -v -o $form hi
		ms-chat -v --exit-zero -o $form hi
	done >out 2>err
	ok "$name: is refused" grep -q 'attempt 1: ms-5ec7…89ab: Test/Model-A: ' err
	hidden "$name: what is printed" out err
	hidden "$name: what is recorded" state
}
# envelope MESSAGE: an error.
envelope() {
	printf 'body="{\\"error\\":{\\"message\\":\\"%s\\"}}"' "$1"
}
for status in 400 401 403 404 429 500 503; do
	quoted "HTTP $status" "status=$status $(envelope "bad token $secret, said $secret")"
done
quoted 'an error under 200' "status=200 $(envelope "$secret")"
quoted 'escaped' "status=400 $(envelope 'ms\\u002d5ec7e75e\\u002dc7e7-4ec7-9e75-0123456789ab')"
quoted 'plain words' "status=400 type=text/plain body=\"$secret\""
quoted 'a request id' "status=400 body=\"{\\\"error\\\":{\\\"message\\\":\\\"x\\\",\\\"request_id\\\":\\\"$secret\\\"}}\""
quoted 'a code' "status=400 body=\"{\\\"error\\\":{\\\"message\\\":\\\"x\\\",\\\"code\\\":\\\"$secret\\\"}}\""
quoted 'an event' "status=200 type=text/event-stream body=\"data: {\\\"error\\\":{\\\"message\\\":\\\"$secret\\\"}}\\n\\n\""
delta='data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n'
for end in '' '\n\n'; do
	script "status=200 type=text/event-stream body=\"$delta$delta""data: {\\\"error\\\":{\\\"message\\\":\\\"$secret is bad\\\"}}$end\""
	for form in sse text json n8n openai; do
		ms-chat -v -o $form hi
	done >out 2>err
	[ -z "$end" ] || like 'an error in mid-stream is told' out 'ms-5ec7…89ab is bad'
	hidden 'without the key' out err
done
for n in 470 480 490 500; do
	pad=$(printf "%${n}s" '' | tr ' ' x)
	quoted "cut after $n bytes" "status=400 $(envelope "$pad$secret")"
done
quoted 'the balance' 'path=/v1/chat/completions do=no-credits' \
	"path=/openapi/* status=401 $(envelope "$secret")"
quoted 'the model it was asked for' "status=404 $(envelope "The model $secret does not exist")"

# ---- what it quotes of the question ----
question='my password is hunter2, keep it'
for status in 400 404 429 500; do
	script "status=$status $(envelope "Invalid input: '$question' is bad")"
	rm -rf state
	for form in text json n8n; do
		ms-chat -v -o $form "$question"
		ms-chat -v --exit-zero -o $form -s "$question" q
	done >out 2>err
	like "HTTP $status: the rest of it is said" err "Invalid input: '\.\.\.' is bad"
	unlike "HTTP $status: the question is not" err hunter2
	unlike "HTTP $status: nor in the output" out hunter2
done
script "status=500 type=text/plain body=\"$question\""
ms-chat -v "$question" 2>err
unlike 'plain words' err hunter2
script "status=200 type=text/event-stream body=\"data: {\\\"error\\\":{\\\"message\\\":\\\"$question\\\"}}\\n\\n\""
ms-chat -v "$question" 2>err
like 'an event: is refused' err 'attempt 1: '
unlike 'an event' err hunter2

# ---- what is kept ----
script ''
rm -rf state
run 'a conversation' 0 ms-chat -v -c talk.json hi
run 'a file' 0 ms-chat -v -O answer.txt hi
hidden 'what is kept' talk.json answer.txt out err state
script 'do=500'
ms-chat -v -c talk.json hi >out 2>err
hidden 'and after a failure' talk.json out err state

# ---- mistakes of ours ----
# wrong NAME STATUS FILE: a keys file that is none.
wrong() {
	cat >keys
	run "$1" "$2" ms-chat -k keys hi
	hidden "$1: what is said" out err
}
wrong 'too many words' 65 <<!
name $secret modelscope more
!
wrong 'two keys in a line' 65 <<!
$secret ${secret}0
!
wrong 'a control character' 65 <<!
$secret$(printf '\001')
!
printf '%s\n' "$secret" >dotenv
run 'an env file that is none' 65 ms-chat --env-file dotenv hi
hidden 'what is said' out err
run 'a key as a name' 78 env MODELSCOPE_API_KEY=other ms-chat --key "$secret" hi
hidden 'what is said' out err
sed 's,"base_url":"http://[^"]*,"base_url":"http://example.org/v1,' models.json >far.json
run 'plain HTTP to far away' 78 ms-chat --config far.json hi
hidden 'what is said' out err
run 'bad options' 64 ms-chat --nosuch hi
hidden 'what is said' out err
done_testing
