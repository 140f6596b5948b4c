# For tests that fail a program's operations one by one: see lib.sh, which is
# sourced first, and preload/nth.h. With $TORTURE it is all of them, else every
# $step-th from number $first on.
# shellcheck shell=sh disable=SC2034,SC2154
: "${TORTURE=}" "${CC:=cc}" "${step:=1}" "${first:=0}" "${FAIL_HOW=}"
FAIL_FIRED=$dir/fired
# A sanitizer's library may come behind ours.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0
export FAIL_FIRED ASAN_OPTIONS

# preload NAME: what is preloaded by the next tests.
preload() {
	preloaded=$dir/$1.so
	"$CC" -O1 -D_GNU_SOURCE -shared -fPIC -o "$preloaded" \
		"$top/tests/preload/$1.c" || exit 1
}

# failing N COMMAND...: runs it, its operation of number N failing.
failing() {
	failing_n=$1
	shift
	timeout -k 5 100 env LD_PRELOAD="$preloaded" FAIL_AT="$failing_n" "$@"
}

# operations COMMAND...: how many it does.
operations() {
	rm -f fired
	failing 1000000000 "$@" <in >out 2>err
	echo $((1000000000 - $(od -An -td8 -j32 -N8 fired)))
}

# fired: did it come to that operation? Says what it was.
fired() {
	head -c 32 fired | tr -d '\0' | grep .
}

# each NAME BEFORE AFTER COMMAND...: one test: runs the command (by $runner)
# until all its operations have failed, BEFORE each time, and AFTER, which
# knows the $status and complains on stdout.
runner=failing
each() {
	each_name=$1 before=$2 after=$3 n=$first runs=0
	[ -z "$TORTURE" ] || n=0 step=1
	shift 3
	: >bad
	while
		rm -f fired
		$before
		$runner "$n" "$@" <in >out 2>err
		status=$?
		what=$(fired)
	do
		case $FAIL_HOW:$status in
		*:0) ;;
		signal:* | short:*) echo "exit $status" ;;
		*:6[4-9] | *:7[0-8]) [ -s err ] || echo "exit $status in silence" ;;
		*) echo "exit $status" ;;
		esac >why
		$after >>why 2>&1
		[ ! -s why ] || sed "s/^/# $n, $what: /" why err >>bad
		runs=$((runs + 1))
		n=$((n + step))
	done
	ok "$each_name: $n operations" [ ! -s bad -a "$runs" -gt 0 ] || cat bad
}
