# What the tests of failing over share: two keys, two models, and what was
# asked and recorded, in short. Keys are numbered as they come to be asked,
# for either may be the first; a model is called by its last letter.
# shellcheck shell=sh disable=SC2154
sim --keyless
config Test/Model-A Test/Model-B
key=ms-00000000-0000-0000-0000-00000000000
id1=$(printf %s "${key}1" | sha256sum | cut -c 1-8)
id2=$(printf %s "${key}2" | sha256sum | cut -c 1-8)
export MODELSCOPE_API_KEY="${key}1 ${key}2"
seen=0
# noon: it is noon in the middle of a month, by the service's clock.
noon() {
	clock=$(($(date -d '2030-03-10T12:00+08:00' +%s) - $(date +%s)))
	export MS_TEST_CLOCK=$clock
}
noon

# later SECONDS COMMAND...: runs it when so many seconds have passed.
later() {
	MS_TEST_CLOCK=$((clock + $1))
	shift
	"$@"
	later_status=$?
	MS_TEST_CLOCK=$clock
	return $later_status
}

# rules RULE...: the simulator forgets what it counted, and follows these.
rules() {
	printf '%s\n' "$@" | curl -sS --data-binary @- "$sim/sim/script" \
		--next -sS -X POST "$sim/sim/reset" >/dev/null
}

# since: what is asked and recorded from here on is looked at.
since() {
	seen=$(wc -l <simlog/index)
	lines=$(cat state/usage/*.jsonl 2>/dev/null | wc -l)
}

# fresh RULE...: nothing is known yet, and the simulator follows these; noon
# again, so that the end of the day stays as far away as tests have it.
fresh() {
	noon
	rules "$@"
	rm -rf state
	since
	first=''
}

# trail: what was asked since then.
trail() {
	tail -n +$((seen + 1)) simlog/index
}

# find_first: $first is the key that was asked first.
find_first() {
	[ -n "$first" ] || first=$(trail | sed -n '1s/.* \(ms-[^ ]*\).*/\1/p')
}

# asked NAME TRAIL: one test, that since then these were asked, in turn: "1A"
# is the first key with model A, "1$" its balance.
asked() {
	find_first
	trail | awk -v first="$first" '
		{
			sub(/.*-/, "", $4)
			who = $5 == "-" ? "" : $5 == first ? 1 : 2
			line = line " " who ($3 ~ /balance/ ? "$" : $4)
		}
		END { print substr(line, 2) }' >asked
	same "$1" asked <<!
$2
!
}

# recorded NAME LINES: one test, that since then the ledger got these, split
# by commas: "1A bad_key 401 key 3600", the key rests for an hour.
recorded() {
	find_first
	one=$id1 two=$id2
	[ "$first" = "${key}1" ] || one=$id2 two=$id1
	cat state/usage/*.jsonl | tail -n +$((lines + 1)) | jq -rs \
		--arg one "$one" --arg two "$two" '
		def t: .[0:19] | strptime("%Y-%m-%dT%H:%M:%S") | mktime;
		def span: if .rest_until[11:] == "00:00:00.000+08:00"
			then .rest_until[:10]
			else (.rest_until | t) - (.ts | t) end;
		map([({($one): "1", ($two): "2"}[.key // ""] // "") +
			(if .op == "balance" then "$" else .model[-1:] end),
			.verdict, .status, .rest,
			(select(.rest != null) | span)] |
			map(select(. != null) | tostring) | join(" ")) |
		join(", ")' >recorded
	same "$1" recorded <<!
$2
!
}
