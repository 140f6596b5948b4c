// A hundred faults of the service, one by one, then by the thousand: each has
// the outcome that its caller can act on, and leaves nothing behind.
'use strict';
const { execFileSync } = require('child_process');
const fs = require('fs');
const { ask, chat, done, ok, sleep, until } = require('./net.js');

// What comes of each, plain and streamed: a whole answer, a refusal, or a
// stream that is cut and says so.
const faults = {
	'refused refused': `auth unbound unverified no-permission no-provider
	    bad-model bad-param not-exist-404 balance-402 no-credits quota-day
	    quota-month current-quota allocated burst rate provider-1008 too-many
	    request-limit retry-after:1 retry-date:1 413 422 400 408 409 500 502
	    503 504 529 500-html 502-html error-200 hollow hollow-stream reset
	    reset-half-head reset-body close half-head close-body bad-length gzip
	    bomb:1000000 redirect header-giant:200000 bad-header nul-header
	    not-http status-999 bad-status 204 html not-json truncated-json
	    two-json json-array json-null empty-body error-first deep:1000`,
	'refused cut': `reset-mid close-mid half-event bad-chunk no-last-chunk
	    huge-chunk error-mid`,
	'refused whole': 'length-short',
	'whole cut': 'no-done',
	'whole refused': 'done-only role-only empty-stream giant-line:2000000',
	'whole whole': `filter close-after keep-then-close die-on-reuse
	    reset-on-reuse unsolicited trailing finish-no-done http10 no-length-close te-and-cl
	    chunked chunked-1 chunk-ext early-hints headers-many:2000 fold-header
	    set-cookie ratelimit-garbage done-no-finish empty-first comments crlf
	    cr mixed-eol nospace bom multi-data no-blank-end bad-event nul-event
	    badutf8 surrogate`,
};
// Amid others, without those that are meant for who has the connection next:
// of them curl bears five in a row.
const names = Object.values(faults).join(' ').split(/\s+/)
    .filter((s) => !/unsolicited|on-reuse/.test(s));
const requests = +process.env.REQUESTS;

// The body of an answer; null if its framing says that it is cut.
function body(text) {
	const at = text.indexOf('\r\n\r\n') + 4;
	let rest = text.slice(at), all = '';
	if (!/^transfer-encoding: chunked/im.test(text.slice(0, at)))
		return rest;
	for (;;) {
		const m = /^([0-9a-f]+)\r\n/i.exec(rest);
		if (!m)
			return null;
		const n = parseInt(m[1], 16), from = m[0].length;
		if (n === 0)
			return all;
		all += rest.slice(from, from + n);
		rest = rest.slice(from + n + 2);
	}
}

let last;
async function outcome(model, stream) {
	const r = await ask('/v1/chat/completions', chat(model, stream));
	const b = body(last = r.text);
	if (r.status === 200 && stream) {
		if (b !== null && !b.includes('"error"') &&
		    /"finish_reason":"|\[DONE\]/.test(b))
			return 'whole';
		return !r.text.includes('[DONE]') ? 'cut' : r.text;
	}
	try {
		const o = JSON.parse(b);
		if (r.status === 200 && o.choices[0].message)
			return 'whole';
		if (r.status >= 400 && typeof o.error.message === 'string')
			return 'refused';
	} catch {
	}
	return r.text;
}

// How many descriptors, and how much memory in KiB, each process has.
function held() {
	return execFileSync('pgrep', ['-P', process.env.SUPER]).toString()
	    .trim().split('\n').concat(process.env.SUPER).map((p) => ({
		    p, fds: fs.readdirSync(`/proc/${p}/fd`).length,
		    rss: +/VmRSS:\s*(\d+)/.exec(fs.readFileSync(
			`/proc/${p}/status`, 'latin1'))[1] }));
}

// So many at once, one in ten of them one of the faults.
async function rush(n) {
	let i = 0, odd = [];
	const one = async () => {
		while (i++ < n) {
			const k = i % 10 === 0 ? i / 10 : -1;
			const got = await outcome(k === -1 ? 'Test/Model-A' :
			    `sim/${names[k % names.length]}`, i % 3 === 0);
			if (k === -1 && got !== 'whole')
				odd.push(got === 'refused' ? last : got);
		}
	};
	await Promise.all(Array.from({ length: 16 }, one));
	return odd;
}

(async () => {
	let n = 0;
	for (const [want, list] of Object.entries(faults))
		for (const name of list.split(/\s+/)) {
			const model = `sim/${name}`;
			let got = await outcome(model, false);
			if (name === 'unsolicited') // on the idle connection
				await sleep(200);
			got += ` ${await outcome(model, true)}`;
			if (name === 'unsolicited')
				await sleep(200);
			const next = await outcome('Test/Model-A', true);
			n++;
			if (got !== want || next !== 'whole')
				ok(false, `${name}: ${want}`, [got, next]);
		}
	ok(n >= 100, `${n} faults, each with its outcome`);

	await rush(requests / 10);
	const before = held();
	const odd = await rush(requests);
	ok(odd.length === 0, `${requests} requests: the good ones are answered`,
	    [odd.length, odd[0]]);
	let after;
	ok(await until(() => {
		after = held();
		return after.every((a, i) => a.p === before[i].p &&
		    a.fds <= before[i].fds + 16);
	}), 'no descriptor is left', [before, after]);
	// A sanitizer's allocator holds on to what is freed.
	const more = after.reduce((sum, a, i) => sum + a.rss - before[i].rss, 0);
	ok(more < (process.env.MS_BUILD.endsWith('san') ? 1 << 20 : 65536),
	    'nor memory', [before, after]);
	done();
})();
