#!/bin/sh
# image.sh BASE: the Dockerfile where there is no engine: its steps run in
# copies of BASE, a root of debootstrap; then what it makes runs as the
# composition has it: not as root, in a root that is read-only.
set -eu
cd "${0%/*}/.."
top=$PWD
base=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/ms-image.XXXXXX")
root='' dir=/ user=0:0 env='PATH=/usr/sbin:/usr/bin:/sbin:/bin'
health='' entry='' command=''
tests=0

unmount() {
	for r in "$work"/stage-*; do
		umount "$r/proc" 2>/dev/null || :
	done
}

cleanup() {
	unmount
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

passed() {
	tests=$((tests + 1))
	echo "ok $tests - $1"
}

# from IMAGE [AS NAME]: another stage begins.
from() {
	root=$work/stage-${3-last} dir=/
	cp -a "$base" "$root"
	cp -a /etc/apt/. "$root/etc/apt/"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	mount -t proc proc "$root/proc"
}

# copy [--from=NAME] WHAT WHERE: from another stage, or what git has of here.
copy() {
	case $1 in
	--from=*)
		mkdir -p "$root$3"
		cp -a "$work/stage-${1#--from=}$2/." "$root$3"
		;;
	.)
		mkdir -p "$root$2"
		git archive HEAD | tar -x -C "$root$2"
		;;
	*)
		mkdir -p "$root${2%/*}"
		git archive HEAD "$1" | tar -xO >"$root$2"
		chmod 755 "$root$2"
		;;
	esac
}

# words JSON: a list of them, as words of the shell.
words() {
	echo "$1" | jq -r @sh
}

# One instruction of the file, on one line.
step() {
	name=${1%% *} rest=${1#* }
	case $name in
	FROM) eval "from $rest" ;;
	RUN)
		# shellcheck disable=SC2086
		chroot "$root" env -i $env DEBIAN_FRONTEND=noninteractive \
		    sh -c "cd $dir && $rest" >"$work/log" 2>&1 || {
			tail -n 20 "$work/log"
			exit 1
		}
		passed "$1"
		;;
	COPY) eval "copy $rest" ;;
	WORKDIR) dir=$rest ;;
	USER) user=$rest ;;
	ENV) env="$env $rest" ;;
	ENTRYPOINT) entry=$(words "$rest") ;;
	CMD) command=$(words "$rest") ;;
	HEALTHCHECK) health=$(words "[${rest#*\[}") ;;
	VOLUME | EXPOSE) ;;
	*)
		echo "no step: $1"
		exit 1
		;;
	esac
}

sed -e '/^#/d' -e ':a' -e '/\\$/{N;s/\\\n[ \t]*//;ba' -e '}' \
    share/deploy/Dockerfile >"$work/steps"
while IFS= read -r line; do
	[ -z "$line" ] || step "$line" </dev/null
done <"$work/steps"
unmount
du -sm "$base" "$root" | sed 's/^/# MiB: /'

# In a network and a view of the disk of its own; what it starts ends with it.
cat >"$work/run" <<!
set -eu
ip link set lo up
mount --bind $root $root
mount -o remount,ro,bind $root
mount -t tmpfs tmpfs $root/tmp
mkdir $work/volume
cp -a $root/var/lib/ms/. $work/volume
chown $user $work/volume
mount --bind $work/volume $root/var/lib/ms
mount -t proc proc $root/proc
$top/build/simulator >$work/url &
until [ -s $work/url ]; do sleep 0.1; done
in_image() {
	chroot $root env -i $env MS_TOKEN= LOCAL_AI_MODEL= LOCAL_AI_BASE_URL= \\
	    MS_PUBLISH=127.0.0.1 MODELSCOPE_API_KEY=ms-1 \\
	    MODELSCOPE_BASE_URL=\$(cat $work/url)/v1 \\
	    setpriv --reuid ${user%:*} --regid ${user#*:} --clear-groups \\
	    --no-new-privs --bounding-set=-all "\$@"
}
if in_image $health 2>/dev/null; then
	exit 1
fi
in_image $entry $command 2>$work/serve.err &
tries=0
until in_image $health 2>/dev/null; do
	[ \$((tries += 1)) -lt 100 ]
	sleep 0.1
done
curl -s http://127.0.0.1:8000/v1/chat/completions \\
    --json '{"messages":[{"role":"user","content":"hi"}]}' |
    grep -q 'Hello from'
in_image $entry chat hi | grep -q 'Hello from'
!
unshare --mount --net --pid --fork --kill-child sh "$work/run" || {
	cat "$work/serve.err"
	exit 1
}
passed 'the image serves, is healthy, and answers'
