#!/bin/sh
# What `make bench` runs: each of tests/bench/*.sh in turn, or those named.
# They print rows of five fields, split by tabs: what, ours, theirs, the ratio,
# and what it should be ("<=1.3"). Only ratios within one run mean anything.
set -u
cd "${0%/*}" || exit 1
[ $# -gt 0 ] || set -- bench/*.sh
tab=$(printf '\t')
missed=0

printf '%-40s %12s %12s %8s %8s\n' what ours theirs ratio want
for script; do
	rows=$("./$script") || {
		echo "$script: failed" >&2
		missed=1
	}
	while IFS=$tab read -r what ours theirs ratio want; do
		[ -n "$what" ] || continue
		mark=''
		awk "BEGIN { exit !($ratio $want) }" || mark=' missed' missed=1
		printf '%-40s %12s %12s %8s %8s%s\n' \
		    "$what" "$ours" "$theirs" "$ratio" "$want" "$mark"
	done <<-!
		$rows
	!
done
exit $missed
