#!/bin/sh
# coverage.sh TEST...: runs them, and says what of src/ they reached: lines and
# branches by file, of those with tests/fuzz/seeds alone first. Of what is
# killed nothing is known, nor of the front's sandbox, which is off here: it
# could not write what it counted.
set -u
cd "${0%/*}/.." || exit 1
parsers='answer anthropic asked batchline classify conf envfile field headers
	headline hollow http keys messages msgask msgturn relay request respask
	respinput responses score splice sse texts'
state='attempt dayfile fold snapshot'
disk='json ledger slots' # which no seed is for
GCOV_ERROR_FILE=/dev/null
export GCOV_ERROR_FILE

# fresh: nothing was counted; who runs as another may count too.
fresh() (
	umask 0
	find "$MS_BUILD" -name '*.gcda' -delete
	find "$MS_BUILD" -name '*.gcno' | while read -r f; do
		: >"${f%.gcno}.gcda"
	done
)

# table FILE...: what was counted of each, and of all.
table() {
	for f; do
		"${GCOV:-gcov}" -n -b -o "$MS_BUILD" "$f" 2>/dev/null |
		    awk -v f="$f" '
			/^File/ { on = $0 == "File \047" f "\047" }
			on && /^Lines/ { split($2, l, /[:%]/); nl = $4 }
			on && /^Taken/ { split($4, b, /[:%]/); nb = $6 }
			END {
				printf "%s %.0f %d %.0f %d\n", f,
				    l[2] * nl / 100, nl, b[2] * nb / 100, nb
			}'
	done | awk '
		function row(name, l, nl, b, nb) {
			printf "%-20s %6d/%-6d %6.1f %% %6d/%-6d %6.1f %%\n",
			    name, l, nl, nl ? 100 * l / nl : 100,
			    b, nb, nb ? 100 * b / nb : 100
		}
		BEGIN { printf "%-20s %12s %17s\n", "", "lines", "branches" }
		{
			row($1, $2, $3, $4, $5)
			l += $2; nl += $3; b += $4; nb += $5
		}
		END { row("all", l, nl, b, nb) }'
}

paths() {
	for m; do
		echo "src/$m.c"
	done
}

fresh
for t in tests/fuzz/seeds/*; do
	"$MS_BUILD/fuzz/${t##*/}" "$t"/* >/dev/null || exit 1
done
# shellcheck disable=SC2046,SC2086
seeds=$(table $(paths $parsers $state))
fresh
tests/prove.sh 'timeout 600' "$@"
status=$?
echo 'Parsers and state, the seeds alone:'
echo "$seeds"
echo 'Parsers and state, all tests:'
# shellcheck disable=SC2046,SC2086
table $(paths $parsers $state $disk)
echo 'All:'
table src/*.c
exit $status
