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
up() { [ "$(curl -sS "$url/health" | jq .uptime_s)" -ge "$1" ]; }
until_ok up 2
kill -9 "$(pgrep -P "$servepid" -f 'ms-serve: front')"
until_ok curl -sS "$url/health"
ok 'another front knows since when there is a server' up 2
unserve
serve --log none
scene reload
unserve

# Leaving: what is under way is answered, nobody new is let in.
serve --log none --drain-time 600
curl -sSN -o slow.out --json '{"model":"sim/long:100000+slow:50","stream":true,
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
curl -sS -X POST "$sim/sim/hurry" >/dev/null
wait "$curlpid"
ok 'the stream comes to its end' grep -q '^data: \[DONE\]' slow.out
wait "$servepid"
ok 'it left with 0' [ $? -eq 0 ]

# A request that is on its way to a leaving server is answered; a connection
# that is kept is closed, and one that stays silent does not hold it up.
serve --log none
cat >leave.pl <<'!'
my ($port, $pid) = @ARGV;
sub to { IO::Socket::INET->new("127.0.0.1:$port") }
my ($new, $half, $kept, $silent) = map { to } 1 .. 4;
my $get = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";
$half->send(substr $get, 0, 9);
$kept->send($get);
$kept->recv(my $b, 4096);
kill TERM => $pid;
select undef, undef, undef, 0.1 while to;
for ([new => $new, $get], [half => $half, substr $get, 9], [kept => $kept, $get]) {
	my ($name, $s, $text) = @$_;
	my $all = "";
	$s->send($text, 0x4000);
	$all .= $b while $s->recv($b, 4096) || length $b;
	print "$name ", $all =~ m{^HTTP/1\.1 (\d+).*Connection: close}s, "\n";
}
print "silent ", $silent->sysread($b, 1), "\n";
!
perl -MIO::Socket::INET leave.pl "$port" "$servepid" >leave.out
wait "$servepid"
ok 'it left with 0' [ $? -eq 0 ]
same 'who was answered' leave.out <<'!'
new 200
half 200
kept 
silent 0
!

# Whoever reads what is said may stop reading it, or leave.
mkfifo log
cp models.json plain.json
jq -c '.smart_routing = {enabled: true,
	local_ai: {base_url: "http://127.0.0.1:1", model: "none"}}' plain.json >models.json
: >serve.err
sh -c 'head -n 1 >serve.err; exec sleep 1000' <log &
readerpid=$!
pids="$pids $readerpid"
ms-serve -l 127.0.0.1:0 --workers 1 </dev/null 2>log &
servepid=$!
pids="$pids $servepid"
until_ok grep -q 'listening on' serve.err
url=$(sed -n 's/.*listening on //p' serve.err) port=${url##*:}
perl -MFcntl -e 'sysopen F, "log", O_WRONLY | O_NONBLOCK or die;
	1 while syswrite F, "x" x 4096; 1 while syswrite F, "x"'
# its worker warns of the local model that is not there
post 'a chat of which nobody reads' 200 /v1/chat/completions \
	'{"messages":[{"role":"user","content":"hi"}]}'
post 'a reload, too' 200 /reload '{}'
req 'of its line' 200 /metrics
like 'is known that it is lost' body '^ms_log_lost_lines_total [0-9]'
kill "$readerpid"
wait "$readerpid" 2>/dev/null
post 'a reload that nobody can read of' 200 /reload '{}'
req 'harms nobody' 200 /health
kill "$servepid"
wait "$servepid"
ok 'it left with 0' [ $? -eq 0 ]

mv plain.json models.json

# Without their supervisor all the others leave, too.
serve --log none
children=$(pgrep -P "$servepid")
kill -9 "$servepid"
wait "$servepid" 2>/dev/null
orphans_left() { for p in $children; do ! kill -0 "$p" 2>/dev/null || return 1; done; }
ok 'no orphan stays' until_ok orphans_left

# Who comes after one that was killed gets its address, as soon as what is left
# of it lets go; not that of one who lives.
for at in "127.0.0.1:$port" unix:sock; do
	rm -f killed.err next.err
	ms-serve -l "$at" --log none </dev/null >killed.out 2>killed.err &
	killedpid=$!
	pids="$pids $killedpid"
	until_ok grep -q 'listening on' killed.err
	run "$at is taken" 71 ms-serve -l "$at"
	like 'it is said' err "^ms-serve: $at: Address already in use\$"
	kill -9 "$killedpid"
	wait "$killedpid" 2>/dev/null
	ms-serve -l "$at" --log none </dev/null >next.out 2>next.err &
	nextpid=$!
	pids="$pids $nextpid"
	ok "$at after a kill" until_ok grep -q 'listening on' next.err ||
		sed 's/^/# /' next.err
	kill "$nextpid"
	wait "$nextpid"
	ok 'it left with 0' [ $? -eq 0 ]
done
rm -f next.err
perl -MIO::Socket::INET -e '
	$s = IO::Socket::INET->new(Listen => 5, ReuseAddr => 1,
		LocalAddr => "127.0.0.1:$ARGV[0]");
	print "mine\n";
	close STDOUT;
	sleep 1' "$port" >mine.out &
pids="$pids $!"
until_ok [ -s mine.out ]
ms-serve -l "127.0.0.1:$port" --log none </dev/null >next.out 2>next.err &
nextpid=$!
pids="$pids $nextpid"
ok 'an address that is soon free' until_ok grep -q 'listening on' next.err
kill "$nextpid"
wait "$nextpid"

# A socket that nobody accepts at any more, or not just now.
rm -f next.err
perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "stale", Listen => 1)'
ms-serve -l unix:stale --log none </dev/null >next.out 2>next.err &
nextpid=$!
pids="$pids $nextpid"
ok 'a socket that was left behind' until_ok grep -q 'listening on' next.err
kill "$nextpid"
wait "$nextpid"
perl -MIO::Socket::UNIX -MSocket -e '
	$s = IO::Socket::UNIX->new(Local => "full", Listen => 1);
	while () {
		socket my $c, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0;
		push @c, $c;
		connect $c, pack_sockaddr_un("full") or last;
	}
	print "full\n";
	close STDOUT;
	sleep 600' >full.out &
pids="$pids $!"
until_ok [ -s full.out ]
run 'one whose queue is full' 71 timeout 20 ms-serve -l unix:full
ok 'is left alone' [ -S full ]

# What servers that were killed left behind is cleared away, by and by; what
# lives, or may be about to, is not.
mkdir runs
XDG_RUNTIME_DIR=$dir/runs
export XDG_RUNTIME_DIR
serve --log none
livepid=$servepid liveurl=$url
for _ in 1 2; do
	serve --log none
	children=$(pgrep -P "$servepid")
	kill -9 "$servepid"
	wait "$servepid" 2>/dev/null
	until_ok orphans_left
done
mkdir runs/ms-serve.others
: >runs/ms-serve.others/file
touch -d '2 minutes ago' runs/*
mkdir runs/ms-serve.new
folders() { find runs -mindepth 1 -maxdepth 1 | wc -l; }
ok 'the killed leave folders' [ "$(folders)" -eq 5 ]
serve --log none
ok 'which are gone' [ "$(folders)" -eq 4 ] || ls -l runs
ok 'but not those of others' [ -e runs/ms-serve.others/file ]
ok 'nor new ones' [ -d runs/ms-serve.new ]
unserve
servepid=$livepid url=$liveurl
post 'nor those in use' 200 /v1/chat/completions \
	'{"messages":[{"role":"user","content":"hi"}]}'
unserve
unset XDG_RUNTIME_DIR

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
