#!/bin/sh
# How well the built-in scorer does on requests that its rules were not made
# with; the page's figures are these.
. "${0%/*}/lib.sh"

data=$top/tests/data/route/prompts.jsonl
MS_STATE=$dir/state MODELSCOPE_API_KEY=ms-1
export MS_STATE MODELSCOPE_API_KEY

# measure HALF: "EXACT WITHIN N" in $got, the shares in tenths of a percent;
# one test, that the page names these figures.
measure() {
	jq -c "select(.half == \"$1\")" "$data" >half
	jq -c '{prompt}' half | ms-route --explain | jq .target_tier >tiers
	got=$(jq .tier half | paste - tiers | awk '
		{ d = $1 - $2; exact += d == 0; near += d * d <= 1 }
		END { print int(1000 * exact / NR), int(1000 * near / NR), NR }')
	echo "# $1: exact, within one tier (per mille), of: $got"
	ok "$1: the page has it" grep -qE "$(jq .tier half | paste - tiers | awk '
		{ d = $1 - $2; exact += d == 0; near += d * d <= 1 }
		function share(n) {
			n = sprintf("%.1f", int(1000 * n / NR + 0.5) / 10)
			sub(/\.0$/, "", n)
			sub(/\./, "\\.", n)
			return n " %"
		}
		END { print share(exact) "[^%]*[^0-9.]" share(near) }')" page
}
field() {
	echo "$got" | cut -d ' ' -f "$1"
}
tr '\n' ' ' <"$top/man/ms-route.1" >page
measure held
ok 'enough is held back' [ "$(field 3)" -ge 150 ]
ok 'exact for 70 %' [ "$(field 1)" -ge 700 ]
ok 'within one tier for 95 %' [ "$(field 2)" -ge 950 ]
measure other
ok 'another hand wrote some' [ "$(field 3)" -ge 50 ]
ok 'exact for 70 % of them' [ "$(field 1)" -ge 700 ]
ok 'within one tier for 95 % of them' [ "$(field 2)" -ge 950 ]
measure everyday
ok 'hurried ones are often met too' [ "$(field 1)" -ge 700 ]
ok 'and seldom missed by more than one' [ "$(field 2)" -ge 900 ]
measure dev
ok 'as good where it was made' [ "$(field 1)" -ge 900 ]
for lang in en zh; do
	ok "half of it is $lang" [ "$(grep -c "\"lang\": \"$lang\"" "$data")" -ge 250 ]
done
ok 'no request is there twice' [ "$(jq .prompt "$data" | sort | uniq -d | wc -l)" -eq 0 ]
done_testing
