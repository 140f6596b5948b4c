#!/bin/sh
# bash, zsh and fish complete what the programs take, no more and no less.
. "${0%/*}/lib.sh"
MS_STATE=$dir/state MS_CONFIG=$dir/models.json
MODELSCOPE_API_KEY=ms-00000000-0000-0000-0000-000000000001
export MS_STATE MS_CONFIG MODELSCOPE_API_KEY
cat >models.json <<'!'
{"models": [{"id": "Zeta/Model-1"}, {"id": "zeta:8b"},
	{"id": "Zeta/$(touch fallen)"}]}
!
comp=$top/completions

# in_bash LINE, in_fish LINE: what may stand at the end of the line.
cat >driver.bash <<'!'
source "$1/ms.bash"
COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
_ms
printf '%s\n' "${COMPREPLY[@]}"
!
in_bash() {
	bash driver.bash "$comp" "$1" 2>&1 | sort
}
in_fish() {
	fish -N -c "source $comp/ms.fish; complete -C '$1'" 2>&1 |
	    cut -f 1 | sort
}

# in_zsh LINE: the line after a press of the tab key, as its editor has it.
mkdir zsh
cat >zsh/.zshrc <<'!'
fpath=($COMPLETIONS $fpath)
autoload -U compinit
compinit -D -u
PS1= PS2=
unsetopt prompt_cr prompt_sp
show() {
	print -r -- "<$BUFFER>"
	zle kill-buffer
}
zle -N show
bindkey '^X' show
zle-line-init() { print READY- }
zle -N zle-line-init
!
cat >driver.zsh <<'!'
zmodload zsh/zpty
zpty z "TERM=dumb ZDOTDIR=zsh COMPLETIONS=$1 zsh -d -i"
zpty -r z out '*READY-*'
zpty -w -n z "$2"$'\t\x18'
zpty -r z out '*<*>*'
[[ $out =~ '<([^>]*)>' ]] && print -r -- $match[1]
zpty -d z
!
# A sanitizer's search for leaks may hang below a pty.
in_zsh() {
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
		timeout 100 zsh -f driver.zsh "$comp" "$1"
}

# says NAME WANT: one test, that the last one said just that.
says() {
	ok "$1" [ "$(cat out)" = "$2" ] || sed 's/^/# had: /' out
}

# all WANT LINE: one test a shell, that the one word WANT ends the line.
all() {
	for sh in bash fish; do
		in_$sh "$2" >out
		says "$sh: $2" "$1"
	done
	in_zsh "$2" >out
	like "zsh: $2" out "[ ,=]$1[ ,]?\$"
}

all chat 'ms ch'
all add 'ms key a'
all help 'ms he'
all ledger 'ms help le'
all invalid_key 'ms-balance --state inv'
all --temperature 'ms-chat --temp'
all --temperature 'ms chat --temp'
all openai 'ms-chat -o op'
all prometheus 'ms-quota -o p'
all token 'ms-quota --history 7 --by t'
all clear 'ms-quota cl'
all Zeta/Model-1 'ms-chat -m Zeta/M'
all Zeta/Model-1 'ms-balance --probe Zeta/M'
all exhausted 'ms-balance --state exh'
all models.json 'ms-route --config mod'

in_bash 'ms-chat -m zeta:' >out
says 'bash: the rest after a colon' 8b
in_bash 'ms-chat --model=Zeta/M' >out
says 'bash: a value after =' Zeta/Model-1
in_bash 'ms-chat -m auto,Zeta/M' >out
says 'bash: the second of a list' auto,Zeta/Model-1
in_fish 'ms-chat -m auto,Zeta/M' >out
says 'fish: the second of a list' auto,Zeta/Model-1
all tier3 'ms-chat -m tier3'
for sh in bash fish; do
	in_$sh 'ms-quota -m tier' >out
	says "$sh: no tier has a quota" ''
	in_$sh 'ms-balance --probe tier' >out
	says "$sh: or can be probed" ''
done
in_zsh 'ms-balance --probe tier' >out
like 'zsh: no tier can be probed' out 'probe tier$'
in_bash 'ms balance --state ok,exh' >out
says 'bash: a second state' ok,exhausted
in_fish 'ms balance --state ok,exh' >out
says 'fish: a second state' ok,exhausted
sed -n 's/^	\[STATE_[A-Z_]*\] = { "\([a-z_]*\)".*/\1/p' "$top/src/state.c" |
    sort >states
for sh in bash fish; do
	in_$sh 'ms-balance --state ' >out
	ok "$sh: all states" diff out states
done
ok 'zsh: all states' [ "$(sed -n '/states=(/,/)/p' "$comp/_ms" |
    grep -o '[a-z_]*' | sed '/^states$/d' | sort)" = "$(cat states)" ]
mkdir folder
in_bash 'ms-chat --state fol' >out
says 'bash: a folder' folder
in_fish 'ms-chat --state fol' >out
says 'fish: a folder' folder/
in_bash 'ms-balance --state ./fol' >out
says 'bash: a folder, with a slash' ./folder
in_fish 'ms-balance --state ./fol' >out
says 'fish: a folder, with a slash' ./folder/
in_zsh 'ms-balance --state ./fol' >out
like 'zsh: a folder, with a slash' out './folder/$'
for sh in bash fish zsh; do
	in_$sh 'ms-chat -m Zeta/$' >out
	ok "$sh: a name is not run" [ ! -e fallen ]
done

# What the parsers take, tests/0001-tree.t compares with the pages.
for prog in "$top"/src/ms-*.c; do
	prog=$(basename "$prog" .c)
	options "$prog" | grep -oE -e '--[^ ]*' >want
	in_bash "$prog --" >got
	ok "bash: the options of $prog" diff got want
	in_fish "$prog --" >got
	ok "fish: the options of $prog" diff got want
	sets=base
	[ "$prog" = ms-serve ] || sets='base common'
	for set in $sets "$prog"; do
		sed -n "/^	$set\(=(\|)$\)/,/^	)\|;;/p" "$comp/_ms"
	done | grep -oE -e '--[a-z][a-z0-9-]+[][}]' | tr -d '][}' | sort -u >got
	ok "zsh: the options of $prog" diff got want
done
done_testing
