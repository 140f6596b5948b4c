# Completion for fish, which loads it by the name of a command.

# Those that there are, and for chats what chooses one.
function __ms_models
    contains -- $argv[1] ms-balance ms-quota
    or string join \n auto tier1 tier2 tier3 tier4
    ms-route --list -o text 2>/dev/null | string split -f 1 \t
end

function __ms_keys
    ms-quota -o json 2>/dev/null | string match -ar '"key":"[^"]*"' |
        string split -f 4 '"'
end

# Of a key for ms-balance, or, with a slash, a folder.
function __ms_states
    if string match -q '*/*' -- (commandline -ct)
        __fish_complete_directories
    else
        string join \n ok exhausted rate_limited invalid_key \
            unbound_account unverified_account no_permission no_such_model \
            unavailable hollow network_error timeout bad_response unknown
    end
end

# What comes after "ms chat" is what comes after "ms-chat".
function __ms_program
    set -l words (commandline -opc)
    complete -C "ms-$words[2] $words[3..] "(commandline -ct)
end
complete -c ms -n 'test (count (commandline -opc)) -eq 1' -x \
    -a 'chat route balance quota serve key help'
complete -c ms -n 'test (count (commandline -opc)) -gt 1' -x \
    -a '(__ms_program)'
complete -c ms-key -x -a add
complete -c ms-help -x -a 'chat route balance quota serve key models.json ledger'

for prog in ms-chat ms-route ms-balance ms-quota ms-serve
    complete -c $prog -s h -l help -d 'Show the options'
    complete -c $prog -s V -l version -d 'Show the version'
    complete -c $prog -l config -r -d 'The configuration'
    test $prog = ms-balance
    or complete -c $prog -l state -x -a '(__fish_complete_directories)' \
        -d 'The state folder'
    complete -c $prog -s k -l keys -r -d 'The keys'
    complete -c $prog -l key -x -a '(__ms_keys)' -d 'Only this key'
    complete -c $prog -s q -l quiet -d 'Say less'
    complete -c $prog -l env-file -r -d 'Read variables'
end

for prog in ms-chat ms-route ms-balance ms-quota
    complete -c $prog -s m -l model -x \
        -a "(__fish_append , (__ms_models $prog))" \
        -d 'A model, or several'
    complete -c $prog -s j -d 'The same as -o json'
    complete -c $prog -s O -r -d 'Write there'
    complete -c $prog -s P -l parallel -x -d 'How many at once'
    complete -c $prog -s v -l verbose -d 'Say more'
    complete -c $prog -l timeout -x -d 'For the whole operation, in seconds'
end

set -l c complete -c ms-chat
$c -s o -l output -x -a 'text json openai sse n8n' -d 'The form'
$c -s s -l system -x -d 'The system message'
$c -s i -l image -r -d 'An image, file or URL'
$c -l temperature -x -d 'How bold'
$c -l max-tokens -x -d 'How long'
$c -l max-answer -x -d 'At most so many bytes'
$c -l max-event -x -d 'At most so many bytes of an event'
$c -l param -x -d 'Any other member, NAME=JSON'
$c -l json-schema -r -d 'The form of the answer'
$c -l route -d 'Let ms-route decide'
$c -l no-route -d 'Take the configured order'
$c -l retries -x -d 'After a refusal'
$c -s c -l conversation -r -d 'Go on with it'
$c -l base64 -x -d 'A prompt or request'
$c -l exit-zero -d 'A failure is an answer too'
$c -l reasoning -d 'Show it on stderr'
$c -s n -l no-stdin -d 'Do not read stdin'
$c -l batch -r -d 'Send a file of requests'
$c -l wait -d 'For credits, in a batch'
$c -l listen -d 'Answer requests from a socket'

set c complete -c ms-route
$c -s o -l output -x -a 'json openai text' -d 'The form'
$c -l explain -d 'The decision alone'
$c -l list -d 'The models'
$c -l online -d 'Ask the service, with --list'
$c -l check -d 'The configuration'
$c -l score -x -d 'Fix it, 1 to 10'
$c -l tier -x -a '1 2 3 4' -d 'Fix it'
$c -l policy -r -d 'A jq program that chooses'

set c complete -c ms-balance
$c -s o -l output -x -a 'table json jsonl csv keys' -d 'The form'
$c -l probe -x -a '(__fish_append , (__ms_models ms-balance))' -d 'Ask models, at a cost'
$c -l state -x -a '(__fish_append , (__ms_states))' \
    -d 'Only keys in it, or the state folder'
$c -s e -l exit-status -d '1 unless all are ok'
$c -s w -l warning -x -d 'Below this'
$c -s c -l critical -x -d 'Below this'
$c -l cached -d 'From the ledger, no network'

set c complete -c ms-quota
$c -s o -l output -x -a 'table json csv prometheus' -d 'The form'
$c -l history -x -d 'What was used, in days'
$c -l by -x -a 'model key token' -d 'Group by'
$c -n __fish_use_subcommand -x -a 'clear record import prune'

set c complete -c ms-serve
$c -s l -l listen -x -d 'Where, ADDRESS:PORT'
$c -l tokens -r -d 'Who may call'
$c -l host -x -d 'A name we go by'
$c -l cors -x -d 'An origin'
$c -l workers -x -d 'How many'
$c -l no-auth -d 'Open to all'
$c -l trust-proxy -x -d 'Believe its X-Forwarded-For'
$c -l log -x -a 'json text none' -d 'The form'
$c -l max-connections -x -d 'At once'
$c -l max-line -x -d 'Bytes of a request line'
$c -l max-head -x -d 'Bytes of a request\'s head'
$c -l max-fields -x -d 'Of a head'
$c -l max-body -x -d 'Bytes of a request\'s body'
$c -l max-held -x -d 'Bytes held by a process'
$c -l max-event -x -d 'Bytes of an event'
$c -l max-answer -x -d 'Bytes of an answer from upstream'
$c -l head-time -x -d 'Seconds for a whole head'
$c -l body-time -x -d 'Seconds of silence in a body'
$c -l idle-time -x -d 'Seconds between requests'
$c -l write-time -x -d 'Seconds without progress'
$c -l answer-time -x -d 'Seconds to the first byte'
$c -l drain-time -x -d 'Seconds before leaving'
$c -l tool-time -x -d 'Seconds for a program'
