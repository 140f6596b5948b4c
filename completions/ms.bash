# Completion for bash: source it, or let bash-completion find it by name.
# What a program takes is one list each; what an option takes, one case.
# shellcheck shell=bash

_ms_base='--help --version --config --state --keys --key --quiet --env-file'
_ms_states='ok exhausted rate_limited invalid_key unbound_account
	unverified_account no_permission no_such_model unavailable hollow
	network_error timeout bad_response unknown'
_ms_common="$_ms_base --model --output --parallel --verbose --timeout"

_ms_options() {
	case $1 in
	ms-chat)
		echo "$_ms_common" --system --image --temperature --max-tokens \
		    --param --json-schema --route --no-route --retries \
		    --conversation --base64 --exit-zero --reasoning --no-stdin \
		    --batch --wait --listen --max-answer --max-event
		;;
	ms-route)
		echo "$_ms_common" --explain --list --online --check --score \
		    --tier --policy
		;;
	ms-balance)
		echo "$_ms_common" --probe --exit-status --warning --critical \
		    --cached
		;;
	ms-quota) echo "$_ms_common" --history --by ;;
	ms-serve)
		echo "$_ms_base" --listen --tokens --host --cors --workers \
		    --no-auth --trust-proxy --log --max-connections --max-line \
		    --max-head --max-fields --max-body --max-held --max-event \
		    --max-answer --head-time --body-time --idle-time \
		    --write-time --answer-time --drain-time --tool-time
		;;
	esac
}

_ms_formats() {
	case $1 in
	ms-chat) echo text json openai sse n8n ;;
	ms-route) echo json openai text ;;
	ms-balance) echo table json jsonl csv keys ;;
	ms-quota) echo table json csv prometheus ;;
	esac
}

# _ms_models PROG: those that there are, and for chats what chooses one.
_ms_models() {
	[[ $1 == ms-balance || $1 == ms-quota ]] ||
		echo auto tier1 tier2 tier3 tier4
	ms-route --list -o text 2>/dev/null | cut -f 1
}

_ms_keys() {
	ms-quota -o json 2>/dev/null | grep -o '"key":"[^"]*"' | cut -d '"' -f 4
}

# _ms_among WORDS CUR: those that begin so. (compgen -W would expand them.)
_ms_among() {
	local all word
	read -rd '' -a all <<<"$1"
	for word in "${all[@]}"; do
		[[ $word != "$2"* ]] || COMPREPLY+=("$word")
	done
}

# _ms_among_list WORDS LIST: the same for the last of a list with commas.
_ms_among_list() {
	_ms_among "$1" "${2##*,}"
	[[ $2 != *,* ]] || COMPREPLY=("${COMPREPLY[@]/#/${2%,*},}")
}

# _ms_value PROG OPTION VALUE: fills COMPREPLY; fails if it takes none.
_ms_value() {
	local words=''
	case $2 in
	-m | --model | --probe) words=$(_ms_models "$1") ;;
	--key) words=$(_ms_keys) ;;
	-o | --output) words=$(_ms_formats "$1") ;;
	--by) words='model key token' ;;
	--log) words='json text none' ;;
	--tier) words='1 2 3 4' ;;
	--state)
		if [[ $1 != ms-balance || $3 == */* ]]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -d -- "$3")
			return 0
		fi
		words=$_ms_states
		;;
	-k | --keys | -O | --config | --env-file | --policy | --tokens | \
	    --batch | --json-schema | -c | --conversation | -i | --image)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$3")
		return 0
		;;
	-P | --parallel | --timeout | -s | --system | --temperature | \
	    --max-* | --param | --retries | --base64 | --score | -w | \
	    --warning | --critical | --history | -l | --listen | --host | \
	    --cors | --workers | --trust-proxy | --*-time) return 0 ;;
	*) return 1 ;;
	esac
	_ms_among_list "$words" "$3"
}

_ms() {
	local line=${COMP_LINE:0:COMP_POINT} words cur prog
	read -ra words <<<"$line"
	[[ $line != *[[:space:]] ]] || words+=('')
	cur=${words[-1]} prog=${words[0]##*/}
	COMPREPLY=()
	if [[ $prog == ms ]]; then
		if ((${#words[@]} == 2)); then
			_ms_among 'chat route balance quota serve key help' "$cur"
			return
		fi
		prog=ms-${words[1]}
		words=("${words[@]:1}")
	fi

	if [[ $cur == --*=* ]]; then
		_ms_value "$prog" "${cur%%=*}" "${cur#*=}"
		COMPREPLY=("${COMPREPLY[@]/#/${cur%%=*}=}")
	elif _ms_value "$prog" "${words[-2]}" "$cur"; then
		:
	elif [[ $cur == -* ]]; then
		_ms_among "$(_ms_options "$prog")" "$cur"
	elif [[ $prog == ms-help ]]; then
		_ms_among "chat route balance quota serve key \
		    models.json ledger" "$cur"
	elif [[ $prog == ms-key ]]; then
		_ms_among add "$cur"
	elif [[ $prog == ms-quota ]] && ((${#words[@]} == 2)); then
		_ms_among 'clear record import prune' "$cur"
	else
		compopt -o default 2>/dev/null
	fi

	# readline takes = and : for ends of words: what is before them stays.
	local kept=${cur%"${cur##*[=:]}"}
	[[ $COMP_WORDBREAKS == *[=:]* ]] && COMPREPLY=("${COMPREPLY[@]#"$kept"}")
}

complete -F _ms ms ms-chat ms-route ms-balance ms-quota ms-serve
