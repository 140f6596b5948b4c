#!/bin/sh
# ms-route as a filter: what it writes, what it keeps, what it refuses.
. "${0%/*}/lib.sh"

MS_CONFIG=$dir/models.json MS_STATE=$dir/state
MODELSCOPE_API_KEY=ms-00000000-0000-0000-0000-000000000001
export MS_CONFIG MS_STATE MODELSCOPE_API_KEY
cat >models.json <<'!'
{"smart_routing":{"enabled":true},"models":[
{"id":"T/one","tier":1},{"id":"T/two","tier":2},{"id":"T/off","tier":2,"enabled":false},
{"id":"T/two-b","tier":2},{"id":"T/three","tier":3},{"id":"T/four","tier":4},
{"id":"local","tier":4,"upstream":"home","last_resort":true}],
"upstreams":{"home":{"base_url":"http://127.0.0.1:1/v1","keyless":true}}}
!

# said MODEL KEY VERDICT SCOPE SECONDS: a line of the ledger.
said() {
	mkdir -p state/usage
	now=$(date +%s)
	printf '{"ts":"%s","key":"%s","upstream":"modelscope","model":"%s","op":"chat","status":429,"verdict":"%s","rest":"%s","rest_until":"%s"}\n' \
	    "$(date -u -d "@$now" +%FT%T.000Z)" "$2" "$1" "$3" "$4" \
	    "$(date -u -d "@$((now + $5))" +%FT%T.000Z)" \
	    >>"state/usage/$(date -u -d "@$((now + 28800))" +%F).jsonl"
}
key=$(printf %s "$MODELSCOPE_API_KEY" | sha256sum | cut -c 1-8)

# ids [OPTION...]: the order for a line of code, in one line.
ids() {
	echo '{"prompt":"Write a Python function that sorts a list."}' |
	    ms-route "$@" 2>err | jq -r '.models | join(" ")'
}

echo '{"messages":[{"role":"user","content":"Prove that 2 is prime."}]}' >req
run 'a request' 0 ms-route <req
same 'gets a model, the order and the reason' out <<'!'
{"messages":[{"role":"user","content":"Prove that 2 is prime."}],"model":"T/one","models":["T/one","T/two","T/two-b","T/three","T/four","local"],"routing":{"score":8,"complexity":"VERY_COMPLEX","reason":"kind of task: mathematics","target_tier":1,"actual_tier":1,"source":"builtin"}}
!
same 'and nothing is said' err </dev/null

printf '%s' '{ "n":9007199254740993,"t":1.0, "model" : "x","model_id":"y",
 "a":"\u00e9\ud800","a":2 ,"messages":[{"content":"hi","role":"user"}],"smart_route":true, "routing":7 }' >req
run 'odd but good JSON' 0 ms-route --tier 3 <req
same 'is kept byte for byte' out <<'!'
{ "n":9007199254740993,"t":1.0, "model" : "T/three",
 "a":"\u00e9\ud800","a":2 ,"messages":[{"content":"hi","role":"user"}], "routing":{"complexity":"MEDIUM","reason":"tier 3 was asked for","target_tier":3,"actual_tier":3,"source":"fixed"},"models":["T/three","T/four","T/two","T/two-b","T/one","local"] }
!

echo '{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"hi"}],"x":1.0},"z":null}' >req
run 'a Batch line' 0 ms-route --score 1 <req
same 'has its body edited' out <<'!'
{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"hi"}],"x":1.0,"model":"T/four","models":["T/four","T/three","T/two","T/two-b","T/one","local"],"routing":{"score":1,"complexity":"SIMPLE","reason":"score 1 was given","target_tier":4,"actual_tier":4,"source":"fixed"}},"z":null}
!
echo '{"prompt":"hi","system":"be kind","model_id":"q"}' >req
run 'a prompt' 0 ms-route <req
like 'is routed too' out '^\{"prompt":"hi","system":"be kind","model":"T/four"'

for i in 1 2 3; do
	printf '{"prompt":"line %d"}\n\n' "$i"
done >req
printf '{\n  "prompt": "spread\\n over lines",\n  "k": [1,\n 2]\n}{"prompt":"last"}' >>req
run 'lines, blank lines and spread objects' 0 ms-route <req
ok 'are five' [ "$(jq -c . out | wc -l)" -eq 5 ]
same 'in order' out <<!
$(ms-route <req)
!
jq -c 'del(.model, .models, .routing)' out >got
jq -c . req >all
same 'and all is kept' got <all
run 'nothing' 0 ms-route </dev/null
same 'gives nothing' out </dev/null

# Parts of a message, several messages, other APIs: what is judged.
score() {
	ms-route --explain | jq .score
}
ok 'only user messages count' [ "$(echo '{"messages":[{"role":"system","content":"prove a theorem"},{"role":"assistant","content":"design a distributed system"},{"role":"user","content":"hi"}]}' | score)" -le 3 ]
ok 'all of them' [ "$(echo '{"messages":[{"role":"user","content":"Prove that there are infinitely many primes."},{"role":"user","content":"thanks"}]}' | score)" -ge 8 ]
ok 'text parts' [ "$(echo '{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:x"}},{"type":"text","text":"Prove the theorem."}]}]}' | score)" -ge 8 ]
ok 'input of a response' [ "$(echo '{"input":[{"role":"user","content":[{"type":"input_text","text":"Prove the theorem."}]}]}' | score)" -ge 8 ]
ok 'input as a string' [ "$(echo '{"input":"Prove the theorem."}' | score)" -ge 8 ]
ok 'no text at all' [ "$(echo '{"messages":[]}' | score)" -le 3 ]

# Order.
ok 'tier 2 first' [ "$(ids)" = 'T/two T/two-b T/three T/four T/one local' ]
ok 'a fixed tier' [ "$(ids --tier 4)" = 'T/four T/three T/two T/two-b T/one local' ]
ok 'one named model' [ "$(ids -m T/three)" = 'T/three' ]
ok 'several' [ "$(ids -m T/three,t/ONE -m tier4)" = 'T/three T/one T/four T/two T/two-b local' ]
for names in T/three T/three,tier4; do
	ok "why $names" [ "$(echo '{"prompt":"hi"}' | ms-route -m "$names" |
		jq -r .routing.reason)" = 'the models that were named' ]
done
ok 'auto' [ "$(ids -m auto)" = "$(ids)" ]
run 'an unknown model' 69 ms-route -m nothing <req
run 'a disabled model' 69 ms-route -m T/off <req
said T/two "$key" server model 100
ok 'resting comes last but for last resorts' [ "$(ids)" = 'T/two-b T/three T/four T/one T/two local' ]
said T/two-b "$key" quota_day pair 10000
ok 'out for the day is left out' [ "$(ids)" = 'T/three T/four T/one T/two local' ]
echo '{"prompt":"hi"}' | ms-route --explain | jq -c '.models[] | [.id, .place, .state]' >out
same 'and explained' out <<'!'
["T/four",1,"ready"]
["T/three",2,"ready"]
["T/one",3,"ready"]
["T/two",4,"resting"]
["local",5,"ready"]
["T/two-b",null,"out"]
["T/off",null,"disabled"]
!
echo '{"prompt":"hi"}' | ms-route --explain -o text >out
like 'in a table too' out '^ +- +T/two-b +2 .*out until ....-..-.. ..:..:..: '
sed -i 's/,"upstream":"home","last_resort":true//' models.json
said T/one "$key" no_credits key 500
run 'nothing left' 75 ms-route <req
same 'writes nothing' out </dev/null
like 'says why' err 'T/'
rm -rf state
for id in T/one T/two T/two-b T/three T/four local; do
	said "$id" "$key" no_provider model 10000
done
run 'nobody serves any' 69 ms-route <req
like 'says what to do' err 'nobody serves.*ms-route --list --online'
MODELSCOPE_API_KEY='' run 'nor does a key help' 69 ms-route <req
rm -rf state
MODELSCOPE_API_KEY='' run 'without a key' 0 ms-route <req
like 'that is said' err 'no key is known here'
MODELSCOPE_API_KEY='' run 'quietly' 0 ms-route -q <req
same 'or not' err </dev/null
said T/four "$key" no_provider model 10000
said T/three "$key" server model 100
MODELSCOPE_API_KEY=''
ok 'without one, what is out and what rests is known all the same' \
    [ "$(ids --tier 4)" = 'local T/two T/two-b T/one T/three' ]
MODELSCOPE_API_KEY=ms-00000000-0000-0000-0000-000000000001
rm -rf state
sed -i 's/"enabled":true/"enabled":false/' models.json
ok 'routing off: the configured order' [ "$(ids)" = 'T/one T/two T/two-b T/three T/four local' ]
like 'which is no score' /dev/stdin '"routing":\{"reason":"the configured order","actual_tier":1,"source":"fixed"\}' <<!
$(echo '{"prompt":"hi"}' | ms-route)
!
ok 'a tier can still be fixed' [ "$(ids --tier 3)" = 'T/three T/four local T/two T/two-b T/one' ]

run 'a line for each decision' 0 ms-route -v <req
like 'says why' err '^ms-route: line 1: the configured order \(fixed\)'
run 'and where it is explained' 0 ms-route -v --explain <req
like 'says why too' err '^ms-route: line 1: the configured order \(fixed\)'

# Refusals.
# refuse NAME INPUT REGEX: with exit 65 and a line that matches.
refuse() {
	printf '%b' "$2" >bad
	run "$1" 65 ms-route <bad
	like "$1: said so" err "$3"
}
refuse 'cut JSON' '{"prompt":"a"}\n{"prompt":\n' \
    'stdin: line 2: the JSON ends too early'
ok 'what came before was written' [ "$(jq -c . out | wc -l)" -eq 1 ]
refuse 'no JSON' '{"prompt":"a"}\n\n{"prompt":x}\n{"prompt":"b"}' \
    'stdin: line 3: not JSON'
refuse 'an array' '[1]' 'stdin: line 1: neither a request'
refuse 'a number' '{"prompt":"a"}\n12 ' 'stdin: line 2: neither'
refuse 'an object of another kind' '{"x":"secret"}' 'line 1: neither'
unlike 'nothing of it is quoted' err secret
refuse 'a NUL' '{"prompt":"a"} \000' 'line 1: not JSON'
refuse 'a body that is none' '{"body":{"messages":[]}} {"body":3}' \
    'line 1: neither'

# A bad line is left out, and costs nothing but itself.
cat >bad <<'!'
{"prompt":"one"}
{"prompt":"torn
hello
[1]
{"prompt":[
{"prompt":"six"}
{"prompt":"seven"} x
{
  "prompt": oh,
  "prompt": "no"
}
{"prompt":"eight"}
!
run 'bad lines' 65 ms-route <bad
jq -c .prompt out >got
same 'leave out nothing else' got <<'!'
"one"
"six"
"seven"
"eight"
!
same 'each is said' err <<'!'
ms-route: stdin: line 2: not JSON
ms-route: stdin: line 3: not JSON
ms-route: stdin: line 4: neither a request nor a Batch line: it has no messages and no prompt
ms-route: stdin: line 7: not JSON, in what begins at line 5
ms-route: stdin: line 7: not JSON
ms-route: stdin: line 9: not JSON, in what begins at line 8
!
ok 'with an empty line for each' [ "$(grep -c '^$' out)" -eq 6 ]
run 'explained' 65 ms-route --explain <bad
unlike 'there are none' out '^$'
ok 'but for the others' [ "$(wc -l <out)" -eq 4 ]
if [ -e /dev/full ]; then
	echo '[1]' | ms-route >/dev/full 2>err
	ok 'an empty line that cannot be written' [ $? -eq 74 ]
fi
run 'both score and tier' 64 ms-route --score 1 --tier 1
run 'a score out of range' 64 ms-route --score 11
run 'a tier out of range' 64 ms-route --tier 0
run 'an operand' 64 ms-route file
run 'a list and a check' 64 ms-route --list --check
run 'an explained list' 64 ms-route --explain --list
run 'no file of variables' 66 ms-route --env-file none
like 'it is named' err '^ms-route: none: No such file'
unlike 'without a usage' err '^usage'
run 'a format for lists' 64 ms-route -o text
run 'an unknown option' 64 ms-route --frob
run 'keys and requests from stdin' 64 ms-route -k -
run 'a bad configuration' 78 ms-route --config /dev/null <req
run 'a keys file that is not there' 66 ms-route -k none <req
echo '{"prompt":"hi"}' >req
run 'help' 0 ms-route --help
like 'is a usage' out '^usage: ms-route'
if [ -e /dev/full ]; then
	ms-route <req >/dev/full 2>err
	ok 'a full disk: exit 74' [ $? -eq 74 ]
	like 'is an error' err 'No space left'
fi
run 'a folder that is not there' 73 ms-route -O none/x <req
run 'a file' 0 ms-route -O file <req
ok 'is written' [ "$(jq -r .prompt file)" = hi ]
printf '{"prompt":"b"} nope' >bad
run 'after an error' 65 ms-route -O file <bad
ok 'the old file is there' [ "$(jq -r .prompt file)" = hi ]

# One answer comes before the next request goes in.
mkfifo in answers
ms-route <in >answers &
pids="$pids $!"
exec 7>in 8<answers
echo '{"prompt":"one"}' >&7
read -r line <&8
like 'an answer at once' /dev/stdin '"prompt":"one"' <<!
$line
!
exec 7>&- 8<&-
mkfifo more
exec 7<>more
echo '{"prompt":"one"}' >&7
run 'a deadline where no more comes' 75 ms-route --timeout 0.5 <more
like 'is named' err 'timed out'
ok 'what came was answered' [ "$(wc -l <out)" -eq 1 ]
ms-route -O file <more &
piped=$!
pids="$pids $piped"
until_ok ls file.*
kill -TERM "$piped"
wait "$piped" 2>/dev/null
ok 'ended by a signal' [ $? -eq 143 ]
ok 'nothing is left behind' [ "$(echo file.*)" = 'file.*' ]
exec 7>&-
mkfifo unread
exec 7<>unread
for i in 1 2 3 4 5 6 7 8 9 10; do
	yes '{"prompt":"x"}' | head -n 100
done >long
timeout 20 ms-route --timeout 0.5 <long >unread 2>err
ok 'a deadline where no one reads: exit 75' [ $? -eq 75 ]
like 'is named, too' err 'timed out'
exec 7>&-
yes '{"prompt":"x"}' | ms-route 2>err | head -n 2 >out
ok 'a reader gone' [ "$(wc -l <out)" -eq 2 ]
same 'is no crash' err </dev/null
done_testing
