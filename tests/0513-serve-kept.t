#!/bin/sh
# Connections between the front and a worker that serve one request after the
# other: each side alone, with this test for the other.
. "${0%/*}/lib.sh"
sim --credits 1000000
config
perl "$top/tests/serve/kept.pl" worker "$dir/chat" >worker.out 2>worker.err
sed 's/^/# /' worker.out worker.err
ok 'a worker' grep -q '^1\.\.' worker.out
ok 'all is well' not grep -q '^not ok' worker.out
perl "$top/tests/serve/kept.pl" front "$dir/sock" "$MS_BIN/ms-serve" \
	"$top/share/ms/www" >front.out 2>front.err
sed 's/^/# /' front.out front.err
ok 'the front' grep -q '^1\.\.' front.out
ok 'all is well there' not grep -q '^not ok' front.out
done_testing
