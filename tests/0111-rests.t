#!/bin/sh
# ms-chat: who rests after a refusal, so that the next process leaves it
# alone, and comes back; credits and the balance; what is said at the end.
. "${0%/*}/lib.sh"
. "$top/tests/failover.sh"

# fresh1 RULE...: nothing is known but that the first key has more left than
# the second: it is the one to ask.
fresh1() {
	fresh "$@"
	mkdir -p state/usage
	for pair in "$id1 200" "$id2 100"; do
		printf '{"ts":"2030-03-10T11:59:00.000+08:00","op":"balance","key":"%s","upstream":"modelscope","balance":%s}\n' \
			"${pair% *}" "${pair#* }"
	done >state/usage/2030-03-10.jsonl
	first=${key}1
	since
}

# rests DO SECONDS NEXT: after DO the next process asks NEXT, until so many
# seconds have passed.
rests() {
	fresh1 "path=/v1/chat/completions times=1 do=$1"
	run "$1" 0 ms-chat hi
	for s in 0 $(($2 - 60)); do
		since
		run "$1, $s seconds later" 0 later "$s" ms-chat hi
		asked "$1 rests" "$3"
	done
	since
	run "$1, $2 seconds later" 0 later $(($2 + 1)) ms-chat hi
	asked "$1 has rested" 1A
}

rests auth 3600 2A
rests unbound 3600 2A
rests unverified 3600 2A
rests no-permission 3600 2A
rests no-provider 86400 1B
rests bad-model 86400 1B
rests provider-1008 86400 1B
rests quota-day 43200 2A
rests quota-month 1857600 2A
rests burst 60 2A
rests current-quota 60 2A
rests retry-after:300 300 2A
rests 503 60 1B
rests hollow 60 1B
rests no-credits 600 2A

# ---- too many, again and again ----
export MODELSCOPE_API_KEY="${key}1"
fresh 'path=/v1/chat/completions times=6 do=too-many'
for s in 5 10 20 40 60 60; do
	since
	run 'too many' 75 ms-chat hi
	recorded "rests for $s seconds" "1A too_many 429 key $s"
done
since
run 'no more' 0 ms-chat hi
rules 'path=/v1/chat/completions times=1 do=too-many'
since
run 'too many, after a success' 75 ms-chat hi
recorded 'begins anew' '1A too_many 429 key 5'
fresh 'path=/v1/chat/completions times=1 do=retry-date:60'
run 'a date' 75 env MS_TEST_CLOCK=0 ms-chat hi
jq -r '[.ts, .rest_until] | map(.[17:19] | tonumber) |
	(.[1] - .[0] + 75) % 60 < 17' state/usage/*.jsonl >about
same 'is a minute away' about <<'!'
true
!

# ---- credits ----
poor='path=/openapi/v1/magicubes/balance status=200 body="{\"success\":true,\"data\":{\"total_balance\":0.25,\"available_balance\":0.25,\"frozen_amount\":0}}"'
fresh 'path=/v1/chat/completions do=no-credits' "$poor"
run 'no credits' 75 ms-chat hi
asked 'its balance is asked once' '1A 1$'
recorded 'the key rests' '1A no_credits 429 pair 600, 1$ no_credits 200 key 600'
like 'what to do' err "sign in at modelscope.cn for today's credits"
since
run 'no credits, again' 75 later 540 ms-chat hi
asked 'nobody is asked' ''
like 'when to try again' err 'nothing left: .*try again at 2030-03-10T12:1'
since
run 'ten minutes later' 75 later 660 ms-chat hi
asked 'the balance is asked before the key is used' '1$'
since
run 'and at once' 75 later 670 ms-chat hi
asked 'it is not asked again' ''
rules
since
run 'signed in, ten minutes later' 0 later 1320 ms-chat hi
asked 'the balance is asked, and the key used' '1$ 1A'
since
run 'and again' 0 later 1330 ms-chat hi
asked 'the key is used' 1A

fresh 'path=/v1/chat/completions do=no-credits'
run 'credits left, but not enough' 75 ms-chat hi
asked 'each model is tried, the balance asked once' '1A 1$ 1B'
recorded 'the models rest, not the key' \
	'1A no_credits 429 pair 600, 1$ ok 200, 1B no_credits 429 pair 600'
rules
since
run 'another model' 0 ms-chat -m Test/Model-C hi
asked 'may be had' 1C
fresh 'path=/v1/chat/completions times=1 do=no-credits' \
	'path=/openapi/* do=500'
run 'no balance to be had' 0 ms-chat hi
recorded 'another model' \
	'1A no_credits 429 pair 600, 1$ server 500, 1B ok 200'

# Without a balance to ask for, so many models say it of the account.
cp models.json with.json
jq 'del(.upstreams.modelscope.balance_url) |
	.models = [range(6) | {id: "Test/Model-\("ABCDEF"[.:. + 1])"}]' with.json >models.json
fresh 'path=/v1/chat/completions do=no-credits'
run 'no credits, and no balance' 75 ms-chat hi
asked 'four models are tried' '1A 1B 1C 1D'
recorded 'each rests' '1A no_credits 429 pair 600, 1B no_credits 429 pair 600, 1C no_credits 429 pair 600, 1D no_credits 429 pair 600'
since
run 'another model' 75 ms-chat -m Test/Model-F hi
asked 'is not asked' ''
like 'for the key is out' err 'nothing left: Test/Model-F: out of credits .*2030-03-10T12:1'
ok 'as ms-quota says' [ "$(ms-quota | jq -r '.keys[0].state')" = exhausted ]
since
run 'ten minutes later' 75 later 660 ms-chat hi
asked 'one refusal says it again' 1A
rules
since
run 'signed in' 0 later 1330 ms-chat hi
asked 'the key is used' 1A
since
run 'and the others' 0 later 1340 ms-chat -m Test/Model-F hi
asked 'are asked again' 1F
fresh 'path=/v1/chat/completions model=Test/Model-[ABC] do=no-credits'
run 'three that cost too much' 0 ms-chat hi
asked 'are no account' '1A 1B 1C 1D'
fresh 'path=/v1/chat/completions do=no-credits'
run 'two' 75 ms-chat -m Test/Model-A,Test/Model-B hi
rules
since
later 1860 ms-chat -m Test/Model-C hi >/dev/null
rules 'path=/v1/chat/completions do=no-credits'
run 'and half an hour later others' 75 later 1870 ms-chat -m Test/Model-D,Test/Model-E,Test/Model-F hi
asked 'are counted anew' '1C 1D 1E 1F'
mv with.json models.json

# ---- what headers say ----
export MODELSCOPE_API_KEY="${key}1 ${key}2"
for what in model- ''; do
	fresh1 "path=/v1/chat/completions times=1 status=200 type=application/json header=\"modelscope-ratelimit-${what}requests-remaining: 0\" body=\"{\\\"choices\\\":[{\\\"message\\\":{\\\"content\\\":\\\"x\\\"}}]}\""
	run "${what}requests-remaining: 0" 0 ms-chat -o openai hi
	since
	run 'another process' 0 ms-chat hi
	asked 'does not ask that pair' 2A
	since
	run 'another model' 0 ms-chat -m Test/Model-B hi
	asked 'of the same account' "$([ -n "$what" ] && echo 1B || echo 2B)"
	since
	run 'tomorrow' 0 later 43201 ms-chat hi
	asked 'is another day' 1A
done

# ---- resting ones come last, and come back with a success ----
fresh1 'path=/v1/chat/completions model=*-A times=1 do=500' \
	'path=/v1/chat/completions model=*-B skip=1 do=500'
run 'A fails' 0 ms-chat hi
since
run 'then B' 0 ms-chat hi
asked 'A, that rests, is tried last' '1B 1A'
since
run 'and then' 0 ms-chat hi
asked 'A rests no more' 1A

# ---- nothing left ----
fresh1 'path=/v1/chat/completions do=quota-day'
run 'a model out for the day' 75 ms-chat -m Test/Model-A hi
asked 'alone, is asked with each key' '1A 2A'
like 'why' err "^ms-chat: Test/Model-A: HTTP 429: quota of the day used up: "
since
run 'again' 75 ms-chat -m Test/Model-A hi
asked 'is not asked' ''
same 'why not, and till when' err <<'!'
ms-chat: nothing left: Test/Model-A: quota of the day used up (ms-0000…0001, ms-0000…0002); try again at 2030-03-11T00:00:00+08:00
!
same 'no answer' out </dev/null
run 'in JSON' 75 ms-chat -o n8n -m Test/Model-A hi
jq -r '[.error.type, .error.code] | join(" ")' out >kind
same 'its type' kind <<'!'
quota_day 75
!
for word in no-provider bad-model; do
	fresh "path=/v1/chat/completions do=$word"
	run "$word, both" 69 ms-chat hi
	like 'what to do' err 'ms-route --list --online'
	since
	run "$word, again" 69 ms-chat hi
	asked 'nobody is asked' ''
	like 'what to do, again' err '^ms-chat: nothing left: Test/Model-A: .*; Test/Model-B: .*ms-route --list --online'
done
fresh 'path=/v1/chat/completions do=auth'
run 'no good key' 77 ms-chat hi
asked 'each is asked once' '1A 2A'
like 'what to do' err 'myaccesstoken, then: ms key add$'
since
run 'no good key, again' 77 ms-chat hi
ok 'resting, they are asked again' [ "$(trail | wc -l)" -eq 2 ]
done_testing
