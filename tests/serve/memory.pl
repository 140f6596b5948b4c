# Runs the front by itself, before a worker that is there, time and again: each
# of its allocations fails in turn. perl memory.pl FRONT PRELOAD CHAT WWW.
# An answer is what it is otherwise, or an error, or none.
use strict;
use warnings;
use Digest::SHA 'sha256_hex';
use IO::Select;
use IO::Socket;
use POSIX qw(dup2 _exit WNOHANG);
use Time::HiRes qw(sleep time);

my ($front, $preload, $chat, $www) = @ARGV;
my $site = sprintf '{"bounds":{%s},"chat":"%s","tool":"%s.none","www":"%s",' .
    '"models":"{\"data\":[{\"id\":\"Test/Model-A\"}]}","native":"{}",' .
    '"listeners":1,"auth":1,"log":0,"cors":["https://app.example"],' .
    '"tokens":[{"name":"alice","hash":"%s","limit":1000,"admin":true}]}',
    join(',', map { "\"$_-time\":60000" }
	qw(head body idle write answer drain tool)),
    $chat, $chat, $www, sha256_hex('secret');
my $fields = "Host: localhost\r\nOrigin: https://app.example\r\n" .
    "Authorization: Bearer secret\r\n";
my $close = "Connection: close\r\n\r\n";

sub post {
	my ($path, $body) = @_;

	return "POST $path HTTP/1.1\r\n${fields}Content-Length: " .
	    length($body) . "\r\n\r\n$body";
}

my @asked = (
	"GET /health HTTP/1.1\r\n$fields$close",
	post('/v1/chat/completions', '{"messages":[{"role":"user","content":"hi"}]}') .
	    "GET /v1/models/Test%2FModel-A HTTP/1.1\r\n$fields$close",
	post('/chat', '{"stream":true,"messages":[{"role":"user","content":"hi"}]}') .
	    "HEAD / HTTP/1.1\r\n${fields}Accept: text/html\r\n$close",
	"POST /api/balance HTTP/1.1\r\n${fields}X-API-Key: k\r\n" .
	    "Transfer-Encoding: chunked\r\n${close}2\r\n{}\r\n0\r\n\r\n",
	"OPTIONS /chat HTTP/1.1\r\n$fields" .
	    "Access-Control-Request-Method: POST\r\n$close");

# What comes until the end; "late" if that does not.
sub ask {
	my ($port, $bytes) = @_;
	my $s = IO::Socket::INET->new("127.0.0.1:$port") or return '';
	my $got = '';

	syswrite $s, $bytes;
	while (IO::Select->new($s)->can_read(60)) {
		return $got unless sysread $s, $got, 65536, length $got;
	}
	return 'late';
}

# The answers in it, without what is never the same, or has two forms.
sub answers {
	my ($text) = @_;

	$text =~ s/^(x-request-id|Date|Content-Length|Transfer-Encoding): .*\r\n//mg;
	$text =~ s/"uptime_s":\d+//;
	$text =~ s/^(\r\n)?[0-9a-f]+\r\n(?=data:)|\r\n0\r\n\r\n//mg;
	$text =~ s/\r\n(?=HTTP)/\r\n/g;
	return split /(?=HTTP\/1\.1 )/, $text;
}

# What failed, as preload/nth.h has it.
sub failed {
	open my $f, '<', 'fired' or return '';
	read $f, my $what, 32;
	return $what =~ s/\0//gr;
}

# One life of it: how it ended, did an allocation fail, the answers.
sub live {
	my ($n) = @_;
	my $l = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1:0');
	my $port = $l->sockport;
	socketpair my $us, my $it, AF_UNIX, SOCK_STREAM, 0;
	my $pid;

	unlink 'fired';
	$pid = fork;

	if ($pid == 0) {
		my @high = map { POSIX::fcntl($_, POSIX::F_DUPFD(), 20) }
		    ($it, $l);
		dup2($high[$_], 3 + $_) for 0 .. 1;
		POSIX::close($_) for 5 .. 30;
		%ENV = (LD_PRELOAD => $preload, FAIL_FIRED => 'fired');
		$ENV{FAIL_AT} = $n if defined $n;
		{ exec { $front } 'ms-serve: front' };
		_exit(127);
	}
	close $_ for $it, $l;
	syswrite $us, length($site) . "\n$site";
	my $ready = IO::Select->new($us)->can_read(60) &&
	    sysread $us, my $taken, 6;
	my @got = $ready ? map { ask($port, $_) } @asked : ();
	close $us;
	my $end = time + 60;
	sleep 0.002 while waitpid($pid, WNOHANG) == 0 && time < $end;
	my $status = $?;
	if (time >= $end) {
		kill KILL => $pid;
		waitpid $pid, 0;
		$status = -1;
	}
	return ($status, failed(), @got);
}

$^F = 40;
$SIG{PIPE} = 'IGNORE';	# of a front that is gone before it was told anything
open STDERR, '>', '/dev/null';
my ($status, $fired, @good) = live();
die 'it does not live' if $status != 0 || @good != @asked;
my (@bad, %how);
my $n = 0;
for (;; $n++) {
	($status, $fired, my @got) = live($n);
	last if !$fired;
	push @bad, "$n: status $status" if $status != 0 && $status != 71 << 8;
	$how{$status >> 8}++;
	for my $i (0 .. $#got) {
		my @want = answers($good[$i]);
		for my $a (answers($got[$i])) {
			my $w = shift(@want) // '';
			push @bad, "$n: $a" if $a ne $w && $a !~ /^HTTP\/1\.1 50[023] /;
		}
	}
}
print "# $n allocations: ", join(', ', map { "$how{$_} ended with $_" } sort keys %how), "\n";
print map { s/\r?\n/ /gr . "\n" } map { "# $_" } @bad;
exit(@bad > 0 || $n < 100);
