#!/bin/sh
# Each system call of ms-serve, its front and its worker fails in turn while
# it starts, answers, reloads and leaves: it says why it cannot start, or is
# there for the next request; nobody dies of a signal.
. "${0%/*}/lib.sh"
: "${step:=23}"
. "$top/tests/torture.sh"
preload syscalls
sim --credits 1000000
config Test/Model-A Test/Model-B
chat='{"stream":true,"messages":[{"role":"user","content":"hi"}]}'
: >in

# ask: a request; its answer is in body, its status or error on stdout.
ask() {
	: >body
	curl -sSN -m 60 -o body -w '%{http_code}' --json "$chat" \
		"http://127.0.0.1:$port/v1/chat/completions" 2>&1
}
well() {
	[ "$(ask)" = 200 ] && grep -q '\[DONE\]' body
}
# An answer is whole, or says what failed, or is seen to be cut.
first() {
	got=$(ask)
	case $got in
	200) grep -qE '\[DONE\]|"error"' body ;;
	[45]??) jq -e .error.message body >/dev/null ;;
	*'(18)'* | *'(52)'* | *'(56)'*) ;;
	*) false ;;
	esac || echo "$got $(cat body)"
}

begun() {
	grep -q 'listening on' err || ended
}
ended() {
	! ps -o stat= -p "$life_pid" | grep -qv Z
}

# life N: starts it, so that its call of that number fails, uses it, ends it.
life() {
	LD_PRELOAD=$preloaded FAIL_AT=$1 \
		ms-serve -l 127.0.0.1:0 --workers 1 --log none &
	life_pid=$!
	pids="$pids $life_pid"
	until_ok begun
	: >complaints
	port=$(sed -n 's/.*listening on .*://p' err)
	[ -z "$port" ] || {
		first
		until_ok well || echo "then: $(ask) $(cat body)"
		kill -HUP "$life_pid"
		until_ok well || echo "reloaded: $(ask) $(cat body)"
		kill -TERM "$life_pid"
	} >complaints
	until_ok ended || {
		echo 'it stays' >>complaints
		pkill -9 -P "$life_pid"
		kill -9 "$life_pid"
	}
	wait "$life_pid"
}
runner=life
fresh() {
	rm -rf state
}
lived() {
	cat complaints
	grep -E 'signal [0-9]' err
}
export FAIL_HOW
for FAIL_HOW in full broken signal short; do
	each "ms-serve, $FAIL_HOW" fresh lived
done
done_testing
