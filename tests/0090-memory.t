#!/bin/sh
# Each allocation of a program fails in turn, alone or with all behind it: no
# crash, and never success with another output.
. "${0%/*}/lib.sh"

if ldd "$MS_BIN/ms-quota" | grep -q libasan; then
	echo '1..0 # skip the sanitizer has allocations of its own'
	exit
fi
"${CC:-cc}" -O1 -shared -fPIC -o memory.so "$top/tests/preload/memory.c" || exit 1
sim=http://127.0.0.1:1
config
sed -i 's/"enabled":false/"enabled":true/' models.json
echo '{"prompt":"Write a Python function that sorts a list."}' >request
printf 'HTTP/1.1 200 OK\r\n\r\n' >head
: >empty
for model in Test/Model-A Test/Model-B; do
	ms-quota record -m "$model" <head
done

# fails NAME INPUT COMMAND...: one test.
fails() {
	fails_name=$1 in=$2 n=0 bad=''
	shift 2
	"$@" <"$in" >good 2>err
	while rm -f fired; do
		FAIL_AT=$n FAIL_FIRED=$dir/fired LD_PRELOAD=$dir/memory.so \
			"$@" <"$in" >out 2>err
		status=$?
		[ -e fired ] || break
		case $status in
		0) cmp -s out good || bad="$bad $n" ;;
		6[4-9] | 7[0-8]) [ -s err ] || bad="$bad $n:silent" ;;
		*) bad="$bad $n:$status" ;;
		esac
		n=$((n + 1))
	done
	ok "$fails_name: $n allocations" [ -z "$bad" -a "$n" -gt 20 ] ||
		echo "# not those of number$bad"
}
all() {
	fails "$1status" empty ms-quota
	fails "$1history" empty ms-quota --history 2 --by model -o csv
	fails "$1request" request ms-route
	fails "$1explanation" request ms-route --explain
	fails "$1list" empty ms-route --list
	fails "$1balances of the ledger" empty ms-balance --cached
}
all ''
FAIL_ON=1
export FAIL_ON
all 'from then on, '
unset FAIL_ON
fails 'record' head ms-quota record -m Test/Model-A
run 'the ledger is whole' 0 ms-quota
same 'and says so' err </dev/null
done_testing
