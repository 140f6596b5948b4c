#!/bin/sh
# ms-chat: in which order models, keys and upstreams are tried, how often, how
# long, and how connections are made.
. "${0%/*}/lib.sh"
. "$top/tests/failover.sh"
MODELSCOPE_API_KEY="${key}1"

# conf FILTER: models.json is what jq makes of the first one.
cp models.json first.json
conf() {
	jq --arg sim "$sim" "$1" first.json >models.json
}

# ---- the order of models ----
conf '.models = [
	{"id": "Test/Model-L", "tier": 1, "last_resort": true},
	{"id": "Test/Model-A", "tier": 2}, {"id": "Test/Model-B", "tier": 1},
	{"id": "Test/Model-C", "tier": 3}, {"id": "Test/Model-D", "tier": 2},
	{"id": "Test/Model-E", "tier": 4, "enabled": false}] |
	.aliases = {"gpt-*": "tier3", "gpt-4*": "test/model-d", "any": "auto"} |
	.retries = 20'
fresh 'path=/v1/chat/completions do=500'

# order ORDER OPTION...: one test, that all models are tried in this order.
order() {
	want=$1
	shift
	rm -rf state
	since
	ms-chat "$@" hi >out 2>err
	asked "ms-chat $*" "$want"
}

order '1A 1B 1C 1D 1L'
order '1A 1B 1C 1D 1L' -m auto
order '1A 1B 1C 1D 1L' -m any
order '1B 1A 1D 1C 1L' -m tier1
order '1A 1D 1C 1B 1L' -m tier2
order '1C 1A 1D 1B 1L' -m tier3
order '1C 1A 1D 1B 1L' -m gpt-3.5-turbo
order '1C 1A 1D 1B 1L' -m tier4
order '1D' -m gpt-4o
order '1D' -m Test/Model-D
order '1D 1X 1B' -m Test/Model-D,Other/Model-X -m test/model-b
order '1D 1A 1B 1C 1L' -m Test/Model-D,auto
echo '{"models":["Test/Model-C","Test/Model-A"],"model":"Test/Model-B","messages":[{"role":"user","content":"x"}]}' >req.json
rm -rf state
since
run 'a request with an order of its own' 75 sh -c 'ms-chat <req.json'
asked 'is tried in that order' '1C 1A'
jq -c '[.model, has("models")]' "$(find simlog -name '*.body' | sort |
	tail -n 1)" >member
same 'of which upstream sees nothing' member <<'!'
["Test/Model-A",false]
!
run 'a disabled model' 69 ms-chat -m Test/Model-E hi
like 'is told' err 'Test/Model-E: disabled'

# ---- how often ----
conf '.models = [range(8) | {"id": "Test/Model-\(.)"}]'
order '10 11 12 13 14 15'
order '10 11 12' --retries 2
order '10' --retries 0
conf '.models = [range(8) | {"id": "Test/Model-\(.)"}] | .retries = 1'
order '10 11'
order '10 11 12 13' --retries 3
rules 'path=/v1/chat/completions do=stream-only times=1' \
	'path=/v1/chat/completions do=500'
order '10 10' -o openai
cp first.json models.json

# ---- the last word ----
# word STATUS WORDS RULE...: how it ends if all refuse.
word() {
	status=$1 words=$2
	shift 2
	fresh "$@"
	run "$words" "$status" ms-chat hi
	like 'is the last word' err "^ms-chat: $words"
	ok 'in one line' [ "$(wc -l <err)" -eq 1 ]
}

word 75 'Test/Model-A: HTTP 429: rate limit' 'model=*-A do=burst' 'do=no-provider'
word 75 'Test/Model-B: HTTP 503: ' 'model=*-A do=bad-model' 'do=503'
word 75 'Test/Model-A: HTTP 503: ' 'model=*-A do=503' 'do=html'
word 69 'Test/Model-B: HTTP 400: no such model' 'model=*-A do=no-provider' 'do=bad-model'
word 69 'Test/Model-B: HTTP 400: request refused: bad' 'model=*-A do=burst' 'do=400'
word 76 'Test/Model-B: HTTP 200: malformed' 'model=*-A do=no-provider' 'do=html'
word 77 'Test/Model-A: HTTP 401: key refused' 'model=*-A do=auth' 'do=503'
asked 'another model does not help a bad key' 1A

# ---- how long ----
fresh 'do=stall-head'
run '--timeout' 75 ms-chat --timeout 3 hi
asked '--timeout is for all of it' 1A
recorded 'what is recorded' '1A cancelled'
like 'why' err '^ms-chat: no answer within the time given$'
fresh 'do=stall-mid'
run '--timeout, in mid-answer' 75 ms-chat --timeout 4 hi
same 'what was said stays' out <<'!'
Hello from
!
conf '.timeouts = {"first_byte": 1, "idle": 1, "plain": 1}'
fresh 'do=stall-head'
run 'first_byte, twice' 75 ms-chat hi
asked 'each model has its time' '1A 1B'
fresh 'do=stall-head'
run 'plain' 75 ms-chat -o openai hi
asked 'is final' 1A
conf '.timeouts = {"first_byte": 30, "idle": 2, "plain": 30}'
fresh 'do=comments+slow:400'
run 'an answer longer than idle' 0 ms-chat hi
cp first.json models.json

# ---- upstreams ----
conf '.upstreams.dead = {"base_url": "http://127.0.0.1:1/v1"} |
	.upstreams.local = {"base_url": "\($sim)/v1", "keyless": true} |
	.models = [{"id": "Test/Model-A", "upstream": ["dead", "modelscope"]},
		{"id": "Test/Model-L", "upstream": "local", "last_resort": true}]'
echo "one ${key}1 dead,modelscope" >keys
chmod 600 keys
fresh ''
mkdir -p state/usage
printf '{"ts":"2030-03-10T11:59:00.000+08:00","op":"balance","key":"%s","upstream":"dead","balance":9}\n' \
	"$id1" >state/usage/2030-03-10.jsonl
since
run 'an upstream that is down' 0 ms-chat -k keys hi
asked 'the next is asked' 1A
recorded 'the first one rests' '1A network upstream 60, 1A ok 200'
since
run 'the next process' 0 ms-chat -k keys hi
recorded 'leaves it alone' '1A ok 200'
since
run 'a minute later' 0 later 61 ms-chat -k keys hi
recorded 'it is tried again' '1A network upstream 60, 1A ok 200'
fresh 'model=*-A do=quota-day'
sed -i 's/dead,//' keys
run 'a keyless upstream' 0 later 100 env -u MODELSCOPE_API_KEY ms-chat -k keys hi
asked 'is the last resort' '1A L'
same 'and answers' out <<'!'
Hello from Test/Model-L.
!
trail | tail -n 1 | cut -d ' ' -f 5 >bearer
same 'it is sent no key' bearer <<'!'
-
!
fresh 'model=*-A do=400'
run "the caller's own mistake" 69 ms-chat -k keys hi
asked 'is not the last resort' 1A

conf '.upstreams.modelscope.base_url = "http://127.0.0.1:1/v1"'
run 'no network' 75 ms-chat hi
recorded 'it is tried once' '1A bad_request 400, 1A network upstream 60'
like 'why' err '^ms-chat: Test/Model-A: http://127\.0\.0\.1:1/v1: no connection: '
ok 'in one line' [ "$(wc -l <err)" -eq 1 ]
conf '.upstreams.modelscope.base_url = "https://no.such.host.invalid/v1"'
run 'no such host' 75 ms-chat hi
like 'is told' err '^ms-chat: Test/Model-A: https://no\.such\.host\.invalid/v1: no connection: '

# ---- certificates and proxies ----
plain=$sim
cert() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$2" \
		-addext "subjectAltName=$3" -keyout "$1.key" -out "$1.pem"
} >openssl.log 2>&1
cert good localhost IP:127.0.0.1
cert other example.org DNS:example.org
# tls NAME: the simulator, with this certificate.
tls() {
	mkdir -p "log.$1"
	sim --log "log.$1" --tls "$1.pem" "$1.key"
	rm -rf state
	conf '.upstreams.modelscope = {"base_url": "\($sim)/v1"}'
}
tls other
run 'a certificate of nobody' 76 ms-chat hi
like 'is told' err '^ms-chat: Test/Model-A: https://127\.0\.0\.1:[0-9]*/v1: TLS failed: '
ok 'in one line' [ "$(wc -l <err)" -eq 1 ]
run 'one of another host' 76 env CURL_CA_BUNDLE=other.pem ms-chat hi
ok 'nothing was sent' not grep -q . log.other/index
tls good
run 'a certificate that is trusted' 0 env CURL_CA_BUNDLE=good.pem ms-chat hi
run 'by the other variable' 0 env SSL_CERT_FILE=good.pem ms-chat hi
run 'again by none' 76 ms-chat hi
ok 'two were sent' [ "$(wc -l <log.good/index)" -eq 2 ]

cat >proxy.pl <<'!'
# One connection after the other, that asks for CONNECT as it should.
use IO::Select;
use IO::Socket::INET;
my $l = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 9) or die;
$| = 1;
print "http://127.0.0.1:", $l->sockport, "\n";
while (my $c = $l->accept) {
	my ($head, $b) = ("", "");
	$head .= $b while $head !~ /\r\n\r\n$/ && sysread $c, $b, 1;
	print STDERR $head;
	my ($to) = $head =~ /^CONNECT (\S+)/ or next;
	my $s = IO::Socket::INET->new($to) or next;
	syswrite $c, "HTTP/1.1 200 Connection established\r\nX-A: b\r\n\r\n";
	my $both = IO::Select->new($c, $s);
	LOOP: while (my @r = $both->can_read) {
		for my $r (@r) {
			sysread $r, $b, 65536 or last LOOP;
			syswrite $r == $c ? $s : $c, $b;
		}
	}
}
!
perl proxy.pl >proxy.url 2>proxy.head &
pids="$pids $!"
until_ok [ -s proxy.url ]
read -r proxy <proxy.url
export CURL_CA_BUNDLE=good.pem
rm -rf state
run 'a proxy' 0 env https_proxy="$proxy" ms-chat hi
same 'the answer' out <<'!'
Hello from Test/Model-A.
!
like 'the proxy was asked' proxy.head '^CONNECT 127\.0\.0\.1:[0-9]* '
unlike 'and shown no key' proxy.head "$key"
run 'a proxy that is down' 75 env https_proxy=http://127.0.0.1:1 ms-chat hi
run 'a proxy that refuses' 75 env https_proxy="$plain" ms-chat hi
like 'is told' err 'no connection: .*CONNECT'
run 'no proxy for this host' 0 env https_proxy=http://127.0.0.1:1 \
	no_proxy=127.0.0.1 ms-chat hi
cp first.json models.json
sim=$plain
rules ''
run 'plain HTTP' 0 env http_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1 ms-chat hi
done_testing
