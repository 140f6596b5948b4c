// A client that leaves, one that reads a byte now and then, a thousand that
// are idle and a thousand whose heads do not end.
'use strict';
const { execFileSync } = require('child_process');
const fs = require('fs');
const { ask, chat, done, ok, open, post, sleep, until } = require('./net.js');

// Resident KiB of all processes of the server.
function memory() {
	const pids = execFileSync('pgrep', ['-P', process.env.SUPER])
	    .toString().trim().split('\n');
	let sum = 0;
	for (const p of pids)
		sum += +/VmRSS:\s*(\d+)/.exec(fs.readFileSync(`/proc/${p}/status`,
		    'latin1'))[1];
	return sum;
}

async function stats() {
	return (await fetch(`${process.env.SIM}/sim/stats`)).json();
}

(async () => {
	// Leaving in mid-stream.
	const before = (await stats()).client_gone;
	const left = open(post('/v1/chat/completions',
	    chat('sim/long:10000+slow:20', true)));
	await until(() => left.text.includes('word3'));
	left.destroy();
	const at = Date.now();
	ok(await until(async () => (await stats()).client_gone === before + 1),
	    'a client that leaves: its upstream call ends');
	ok(Date.now() - at < 500, 'at once', Date.now() - at);
	// And before anything came.
	const early = open(post('/v1/chat/completions', chat('sim/stall-head', false)));
	await until(async () => (await stats()).in_flight === 1);
	early.destroy();
	ok(await until(async () => (await stats()).client_gone === before + 2),
	    'one that leaves before the answer, too');

	// One that hardly reads a long stream; others do not notice.
	const idle = memory();
	const slow = open(post('/v1/chat/completions',
	    chat('sim/big:100000000', true)), true);
	slow.pause();
	await sleep(1000);
	let worst = 0;
	for (let i = 0; i < 20; i++) {
		const t = Date.now();
		const r = await ask('/v1/chat/completions', chat('Test/Model-A', false));
		if (r.status !== 200)
			worst = Infinity;
		worst = Math.max(worst, Date.now() - t);
		slow.read(1);
	}
	ok(worst < 500, 'others do not notice a slow reader', worst);
	const more = memory() - idle;
	ok(more < 8192, 'it holds little memory', more);
	slow.destroy();

	// The many.
	const all = [];
	for (let i = 0; i < 1000; i++) {
		all.push(open());
		all.push(open('POST /chat HTTP/1.1\r\nHost: localhost\r\nX: '));
	}
	await sleep(500);
	let served = 0;
	worst = 0;
	for (let i = 0; i < 50; i++) {
		const t = Date.now();
		served += (await ask('/v1/chat/completions',
		    chat('Test/Model-A', false))).status === 200;
		worst = Math.max(worst, Date.now() - t);
	}
	ok(served === 50, 'amid 2000 slow connections others are served', served);
	ok(worst < 500, 'soon', worst);
	const each = (memory() - idle) / 2000;
	ok(each < 32, 'a slow connection costs little', each);
	let late = 0;
	for (let i = 1; i < all.length; i += 2) {
		await all[i].ended;
		late += /^HTTP\/1.1 408 /.test(all[i].text);
	}
	ok(late === 1000, 'a thousand half heads get 408', late);
	done();
})();
