#!/bin/sh
# ms-quota over a day of 1,000,000 lines, without and with its checkpoint, and
# over 90 days: time and peak memory, against the limits that we set ourselves.
. "${0%/*}/../lib.sh"
sim=http://127.0.0.1:1
config
MS_TEST_CLOCK=$(($(date -d 2026-11-21T12:00:00+08:00 +%s) - $(date +%s)))
export MS_TEST_CLOCK
mkdir -p state/usage

# lines DAY N: a day of the ledger; 20 keys, 30 models.
lines() {
	awk -v day="$1" -v n="$2" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "{\"ts\":\"%sT%02d:%02d:%02d.%03d+08:00\",\"id\":\"req_%08d\",\"attempt\":1,\"key\":\"%08x\",\"upstream\":\"modelscope\",\"model\":\"Org/Model-%d\",\"op\":\"chat\",\"status\":200,\"verdict\":\"ok\",\"stream\":true,\"ttft_ms\":%d,\"ms\":%d,\"prompt_tokens\":%d,\"completion_tokens\":%d}\n", \
			    day, i / 100000 % 12, i / 1666 % 60, i / 27 % 60, \
			    i % 1000, i, i % 20, i % 30, i % 700, i % 9000, \
			    i % 4000, i % 900
	}' >"state/usage/$1.jsonl"
}
# row WHAT VALUE LIMIT
row() {
	awk -v w="$1" -v v="$2" -v l="$3" 'BEGIN {
		printf "%s\t%.4g\t%g\t%.3f\t<=1\n", w, v, l, v / l }'
}
# peak COMMAND...: its peak memory, MiB.
peak() {
	/usr/bin/time -f %M -o peak "$@" >/dev/null
	awk '{ print $1 / 1024 }' peak
}

lines 2026-11-21 1000000
hyperfine -N --warmup 1 --runs 5 --prepare 'rm -rf state/limits' \
    --export-json cold.json ms-quota >/dev/null 2>err || {
	cat err >&2
	exit 1
}
row 'ms-quota, 1,000,000 lines cold, s (limit)' \
    "$(jq '.results[0].median' cold.json)" 2
rm -rf state/limits
row 'the same, peak MiB' "$(peak ms-quota)" 64
echo 'HTTP/1.1 200 OK' | ms-quota record -m Test/Model-A
hyperfine -N --warmup 3 --runs 50 --export-json warm.json ms-quota \
    >/dev/null 2>err || {
	cat err >&2
	exit 1
}
row 'with the checkpoint, ms' "$(jq '.results[0].median * 1000' warm.json)" 10
row 'the same, peak MiB' "$(peak ms-quota)" 64
rm -rf state
mkdir -p state/usage
i=0
while [ $((i += 1)) -lt 90 ]; do
	lines "$(date -d "2026-11-21 -$i days" +%F)" 20000
done
row '90 days of 20,000 lines, peak MiB' \
    "$(peak ms-quota --history 90 --by model)" 64
