#!/bin/sh
# Installing puts every file in its place and taking it away leaves none.
. "${0%/*}/lib.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

# The build that is under test, as the Makefile names it.
inst() {
	make -C "$top" BUILD="${MS_BUILD#"$top/"}" \
	    DESTDIR="$dir/root" PREFIX=/usr "$1"
}

run 'make install' 0 inst install
for prog in "$top"/src/ms-*.c; do
	prog=$(basename "$prog" .c)
	run "$prog runs" 0 root/usr/bin/"$prog" --version
	like "$prog says its version" out "^$prog [0-9]+\.[0-9]+"
	ok "$prog has a page" [ -s root/usr/share/man/man?/"$prog".? ]
	for f in share/bash-completion/completions/"$prog" \
	    share/fish/vendor_completions.d/"$prog".fish; do
		ok "$f is there" [ -s root/usr/"$f" ]
	done
done
for f in bin/ms share/man/man7/ms.7 share/man/man5/ms-models.json.5 \
    share/ms/models.json share/zsh/site-functions/_ms; do
	ok "$f is there" [ -s root/usr/"$f" ]
done
ok 'all that is shared is there' diff -r "$top/share/ms" root/usr/share/ms
run 'the shipped configuration is found and good' 0 \
    root/usr/bin/ms-route --check
ok 'nobody else can write there' [ -z "$(find root -perm /022 ! -type l)" ]
run 'make uninstall' 0 inst uninstall
find root ! -type d >left
ls root/usr/share/ms >>left 2>/dev/null
same 'nothing is left' left </dev/null
done_testing
