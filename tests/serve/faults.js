// What comes of each fault of an upstream, in a plain answer and in a stream:
// its status; of a stream that began, whether it ends well or says an error.
'use strict';
const { execFileSync } = require('child_process');
const { ask, chat, done, ok, until } = require('./net.js');
const { ending, faults, good, held, names } = require('./sick.js');

async function came(fault, stream) {
	const r = await ask('/v1/chat/completions', chat(`sim/${fault}`, stream));
	// whom that made rest may answer the next
	execFileSync('ms-quota', ['clear']);
	return stream && r.status === 200 ? ending(r.text) : String(r.status);
}

// So many at once, one in ten of them one of the faults; those that are meant
// for who has the connection next are not among them. How many good ones were
// not answered.
async function rush(n) {
	let i = 0, odd = 0;
	const one = async () => {
		while (i++ < n)
			if (i % 10 === 0)
				await ask('/v1/chat/completions', chat(
				    `sim/${names[i / 10 % names.length]}`, i % 3 === 0));
			else if (!await good(i % 3 === 0))
				odd++;
	};
	await Promise.all(Array.from({ length: 16 }, one));
	return odd;
}

(async () => {
	const sick = [];
	let n = 0;
	await good(false);
	for (const [plain, stream, ...names] of faults)
		for (const name of names) {
			const a = await came(name, false), b = await came(name, true);
			ok(a === plain && b === stream, `${name}: ${plain}, ${stream}`,
			    [a, b]);
			if (!await good(false))
				sick.push(name);
			n++;
		}
	ok(n >= 90 && sick.length === 0, 'after each the next request is well', sick);
	// Connections that die when they are used again, time and again.
	let well = 0;
	for (let i = 0; i < 20; i++) {
		await came(i % 2 ? 'reset-on-reuse' : 'die-on-reuse', i % 3 === 0);
		well += await good(false);
	}
	ok(well === 20, 'a dead connection is no failure, however many', well);

	const requests = +process.env.REQUESTS;
	await rush(requests / 10);
	const before = held(), odd = await rush(requests);
	ok(odd === 0, `${requests} requests: the good ones are answered`, odd);
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
