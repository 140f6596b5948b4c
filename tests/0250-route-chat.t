#!/bin/sh
# Two ways to say one thing: ms-route in front of ms-chat, and ms-chat --route.
. "${0%/*}/lib.sh"

sim
config
cat >models.json <<!
{"models":[{"id":"T/1","tier":1},{"id":"T/2","tier":2},{"id":"T/3","tier":3},
{"id":"T/4","tier":4}],
"upstreams":{"modelscope":{"base_url":"$sim/v1","balance_url":"$sim/openapi/v1/magicubes/balance"}},
"smart_routing":{"enabled":true,"local_ai":{"base_url":"$sim","model":"sim-score-9"}}}
!

# agree NAME: the file req gives the same answer and routing either way.
agree() {
	ms-chat -j --route <req >direct 2>err || cat err
	{ ms-route <req >routed && ms-chat -j <routed >piped; } 2>>err ||
	    cat err
	jq -S '{model, content, routing}' direct >a
	jq -S '{model, content, routing}' piped >b
	ok "$1: the same" cmp -s a b || diff a b | sed 's/^/# /'
	ok "$1: answered" [ "$(jq '.content | length > 0' direct)" = true ]
}

for text in 'hi' 'Explain recursion.' 'Write a Python script.' \
    'Prove that 2 is prime.'; do
	jq -n --arg t "$text" '{messages: [{role: "user", content: $t}]}' >req
	sed -i 's/"enabled":true/"enabled":false/' models.json
	agree "routing off: $text"
	sed -i 's/"enabled":false/"enabled":true/' models.json
	# fills the cache, so that both say where the score is from
	ms-route <req >/dev/null 2>&1
	agree "cached: $text"
	ok "cached: $text: it was" [ "$(jq -r .routing.source direct)" = cache ]
done
sed -i 's/,"local_ai":{[^}]*}//' models.json
for text in 'hi' 'Explain recursion.' 'Write a Python script.' \
    'Prove that 2 is prime.'; do
	jq -n --arg t "$text" '{messages: [{role: "user", content: $t}], model: "x/y"}' >req
	agree "rules: $text"
done
ok 'tier by tier' [ "$(jq -r '.model' direct)" = T/1 ]
echo '{"prompt":"Explain recursion.","max_tokens":50}' >req
agree 'the n8n form'

# The first choice refuses: the tier is that of the model that answered.
echo 'model=T/1 do=500' |
    curl -s -X POST --data-binary @- "$sim/sim/script" >script
for text in 'Prove that 2 is prime.' 'Prove that 3 is prime.'; do
	jq -n --arg t "$text" '{messages: [{role: "user", content: $t}]}' >req
	ms-route <req >routed
	ms-chat -j --route <req >direct 2>err || cat err
	rm -rf state
	ms-chat -j <routed >piped 2>err || cat err
	jq -c '[.model, .retried_models, .routing]' direct >a
	jq -c '[.model, .retried_models, .routing]' piped >b
	ok 'a refusal: the same' cmp -s a b || diff a b | sed 's/^/# /'
	ok 'a refusal: the tier' [ "$(jq -c '[.model, .routing.actual_tier]' piped)" = '["T/2",2]' ]
	rm -rf state
done
curl -s -X POST "$sim/sim/script" >script

# A file of them.
echo '{"prompt":"Write a Python script."}' >line
cat line line line | ms-route >lines
run 'a batch' 0 ms-chat --batch lines -O results
ok 'is answered by the models chosen' \
    [ "$(jq -r .response.body.model results | sort -u)" = T/2 ]

# A bad line among them costs no other its answer or its number.
{
	cat line
	echo '{"prompt":"torn'
	cat line
} | ms-route 2>err | ms-chat --batch - -O torn
ok 'a bad line among them: the others are answered' \
    [ "$(jq -r 'select(.error == null).custom_id' torn | sort | xargs)" = '1 3' ]
like 'and it is said' err '^ms-route: stdin: line 2: not JSON$'

# A server that answers one question after the other, as Ollama does, is not
# given up because many are asked.
cat >one.pl <<'!'
use IO::Socket::INET;
my $l = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 99) or die;
$| = 1;
print "http://127.0.0.1:", $l->sockport, "\n";
while (my $c = $l->accept) {
	my ($r, $b) = ("", "");
	$r .= $b while $r !~ /\r\n\r\n/ && sysread $c, $b, 65536;
	my ($n) = $r =~ /^Content-Length: (\d+)/mi;
	my ($head) = $r =~ /^(.*?\r\n\r\n)/s;
	$r .= $b while length($r) < length($head) + $n && sysread $c, $b, 65536;
	select undef, undef, undef, 1;
	$l->blocking(0);
	print STDERR "two at once\n" if my $other = $l->accept;
	$l->blocking(1);
	my $a = '{"response":"{\"score\":7}","done":true}';
	print $c "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ",
	    length($a), "\r\n\r\n", $a;
}
!
perl one.pl >one.url 2>one.err &
pids="$pids $!"
until_ok [ -s one.url ]
jq --arg url "$(cat one.url)" '.per_key_concurrency = 0 |
    .smart_routing.local_ai = {base_url: $url, model: "one", timeout: 4}' \
    models.json >one.json
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	echo "{\"prompt\":\"Write a Python script, the ${i}th.\"}"
done >lines
rm -rf state
run 'many questions at once' 0 ms-chat --config one.json --batch lines -P 12 -O many
same 'no warning' err </dev/null
ok 'all are answered' [ "$(jq -c 'select(.error == null)' many | wc -l)" -eq 12 ]
grep -h '"op":"score"' state/usage/* >scored
ok 'some are scored by the model' [ "$(grep -c '"verdict":"ok"' scored)" -ge 1 ]
same 'one after the other' one.err </dev/null
ok 'and it does not rest' not grep -q rest scored
ok 'the others by the rules' [ "$(jq -s 'map(select(.op == "chat") | .score) |
    [length, min, max] == [12, 6, 7]' state/usage/*)" = true ]
cat >line <<'!'
{"custom_id":"e","method":"POST","url":"/v1/embeddings","body":{"input":"x","model":"Test/Embed","d":1.0}}
!
run 'a line of embeddings' 0 sh -c 'ms-route <line'
ok 'goes by as it is' cmp -s line out

# All that is asked comes back by itself: a refusal is seen by the next.
config Test/A sim/500 Test/B
sed -i 's/"enabled":false/"enabled":true/' models.json
run 'an order by hand' 0 ms-chat -j -m sim/500,Test/A hello
ok 'what refused rests' [ "$(echo '{"prompt":"hi"}' | ms-route | jq -r '.models[2]')" = sim/500 ]
done_testing
