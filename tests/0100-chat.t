#!/bin/sh
# ms-chat: how a question may be put, and how the answer is printed.
. "${0%/*}/lib.sh"
sim
config

# body: the last request that the simulator got.
body() {
	cat "$(find simlog -name '*.body' | sort | tail -n 1)"
}

# asked NAME MESSAGES: one test, that the last request had these messages.
asked() {
	body | jq -c .messages >messages
	same "$1" messages <<!
$2
!
}

# sent NAME BYTES: one test, that the last request was these bytes.
sent() {
	{
		body
		echo
	} >bytes
	same "$1" bytes <<!
$2
!
}

# requests: how many the simulator has got.
requests() {
	find simlog -name '*.body' | wc -l
}

# ---- ways to ask ----
run 'words' 0 ms-chat hello there
same 'the answer and a newline' out <<'!'
Hello from Test/Model-A.
!
same 'nothing on stderr' err </dev/null
asked 'words are joined' '[{"role":"user","content":"hello there"}]'
sent 'what is sent for a prompt' '{"model":"Test/Model-A","messages":[{"role":"user","content":"hello there"}],"stream":true,"stream_options":{"include_usage":true}}'

run 'stdin' 0 sh -c 'printf "hello\nworld\n" | ms-chat'
asked 'stdin is the prompt, less its last newline' \
	'[{"role":"user","content":"hello\nworld"}]'
check_same 'words and stdin say the same' 'ms-chat hi' 'echo hi | ms-chat'
run 'words and a pipe' 0 sh -c 'echo data | ms-chat what is this'
asked 'words, empty line, stdin' \
	'[{"role":"user","content":"what is this\n\ndata"}]'
echo '{"messages":[]}' >file
run 'words and a file' 0 sh -c 'ms-chat read <file'
asked 'JSON behind words is text' \
	'[{"role":"user","content":"read\n\n{\"messages\":[]}"}]'
run 'words and an empty file' 0 sh -c 'ms-chat read </dev/null'
asked 'nothing is added' '[{"role":"user","content":"read"}]'
run '-n leaves a pipe alone' 0 sh -c '{ ms-chat -n one >o1; cat; } <file'
same 'the file is still there to be read' out <file
run 'a word -' 0 sh -c 'echo data | ms-chat sum -'
asked 'the word is not part of it' '[{"role":"user","content":"sum\n\ndata"}]'
run '- alone' 0 sh -c 'echo "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}" | ms-chat -'
asked 'is stdin alone' '[{"role":"user","content":"x"}]'
run 'stdin of several lines with a BOM' 0 sh -c 'printf "\357\273\277hi\r\n" | ms-chat'
asked 'loses the mark and the line end' '[{"role":"user","content":"hi"}]'
run 'a prompt that is not UTF-8' 0 sh -c 'printf "a\377b" | ms-chat'
like 'is mended with a warning' err '^ms-chat: the prompt is not UTF-8'
asked 'by replacement' '[{"role":"user","content":"a�b"}]'
run 'a NUL in the prompt' 0 sh -c 'printf "a\0b" | ms-chat'
asked 'is kept' '[{"role":"user","content":"a\u0000b"}]'

run 'a socket on stdin' 0 perl -MSocket -e '
	socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0) or die;
	open(STDIN, "<&", $a) or die;
	alarm 20;
	exit(system("ms-chat", "hi") >> 8);'
asked 'is not read behind words' '[{"role":"user","content":"hi"}]'
run 'a terminal on stdin' 0 script -qec 'timeout 20 ms-chat hi' /dev/null
run 'stdin closed' 0 sh -c 'ms-chat hi <&-'

# ---- requests ----
cat >req.json <<'!'
{ "model": "Test/Model-B", "messages": [{"role":"user","content":"x"}],
  "seed": 9223372036854775807, "x": 1.0 }
!
run 'a request' 0 sh -c 'ms-chat <req.json'
same 'goes to the model it names' out <<'!'
Hello from Test/Model-B.
!
body >sent
ok 'byte for byte' cmp -s req.json sent
run 'a {prompt}' 0 sh -c 'echo "{\"prompt\":\"p\",\"system\":\"s\",\"model_id\":\"Test/Model-C\"}" | ms-chat'
same 'goes to its model_id' out <<'!'
Hello from Test/Model-C.
!
asked 'with its system message' \
	'[{"role":"system","content":"s"},{"role":"user","content":"p"}]'
body | jq -c '[.max_tokens,has("prompt"),has("model_id"),has("system")]' >out
same 'has 1000 tokens and no member of ours' out <<'!'
[1000,false,false,false]
!
before=$(requests)
run 'a {prompt} whose system is no text' 65 \
	sh -c 'echo "{\"prompt\":\"p\",\"system\":5}" | ms-chat'
like 'is told' err '^ms-chat: request: system: want a string$'
run 'two objects' 65 sh -c 'cat req.json req.json | ms-chat'
like 'name --batch' err '^ms-chat: input: .*--batch'
run 'a Batch line' 65 sh -c 'echo "{\"custom_id\":\"a\",\"body\":{}}" | ms-chat'
like 'names --batch too' err -- '--batch'
run 'a torn request' 65 sh -c 'head -c 60 req.json | ms-chat'
like 'is told by where it breaks' err 'not JSON at byte [0-9]+'
deep=$(printf '%1001s' '' | tr ' ' '[')
run 'a request that is nested too deep' 65 \
	sh -c 'echo "{\"messages\":[],\"x\":$1}" | ms-chat' sh "$deep"
like 'is told so' err '^ms-chat: input: a request that is nested over 1000 levels deep at byte 1019$'
echo "{\"messages\":[],\"x\":$deep}" >deep.jsonl
run 'a line of a batch' 1 ms-chat --batch deep.jsonl
like 'is told so, too' out '"line 1: nested over 1000 levels deep at byte 1019"'
run 'messages of a wrong type' 65 sh -c 'echo "{\"messages\":1}" | ms-chat'
run 'a model of a wrong type' 65 sh -c 'echo "{\"messages\":[],\"model\":1}" | ms-chat'
run 'an empty prompt' 65 sh -c 'printf " \n" | ms-chat'
run 'an empty stdin' 65 ms-chat
ok 'none of these was sent' [ "$before" -eq "$(requests)" ]
run 'JSON that is no request' 0 sh -c 'echo "[1, 2]" | ms-chat'
asked 'is a prompt' '[{"role":"user","content":"[1, 2]"}]'

run '--base64 of a prompt' 0 ms-chat --base64 "$(printf "it's \$HOME" | base64)"
asked 'any shell lets it through' '[{"role":"user","content":"it'"'"'s $HOME"}]'
run '--base64 of a request' 0 ms-chat --base64 "$(base64 -w0 <req.json)"
body >sent
ok 'is the request' cmp -s req.json sent
run '--base64 of nothing' 65 ms-chat --base64 ''
run '--base64 of something else' 65 ms-chat --base64 '!!'
run '--base64 and words' 64 ms-chat --base64 aGk= hi

# ---- options into requests ----
run 'options with a prompt' 0 ms-chat -s 'be brief' --temperature 0.20 \
	--max-tokens 50 --param top_p=0.9 --param 'stop=["END"]' hi
sent 'are members, as they were written' '{"model":"Test/Model-A","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"hi"}],"temperature":0.20,"max_tokens":50,"top_p":0.9,"stop":["END"],"stream":true,"stream_options":{"include_usage":true}}'
run '--max-tokens twice, written as no number of JSON is' 0 \
	ms-chat --max-tokens 100 --max-tokens +05 hi
sent 'the last counts, as one that is' '{"model":"Test/Model-A","messages":[{"role":"user","content":"hi"}],"max_tokens":5,"stream":true,"stream_options":{"include_usage":true}}'
run '-o sse decides on the stream' 0 ms-chat -o sse --param stream=false hi
like 'not --param' out '^data: \[DONE\]$'
run '-o openai too' 0 ms-chat -o openai --param stream=true \
	--param 'stream_options={"include_usage":true}' hi
sent 'to the last of it' '{"model":"Test/Model-A","messages":[{"role":"user","content":"hi"}]}'
run 'else --param does' 0 ms-chat --param stream=false hi
sent 'as it says' '{"model":"Test/Model-A","messages":[{"role":"user","content":"hi"}],"stream":false}'
run 'options with a request' 0 sh -c 'ms-chat --temperature 0 -s sys -m Test/Model-A <req.json'
body >sent
same 'are spliced into it' sent <<'!'
{ "model": "Test/Model-A", "messages": [{"role":"system","content":"sys"},{"role":"user","content":"x"}],
  "seed": 9223372036854775807, "x": 1.0,"temperature":0 }
!
run 'the system message of a request' 0 sh -c 'echo "{\"messages\":[{\"role\":\"system\",\"content\":\"old\"},{\"role\":\"user\",\"content\":\"x\"}]}" | ms-chat -s new'
asked 'is replaced' '[{"role":"system","content":"new"},{"role":"user","content":"x"}]'
echo '{"type":"object"}' >schema.json
run '--json-schema' 0 ms-chat --json-schema schema.json hi
body | jq -c .response_format >out
same 'is a response_format' out <<'!'
{"type":"json_schema","json_schema":{"name":"answer","strict":true,"schema":{"type":"object"}}}
!
run 'a schema that is none' 65 sh -c 'echo x >bad; ms-chat --json-schema bad hi'
run 'a schema that is not there' 66 ms-chat --json-schema nosuch hi
for bad in '--temperature x' '--temperature -1' '--max-tokens 0' \
	'--max-tokens x' '--param x' '--param =1' '--param stop=END' \
	'--param messages=[]' '--retries 101' '--retries x' '--timeout 0' \
	'-o yaml' '-P 0' '--nosuch' '-Z'; do
	# shellcheck disable=SC2086
	run "ms-chat $bad" 64 ms-chat $bad hi
	like 'is told with the synopsis' err '^usage: ms-chat'
done
run '-n without words' 64 ms-chat -n

echo '{"model":"Test/Model-A","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}' >sreq.json
run '-o openai of a stream request' 0 sh -c 'ms-chat -o openai <sreq.json'
sent 'asks for no stream' '{"model":"Test/Model-A","messages":[{"role":"user","content":"x"}]}
'

# ---- images ----
printf '\211PNG\r\n\032\nrest' >dot.png
run '-i' 0 ms-chat -m sim/images -i dot.png -i https://example.org/a.jpg 'what?'
same 'two parts' out <<'!'
2 image parts
!
asked 'a data: URL and a URL' '[{"role":"user","content":[{"type":"text","text":"what?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgpyZXN0"}},{"type":"image_url","image_url":{"url":"https://example.org/a.jpg"}}]}]'
run '-i with a request' 0 sh -c 'ms-chat -i dot.png <req.json'
asked 'joins its last user message' '[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgpyZXN0"}}]}]'
run 'an image that is none' 65 ms-chat -i schema.json hi
run 'an image that is not there' 66 ms-chat -i nosuch.png hi

# ---- conversations ----
run '-c with a new file' 0 ms-chat -c talk.json -s kind one
run '-c with an old file' 0 ms-chat -c talk.json two
asked 'the first exchange goes before' '[{"role":"user","content":"one"},{"role":"assistant","content":"Hello from Test/Model-A."},{"role":"user","content":"two"}]'
jq -c '.messages|map(.role)' talk.json >out
same 'both are kept' out <<'!'
["user","assistant","user","assistant"]
!
run '-c with an answer that is a tool call' 0 ms-chat -c call.json -m sim/tools hi
jq -c '.messages[1]|[.content,.tool_calls[0].function.name]' call.json >out
same 'keeps that' out <<'!'
[null,"get_weather"]
!
for i in 1 2; do
	echo '{"messages":[{"role":"system","content":"kind"},{"role":"user","content":"q"}]}' |
	    ms-chat -c rules.json >/dev/null
	echo '{"prompt":"p","system":"kind"}' | ms-chat -c rules.json >/dev/null
done
asked '-c with system messages: there is one' '[{"role":"system","content":"kind"},{"role":"user","content":"q"},{"role":"assistant","content":"Hello from Test/Model-A."},{"role":"user","content":"p"},{"role":"assistant","content":"Hello from Test/Model-A."},{"role":"user","content":"q"},{"role":"assistant","content":"Hello from Test/Model-A."},{"role":"user","content":"p"}]'
cp talk.json before.json
run 'a refused question' 69 ms-chat -c talk.json -m sim/400 three
ok 'is not kept' cmp -s before.json talk.json
run 'a file that is no conversation' 65 ms-chat -c schema.json hi
ok 'is left alone' grep -q object schema.json
before=$(requests)
run 'a file that cannot be made' 73 ms-chat -c nosuch/talk.json hi
same 'is told before anything is asked' err <<'!'
ms-chat: nosuch/talk.json: No such file or directory
!
chmod 444 before.json
run 'nor changed' 73 humble ms-chat -c "$dir/before.json" hi
like 'is told' err 'before\.json: Permission denied$'
ok 'none of these was sent' [ "$before" -eq "$(requests)" ]
for i in 1 2 3 4 5 6; do
	ms-chat -c busy.json "question $i" >/dev/null 2>&1 &
done
wait_all() {
	[ "$(jq '.messages|length' busy.json 2>/dev/null)" = 12 ]
}
ok 'six at once lose nothing' until_ok wait_all
ok 'a conversation is mode 0600' [ "$(stat -c %a busy.json)" = 600 ]

# ---- ways to answer ----
run '-j' 0 ms-chat -j hi
same 'one line' out <<'!'
{"model":"Test/Model-A","content":"Hello from Test/Model-A.","usage":{"prompt_tokens":8,"completion_tokens":4,"total_tokens":12},"limits":{"model_limit":null,"model_remaining":null,"global_limit":null,"global_remaining":null},"finish_reason":"stop"}
!
run 'reasoning in JSON' 0 ms-chat -j -m sim/reason hi
jq -r .reasoning out >o
same 'is a member' o <<'!'
Let me think.
!
run 'reasoning is hidden' 0 ms-chat -m sim/reason hi
same 'from text' err </dev/null
run '--reasoning' 0 ms-chat --reasoning -m sim/reason hi
like 'shows it on stderr' err 'Let me think\.'
run 'tool calls' 0 ms-chat -j -m sim/tools hi
jq -c '[.finish_reason,.tool_calls[0].function.name,.tool_calls[0].function.arguments]' out >o
same 'are put together' o <<'!'
["tool_calls","get_weather","{\"city\":\"Paris\"}"]
!
run 'what failed before' 0 ms-chat -j -m sim/hollow,sim/503,Test/Model-A hi
jq -c .retried_models out >o
same 'is in retried_models' o <<'!'
["sim/hollow","sim/503"]
!
run '-o n8n' 0 ms-chat -o n8n hi
same 'text and model' out <<'!'
{"text":"Hello from Test/Model-A.","model":"Test/Model-A"}
!
run '-o n8n that fails' 69 ms-chat -o n8n -m sim/400 hi
jq -c '[.text,.model,.error.code,(.error.message|length>0)]' out >o
same 'has the error' o <<'!'
["",null,69,true]
!
run '--exit-zero' 0 ms-chat --exit-zero -j -m sim/400 hi
jq -c '[.error.code,.error.type]' out >o
same 'has the error on stdout' o <<'!'
[69,"bad_request"]
!
same 'and nothing on stderr' err </dev/null
# Whatever comes of a workflow's values, wherever the option stands.
for bad in '--temperature abc' '--max-tokens -1' '--param x' '--frob' '-o xml' \
	'--batch x' '--env-file none'; do
	for order in "--exit-zero $bad" "$bad --exit-zero"; do
		# shellcheck disable=SC2086
		run "$order" 0 ms-chat $order hi
		ok "$order: has the error" [ "$(jq -r '.error | .code >= 64 and
			(.message | length > 5)' out)" = true ]
		unlike "$order: and no usage" err '^usage'
	done
done
jq -c '[.error.code, .error.message]' out >o
same 'with what is wrong' o <<'!'
[66,"none: No such file or directory"]
!
run 'a bad option, for n8n' 64 ms-chat --temperature abc -o n8n hi
jq -c '[.text, .model, .error.code, .error.message]' out >o
same 'has the error in its form' o <<'!'
["",null,64,"--temperature abc: invalid"]
!
run '--exit-zero where nothing can be written' 74 sh -c 'ms-chat --frob --exit-zero >/dev/full'
echo old >kept.txt
run '--exit-zero with -O' 0 ms-chat --exit-zero -O kept.txt -m sim/400 hi
ok '--exit-zero with -O: has the error on stdout' [ "$(jq .error.code out)" -eq 69 ]
ok '--exit-zero with -O: leaves the old file' [ "$(cat kept.txt)" = old ]
for file in - /dev/stdout; do
	run "--exit-zero with -O $file" 0 ms-chat --exit-zero -O $file -m sim/400 hi
	ok "--exit-zero with -O $file: has the error" [ "$(jq .error.code out)" -eq 69 ]
done
run '--exit-zero of a stream that breaks off' 0 \
	ms-chat --exit-zero -o sse -m sim/close-mid hi
grep -c '"error"' out >o
same 'has the error once, as an event' o <<'!'
1
!
like 'of its own' out '^data: .*"error"'
run '--exit-zero without a key' 0 env -u MODELSCOPE_API_KEY ms-chat --exit-zero hi
jq -r .error.hint out >o
like 'says what to do' o 'modelscope.cn/my/myaccesstoken, then: ms key add'
run '-O' 0 ms-chat -O answer.txt hi
same 'nothing on stdout' out </dev/null
same 'the answer in the file' answer.txt <<'!'
Hello from Test/Model-A.
!
run '-O when it fails' 69 ms-chat -O answer.txt -m sim/400 hi
same 'leaves the old file' answer.txt <<'!'
Hello from Test/Model-A.
!
ok 'and nothing beside it' [ "$(find . -maxdepth 1 -name 'answer.txt*' | wc -l)" -eq 1 ]
run '-O to where nothing can be' 73 ms-chat -O nosuch/answer hi
run 'a full disk' 74 sh -c 'ms-chat hi >/dev/full'
like 'is told' err '^ms-chat: .*No space left'
run 'stdout closed' 74 sh -c 'ms-chat hi >&-'
run 'a full disk ends an answer' 74 timeout 20 \
	sh -c 'ms-chat -m sim/endless hi >/dev/full'
like 'that would never end' err '^ms-chat: stdout: No space left on device$'
for form in text json sse; do
	rm -rf state
	run "a reader that leaves, $form" 0 \
		sh -c "ms-chat -o $form -m sim/big:3000000 hi | head -c 10"
	unlike "a reader that leaves, $form: is no crash" err .
	ok "a reader that leaves, $form: what it read is recorded" \
		grep -q '"model":"sim/big:3000000"' state/usage/*
done
run 'a reader that leaves, and SIGPIPE ignored' 0 timeout 20 sh -c \
	'trap "" PIPE; { ms-chat -m sim/endless hi; echo $? >ended; } | head -c 10'
like 'a reader that leaves, and SIGPIPE ignored: is told' err \
	'^ms-chat: stdout: Broken pipe$'
same 'a reader that leaves, and SIGPIPE ignored: exit' ended <<'!'
74
!
for sig in HUP.129 INT.130 TERM.143; do
	status=${sig#*.} sig=${sig%.*}
	rm -rf state out
	ms-chat -m sim/stall-mid hi >out 2>err &
	pid=$!
	until_ok [ -s out ]
	kill -"$sig" "$pid"
	wait "$pid" 2>/dev/null
	ok "$sig ends it" [ $? -eq "$status" ]
	recorded=$(jq -r .verdict state/usage/*)
	ok "$sig: what had begun is recorded" [ "$recorded" = cancelled ]
	same "$sig: its line is ended" out <<-!
		Hello from
	!
done
mkfifo pipe
for form in text json giant; do
	rm -rf state
	what="-o $form -m sim/big:3000000"
	[ $form != giant ] || what='-m sim/giant-line:900000'
	# shellcheck disable=SC2086
	ms-chat $what hi >pipe 2>err &
	pid=$!
	exec 3<pipe
	dd bs=1 count=1 <&3 >byte 2>&1
	kill -TERM "$pid"
	until_ok not kill -0 "$pid" || kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	ok "a reader that does not read, $form: TERM ends it" [ $? -eq 143 ]
	exec 3<&-
	ok "a reader that does not read, $form: it is recorded" \
		[ -s state/usage/* ]
done
for form in text json sse words file; do
	rm -rf state
	what="-o $form -m sim/big:3000000"
	[ $form != words ] || what='-m sim/long:100000'
	[ $form != file ] || what='-O pipe -m sim/big:3000000'
	# shellcheck disable=SC2086
	ms-chat --timeout 1 $what hi >pipe 2>err &
	pid=$!
	exec 3<pipe
	until_ok not kill -0 "$pid" || kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	ok "a reader that does not read, $form: --timeout is over" [ $? -eq 75 ]
	ok "a reader that does not read, $form: one line says so" \
		[ "$(grep -c time err),$(wc -l <err)" = 1,1 ]
	exec 3<&-
done
# A pipe or socket that someone else has set not to block.
for form in text json openai; do
	run "a pipe that does not block, $form" 0 perl -MFcntl -MSocket -e '
		socketpair my $r, my $w, AF_UNIX, SOCK_STREAM, PF_UNSPEC;
		fcntl $w, F_SETFL, O_NONBLOCK;
		if (fork == 0) {
			open STDOUT, ">&", $w;
			exec "ms-chat", "-m", "sim/giant-line:900000", "-o", @ARGV, "hi";
		}
		close $w;
		select undef, undef, undef, 0.3;
		print while <$r>;
		wait;
		exit $? >> 8' "$form"
	ok "a pipe that does not block, $form: all of it is written" \
		[ "$(wc -c <out)" -ge 900000 ]
done
run 'a reader that is slow gets it all' 0 sh -c \
	'ms-chat -m sim/big:300000 hi | (sleep 1; wc -c)'
same 'to the last byte' out <<'!'
300001
!
rm out
nohup ms-chat -m sim/slow:200 hi >out 2>err &
pid=$!
until_ok [ -s out ]
kill -HUP "$pid"
wait "$pid"
ok 'nohup holds' [ $? -eq 0 ]
run 'control characters' 0 ms-chat -m sim/escapes hi
run 'text in a pipe has no escapes of ours' 0 sh -c 'ms-chat hi | od -c | grep -c 033 || true'
same 'none' out <<'!'
0
!
ms-chat -m sim/error-mid hi >out 2>&1
same 'what is said of an answer comes behind it' out <<'!'
Hello from
ms-chat: sim/error-mid: HTTP 200: upstream failed: Internal server error
!
run '--help' 0 ms-chat --help
like 'is the synopsis' out '^usage: ms-chat'
run '--version' 0 ms-chat --version
like 'is name and number' out '^ms-chat [0-9]+\.[0-9]+'
run '-q' 0 sh -c 'printf "a\377b" | ms-chat -q'
same 'no warning' err </dev/null
run '-v' 0 ms-chat -v -m sim/500,Test/Model-A hi
like 'says each attempt' err '^ms-chat: attempt 1: .*sim/500: HTTP 500'
like 'the good one too' err '^ms-chat: attempt 2: .*Test/Model-A'
ms-chat -v hi >out 2>&1
same 'where both go to one place it has a line of its own' out <<'!'
Hello from Test/Model-A.
ms-chat: attempt 1: ms-0000…0001: Test/Model-A: HTTP 200: answered
!
script -qec 'ms-chat -v hi' /dev/null | tr -d '\r' >out
same 'on a terminal it has a line of its own' out <<'!'
Hello from Test/Model-A.
ms-chat: attempt 1: ms-0000…0001: Test/Model-A: HTTP 200: answered
!

# ---- ceilings ----
run 'an answer past --max-answer' 76 ms-chat -o openai --max-answer 1000 -m sim/big:2000 hi
like 'is told' err 'too large'
run 'an answer short of it' 0 ms-chat -o openai --max-answer 5000 -m sim/big:2000 hi
run 'an event past --max-event' 76 ms-chat -o sse --max-event 1000 -m sim/giant-line:2000 hi
run 'an event short of it' 0 ms-chat -o sse --max-event 5000 -m sim/giant-line:2000 hi
for form in text json; do
	run "one event past the usual, $form" 0 ms-chat -o $form \
		--max-event 4000000 --param stream=true -m sim/giant-line:2000000 hi
	ok "one event past the usual, $form: is printed" [ "$(wc -c <out)" -gt 1900000 ]
done
run 'an answer past the usual' 0 ms-chat -j --max-answer 50000000 \
	--param stream=false -m sim/big:40000000 hi
ok 'is printed' [ "$(wc -c <out)" -gt 40000000 ]
run 'a ceiling of nothing' 64 ms-chat --max-event 0 hi

# ---- nothing to work with ----
run 'no home' 78 env -u HOME -u MS_STATE -u XDG_STATE_HOME ms-chat hi
same 'what to set' err <<'!'
ms-chat: no state folder: HOME is not set; set it, or name a folder with --state
!
echo '{"models":[{"id":"a/b","enabled":false}]}' >none.json
run 'no model' 78 ms-chat --config none.json hi
same 'where' err <<'!'
ms-chat: configuration: models: none is enabled
!
run 'no key' 78 env -u MODELSCOPE_API_KEY ms-chat hi
like 'where to get one' err 'myaccesstoken, then: ms key add$'
ok 'in one line' [ "$(wc -l <err)" -eq 1 ]
run 'a keys file that is not there' 66 ms-chat -k nosuch hi
echo "$MODELSCOPE_API_KEY" >keys
chmod 644 keys
run 'a keys file that others can read' 78 ms-chat -k keys hi
like 'the chmod to type' err 'chmod 600 '
chmod 600 keys
run 'a keys file' 0 ms-chat -k keys hi
run 'keys from stdin' 0 sh -c 'ms-chat -k - hi <keys'
run 'keys and prompt from stdin' 64 sh -c 'ms-chat -k - <keys'
echo "mine $MODELSCOPE_API_KEY" >keys
run '--key' 0 ms-chat -k keys --key mine hi
run '--key of none' 78 ms-chat -k keys --key yours hi
run 'a model whose name is too long' 64 \
	ms-chat -m "a/$(printf '%01023d' 0)" hi
like 'is told' err "^ms-chat: -m: a model's name is longer than 1024 bytes$"
run 'a model that is not known' 69 ms-chat -m nosuch hi
like 'is told' err '^ms-chat: nosuch: no such model'
echo "MODELSCOPE_API_KEY='ms-00000000-0000-0000-0000-00000000000e'" >dotenv
run '--env-file' 0 env -u MODELSCOPE_API_KEY ms-chat --env-file dotenv hi
run '--env-file that is not there' 66 ms-chat --env-file nosuch hi
run 'nobody there' 75 env MODELSCOPE_BASE_URL=http://127.0.0.1:1/v1 ms-chat hi
ok 'in one line' [ "$(wc -l <err)" -eq 1 ]
done_testing
