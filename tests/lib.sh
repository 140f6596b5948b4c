# Shell tests speak TAP: each runs in its own empty directory, knows only the
# programs that were built, and leaves no process behind. See run and same.
# shellcheck shell=sh
set -u
top=$(cd "${0%/*}" && cd "${PWD%/tests*}" && pwd)
: "${MS_BUILD:=$top/build}"
if [ "$MS_BUILD" = "$top/build" ]; then
	: "${MS_BIN:=$top/bin}"
else
	: "${MS_BIN:=$MS_BUILD/bin}"
fi
PATH=$MS_BIN:$top/bin:$PATH
LC_ALL=C.UTF-8
TZ=UTC
SHELL=/bin/sh
TERM=xterm
export PATH LC_ALL TZ SHELL TERM
unset MODELSCOPE_API_KEY MODELSCOPE_BASE_URL LOCAL_AI_BASE_URL LOCAL_AI_MODEL \
	MS_CONFIG MS_KEYS_FILE MS_STATE MS_TOKEN MS_TOKENS_FILE MS_TEST_CLOCK \
	MS_NO_AUTH SERVER_HOST SERVER_PORT STATE_DIRECTORY CREDENTIALS_DIRECTORY \
	RUNTIME_DIRECTORY XDG_RUNTIME_DIR http_proxy https_proxy HTTPS_PROXY \
	all_proxy ALL_PROXY no_proxy NO_PROXY CURL_CA_BUNDLE SSL_CERT_FILE \
	NO_COLOR
dir=$(mktemp -d "${TMPDIR:-/tmp}/ms-test.XXXXXX") || exit 1
cd "$dir" || exit 1
HOME=$dir XDG_CONFIG_HOME=$dir/config XDG_STATE_HOME=$dir/xdgstate
export HOME XDG_CONFIG_HOME XDG_STATE_HOME
tap_n=0 tap_bad=0 pids=''
exec </dev/null

# ours: those of $pids that the test has not waited for; the numbers of others
# may be used again by now.
ours() {
	for pid in $pids; do
		[ "$(ps -o ppid= -p "$pid")" -eq $$ ] 2>/dev/null && echo "$pid"
	done
}

# Ends what the test started, by pid, and removes its directory.
cleanup() {
	pids=$(ours)
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	for pid in $pids; do
		until_ok not kill -0 "$pid" || kill -KILL "$pid"
	done
	cd / && rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# ok NAME COMMAND...: one test, that the command succeeds.
ok() {
	tap_name=$1
	shift
	tap_n=$((tap_n + 1))
	if "$@"; then
		echo "ok $tap_n - $tap_name"
	else
		echo "not ok $tap_n - $tap_name"
		tap_bad=$((tap_bad + 1))
		return 1
	fi
}

# run NAME STATUS COMMAND...: one test, that the command exits with STATUS;
# what it wrote is in the files out and err.
run() {
	run_name=$1 run_want=$2
	shift 2
	"$@" >out 2>err
	run_got=$?
	ok "$run_name: exit $run_want" [ "$run_got" -eq "$run_want" ] || {
		echo "# exit $run_got: $*" | tr -d '\r'
		sed 's/^/# err: /' err | head -n 20
		return 1
	}
}

# same NAME FILE: one test, that FILE is what stdin says, byte for byte.
same() {
	cat >want
	ok "$1" cmp -s want "$2" || {
		diff want "$2" | head -n 20 | sed 's/^/# /'
		return 1
	}
}

# like NAME FILE REGEX: one test, that a line of FILE matches the ERE.
like() {
	ok "$1" grep -qE -e "$3" "$2" || {
		sed 's/^/# had: /' "$2" | head -n 20
		return 1
	}
}

# unlike NAME FILE REGEX: one test, that no line of FILE matches.
unlike() {
	ok "$1" not grep -E -e "$3" "$2"
}

# check_same NAME COMMAND COMMAND: one test, that two ways to say one thing,
# each a piece of shell, give the same output and exit status.
check_same() {
	sh -c "$2" >out 2>err
	same_status=$?
	sh -c "$3" >out2 2>err2
	[ $? -eq $same_status ] && cmp -s out out2
	ok "$1" [ $? -eq 0 ] || {
		diff out out2 | head -n 20 | sed 's/^/# /'
		return 1
	}
}

not() {
	! "$@"
}

# until_ok COMMAND...: tries for a minute and more, a tenth of a second apart.
until_ok() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		sleep 0.1
	done
}

# humble COMMAND...: runs it as one for whom modes count, with the programs
# where anyone may run them, wherever the tree lies.
humble() {
	[ "$(id -u)" -eq 0 ] || {
		"$@"
		return
	}
	[ -d "$dir/humble" ] || {
		chmod 711 "$dir"
		mkdir -p "$dir/humble/share"
		cp -R "$MS_BIN" "$dir/humble/bin"
		cp -R "$top/share/ms" "$dir/humble/share"
	}
	setpriv --reuid=65534 --clear-groups \
	    env HOME=/ PATH="$dir/humble/bin:$PATH" "$@"
}

# sim [OPTION...]: starts the simulator; $sim is its http://127.0.0.1:PORT,
# $simpid its pid. Its log goes to the folder simlog, unless told otherwise.
sim() {
	rm -f sim.url
	mkdir -p simlog
	"$MS_BUILD/simulator" --log simlog "$@" >sim.url 2>sim.err &
	simpid=$!
	pids="$pids $simpid"
	until_ok [ -s sim.url ] || {
		echo "Bail out! the simulator did not start"
		exit 1
	}
	read -r sim <sim.url
}

# config [MODEL...]: a models.json for the simulator in $MS_CONFIG, a key in
# $MODELSCOPE_API_KEY, an empty state folder in $MS_STATE.
config() {
	[ $# -gt 0 ] || set -- Test/Model-A Test/Model-B Test/Model-C
	{
		printf '{"models":['
		sep=''
		for m; do
			printf '%s{"id":"%s"}' "$sep" "$m"
			sep=,
		done
		printf '],"upstreams":{"modelscope":{"base_url":"%s/v1","balance_url":"%s/openapi/v1/magicubes/balance"}},' "$sim" "$sim"
		printf '"smart_routing":{"enabled":false}}\n'
	} >models.json
	MS_CONFIG=$dir/models.json MS_STATE=$dir/state
	MODELSCOPE_API_KEY=ms-00000000-0000-0000-0000-000000000001
	export MS_CONFIG MS_STATE MODELSCOPE_API_KEY
	rm -rf state
}

# options PROG: what its parser takes, one a line: -x, or --name and the
# letter that means the same, if any.
options() {
	{
		cat "$top/src/$1.c"
		! grep -q CLI_LONG "$top/src/$1.c" || cat "$top/src/cli.h"
		! grep -q bounds_table "$top/src/$1.c" || cat "$top/src/bounds.c"
	} | awk -F '"' '
		/CLI_SHORT.*"|getopt_long\(.*"/ {
			gsub(/[+:]/, "", $2)
			for (i = 1; i <= length($2); i++)
				print "-" substr($2, i, 1)
		}
		/^[ \t]*\{ *".*_argument/ {
			split($3, letter, "\047")
			print "--" $2 (letter[2] ? " " letter[2] : "")
		}
		/^\t(BYTES|TIME)\("/ { print "--" $2 }
	' | sort -u
}

done_testing() {
	echo "1..$tap_n"
	[ "$tap_bad" -eq 0 ]
	exit
}
