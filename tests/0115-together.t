#!/bin/sh
# ms-chat: many at once on one state folder: slots, and what the ledger keeps
# of them when some are killed.
. "${0%/*}/lib.sh"
sim
config Test/Model-A Test/Model-B
MS_TEST_CLOCK=$(($(date -d '2030-03-10T12:00+08:00' +%s) - $(date +%s)))
export MS_TEST_CLOCK

# stat FILTER: of the simulator's record.
stat_of() {
	curl -sS "$sim/sim/stats" | jq -r "$1"
}

# script RULE...: what the simulator is to do, its counts at zero.
script() {
	printf '%s\n' "$@" | curl -sS --data-binary @- "$sim/sim/script" \
		--next -sS -X POST "$sim/sim/reset" >/dev/null
}

# together N COMMAND...: runs N of it, and waits; ended has their statuses.
together() {
	n=$1 running=''
	shift
	: >ended
	while [ "$n" -gt 0 ]; do
		"$@" >>out 2>>err &
		running="$running $!"
		n=$((n - 1))
	done
	for pid in $running; do
		wait "$pid"
		echo $? >>ended
	done
}

# ---- slots ----
# slots LIMIT MS: ten at once on one key, each so long; $most were in flight.
slots() {
	jq ".per_key_concurrency = $1" models.json >m && mv m models.json
	script "path=/v1/chat/completions do=delay:$2"
	together 10 ms-chat hi
	ok "at most $1: all are answered" [ "$(grep -cx 0 ended)" -eq 10 ]
	most=$(stat_of '[.by_key[].in_flight_max] | max')
}

slots 2 150
ok 'two at a time' [ "$most" -eq 2 ]
slots 1 150
ok 'one at a time' [ "$most" -eq 1 ]
slots 0 1500
ok 'no limit' [ "$most" -gt 2 ]

slots 2 0
script 'path=/v1/chat/completions times=2 do=stall-head'
ms-chat hi >/dev/null 2>&1 &
one=$!
ms-chat hi >/dev/null 2>&1 &
two=$!
pids="$pids $one $two"
both() {
	[ "$(stat_of .in_flight)" -eq 2 ]
}
ok 'two are being answered' until_ok both
run 'a third' 75 ms-chat --timeout 0.5 hi
like 'has to wait' err 'no answer within the time given$'
ok 'it was not sent' [ "$(stat_of .requests)" -eq 2 ]
ms-chat hi >out 2>err &
three=$!
kill -KILL "$one"
wait "$one" 2>/dev/null
wait "$three"
ok 'a killed one gives its slot back' [ $? -eq 0 ]
same 'to who waits' out <<'!'
Hello from Test/Model-A.
!
kill -KILL "$two"
wait "$two" 2>/dev/null

# ---- the balance ----
script 'path=/v1/chat/completions do=no-credits' 'path=/openapi/* do=delay:300'
rm -rf state
MODELSCOPE_API_KEY=ms-empty-000000000001
together 8 ms-chat hi
ok 'out of credits: all are told' [ "$(grep -cx 75 ended)" -eq 8 ]
ok 'out of credits: the balance is asked for once' \
	[ "$(stat_of .by_op.balance)" -eq 1 ]
rm -rf state
MODELSCOPE_API_KEY=ms-00000000-0000-0000-0000-000000000001
script 'path=/v1/chat/completions times=1 do=no-credits' \
	'path=/openapi/* do=stall-head'
ms-chat hi >/dev/null 2>&1 &
one=$!
pids="$pids $one"
asking() {
	[ "$(stat_of .by_op.balance)" -eq 1 ]
}
ok 'who asks' until_ok asking
kill -KILL "$one"
wait "$one" 2>/dev/null
script 'path=/v1/chat/completions times=1 do=no-credits'
run 'and is killed hinders nobody' 0 \
	timeout 60 ms-chat -m Test/Model-B,Test/Model-C hi
ok 'from asking' [ "$(stat_of .by_op.balance)" -eq 1 ]

# ---- two hundred, of whom twenty are killed ----
# Each has a key of its own, which tells it in the simulator's record.
rm -rf state
before=$(wc -l <simlog/index)
script 'path=/v1/chat/completions model=*-A do=delay:100+503' \
	'path=/v1/chat/completions model=*-B do=delay:2000'
i=0
while [ $i -lt 200 ]; do
	i=$((i + 1))
	printf 'p%03d ms-00000000-0000-0000-0000-000000000%03d\n' $i $i
done >keys
chmod 600 keys
mkdir -p state/usage
ledger=state/usage/2030-03-10.jsonl
# Enough for checkpoints to be written.
awk 'BEGIN { for (i = 0; i < 1500; i++) printf "{\"ts\":\"2030-03-10T11:%02d:00.000+08:00\",\"id\":\"req_%024d\",\"attempt\":1,\"key\":\"ffffffff\",\"upstream\":\"modelscope\",\"model\":\"Other/Model\",\"op\":\"chat\",\"status\":200,\"verdict\":\"ok\",\"ms\":%d}\n", i % 60, i, i }' >"$ledger"

# torn: the lines that a reader finds torn, while all this goes on.
: >torn
reader() {
	while [ -e going ]; do
		# A line is one when its LF is there.
		tail -n +1501 "$ledger" | sed '$!b; s/[^}]*$//' |
			jq -R 'try (fromjson | empty) catch "torn"' >>torn
	done
}
# die PID: kills it, sooner or later.
die() {
	sleep "$(od -An -N1 -tu1 /dev/urandom | awk '{ print $1 / 85 }')"
	kill -KILL "$1" 2>/dev/null
}
: >going
reader &
reading=$!
i=0
cp keys everyone
while read -r name _; do
	ms-chat -k keys --key "$name" hi >"out.$name" 2>&1 &
	echo "$name $!"
	i=$((i + 1))
	[ $((i % 10)) -ne 0 ] || die $! &
done <everyone >started
while read -r name pid; do
	wait "$pid" 2>/dev/null
	status=$?
	[ $status -eq 137 ] || echo "$name"
	echo "$status" >>statuses
done <started >lived
rm going
wait "$reading"
killed=$(grep -cx 137 statuses)
echo "# $killed killed, $(stat_of .in_flight_max) in flight at once"
ok 'some were killed' [ "$killed" -gt 0 ]
ok 'all others were answered' \
	[ "$(grep -cx 0 statuses)" -eq $((200 - killed)) ]
# A write(2) that crosses a page is cut there by a SIGKILL: of those who were
# killed, and of nobody else, half a line may stand. Readers pass over it.
whole=$(jq -R 'try (fromjson | .ts) catch empty' "$ledger" | wc -l)
ok 'no line of who lives is torn' \
	[ $(($(wc -l <"$ledger") - whole)) -le "$killed" ]
[ -s torn ] && seen=1 || seen=0
ok 'a reader sees none but such' \
	[ $((seen)) -le $(($(wc -l <"$ledger") - whole)) ]

# What was served and what was recorded: a line for each key that lived.
perl -MDigest::SHA=sha256_hex -lane \
	'print "$F[0] $F[1] ", substr(sha256_hex($F[1]), 0, 8)' keys >names
lived() {
	sort | join - lived
}
tail -n +$((before + 1)) simlog/index >index
awk 'NR == FNR { name[$2] = $1; next } $6 { n[name[$5]]++ }
	END { for (k in n) print k, n[k] }' names index >served.all
lived <served.all >served
jq -r .key "$ledger" | awk 'NR == FNR { name[$3] = $1; next }
	$1 in name { n[name[$1]]++ } END { for (k in n) print k, n[k] }' \
	names - >recorded.all
lived <recorded.all >recorded
same 'every attempt of who lived is recorded' recorded <served
ok 'of each there is one' [ "$(wc -l <served)" -eq $((200 - killed)) ]
lines=$(awk '{ n += $2 } END { print n }' recorded.all)
ok 'of the killed, one each is missing at most' \
	[ "$(($(wc -l <index) - lines))" -le "$killed" ]

# The fold says the same, with its checkpoint and without.
folded() {
	ms-quota -k keys -o json |
		jq -r '.keys[] | "\(.key) \(.usage)"' | lived >folded
	ms-quota -k keys -o json | jq -c '[.total_usage, .failures,
		.prompt_tokens, .completion_tokens]' >total
}
ok 'there is a checkpoint' [ -s state/limits/2030-03-10.jsonl ]
folded
same 'the fold of those who lived' folded <served
jq -sc '[length, (map(select(.verdict != "ok")) | length),
	(map(.prompt_tokens // 0) | add), (map(.completion_tokens // 0) | add)]' \
	"$ledger" >sums
same 'the fold of all' total <sums
rm -r state/limits
folded
same 'the same without its checkpoint' folded <served
same 'and of all' total <sums
done_testing
