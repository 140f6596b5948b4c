#!/bin/sh
# ms-serve against nginx as a plain proxy of the same simulator: gateways on
# one CPU, load and simulator on the other.
. "${0%/*}/../lib.sh"
. "$top/tests/serve.sh"
[ "$(nproc)" -gt 1 ] || {
	echo 'two CPUs are needed' >&2
	exit 0
}
ulimit -n "$(ulimit -Hn)"
seconds=${SECONDS_EACH:-4}
taskset -pc 1 $$ >/dev/null
"$MS_BUILD/simulator" --regime none >sim.url &	# it keeps no log here
pids="$pids $!"
until_ok [ -s sim.url ]
read -r sim <sim.url
config
sed -i 's/^{/{"per_key_concurrency":0,/' models.json

# gateway OPTION...: ms-serve on the first CPU.
gateway() {
	taskset -c 0 ms-serve -l 127.0.0.1:0 --log none "$@" </dev/null \
		>serve.out 2>serve.err &
	servepid=$!
	pids="$pids $servepid"
	until_ok grep -q 'listening on' serve.err
	port=$(sed -n 's/.*listening on .*://p' serve.err)
}

# Resident MiB of the gateway's processes.
memory() {
	for p in $servepid $(pgrep -P "$servepid"); do
		cat "/proc/$p/status"
	done | awk '/^VmRSS/ { n += $2 } END { printf "%.1f", n / 1024 }'
}

# Of nginx, whose port is to be free: the kernel lends us one.
nport=$(perl -MIO::Socket::INET -e \
	'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1:0")->sockport')
cat >nginx.conf <<!!
daemon off;
worker_processes 1;
error_log $dir/nginx.err;
pid $dir/nginx.pid;
events { worker_connections 8192; }
http {
	access_log off;
	client_body_temp_path $dir/1; proxy_temp_path $dir/2;
	fastcgi_temp_path $dir/3; uwsgi_temp_path $dir/4; scgi_temp_path $dir/5;
	upstream sim { server ${sim#http://}; keepalive 1024; }
	server {
		listen 127.0.0.1:$nport backlog=4096;
		location / {
			proxy_pass http://sim;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_buffering off;
		}
	}
}
!!
taskset -c 0 nginx -p "$dir" -c "$dir/nginx.conf" >nginx.out 2>&1 &
pids="$pids $!"
until_ok curl -sS "http://127.0.0.1:$nport/health"

for what in plain soon stream burst; do
	body='"messages":[{"role":"user","content":"hi"}]'
	case $what in
	plain) body="{\"model\":\"Test/Model-A\",$body}" ;;
	soon) body="{\"model\":\"sim/delay:1\",$body}" ;;
	stream) body="{\"model\":\"sim/long:100+each\",\"stream\":true,$body}" ;;
	burst) body="{\"model\":\"sim/long:100\",\"stream\":true,$body}" ;;
	esac
	cat >$what.lua <<!!
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer ms-bench"
wrk.body = '$body'
done = function(summary, latency)
	io.stderr:write(string.format("%d %.1f %d\n", latency:percentile(50),
	    summary.requests / summary.duration * 1e6,
	    summary.errors.status + summary.errors.read + summary.errors.timeout))
end
!!
done

# load PORT CONNECTIONS SCRIPT: sets median (us), rate (1/s) and wrong.
load() {
	wrk -t 1 -c "$2" -d "$seconds" -s "$3.lua" \
		"http://127.0.0.1:$1/v1/chat/completions" >wrk.out 2>wrk.err
	read -r median rate wrong <wrk.err
	[ "$wrong" -eq 0 ] ||
		echo "$wrong of $2 $3 failed ($([ "$1" = "$port" ] && echo ms-serve || echo nginx))" >&2
}

# row WHAT OURS THEIRS WANT
row() {
	printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" \
		"$(awk "BEGIN { printf \"%.2f\", $2 / $3 }")" "$4"
}

gateway --workers 1 --max-connections 2048
row 'ms-serve, idle, MiB (25)' "$(memory)" 25 '<=1'
# No service answers at once: of one that takes a millisecond, which is soon,
# the other row shows what the gateway adds to.
load "$port" 1 soon && ours=$median
load "$nport" 1 soon
row 'ms-serve, 1 connection, us (nginx)' "$ours" "$median" '<=1.25'
load "$port" 1 plain && ours=$median
load "$nport" 1 plain
row 'ms-serve, the same, answered at once' "$ours" "$median" '<=3'
# How it grows: the row of a number of connections, the memory then.
grown() {
	load "$port" "$1" "$2" && ours=$rate
	mib=$(memory)
	load "$nport" "$1" "$2"
	row "ms-serve, $3 (nginx)" "$(per "$ours" "$4")" "$(per "$rate" "$4")" "$5"
	row "ms-serve, the same, memory, MiB (80)" "$mib" 80 '<=1'
}
per() { awk "BEGIN { print int($1 * $2) }"; }
for n in 1 32 256 1000; do
	grown $n plain "$n connections, req/s" 1 '>=0.18'
done
# A service sends each event when it has made it. All in one go, they are what
# no service sends, of which the last row shows what the gateway can do.
for n in 1 64 1000; do
	grown $n stream "$n streams, events/s" 102 '>=0.7'
done
grown 64 burst '64 streams sent at once, events/s' 102 '>=0.3'

many='sim/long:100+slow:10'
# Both by turns, for what else the machine does differs by more than they do.
for turn in 1 2 3 4 5; do
	"$MS_BUILD/bench/streams" "$port" 1000 "$many" >>ours.out &
	streams=$!
	[ "$turn" -ne 1 ] || sleep 1
	[ "$turn" -ne 1 ] || loaded=$(memory)
	wait $streams
	"$MS_BUILD/bench/streams" "$nport" 1000 "$many" >>theirs.out
done
# The median of each, of the lost all.
medians() {
	for field in 1 3 4; do
		sort -n -k "$field,$field" "$1" | awk "NR == 3 { print \$$field }"
	done | tr '\n' ' '
	awk '{ n += $2 } END { print n }' "$1"
}
medians ours.out >streams.out
read -r ours p99 whole cut <streams.out
medians theirs.out >streams.out
read -r theirs np99 nwhole ncut <streams.out
row 'ms-serve, 1000 slow streams, events/s (nginx)' "$ours" "$theirs" '>=0.9'
row "ms-serve, of these lost, and 1 (nginx)" $((cut + 1)) $((ncut + 1)) "<=1"
row 'ms-serve, their p99 length, ms (nginx)' "$p99" "$np99" '<=1'
row 'ms-serve, with the wait before, ms (nginx)' "$whole" "$nwhole" '<=1.25'
row 'ms-serve, memory then, MiB (80)' "$loaded" 80 '<=1'
