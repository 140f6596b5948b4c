#!/bin/sh
# What `make demo` shows: a question that two models refuse and a third
# answers, the same by a pipeline and by HTTP, and what was used. It all runs
# against the simulator, in a folder of its own that is removed in the end.
set -eu
top=$(cd "${0%/*}/.." && pwd)
: "${MS_BUILD:=$top/build}"
bin=$MS_BUILD/bin
[ "$MS_BUILD" != "$top/build" ] || bin=$top/bin
PATH=$bin:$top/bin:$PATH

dir=$(mktemp -d)
pids=''
finish() {
	set +e
	for pid in $pids; do
		kill "$pid" && wait "$pid"
	done 2>/dev/null
	cd / && rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
cd "$dir"

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

say() {
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# show COMMAND: what a person would type, and what then happens.
show() {
	printf '$ %s\n' "$1"
	sh -c "$1"
}

# address FILE PREFIX: the http:// address in the first line of FILE that
# has one, as soon as it is there.
address() {
	i=0
	until grep -om 1 'http://[0-9.:]*' "$1"; do
		i=$((i + 1))
		[ $i -lt 100 ] || return 1
		sleep 0.1
	done
}

echo 'model=Demo/Assistant do=slow:150' >rules
"$MS_BUILD/simulator" --script rules >sim.log &
pids="$pids $!"
sim=$(address sim.log)

cat >models.json <<!
{"models": [
	{"id": "Demo/sim-quota-day", "tier": 1},
	{"id": "Demo/sim-503", "tier": 2},
	{"id": "Demo/Assistant", "tier": 4}],
 "upstreams": {"modelscope": {"base_url": "$sim/v1",
	"balance_url": "$sim/openapi/v1/magicubes/balance"}},
 "smart_routing": {"enabled": true}}
!
export MS_CONFIG="$dir/models.json" MS_STATE="$dir/state" LC_ALL=C.UTF-8
export MODELSCOPE_API_KEY=ms-00000000-0000-0000-0000-000000000001
unset MS_KEYS_FILE MS_TOKEN MS_TOKENS_FILE MODELSCOPE_BASE_URL http_proxy

say "A simulator of the service listens on $sim.
Of the three models one is out of quota for today, one is down, one answers."
show "ms-chat -v -m tier1 'What is a pipe?'"

say 'The same as a pipeline: ms-route decides who should answer, ms-chat asks.
Who refused a moment ago now comes last, or not at all.'
show "echo '{\"prompt\":\"Prove that there are infinitely many primes.\"}' |
    ms-route | ms-chat -j"

ms-serve -l 127.0.0.1:0 2>serve.log &
pids="$pids $!"
serve=$(address serve.log)
say "And by HTTP, as any OpenAI client would: ms-serve listens on $serve."
show "curl -sSN $serve/v1/chat/completions --json \\
    '{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}'"

say 'What the key has left, as the service says:'
show 'ms-balance -o table'
say 'What was used and is left, as our own records say:'
show 'ms-quota -o table'
say 'All is stopped and removed. Next: man ./man/ms.7'
