#!/bin/sh
# Processes that die, configurations that change, and leaving: what the
# clients of ms-serve notice of it.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim --credits 1000000
config
sed -i 's/^{/{"per_key_concurrency":0,/' models.json

# scene NAME: runs tests/serve/NAME.js, its tests being one of ours.
scene() {
	PORT=$port SUPER=$servepid SIM=$sim node "$top/tests/serve/$1.js" >node.out
	sed 's/^/# /' node.out
	ok "$1" sh -c "! grep -q '^not ok' node.out && grep -q '^1\.\.' node.out"
}

serve --log none
scene kill
unserve
serve --log none
scene reload
unserve

# Leaving: what is under way is answered, nobody new is let in.
serve --log none
curl -sSN -o slow.out --json '{"model":"sim/long:40+slow:50","stream":true,
	"messages":[{"role":"user","content":"hi"}]}' \
	"$url/v1/chat/completions" &
curlpid=$!
until_ok [ -s slow.out ]
kill -TERM "$servepid"
refused() {
	curl -sS -m 1 -o /dev/null "$url/health" 2>/dev/null
	[ $? -eq 7 ]
}
ok 'a leaving server refuses whoever comes' until_ok refused
ms-serve -l "127.0.0.1:$port" --log none </dev/null >next.out 2>next.err &
nextpid=$!
pids="$pids $nextpid"
ok 'another may take its place' until_ok grep -q 'listening on' next.err ||
	sed 's/^/# /' next.err
ok 'while a stream goes on' not grep -q '\[DONE\]' slow.out
kill "$nextpid"
wait "$curlpid"
ok 'the stream comes to its end' grep -q '^data: \[DONE\]' slow.out
wait "$servepid"
ok 'it left with 0' [ $? -eq 0 ]

# Without their supervisor all the others leave, too.
serve --log none
children=$(pgrep -P "$servepid")
kill -9 "$servepid"
wait "$servepid" 2>/dev/null
orphans_left() { for p in $children; do ! kill -0 "$p" 2>/dev/null || return 1; done; }
ok 'no orphan stays' until_ok orphans_left

# systemd hands over a socket, as systemd-socket-activate does.
perl -MIO::Socket::INET -MPOSIX=dup2 -e '
	$^F = 9;	# what follows is not closed by exec
	$s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1:0");
	print STDOUT $s->sockport, "\n";
	close STDOUT;
	dup2(fileno $s, 3);
	@ENV{"LISTEN_FDS", "LISTEN_PID"} = (1, $$);
	exec "ms-serve", "--log", "none"' >socket.port 2>socket.err &
servepid=$!
pids="$pids $servepid"
until_ok grep -q 'listening on' socket.err
read -r port <socket.port
mv socket.err serve.err
url=http://127.0.0.1:$port
req 'a socket of systemd' 200 /health
unserve

run 'one that does not listen' 71 perl -MIO::Socket::INET -MPOSIX=dup2 -e '
	$^F = 9;
	$s = IO::Socket::INET->new(Proto => "udp", LocalAddr => "127.0.0.1:0");
	dup2(fileno $s, 3);
	@ENV{"LISTEN_FDS", "LISTEN_PID"} = (1, $$);
	exec "ms-serve", "--log", "none"'
like 'is named' err '^ms-serve: socket 1 of 1: Invalid argument$'

# Who does not go is ended, also where a reload was under way.
serve --workers 1 --drain-time 1
worker=$(pgrep -P "$servepid" -f 'ms-chat --listen')
rm -f slow.out
curl -sN -m 20 -o slow.out --json '{"model":"sim/long:400+slow:50",
	"stream":true,"messages":[{"role":"user","content":"hi"}]}' \
	"$url/v1/chat/completions" 2>/dev/null &
pids="$pids $!"
until_ok [ -s slow.out ]
kill -STOP "$worker"
kill -HUP "$servepid"
kill -TERM "$servepid"
left() {
	! ps -o stat= -p "$servepid" | grep -qv Z
}
ok 'it leaves behind one that stands still' until_ok left ||
	kill -KILL "$worker" "$servepid"
wait "$servepid"
like 'a reload was under way' serve.err 'configuration reloaded'

# A front that cannot start ends it all with the reason.
run 'no key file' 66 ms-serve -l 127.0.0.1:0 -k nowhere
done_testing
