#!/bin/sh
# The front of ms-serve when memory is short: each of its allocations fails in
# turn, from its start to its end.
. "${0%/*}/lib.sh"
if ldd "$MS_BIN/ms-serve" | grep -q libasan; then
	echo '1..0 # skip the sanitizer has allocations of its own'
	exit
fi
. "$top/tests/torture.sh"
preload memory
sim --credits 1000000
config
sed -i 's/^{/{"per_key_concurrency":0,/' models.json
perl -MIO::Socket::UNIX -MPOSIX=dup2 -e '
	$^F = 9;
	$s = IO::Socket::UNIX->new(Listen => 64, Local => "chat") or die;
	dup2(fileno $s, 3);
	@ENV{"LISTEN_FDS", "LISTEN_PID"} = (1, $$);
	exec "ms-chat", "--listen"' 2>worker.err &
pids="$pids $!"
until_ok [ -S chat ]
ok 'no half answer, no hang, no crash' perl "$top/tests/serve/memory.pl" \
	"$MS_BIN/ms-serve" "$preloaded" "$dir/chat" "$top/share/ms/www"
done_testing
