#!/bin/sh
# Every endpoint of ms-serve as curl sees it, and what comes with answers.
. "${0%/*}/lib.sh"
. "$top/tests/serve.sh"
sim
config
serve
chat='"messages":[{"role":"user","content":"hi"}]'

post 'a chat' 200 /v1/chat/completions "{\"model\":\"Test/Model-A\",$chat}"
like 'it is an answer' body 'Hello from Test/Model-A\.'
like 'its id' head '^x-request-id: req_[0-9A-Z]{26}.$'
like 'its model' head '^x-ms-model: Test/Model-A.$'
like 'its attempts' head '^x-ms-attempts: 1.$'
like 'its length' head '^Content-Length: [0-9]+.$'
post 'a chat without a model' 200 /v1/chat/completions "{$chat}"
post 'a stream' 200 /v1/chat/completions \
	"{\"model\":\"sim/long:100+slow:1\",\"stream\":true,$chat}"
like 'its type' head '^Content-Type: text/event-stream.$'
like 'not cached' head '^Cache-Control: no-cache.$'
like 'not buffered' head '^X-Accel-Buffering: no.$'
like 'its end' body '^data: \[DONE\]$'
ok 'all of it' [ "$(grep -c word body)" -eq 100 ]

post 'a request id of the client' 200 /v1/chat/completions "{$chat}" \
	-H 'x-request-id: my-id.7'
like 'is kept' head '^x-request-id: my-id\.7.$'
ok 'and is in the ledger' grep -q '"id":"my-id.7"' state/usage/*.jsonl
post 'one that is not sane' 200 /v1/chat/completions "{$chat}" \
	-H 'x-request-id: a b"'
like 'is not' head '^x-request-id: req_'

post 'the original chat' 200 /chat "{$chat}"
like 'its members' body '"model":"Test/Model-A","content":"Hello.*"limits":\{"model_limit":null.*"retried_models":\[\]'
post 'the original stream' 200 /chat "{\"stream\":true,$chat}"
like 'its events' body '^data: \{"model":"Test/Model-A","content":"Hello","done":false'
like 'its last' body '"done":true'
post 'n8n' 200 /n8n/chat '{"prompt":"hi"}'
like 'its answer' body '^\{"text":"Hello from Test/Model-A\.","model":"Test/Model-A"\}$'
req 'the models' 200 /v1/models
like 'as a list' body '^\{"object":"list","data":\[\{"id":"auto","object":"model"'
req 'one with an escaped slash' 200 /v1/models/Test%2FModel-B
like 'is that one' body '^\{"id":"Test/Model-B","object":"model"'
req 'one with a slash' 200 /v1/models/test/model-b
req 'a query is nothing to us' 200 '/v1/models?limit=3'
req 'one that is not there' 404 /v1/models/nope
like 'by its code' body '"code":"model_not_found"'
req 'the original models' 200 /models
like 'as a list' body '^\{"models":\[\{"id":"Test/Model-A","name":'
req 'health' 200 /health
like 'healthy' body '^\{"status":"healthy","service":"ms-serve"'
req 'the root for programs' 200 /
like 'says who it is' body '^\{"status":"ok","service":"ModelScope API Gateway"\}$'
req 'HEAD' 200 /health -I
like 'but its length' head '^Content-Length: [1-9]'
req 'metrics' 200 /metrics
like 'count requests' body '^ms_http_requests_total\{endpoint="/v1/chat/completions",status="200"\} [1-9]'
like 'have histograms' body '^ms_http_first_byte_seconds_bucket\{endpoint="/chat",le="\+Inf"\} 2$'

req 'a path that is not there' 404 /v1/nope
like 'in the shape of SDKs' body '^\{"error":\{"message":".*","type":"invalid_request_error","param":null,"code":"not_found"'
req 'a method that it has not' 405 /v1/chat/completions
like 'says which it has' head '^Allow: POST, OPTIONS.$'
req 'a method that nobody has' 501 /v1/models -X BREW
req 'the original error shape' 405 /chat
like 'is detail' body '^\{"detail":'
post 'not JSON' 400 /v1/chat/completions '{'
req 'no JSON type' 415 /v1/chat/completions -d "{$chat}"
req 'a compressed body' 415 /v1/chat/completions --json "{$chat}" \
	-H 'Content-Encoding: gzip'
post 'an unknown model' 404 /v1/chat/completions "{\"model\":\"nope\",$chat}"
req 'OPTIONS' 204 /v1/models -X OPTIONS
like 'says which methods' head '^Allow: GET, HEAD, OPTIONS.$'

like 'the access log' serve.err '^\{"ts":.*"method":"POST","path":"/n8n/chat","status":200,'
unlike 'has no key' serve.err 'ms-00000000'
XDG_RUNTIME_DIR=$dir
export XDG_RUNTIME_DIR
unserve
serve
ok 'a private folder' [ "$(stat -c %a ms-serve.*)" = 700 ]
unserve
ok 'that is gone in the end' [ ! -e "$(echo ms-serve.*)" ]
done_testing
