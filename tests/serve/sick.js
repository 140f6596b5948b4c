// The faults of an upstream, what comes of each in a plain answer and in a
// stream (its status; of a stream that began, whether it ends well or says an
// error), and what the processes of a gateway hold.
'use strict';
const { execFileSync } = require('child_process');
const fs = require('fs');
const { ask, chat } = require('./net.js');

const faults = `
503 503 auth unbound unverified no-permission no-provider bad-model provider-1008
503 503 not-exist-404
400 400 400 bad-param
413 413 413
422 422 422
429 429 balance-402 no-credits quota-day quota-month current-quota allocated
429 429 burst rate too-many request-limit retry-after:5 retry-after:x
502 502 408 409 500 502 503 504 529 500-html error-200 hollow hollow-stream
502 502 deep:100000 reset reset-half-head reset-body close half-head close-body
502 502 bad-length gzip bomb:2000000 redirect headers-many:10000 error-first
502 502 header-giant:1000000 bad-header nul-header not-http status-999 bad-status
502 502 204
502 error reset-mid close-mid half-event bad-chunk no-last-chunk huge-chunk
502 error error-mid
200 502 giant-line:2000000 no-type wrong-type
502 well length-long two-lengths
200 well reasoned-out reason-only null-choices id-null content-array no-usage
200 well empty filter unicode escapes extra badutf8 surrogate close-after
200 well keep-then-close die-on-reuse reset-on-reuse unsolicited trailing
200 well http10 no-length-close te-and-cl chunked chunked-1 chunk-ext
200 well 205 206 early-hints fold-header set-cookie ratelimit-garbage split:1
200 well crlf cr bom comments`.trim().split('\n').map((l) => l.split(' '));

// How many descriptors, and how much memory in KiB, each process has.
function held() {
	return execFileSync('pgrep', ['-P', process.env.SUPER]).toString()
	    .trim().split('\n').concat(process.env.SUPER).map((p) => ({
		    p, name: fs.readFileSync(`/proc/${p}/cmdline`, 'latin1')
			.split('\0')[0],
		    fds: fs.readdirSync(`/proc/${p}/fd`).length,
		    rss: +/VmRSS:\s*(\d+)/.exec(fs.readFileSync(
			`/proc/${p}/status`, 'latin1'))[1] }));
}

// How an answer in a stream ended.
function ending(text) {
	const at = text.indexOf('\r\n\r\n') + 4;
	const length = /^Content-Length: (\d+)/m.exec(text.slice(0, at));
	if (length ? +length[1] > Buffer.byteLength(text.slice(at)) :
	    !text.endsWith('\r\n0\r\n\r\n'))
		return 'cut';
	return /^data: ?\[DONE\]/m.test(text.slice(-100)) ? 'well' :
	    text.includes('data: {"error"') ? 'error' : 'neither';
}

// Is an answer of a good upstream good?
async function good(stream) {
	const r = await ask('/v1/chat/completions', chat('Test/Model-A', stream));
	return r.status === 200 && (stream ? ending(r.text) === 'well' :
	    r.text.includes('Hello from Test/Model-A.'));
}

// Those that spoil no connection for who has it next.
const names = faults.flatMap((row) => row.slice(2))
    .filter((s) => !/unsolicited|on-reuse/.test(s));

module.exports = { ending, faults, good, held, names };
