#!/bin/sh
# The Debian package, whole: built and looked at by lintian, then in a bare
# root without this tree installed, asked, served and purged; and the container
# image. It is root's to run, takes some minutes, and wants what `make package`
# installs.
set -eu
cd "${0%/*}/.."
top=$PWD
version=$(sed -n 's/^VERSION = //p' Makefile)
work=$(mktemp -d "${TMPDIR:-/tmp}/ms-package.XXXXXX")
root=$work/root
simpid='' served=''
tests=0

cleanup() {
	[ -z "$served" ] || kill "$served" 2>/dev/null || :
	[ -z "$simpid" ] || kill "$simpid" 2>/dev/null || :
	umount "$root/proc" 2>/dev/null || :
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# passed NAME: what came before went well, since a failure ends the script.
passed() {
	tests=$((tests + 1))
	echo "ok $tests - $1"
}

# wait_for COMMAND...: at most 20 seconds.
wait_for() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		[ $((tries += 1)) -lt 200 ] || return 1
		sleep 0.1
	done
}

in_root() {
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
}

# listing: what files are there, but for what packages always leave.
listing() {
	(cd "$root" && find . -xdev \( -path ./proc -o -path ./var/lib/apt -o \
		-path ./var/cache -o -path ./var/log -o -path ./var/lib/dpkg -o \
		-path ./tmp -o -path ./root -o -name '*.pyc' \) -prune -o \
		-print | sort)
}

git archive --prefix="ms-$version/" -o "$work/ms_$version.orig.tar.gz" HEAD \
	-- . ':!debian'
tar -xf "$work/ms_$version.orig.tar.gz" -C "$work"
git archive --prefix="ms-$version/" HEAD -- debian | tar -x -C "$work"
(cd "$work/ms-$version" && dpkg-buildpackage -us -uc >"$work/log" 2>&1) || {
	tail -n 40 "$work/log"
	exit 1
}
passed 'dpkg-buildpackage builds'
lintian --fail-on error,warning "$work"/ms_*.changes
passed 'lintian finds nothing'

mirror=$(sed -n 's/^deb \(\[[^]]*\] *\)*\([^ ]*\) .*/\2/p' \
	/etc/apt/sources.list 2>/dev/null | head -n 1)
[ -n "$mirror" ] || mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p' \
	/etc/apt/sources.list.d/*.sources | head -n 1)
debootstrap --variant=minbase bookworm "$root" "$mirror" >"$work/log" 2>&1 || {
	tail -n 20 "$work/log"
	exit 1
}
cp -a "$root" "$work/base"
cp -a /etc/apt/. "$root/etc/apt/"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
in_root apt-get update >"$work/log" 2>&1
# what it needs stays behind when it goes, and is not its doing
in_root apt-get install -y --no-install-recommends ca-certificates libcurl4 \
	libjq1 libbsd0 libmd0 >>"$work/log" 2>&1
listing >"$work/before"
cp "$work"/ms_*.deb "$root/tmp/ms.deb"
in_root apt-get install -y --no-install-recommends /tmp/ms.deb \
	>>"$work/log" 2>&1
passed 'it installs in a bare root'
for f in bash-completion/completions/ms-chat zsh/vendor-completions/_ms \
	fish/vendor_completions.d/ms-chat.fish; do
	test -f "$root/usr/share/$f"
done
passed 'completions are where the shells of Debian look'

"$top/build/simulator" >"$work/url" &
simpid=$!
wait_for test -s "$work/url"
url=$(cat "$work/url")
key=ms-00000000-0000-0000-0000-000000000001
in_root env MODELSCOPE_API_KEY=$key MODELSCOPE_BASE_URL="$url/v1" \
	ms chat hello | grep -q '^Hello from '
passed 'ms chat answers'

# what the unit gives and takes, as far as this root can do it
install -d -m 700 -o 65534 -g 65534 "$root/run/ms" "$root/run/cred" \
	"$root/var/lib/private/ms"
ln -s private/ms "$root/var/lib/ms"
echo $key >"$root/run/cred/ms-keys"
chown 65534:65534 "$root/run/cred/ms-keys"
chmod 400 "$root/run/cred/ms-keys"
in_root env HOME=/ CREDENTIALS_DIRECTORY=/run/cred STATE_DIRECTORY=/var/lib/ms \
	RUNTIME_DIRECTORY=/run/ms MODELSCOPE_BASE_URL="$url/v1" \
	setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs \
	--bounding-set=-all --inh-caps=-all sh -c '
		umask 077
		ulimit -c 0
		exec ms-serve --log text -l 127.0.0.1:0' 2>"$work/serve.err" &
served=$!
wait_for grep -q 'listening on' "$work/serve.err" || {
	cat "$work/serve.err"
	exit 1
}
at=$(sed -n 's/.*listening on //p' "$work/serve.err")
curl -s "$at/v1/chat/completions" -H 'Content-Type: application/json' \
	-d '{"messages":[{"role":"user","content":"hi"}]}' | grep -q 'Hello from'
passed 'the gateway serves as its unit would have it'
kill "$served"
wait "$served" || :
served=''
rm -rf "$root/run/ms" "$root/run/cred"
test -n "$(find "$root/var/lib/private/ms" -name '*.jsonl')"

in_root apt-get purge -y ms >>"$work/log" 2>&1
rmdir "$root/var/lib/private"	# systemd's
listing >"$work/after"
diff "$work/before" "$work/after"
passed 'purge leaves nothing'

tests/image.sh "$work/base"
passed 'the image builds and serves'
echo "$tests passed, 0 failed"
