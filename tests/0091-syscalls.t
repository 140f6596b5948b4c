#!/bin/sh
# Each system call of a program fails in turn, alone or with all behind it:
# no crash, no hang, never success with another output, and what was on disk
# is whole. A signal or a short transfer is not to be noticed at all.
. "${0%/*}/lib.sh"
step=5
. "$top/tests/torture.sh"
preload syscalls
sim --credits 1000000
config Test/Model-A Test/Model-B

# ---- one answer ----

fresh() {
	rm -rf state
}
# calls N: the ledger has that many at least, and can be read.
calls() {
	[ "$(cat state/usage/* 2>/dev/null | jq -R 'fromjson?' | wc -l)" -ge "$1" ] ||
		grep 'cannot record the call' err >&3 || echo 'not recorded'
	ms-quota >quota 2>&1 || [ $? -eq 1 ] || cat quota
}
answered() {
	[ "$status" -ne 0 ] || {
		grep -qx 'Hello from Test/Model-[AB]\.' out || cat out
		calls 1
	}
}
before() {
	fresh
	echo before >file
}
filed() {
	case $status:$(cat file) in
	0:Hello\ from\ Test/Model-[AB].) ;;
	[67]?:before) ;;
	*) cat file ;;
	esac
	for left in file.*; do
		[ ! -e "$left" ] || rm -v "$left"
	done
}
talk() {
	fresh
	printf '{"messages":[{"role":"user","content":"a"}]}' >talk
}
talked() {
	case $status:$what:$(jq -c '[.messages[].role]' talk 2>&1) in
	0:*:'["user","user","assistant"]') ;;
	[67]?:*:'["user"]' | 7?:close:*) ;;
	*) cat talk ;;
	esac
	for left in talk.*; do
		[ ! -e "$left" ] || rm -v "$left"
	done
}

# ---- a batch that goes on ----

i=0
while [ $((i += 1)) -le 12 ]; do
	printf '{"prompt":"%d"}\n' $i
done >lines
ms-chat --batch lines -O all
{
	head -n 10 all
	tail -n 1 all | head -c 100
} >half
begun() {
	fresh
	cp half lines.out
}
# Nothing done is lost, and the next run does the rest.
resumed() {
	[ "$(head -n 10 half | sort | comm -23 - stood | wc -l)" -eq 0 ] ||
		echo 'results are lost'
	ms-chat --batch lines -O lines.out >again 2>&1 || cat again
	jq -r 'select(.error == null).custom_id' lines.out | sort -n | tr '\n' ' ' >ids
	[ "$(cat ids)" = '1 2 3 4 5 6 7 8 9 10 11 12 ' ] || cat ids
}
batched() {
	sort lines.out >stood
	resumed
}

# One call that fails is no more than one line that does.
anew() {
	fresh
	rm -f lines.out
}
alone() {
	[ ! -e lines.out ] ||
		[ "$(jq 'select(.error != null)' lines.out | jq -s length)" -le 1 ] ||
		cat lines.out
}

# ---- the ledger ----

recorded() {
	[ "$status" -ne 0 ] || calls 1
}
counted() {
	[ "$status" -ne 0 ] || cmp out good
}

every() {
	: >in
	each "ms-chat, $1" fresh answered ms-chat -n hi
	each "ms-chat -O, $1" before filed ms-chat -n -O file hi
	each "ms-chat -c, $1" talk talked ms-chat -n -c talk hi
	each "ms-chat --batch, $1" begun batched ms-chat --retries 0 \
		--batch lines -O lines.out
	printf 'HTTP/1.1 200 OK\r\n\r\n' >in
	# Its line is one write(2): where none is whole it cannot be recorded.
	[ "$1" = 'from then on short' ] ||
		each "ms-quota record, $1" fresh recorded ms-quota record -m Test/Model-A
	fresh
	ms-quota record -m Test/Model-A <in
	ms-quota >good
	each "ms-quota, $1" : counted ms-quota
}
exec 3>/dev/null
export FAIL_HOW
for FAIL_HOW in full broken signal short; do
	every "$FAIL_HOW"
	each "ms-chat --batch, line by line, $FAIL_HOW" anew alone ms-chat \
		--retries 0 -P 6 --batch lines -O lines.out
done
FAIL_ON=1
export FAIL_ON
for FAIL_HOW in full broken short; do
	every "from then on $FAIL_HOW"
done
done_testing
