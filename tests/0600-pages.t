#!/bin/sh
# The pages and the README: each command that they show is run.
. "${0%/*}/lib.sh"
echo 'body~=json_schema do=json' >script
sim --script script
config Test/Model-A Test/Model-B Qwen/Qwen3.8-27B ZhipuAI/GLM-5.2
MS_STATE=$dir/.local/state/ms		# where the pages look for it
sed -i 's/^{/{"aliases":{"claude-*":"auto"},/' models.json
mkdir -p config/ms
cp models.json config/ms/models.json

# What the examples speak of.
things() {
	echo 'segmentation fault' >error.log
	echo '{"type":"object"}' >schema.json
	echo '{"messages":[{"role":"user","content":"prove it"}]}' >request.json
	printf '{"prompt":"one"}\n{"prompt":"two"}\n' >questions.jsonl
	cp questions.jsonl requests.jsonl
	printf '\211PNG\r\n\032\nrest' >photo.png
	echo 'hello' >letter.txt
	echo '{"custom_id":"a","body":{"prompt":"prove it"}}' >batch.jsonl
	printf 'one\ntwo\n' >prompts.txt
	echo "first $MODELSCOPE_API_KEY" >keys.txt
	cp keys.txt all
	chmod 600 keys.txt all
	KEY=$MODELSCOPE_API_KEY
	export KEY
	mkdir -p bin
	printf '#!/bin/sh\necho "%s"\n' "$KEY" >bin/pass
	cat >bin/claude <<'!'
#!/bin/sh
curl -sSf "$ANTHROPIC_BASE_URL/v1/messages" \
    -H "Authorization: Bearer $ANTHROPIC_AUTH_TOKEN" \
    --json '{"model":"claude-x","messages":[{"role":"user","content":"hi"}]}'
!
	chmod +x bin/*
	PATH=$PATH:$dir/bin
}

# shown PAGE: the commands of a manual page, one a line: what stands behind
# "$ "; or of a README: what stands in its blocks of sh, and behind "$ " in
# those of console.
shown() {
	case $1 in
	*.md)
		sed -n -e '/^```sh$/,/^```$/{/^```/d;p;}' \
		    -e '/^```console$/,/^```$/s/^\$ //p' "$1" |
		    sed -e ':a' -e '/|$/{N;s/\n */ /;ba' -e '}'
		;;
	*)
		mandoc -Tascii -O width=1000 "$1" | col -bx |
		    sed -e ':a' -e '/\\$/{N;s/\\\n *//;ba' -e '}' |
		    sed -n 's/^  *\$ //p'
		;;
	esac
}

free_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'
}

# runs PAGE: one or two tests for each command that PAGE shows, in one folder,
# so that what one leaves the next one finds. The gateway gets a free port.
runs() {
	n=0 name=${1##*/}
	port=$(free_port)
	shown "$1" | sed -E -e "s/(127\.0\.0\.1|0\.0\.0\.0):8000/127.0.0.1:$port/g" \
	    -e "s|-o out \.\.\.|-o out $sim/v1/models|" -e 's/host1,host2/:/' \
	    -e 's|/var/lib/node_exporter/||' >commands
	while IFS= read -r command; do
		n=$((n + 1))
		case $command in
		'ms key add'*)
			continue	# asks; 0020-ms.t answers it
			;;
		make* | sudo* | dpkg-* | cp* | docker*)
			continue	# of the tree and of machines
			;;
		ms-serve*)
			unserved
			command=${command%%#*}
			: >serve.err	# what the last one said is not of this
			SERVER_PORT=$port
			export SERVER_PORT
			eval "${command%&} 2>serve.err &"
			served=$!
			pids="$pids $served"
			ok "$name: $command" until_ok grep -q listening serve.err
			continue
			;;
		'kill $!')
			unserved
			continue
			;;
		esac
		case $command in
		*'<('*)
			bash -c "$command" >out 2>err </dev/null
			;;
		*)
			(eval "$command") >out 2>err </dev/null
			;;
		esac
		ok "$name: $command" [ $? -eq 0 ] || sed 's/^/# /' err
		ok "$name: command $n says something or writes a file" \
			[ -s out -o "${command#*>}" != "$command" -o \
			"${command#*-O }" != "$command" -o \
			"${command% record *}" != "$command" -o \
			"${command% key add *}" != "$command" -o \
			"${command#split}" != "$command" -o \
			"${command#for}" != "$command" ]
	done <commands
	unserved
	ok "$name shows commands" [ "$n" -gt 2 ]
}

served=''
unserved() {
	[ -z "$served" ] || {
		kill "$served"
		wait "$served" 2>/dev/null
	}
	served=''
}

things
ms-chat -m sim/503 hi >out 2>err	# the ledger's examples look for it
runs "$top/man/ms.7"
runs "$top/man/ms.1"
runs "$top/man/ms-chat.1"
runs "$top/man/ms-serve.8"
runs "$top/man/ms-ledger.5"
runs "$top/man/ms-route.1"
runs "$top/man/ms-balance.1"
runs "$top/man/ms-quota.1"
runs "$top/README.md"
runs "$top/README.zh.md"

# ---- what the README has beside commands ----
sed -n '/^```json$/,/^```$/{/^```/d;p;}' "$top/README.md" >shown.json
run 'its configuration' 0 ms-route --check --config shown.json
same 'is good' err </dev/null
printf 'whatever\n"\047it` is' | base64 -w 0 >word64
command=$(sed -n 's/.*Execute Command | `\(.*\){{.*}}` |$/\1/p' "$top/README.md")
# shellcheck disable=SC2086
run 'what it has for n8n' 0 $command "$(cat word64)"
like 'answers' out '^\{"text":"Hello from .*","model":'
crontab=$(sed -n '/^```crontab$/,/^```$/s/^[0-9* ]*  \(.*\) -k .*/\1/p' \
	"$top/README.md")
# shellcheck disable=SC2086
run 'its line for cron' 0 $crontab -k keys.txt
same 'is silent while all is well' out </dev/null
done_testing
