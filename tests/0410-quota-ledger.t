#!/bin/sh
# ms-quota over ledgers that were damaged, cut, removed, filled up, or written
# by a clock that was wrong: no crash, no wrong number, one clear warning.
. "${0%/*}/lib.sh"
sim=http://127.0.0.1:1
config
MODELSCOPE_API_KEY=ms-1
key=$(printf ms-1 | sha256sum | cut -c 1-8)
day=2026-11-21
usage=state/usage/$day.jsonl
limits=state/limits/$day.jsonl
ok_headers='HTTP/1.1 200 OK'
mkdir -p state/usage state/limits
chmod 700 state

# at TIME: the clock stands there (+08:00).
at() {
	MS_TEST_CLOCK=$(($(date -d "$1+08:00" +%s) - $(date +%s)))
	export MS_TEST_CLOCK
}

# lines FIRST LAST: lines of the ledger, a call each.
lines() {
	awk -v a="$1" -v b="$2" -v key="$key" -v day="$day" 'BEGIN {
		for (i = a; i <= b; i++)
			printf "{\"ts\":\"%sT10:%02d:%02d.000+08:00\",\"id\":\"r%d\",\"attempt\":1,\"key\":\"%s\",\"upstream\":\"modelscope\",\"model\":\"Test/Model-%s\",\"op\":\"chat\",\"status\":200,\"verdict\":\"ok\",\"ms\":%d,\"prompt_tokens\":10,\"completion_tokens\":2}\n", \
			    day, i / 60 % 60, i % 60, i, key, \
			    substr("ABC", i % 3 + 1, 1), i % 500
	}'
}

# counted NAME N: that ms-quota counts N calls, and says nothing else.
counted() {
	run "$1" 0 ms-quota
	ok "$1: $2 calls" [ "$(jq .total_usage out)" -eq "$2" ]
}

at "${day}T12:00:00"
lines 1 3000 >"$usage"
counted 'whole' 3000
same 'nothing to say' err </dev/null

# ---- lines that are none ----

{
	printf '{"ts":"2026-11-21T10:0\n'
	printf 'hello\n\n[1,2]\n{}\n\0\0\0\n'
	printf '{"ts":"yesterday","op":"chat"}\n'
	printf '\377\376{"ts"}\n'
	head -c 10000 /dev/zero | tr '\0' x
	printf '\n'
	lines 3001 3001
} >>"$usage"
counted 'torn and foreign lines' 3001
ok 'one warning' [ "$(wc -l <err)" -eq 1 ]
like 'that is clear' err 'state: [78] lines are torn or foreign, skipped$'
lines 3002 3002 | head -c 100 >>"$usage"
counted 'a line not yet ended' 3001
lines 3002 3002 | tail -c +101 >>"$usage"
counted 'once it is' 3002
lines 3003 3003 | head -c 60 >>"$usage"
run 'a writer after a torn line' 0 sh -c \
    "echo '$ok_headers' | ms-quota record -m Test/Model-A"
counted 'begins a new one' 3003

# ---- the file changes under us ----

lines 1 3000 >"$usage"
counted 'a file cut short' 3000
lines 1 5000 >new && mv new "$usage"
counted 'another file of that name' 5000
rm "$usage"
counted 'no file' 0
lines 1 10 >"$usage"
counted 'a file again' 10
run 'a record while another holds the old file' 0 sh -c \
    "{ mv $usage gone; echo '$ok_headers'; } | ms-quota record -m Test/Model-A"

# ---- checkpoints ----

lines 1 3000 >"$usage"
run 'one is written' 0 sh -c \
    "rm -f $limits; echo '$ok_headers' | ms-quota record -m Test/Model-A"
ok 'beside the ledger' [ -s "$limits" ]
cp "$limits" good
counted 'with a checkpoint' 3001
sed '1s/[0-9][0-9]*/99/' good >"$limits"
counted 'of a wrong version' 3001
head -c 300 good >"$limits"
counted 'cut' 3001
printf 'junk\n' >"$limits"
counted 'of junk' 3001
: >"$limits"
counted 'empty' 3001
tr 0-9 7 <good >"$limits"
counted 'of other numbers' 3001
lines 1 5 >"$usage"
cp good "$limits"
counted 'from the future: past the end of its file' 5
lines 2 3002 >"$usage"
cp good "$limits"
counted 'of other lines' 3001
rm "$limits" && mkdir "$limits"
counted 'a folder in its place' 3001
rmdir "$limits"
ln -s /etc/passwd "$limits"
counted 'a link in its place' 3001
rm "$limits"
ok 'what it led to is whole' grep -q root /etc/passwd

# ---- no rights, no room ----

lines 1 100 >"$usage"
chmod 755 state state/* && chmod 644 "$usage" models.json
run 'reading needs no right to write' 0 humble ms-quota
ok 'all is counted' [ "$(jq .total_usage out)" -eq 100 ]
same 'and nothing said' err </dev/null
chmod 444 "$usage" && chmod 555 state/usage
run 'recording does' 74 humble sh -c \
    "echo '$ok_headers' | ms-quota record -m Test/Model-A"
like 'and says so' err 'Permission denied$'
chmod 000 "$usage"
run 'a day that cannot be read' 71 humble ms-quota
chmod 644 "$usage" && chmod 755 state/usage
small=$dir/small
mkdir "$small"
if mount -t tmpfs -o size=64k none "$small" 2>/dev/null; then
	mkdir "$small/usage"
	head -c 60000 /dev/zero >"$small/fill" 2>/dev/null
	head -c 60000 /dev/zero >>"$small/fill" 2>/dev/null
	run 'a full disk' 74 sh -c \
	    "echo '$ok_headers' | ms-quota record -m Test/Model-A --state $small"
	like 'is said' err 'No space left on device$'
	run 'and is read' 0 ms-quota --state "$small"
	rm "$small/fill"
	run 'with room again' 0 sh -c \
	    "echo '$ok_headers' | ms-quota record -m Test/Model-A --state $small"
	run 'all is well' 0 ms-quota --state "$small"
	ok 'one call' [ "$(jq .total_usage out)" -eq 1 ]
	umount "$small"
fi

# ---- numbers past all bounds ----

rm -rf state && mkdir -p state/usage
awk -v key="$key" -v day="$day" 'BEGIN {
	n = "9223372036854775807"
	for (i = 1; i <= 3; i++)
		printf "{\"ts\":\"%sT10:00:0%d.000+08:00\",\"op\":\"chat\",\"key\":\"%s\",\"upstream\":\"%s\",\"model\":\"Test/Model-A\",\"status\":200,\"verdict\":\"ok\",\"ms\":%s,\"prompt_tokens\":%s,\"completion_tokens\":%s,\"calls\":%s}\n", \
		    day, i, key, i < 3 ? "modelscope" : "other", n, n, n, n }' \
    >"$usage"
run 'sums of them' 0 ms-quota -m Test/Model-A
ok 'stay at the ceiling' [ "$(jq '[.total_usage, .prompt_tokens] |
    map(. > 9e18) | all' out)" = true ]
run 'in a history by model' 0 ms-quota --history 1 --by model -o csv
like 'too' out '^2026-11-21,Test/Model-A,9223372036854775807,0(,9223372036854775807){2},'
run 'sums of several' 0 ms-quota --history 1 --key "$key" -o csv
unlike 'are not less than nothing' out ',-'

mkdir state/usage/2026-11-19.jsonl
run 'a day that is a folder' 74 ms-quota --history 5
same 'is no half of a history' out </dev/null
like 'but named' err '2026-11-19\.jsonl: '

# ---- two days ----

rm -rf state
at "${day}T23:59:30"
printf 'HTTP/1.1 401 No\r\n\r\n{"error":{"message":"Authentication failed"}}' |
    ms-quota record -m Test/Model-A
printf 'HTTP/1.1 429 No\r\n\r\n{"error":{"message":"%s"}}' \
    "exceeded today's quota for model Test/Model-B" |
    ms-quota record -m Test/Model-B
run 'late in the evening' 1 ms-quota
ok 'two calls' [ "$(jq -c '[.total_usage, .day]' out)" = '[2,"2026-11-21"]' ]
at 2026-11-22T00:10:00
run 'past midnight' 1 ms-quota
ok 'a new day, nothing used' [ "$(jq -c '[.total_usage, .day]' out)" = \
    '[0,"2026-11-22"]' ]
ok 'a rest that outlives its day' [ "$(jq -r '.keys[0].state' out)" = \
    invalid_key ]
at 2026-11-22T01:10:00
run 'when it is over' 0 ms-quota
ok 'the quota is new' [ "$(jq -c '[.models[].available]' out)" = \
    '[true,true,true]' ]
run 'history of both' 0 ms-quota --history 2 -o csv
ok 'each has its own' [ "$(cut -d , -f 1-3 out | tail -n 2)" = \
    '2026-11-21,2,2
2026-11-22,0,0' ]
at 2026-11-20T12:00:00
run 'a clock that went back' 0 ms-quota
ok 'is another day' [ "$(jq -c '[.total_usage, .day]' out)" = \
    '[0,"2026-11-20"]' ]
at 2026-11-22T12:00:00
printf 'not a day\n' >state/usage/notes
printf 'x\n' >state/usage/2026-11-19.jsonl
run 'history with a foreign day' 0 ms-quota --history 5
like 'says so once' err '1 line is torn or foreign, skipped$'
done_testing
