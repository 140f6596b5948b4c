#!/bin/sh
# HTTP/1.1 byte by byte: what clients never send, and what they may.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim
config
serve
host='Host: localhost'

# raw FORMAT: sends the bytes, keeps its side open; raw.out is what came until
# the server closed.
raw() {
	# shellcheck disable=SC2059
	printf "$1" | socat -t 20 - "TCP:127.0.0.1:$port,shut-none" >raw.out
}

# answers NAME "STATUS STATUS ..." FORMAT: one test, of the statuses that come.
answers() {
	raw "$3"
	got=$(grep -ao 'HTTP/1\.1 [0-9]*' raw.out | cut -d' ' -f2 | tr '\n' ' ')
	ok "$1: $2" [ "$got" = "$2 " ] || sed 's/^/# /' raw.out
}

answers 'HTTP/1.0' 200 'GET /health HTTP/1.0\r\n\r\n'
like 'it closes' raw.out '^Connection: close'
answers 'keep-alive' '200 200' "GET /health HTTP/1.1\r\n$host\r\n\r\nGET /health HTTP/1.1\r\n$host\r\nConnection: close\r\n\r\n"
answers 'HTTP/1.0 kept' '200 200' "GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /health HTTP/1.0\r\n\r\n"
answers 'absolute form' 200 "GET http://localhost/health HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n"
answers 'its host counts' 421 "GET http://other.example/health HTTP/1.1\r\n$host\r\nConnection: close\r\n\r\n"
answers 'an empty line first' 200 "\r\nGET /health HTTP/1.1\r\n$host\r\nConnection: close\r\n\r\n"
answers 'OPTIONS *' 204 "OPTIONS * HTTP/1.1\r\n$host\r\nConnection: close\r\n\r\n"
answers 'HEAD' 200 "HEAD /health HTTP/1.1\r\n$host\r\nConnection: close\r\n\r\n"
ok 'without a body' [ "$(tail -c 4 raw.out | od -An -tx1)" = ' 0d 0a 0d 0a' ]
answers 'HEAD of what is malformed' 400 "HEAD /health HTTP/1.1\r\n\r\n"
ok 'without a body, too' [ "$(tail -c 4 raw.out | od -An -tx1)" = ' 0d 0a 0d 0a' ]
answers 'a GET with a body' '200 200' "GET /health HTTP/1.1\r\n$host\r\nContent-Length: 5\r\n\r\nhelloGET /health HTTP/1.1\r\n$host\r\nConnection: close\r\n\r\n"

body='{"messages":[{"role":"user","content":"hi"}]}'
head="POST /v1/chat/completions HTTP/1.1\r\n$host\r\nContent-Type: application/json\r\n"
last="GET /health HTTP/1.1\r\n$host\r\nConnection: close\r\n\r\n"
answers 'Content-Length' '200 200' \
	"${head}Content-Length: ${#body}\r\n\r\n$body$last"
like 'an answer' raw.out 'Hello from'
answers 'chunked' '200 200' "${head}Transfer-Encoding: chunked\r\n\r\n10\r\n$(printf %.16s "$body")\r\n$(printf %x $((${#body} - 16)));x=y\r\n${body#????????????????}\r\n0\r\nTrailer: v\r\n\r\n$last"
ok 'both are answers' grep -q 'Hello from' raw.out
answers 'a refused body is passed over' '404 200' "POST /nope HTTP/1.1\r\n$host\r\nContent-Length: 5\r\n\r\nhello$last"
answers 'Expect, the body being there' '200 200' \
	"${head}Expect: 100-continue\r\nContent-Length: ${#body}\r\n\r\n$body$last"
answers 'Expect, of a body too large' 413 \
	"${head}Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n"
ok 'Expect and wait' sh -c "head -c 100000 /dev/zero | tr '\\0' ' ' >big &&
	printf '%s' '$body' >>big &&
	curl -sS --expect100-timeout 20 -H 'Expect: 100-continue' -v \
	--json @big $url/v1/chat/completions 2>&1 | grep -q '100 Continue'"

while IFS='|' read -r name want bytes; do
	[ -n "$name" ] || continue
	answers "$name" "$want" "$bytes"
	like "$name: closed" raw.out '^Connection: close'
done <<!!
bare LF|400|GET /health HTTP/1.1\n$host\n\n
bare LF after a field|400|GET /health HTTP/1.1\r\n$host\n\r\n
bare CR|400|GET /health HTTP/1.1\r\n$host\rx\r\n\r\n
NUL|400|GET /health HTTP/1.1\r\n$host\r\nX: \\0\r\n\r\n
space before the colon|400|GET /health HTTP/1.1\r\n$host\r\nX : y\r\n\r\n
folded field|400|GET /health HTTP/1.1\r\n$host\r\nX: y\r\n z\r\n\r\n
no Host|400|GET /health HTTP/1.1\r\n\r\n
two Hosts|400|GET /health HTTP/1.1\r\n$host\r\n$host\r\n\r\n
both lengths|400|POST /chat HTTP/1.1\r\n$host\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n
two lengths|400|POST /chat HTTP/1.1\r\n$host\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello
a list of lengths|400|POST /chat HTTP/1.1\r\n$host\r\nContent-Length: 5,5\r\n\r\nhello
a signed length|400|POST /chat HTTP/1.1\r\n$host\r\nContent-Length: +5\r\n\r\nhello
chunked twice|400|POST /chat HTTP/1.1\r\n$host\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n
identity|400|POST /chat HTTP/1.1\r\n$host\r\nTransfer-Encoding: identity\r\n\r\n
gzip, chunked|501|POST /chat HTTP/1.1\r\n$host\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n
a bad chunk size|400|POST /chat HTTP/1.1\r\n$host\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n
a chunk too long|400|POST /chat HTTP/1.1\r\n$host\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n
bare LF in chunks|400|POST /chat HTTP/1.1\r\n$host\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n
HTTP/2|505|PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n
HTTP/0.9|400|GET /health\r\n\r\n
TLS|400|\026\003\001\000\245\001\000\000\241
an unknown expectation|417|GET /health HTTP/1.1\r\n$host\r\nExpect: tea\r\n\r\n
CONNECT|400|CONNECT localhost:80 HTTP/1.1\r\n$host\r\n\r\n
!!
answers 'the case of methods counts' '501 501' "get /health HTTP/1.1\r\n$host\r\n\r\noptions /chat HTTP/1.1\r\n$host\r\nConnection: close\r\n\r\n"

# The limits, as they are by default.
answers 'a line of 16 KiB' 200 "GET /health?$(printf '%016360d' 0) HTTP/1.1\r\n$host\r\nConnection: close\r\n\r\n"
answers 'a longer one' 414 "GET /health?$(printf '%016400d' 0) HTTP/1.1\r\n$host\r\n\r\n"
answers 'fields of 32 KiB' 200 "GET /health HTTP/1.1\r\n$host\r\nConnection: close\r\nX: $(printf '%032720d' 0)\r\n\r\n"
answers 'more of them' 431 "GET /health HTTP/1.1\r\n$host\r\nX: $(printf '%032760d' 0)\r\n\r\n"
answers '100 fields' 200 "GET /health HTTP/1.1\r\n$host\r\nConnection: close\r\n$(printf 'X: y\\r\\n%.0s' $(seq 98))\r\n"
answers '101' 431 "GET /health HTTP/1.1\r\n$host\r\nConnection: close\r\n$(printf 'X: y\\r\\n%.0s' $(seq 99))\r\n"
answers 'a body of 32 MiB and one, before it comes' 413 "${head}Content-Length: 33554433\r\n\r\n"

# What follows the last request is not read; that must not eat the answer.
for last in "GET /health HTTP/1.1\r\n$host\r\nConnection: close\r\n\r\n" \
	"POST /nope HTTP/1.1\r\n$host\r\nConnection: close\r\nContent-Length: 3\r\n\r\n" \
	"${head}Connection: close\r\nContent-Length: ${#body}\r\n\r\n$body"; do
	{
		# shellcheck disable=SC2059
		printf "$last"
		head -c 300000 /dev/zero
	} >more
	PORT=$port perl -MSocket -e '
		local $/; my $bytes = <STDIN>; $SIG{PIPE} = "IGNORE";
		socket my $s, AF_INET, SOCK_STREAM, 0;
		connect $s, sockaddr_in($ENV{PORT}, INADDR_LOOPBACK) or die;
		syswrite $s, $bytes;
		select undef, undef, undef, 0.3;
		my $r = "";
		while ($n = sysread $s, $r, 65536, length $r) {}
		die "$!\n" if !defined $n;
		print $r' <more >raw.out 2>raw.err
	ok 'more than was to come' [ $? -eq 0 ] || sed 's/^/# /' raw.err
	like 'is no harm' raw.out '^HTTP/1\.1 [24]0'
done

# 20 000 requests at once, of which the answers are not read at first.
printf 'GET /health HTTP/1.1\r\nHost: a\r\n\r\n%.0s' $(seq 20000) >many
printf 'GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' >>many
socat -u FILE:many "TCP:127.0.0.1:$port,shut-none" &
pids="$pids $!"
req 'while 20000 pipelined requests wait' 200 /health
rss=$(ps -o rss= -p "$(pgrep -P "$servepid" -f 'ms-serve: front')")
ok 'they are not all held' [ "$rss" -lt 20000 ] || echo "# $rss KiB"
ok 'read, they are all answered' [ "$(socat -t 20 - \
	"TCP:127.0.0.1:$port,shut-none" <many | grep -ao 'HTTP/1.1 200' | wc -l)" -eq 20001 ]
unserve
done_testing
