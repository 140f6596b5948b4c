#!/bin/sh
# What others run it with: units, compose files, the container's entry.
. "${0%/*}/lib.sh"
deploy=$top/share/deploy

# exposure UNIT: what systemd makes of its restrictions, at most 1.5.
exposure() {
	systemd-analyze security --offline=yes "$deploy/systemd/$1" >out 2>err
	level=$(sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p' out)
	awk -v l="$level" 'BEGIN { exit !(l != "" && l <= 1.5) }'
}
for unit in ms-serve.service ms-balance.service; do
	ok "$unit is hardly exposed" exposure "$unit" || sed 's/^/# /' out err
done
mkdir -p root/usr/bin root/etc/systemd root/usr/lib/systemd
cp -r /usr/lib/systemd/system root/usr/lib/systemd/system
cp "$deploy"/systemd/* root/usr/lib/systemd/system
ln -s usr/bin root/bin
for p in ms-serve ms-balance kill; do
	printf '#!/bin/sh\n' >root/usr/bin/$p
	chmod +x root/usr/bin/$p
done
for unit in "$deploy"/systemd/*; do
	systemd-analyze --root="$dir/root" --man=no verify "${unit##*/}" >out 2>err
	grep -F "${unit##*/}:" out err >said
	ok "systemd has nothing to say of ${unit##*/}" [ ! -s said ] ||
		sed 's/^/# /' said
done

# yaml FILE EXPRESSION: what a perl expression makes of the data $d.
yaml() {
	perl -MYAML::XS=LoadFile -e '
		my $d = LoadFile($ARGV[0]);
		my $r = eval $ARGV[1];
		die $@ if $@;
		print "$r\n"' "$1" "$2"
}
run 'compose.yaml' 0 yaml "$deploy/compose.yaml" '
	my $s = $d->{services}{"ms-serve"};
	join " ", $s->{ports}[0], $s->{read_only},
	    $d->{services}{ollama}{profiles}[0]'
# shellcheck disable=SC2016
same 'is published on this machine alone, and read-only' out <<'!'
${MS_PUBLISH:-127.0.0.1}:${SERVER_PORT:-8000}:8000 1 with-ollama
!
run 'compose.dev.yaml' 0 yaml "$deploy/compose.dev.yaml" '
	join " ", map { $_->{action} }
	    @{$d->{services}{"ms-serve"}{develop}{watch}}'
same 'builds anew and restarts' out <<'!'
rebuild rebuild restart
!
# every variable of the composition is in the example of settings
# shellcheck disable=SC2016
grep -oh '\${[A-Z_]*' "$deploy/compose.yaml" | sort -u | tr -d '${' |
	while read -r name; do
		grep -q "^#*$name=" "$deploy/env.example" || echo "$name"
	done >missing
same 'env.example has each variable' missing </dev/null
env -i PATH="$PATH" HOME="$dir" XDG_CONFIG_HOME="$dir" MS_STATE="$dir/state" \
	ms-chat --env-file "$deploy/env.example" hi >out 2>err
like 'env.example is read by the programs' err 'no key'

# ---- the container's entry ----
sim
config
mkdir -p usr
sed "s/^port=8000/port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')/" \
	"$deploy/entry" >entry
chmod +x entry
ok 'nobody is there: not healthy' not ./entry health 2>/dev/null
# with the variables as the composition sets them
MODELSCOPE_API_KEY=$MODELSCOPE_API_KEY LOCAL_AI_BASE_URL='' LOCAL_AI_MODEL='' \
	MS_PUBLISH=127.0.0.1 MS_TOKEN='' ./entry serve >serve.out 2>serve.err &
served=$!
pids="$pids $served"
ok 'it serves, without a token' until_ok ./entry health
port=$(sed -n 's/^port=//p' entry)
curl -s "http://127.0.0.1:$port/v1/chat/completions" \
	--json '{"messages":[{"role":"user","content":"hi"}]}' >out
like 'and answers' out 'Hello from Test/Model-A'
kill "$served"
until_ok not ./entry health
run 'published without a token it does not start' 78 \
	env MS_PUBLISH=0.0.0.0 MS_TOKEN= timeout 20 ./entry serve
run 'nor where it is not said how it is published' 78 \
	env -u MS_PUBLISH MS_TOKEN= timeout 20 ./entry serve
run 'a command of the toolkit' 0 ./entry chat hi
like 'is run' out 'Hello from'
done_testing
