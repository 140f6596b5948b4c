#!/bin/sh
# What the front, which talks to strangers, cannot do and does not have.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim
config
printf 'alice alice-0123456789abcdef\n' >tokens
chmod 600 tokens
serve --tokens tokens
front=$(pgrep -P "$servepid" -f 'ms-serve: front')
cp "/proc/$front/status" status
like 'no new privileges' status '^NoNewPrivs:[[:space:]]*1$'
case $MS_BUILD in
*san* | *coverage*) ;;
*) like 'a filter of system calls' status '^Seccomp:[[:space:]]*2$' ;;
esac
ok 'no environment' [ ! -s "/proc/$front/environ" ]
tr '\0' '\n' <"/proc/$front/cmdline" >cmdline
same 'no arguments' cmdline <<'!!'
ms-serve: front
!!
ok 'no core' grep -qE '^Max core file size +0 +0' "/proc/$front/limits"
# Neither keys nor tokens are anywhere in its memory.
cat >mem.pl <<'!!'
my ($pid, @words) = @ARGV;
my %found;
open my $maps, '<', "/proc/$pid/maps" or die;
open my $mem, '<', "/proc/$pid/mem" or die;
while (<$maps>) {
	/^(\w+)-(\w+) rw/ or next;
	my ($from, $n) = (hex $1, hex($2) - hex $1);
	next if $n > 1 << 30;	# a sanitizer's own
	sysseek $mem, $from, 0;
	sysread $mem, my $bytes, $n or next;
	for my $w (@words) {
		$found{$w} = 1 if index($bytes, $w) >= 0;
	}
}
print "$_\n" for sort keys %found;
!!
alice='Authorization: Bearer alice-0123456789abcdef'
post "a caller's key in the body" 200 /api/balance \
	'{"models":[],"api_key":"ms-credits7-0123456789abcdef"}' -H "$alice"
post 'one in a field' 200 /api/balance '{"models":[]}' -H "$alice" \
	-H 'X-API-Key: ms-credits8-0123456789abcdef'
if [ "$(id -u)" -eq 0 ]; then
	perl mem.pl "$front" alice "$MODELSCOPE_API_KEY" \
		alice-0123456789abcdef credits7-01234567 credits8-01234567 \
		"$dir/tokens" >found 2>mem.err
	ok 'memory can be searched' [ ! -s mem.err ]
	same 'a name is in its memory, but no secret' found <<'!!'
alice
!!
else
	ok 'its own user cannot look into its memory' [ ! -r "/proc/$front/mem" ]
fi
unserve
done_testing
