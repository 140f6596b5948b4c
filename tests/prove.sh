#!/bin/sh
# prove.sh HOW TEST...: prove, four tests at once, each run by HOW. What fails
# beside the others on a busy machine may fail for that alone: under CI it is
# run once more by itself, and both results are shown.
how=$1
shift
[ -n "${CI:-}" ] || exec prove -j4 -e "$how" "$@"
state=$(mktemp -d) || exit 1
trap 'rm -rf "$state"' EXIT
log=$state/log
{
	prove -j4 -e "$how" "$@" 2>&1
	echo $? >"$state/status"
} | tee "$log"
[ "$(cat "$state/status")" -ne 0 ] || exit 0
# the summary names each file that failed at the start of a line
sed -n '/^Test Summary Report/,$s/^\([^ ]*\)  *(Wstat:.*Failed:.*/\1/p' \
	"$log" >"$state/failed"
[ -s "$state/failed" ] || exit 1
echo 'once more, alone:'
xargs prove -e "$how" <"$state/failed"
