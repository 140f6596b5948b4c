#!/bin/sh
# ms, the dispatcher: finds its sisters, and keeps keys without showing them.
. "${0%/*}/lib.sh"

k1='ms-0a1b2c3d-0000-4000-8000-000000000001'
k2='0a1b2c3d-0000-4000-8000-000000000002'
k3='sk-something-else-000003'
keys=config/ms/keys

# A family of its own: ms, a sister that says what it was given, and an
# ms-balance that gives the state in the file state and notes all it sees.
mkdir -p lib/ms links path
cp "$top/bin/ms" lib/ms/ms
cat >lib/ms/ms-chat <<'!'
#!/bin/sh
[ "$1" = --version ] && echo 'ms-chat 1.2.3' && exit
printf '<%s>\n' chat "$@"
exit 7
!
cat >ms-balance <<'!'
#!/bin/sh
{
	echo "$@"
	env
	tr '\0' ' ' <"/proc/$PPID/cmdline"
	tr '\0' ' ' <"/proc/$PPID/environ"
} >seen
cat >asked
printf '{"success":true,"data":[{"key":"k","state":"%s"}]}\n' "$(cat state)"
!
printf '#!/bin/sh\necho from PATH\n' >path/ms-route
# Everything that ms runs passes here first.
for tool in cat chmod mkdir tail stty; do
	cat >"path/$tool" <<!
#!/bin/sh
echo "$tool \$*" >>$dir/args
exec $(command -v "$tool") "\$@"
!
done
chmod 755 lib/ms/ms-chat ms-balance path/*
ln -s ../lib/ms/ms links/relative
ln -s "$dir/links/relative" links/ms
PATH=$dir/path:/usr/bin:/bin
ms=$dir/lib/ms/ms

# add STATUS KEY [ARG...]: adds a key from stdin.
add() {
	add_status=$1 add_key=$2
	shift 2
	printf '%s\n' "$add_key" >in
	run "add $*" "$add_status" "$ms" key add "$@" <in
	ok 'the key is not shown' not grep -qF -e "${add_key:-none}" err
	unlike 'nor there' out .
}

# ---- running ----

run 'alone' 64 "$ms"
like 'says its usage' err '^usage: ms command'
run '--help' 0 "$ms" --help
like 'says it too' out '^usage: ms command'
run 'a sister' 7 "$ms" chat -m 'a  b' '' '*'
same 'gets its arguments' out <<'!'
<chat>
<-m>
<a  b>
<>
<*>
!
run 'by links' 7 links/ms chat
run 'one on PATH' 0 "$ms" route
same 'is found there' out <<'!'
from PATH
!
run 'through PATH itself' 7 env PATH="$dir/links:$PATH" ms chat
run '--version' 0 "$ms" --version
same 'is that of the family' out <<'!'
ms 1.2.3
!
run 'no such command' 64 "$ms" frob
same 'names those that are there' err <<'!'
ms: frob: no such command; there are: chat, route, key, help
!
run 'nothing outside' 64 "$ms" ../ms-balance
run 'no other programs' 64 "$ms" chat-x
printf '#!/bin/sh\necho "$@"\n' >path/man
chmod 755 path/man
run 'help' 0 "$ms" help
same 'is ms(1)' out <<'!'
1 ms
!
run 'help chat' 0 "$ms" help chat
same 'is its page' out <<'!'
1 ms-chat
!
run 'help models.json' 0 "$ms" help models.json
same 'is in section 5' out <<'!'
5 ms-models.json
!
mkdir lib/man
: >lib/man/ms-chat.1
run 'help in a tree' 0 "$ms" help chat
same 'is the file there' out <<!
$dir/lib/ms/../man/ms-chat.1
!
for page in "$top"/man/ms-*.[1-8]; do
	page=${page##*/ms-}
	"$top/bin/ms" help "${page%.*}" >out 2>err
	ok "help ${page%.*} finds its page" [ -f "$(cat out)" ]
done
run 'help frob' 64 "$ms" help frob

# ---- key add ----

add 0 "$k1"
like 'without ms-balance it is not checked' err 'not checked: ms-balance'
same 'but added' "$keys" <<!
$k1
!
ok 'the file is ours alone' [ "$(stat -c %a "$keys")" = 600 ]
ok 'the folder too' [ "$(stat -c %a config/ms)" = 700 ]

cp ms-balance lib/ms/ms-balance
echo ok >state
printf '%s' "$k1" >"$keys"
chmod 644 "$keys"
add 0 "$k2" bob
same 'a missing LF is added' "$keys" <<!
$k1
bob $k2
!
ok 'others cannot read it any more' [ "$(stat -c %a "$keys")" = 600 ]
same 'ms-balance was asked about it' asked <<!
bob $k2
!
like 'by stdin' seen '^-k - -o json$'
unlike 'not in arguments, not in the environment' seen "$k2"
add 0 "$k3" carol modelscope-ai
same 'with its upstream' asked <<!
carol $k3 modelscope-ai
!
cp "$keys" before

add 65 "$k1"
like 'the same key' err 'there already'
add 65 "$k3"
like 'the same key with a name' err 'there already'
printf '%s\r\n' "dave $k2-x" >>"$keys"
add 65 "$k2-x"
like 'the same before a CR' err 'there already'
cp before "$keys"
printf '# %s\n' sk-put-aside-00000001 >>"$keys"
add 0 sk-put-aside-00000001
like 'one that was put aside is added' "$keys" '^sk-put-aside-00000001$'
cp before "$keys"
add 65 sk-another bob
like 'the same name' err 'the name bob is taken'
add 65 ''
like 'nothing' err 'no key was given'
add 65 'sk-two words'
add 65 '#comment'
add 65 "sk-$(printf '\033')[31m"
add 65 "$(printf '%0513d' 0)"
add 64 sk-another 'two words'
add 64 sk-another ''
add 64 sk-another a b c
add 64 sk-another --frob
run 'the key as an argument' 64 "$ms" key add "$k2" </dev/null
unlike 'is not shown' err "$k2"
like 'is warned of' err 'others can read'
run 'no command' 64 "$ms" key
run 'no other command' 64 "$ms" key remove
same 'none of these was added' "$keys" <before

echo invalid_key >state
add 77 sk-refused-000000001
same 'a key that is refused is not added' "$keys" <before
add 0 sk-refused-000000001 --force
like 'but by force' "$keys" '^sk-refused-000000001$'
like 'with a warning' err 'warning: the service refuses'
n=1
for s in exhausted unbound_account unverified_account network_error timeout; do
	n=$((n + 1))
	echo $s >state
	add 0 "sk-$s-00000000$n"
	like "$s: added" "$keys" "^sk-$s-"
	like "$s: said" err 'the key is good, but|warning:'
done
echo ok >state
printf 'sk-carriage-return\r' >in
run 'a key without LF, with CR' 0 "$ms" key add <in
like 'is added clean' "$keys" '^sk-carriage-return$'
rm -f "$keys" && mkdir "$keys"
run 'no file can be made' 73 "$ms" key add <in
rmdir "$keys"
run 'without XDG_CONFIG_HOME' 0 env -u XDG_CONFIG_HOME "$ms" key add <in
ok 'it is ~/.config' [ -s .config/ms/keys ]
run 'without any place' 73 env -u XDG_CONFIG_HOME -u HOME "$ms" key add <in
same 'says why' err <<'!'
ms: no place for the key: HOME is not set
!
run 'what is used instead is said' 0 env MODELSCOPE_API_KEY=x \
    "$ms" key add <in
like 'by name' err 'MODELSCOPE_API_KEY is set'
ok 'no program ever had a key as an argument' not grep -qE \
    "$k1|$k2|$k3|sk-" args

# ---- from a terminal ----

# typed TEXT: types it at the prompt of ms key add.
typed() {
	: >pty
	{
		until_ok grep -q 'not shown' pty
		printf '%b' "$1"
		until_ok grep -q '^end' pty
	} | script -qfec "trap : INT; '$ms' key add dora; echo end \$?; stty -a" pty \
	    >/dev/null
}

rm -f "$keys"
typed 'sk-from-a-terminal\r'
like 'typed: added' "$keys" '^dora sk-from-a-terminal$'
unlike 'typed: not shown' pty 'sk-from'
like 'typed: done' pty '^end 0'
like 'typed: echo is back' pty ' echo '
rm -f "$keys"
typed 'sk-from\003'
like 'interrupted: left' pty '^end 130'
like 'interrupted: echo is back' pty ' echo '
unlike 'interrupted: not shown' pty 'sk-from'
ok 'interrupted: nothing is added' [ ! -e "$keys" ]
done_testing
