# Connections that are kept. perl kept.pl worker SOCKET: asks ms-chat --listen.
# perl kept.pl front SOCKET FRONT WWW: is the worker of ms-serve's front.
use strict;
use warnings;
use IO::Select;
use IO::Socket;
use POSIX qw(dup2 _exit);

my ($part, $path, $front, $www) = @ARGV;
my $tests = 0;
my @started;

# A test that breaks off leaves nothing behind.
END {
	local $?;
	waitpid($_, 1) == 0 && kill KILL => $_ for @started;
}

sub ok($$@) {
	my ($good, $name, @more) = @_;

	printf "%s %d - %s\n", $good ? 'ok' : 'not ok', ++$tests, $name;
	print map { s/\r?\n/ | /gr . "\n" } map { "# $_" } @more if !$good;
}

# Reads until it has what is wanted, or the end ("<end>") or nothing ("<late>").
sub take {
	my ($s, $want) = @_;
	my $got = '';

	while ($got !~ $want) {
		return "$got<late>" if !IO::Select->new($s)->can_read(60);
		my $n = sysread $s, $got, 65536, length $got;
		return $got . (defined $n ? '<end>' : '<reset>') if !$n;
	}
	return $got;
}

# Waits until the other side has read all that was written: is it so?
sub taken {
	my ($s) = @_;

	for (1 .. 6000) {
		my $left = pack 'i', 0;
		ioctl $s, 0x5411, $left or die;	# TIOCOUTQ
		return 1 if unpack('i', $left) == 0;
		select undef, undef, undef, 0.01;
	}
	return 0;
}

# Runs a program with descriptors from 3 on.
sub start {
	my ($l, @program) = @_;
	my $pid = fork // die;

	if ($pid == 0) {
		my @high = map { POSIX::fcntl($_, POSIX::F_DUPFD(), 20) } @$l;
		dup2($high[$_], 3 + $_) for 0 .. $#high;
		POSIX::close($_) for 3 + @high .. 40;
		@ENV{'LISTEN_FDS', 'LISTEN_PID'} = (1, $$);
		{ exec { $program[0] } @program[1 .. $#program] };
		_exit(127);
	}
	push @started, $pid;
	return $pid;
}

my $whole = qr/\}0\n\n?$/;	# a body and the last record

sub request {
	my ($model, $keep) = @_;
	my $body = qq({"model":"$model","messages":[{"role":"user","content":"hi"}]});

	return qq({"op":"chat","shape":"openai","id":"x"$keep}\n) .
	    length($body) . "\n${body}0\n";
}

sub worker {
	my $keep = ',"keep":true';
	my $l = IO::Socket::UNIX->new(Listen => 64, Local => $path) or die;
	my $pid = start([$l], 'ms-chat', 'ms-chat', '--listen');
	my ($s, $got) = (IO::Socket::UNIX->new($path));

	syswrite $s, request('Test/Model-A', '');
	$got = take($s, qr/<none>/);
	ok($got =~ /^\{"status":200.*Hello from.*\}0\n<end>$/s,
	    'one that is not to be kept ends', $got);

	$s = IO::Socket::UNIX->new($path);
	for my $i (1 .. 3) {
		syswrite $s, request("Test/Model-A", $keep);
		$got = take($s, $whole);
		ok($got =~ /^\{"status":200.*Hello from.*\}0\n$/s,
		    "request $i of one that is kept", $got);
	}
	syswrite $s, qq({"op":"chat","shape":"openai","id":"x"$keep}\n2\n[]0\n);
	$got = take($s, $whole);
	ok($got =~ /^\{"status":400.*\}0\n$/s, 'a refusal', $got);
	syswrite $s, substr(request('sim/long:3', $keep), 0, 40);
	select undef, undef, undef, 0.05;
	syswrite $s, substr(request('sim/long:3', $keep), 40);
	$got = take($s, $whole);
	ok($got =~ /^\{"status":200.*word3.*\}0\n$/s, 'one in two pieces', $got);

	my $torn = IO::Socket::UNIX->new($path);
	syswrite $torn, request('Test/Model-A', $keep);
	take($torn, $whole);
	syswrite $torn, "no head\n";
	$got = take($torn, qr/<none>/);
	ok($got =~ /^<(end|reset)>$/, 'what is no request ends it', $got);

	# Not for ever: connections are to spread over the workers.
	my $long = IO::Socket::UNIX->new($path);
	my $times = 0;
	do {
		syswrite $long, request('Test/Model-A', $keep);
		$got = take($long, $whole);
		$times++;
	} while ($got =~ /\}0\n\z/ && $times < 1000 &&
	    !IO::Select->new($long)->can_read(0.02));
	ok($got =~ /^\{"status":200/ && $times > 10 && $times < 1000,
	    'the end of one that served many', $times, $got);
	close $long;

	# Told to leave, with one idle, one at work and one half sent.
	my $busy = IO::Socket::UNIX->new($path);
	syswrite $busy, request('sim/delay:300', $keep);
	my $half = IO::Socket::UNIX->new($path);
	syswrite $half, substr(request('Test/Model-A', $keep), 0, 60);
	ok(taken($busy) && taken($half), 'what it has read of two more');
	kill TERM => $pid;
	ok(take($s, qr/\n/) eq "\n", 'an idle one is told that it is to end');
	syswrite $s, request('Test/Model-A', $keep);
	$got = take($s, qr/$whole/);
	ok($got =~ /^\{"status":200.*Hello from.*\}0\n\n?$/s,
	    'what crosses that is answered', $got);
	$got = take($busy, qr/\}0\n\n$/);
	ok($got =~ /^\{"status":200.*Hello from.*\}0\n\n$/s,
	    'one at work is answered first, then told', $got);
	syswrite $half, substr(request('Test/Model-A', $keep), 60);
	$got = take($half, qr/\}0\n\n$/);
	ok($got =~ /^\{"status":200.*Hello from.*\}0\n\n$/s,
	    'and one that was not all there', $got);
	ok(waitpid($pid, 1) == 0, 'it waits for the last to be closed');
	close $_ for $s, $busy, $half;
	waitpid $pid, 0;
	ok($? == 0, 'and leaves', $?);
}

# Ticks of processor time that a process has used.
sub ticks {
	open my $f, '<', "/proc/$_[0]/stat" or return 0;
	my @v = split / /, (split /\) /, <$f>)[1];

	return $v[11] + $v[12];
}

# With few descriptors: those of idle connections are given up for new ones.
sub starved {
	my $l = IO::Socket::UNIX->new(Listen => 64, Local => "$path.few") or die;
	my $pid = start([$l], 'sh', 'sh', '-c',
	    'ulimit -n 32; exec ms-chat --listen');
	my ($good, @idle) = 0;

	for my $i (1 .. 60) {
		my $s = IO::Socket::UNIX->new("$path.few");
		my $got = '';

		syswrite $s, request('Test/Model-A', ',"keep":true');
		while ($got !~ $whole) {
			my @can = IO::Select->new($s, @idle)->can_read(60) or last;
			for my $c (@can) {
				sysread $c, $got, 65536, length $got or last
				    if $c == $s;
				@idle = grep { $_ != $c } @idle;
			}
		}
		$good += $got =~ /^\{"status":200.*\}0\n\n?$/s;
		push @idle, $s;
	}
	ok($good == 60, 'more connections than descriptors, one by one', $good);

	# All are taken by others, who do not heed it.
	push @idle, map { IO::Socket::UNIX->new("$path.few") } 1 .. 40;
	my ($used, $tries) = (50, 0);
	while ($used >= 10 && $tries++ < 40) {
		my $before = ticks($pid);
		select undef, undef, undef, 0.5;
		$used = ticks($pid) - $before;
	}
	ok($used < 10, 'it soon waits for one in peace', $used);
	@idle = ();
	my $s = IO::Socket::UNIX->new("$path.few");
	syswrite $s, request('Test/Model-A', ',"keep":true');
	my $got = take($s, $whole);
	ok($got =~ /^\{"status":200/, 'and goes on', $got);
	kill TERM => $pid;
	close $s;
	waitpid $pid, 0;
	ok($? == 0, 'to its end', $?);
}

my $accepted = 0;
my $listener;

sub take_conn {
	IO::Select->new($listener)->can_read(60) or return undef;
	$accepted++;
	return $listener->accept;
}

# Is another connection there?
sub asked_anew {
	return IO::Select->new($listener)->can_read(0.2) ? 1 : 0;
}

my $answer = qq({"status":200,"type":"application/json","headers":{}}\n) .
    "2\n{}0\n";

sub front {
	my $site = sprintf '{"bounds":{%s},"chat":"%s","tool":"%s.none",' .
	    '"www":"%s","models":"{}","native":"{}","listeners":1,"auth":0,' .
	    '"log":2,"tokens":[]}',
	    join(',', map { "\"$_-time\":60000" }
		qw(head body idle write answer drain tool)), $path, $path, $www;
	my $tcp = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1:0');
	socketpair my $us, my $it, AF_UNIX, SOCK_STREAM, 0;
	$listener = IO::Socket::UNIX->new(Listen => 64, Local => $path) or die;
	my $pid = start([$it, $tcp], $front, 'ms-serve: front');
	close $it;
	syswrite $us, length($site) . "\n$site";
	take($us, qr/taken\n/);
	my $post = sub {
		my $c = IO::Socket::INET->new('127.0.0.1:' . $tcp->sockport);
		my $body = $_[0] // '{"messages":[]}';
		syswrite $c, "POST /v1/chat/completions HTTP/1.1\r\n" .
		    "Host: localhost\r\nConnection: close\r\nContent-Length: " .
		    length($body) . "\r\n\r\n$body";
		return $c;
	};
	my $good = qr/^HTTP\/1\.1 200 .*\r\n\r\n\{\}<end>$/s;

	my $c = $post->();
	my $s = take_conn();
	my $got = take($s, $whole);
	ok($got =~ /"keep":true/, 'it asks that the connection be kept', $got);
	syswrite $s, $answer;
	$got = take($c, qr/<none>/);
	ok($got =~ $good, 'the first is answered', $got);

	$c = $post->();
	$got = take($s, $whole);
	ok($got =~ /^\{"op"/, 'the second comes on the same', $got);
	syswrite $s, $answer;
	ok(take($c, qr/<none>/) =~ $good, 'and is answered');

	# It ends, or is told to, while nothing is under way.
	syswrite $s, "\n";
	ok(take($s, qr/<none>/) =~ /^<(end|reset)>$/, 'told to end it does so');
	$c = $post->();
	$s = take_conn();
	take($s, $whole);
	syswrite $s, $answer;
	ok(take($c, qr/<none>/) =~ $good, 'then there is a new one');
	close $s;
	select undef, undef, undef, 0.05;
	$c = $post->();
	$s = take_conn();
	take($s, $whole);
	syswrite $s, $answer;
	ok(take($c, qr/<none>/) =~ $good, 'and another when that has gone');

	# A request that crosses the wish to end.
	$c = $post->();
	take($s, $whole);
	syswrite $s, "\n$answer";
	ok(take($c, qr/<none>/) =~ $good, 'an answer behind the wish to end');
	ok(take($s, qr/<none>/) eq '<end>', 'that is heeded then');

	# It dies with the request unread: another gets it.
	$c = $post->();
	$s = take_conn();
	take($s, $whole);
	syswrite $s, $answer;
	take($c, qr/<none>/);
	$c = $post->();
	IO::Select->new($s)->can_read(60);
	close $s;
	$s = take_conn();
	$got = defined $s ? take($s, $whole) : 'no other';
	ok($got =~ /^\{"op".*\}0\n$/s, 'unread, it is asked of another', $got);
	syswrite $s, $answer;
	ok(take($c, qr/<none>/) =~ $good, 'who answers');

	# It dies with all of it read: it may have acted, nobody else gets it.
	$c = $post->();
	take($s, $whole);
	close $s;
	$got = take($c, qr/<none>/);
	ok($got =~ /^HTTP\/1\.1 502 /, 'read, it is lost', $got);
	ok(!asked_anew(), 'and asked of nobody else');

	# A new connection is no different from what it was.
	$c = $post->();
	$s = take_conn();
	close $s;
	$got = take($c, qr/<none>/);
	ok($got =~ /^HTTP\/1\.1 502 /, 'a new one that ends at once', $got);

	# More than is held back for a second try goes by a connection of its own.
	$c = $post->();
	$s = take_conn();
	take($s, $whole);
	syswrite $s, $answer;
	take($c, qr/<none>/);
	$c = $post->('{"messages":[' . ' ' x 100_000 . ']}');
	my $t = take_conn();
	$got = defined $t ? take($t, $whole) : 'no other';
	ok($got =~ /^\{"op".*\}0\n$/s, 'a large one has its own');
	syswrite $t, $answer;
	ok(take($c, qr/<none>/) =~ $good, 'and is answered');

	# Who begins to answer early still gets the rest of the request.
	my $long = '{"messages":["' . 'y' x 1_000_000 . '"]}';
	$c = $post->($long);
	my $u = take_conn();
	sysread $u, $got, 1000;
	my ($head, $body) = split /\n/, $answer, 2;
	syswrite $u, "$head\n";
	select undef, undef, undef, 0.05;
	$got .= take($u, qr/\}0\n$/);
	ok($got =~ /^\{"op".*?\}\n\d+\n\Q$long\E0\n$/s, 'an early answer',
	    length $got, substr $got, -80);
	syswrite $u, $body;
	ok(take($c, qr/<none>/) =~ $good, 'is taken to its end');
	$c = $post->();
	$got = take($u, $whole);
	ok($got =~ /^\{"op"/, 'and the connection is kept', $got);
	syswrite $u, $answer;
	take($c, qr/<none>/);
	close $u;

	# Who answers without having read all, and goes, is not asked anew.
	for my $part (0, 1) {
		$c = $post->('{"messages":[' . ' ' x 50_000 . ']}');
		$s = $t;
		sysread $s, $got, 100;
		syswrite $s, $part ? substr($answer, 0, 20) : $answer;
		close $s;
		$got = take($c, qr/<none>/);
		ok($got =~ ($part ? qr/^HTTP\/1\.1 502 / : $good),
		    ('an answer', 'a piece of one')[$part] .
		    ' from who did not read', $got);
		ok(!asked_anew(), 'is all there is');
		$c = $post->();
		$t = take_conn();
		take($t, $whole);
		syswrite $t, $answer;
		take($c, qr/<none>/);
	}

	# Behind a new site there are new workers.
	syswrite $us, length($site) . "\n$site";
	take($us, qr/taken\n/);
	ok(take($t, qr/<none>/) eq '<end>', 'a reload ends what is kept');
	$c = $post->();
	$t = take_conn();
	take($t, $whole);
	syswrite $t, $answer;
	ok(take($c, qr/<none>/) =~ $good, 'what comes then has a new one');

	# What follows the end, or the end before all was sent, is not trusted.
	$c = $post->();
	take($t, $whole);
	syswrite $t, $answer . '{"status":200}';
	ok(take($c, qr/<none>/) =~ $good, 'an answer with something behind it');
	ok(take($t, qr/<none>/) =~ /<(end|reset)>$/, 'is the last');
	close $us;
	waitpid $pid, 0;
	ok($? == 0, 'it leaves', $?);
}

$^F = 40;
$SIG{PIPE} = 'IGNORE';
$SIG{ALRM} = sub { die "late\n" };
alarm 500;
if ($part eq 'worker') {
	worker();
	starved();
} else {
	front();
}
print "1..$tests\n";
