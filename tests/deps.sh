#!/bin/sh
# deps.sh PACKAGE...: installs those Debian packages that are not there yet.
# Elsewhere it names them and leaves it at that: the build says what it lacks.
set -u

have=" $(dpkg-query -W -f '${db:Status-Status} ${Package} ' "$@" 2>/dev/null) "
missing=''
for p; do
	case $have in
	*" installed $p "*) continue ;;
	esac
	case $p in
	curl | nodejs | npm | nginx-light)	# may come from elsewhere
		c=${p%-light}
		[ "$p" != nodejs ] || c=node
		PATH=$PATH:/usr/sbin command -v "$c" >/dev/null && continue
		;;
	esac
	missing="$missing $p"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "To install, by Debian's names:$missing" >&2
	exit 0
fi
root=''
[ "$(id -u)" -eq 0 ] || root=sudo
apt() {
	$root env DEBIAN_FRONTEND=noninteractive \
	    apt-get -qq -o DPkg::Lock::Timeout=600 "$@" </dev/null >/dev/null
}
echo "Installing$missing" >&2
apt update
# shellcheck disable=SC2086
apt install -y --no-install-recommends $missing ||
    for p in $missing; do
	apt install -y --no-install-recommends "$p" ||
	    echo "Could not install $p" >&2
    done
