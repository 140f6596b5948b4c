#!/bin/sh
# fuzz.sh SECONDS SEED TARGET...: lets libFuzzer try each target for that long,
# from its seeds on, by the chance that SEED makes (0: another each time). What
# it learns stays in build/corpus; what it breaks is in build/fuzzer, to be fixed
# and kept as a seed.
set -eu
seconds=$1
seed=$2
shift 2
cd "${0%/*}/.."
for t; do
	mkdir -p "build/corpus/$t"
	echo "$t: $seconds s"
	build/fuzzer/fuzz/"$t" -max_total_time="$seconds" -seed="$seed" \
	    -timeout=10 -artifact_prefix="build/fuzzer/$t-" \
	    "build/corpus/$t" "tests/fuzz/seeds/$t" 2>build/fuzzer/"$t".log || {
		tail -n 40 build/fuzzer/"$t".log
		exit 1
	}
	tail -n 1 build/fuzzer/"$t".log
done
