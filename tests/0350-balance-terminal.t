#!/bin/sh
# ms-balance and ms-quota on a terminal: widths, wide characters, colours;
# and no escapes where there is no terminal.
. "${0%/*}/lib.sh"
sim
config 通义千问/Qwen3-超大规模语言模型-235B-指令微调 Test/A-model-with-a-rather-long-name-indeed
cat >keys <<!
公司的主要密钥 ms-00000000-0000-0000-0000-000000000001
home ms-bad00000-0000-0000-0000-000000000002
server ms-bal500-0000-0000-0000-000000000003
!
chmod 600 keys
TERM=xterm
export TERM
esc=$(printf '\033')

# term COLUMNS COMMAND: what a terminal of that width gets, in the file out.
term() {
	script -qec "stty cols $1 rows 24; $2 2>/dev/null" /dev/null \
	    </dev/null >out.raw
	tr -d '\r' <out.raw >out
}

# Columns that the widest line of out takes, escapes aside.
widest() {
	sed "s/$esc\\[[0-9;]*[mK]//g" out | wc -L
}

probe='ms-balance -k keys --probe 通义千问/Qwen3-超大规模语言模型-235B-指令微调'
for cols in 60 80 200; do
	term $cols "$probe"
	ok "ms-balance at $cols columns" [ "$(widest)" -le $cols ] ||
		sed 's/^/# /' out
	ok 'has every key' [ "$(grep -cE '^(公司|home|server)' out)" -eq 3 ]
	term $cols 'ms-quota -k keys'
	ok "ms-quota at $cols columns" [ "$(widest)" -le $cols ] ||
		sed 's/^/# /' out
	like 'ends with the ledger' out "^ledger: "
	term $cols 'ms-quota -k keys --history 14'
	ok "a chart at $cols columns" [ "$(widest)" -le $cols ] ||
		sed 's/^/# /' out
	ok 'has bars' grep -q '█' out
	term $cols 'ms-quota -k keys --history 3 --by model'
	ok "by model at $cols columns" [ "$(widest)" -le $cols ] ||
		sed 's/^/# /' out
done
term 60 "$probe"
like 'names are shortened at 60' out '^公司.*…'
term 200 "$probe"
like 'and whole at 200' out '^公司的主要密钥  通义千问/Qwen3-超大规模语言模型-235B-指令微调  '

# ---- colours ----

term 80 "$probe"
like 'colours on a terminal' out "$esc\\[32mok$esc\\[0m"
like 'red for a key that is refused' out "$esc\\[31minvalid_key$esc\\[0m"
NO_COLOR=1 term 80 "$probe"
unlike 'none with NO_COLOR' out "$esc"
TERM=dumb term 80 "$probe"
unlike 'none with TERM=dumb' out "$esc"
term 80 'ms-quota -k keys'
like 'colours of ms-quota' out "$esc\\[32mavailable$esc\\[0m"
ms-quota -k keys -o table >out 2>&1
unlike 'none in a pipe' out "$esc"
ms-quota -k keys --history 2 -o table >out 2>&1
unlike 'nor in a chart' out "$esc"
sh -c "$probe -o table" >out 2>&1
unlike 'nor of ms-balance, nor a line of progress' out "$esc"
like 'a pipe has no width' out 'Qwen3-超大规模语言模型-235B-指令微调'

# ---- characters ----

LC_ALL=C NO_COLOR=1 term 60 "$probe"
LC_ALL=C grep -n '[^ -~]' out >bad
same 'ASCII where the locale has no more' bad </dev/null
like 'dots for what was cut' out '\.\.\.'
ok 'and the width holds' [ "$(widest)" -le 60 ]
LC_ALL=C NO_COLOR=1 term 60 'ms-quota -k keys --history 2'
like 'bars of signs' out '####'

# ---- defaults, progress ----

term 80 'ms-balance -k keys -o keys; echo $?'
like 'keys are not shown to a terminal' out '^64$'
for file in - /dev/stdout /dev/tty /dev/fd/1; do
	term 80 "ms-balance -k keys -o keys -O $file 2>/dev/null; echo \$?"
	same "by no name of it ($file)" out <<!
64
!
done
script -qec "stty cols 80; ms-balance -k keys -o json >out.json" /dev/null \
    </dev/null >err
like 'a line of progress on a terminal' err 'of 3 asked'
TERM=dumb script -qec "ms-balance -k keys -o json >out.json" /dev/null \
    </dev/null >err.dumb
same 'none where no line can be replaced' err.dumb </dev/null
script -qec "ms-balance -k keys -o jsonl --state unavailable" /dev/null \
    </dev/null >out
like 'nor between the lines of JSON' out '^\{"key":"server",.*\}.$'
ok 'which are alone' [ "$(wc -l <out)" -eq 1 ]
like 'that is wiped' err "$esc\\[K"
ok 'and data only in the data' [ "$(jq '.data | length' out.json)" -eq 3 ]
done_testing
