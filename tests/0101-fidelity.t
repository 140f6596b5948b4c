#!/bin/sh
# ms-chat: requests reach the upstream, and answers the caller, byte for byte.
. "${0%/*}/lib.sh"
sim
config

# sent FILE: the body that the simulator got last is FILE.
sent() {
	cmp -s "$1" "$(find simlog -name '*.body' | sort | tail -n 1)"
}

# through NAME FILE: the request in FILE, whose model's values are "@/@", goes
# to that model as it is, and to another with that value alone changed.
through() {
	ms-chat -o openai <"$2" >/dev/null 2>err
	ok "$1" sent "$2" || sed 's/^/# /' err
	sed 's|"@/@"|"Test/Model-B"|g' "$2" >other
	ms-chat -o openai -m Test/Model-B <"$2" >/dev/null 2>err
	ok "$1, other model" sent other
}

# "@/@" is an id that is not configured: it is sent as it is
n=0
grep -v '^#' "$top/tests/data/fidelity.txt" >lines
while IFS= read -r line; do
	n=$((n + 1))
	printf '%s' "$line" | sed 's|@|"@/@"|g' >req
	# -o openai takes stream away: that is an option's doing
	grep -q '"stream"' req && {
		ms-chat <req >/dev/null 2>err
		ok "line $n, its own stream" sent req
		continue
	}
	through "line $n" req
done <lines
ok 'at least 60 requests' [ "$n" -ge 60 ]

printf '{\n\t"messages": [\r\n\t{"role": "user",\n"content": "x"}\n],\n\n"model"\n:\n"@/@"\n}\n' >req
through 'several lines' req
perl -e 'print q({"model":"@/@","messages":[{"role":"user","content":"), "0123456789abcdef" x (8 * 65536), q("}]})' >req
through '8 MiB of content' req
perl -e 'print q({"model":"@/@","messages":[],"x":), "[" x 198, "]" x 198, "}"' >req
through '200 levels' req
perl -e 'print q({"model":"@/@","messages":[],"x":), q({"a":) x 198, "1", "}" x 198, "}"' >req
through '200 levels of objects' req
perl -e 'print q({"model":"@/@","messages":[]), map { qq(,"member$_":$_.0) } 1 .. 20000; print "}"' >req
through '20,000 members' req
perl -e 'print q({"model":"@/@","messages":[{"role":"user","content":"), join("", map { chr } 128 .. 255), q("}]})' >req
through 'bytes that are not UTF-8' req

printf '{"model":"@/@","models":["@/@"],"routing":{"score":1},"smart_route":false,"model_id":"x","messages":[],"k":1.0}' >req
ms-chat <req >/dev/null 2>err
printf '{"model":"@/@","messages":[],"k":1.0}' >want
ok 'our own members stay here' sent want
printf '{"messages":[{"role":"user","content":"x"}],"k":1.0}' >req
ms-chat <req >/dev/null 2>err
printf '{"messages":[{"role":"user","content":"x"}],"k":1.0,"model":"Test/Model-A"}' >want
ok 'a request without a model gets one' sent want
printf '{"messages":[],"model":null,"stream":1e0}' >req
ms-chat <req >/dev/null 2>err
ok 'a stream that is no boolean is told' grep -q 'stream: want true or false' err

# ---- answers ----
auth="authorization: Bearer $MODELSCOPE_API_KEY"
# same_bytes MODEL: ms-chat gives what curl gets.
same_bytes() {
	printf '{"model":"%s","messages":[{"role":"user","content":"hi"}]}' "$1" >req
	curl -s -H "$auth" -d @req "$sim/v1/chat/completions" >want
	ms-chat -o openai <req >got 2>err
	ok "$1: -o openai" cmp -s want got || sed 's/^/# /' err
	sed 's/^{/{"stream":true,/' req >reqs
	curl -s -H "$auth" -d @reqs "$sim/v1/chat/completions" >want
	ms-chat -o sse <reqs >got 2>err
	ok "$1: -o sse" cmp -s want got || sed 's/^/# /' err
}
for m in Test/Model-A sim/extra sim/unicode sim/escapes sim/surrogate \
	sim/badutf8 sim/tools:3 sim/reason sim/two-choices sim/id-null \
	sim/content-array sim/usage-mid sim/usage-always sim/no-usage \
	sim/long:2000 sim/big:1000000 sim/chunked sim/chunked-1 sim/chunk-ext \
	sim/split:7 sim/http10 sim/no-length-close sim/early-hints sim/empty \
	sim/filter sim/other-model sim/slow:5 sim/deep:500; do
	same_bytes "$m"
done
# what only a stream can be
for m in crlf cr mixed-eol nospace bom multi-data id-lines comments \
	empty-first null-choices finish-no-done \
	giant-line:500000; do
	printf '{"stream":true,"model":"sim/%s","messages":[{"role":"user","content":"hi"}]}' "$m" >req
	curl -s -H "$auth" -d @req "$sim/v1/chat/completions" >want
	run "sim/$m" 0 sh -c 'ms-chat -o sse <req >got'
	ok "sim/$m: byte for byte" cmp -s want got
done
# The end is where its mark is.
printf '{"stream":true,"model":"sim/after-done","messages":[{"role":"user","content":"hi"}]}' >req
curl -s -H "$auth" -d @req "$sim/v1/chat/completions" >all
sed '/^data: \[DONE\]/q' all >want && echo >>want
run 'more behind [DONE]' 0 sh -c 'ms-chat -o sse <req >got'
ok 'which is dropped' cmp -s want got
ok 'there was more' [ "$(wc -c <all)" -gt "$(wc -c <want)" ]
done_testing
