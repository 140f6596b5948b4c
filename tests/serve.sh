# For tests of ms-serve: see lib.sh, which is sourced first.
# shellcheck shell=sh disable=SC2034,SC2154

# serve [OPTION...]: starts ms-serve on a free port of loopback; $url is its
# http://127.0.0.1:PORT, $port the port, $servepid its pid, serve.err what it
# says.
serve() {
	: >serve.err
	ms-serve -l 127.0.0.1:0 "$@" </dev/null >serve.out 2>serve.err &
	servepid=$!
	pids="$pids $servepid"
	until_ok grep -q 'listening on http' serve.err || {
		sed 's/^/# /' serve.err
		echo "Bail out! ms-serve did not start"
		exit 1
	}
	url=$(sed -n 's/^ms-serve: listening on \(http.*\)/\1/p' serve.err)
	port=${url##*:}
}

# unserve: ends it, and waits: one test, that it left with nothing to report.
unserve() {
	kill -TERM "$servepid"
	wait "$servepid"
	unserve_got=$?
	ok 'ms-serve leaves well' sh -c "[ $unserve_got -eq 0 ] &&
		! grep -E 'Sanitizer|runtime error' serve.err >&2"
}

# req NAME STATUS PATH [CURL OPTION...]: one test, that curl's answer has this
# status; its head and body are in the files head and body.
req() {
	req_name=$1 req_want=$2 req_path=$3
	shift 3
	: >body
	req_got=$(curl -sS -m 30 -g --path-as-is -D head -o body \
		-w '%{http_code}' "$@" "$url$req_path" 2>curl.err)
	ok "$req_name: $req_want" [ "$req_got" = "$req_want" ] || {
		echo "# got $req_got: $req_path $*"
		sed 's/^/# /' body curl.err
		return 1
	}
}

# post NAME STATUS PATH JSON [CURL OPTION...]: the same with a JSON body.
post() {
	post_name=$1 post_want=$2 post_path=$3 post_body=$4
	shift 4
	req "$post_name" "$post_want" "$post_path" --json "$post_body" "$@"
}
