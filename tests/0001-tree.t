#!/bin/sh
# The tree itself: what STYLE asks of every module, program, page and test.
# It tells a newcomer what they forgot.
. "${0%/*}/lib.sh"
work=$dir
cd "$top" || exit 1
bad=$work/bad

# none NAME: one test, that the file of offenders is empty.
none() {
	ok "$1" [ ! -s "$bad" ] || sed 's/^/# /' "$bad"
}

# each FILE...: the names that are there, however many.
each() {
	for f; do
		[ ! -e "$f" ] || echo "$f"
	done
}

# ---- modules ----

for f in src/*.c; do
	m=$(basename "$f" .c)
	sed -n 's/^#include "\(.*\)\.h"$/\1/p' "$f" | while read -r h; do
		[ "$h" = "$m" ] || [ ! -e "src/$h.c" ] || echo "$m $h"
	done
done >"$work/pairs"
tsort "$work/pairs" >/dev/null 2>"$bad"
none 'modules do not include each other in a loop'

grep -n '^#include "' src/*.h | grep -v '"buf\.h"' >"$bad"
none 'a header includes no header of ours but buf.h'

for f in src/*.c; do
	m=${f%.c}
	case $m in
	src/ms-*) ;;
	*) [ -e "$m.h" ] || echo "$m.h is missing" ;;
	esac
	head -n 1 "$f" | grep -q '^/\*' || echo "$f does not say what it is"
done >"$bad"
none 'every module has a header, every file says what it is'

# A blank line ends what a comment is about.
awk '
	/^[ \t]*\/\*/	{ open = 1 }
	open		{ if (/\*\//) { open = 0; said = 1 }; next }
	/^$/		{ said = 0 }
	/^[a-z].*\(/ && !said && !/_free\(|\/\*/ { print FILENAME ": " $0 }
' src/*.h >"$bad"
none 'every public function has a contract above it'

grep -lE '(^|[ (])Pure[ ,.;]' src/*.h | while read -r h; do
	m=$(basename "$h" .h)
	[ ! -e "src/$m.c" ] || [ -e "tests/unit/$m.c" ] ||
	    echo "tests/unit/$m.c is missing"
done >"$bad"
none 'every pure module has a unit test'

modules=$(each src/*.c | grep -v '^src/ms-')
call='(^|[^_[:alnum:]>.])'
# shellcheck disable=SC2086
grep -nE "<err\.h>|$call(v?errx?|v?warnx?|exit|perror|abort)\(" $modules |
    grep -vE '^[^:]*:[0-9]*:[[:space:]]*/?\*|^src/json\.c:.*exit\(EX_OSERR\)' >"$bad"
none 'modules return, programs speak'

banned='strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|gets|localtime'
banned="$banned|gmtime|asctime|ctime|system|popen|tmpnam|mktemp|alloca"
grep -nE "$call($banned)\(" src/*.[ch] >"$bad"
none 'no banned call'

for f in src/*.[ch]; do
	expand "$f" | grep -nE '.{81}' | grep -v '"' | sed "s|^|$f:|"
done >"$bad"
none 'no line is over 80 columns'

wc -l src/*.[ch] | awk '$1 > 800 && $2 != "total"' >"$bad"
none 'no file is over 800 lines'

# ---- tests ----

for t in tests/*.t; do
	[ -x "$t" ] || echo "$t: not executable"
	grep -q '^\. ".*/lib\.sh"$' "$t" || echo "$t: without lib.sh"
	tail -n 1 "$t" | grep -qx done_testing || echo "$t: no done_testing"
done >"$bad"
none 'every test uses lib.sh and ends with done_testing'

grep -rsnwE --exclude-dir=node_modules --exclude=0001-tree.t \
    'TODO|FIXME|XXX' src bin/ms tests/*.t tests/*.sh tests/unit tests/fuzz/*.c \
    tests/sim man share completions >"$bad"
none 'nothing is left to do'

# ---- programs ----

for prog in $(each src/ms-*.c | sed 's|src/\(.*\)\.c|\1|'); do
	page=$(each "man/$prog.1" "man/$prog.8")
	options "$prog" >"$work/all"
	cut -d ' ' -f 1 "$work/all" >"$work/opts"
	ok "$prog has options" [ -s "$work/opts" ]
	ok "$prog has a page" [ -n "$page" ] || continue
	for s in NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
		grep -qx "\.Sh $s" "$page" || echo "$page: no $s"
	done >"$bad"
	none "$prog: the page has its sections"

	sed -n '/^\.It /{s/ , -/ , Fl -/g; p;}' "$page" |
	    grep -oE 'Fl -?[a-zA-Z0-9-]+' | sed 's/Fl /-/' | sort -u >"$work/page"
	diff "$work/opts" "$work/page" >"$bad"
	none "$prog: page and parser have the same options"

	"$prog" --help >"$work/help" 2>"$work/err" </dev/null
	ok "$prog --help" [ $? -eq 0 ]
	ok "$prog --help says nothing on stderr" [ ! -s "$work/err" ]
	# [-abc], [-x arg] and [--name arg]; letters may stand for names.
	grep -oE -e '(^|[^a-zA-Z-])--?[a-zA-Z0-9-]+' "$work/help" |
	    sed 's/^[^-]//; /^--/b
		s/^-\(.\)\(.\)/-\1\
-\2/; P; D' | sort -u >"$work/helps"
	{
		grep -v ' ' "$work/all" | comm -23 - "$work/helps"
		comm -13 "$work/opts" "$work/helps"
	} >"$bad"
	none "$prog: --help and parser have the same options"
	expand "$work/help" | grep -E '.{81}' >"$bad"
	none "$prog: --help fits 80 columns"
done

for page in $(each man/*.[1-9]); do
	sed -n 's/^\.Xr \(ms[^ ]*\) \([1-9]\).*/man\/\1.\2/p' "$page" |
	    sort -u | while read -r other; do
		[ -e "$other" ] || echo "$page refers to $other"
	done
done >"$bad"
none 'pages refer to pages that are there'
done_testing
