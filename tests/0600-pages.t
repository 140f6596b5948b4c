#!/bin/sh
# The pages and the README: each command that they show is run.
. "${0%/*}/lib.sh"
echo 'body~=json_schema do=json' >script
sim --script script
config Test/Model-A Test/Model-B
mkdir -p config/ms
cp models.json config/ms/models.json

# What the examples speak of.
things() {
	echo 'segmentation fault' >error.log
	echo '{"type":"object"}' >schema.json
	echo '{"messages":[{"role":"user","content":"prove it"}]}' >request.json
	printf '{"prompt":"one"}\n{"prompt":"two"}\n' >questions.jsonl
	printf '\211PNG\r\n\032\nrest' >photo.png
	echo 'hello' >letter.txt
	echo "first $MODELSCOPE_API_KEY" >keys.txt
	chmod 600 keys.txt
}

# shown PAGE: the commands of a page, one a line: what stands behind "$ ".
# The gateway gets a port that is free, and its client the same.
shown() {
	mandoc -Tascii -O width=1000 "$1" | col -bx |
	    sed -n 's/^  *\$ //p' | sed "s/127\.0\.0\.1:8000/127.0.0.1:$port/g"
}

free_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'
}

# runs NAME FILE: one test a command of FILE, in one shell, so that what one
# leaves the next one finds.
runs() {
	n=0
	while IFS= read -r command; do
		n=$((n + 1))
		case $command in
		*'ms key add'*)		# asks; 0020-ms.t answers it
			continue
			;;
		ms-serve*'&')
			eval "${command%&} 2>serve.err &"
			pids="$pids $!"
			served=$!
			until_ok grep -q listening serve.err
			continue
			;;
		'kill $!')
			kill "$served"
			continue
			;;
		esac
		(eval "$command") >out 2>err </dev/null
		ok "$1: $command" [ $? -eq 0 ] || sed 's/^/# /' err
		ok "$1: command $n says something or writes a file" \
			[ -s out -o "${command#*>}" != "$command" -o \
			"${command#*-O }" != "$command" ]
	done <"$2"
	ok "$1 shows commands" [ "$n" -gt 5 ]
}

things
port=$(free_port)
shown "$top/man/ms.7" >commands
runs 'ms(7)' commands
done_testing
