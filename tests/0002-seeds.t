#!/bin/sh
# Every fuzz target takes every input that was kept for it.
. "${0%/*}/lib.sh"

for target in "$top"/tests/fuzz/*.c; do
	name=$(basename "$target" .c)
	[ "$name" != main ] || continue
	seeds=$top/tests/fuzz/seeds/$name
	ok "$name has seeds" [ -n "$(ls "$seeds" 2>/dev/null)" ] || continue
	run "$name" 0 "$MS_BUILD/fuzz/$name" "$seeds"/*
	unlike "$name takes them in silence" err .
done
done_testing
