#!/bin/sh
# Each allocation of a program fails in turn, alone or with all behind it: no
# crash, and never success with another output.
. "${0%/*}/lib.sh"

if ldd "$MS_BIN/ms-quota" | grep -q libasan; then
	echo '1..0 # skip the sanitizer has allocations of its own'
	exit
fi
. "$top/tests/torture.sh"
preload memory
sim=http://127.0.0.1:1
config
sed -i 's/"enabled":false/"enabled":true/' models.json
echo '{"prompt":"Write a Python function that sorts a list."}' >request
printf 'HTTP/1.1 200 OK\r\n\r\n' >head
: >empty
for model in Test/Model-A Test/Model-B; do
	ms-quota record -m "$model" <head
done

alike() {
	[ "$status" -ne 0 ] || cmp out good
}
# fails NAME INPUT COMMAND...: one test.
fails() {
	fails_name=$1
	cp "$2" in
	shift 2
	"$@" <in >good 2>err
	each "$fails_name" : alike "$@"
}
all() {
	fails "$1status" empty ms-quota
	fails "$1history" empty ms-quota --history 2 --by model -o csv
	fails "$1request" request ms-route
	fails "$1explanation" request ms-route --explain
	fails "$1list" empty ms-route --list
	fails "$1balances of the ledger" empty ms-balance --cached
}
all ''
FAIL_ON=1
export FAIL_ON
all 'from then on, '
unset FAIL_ON
fails 'record' head ms-quota record -m Test/Model-A
run 'the ledger is whole' 0 ms-quota
same 'and says so' err </dev/null

# ---- a whole answer: the first allocations are those of libraries ----

sim --credits 1000000
config Test/Model-A Test/Model-B
fresh() {
	rm -rf state
}
answered() {
	[ "$status" -ne 0 ] || grep -q 'Hello from Test/Model-[AB]\.' out || cat out
	ms-quota >quota 2>&1 || [ $? -eq 1 ] || cat quota
}
: >in
step=3 first=$(($(operations ms-chat -n hi) - 160))
each 'ms-chat' fresh answered ms-chat -n hi
each 'ms-chat, not streamed' fresh answered ms-chat -n -j hi
FAIL_ON=1
export FAIL_ON
each 'from then on, ms-chat' fresh answered ms-chat -n hi
unset FAIL_ON

# ---- a batch: what only we lack is no result of a line ----

cat >lines <<'!!'
{"prompt":"1"}
{"custom_id":"b","body":{"messages":[{"role":"user","content":"2"}],"model":"auto"}}
!!
begun() {
	fresh
	rm -f lines.out
}
batched() {
	[ "$status" -ne 1 ] || cat lines.out
	[ "$status" -ne 0 ] || [ "$(grep -c Hello lines.out)" -eq 2 ] || cat lines.out
	! grep -s bad_line lines.out
}
set -- ms-chat --retries 0 --batch lines -O lines.out
begun
step=2 first=$(($(operations "$@") - 250))
each 'ms-chat --batch' begun batched "$@"
done_testing
