#!/bin/sh
# ms-chat --batch and the files it is given: long, odd, full, shared, special.
. "${0%/*}/lib.sh"
sim --regime none
config sim/echo

# prompts N: a file of N prompts in "in".
prompts() {
	perl -e 'print qq({"prompt":"q $_"}\n) for 1 .. $ARGV[0]' "$1" >in
}

# ids FILE: its custom_ids, sorted, on one line.
ids() {
	jq -r .custom_id "$1" | sort -n | tr '\n' ' '
}

# ---- lines ----
printf '\357\273\277{"prompt":"bom"}\r\n \t\r\n{"prompt":"a\0b"}\r\n{"prompt":"\377"}\n' >in
perl -e 'print qq({"prompt":"), "x" x (80 << 20), qq("}\n{"prompt":"after"}\n{"prompt":"), "y" x (80 << 20)' >>in
run 'odd and endless lines' 1 ms-chat --batch in -O out.jsonl
ok 'each has its result' [ "$(ids out.jsonl)" = '1 3 4 5 6 7 ' ]
jq -r 'select(.error.code=="bad_line").error.message' out.jsonl | sort >o
like 'too long is told' o '^line 5: over 64 MiB$'
like 'at the end too' o '^line 7: over 64 MiB$'
like 'a NUL' o '^line 3: not JSON at byte 13$'
ok 'the others are answered' jq -es '[.[]|select(.error==null)]|length >= 2' out.jsonl
perl -e 'print qq({"prompt":"), "x" x (60 << 20), qq("}\n{"prompt":"after"}\n)' >in
run 'a line of 60 MiB' 0 ms-chat --batch in -m Test/Model-A -O long.jsonl
ok 'is answered' [ "$(ids long.jsonl)" = '1 2 ' ]

# ---- what is there already is never harmed ----
prompts 1
cp in copy
run 'one file for both' 64 ms-chat --batch in -O in
same 'stays as it is' in <copy
run 'from stdin too' 64 sh -c 'ms-chat --batch - -O in <in'
same 'stays, again' in <copy
for text in 'my notes\n' 'my notes' '{"a":1}\n' '{"id":1}\n'; do
	# shellcheck disable=SC2059 # they have line ends
	printf "$text" >notes
	cp notes copy
	run 'a file of something else' 65 ms-chat --batch in -O notes
	ok 'is not touched' cmp -s copy notes
done
prompts 3
run 'three' 0 ms-chat --batch in -O real.jsonl
sed -i '2s/"error":null/"error":{"code":"server","message":"x"}/' real.jsonl
printf '{"id":"req_1","cust' >>real.jsonl
chmod 640 real.jsonl
ln -s real.jsonl link.jsonl
run 'through a link' 0 ms-chat --batch in -O link.jsonl
ok 'it stays one' [ -L link.jsonl ]
ok 'the file is mended' [ "$(ids real.jsonl)" = '1 2 3 ' ]
ok 'and keeps its mode' [ "$(stat -c %a real.jsonl)" = 640 ]

# ---- no file at all ----
run '/dev/stdout' 0 sh -c 'ms-chat --batch in -O /dev/stdout | cat >o'
ok 'has the results' [ "$(ids o)" = '1 2 3 ' ]
mkfifo pipe
cat pipe >o &
reader=$!
run 'a fifo' 0 ms-chat --batch in -O pipe
wait "$reader"
ok 'has them' [ "$(ids o)" = '1 2 3 ' ]
run '/dev/null' 0 ms-chat --batch in -O /dev/null
run '/dev/full' 74 ms-chat --batch in -O /dev/full
run 'a directory' 73 ms-chat --batch in -O /
run 'a folder that is not there' 73 ms-chat --batch in -O nosuch/out

# ---- a disk that is full half way ----
prompts 400
(ulimit -f 8 && trap '' XFSZ && exec ms-chat --batch in -O part.jsonl -P 8 2>err)
ok 'a file that may not grow: exit 74' [ $? -eq 74 ]
like 'is told' err 'part.jsonl: '
run 'and when it may' 0 ms-chat --batch in -O part.jsonl -P 8
ok 'is finished' [ "$(ids part.jsonl)" = "$(seq 400 | tr '\n' ' ')" ]

# ---- on a terminal ----
prompts 60
ms-balance >/dev/null
script -qec 'ms-chat --batch in -m sim/delay:50 -P 2 -O tty.jsonl' /dev/null >o
like 'a bar: done, failed, rate, time, quota' o '[0-9]+/60 done, 0 failed, [0-9]+/s, [0-9]+ s left, 250 credits left'
script -qec 'ms-chat -q --batch in -P 2 -O tty2.jsonl' /dev/null >o
same '-q: none' o </dev/null

# ---- keys that are refused, very many at once ----
prompts 5
run 'no key is good' 77 env MODELSCOPE_API_KEY=ms-bad ms-chat --batch in -O bad.jsonl
like 'is said' err 'key refused'
sed -i 's/"smart_routing"/"per_key_concurrency":0,"smart_routing"/' models.json
prompts 3000
(ulimit -Sn 256 && exec ms-chat --batch in -m sim/delay:100 -O many.jsonl -P 1024 2>err)
ok 'a thousand at once, past the soft limit of files' [ $? -eq 0 ]
ok 'all answered' [ "$(jq -r 'select(.error==null).custom_id' many.jsonl | sort -u | wc -l)" -eq 3000 ]
done_testing
