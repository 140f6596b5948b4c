#!/bin/sh
# A bad configuration is refused by its place, before anything is asked.
. "${0%/*}/lib.sh"
MODELSCOPE_API_KEY=ms-00000000-0000-0000-0000-000000000001
export MODELSCOPE_API_KEY

# bad NAME ERROR: the configuration on stdin is refused so.
bad() {
	cat >models.json
	run "$1" 78 ms-chat --config models.json -n hello
	same "$1: its place" err <<-!
		ms-chat: models.json: $2
	!
	same "$1: no output" out </dev/null
}

bad 'empty' 'line 1, column 1: ends too early' </dev/null
bad 'a comma too many' 'line 3, column 1: not valid JSON' <<'!'
{"models": [{"id": "a"}],
 "retries": 5,
}
!
bad 'cut off' 'line 2, column 1: ends too early' <<'!'
{"models": [{"id": "a"
!
bad 'not an object' 'want an object, got an array' <<'!'
[{"id": "a"}]
!
bad 'models of a wrong type' \
    'models: want an array, got an object' <<'!'
{"models": {"id": "a"}}
!
bad 'a model that is only a name' \
    'models[0]: want an object, got a string' <<'!'
{"models": ["a"]}
!
bad 'a model without an id' 'models[1].id: missing' <<'!'
{"models": [{"id": "a"}, {"name": "b"}]}
!
bad 'an empty id' 'models[0].id: want a string that is not empty' <<'!'
{"models": [{"id": ""}]}
!
bad 'the same id twice' 'models[2].id: the same as models[0].id' <<'!'
{"models": [{"id": "Org/A"}, {"id": "b"}, {"id": "org/a"}]}
!
bad 'a tier that is none' 'models[2].tier: want 1 to 4, got 7' <<'!'
{"models": [{"id": "a"}, {"id": "b"}, {"id": "c", "tier": 7}]}
!
bad 'a tier in quotes' 'models[0].tier: want 1 to 4, got a string' <<'!'
{"models": [{"id": "a", "tier": "1"}]}
!
bad 'enabled in words' \
    'models[0].enabled: want true or false, got a string' <<'!'
{"models": [{"id": "a", "enabled": "yes"}]}
!
bad 'an upstream that is not there' \
    'models[0].upstream: no such upstream: nowhere' <<'!'
{"models": [{"id": "a", "upstream": "nowhere"}]}
!
bad 'an upstream without a URL' 'upstreams.x.base_url: missing' <<'!'
{"upstreams": {"x": {}}}
!
bad 'keys over plain http' 'upstreams.x.base_url: want an https URL; http only to this machine, or with keyless or allow_plaintext' <<'!'
{"upstreams": {"x": {"base_url": "http://example.com/v1"}}}
!
bad 'a balance over plain http' 'upstreams.modelscope.balance_url: want an https URL; http only to this machine, or with keyless or allow_plaintext' <<'!'
{"upstreams": {"modelscope": {"balance_url": "http://example.com/"}}}
!
bad 'a user name in a URL' 'upstreams.x.base_url: want an http or https URL' <<'!'
{"upstreams": {"x": {"base_url": "https://u:secret@example.com",
		     "keyless": true}}}
!
bad 'an alias of an alias' 'aliases.a: leads to another alias, b' <<'!'
{"aliases": {"a": "b", "b": "auto"}}
!
bad 'an alias of nothing' \
    'aliases.a: leads to tier9: not auto, tier1 to tier4 or a model' <<'!'
{"aliases": {"a": "tier9"}}
!
bad 'a star in the middle' "aliases.g*t: '*' only at the end" <<'!'
{"aliases": {"g*t": "auto"}}
!
bad 'an api that is none' \
    'smart_routing.local_ai.api: want "ollama" or "openai"' <<'!'
{"smart_routing": {"local_ai": {"model": "m", "api": "grpc"}}}
!
bad 'too many retries' 'retries: want 0 to 20, got 99' <<'!'
{"retries": 99}
!
bad 'an offset that is a number' \
    'day_offset: want an offset like "+08:00"' <<'!'
{"day_offset": 8}
!
bad 'no time at all' \
    'timeouts.connect: want 0.001 to 86400 seconds, got 0' <<'!'
{"timeouts": {"connect": 0}}
!
bad 'too much at once' \
    'per_key_concurrency: want 0 to 1000, got 1e+06' <<'!'
{"per_key_concurrency": 1000000}
!

run 'a file that is not there' 78 ms-chat --config nosuch -n hello
same 'is named' err <<'!'
ms-chat: nosuch: No such file or directory
!
run 'a folder' 78 ms-chat --config . -n hello
like 'is named' err '^ms-chat: \.: Is a directory$'
echo '{"models":[]}' >models.json
run 'MS_CONFIG that is not there' 78 env MS_CONFIG=nosuch ms-chat -n hello
like 'is named' err '^ms-chat: nosuch: '
run 'a bad base URL in the environment' 78 \
    env MODELSCOPE_BASE_URL=http://example.com/ ms-chat -n hello
like 'is named' err '^ms-chat: environment: MODELSCOPE_BASE_URL: '

# What the original gateway has, with members that are not known here.
sim
cat >models_config.json <<!
{
  "models": [
    {"id": "Test/Model-A", "name": "A", "tier": 1, "enabled": true,
     "note": "ours"}
  ],
  "smart_routing": {"enabled": false, "prompt": "x"},
  "upstreams": {"modelscope": {"base_url": "$sim/v1"}}
}
!
run 'unknown members' 0 ms-chat --config models_config.json -n hello
like 'are warned about' err \
    '^ms-chat: models_config\.json: models\[0\]\.note: unknown, ignored$'
like 'each' err 'smart_routing\.prompt: unknown, ignored$'
done_testing
